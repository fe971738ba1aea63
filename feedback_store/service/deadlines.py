"""The deadline job: stores breaches with their true instants and warns who must know (sla.md, rules 10 and 11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from feedback_store.domain import warnings
from feedback_store.service import clocks, delays, notices, pauses, questions
from feedback_store.service.actor import AGENCY_ROLES, SYSTEM
from feedback_store.service.trail import forget, record
from feedback_store.tables import Clock, Leg, Pause, Question, Ticket
from vitext.dates import spoken_time

log = structlog.get_logger(__name__)
RETRY_AFTER = dt.timedelta(minutes=10)
STUCK_AFTER = 3
WRITTEN = (
    "warned_level", "breached_original_at", "breached_current_at", "standing_original", "standing_current",
)  # fmt: skip
"""What the job changes of a clock."""


def next_wake(session: Session) -> dt.datetime | None:
    """Earliest instant at which the job has something to do."""
    return session.scalar(select(func.min(Ticket.next_deadline_at)))


def handle_due(session: Session, *, now: dt.datetime, limit: int = 500) -> int:
    """Handle tickets whose next deadline has passed; gives how many.

    Each ticket has a savepoint of its own: one that fails is pushed on (ten minutes, then twice as long each time,
    up to some five hours), counted and logged, and never holds up the others. At the third failure administrators are
    told; ``hotline doctor`` names such tickets. Those without an open pause or question are first tried together, in
    few statements; only where that fails does each of them get its own savepoint.
    """
    query = (
        select(Ticket)
        .where(Ticket.next_deadline_at < now)
        .order_by(Ticket.next_deadline_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = list(session.scalars(query))
    for ticket in _alone(session, due, now):
        ticket_id, failures = ticket.id, ticket.deadline_failures
        try:
            with session.begin_nested():
                handle_one(session, ticket, now)
        except Exception:
            log.exception("deadline_failed", ticket_id=ticket_id, failures=failures + 1)
            again = now + RETRY_AFTER * 2 ** min(failures, 5)
            session.execute(
                update(Ticket)
                .where(Ticket.id == ticket_id)
                .values(next_deadline_at=again, deadline_failures=failures + 1)
            )
            if failures + 1 == STUCK_AFTER:
                session.refresh(ticket)
                notices.tell_role(
                    session, role="administrator", kind="stuck", ticket=ticket, dedupe=f"{now:%Y-%m-%d}", now=now
                )
    return len(due)


def _alone(session: Session, due: list[Ticket], now: dt.datetime) -> list[Ticket]:
    """Handle what can be handled together; gives the tickets that need a savepoint of their own."""
    ids = [ticket.id for ticket in due]
    waits = set(session.scalars(select(Pause.ticket_id).where(Pause.ticket_id.in_(ids), Pause.ended_at.is_(None))))
    asked = select(Question.ticket_id).where(Question.ticket_id.in_(ids), Question.outcome.is_(None))
    waits |= set(session.scalars(asked))
    plain = [ticket for ticket in due if ticket.id not in waits and not ticket.deadline_failures]
    try:
        with session.begin_nested(), notices.together(session), session.no_autoflush:
            _handle_together(session, plain, now)
    except Exception:
        log.warning("deadlines_one_by_one", tickets=len(plain), exc_info=True)
        return due
    done = {ticket.id for ticket in plain}
    return [ticket for ticket in due if ticket.id not in done]


def _handle_together(session: Session, tickets: list[Ticket], now: dt.datetime) -> None:
    """What :func:`handle_one` does, for tickets without open pause or question, from rows read at once."""
    ids = [ticket.id for ticket in tickets]
    every: dict[int, list[Clock]] = {one: [] for one in ids}
    for clock in session.scalars(select(Clock).where(Clock.ticket_id.in_(ids)).order_by(Clock.id)):
        every[clock.ticket_id].append(clock)
    wanted = {c.leg_id for found in every.values() for c in found if c.leg_id and c.stopped_at is None}
    legs = list(session.scalars(select(Leg).where(Leg.id.in_(wanted))))  # kept: session.get() finds them
    for ticket in tickets:
        for clock in every[ticket.id]:
            if clock.stopped_at is None:
                _look(session, ticket, clock, now, ())
        clocks.set_next_deadline(session, ticket, warned_at=now, unpaused=every[ticket.id])
    _write_alike(one for one in session.dirty if isinstance(one, Clock))
    session.flush()
    del legs


def _write_alike(changed: Iterable[Clock]) -> None:
    """The same columns of each clock, whichever of them changed: neighbours then go in one statement."""
    for clock in changed:
        for column in WRITTEN:
            flag_modified(clock, column)


def handle_one(session: Session, ticket: Ticket, now: dt.datetime) -> None:
    """What has fallen due for one locked ticket: caps of pauses, breaches, warnings."""
    forget(session, ticket.id)
    pauses.end_expired(session, ticket=ticket, now=now)
    questions.expire(session, ticket=ticket, now=now)
    open_pauses = pauses.open_of(session, ticket)
    for clock in clocks.running(session, ticket.id):
        _look(session, ticket, clock, now, open_pauses)
    clocks.set_next_deadline(session, ticket, warned_at=now)
    ticket.deadline_failures = 0


def _look(session: Session, ticket: Ticket, clock: Clock, now: dt.datetime, open_pauses: Sequence[Pause]) -> None:
    """Store the breach of a running clock and tell of it; of one that a pause holds nobody is warned."""
    if clocks.mark_breach(clock, now):
        _breached(session, ticket, clock, now)
    delays.tell_if_due(session, ticket=ticket, clock=clock, open_pauses=open_pauses, now=now)
    if not clocks.held(open_pauses, clock):
        _warn(session, ticket, clock, now)


def _breached(session: Session, ticket: Ticket, clock: Clock, now: dt.datetime) -> None:
    """The fact, at once."""
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


def _warn(session: Session, ticket: Ticket, clock: Clock, now: dt.datetime) -> None:
    """Send the highest level that has passed; the lower ones are recorded as superseded (rule 11)."""
    levels = clocks.warning_levels(session, clock, now)
    if not levels or clocks.warning_time(session, clock, now) > now:
        return  # after downtime or a pause: outside working hours it waits for the next opening
    level = clock.warned_level = levels[-1]
    leg = session.get(Leg, clock.leg_id) if clock.leg_id else None
    roles = recipients(clock.kind, level)
    record(
        session,
        ticket_id=ticket.id,
        kind="warned",
        actor=SYSTEM,
        leg=leg,
        now=now,
        new=str(level),
        data={"clock": clock.kind, "clock_id": clock.id, "superseded": levels[:-1], "to": list(roles)},
        scope="leg" if leg and clock.kind != "notify" else "hotline",
    )
    name = notice_name(level)
    words = {"due": spoken_time(clock.current_due), "percent": level, "days": level - warnings.DUE}
    for role in roles:
        kind, dedupe = f"{name}_{clock.kind}", f"{clock.id}:{level}"
        if role in AGENCY_ROLES and leg is not None:
            notices.tell_agency(
                session, agency_id=leg.agency_id, role=role, kind=kind, ticket=ticket, leg=leg, dedupe=dedupe, now=now,
                **words,
            )  # fmt: skip
        else:
            notices.tell_role(
                session, role=role, kind=kind, ticket=ticket, leg=leg, dedupe=dedupe, now=now, **words
            )


def notice_name(level: int) -> str:
    """The text ``notices.<name>_<clock>`` that a level is told with."""
    return "early" if level < warnings.DUE else "breach" if level == warnings.DUE else "still"


def recipients(kind: str, level: int) -> tuple[str, ...]:
    """Who is warned: the circle grows with the level (rule 11)."""
    step = 0 if level < 80 else 1 if level < warnings.DUE else 2 if level == warnings.DUE else 3
    if kind in ("accept", "resolve"):
        return ("officer", "leader", "supervisor", "manager")[: step + 1]
    if kind == "promise":
        return ("operator", "supervisor", "manager")[:step]
    return ("operator", "supervisor", "manager")[: min(step, 2) + 1]
