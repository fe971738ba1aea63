"""Rows that the bulk run writes by COPY, and what all of its tickets share."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from itertools import count
from typing import Any

from feedback_store.domain.calendar import Calendar
from feedback_store.domain.policy import Policy

Instant = dt.datetime


@dataclass(slots=True)
class TicketRow:
    id: int
    code: str
    channel: str
    conversation_id: uuid.UUID | None
    commune_code: str | None
    category_code: str
    service_class: str
    receipt_at: Instant
    text: str
    search_text: str
    created_at: Instant
    updated_at: Instant
    state: str = "new"
    kind: str = "report"
    version: int = 0
    anonymous: bool = False
    danger: bool = False
    deadline_failures: int = 0
    is_sample: bool = False
    is_imported: bool = False
    first_response_at: Instant | None = None
    closed_at: Instant | None = None
    close_reason: str | None = None
    refusal_ground: str | None = None


@dataclass(slots=True)
class LegRow:
    id: int
    ticket_id: int
    agency_id: int
    number: int
    dispatched_at: Instant
    state: str = "dispatched"
    accepted_at: Instant | None = None
    answered_at: Instant | None = None
    result_text: str | None = None
    no_evidence_reason: str | None = None
    released_at: Instant | None = None
    delivered_at: Instant | None = None
    returned_at: Instant | None = None
    return_reason: str | None = None
    return_proposed_agency_id: int | None = None
    sent_back_reason: str | None = None
    for_leader: bool = False


@dataclass(slots=True)
class ClockRow:
    """As ``tables.Clock``: the judgements of ``service.clocks`` that need no database work on it."""

    id: int
    ticket_id: int
    leg_id: int | None
    agency_id: int | None
    kind: str
    round: int
    target_kind: str
    target_amount: int
    policy_version_id: int
    calendar_version_id: int
    started_at: Instant
    base_due: Instant
    original_due: Instant
    current_due: Instant
    standing_original: str = "running"
    standing_current: str = "running"
    breached_original_at: Instant | None = None
    breached_current_at: Instant | None = None
    stopped_at: Instant | None = None
    extra_amount: int = 0
    extended_amount: int = 0
    extension_pending: bool = False
    warned_level: int = 0
    left_reason: str | None = None
    noted_original: Instant | None = None
    noted_current: Instant | None = None
    kept_promise_id: int | None = None
    kept_kind: str | None = None
    kept_amount: int | None = None
    kept_half: bool = False


@dataclass(slots=True)
class PauseRow:
    id: int
    ticket_id: int
    leg_id: int | None
    kind: str
    reason: str
    started_at: Instant
    limit_at: Instant | None = None
    ended_at: Instant | None = None
    word_due_at: Instant | None = None
    word: str | None = None


@dataclass(slots=True)
class ExtensionRow:
    id: int
    ticket_id: int
    leg_id: int
    amount: int
    reason: str
    asked_at: Instant
    decision: str | None = None
    decision_reason: str | None = None
    decided_at: Instant | None = None
    told_at: Instant | None = None


@dataclass(slots=True)
class EventRow:
    id: int
    ticket_id: int
    leg_id: int | None
    at: Instant
    kind: str
    actor_kind: str
    agency_id: int | None
    old: str | None
    new: str | None
    reason: str | None
    data: dict[str, Any] | None
    scope: str


TABLES: tuple[tuple[str, type], ...] = (
    ("tickets", TicketRow), ("legs", LegRow), ("clocks", ClockRow), ("pauses", PauseRow),
    ("extensions", ExtensionRow), ("ticket_events", EventRow),
)  # fmt: skip
"""In the order in which they refer to each other."""


def copy(cursor: Any, table: str, kind: type, rows: Iterable[Any]) -> None:
    """Write rows of one table; ``cursor`` is the driver's."""
    names = [one.name for one in fields(kind)]
    with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as stream:
        for row in rows:
            values = [getattr(row, name) for name in names]
            stream.write_row([json.dumps(one) if isinstance(one, dict) else one for one in values])


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    id: int
    name: str
    calendar: str


@dataclass(frozen=True)
class World:
    """Versions in force all year, and who takes part; ``calendars``: code → version id, ``by_id``: its hours."""

    begin: Instant
    end: Instant
    policy_id: int
    policy: Policy
    calendars: dict[str, int]
    by_id: dict[int, Calendar]
    agencies: list[AgencyFacts]
    categories: dict[str, list[str]]
    """By service class."""
    communes: list[str]
    conversations: dict[str, list[uuid.UUID]]
    """By channel."""
    ids: dict[str, count[int]] = field(default_factory=lambda: {table: count(1) for table, _ in TABLES})

    def new_id(self, table: str) -> int:
        return next(self.ids[table])
