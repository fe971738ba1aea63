"""Everything stored about a ticket on which two paths disagree, for whoever has to find out why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.sla import second_path

TOLD = 3
PARTS = (
    ("ticket_events", "ticket_id", "at, kind, leg_id, actor_kind, old, new, reason, data"),
    ("legs", "ticket_id", "id, number, agency_id, state, dispatched_at, answered_at, released_at, delivered_at"),
    ("clocks", "ticket_id", "id, kind, leg_id, round, target_kind, target_amount, extra_amount, extended_amount, "
     "extension_pending, started_at, base_due, original_due, current_due, standing_original, standing_current, "
     "stopped_at, breached_original_at, breached_current_at, kept_promise_id, kept_kind, kept_amount, kept_half"),
    ("pauses", "ticket_id", "id, leg_id, kind, started_at, ended_at, limit_at, word_due_at, word"),
    ("extensions", "ticket_id", "id, leg_id, amount, asked_at, decision, decided_at, told_at"),
)  # fmt: skip


def told(session: Session, ticket_id: int) -> Iterator[str]:
    """One line a row, the rows of a table in the order in which they were made."""
    for table, column, wanted in PARTS:
        query = text(f"SELECT {wanted} FROM {table} WHERE {column} = :ticket ORDER BY {table}.id")
        for row in session.execute(query, {"ticket": ticket_id}):
            values = (f"{name}={value}" for name, value in row._mapping.items() if value not in (None, False))
            yield f"  {table}: {' '.join(values)}"


def of_differences(session: Session, at: dt.datetime) -> Iterator[str]:
    """The first tickets whose standings differ."""
    pairs = second_path.differences(session, at)
    tickets = dict.fromkeys(one.ticket for pair in pairs for one in pair if one is not None)
    for ticket in list(tickets)[:TOLD]:
        yield f"ticket {ticket}"
        yield from told(session, ticket)
