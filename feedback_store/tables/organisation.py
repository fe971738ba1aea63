"""Agencies, users, rights, and the data that a deployment edits (decision 16)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Date, FetchedValue, Float, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from feedback_store.crypto import EncryptedJSON, EncryptedText
from feedback_store.tables.base import Base, Big, BigKey, Code, Hash


class Agency(Base):
    """A body that answers reports. ``kind`` is what categories name; communes' own have a commune."""

    __tablename__ = "agencies"

    id: Mapped[BigKey]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    search_name: Mapped[str] = mapped_column(comment="vitext.fold of the name")
    kind: Mapped[Code] = mapped_column(index=True)
    commune_code: Mapped[str | None] = mapped_column(String(16), index=True)
    calendar_code: Mapped[Code] = mapped_column(default="vn-office")
    is_sample: Mapped[bool] = mapped_column(default=False, comment="shown as 'mẫu' until confirmed")
    dissolved_at: Mapped[dt.datetime | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    edited_at: Mapped[dt.datetime | None] = mapped_column(comment="set by the console; defaults keep off")


class Commune(Base):
    """Xã, phường or đặc khu in force since 2025-07-01."""

    __tablename__ = "communes"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    province_code: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(comment="with its kind: Phường Lê Chân")
    search_name: Mapped[str]
    lat: Mapped[float | None] = mapped_column(Float(53))
    lon: Mapped[float | None] = mapped_column(Float(53))
    is_sample: Mapped[bool] = mapped_column(default=False)


class OldWard(Base):
    """A ward or commune abolished on 2025-07-01 and one successor (several rows: ask which)."""

    __tablename__ = "old_wards"

    id: Mapped[BigKey]
    old_name: Mapped[str]
    old_district: Mapped[str | None]
    old_province: Mapped[str | None]
    search_name: Mapped[str]
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"), index=True)


class CategoryGroup(Base):
    __tablename__ = "category_groups"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    edited_at: Mapped[dt.datetime | None]


class Category(Base):
    """Leaf of the taxonomy of reports."""

    __tablename__ = "categories"

    code: Mapped[Code] = mapped_column(primary_key=True)
    group_code: Mapped[Code] = mapped_column(ForeignKey("category_groups.code"))
    name: Mapped[str]
    service_class: Mapped[Code]
    agency_kind: Mapped[Code]
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    edited_at: Mapped[dt.datetime | None]


class RoutingRule(Base):
    """Overrides the category's agency kind for an area, from a date on."""

    __tablename__ = "routing_rules"

    id: Mapped[BigKey]
    category_code: Mapped[str | None] = mapped_column(ForeignKey("categories.code"))
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("communes.code"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    valid_from: Mapped[dt.datetime]
    valid_to: Mapped[dt.datetime | None]
    note: Mapped[str | None]


class PolicyVersion(Base):
    """Service class → targets, as ``feedback_store.domain.policy`` reads them (decision 5)."""

    __tablename__ = "policy_versions"

    id: Mapped[BigKey]
    data: Mapped[dict[str, Any]]
    valid_from: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[int | None]
    note: Mapped[str | None]


class CalendarVersion(Base):
    """A working calendar as ``feedback_store.domain.calendar`` reads it (decision 5)."""

    __tablename__ = "calendar_versions"

    id: Mapped[BigKey]
    code: Mapped[Code] = mapped_column(index=True, comment="vn-office; the hotline's own: hotline")
    data: Mapped[dict[str, Any]] = mapped_column(comment="tz, week, closed, extra; see sla.md")
    confirmed_years: Mapped[list[Any]] = mapped_column(comment="years whose days off are confirmed")
    valid_from: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[int | None]
    note: Mapped[str | None]


class User(Base):
    """Console account. Roles: operator supervisor officer leader manager administrator."""

    __tablename__ = "users"

    id: Mapped[BigKey]
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    role: Mapped[Code]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    password_hash: Mapped[str]
    earlier_hashes: Mapped[list[Any]] = mapped_column(
        default=list, server_default=sql("'[]'::jsonb"), comment="hashes of passwords before this one, newest first"
    )
    must_change_password: Mapped[bool] = mapped_column(default=True)
    disabled_at: Mapped[dt.datetime | None]
    last_sign_in_at: Mapped[dt.datetime | None]
    on_duty: Mapped[bool] = mapped_column(default=False)
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    created_by: Mapped[int | None]


class UserFile(Base):
    """A file of users between its preview and its confirmation; any web process can go on with it."""

    __tablename__ = "user_files"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(comment="header and rows as read; emptied when it is applied")
    created_at: Mapped[dt.datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    applied_at: Mapped[dt.datetime | None]


class UserSession(Base):
    """Server-side console session; the cookie holds a random token, the row its hash."""

    __tablename__ = "user_sessions"

    token_hash: Mapped[Hash] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class SentForm(Base):
    """A form of the console that is being acted on, or was; nobody reads from it what was typed."""

    __tablename__ = "sent_forms"

    key: Mapped[Hash] = mapped_column(primary_key=True, comment="blind index of sender, address and content")
    sent_at: Mapped[dt.datetime] = mapped_column(index=True)
    outcome: Mapped[Any | None] = mapped_column(EncryptedJSON, comment="encrypted; null = at work, or cut off")


class SignInCount(Base):
    """Wrong passwords of one browser, account and address together, address, or account (ADR 0030)."""

    __tablename__ = "sign_in_counts"

    key: Mapped[Hash] = mapped_column(primary_key=True, comment="blind index of kind, account and address")
    wrong: Mapped[float] = mapped_column(comment="as of last_at; time takes some away")
    last_at: Mapped[dt.datetime]


class SignInPlace(Base):
    """A browser or address where the account signed in before."""

    __tablename__ = "sign_in_places"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    place: Mapped[Hash] = mapped_column(primary_key=True, comment="blind index")
    last_at: Mapped[dt.datetime]


class StaffLink(Base):
    """A user's private chat where warnings and dispatches go too. The chat id is the conversation's, encrypted there.

    A user has one link at a time, and a chat serves one user; ended links are kept for the audit trail.
    """

    __tablename__ = "staff_links"

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id"))
    linked_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(16), comment="unlinked | replaced | blocked | disabled")

    __table_args__ = (
        Index("uq_staff_links_user", "user_id", unique=True, postgresql_where=sql("ended_at IS NULL")),
        Index("uq_staff_links_conversation", "conversation_id", unique=True, postgresql_where=sql("ended_at IS NULL")),
        Index("ix_staff_links_user", "user_id", "id"),
    )


class StaffLinkCode(Base):
    """A one-time code that proves to the bot who writes; the row holds its hash alone."""

    __tablename__ = "staff_link_codes"

    code_hash: Mapped[Hash] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class UserNotice(Base):
    """Notice inside the console for a user, or for everyone of an agency or role."""

    __tablename__ = "user_notices"

    id: Mapped[BigKey]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    role: Mapped[str | None] = mapped_column(String(32))
    kind: Mapped[Code] = mapped_column(comment="dispatch | breach | returned | addition | emergency …")
    ticket_id: Mapped[int | None]
    leg_id: Mapped[int | None]
    text: Mapped[str]
    dedupe_key: Mapped[str] = mapped_column(String(128), unique=True)
    occasion: Mapped[str | None] = mapped_column(
        String(128), comment="what happened, whoever is told: nobody is told of it twice outside the console"
    )
    created_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    relayed_at: Mapped[dt.datetime | None] = mapped_column(comment="when it was passed on to linked chats")

    __table_args__ = (
        Index("ix_user_notices_agency", "agency_id", postgresql_where=sql("read_at IS NULL")),
        Index("ix_user_notices_relay", "id", postgresql_where=sql("relayed_at IS NULL")),
    )


class AuditEntry(Base):
    """Sign-ins, rights, settings, and every view of a citizen's identity (decision 11)."""

    __tablename__ = "audit_entries"

    id: Mapped[BigKey]
    at: Mapped[dt.datetime]
    user_id: Mapped[int | None]
    action: Mapped[Code]
    subject: Mapped[str | None] = mapped_column(String(96), comment="ticket:12, user:3 …")
    data: Mapped[dict[str, Any] | None]
    seq: Mapped[Big] = mapped_column(server_default=FetchedValue(), comment="place in the chain, without gaps")
    hash: Mapped[bytes] = mapped_column(server_default=FetchedValue(), comment="of this row and the one before")

    __table_args__ = (
        Index("ix_audit_entries_at", "at"),
        Index("ix_audit_entries_subject", "subject"),
        Index("ix_audit_entries_wrong", "subject", "at", postgresql_where=sql("action = 'sign_in_wrong'")),
        Index("uq_audit_entries_seq", "seq", unique=True),
        Index("ix_audit_entries_user", "user_id", "seq"),
        Index("ix_audit_entries_action", "action", "seq"),
    )


class AuditHead(Base):
    """Where the chain of the audit log stands; written by the database's own trigger alone."""

    __tablename__ = "audit_heads"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    seq: Mapped[Big] = mapped_column(comment="number of the newest entry")
    hash: Mapped[bytes] = mapped_column(comment="hash of the newest entry")
    rows: Mapped[Big] = mapped_column(comment="how many entries were ever appended")


class Setting(Base):
    """Small installation-wide values edited in the console or written once at start."""

    __tablename__ = "settings"

    key: Mapped[Code] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    updated_at: Mapped[dt.datetime]
    updated_by: Mapped[int | None]


class HotlineNumber(Base):
    """Emergency and utility numbers (decision 15)."""

    __tablename__ = "hotline_numbers"

    code: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24))
    name: Mapped[str]
    position: Mapped[int]
    edited_at: Mapped[dt.datetime | None]


class Procedure(Base):
    """One administrative procedure; ``record`` has the shape of data/common_procedures.json."""

    __tablename__ = "procedures"

    id: Mapped[BigKey]
    key: Mapped[Code] = mapped_column(unique=True, comment="stable id: khai_sinh")
    code: Mapped[str | None] = mapped_column(String(32), index=True, comment="1.001193")
    name: Mapped[str]
    aliases: Mapped[list[Any]]
    record: Mapped[dict[str, Any]]
    source: Mapped[str | None]
    as_of: Mapped[dt.date | None] = mapped_column(Date)
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[dt.datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[dt.datetime]


class ProcedureFeedback(Base):
    """'Hữu ích / Chưa đúng' under an answer, and questions that found nothing."""

    __tablename__ = "procedure_feedback"

    id: Mapped[BigKey]
    procedure_key: Mapped[str | None] = mapped_column(String(64))
    aspect: Mapped[str | None] = mapped_column(String(32))
    verdict: Mapped[Code] = mapped_column(comment="useful | wrong | nothing_found")
    question: Mapped[str | None] = mapped_column(EncryptedText)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_events.id"), unique=True)
    created_at: Mapped[dt.datetime]


class Heartbeat(Base):
    """Last sign of life of a background process; read by the console and ``hotline doctor``."""

    __tablename__ = "heartbeats"

    name: Mapped[Code] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    detail: Mapped[dict[str, Any] | None]
