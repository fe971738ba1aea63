"""Clocks as rows: opened with the policy and calendar of that moment, stopped with a stored standing."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.calendar import Calendar, calendar_from_data
from feedback_store.domain.due import PauseSpan, Target, due
from feedback_store.domain.policy import HOTLINE_CLOCKS, ClockKind, Policy, policy_from_data
from feedback_store.service.actor import Refused
from feedback_store.tables import Agency, CalendarVersion, Clock, Leg, Pause, PolicyVersion, Ticket

HOTLINE_CALENDAR = "hotline"

_calendars: dict[int, Calendar] = {}
_policies: dict[int, Policy] = {}




def load_policy(session: Session, at: dt.datetime) -> tuple[int, Policy]:
    """The policy in force at ``at`` with its version id; versions never change, so they are kept."""
    query = (
        select(PolicyVersion)
        .where(PolicyVersion.valid_from <= at)
        .order_by(PolicyVersion.valid_from.desc(), PolicyVersion.id.desc())
        .limit(1)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise Refused("tickets.no_policy")
    if row.id not in _policies:
        _policies[row.id] = policy_from_data(row.data)
    return row.id, _policies[row.id]


def load_calendar(session: Session, code: str, at: dt.datetime) -> tuple[int, Calendar]:
    """The version of calendar ``code`` in force at ``at``."""
    query = (
        select(CalendarVersion)
        .where(CalendarVersion.code == code, CalendarVersion.valid_from <= at)
        .order_by(CalendarVersion.valid_from.desc(), CalendarVersion.id.desc())
        .limit(1)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise Refused("tickets.no_calendar", code=code)
    return row.id, _calendar(row)


def _calendar(row: CalendarVersion) -> Calendar:
    if row.id not in _calendars:
        _calendars[row.id] = calendar_from_data(row.data)
    return _calendars[row.id]


def calendar_of(session: Session, clock: Clock) -> Calendar:
    """The calendar version that ``clock`` was computed with."""
    known = _calendars.get(clock.calendar_version_id)
    if known is None:
        known = _calendar(session.get_one(CalendarVersion, clock.calendar_version_id))
    return known


def target_of(clock: Clock) -> Target:
    return Target(clock.target_kind, clock.target_amount)  # type: ignore[arg-type]


def pause_spans(session: Session, clock: Clock) -> list[PauseSpan]:
    """Pauses that move this clock (sla.md, rules 5 and 8).

    A leg's pauses move its resolve clock. The promise is moved only by waiting for the citizen.
    """
    if clock.kind not in ("resolve", "promise"):
        return []
    query = select(Pause).where(Pause.ticket_id == clock.ticket_id)
    if clock.kind == "resolve":
        query = query.where((Pause.leg_id == clock.leg_id) | Pause.leg_id.is_(None))
    else:
        query = query.where(Pause.kind == "citizen")
    return [PauseSpan(p.started_at, p.ended_at) for p in session.scalars(query)]


def open_clock(
    session: Session,
    *,
    ticket: Ticket,
    kind: ClockKind,
    start: dt.datetime,
    leg: Leg | None = None,
    round_: int = 1,
    shared: bool = False,
    now: dt.datetime,
) -> Clock:
    """Start a clock at ``start`` with the target of the ticket's class in force at ``now``."""
    policy_id, policy = load_policy(session, now)
    target = policy.service_class(ticket.service_class).target(kind, shared=shared)
    code = HOTLINE_CALENDAR
    if kind not in HOTLINE_CLOCKS and leg is not None:
        code = session.get_one(Agency, leg.agency_id).calendar_code
    calendar_id, calendar = load_calendar(session, code, now)
    base = due(calendar, target, start)
    clock = Clock(
        ticket_id=ticket.id,
        leg_id=leg.id if leg else None,
        agency_id=leg.agency_id if leg else None,
        kind=kind,
        round=round_,
        target_kind=target.kind,
        target_amount=target.amount,
        policy_version_id=policy_id,
        calendar_version_id=calendar_id,
        started_at=start,
        base_due=base,
        original_due=base,
        current_due=base,
        standing_original="running",
        standing_current="running",
    )
    session.add(clock)
    session.flush()
    return clock


def running(session: Session, ticket_id: int, *, kind: str | None = None, leg_id: int | None = None) -> list[Clock]:
    """Clocks of the ticket that were not stopped."""
    query = select(Clock).where(Clock.ticket_id == ticket_id, Clock.stopped_at.is_(None)).order_by(Clock.id)
    if kind is not None:
        query = query.where(Clock.kind == kind)
    if leg_id is not None:
        query = query.where(Clock.leg_id == leg_id)
    return list(session.scalars(query))


def recompute(session: Session, clock: Clock, *, now: dt.datetime) -> None:
    """Due times again from the stored target, start, calendar and pauses; a granted extension stays."""
    extension = clock.current_due - clock.original_due
    moved = due(calendar_of(session, clock), target_of(clock), clock.started_at, pause_spans(session, clock), now)
    clock.original_due = moved
    clock.current_due = moved + extension
    if clock.stopped_at is None:
        for side in ("original", "current"):
            if getattr(clock, f"{side}_due") > now:
                setattr(clock, f"breached_{side}_at", None)
                setattr(clock, f"standing_{side}", "running")


def mark_breach(clock: Clock, at: dt.datetime) -> bool:
    """Store a breach, with its true instant, where the clock ran past its due by ``at`` (rule 10)."""
    found = False
    for side in ("original", "current"):
        due_at = getattr(clock, f"{side}_due")
        if at > due_at and getattr(clock, f"standing_{side}") == "running":
            setattr(clock, f"breached_{side}_at", due_at)
            setattr(clock, f"standing_{side}", "late")
            found = True
    return found


def stop(clock: Clock, at: dt.datetime) -> bool:
    """Stop at ``at``; gives whether this found a breach. At the due instant is on time (rule 10)."""
    breached = mark_breach(clock, at)
    clock.stopped_at = at
    for side in ("original", "current"):
        if getattr(clock, f"standing_{side}") == "running":
            setattr(clock, f"standing_{side}", "on_time")
    return breached


def leave(clock: Clock, reason: str, at: dt.datetime) -> None:
    """Take a clock out of its cohort; a breach that was already stored stays counted."""
    clock.stopped_at = at
    for side in ("original", "current"):
        if getattr(clock, f"standing_{side}") == "running":
            setattr(clock, f"standing_{side}", "left")
    clock.left_reason = reason


def set_next_deadline(session: Session, ticket: Ticket) -> None:
    """Earliest due instant of a running clock that has no stored breach yet; None = none."""
    session.flush()
    waiting = [
        due_at
        for clock in running(session, ticket.id)
        for due_at, standing in (
            (clock.original_due, clock.standing_original),
            (clock.current_due, clock.standing_current),
        )
        if standing == "running"
    ]
    ticket.next_deadline_at = min(waiting, default=None)
