"""What can be said of clocks of the past whose dates are partly known (ADR 0025).

A date without a time of day is a stretch of one day. A verdict is given only where every instant of the stretches
leads to the same one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import Target, due
from feedback_store.domain.instants import MINUTE, require_aware, to_micros

Verdict = Literal["on_time", "late"]
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
LAST_SECOND = dt.timedelta(hours=23, minutes=59, seconds=59)
MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, or a local day of which the time is not known: ``low`` and ``high`` are its first and last second."""

    low: dt.datetime
    high: dt.datetime

    def __post_init__(self) -> None:
        require_aware(self.low, self.high)

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def not_before(self, at: dt.datetime | None) -> dt.datetime:
        """The instant to store: the first one possible that is not before ``at``."""
        return self.low if at is None else min(max(self.low, at), self.high)


def instant(naive: dt.datetime) -> Moment:
    """A local time of day in Viet Nam."""
    at = naive.replace(tzinfo=LOCAL).astimezone(dt.UTC)
    return Moment(at, at)


def whole_day(day: dt.date) -> Moment:
    """A local day; a due time that names a day alone lasts to its end (Civil Code 2015, article 148.6)."""
    low = dt.datetime(day.year, day.month, day.day, tzinfo=LOCAL).astimezone(dt.UTC)
    return Moment(low, low + LAST_SECOND)


def due_of(calendar: Calendar, target: Target, start: Moment) -> Moment:
    """Due times that the policy gives for every instant of ``start``."""
    low = due(calendar, target, start.low)
    return Moment(low, low if start.exact else due(calendar, target, start.high))


def judge(due_at: Moment, done: Moment) -> Verdict | None:
    """On time or late; None where the dates leave it open. At the due instant is on time (rule 10)."""
    if done.high <= due_at.low:
        return "on_time"
    return "late" if done.low > due_at.high else None


def target_reaching(calendar: Calendar, usual: Target, start: dt.datetime, due_at: dt.datetime) -> Target:
    """The target of ``usual``'s kind of time that leads from ``start`` to a due time given by somebody else.

    Whole working days where the due is a closing time, else minutes. A due outside working hours stands for the
    closing before it as soon as it is counted again.
    """
    begin, end = to_micros(start), to_micros(due_at)
    if not usual.round_the_clock:
        if usual.kind == "working_days":
            for days in range(1, MOST_DAYS):
                close = calendar.close_of_nth_day_after(begin, days)
                if close == end:
                    return Target("working_days", days)
                if close > end:
                    break
        minutes = calendar.worked(begin, end) // MINUTE
        if minutes:
            return Target("working_minutes", minutes)
    return Target("clock_minutes", max(1, (end - begin) // MINUTE))
