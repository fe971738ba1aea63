"""The citizen's side: conversations, stored inbound events, outgoing messages, drafts, media."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from feedback_store.crypto import EncryptedJSON, EncryptedText
from feedback_store.tables.base import Base, Big, BigKey, Code, Hash


class Contact(Base):
    """A citizen as far as one channel knows them. Name and phone are encrypted."""

    __tablename__ = "contacts"

    id: Mapped[BigKey]
    channel: Mapped[Code]
    external_bidx: Mapped[Hash | None] = mapped_column(comment="blind index of the channel's id")
    name: Mapped[str | None] = mapped_column(EncryptedText)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    phone_bidx: Mapped[Hash | None]
    consent_at: Mapped[dt.datetime | None] = mapped_column(
        comment="when the purpose of personal details was told before they were given"
    )
    unreachable_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]

    __table_args__ = (
        UniqueConstraint("channel", "external_bidx"),
        Index("ix_contacts_phone_bidx", "phone_bidx"),
    )


class Conversation(Base):
    """One chat. Its row carries the turn lease and the numbering of outgoing messages."""

    __tablename__ = "conversations"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    channel: Mapped[Code] = mapped_column(comment="web | telegram | phone | zalo")
    account: Mapped[Code] = mapped_column(comment="bot account on the channel; '' for web")
    peer_bidx: Mapped[Hash] = mapped_column(comment="blind index of the chat id")
    peer: Mapped[str] = mapped_column(EncryptedText, comment="chat id, encrypted")
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    state: Mapped[Code] = mapped_column(default="bot", comment="bot | waiting | human | closed")
    epoch: Mapped[int] = mapped_column(default=0, comment="raised at every change of state")
    engine_session: Mapped[int] = mapped_column(default=0, comment="suffix of Rasa's sender id")
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[dt.datetime | None]
    pending_since: Mapped[dt.datetime | None] = mapped_column(
        comment="receipt of the oldest event not handled yet"
    )
    next_try_at: Mapped[dt.datetime | None] = mapped_column(
        comment="when the sweeper may begin a turn: end of the lease or of the back-off; null = nothing waits"
    )
    failing: Mapped[bool] = mapped_column(
        default=False, server_default=text("false"), comment="the turn of its oldest waiting event broke before"
    )
    delivering_until: Mapped[dt.datetime | None] = mapped_column(comment="lease of the outbox")
    in_count: Mapped[Big] = mapped_column(
        default=0, comment="stored events so far; a lease is let go only if nothing came meanwhile"
    )
    last_out_seq: Mapped[Big] = mapped_column(default=0)
    last_in_at: Mapped[dt.datetime | None]
    last_ticket_id: Mapped[int | None] = mapped_column(comment="ticket that a later photo, pin or 'bổ sung:' joins")
    context: Mapped[dict[str, Any] | None] = mapped_column(
        EncryptedJSON, comment="small turn-to-turn memory: pending question, last procedure"
    )
    emergency_kind: Mapped[str | None] = mapped_column(
        String(64), comment="kind of the danger that was answered last"
    )
    emergency_until: Mapped[dt.datetime | None] = mapped_column(
        comment="until then every message is answered with the number; null = no emergency, or it is over"
    )
    sealing_until: Mapped[dt.datetime | None] = mapped_column(
        comment="a denunciation is sealed and may be taken back until then; what follows it is sealed too"
    )
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]

    __table_args__ = (
        UniqueConstraint("channel", "account", "peer_bidx"),
        Index("ix_conversations_created", "created_at"),
        Index(
            "ix_conversations_next_try",
            "failing",
            "next_try_at",
            postgresql_where=text("next_try_at IS NOT NULL"),
        ),
    )


class InboundEvent(Base):
    """What a citizen sent, exactly once, before anything was done about it (decision 3)."""

    __tablename__ = "inbound_events"

    id: Mapped[BigKey]
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id"))
    channel: Mapped[Code]
    account: Mapped[Code]
    event_key: Mapped[str] = mapped_column(
        String(128), comment="the channel's id of the update, or the hash of the raw body"
    )
    kind: Mapped[Code] = mapped_column(
        comment="text | button | location | photo | edit | voice | sticker | other | command"
    )
    body: Mapped[dict[str, Any] | None] = mapped_column(
        EncryptedJSON, comment="{text, button, location, media:[id], caption, raw}; null = erased"
    )
    provider_at: Mapped[dt.datetime | None]
    received_at: Mapped[dt.datetime]
    late: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bool] = mapped_column(default=False, comment="held as a denunciation")
    guard: Mapped[str | None] = mapped_column(String(32))
    intent: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float | None]
    nlu: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON, comment="entities, ranking")
    ticket_code: Mapped[str | None] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[dt.datetime | None]
    handled_at: Mapped[dt.datetime | None]
    failure: Mapped[str | None] = mapped_column(String(200), comment="last error, no citizen text")

    __table_args__ = (
        UniqueConstraint("channel", "account", "event_key"),
        Index(
            "ix_inbound_events_pending",
            "conversation_id",
            "id",
            postgresql_where=text("handled_at IS NULL"),
        ),
        Index("ix_inbound_events_conversation", "conversation_id", "id"),
        Index(
            "ix_inbound_events_failed",
            "handled_at",
            postgresql_where=text("handled_at IS NOT NULL AND failure IS NOT NULL"),
        ),
    )


class UnreadUpdate(Base):
    """An update of a channel that nobody could read: kept by number and error alone, so that it is seen and not
    asked for again. Its words are not kept."""

    __tablename__ = "unread_updates"

    id: Mapped[BigKey]
    channel: Mapped[Code]
    account: Mapped[Code]
    event_key: Mapped[str] = mapped_column(String(128), comment="the channel's id of the update")
    reason: Mapped[str] = mapped_column(String(200), comment="error class and where, no citizen text")
    received_at: Mapped[dt.datetime]

    __table_args__ = (UniqueConstraint("channel", "account", "event_key"),)


class ActionResult(Base):
    """First result of an action for an event; repeating the action returns it (decision 3)."""

    __tablename__ = "action_results"

    event_id: Mapped[int] = mapped_column(ForeignKey("inbound_events.id"), primary_key=True)
    action: Mapped[str] = mapped_column(String(64), primary_key=True)
    step: Mapped[int] = mapped_column(default=0, primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON)
    created_at: Mapped[dt.datetime]


class OutboundMessage(Base):
    """A message to a citizen. The row is the queue for the web and the proof for every channel."""

    __tablename__ = "outbound_messages"

    id: Mapped[BigKey]
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[Big] = mapped_column(comment="1, 2, 3 … per conversation; the SSE id")
    event_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_events.id"))
    ticket_id: Mapped[int | None]
    kind: Mapped[Code] = mapped_column(
        comment="reply | emergency | notice | operator | staff (to a linked user, no part of the chat)"
    )
    notice: Mapped[str | None] = mapped_column(String(64), comment="result, late, callback …")
    dedupe_key: Mapped[str] = mapped_column(String(128), unique=True)
    body: Mapped[dict[str, Any] | None] = mapped_column(
        EncryptedJSON, comment="{text, buttons:[{token,label}], media:[id], link}; null = erased"
    )
    sealed: Mapped[bool] = mapped_column(default=False)
    status: Mapped[Code] = mapped_column(
        default="pending", comment="pending | sending | sent | delivered | uncertain | dead | dropped"
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[dt.datetime | None]
    provider_message_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    delivered_at: Mapped[dt.datetime | None] = mapped_column(comment="proof, see sla.md K2")
    error: Mapped[str | None] = mapped_column(String(300))

    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        Index(
            "ix_outbound_messages_due",
            "next_attempt_at",
            postgresql_where=text("status IN ('pending', 'sending')"),
        ),
        Index("ix_outbound_messages_event", "event_id"),
        Index("ix_outbound_messages_failed", "status", "ticket_id", postgresql_where=text("status = 'dead'")),
        Index("ix_outbound_messages_ticket", "ticket_id"),
    )


class ButtonToken(Base):
    """Opaque token behind a button, bound to its conversation, with an expiry."""

    __tablename__ = "button_tokens"

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id"))
    outbound_id: Mapped[int] = mapped_column(ForeignKey("outbound_messages.id"))
    label: Mapped[str]
    payload: Mapped[str] = mapped_column(EncryptedText, comment="/intent{json} for the engine")
    once: Mapped[bool] = mapped_column(default=True, comment="a second press has no effect")
    expires_at: Mapped[dt.datetime]
    used_event_id: Mapped[int | None]

    __table_args__ = (Index("ix_button_tokens_conversation", "conversation_id"),)


class Media(Base):
    """A photo or file a person sent: the kept original and the copy without EXIF."""

    __tablename__ = "media"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("conversations.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_events.id"))
    ticket_id: Mapped[int | None]
    leg_id: Mapped[int | None] = mapped_column(comment="set on an agency's evidence")
    uploaded_by: Mapped[int | None] = mapped_column(comment="console user, for evidence")
    status: Mapped[Code] = mapped_column(default="stored", comment="fetching | stored | failed | erased")
    provider_ref: Mapped[str | None] = mapped_column(EncryptedText, comment="file id to fetch")
    mime: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    original_path: Mapped[str | None] = mapped_column(comment="below the media folder, encrypted")
    public_path: Mapped[str | None] = mapped_column(comment="re-encoded JPEG, no EXIF")
    sealed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]

    __table_args__ = (Index("ix_media_ticket_id", "ticket_id"), Index("ix_media_event_id", "event_id"))


class Draft(Base):
    """A report being written (decision 13). At most one open draft per conversation."""

    __tablename__ = "drafts"

    id: Mapped[BigKey]
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id"))
    state: Mapped[Code] = mapped_column(default="open", comment="open | filed | cancelled | erased")
    data: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON)
    summary_event_id: Mapped[int | None] = mapped_column(
        comment="event whose reply showed the summary; only the next message may confirm by word"
    )
    ticket_id: Mapped[int | None]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]

    __table_args__ = (
        Index(
            "uq_drafts_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )


class SealedDenunciation(Base):
    """Decision 12: the ciphertext may be opened by the citizen's own word within 24 hours only.

    After that ``body`` is null and the fact and time remain.
    """

    __tablename__ = "sealed_denunciations"

    id: Mapped[BigKey]
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("inbound_events.id"), unique=True)
    body: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON)
    status: Mapped[Code] = mapped_column(default="sealed", comment="sealed | reopened | erased")
    sealed_at: Mapped[dt.datetime]
    erase_at: Mapped[dt.datetime]

    __table_args__ = (Index("ix_sealed_denunciations_erase_at", "erase_at", postgresql_where=text("body IS NOT NULL")),)


class EmergencyCall(Base):
    """An emergency that the guard or the engine answered: banner and queue entry for operators."""

    __tablename__ = "emergency_calls"

    id: Mapped[BigKey]
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("inbound_events.id"), unique=True)
    kind: Mapped[Code]
    numbers: Mapped[list[Any]]
    self_harm: Mapped[bool] = mapped_column(default=False)
    source: Mapped[Code] = mapped_column(
        comment="who sent it: a: and the blind index of the address, or c: and the conversation"
    )
    answered_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime | None] = mapped_column(comment="first shown to an operator")
    seen_by: Mapped[int | None]
    taken_by: Mapped[int | None]
    taken_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None] = mapped_column(EncryptedText)
    closed_at: Mapped[dt.datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(comment="the report it became")
    is_sample: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index("ix_emergency_calls_open", "answered_at", postgresql_where=text("closed_at IS NULL")),
        Index("ix_emergency_calls_source", "source", "conversation_id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_emergency_calls_conversation", "conversation_id", "id"),
    )


class CallbackTask(Base):
    """A person asked to be called: who takes it, until when, with what outcome."""

    __tablename__ = "callback_tasks"

    id: Mapped[BigKey]
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversations.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_events.id"), unique=True)
    phone: Mapped[str | None] = mapped_column(EncryptedText, comment="null: the citizen gave none; answer in the chat")
    good_time: Mapped[str | None] = mapped_column(EncryptedText, comment="the citizen's own words")
    topic: Mapped[str | None] = mapped_column(EncryptedText)
    due_at: Mapped[dt.datetime]
    taken_by: Mapped[int | None]
    taken_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(32), comment="reached | no_answer | wrong_number | other")
    outcome_note: Mapped[str | None] = mapped_column(EncryptedText)
    closed_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    is_sample: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index("ix_callback_tasks_open", "due_at", postgresql_where=text("closed_at IS NULL")),)


class RateCount(Base):
    """Token bucket of one key (code look-ups, sign-in, messages of one person)."""

    __tablename__ = "rate_counts"

    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    tokens: Mapped[float]
    refilled_at: Mapped[dt.datetime]


class EngineTracker(Base):
    """Rasa's tracker, one row a conversation; written by the engine alone (decision 13)."""

    __tablename__ = "engine_trackers"

    sender_id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[Hash] = mapped_column(comment="Fernet token")
    last_event_id: Mapped[str | None]
    updated_at: Mapped[dt.datetime]
