"""The clocks of one sample ticket: the services' own functions on rows that are not stored yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from feedback_store.demo.rows import Rows
from feedback_store.demo.world import World
from feedback_store.domain import release_time, warnings
from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import PauseSpan, Target, TargetKind, due, used
from feedback_store.domain.policy import ClockKind
from feedback_store.service import clocks
from feedback_store.service.pauses import WORD
from feedback_store.tables import Clock, Leg, Pause, Ticket


def after_share(calendar: Calendar, target: Target, start: dt.datetime, share: float) -> dt.datetime:
    """Instant at which ``share`` of the target's time has passed; more than 1 is past the due time."""
    return due(calendar, Target(target.kind, max(1, int(target.amount * share))), start)


class Clockwork:
    """``on_breach`` is called once for each clock that runs past its due time, ``on_warning`` for each level (rule 11)
    that passes while a clock runs."""

    def __init__(
        self, world: World, rows: Rows, ticket: Ticket, on_breach: Callable[[Clock], None],
        on_warning: Callable[[Clock, int, dt.datetime, list[int]], None],
    ) -> None:
        self._world, self._rows, self._ticket = world, rows, ticket
        self._on_breach, self._on_warning = on_breach, on_warning
        self._clocks: list[Clock] = []
        self.pauses: list[Pause] = []

    def target(self, kind: ClockKind, *, shared: bool = False) -> Target:
        return self._world.policy.service_class(self._ticket.service_class).target(kind, shared=shared)

    def open(self, kind: ClockKind, start: dt.datetime, *, leg: Leg | None = None, round_: int = 1,
             shared: bool = False) -> Clock:
        """Start a clock as ``clocks.open_clock`` does."""
        target = self.target(kind, shared=shared)
        version, calendar = self._world.calendar(kind, leg.agency_id if leg else None)
        base = due(calendar, target, start)
        made = self._rows.add(Clock(
            id=self._rows.key(Clock), ticket_id=self._ticket.id, leg_id=leg.id if leg else None,
            agency_id=leg.agency_id if leg else None, kind=kind, round=round_, target_kind=target.kind,
            target_amount=target.amount, extra_amount=0, extended_amount=0, extension_pending=False, warned_level=0,
            policy_version_id=self._world.policy_id, calendar_version_id=version,
            started_at=start, base_due=base, original_due=base, current_due=base, standing_original="running",
            standing_current="running",
        ))
        self._clocks.append(made)
        if kind == "resolve":
            self._keep_for_release(made, start)
        return made

    def _keep_for_release(self, leg: Clock, sent: dt.datetime) -> None:
        """As ``clocks.keep_for_release`` does (sla.md, rule 16)."""
        promise = next((one for one in self._clocks if one.kind == "promise" and one.round == leg.round), None)
        if promise is None or not self._world.policy.reserve_for_release:
            return
        hotline = self._world.calendar("promise", None)[1]
        triage = next((one for one in self._clocks if one.kind == "triage" and one.round == leg.round), None)
        triage_due = triage.current_due if triage else due(hotline, self.target("triage"), promise.started_at)
        if not release_time.holds(sent, triage_due):
            return
        leg.kept_promise_id = promise.id
        leg.kept_kind, leg.kept_amount = self.target("notify").kind, self.target("notify").amount
        leg.kept_half = any(one.kind == "resolve" and one.stopped_at is not None for one in self._clocks)
        leg.base_due = leg.original_due = leg.current_due = self._due(leg, sent)

    def running(self, kind: str | None = None, leg: Leg | None = None) -> list[Clock]:
        return [
            clock for clock in self._clocks
            if clock.stopped_at is None and kind in (None, clock.kind) and (leg is None or clock.leg_id == leg.id)
        ]

    def at_share(self, clock: Clock, share: float) -> dt.datetime:
        """Instant at which ``share`` of the clock's time will have passed, counted with its pauses."""
        calendar = self._world.calendar(clock.kind, clock.agency_id)[1]
        target = clocks.target_of(clock)
        minutes = int(used(calendar, target, clock.started_at, clock.base_due).total_seconds()) // 60
        unit: TargetKind = "clock_minutes" if target.round_the_clock else "working_minutes"
        plain = after_share(calendar, Target(unit, minutes), clock.started_at, share)
        return plain + (clock.current_due - clock.base_due)

    def stop(self, clock: Clock, at: dt.datetime) -> None:
        self._warn(clock, at)
        if clocks.stop(clock, at):
            self._on_breach(clock)

    def leave(self, clock: Clock, reason: str, at: dt.datetime) -> None:
        self._warn(clock, at)
        if clocks.mark_breach(clock, at):
            self._on_breach(clock)
        clocks.leave(clock, reason, at)

    def count_as_late(self, clock: Clock, reason: str, at: dt.datetime) -> None:
        self._warn(clock, at)
        if clocks.mark_breach(clock, at):
            self._on_breach(clock)
        clocks.count_as_late(clock, reason, at)

    def leave_all(self, reason: str, at: dt.datetime) -> None:
        """As a withdrawal does, also with clocks that were stopped before their due time (rule 15)."""
        for clock in self._clocks:
            if clock.stopped_at is None:
                self.leave(clock, reason, at)
            else:
                clocks.leave(clock, reason, at)

    def recompute(self, now: dt.datetime) -> None:
        """Due times again after a pause began or ended (sla.md, rule 5)."""
        for clock in self.running():
            if clock.kind in ("promise", "resolve"):
                self._move(clock, now)

    def pause_limit(self, at: dt.datetime) -> dt.datetime:
        """Where the policy ends the first pause of a ticket (a sample ticket has one at most)."""
        calendar = self._world.calendars[clocks.HOTLINE_CALENDAR][1]
        return due(calendar, Target("working_days", self._world.policy.pause_days_each), at)

    def word_due(self, at: dt.datetime) -> dt.datetime:
        """Until when the supervisor must have said a word on an agency's own pause."""
        return due(self._world.calendars[clocks.HOTLINE_CALENDAR][1], WORD, at)

    def any_breached(self, at: dt.datetime) -> bool:
        return any(clock.current_due <= at for clock in self.running())

    @property
    def promise_was_late(self) -> bool:
        return any(clock.kind == "promise" and clock.standing_current == "late" for clock in self._clocks)

    def settle(self, now: dt.datetime) -> None:
        """Store the breaches up to ``now`` and the next instant at which the deadline job must look."""
        waiting: list[dt.datetime] = []
        for clock in self.running():
            if clock.current_due <= now and self._spans(clock):
                self._move(clock, now)
            if clocks.mark_breach(clock, now):
                self._on_breach(clock)
            if clocks.held(self.pauses, clock):
                continue
            self._warn(clock, now)
            if clock.standing_current == "running":
                waiting.append(clock.current_due)
            waiting.append(self._instant(clock, warnings.after(self._warned(clock))))
        still = [pause for pause in self.pauses if pause.ended_at is None]
        waiting += [end for pause in still if (end := clocks.ends_by_itself(pause)) is not None]
        deadline = min(waiting, default=None)
        if deadline is not None and deadline <= now:
            deadline = now + dt.timedelta(minutes=1)
        self._ticket.next_deadline_at = deadline

    def _warn(self, clock: Clock, at: dt.datetime) -> None:
        """Every level that passed before ``at``, when the job sent it; what a pause held back comes at its end."""
        superseded: list[int] = []
        while (sent := self._sent(clock, level := warnings.after(self._warned(clock)))) < at:
            clock.warned_level = level
            if self._sent(clock, warnings.after(level)) == sent:
                superseded.append(level)
                continue
            self._on_warning(clock, level, sent, superseded)
            superseded = []

    def _sent(self, clock: Clock, level: int) -> dt.datetime:
        instant = self._instant(clock, level)
        ends = [pause.ended_at for pause in self.pauses if clocks.moves(pause, clock) and pause.started_at < instant]
        at = max([instant, *(end for end in ends if end is not None)])
        if at == instant or clocks.target_of(clock).round_the_clock:
            return at
        return warnings.when_open(self._world.calendar(clock.kind, clock.agency_id)[1], at)

    def _warned(self, clock: Clock) -> int:
        return max(clock.warned_level or 0, clocks.FIRST_LEVEL.get(clock.kind, 0))

    def _instant(self, clock: Clock, level: int) -> dt.datetime:
        calendar = self._world.calendar(clock.kind, clock.agency_id)[1]
        target = clocks.target_of(clock, "current")
        return warnings.instant(calendar, target, clock.started_at, clock.current_due, level)

    def _move(self, clock: Clock, now: dt.datetime) -> None:
        clock.original_due = clock.current_due = self._due(clock, now)

    def _due(self, clock: Clock, now: dt.datetime) -> dt.datetime:
        calendar, target = self._world.calendar(clock.kind, clock.agency_id)[1], clocks.target_of(clock)
        plain = due(calendar, target, clock.started_at, self._spans(clock), now)
        promise = next((one for one in self._clocks if one.id == clock.kept_promise_id), None)
        if promise is None:
            return plain
        hotline = self._world.calendar("promise", None)[1]
        spans = [*self._spans(clock), *self._spans(promise)]
        return clocks.before_release(
            clock, "original", plain, calendar=calendar, target=target, hotline=hotline, promise=promise,
            own=self._spans(clock), both=spans, now=now,
        )  # fmt: skip

    def _spans(self, clock: Clock) -> list[PauseSpan]:
        if clock.kind == "promise":
            counted = [pause for pause in self.pauses if pause.kind == "citizen"]
        elif clock.kind == "resolve":
            counted = [pause for pause in self.pauses if pause.leg_id in (None, clock.leg_id)]
        else:
            counted = []
        return [PauseSpan(pause.started_at, pause.ended_at) for pause in counted]
