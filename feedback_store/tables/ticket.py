"""Tickets, legs, clocks, pauses, results, ratings and their event trail."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from feedback_store.crypto import EncryptedText
from feedback_store.tables.base import Base, BigKey, Code

COUNTED = ("id", "ticket_id", "leg_id", "agency_id")
"""What every figure of clocks reads beside due and standing."""


class Ticket(Base):
    """What a citizen reported. Text is plain (searchable); identity is in ``contacts``/encrypted."""

    __tablename__ = "tickets"

    id: Mapped[BigKey]
    code: Mapped[str] = mapped_column(String(16), unique=True, comment="PA-482-109-375")
    kind: Mapped[Code] = mapped_column(default="report", comment="report | regulation")
    state: Mapped[Code] = mapped_column(
        comment="new | dispatched | in_progress | answered | released | closed | refused | withdrawn"
    )
    version: Mapped[int] = mapped_column(default=0, comment="compare-and-set counter")
    channel: Mapped[Code]
    conversation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("conversations.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    filing_event_id: Mapped[int | None] = mapped_column(
        ForeignKey("inbound_events.id"), unique=True, comment="the pressed 'Gửi'; files once"
    )
    form_key: Mapped[str | None] = mapped_column(String(64), comment="one sending of an entry form; it files once")
    entered_by: Mapped[int | None] = mapped_column(comment="operator of a phone report")
    anonymous: Mapped[bool] = mapped_column(default=False)
    reporter_name: Mapped[str | None] = mapped_column(EncryptedText)
    reporter_phone: Mapped[str | None] = mapped_column(EncryptedText)
    phone_bidx: Mapped[bytes | None] = mapped_column(
        comment="blind index of reporter_phone; null = none, or not computed yet"
    )
    name_bidx: Mapped[bytes | None] = mapped_column(comment="blind index of reporter_name")
    text: Mapped[str] = mapped_column(comment="the citizen's own words")
    place_text: Mapped[str | None]
    lat: Mapped[float | None] = mapped_column(Float(53))
    lon: Mapped[float | None] = mapped_column(Float(53))
    commune_code: Mapped[str | None] = mapped_column(String(16))
    category_code: Mapped[Code]
    service_class: Mapped[Code] = mapped_column(comment="U4 H5 H24 N3 N7 P10")
    danger: Mapped[bool] = mapped_column(default=False, comment="filed after an emergency answer")
    search_text: Mapped[str] = mapped_column(comment="vitext.fold of code, text, place, category")
    receipt_at: Mapped[dt.datetime] = mapped_column(comment="see sla.md: Receipt")
    first_response_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    close_reason: Mapped[str | None] = mapped_column(comment="refusal or withdrawal reason")
    refusal_ground: Mapped[str | None] = mapped_column(
        String(16), comment="scope | area | duplicate | too_little | prank | other (sla.md rule 15)"
    )
    next_deadline_at: Mapped[dt.datetime | None] = mapped_column(
        comment="next instant at which the deadline job must look; null = never"
    )
    deadline_failures: Mapped[int] = mapped_column(default=0, comment="quarantine of poison rows")
    is_sample: Mapped[bool] = mapped_column(default=False)
    is_imported: Mapped[bool] = mapped_column(default=False)
    recurs: Mapped[bool] = mapped_column(
        default=False,
        server_default="false",
        comment="the same category at the same place was answered in the 30 days before; kept by the database",
    )
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]

    __table_args__ = (
        Index(
            "ix_tickets_next_deadline",
            "next_deadline_at",
            postgresql_where=sql("next_deadline_at IS NOT NULL"),
        ),
        Index("ix_tickets_phone_bidx", "phone_bidx", postgresql_where=sql("phone_bidx IS NOT NULL")),
        Index("ix_tickets_name_bidx", "name_bidx", postgresql_where=sql("name_bidx IS NOT NULL")),
        Index("ix_tickets_code_end", sql("\"right\"(replace(code, '-', ''), 6)")),
        Index("ix_tickets_state_receipt", "state", "receipt_at"),
        Index("ix_tickets_state", "state"),  # counted whole on every view of the queue: a fifth of the one above
        Index("ix_tickets_receipt", "receipt_at"),
        Index("ix_tickets_parts", "id", postgresql_include=["category_code", "service_class", "commune_code"]),
        Index("ix_tickets_conversation", "conversation_id"),
        Index("ix_tickets_closed", "closed_at", postgresql_where=sql("closed_at IS NOT NULL")),
        Index(
            "ix_tickets_place",
            "category_code",
            "commune_code",
            sql("md5(lower(btrim(place_text)))"),
            "receipt_at",
            postgresql_where=sql("commune_code IS NOT NULL AND place_text IS NOT NULL"),
        ),
        Index("ix_tickets_sample", "id", postgresql_where=sql("is_sample")),
        Index("uq_tickets_form_key", "form_key", unique=True, postgresql_where=sql("form_key IS NOT NULL")),
        Index(
            "ix_tickets_search",
            sql("to_tsvector('simple', search_text)"),
            postgresql_using="gin",
        ),
    )


class Leg(Base):
    """One agency's responsibility for a ticket, from dispatch to its result."""

    __tablename__ = "legs"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    number: Mapped[int] = mapped_column(comment="1, 2 … within the ticket")
    state: Mapped[Code] = mapped_column(
        comment="dispatched | accepted | answered | released | superseded | returned | cancelled"
    )
    dispatched_at: Mapped[dt.datetime]
    dispatched_by: Mapped[int | None]
    dispatch_note: Mapped[str | None]
    suggestion_reason: Mapped[str | None] = mapped_column(comment="why routing proposed it")
    accepted_at: Mapped[dt.datetime | None]
    accepted_by: Mapped[int | None]
    answered_at: Mapped[dt.datetime | None] = mapped_column(comment="the officer's result")
    answered_by: Mapped[int | None]
    result_text: Mapped[str | None]
    no_evidence_reason: Mapped[str | None]
    released_at: Mapped[dt.datetime | None]
    released_by: Mapped[int | None]
    delivered_at: Mapped[dt.datetime | None] = mapped_column(comment="proof of delivery")
    returned_at: Mapped[dt.datetime | None]
    return_reason: Mapped[str | None]
    return_proposed_agency_id: Mapped[int | None]
    sent_back_reason: Mapped[str | None]
    for_leader: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="reopened a second time: the agency's leader answers"
    )
    handed_from_id: Mapped[int | None] = mapped_column(comment="the dissolved agency that held it before")
    handed_over_at: Mapped[dt.datetime | None]

    __table_args__ = (
        UniqueConstraint("ticket_id", "number"),
        Index("ix_legs_agency_state", "agency_id", "state"),
        Index("ix_legs_dispatched", "dispatched_at"),
        Index("ix_legs_further", "ticket_id", postgresql_where=sql("number > 1")),
        Index("ix_legs_returned", "ticket_id", postgresql_where=sql("state = 'returned'")),
        Index("ix_legs_untold", "ticket_id", postgresql_where=sql("state = 'released' AND delivered_at IS NULL")),
        Index(
            "ix_legs_released",
            "released_at",
            postgresql_include=["id", "ticket_id", "number", "agency_id"],
            postgresql_where=sql("released_at IS NOT NULL"),
        ),
        Index(
            "ix_legs_delivered",
            "delivered_at",
            postgresql_include=["id", "ticket_id", "number", "agency_id"],
            postgresql_where=sql("delivered_at IS NOT NULL"),
        ),
    )


class Clock(Base):
    """One running or stopped clock with its stored standing. ``leg_id`` null: the ticket's own."""

    __tablename__ = "clocks"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    leg_id: Mapped[int | None] = mapped_column(ForeignKey("legs.id"))
    agency_id: Mapped[int | None] = mapped_column(comment="that held the leg at the current due; for the figures")
    original_agency_id: Mapped[int | None] = mapped_column(
        comment="that held it at the original due, where another did; null = the same"
    )
    kind: Mapped[Code] = mapped_column(comment="promise | triage | accept | resolve | notify")
    round: Mapped[int] = mapped_column(default=1, comment="2 = second promise after reopening …")
    target_kind: Mapped[Code] = mapped_column(comment="working_minutes | working_days | clock_minutes")
    target_amount: Mapped[int]
    extra_amount: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="what a share among agencies, or a recalculation, adds to the target"
    )
    extended_amount: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="what a granted extension adds to the current due, in the target's unit"
    )
    extension_pending: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="asked in time and undecided: the current due cannot be breached"
    )
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    calendar_version_id: Mapped[int] = mapped_column(ForeignKey("calendar_versions.id"))
    original_calendar_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("calendar_versions.id"),
        comment="of the original due, where a recalculation moved the current one alone; null = the same",
    )
    started_at: Mapped[dt.datetime]
    stopped_at: Mapped[dt.datetime | None]
    base_due: Mapped[dt.datetime]
    original_due: Mapped[dt.datetime]
    current_due: Mapped[dt.datetime]
    breached_original_at: Mapped[dt.datetime | None]
    breached_current_at: Mapped[dt.datetime | None]
    standing_original: Mapped[Code] = mapped_column(comment="running | on_time | late | left")
    standing_current: Mapped[Code]
    left_reason: Mapped[str | None] = mapped_column(String(64))
    warned_level: Mapped[int] = mapped_column(default=0)
    late_told_at: Mapped[dt.datetime | None] = mapped_column(comment="when the citizen was last told of the breach")
    apology_at: Mapped[dt.datetime | None] = mapped_column(comment="when to tell them next; null = at the breach")
    noted_original: Mapped[dt.datetime | None] = mapped_column(comment="original_due as the trail last told it")
    kept_promise_id: Mapped[int | None] = mapped_column(
        ForeignKey("clocks.id"), comment="of a leg that leaves time for its release: before which promise (rule 16)"
    )
    kept_kind: Mapped[str | None] = mapped_column(String(32), comment="the notify target that is kept back")
    kept_amount: Mapped[int | None]
    kept_half: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="a further leg: never less than half its class target"
    )
    noted_current: Mapped[dt.datetime | None]

    __table_args__ = (
        Index("ix_clocks_ticket", "ticket_id"),
        Index(
            "ix_clocks_kind_current_due",
            "kind",
            "current_due",
            postgresql_include=[*COUNTED, "round", "standing_current", "extension_pending"],
        ),
        Index(
            "ix_clocks_kind_original_due",
            "kind",
            "original_due",
            postgresql_include=[*COUNTED, "original_agency_id", "round", "standing_original"],
        ),
        Index(
            "ix_clocks_running_due",
            "current_due",
            "ticket_id",
            postgresql_include=["id", "kind", "agency_id", "leg_id"],
            postgresql_where=sql("stopped_at IS NULL"),
        ),
        Index(
            "ix_clocks_running_kind",
            "kind",
            "current_due",
            postgresql_include=["id", "ticket_id", "agency_id", "leg_id", "extension_pending"],
            postgresql_where=sql("stopped_at IS NULL"),
        ),
        Index(
            "ix_clocks_running_ticket",
            "ticket_id",
            "current_due",
            postgresql_include=["id", "kind", "agency_id"],
            postgresql_where=sql("stopped_at IS NULL"),
        ),
        Index("ix_clocks_agency_due", "agency_id", "kind", "current_due"),
        Index(
            "ix_clocks_further_promises",
            "ticket_id",
            "round",
            postgresql_where=sql("kind = 'promise' AND round > 1"),
        ),
        Index("ix_clocks_further_legs", "leg_id", "round", postgresql_where=sql("kind = 'resolve' AND round > 1")),
    )


class Pause(Base):
    """A stretch that the clocks of a ticket or leg don't count (sla.md rule 5)."""

    __tablename__ = "pauses"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    leg_id: Mapped[int | None] = mapped_column(ForeignKey("legs.id"))
    kind: Mapped[Code] = mapped_column(comment="citizen | force_majeure | review (a result sent back)")
    reason: Mapped[str]
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    limit_at: Mapped[dt.datetime | None] = mapped_column(comment="the policy's cap: the job ends it here")
    opened_by: Mapped[int | None]
    closed_by: Mapped[int | None]
    word_due_at: Mapped[dt.datetime | None] = mapped_column(
        comment="without the supervisor's word it ends here; null = needs none"
    )
    word: Mapped[Code | None] = mapped_column(comment="confirmed | refused | lapsed; null = waits")
    word_reason: Mapped[str | None]
    word_at: Mapped[dt.datetime | None]
    word_by: Mapped[int | None]

    __table_args__ = (
        Index("ix_pauses_ticket", "ticket_id"),
        Index(
            "ix_pauses_word_awaited",
            "ticket_id",
            postgresql_where=sql("ended_at IS NULL AND word_due_at IS NOT NULL AND word IS NULL"),
        ),
        Index(
            "ix_pauses_citizen_open",
            "ticket_id",
            "leg_id",
            postgresql_where=sql("ended_at IS NULL AND kind = 'citizen'"),
        ),
    )


class Extension(Base):
    """An agency's leader asks for more time, the hotline's supervisor decides (sla.md rule 6)."""

    __tablename__ = "extensions"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    leg_id: Mapped[int] = mapped_column(ForeignKey("legs.id"))
    amount: Mapped[int] = mapped_column(comment="in the unit of the leg's target: minutes or working days")
    reason: Mapped[str]
    asked_at: Mapped[dt.datetime]
    asked_by: Mapped[int | None]
    decision: Mapped[str | None] = mapped_column(String(16), comment="granted | refused | lapsed; null = undecided")
    decision_reason: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[int | None]
    told_at: Mapped[dt.datetime | None] = mapped_column(comment="when the citizen was told of the new date")

    __table_args__ = (
        Index("ix_extensions_ticket", "ticket_id"),
        Index("ix_extensions_leg", "leg_id"),
        Index("ix_extensions_open", "asked_at", postgresql_where=sql("decision IS NULL")),
        Index("ix_extensions_undecided", "ticket_id", postgresql_where=sql("decision IS NULL")),
    )


class PromiseMove(Base):
    """A later promise after a recalculation: its current due once the citizen was told (sla.md, rules 8 and 12)."""

    __tablename__ = "promise_moves"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    calendar_version_id: Mapped[int] = mapped_column(ForeignKey("calendar_versions.id"))
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    extra_change: Mapped[int] = mapped_column(comment="what the newer policy adds, in the target's unit")
    due: Mapped[dt.datetime] = mapped_column(comment="as the citizen is told")
    reason: Mapped[str]
    made_at: Mapped[dt.datetime]
    made_by: Mapped[int | None]
    told_at: Mapped[dt.datetime | None]
    dropped_at: Mapped[dt.datetime | None] = mapped_column(comment="a newer recalculation came first")

    __table_args__ = (
        Index("ix_promise_moves_ticket", "ticket_id"),
        Index(
            "uq_promise_moves_waiting",
            "clock_id",
            unique=True,
            postgresql_where=sql("told_at IS NULL AND dropped_at IS NULL"),
        ),
    )


class Question(Base):
    """Something asked of the citizen about a ticket; the clocks wait from its proven delivery on (sla.md rule 5)."""

    __tablename__ = "questions"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    leg_id: Mapped[int | None] = mapped_column(ForeignKey("legs.id"), comment="the agency that asks; null = hotline")
    text: Mapped[str]
    asked_at: Mapped[dt.datetime]
    asked_by: Mapped[int | None]
    delivered_at: Mapped[dt.datetime | None]
    pause_id: Mapped[int | None] = mapped_column(ForeignKey("pauses.id"))
    outcome: Mapped[str | None] = mapped_column(String(16), comment="answered | expired | over; null = waiting")
    ended_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index("ix_questions_ticket", "ticket_id"),
        Index("uq_questions_waiting", "ticket_id", unique=True, postgresql_where=sql("outcome IS NULL")),
    )


class TicketEvent(Base):
    """Audit trail and time line: every state change with old, new, reason and actor."""

    __tablename__ = "ticket_events"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    leg_id: Mapped[int | None]
    at: Mapped[dt.datetime]
    kind: Mapped[Code]
    actor_kind: Mapped[Code] = mapped_column(comment="citizen | bot | user | system")
    actor_id: Mapped[int | None]
    agency_id: Mapped[int | None]
    old: Mapped[str | None]
    new: Mapped[str | None]
    reason: Mapped[str | None]
    data: Mapped[dict[str, Any] | None] = mapped_column(
        comment="clocks: due instants that this event set, so that every standing can be computed from the trail alone"
    )
    scope: Mapped[Code] = mapped_column(
        default="all", comment="all | hotline (operators up) | leg (that agency and the hotline)"
    )

    __table_args__ = (
        Index("ix_ticket_events_ticket", "ticket_id", "id"),
        Index("ix_ticket_events_recategorised", "at", postgresql_where=sql("kind = 'category_changed'")),
    )


class Addition(Base):
    """What the citizen added after filing: a photo, a pin, 'bổ sung: …'."""

    __tablename__ = "additions"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_events.id"), unique=True)
    text: Mapped[str | None]
    lat: Mapped[float | None] = mapped_column(Float(53))
    lon: Mapped[float | None] = mapped_column(Float(53))
    created_at: Mapped[dt.datetime]
    seen_by: Mapped[int | None]
    seen_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index("ix_additions_ticket", "ticket_id"),
        Index("ix_additions_unseen", "ticket_id", postgresql_where=sql("seen_at IS NULL")),
    )


class Rating(Base):
    """1–5 for one released result; the last rating of a result counts (K3)."""

    __tablename__ = "ratings"

    id: Mapped[BigKey]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int] = mapped_column(default=1, comment="which result of the ticket")
    event_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_events.id"))
    stars: Mapped[int]
    comment: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    superseded: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index(
            "uq_ratings_counting",
            "ticket_id",
            "round",
            unique=True,
            postgresql_where=sql("NOT superseded"),
        ),
    )
