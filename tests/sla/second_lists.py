"""The lists' rows once more, in plain Python from the tickets' parts: what the database keeps must say the same."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from feedback_store.tables import (
    Addition,
    Clock,
    Extension,
    Leg,
    ListCount,
    ListEntry,
    ListStale,
    Pause,
    Question,
    Ticket,
)

NEVER = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
FRESH = {"populate_existing": True}
HOTLINE = {
    "new": "new", "dispatched": "working", "in_progress": "working", "answered": "answered", "released": "done",
    "closed": "done",
}  # fmt: skip
AGENCY = ("dispatched", "new"), ("accepted", "working"), ("answered", "answered"), ("released", "done")


def differences(session: Session) -> list[str]:
    """What is kept otherwise than the tickets have it. Rows that wait for the commit are made first."""
    session.flush()
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    entries = session.scalars(select(ListEntry), execution_options=FRESH)
    kept = {(row.ticket_id, row.viewer): told(row) for row in entries}
    wanted = dict(rows(session))
    found = [f"{key}: kept {kept.get(key)}, wanted {wanted.get(key)}"
             for key in sorted({*kept, *wanted}) if kept.get(key) != wanted.get(key)]  # fmt: skip
    sums = select(ListCount.viewer, ListCount.part, func.sum(ListCount.change)).group_by(
        ListCount.viewer, ListCount.part
    )
    counted = {(viewer, part): int(number) for viewer, part, number in session.execute(sums) if number}
    if counted != Counter((viewer, one[0]) for (_, viewer), one in wanted.items()):
        found.append(f"counts: kept {counted}")
    if session.scalar(select(func.count()).select_from(ListStale)):
        found.append("stale rows are left")
    return found


def told(row: ListEntry) -> tuple[Any, ...]:
    return (
        row.part, row.due, row.overdue_from, row.received, row.category_code, row.commune_code, row.service_class,
        row.channel, row.is_imported, row.is_sample, row.returned, row.extension_waits, row.pause_waits,
        row.citizen_waited, row.addition_unseen,
    )  # fmt: skip


def rows(session: Session) -> Iterator[tuple[tuple[int, int], tuple[Any, ...]]]:
    """``((ticket, viewer), row)``."""
    clocks = _by_ticket(session, select(Clock).where(Clock.stopped_at.is_(None)))
    pauses = _by_ticket(session, select(Pause).where(Pause.ended_at.is_(None)))
    legs = _by_ticket(session, select(Leg))
    questions = _by_ticket(session, select(Question).where(Question.outcome.is_(None)))
    undecided = set(session.scalars(select(Extension.ticket_id).where(Extension.decision.is_(None))))
    unseen = set(session.scalars(select(Addition.ticket_id).where(Addition.seen_at.is_(None))))
    for ticket in session.scalars(select(Ticket), execution_options=FRESH):
        own = legs.get(ticket.id, [])
        running = clocks.get(ticket.id, [])
        stopped = pauses.get(ticket.id, [])
        open_ = ticket.state in ("new", "dispatched", "in_progress", "answered")
        word = any(one.word_due_at is not None and one.word is None for one in stopped)
        waits = [one.leg_id for one in stopped if one.kind == "citizen"]
        waits += [one.leg_id for one in questions.get(ticket.id, [])]
        filters = (
            ticket.receipt_at, ticket.category_code, ticket.commune_code, ticket.service_class, ticket.channel,
            ticket.is_imported, ticket.is_sample,
        )  # fmt: skip
        late = [one for one in running if one.kind in ("promise", "resolve") and not _held(one, stopped)]
        returned = min(2, sum(one.state == "returned" for one in own)) if ticket.state == "new" else 0
        whole = (
            HOTLINE.get(ticket.state, "other"), _first(running), _first(late), *filters, returned,
            ticket.id in undecided, word, open_ and bool(waits), ticket.id in unseen,
        )  # fmt: skip
        yield (ticket.id, 0), whole
        for agency in {one.agency_id for one in own}:
            held = [one for one in own if one.agency_id == agency]
            if any(one.state not in ("returned", "cancelled") for one in held):
                yield (ticket.id, -agency), whole
            states = {one.state for one in held}
            mine = [one for one in running if one.agency_id == agency]
            asked = any(leg is None or leg in {one.id for one in held} for leg in waits)
            yield (ticket.id, agency), (
                next((part for state, part in AGENCY if state in states), "other"),
                _first([one for one in mine if one.kind in ("accept", "resolve")]),
                _first([one for one in late if one.kind == "resolve" and one.agency_id == agency]),
                *filters, 0, ticket.id in undecided, word, open_ and asked, ticket.id in unseen,
            )  # fmt: skip


def _held(clock: Clock, pauses: list[Pause]) -> bool:
    if clock.extension_pending:
        return True
    for pause in pauses:
        if pause.started_at >= clock.current_due:
            continue
        if clock.kind == "resolve" and pause.leg_id in (None, clock.leg_id):
            return True
        if clock.kind == "promise" and pause.kind == "citizen":
            return True
    return False


def _first(clocks: list[Clock]) -> dt.datetime:
    return min((one.current_due for one in clocks), default=NEVER)


def _by_ticket(session: Session, query: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.scalars(query, execution_options=FRESH):
        found.setdefault(row.ticket_id, []).append(row)
    return found
