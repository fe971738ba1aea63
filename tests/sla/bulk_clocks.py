"""The clocks, pauses and trail of one ticket lived in memory.

Due times come from ``feedback_store.domain``, standings from the judgements of ``service.clocks`` that need no
database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from feedback_store.domain import release_time
from feedback_store.domain.due import PauseSpan, Target, due
from feedback_store.domain.policy import HOTLINE_CLOCKS, ClockKind, ServiceClass
from feedback_store.service import clocks as judge
from feedback_store.service.clocks import HOTLINE_CALENDAR, SIDES
from tests.sla.bulk_rows import ClockRow, EventRow, ExtensionRow, LegRow, PauseRow, TicketRow, World

SECOND = dt.timedelta(seconds=1)
USER, CITIZEN, SYSTEM = "user", "citizen", "system"


class Clockwork:
    """The clocks, pauses and trail of one ticket at ``now``."""

    def __init__(self, world: World, ticket: TicketRow) -> None:
        self.world, self.ticket, self.now = world, ticket, ticket.receipt_at
        self.legs: list[LegRow] = []
        self.clocks: list[ClockRow] = []
        self.pauses: list[PauseRow] = []
        self.extensions: list[ExtensionRow] = []
        self.events: list[EventRow] = []
        self.latest: EventRow | None = None

    def begin(self, at: dt.datetime) -> None:
        """Go on to ``at``; the deadline job stores meanwhile what falls due."""
        while (wake := self._wake()) is not None and wake < at:
            self._look(min(wake + SECOND, at))
        self.now, self.latest = at, None

    def _wake(self) -> dt.datetime | None:
        waits = self.open_pauses()
        found = [at for one in waits if (at := judge.ends_by_itself(one)) is not None]
        for clock in self.running():
            for side in SIDES:
                undecided = side == "current" and clock.extension_pending
                if getattr(clock, f"standing_{side}") == "running" and not undecided and not self.held(clock, side):
                    found.append(getattr(clock, f"{side}_due"))
        return min(found, default=None)

    def _look(self, at: dt.datetime) -> None:
        self.latest = None
        if waits := self.open_pauses():
            for one in waits:
                if one.limit_at is not None and one.limit_at <= at:
                    self.end_pause(one, at)
            self.refresh(at)
        for clock in self.running():
            if judge.mark_breach(clock, at):
                leg = next((leg for leg in self.legs if leg.id == clock.leg_id), None)
                since = clock.breached_current_at or clock.breached_original_at or at
                self.record("breached", SYSTEM, at=at, leg=leg, new=clock.kind, data={"due": since.isoformat()},
                            scope="all" if clock.kind == "promise" else "leg" if leg else "hotline")  # fmt: skip
        self.note()

    # ---- clocks --------------------------------------------------------------------------------

    @property
    def service_class(self) -> ServiceClass:
        return self.world.policy.service_class(self.ticket.service_class)

    @property
    def round(self) -> int:
        return max((one.round for one in self.clocks if one.kind == "promise"), default=1)

    def running(self, kind: str | None = None, leg: LegRow | None = None) -> list[ClockRow]:
        return [
            one for one in self.clocks
            if one.stopped_at is None and kind in (None, one.kind) and (leg is None or one.leg_id == leg.id)
        ]  # fmt: skip

    def clock(self, kind: str, leg: LegRow | None = None) -> ClockRow:
        """The newest of that kind."""
        return next(c for c in reversed(self.clocks) if c.kind == kind and (leg is None or c.leg_id == leg.id))

    def open_clock(
        self, kind: ClockKind, *, leg: LegRow | None = None, round_: int = 1, shared: bool = False
    ) -> ClockRow:
        target = self.service_class.target(kind, shared=shared)
        code = HOTLINE_CALENDAR
        if kind not in HOTLINE_CLOCKS and leg is not None:
            code = next(one.calendar for one in self.world.agencies if one.id == leg.agency_id)
        number = self.world.calendars[code]
        base = due(self.world.by_id[number], target, self.now)
        clock = ClockRow(
            self.world.new_id("clocks"), self.ticket.id, leg.id if leg else None, leg.agency_id if leg else None, kind,
            round_, target.kind, target.amount, self.world.policy_id, number, self.now, base, base, base,
        )  # fmt: skip
        self.clocks.append(clock)
        return clock

    def due_of(self, clock: ClockRow, side: str, now: dt.datetime, more: int = 0) -> dt.datetime:
        known = self.pauses if clock.kind in ("resolve", "promise") else []
        if clock.kept_promise_id is None:
            return self._due(clock, side, now, known, more)
        counted: list[PauseRow] = []
        reached = self._due(clock, side, now, counted, more)
        for pause in sorted(known, key=lambda one: one.started_at):
            if pause.started_at >= reached:
                break
            counted.append(pause)
            reached = self._due(clock, side, now, counted, more)
        return reached

    def _due(
        self, clock: ClockRow, side: str, now: dt.datetime, known: Sequence[PauseRow], more: int
    ) -> dt.datetime:
        plain = judge.target_of(clock, side)
        target = Target(plain.kind, plain.amount + more)
        calendar = self.world.by_id[clock.calendar_version_id]
        paused = spans(known, clock)
        class_due = due(calendar, target, clock.started_at, paused, now)
        if clock.kept_promise_id is None or clock.kept_kind is None:
            return class_due
        promise = next(one for one in self.clocks if one.id == clock.kept_promise_id)
        hotline = self.world.by_id[promise.calendar_version_id]
        return judge.before_release(
            clock, side, class_due, calendar=calendar, target=target, hotline=hotline, promise=promise, own=paused,
            both=spans(known, promise, clock), now=now, more=more,
        )  # fmt: skip

    def recompute(self, clock: ClockRow, now: dt.datetime) -> None:
        for side in SIDES:
            if getattr(clock, f"standing_{side}") == "running":
                setattr(clock, f"{side}_due", self.due_of(clock, side, now))

    def keep_for_release(self, clock: ClockRow) -> None:
        promise = next((c for c in self.clocks if c.kind == "promise" and c.round == clock.round), None)
        if not self.world.policy.reserve_for_release or promise is None:
            return
        triage = next((c for c in self.clocks if c.kind == "triage" and c.round == promise.round), None)
        hotline = self.world.by_id[promise.calendar_version_id]
        limit = triage.current_due if triage else due(hotline, self.service_class.triage, promise.started_at)
        if not release_time.holds(self.now, limit):
            return
        clock.kept_promise_id = promise.id
        clock.kept_kind, clock.kept_amount = self.service_class.notify.kind, self.service_class.notify.amount
        clock.kept_half = any(
            c.kind == "resolve" and c.leg_id != clock.leg_id and c.stopped_at is not None for c in self.clocks
        )
        clock.base_due = self._due(clock, "original", clock.started_at, (), 0)
        self.recompute(clock, self.now)

    def follow_promise(self) -> None:
        for clock in self.running("resolve"):
            if clock.kept_promise_id is not None:
                self.recompute(clock, self.now)

    def extend(self, clock: ClockRow, amount: int) -> None:
        clock.extended_amount, clock.extension_pending = amount, False
        if clock.standing_current == "running":
            clock.current_due = self.due_of(clock, "current", clock.stopped_at or self.now)
        self.decided(clock)

    def decided(self, clock: ClockRow) -> None:
        clock.extension_pending = False
        if clock.stopped_at is None:
            judge.mark_breach(clock, self.now)
        else:
            judge.stop(clock, clock.stopped_at)

    def stop(self, *stopped: ClockRow) -> None:
        for clock in stopped:
            judge.stop(clock, self.now)

    def promise_told(self, proof: dt.datetime | None = None) -> list[int]:
        """Stop the promise where no result is missing any more (``promises.stop_when_told``)."""
        if self.ticket.state not in ("released", "closed") or self.running("notify"):
            return []
        out = {leg.id for leg in self.legs if leg.state == "released"}
        told = [c.stopped_at for c in self.clocks if c.kind == "notify" and c.leg_id in out and c.stopped_at]
        at, stopped = max([*told, *([proof] if proof else [])], default=self.now), self.running("promise")
        self.count_pauses(at)
        for clock in stopped:
            judge.stop(clock, at)
        return [clock.id for clock in stopped]

    # ---- pauses --------------------------------------------------------------------------------

    def open_pauses(self) -> list[PauseRow]:
        return [one for one in self.pauses if one.ended_at is None]

    def held(self, clock: ClockRow, side: str = "current") -> bool:
        return judge.held(self.open_pauses(), clock, side)

    def refresh(self, now: dt.datetime) -> None:
        for clock in self.running():
            if clock.kind in ("promise", "resolve"):
                self.recompute(clock, now)
        self.note()

    def count_pauses(self, now: dt.datetime) -> None:
        for clock in self.running():
            if any(judge.moves(one, clock) for one in self.open_pauses()):
                self.recompute(clock, now)

    def end_pause(self, one: PauseRow, at: dt.datetime) -> None:
        by_itself = one.limit_at is not None and one.limit_at <= at
        one.ended_at = at = one.limit_at if by_itself and one.limit_at else at
        leg = next((leg for leg in self.legs if leg.id == one.leg_id), None)
        self.record("resumed", SYSTEM if by_itself else USER, at=at, leg=leg, scope="leg" if leg else "all")

    def end_pauses(self, leg: LegRow | None = None) -> None:
        still = self.open_pauses()
        for one in still:
            if leg is None or one.leg_id == leg.id:
                self.end_pause(one, self.now)
        if still:
            self.refresh(self.now)

    # ---- trail ---------------------------------------------------------------------------------

    def record(
        self, kind: str, actor: str, *, leg: LegRow | None = None, old: str | None = None, new: str | None = None,
        reason: str | None = None, data: dict[str, Any] | None = None, scope: str = "all",
        at: dt.datetime | None = None,
    ) -> None:  # fmt: skip
        self.latest = EventRow(
            self.world.new_id("ticket_events"), self.ticket.id, leg.id if leg else None, at or self.now, kind, actor,
            leg.agency_id if leg else None, old, new, reason, data, scope,
        )  # fmt: skip
        self.events.append(self.latest)

    def note(self) -> None:
        """Due instants that changed, into the event that changed them; those that a pause still moves, when it ends."""
        changed = [
            one for one in self.clocks
            if (one.noted_original, one.noted_current) != (one.original_due, one.current_due)
            and (one.noted_current is None or one.stopped_at or not any(self.held(one, side) for side in SIDES))
        ]  # fmt: skip
        if not changed:
            return
        if self.latest is None:
            self.record("clocks", SYSTEM, scope="hotline")
        told = []
        for one in changed:
            one.noted_original, one.noted_current = one.original_due, one.current_due
            told.append({
                "id": one.id, "kind": one.kind, "leg": one.leg_id, "round": one.round, "unit": one.target_kind,
                "start": one.started_at.isoformat(), "original": one.original_due.isoformat(),
                "current": one.current_due.isoformat(),
            })  # fmt: skip
        assert self.latest is not None
        self.latest.data = {**(self.latest.data or {}), "clocks": told}
        self.latest = None


def spans(known: Sequence[PauseRow], *moved: ClockRow) -> list[PauseSpan]:
    """Those of ``known`` that move one of the clocks."""
    return [
        PauseSpan(one.started_at, one.ended_at)
        for one in known
        if any(judge.moves(one, clock) for clock in moved)
    ]
