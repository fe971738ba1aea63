"""Due times: three kinds of target, with pauses (reference sla.md, rules 2–5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from feedback_store.domain.calendar import Calendar
from feedback_store.domain.instants import MINUTE, from_micros, require_aware, to_micros

TargetKind = Literal["working_minutes", "working_days", "clock_minutes"]
KINDS: tuple[TargetKind, ...] = get_args(TargetKind)


@dataclass(frozen=True, slots=True)
class Target:
    """An amount of time of one kind: minutes for the minute kinds, days for ``working_days``."""

    kind: TargetKind
    amount: int

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of target: {self.kind!r}")
        if self.amount < 0:
            raise ValueError("a target cannot be negative")

    @property
    def round_the_clock(self) -> bool:
        return self.kind == "clock_minutes"


@dataclass(frozen=True, slots=True)
class PauseSpan:
    """Time that does not count; ``end`` None = still open."""

    start: dt.datetime
    end: dt.datetime | None

    def __post_init__(self) -> None:
        require_aware(self.start, self.end)


def merged(pauses: Iterable[PauseSpan], start: int, now: dt.datetime | None) -> list[tuple[int, int]]:
    """Pauses as disjoint sorted intervals (µs) from ``start`` on; open ones end at ``now``."""
    clipped: list[tuple[int, int]] = []
    for pause in pauses:
        end = pause.end if pause.end is not None else now
        if end is None:
            raise ValueError("an open pause needs `now`")
        low, high = max(to_micros(pause.start), start), to_micros(end)
        if low < high:
            clipped.append((low, high))
    clipped.sort()
    result: list[tuple[int, int]] = []
    for low, high in clipped:
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return result


def _advance(calendar: Calendar, clock: bool, start: int, amount: int) -> int:
    return start + amount if clock else calendar.advance(start, amount)


def _between(calendar: Calendar, clock: bool, start: int, end: int) -> int:
    return max(0, end - start) if clock else calendar.worked(start, end)


def budget(calendar: Calendar, target: Target, start: dt.datetime) -> int:
    """Time to be used up, in µs of the target's own kind.

    For ``working_days`` it is the working time between the start and the base due (rule 5).
    """
    if target.kind == "working_days" and target.amount > 0:
        begin = to_micros(start)
        return calendar.worked(begin, calendar.close_of_nth_day_after(begin, target.amount))
    return 0 if target.kind == "working_days" else target.amount * MINUTE


def base_due(calendar: Calendar, target: Target, start: dt.datetime) -> dt.datetime:
    """Due time by the policy alone, in UTC."""
    return due(calendar, target, start)


def due(
    calendar: Calendar,
    target: Target,
    start: dt.datetime,
    pauses: Sequence[PauseSpan] = (),
    now: dt.datetime | None = None,
    *,
    share: float = 1.0,
) -> dt.datetime:
    """Earliest instant at which the budget, or ``share`` of it, has passed, unpaused, since ``start``; in UTC.

    A pause that begins when the due time is reached, or later, changes nothing (rule 5).
    Raises ``NaiveDatetime`` for naive input and ``CalendarError`` where the calendar never opens
    long enough.
    """
    begin = to_micros(start)
    if target.amount == 0:
        return start.astimezone(dt.UTC)
    if target.kind == "working_days" and not pauses and share == 1.0:
        return from_micros(calendar.close_of_nth_day_after(begin, target.amount))
    clock = target.round_the_clock
    left = int(budget(calendar, target, start) * share) if share != 1.0 else budget(calendar, target, start)
    reached = _advance(calendar, clock, begin, left)
    for low, high in merged(pauses, begin, now):
        if low >= reached:
            break
        left += _between(calendar, clock, low, high)
        reached = _advance(calendar, clock, begin, left)
    return from_micros(reached)


def used(
    calendar: Calendar,
    target: Target,
    start: dt.datetime,
    at: dt.datetime,
    pauses: Sequence[PauseSpan] = (),
) -> dt.timedelta:
    """Unpaused time of the target's kind from ``start`` to ``at``."""
    begin, end, clock = to_micros(start), to_micros(at), target.round_the_clock
    total = _between(calendar, clock, begin, end)
    for low, high in merged(pauses, begin, at):
        total -= _between(calendar, clock, low, min(high, end))
    return dt.timedelta(microseconds=max(0, total))


def remaining(calendar: Calendar, target: Target, due_at: dt.datetime, at: dt.datetime) -> dt.timedelta:
    """Time of the target's kind left until ``due_at``; negative when overdue."""
    here, there, clock = to_micros(at), to_micros(due_at), target.round_the_clock
    if here <= there:
        return dt.timedelta(microseconds=_between(calendar, clock, here, there))
    return -dt.timedelta(microseconds=_between(calendar, clock, there, here))


def share_of_time(
    calendar: Calendar, target: Target, start: dt.datetime, due_at: dt.datetime, share: float
) -> dt.datetime:
    """Instant at which ``share`` (0–1) of the time from the start to the due has passed (rule 11)."""
    begin, end, clock = to_micros(start), to_micros(due_at), target.round_the_clock
    amount = int(_between(calendar, clock, begin, end) * share)
    return from_micros(_advance(calendar, clock, begin, amount))


def target_from_data(data: dict[str, int]) -> Target:
    """``{"working_minutes": 60}`` → Target; exactly one key of the three."""
    if len(data) != 1:
        raise ValueError("a target names exactly one kind")
    ((kind, amount),) = data.items()
    if kind not in KINDS or not isinstance(amount, int) or isinstance(amount, bool):
        raise ValueError(f"not a target: {data!r}")
    return Target(kind, amount)
