"""The deadline job: stores breaches with their true instants and tells who must know (rule 10)."""

from __future__ import annotations

import datetime as dt

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback_store.service import clocks, notices, pauses
from feedback_store.service.actor import SYSTEM
from feedback_store.service.trail import record
from feedback_store.tables import Clock, Leg, Ticket
from vitext.dates import spoken_time

log = structlog.get_logger(__name__)
RETRY_AFTER = dt.timedelta(minutes=10)


def next_wake(session: Session) -> dt.datetime | None:
    """Earliest instant at which the job has something to do."""
    return session.scalar(select(func.min(Ticket.next_deadline_at)))


def handle_due(session: Session, *, now: dt.datetime, limit: int = 500) -> int:
    """Handle tickets whose next deadline has passed; gives how many.

    Each ticket has a savepoint of its own: one that fails is pushed on ten minutes, counted and
    logged, and never holds up the others.
    """
    query = (
        select(Ticket)
        .where(Ticket.next_deadline_at < now)
        .order_by(Ticket.next_deadline_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = list(session.scalars(query))
    for ticket in due:
        ticket_id, failures = ticket.id, ticket.deadline_failures
        try:
            with session.begin_nested():
                _handle(session, ticket, now)
        except Exception:
            log.exception("deadline_failed", ticket_id=ticket_id, failures=failures + 1)
            session.execute(
                update(Ticket)
                .where(Ticket.id == ticket_id)
                .values(next_deadline_at=now + RETRY_AFTER, deadline_failures=failures + 1)
            )
    return len(due)


def _handle(session: Session, ticket: Ticket, now: dt.datetime) -> None:
    pauses.end_expired(session, ticket=ticket, now=now)
    for clock in clocks.running(session, ticket.id):
        was = clock.standing_current
        if clocks.mark_breach(clock, now):
            _tell(session, ticket, clock, now, against_current=was != clock.standing_current)
    clocks.set_next_deadline(session, ticket)
    ticket.deadline_failures = 0


def _tell(session: Session, ticket: Ticket, clock: Clock, now: dt.datetime, *, against_current: bool) -> None:
    leg = session.get(Leg, clock.leg_id) if clock.leg_id else None
    record(
        session,
        ticket_id=ticket.id,
        kind="breached",
        actor=SYSTEM,
        leg=leg,
        now=now,
        new=clock.kind,
        data={"due": (clock.breached_current_at or clock.breached_original_at or now).isoformat()},
        scope="all" if clock.kind == "promise" else "leg" if leg else "hotline",
    )
    if not against_current:
        return
    kind, dedupe, due = f"breach_{clock.kind}", str(clock.id), spoken_time(clock.current_due)
    if leg is not None and clock.kind in ("accept", "resolve"):
        notices.tell_agency(
            session, agency_id=leg.agency_id, kind=kind, ticket=ticket, leg=leg, dedupe=dedupe, due=due, now=now
        )
    roles = ("operator", "supervisor") if clock.kind in ("triage", "notify", "promise") else ("supervisor",)
    for role in roles:
        notices.tell_role(session, role=role, kind=kind, ticket=ticket, leg=leg, dedupe=dedupe, due=due, now=now)
    if clock.kind == "promise":
        notices.tell_citizen(
            session, ticket=ticket, notice="late", key="tickets.told_late", dedupe=dedupe, due=due, now=now
        )
