"""Why a clock is due when it is: what it was computed from, what moved it, who was warned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain import warnings
from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import Target, due, remaining, used
from feedback_store.queries.calendars import named
from feedback_store.queries.overdue import KINDS
from feedback_store.service import clocks
from feedback_store.tables import Agency, CalendarVersion, Clock, Extension, Pause, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class PauseTold:
    """A pause that moves the clock. ``taken``: time of the clock's own kind that it took out up to now."""

    kind: str
    reason: str
    start: dt.datetime
    end: dt.datetime | None
    taken: dt.timedelta


@dataclass(frozen=True, slots=True)
class WarningTold:
    """One warning: its level in percent (101 and more: days after), what it superseded, to which roles."""

    level: int
    at: dt.datetime
    superseded: list[int]
    to: list[str]


@dataclass(frozen=True, slots=True)
class RecalculationTold:
    """One recalculation that moved the clock: the current due before and after, and what it meant."""

    at: dt.datetime
    reason: str
    effect: str
    old: dt.datetime
    new: dt.datetime


@dataclass(frozen=True, slots=True)
class ClockTold:
    """One clock. ``counted`` and ``skipped``: the local days of a target in working days, up to the base due;
    of a leg that leaves time to its release up to the due time of the class alone.

    ``live``: the current due as it would be if an open pause ended now; ``held``: an open pause moves it on.
    """

    id: int
    leg_id: int | None
    kind: str
    round: int
    agency: str | None
    target: Target
    policy_version: int
    calendar: str
    calendar_version: int
    start: dt.datetime
    stopped: dt.datetime | None
    base: dt.datetime
    original: dt.datetime
    current: dt.datetime
    live: dt.datetime
    held: bool
    shared: int
    extended: int
    pending: bool
    used: dt.timedelta
    left: dt.timedelta
    standing_original: str
    standing_current: str
    breached_original: dt.datetime | None
    breached_current: dt.datetime | None
    left_reason: str | None
    next_warning: dt.datetime | None
    next_level: int
    counted: list[dt.date] = field(default_factory=list)
    skipped: list[dt.date] = field(default_factory=list)
    names: dict[dt.date, str] = field(default_factory=dict)
    """Of days skipped or counted: the holiday's name, or why the day is off or worked."""
    added: list[dt.date] = field(default_factory=list)
    """Open days between the original and the current due, of a target in working days."""
    pauses: list[PauseTold] = field(default_factory=list)
    warnings: list[WarningTold] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    original_calendar_version: int | None = None
    """Of the original due, where a recalculation moved the current one alone."""
    recalculations: list[RecalculationTold] = field(default_factory=list)
    kept: Target | None = None
    """What the leg leaves to the release of its result (sla.md, rule 16), where that makes its due time earlier."""
    class_due: dt.datetime | None = None
    """The base due of the class alone, where something is kept."""

    def passed(self, now: dt.datetime) -> bool:
        """Whether it runs past its due time, and no pause moves that on."""
        return self.stopped is None and not self.held and self.current < now

    def overdue(self, now: dt.datetime) -> bool:
        """As the lists mean it (``queries.overdue``)."""
        return self.kind in KINDS and not self.pending and self.passed(now)

    def late_step(self, now: dt.datetime) -> bool:
        return self.kind not in KINDS and self.passed(now)


def explain(session: Session, ticket: Ticket, *, now: dt.datetime) -> list[ClockTold]:
    """Every clock of the ticket in the order in which they began."""
    query = select(Clock).where(Clock.ticket_id == ticket.id).order_by(Clock.started_at, Clock.id)
    pauses = list(session.scalars(select(Pause).where(Pause.ticket_id == ticket.id).order_by(Pause.started_at)))
    warned = list(
        session.scalars(
            select(TicketEvent)
            .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind.in_(("warned", "recalculated")))
            .order_by(TicketEvent.id)
        )
    )
    asked = list(session.scalars(select(Extension).where(Extension.ticket_id == ticket.id).order_by(Extension.id)))
    return [_told(session, clock, pauses, warned, asked, now) for clock in session.scalars(query)]


def _told(
    session: Session,
    clock: Clock,
    pauses: list[Pause],
    warned: list[TicketEvent],
    asked: list[Extension],
    now: dt.datetime,
) -> ClockTold:
    calendar, target = clocks.calendar_of(session, clock), clocks.target_of(clock)
    older = clocks.calendar_of(session, clock, "original")
    version = session.get_one(CalendarVersion, clock.calendar_version_id)
    until = min(now, clock.stopped_at or now)
    moving = [pause for pause in pauses if clock.kind in ("resolve", "promise") and clocks.moves(pause, clock)]
    spans = [clocks.span_at(pause, now) for pause in moving]
    held = clock.stopped_at is None and clocks.held(moving, clock)
    live = clocks.due_of(session, clock, "current", now=now, known=pauses) if held else clock.current_due
    agency = session.get(Agency, clock.agency_id) if clock.agency_id is not None else None
    kept = _kept(clock, older, target)
    counted, skipped = _days(older, target, clock.started_at, kept.get("class_due", clock.base_due))
    days = session.get_one(CalendarVersion, clock.original_calendar_version_id or version.id).data
    own = (event for event in warned if event.data and event.data.get("clock_id") == clock.id)
    return ClockTold(
        id=clock.id,
        leg_id=clock.leg_id,
        kind=clock.kind,
        round=clock.round,
        agency=agency.name if agency else None,
        target=target,
        policy_version=clock.policy_version_id,
        calendar=version.code,
        calendar_version=version.id,
        start=clock.started_at,
        stopped=clock.stopped_at,
        base=clock.base_due,
        original=clock.original_due,
        current=clock.current_due,
        live=live,
        held=held,
        shared=clock.extra_amount,
        extended=clock.extended_amount,
        pending=clock.extension_pending,
        used=used(calendar, target, clock.started_at, until, spans),
        left=remaining(calendar, target, live, until),
        standing_original=clock.standing_original,
        standing_current=clock.standing_current,
        breached_original=clock.breached_original_at,
        breached_current=clock.breached_current_at,
        left_reason=clock.left_reason,
        next_warning=clocks.next_warning(session, clock) if clock.stopped_at is None else None,
        next_level=warnings.after(max(clock.warned_level, clocks.FIRST_LEVEL.get(clock.kind, 0))),
        counted=counted,
        skipped=skipped,
        names=named(days, [*counted, *skipped]),
        added=_days(calendar, target, clock.original_due, clock.current_due)[0],
        pauses=[
            PauseTold(
                pause.kind,
                pause.reason,
                pause.started_at,
                pause.ended_at,
                used(calendar, target, max(pause.started_at, clock.started_at), min(pause.ended_at or until, until)),
            )
            for pause in moving
        ],
        warnings=[
            WarningTold(int(event.new or 0), event.at, list(event.data["superseded"]), list(event.data["to"]))
            for event in own
            if event.data
        ],
        extensions=[one for one in asked if one.leg_id == clock.leg_id and clock.kind == "resolve"],
        original_calendar_version=clock.original_calendar_version_id,
        recalculations=_recalculated(clock, warned),
        **kept,
    )


def _kept(clock: Clock, calendar: Calendar, target: Target) -> dict[str, Any]:
    plain = due(calendar, target, clock.started_at)
    if clock.kept_kind is None or clock.base_due >= plain:
        return {}
    return {"kept": Target(clock.kept_kind, clock.kept_amount or 0), "class_due": plain}  # type: ignore[arg-type]


def _recalculated(clock: Clock, events: list[TicketEvent]) -> list[RecalculationTold]:
    return [
        RecalculationTold(
            event.at, event.reason or "", one["effect"], *map(dt.datetime.fromisoformat, one["current"])
        )
        for event in events
        for one in (event.data or {}).get("moved", ())
        if one["clock"] == clock.id
    ]


def _days(
    calendar: Calendar, target: Target, start: dt.datetime, base: dt.datetime
) -> tuple[list[dt.date], list[dt.date]]:
    """Days after the day of receipt up to the base due: those that count, and those the calendar is closed on."""
    if target.kind != "working_days":
        return [], []
    first, last = calendar.local_date(start), calendar.local_date(base - dt.timedelta(microseconds=1))
    between = [first + dt.timedelta(days=n) for n in range(1, (last - first).days + 1)]
    return [day for day in between if calendar.spans_on(day)], [day for day in between if not calendar.spans_on(day)]
