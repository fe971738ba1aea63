"""Which clocks an imported ticket gets and how they stand (ADR 0025). Nothing is written here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from feedback_store.domain import warnings
from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import Target, due
from feedback_store.domain.history import Moment, due_of, judge, target_reaching
from feedback_store.domain.policy import ClockKind, PolicyError
from feedback_store.service.clocks import FIRST_LEVEL, HOTLINE_CALENDAR
from feedback_store.service.imports_catalogue import CalendarAt, Catalogue, PolicyAt
from feedback_store.service.imports_columns import heading
from feedback_store.service.imports_rows import AT_AGENCY, DONE, Record, RowRefused
from feedback_store.tables import Agency
from feedback_store.texts import render
from vitext.dates import local

Standing = Literal["running", "on_time", "late"]


@dataclass(slots=True)
class PlannedClock:
    """A clock as it will be stored. ``calendar`` is the version that ``calendar_id`` names."""

    kind: ClockKind
    agency_id: int | None
    start: dt.datetime
    due: dt.datetime
    target: Target
    policy_id: int
    calendar_id: int
    calendar: Calendar
    stopped: dt.datetime | None
    standing: Standing
    warned: int = 0
    superseded: tuple[int, int] | None = None
    """First and last level of the warnings that passed before the import."""

    @property
    def breached(self) -> dt.datetime | None:
        return self.due if self.standing == "late" else None

    def level_passed(self, level: int, now: dt.datetime) -> bool:
        return warnings.instant(self.calendar, self.target, self.start, self.due, level) <= now

    def next_look(self) -> dt.datetime:
        """When the deadline job must look at this running clock."""
        level = warnings.after(max(self.warned, FIRST_LEVEL.get(self.kind, 0)))
        warning = warnings.instant(self.calendar, self.target, self.start, self.due, level)
        return min(self.due, warning) if self.standing == "running" else warning


@dataclass(slots=True)
class Plan:
    """A record with the instants to store, who has the work today, and its clocks."""

    record: Record
    received: dt.datetime
    dispatched: dt.datetime | None
    answered: dt.datetime | None
    told: dt.datetime | None
    holder: Agency | None
    clocks: list[PlannedClock] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)
    """"promise" or "resolve" where the dates allow no verdict."""

    @property
    def overdue(self) -> bool:
        return any(clock.stopped is None and clock.standing == "late" for clock in self.clocks)

    def next_deadline(self) -> dt.datetime | None:
        return min((clock.next_look() for clock in self.clocks if clock.stopped is None), default=None)


def make_plan(record: Record, catalogue: Catalogue, now: dt.datetime) -> Plan:
    """Raises :class:`RowRefused` for an open ticket whose clocks cannot be computed."""
    received = record.received.low
    dispatched = record.dispatched.not_before(received) if record.dispatched else None
    answered = record.answered.not_before(dispatched or received) if record.answered else None
    told = record.told.not_before(answered or dispatched or received) if record.told else None
    holder = record.agency if record.agency and (record.state in AT_AGENCY | DONE | {"withdrawn"}) else None
    if holder is not None and record.state in ("dispatched", "in_progress"):
        holder = catalogue.heir(holder, now)
    plan = Plan(record, received, dispatched, answered, told, holder)
    if record.is_open or (record.state in DONE and holder is not None):
        _promise(plan, catalogue, now)
    if holder is not None and record.state in AT_AGENCY | DONE:
        _resolve(plan, catalogue, now)
    _next_step(plan, catalogue, now)
    _without_flood(plan, now)
    return plan


def _promise(plan: Plan, catalogue: Catalogue, now: dt.datetime) -> None:
    record = plan.record
    stop = None if record.is_open else (record.told, plan.told)
    clock = _clock(plan, catalogue, "promise", HOTLINE_CALENDAR, record.received, plan.received, stop, now)
    if clock is not None:
        plan.clocks.append(clock)
    elif not record.is_open:
        plan.unjudged.append("promise")


def _resolve(plan: Plan, catalogue: Catalogue, now: dt.datetime) -> None:
    record, agency = plan.record, plan.record.agency
    running = record.state in ("dispatched", "in_progress")
    stop = None if running else (record.answered, plan.answered)
    clock = None
    if record.dispatched is not None and plan.dispatched is not None and agency is not None:
        code = agency.calendar_code
        clock = _clock(plan, catalogue, "resolve", code, record.dispatched, plan.dispatched, stop, now)
    if clock is None:
        plan.unjudged.append("resolve")
        return
    held = agency
    if agency is not None and agency.dissolved_at is not None and clock.due >= agency.dissolved_at and running:
        held = plan.holder
    clock.agency_id = held.id if held else None
    plan.clocks.append(clock)


def _clock(
    plan: Plan, catalogue: Catalogue, kind: ClockKind, calendar_code: str, start: Moment, started: dt.datetime,
    stop: tuple[Moment | None, dt.datetime | None] | None, now: dt.datetime,
) -> PlannedClock | None:  # fmt: skip
    """The clock with its standing; ``stop`` None: it runs. None where the dates allow no verdict."""
    record = plan.record
    found = catalogue.policy(start.low)
    policy, calendar = found or catalogue.policies[0], catalogue.calendar(calendar_code, start.low)
    usual = _target(policy, record.category.service_class, kind, catalogue)
    given = record.due.high if record.due is not None and record.due.high > started else None
    if given is not None:
        due_at, target = Moment(given, given), target_reaching(calendar.calendar, usual, started, given)
    else:
        due_at, target = due_of(calendar.calendar, usual, start), usual
        if stop is not None and (found is None or not _known_days(calendar, usual, start, due_at)):
            return None
    if stop is None and not due_at.exact:
        column = heading("received_at" if kind == "promise" else "dispatched_at")
        raise RowRefused([render("imports.time_needed", column=column)])
    stored_due = due_at.low if due_at.exact else due(calendar.calendar, usual, started)
    standing: Standing
    if stop is None:
        standing, stopped = ("late" if stored_due < now else "running"), None
    else:
        verdict = judge(due_at, stop[0]) if stop[0] is not None else None
        if verdict is None:
            return None
        standing, stopped = verdict, stop[1]
    return PlannedClock(
        kind, None, started, stored_due, target, policy.id, calendar.id, calendar.calendar, stopped, standing
    )


def _target(policy: PolicyAt, service_class: str, kind: ClockKind, catalogue: Catalogue) -> Target:
    try:
        return policy.policy.service_class(service_class).target(kind)
    except PolicyError:
        return catalogue.policies[-1].policy.service_class(service_class).target(kind)


def _known_days(calendar: CalendarAt, target: Target, start: Moment, due_at: Moment) -> bool:
    """Whether the calendar knows the days off of every year the clock ran in."""
    if target.round_the_clock:
        return True
    return {local(start.low).year, local(due_at.high).year} <= calendar.years


def _next_step(plan: Plan, catalogue: Catalogue, now: dt.datetime) -> None:
    """The step that is open runs from the import: the old system did not measure it."""
    kinds: dict[str, ClockKind] = {"new": "triage", "dispatched": "accept", "answered": "notify"}
    kind = kinds.get(plan.record.state)
    if kind is None:
        return
    policy = catalogue.policy(now) or catalogue.policies[0]
    code = plan.holder.calendar_code if kind == "accept" and plan.holder else HOTLINE_CALENDAR
    calendar = catalogue.calendar(code, now)
    target = _target(policy, plan.record.category.service_class, kind, catalogue)
    due_at = due(calendar.calendar, target, now)
    agency_id = plan.holder.id if plan.holder is not None and kind != "triage" else None
    plan.clocks.append(
        PlannedClock(kind, agency_id, now, due_at, target, policy.id, calendar.id, calendar.calendar, None, "running")
    )


def _without_flood(plan: Plan, now: dt.datetime) -> None:
    """Warnings that passed before the import are superseded; of a ticket late twice over, the leg warns first and the
    promise from the day after."""
    late = []
    for clock in plan.clocks:
        if clock.stopped is not None:
            continue
        first = warnings.after(FIRST_LEVEL.get(clock.kind, 0))
        if clock.level_passed(first, now):
            clock.warned = _last_passed(clock, first, now)
            clock.superseded = first, clock.warned
        if clock.standing == "late":
            late.append(clock)
    if {clock.kind for clock in late} >= {"promise", "resolve"}:
        promise = next(clock for clock in late if clock.kind == "promise")
        promise.warned = promise.warned + 1 if promise.warned >= warnings.DUE else warnings.DUE


def _last_passed(clock: PlannedClock, first: int, now: dt.datetime) -> int:
    """The highest level that has passed; daily ones of years are halved, not walked through."""
    level = first
    while level < warnings.DUE and clock.level_passed(warnings.after(level), now):
        level = warnings.after(level)
    if level < warnings.DUE:
        return level
    low, high = level, warnings.MOST_LEVELS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if clock.level_passed(middle, now) else (low, middle)
    return low
