"""Figures of reference sla.md, each defined once: promises kept, K1 and K1b.

The queries count stored facts into tallies; what a figure means is decided here alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from feedback_store.domain.instants import require_aware

Against = Literal["original", "current"]
Standing = Literal["running", "on_time", "late", "left"]
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates, half-open: ``first`` belongs to it, ``end`` does not."""

    first: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.end < self.first:
            raise ValueError("a period cannot end before it begins")

    @property
    def last(self) -> dt.date:
        """The last day that belongs to it."""
        return self.end - dt.timedelta(days=1)

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        return cls(dt.date(year, month, 1), _next_month(dt.date(year, month, 1)))

    @classmethod
    def year(cls, year: int) -> Period:
        return cls(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))

    @classmethod
    def months_until(cls, at: dt.datetime, count: int) -> Period:
        """The local month of ``at`` and the ``count - 1`` before it."""
        require_aware(at)
        here = at.astimezone(LOCAL).date().replace(day=1)
        months = here.year * 12 + here.month - count
        return cls(dt.date(months // 12, months % 12 + 1, 1), _next_month(here))

    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """First instant of the period and first instant after it, in UTC."""
        low, high = (
            dt.datetime(day.year, day.month, day.day, tzinfo=LOCAL).astimezone(dt.UTC)
            for day in (self.first, self.end)
        )
        return low, high

    def months(self) -> list[Period]:
        """The calendar months that the period touches, each cut to it."""
        cut: list[Period] = []
        here = self.first
        while here < self.end:
            after = min(_next_month(here), self.end)
            cut.append(Period(here, after))
            here = after
        return cut


def _next_month(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure with the two counts it is made of; an empty one has no percentage."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> float | None:
        """One decimal, cut and not rounded, so that 999 of 1,000 kept in 1,001 never reads 100."""
        if self.denominator == 0:
            return None
        return self.numerator * 1000 // self.denominator / 10


@dataclass(frozen=True, slots=True)
class Fact:
    """One clock as stored, seen against one of its due times."""

    due: dt.datetime
    standing: Standing
    agency_id: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a cohort. ``late``: stopped after its due; ``overdue``: due has passed, still open."""

    on_time: int = 0
    late: int = 0
    overdue: int = 0

    @property
    def due(self) -> int:
        return self.on_time + self.late + self.overdue

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.on_time + other.on_time, self.late + other.late, self.overdue + other.overdue)


def in_cohort(fact: Fact, period: Period, at: dt.datetime) -> bool:
    """Due within the period and not after ``at``; open ones count, what left the cohort does not."""
    low, high = period.bounds()
    return fact.standing != "left" and low <= fact.due < high and fact.due <= at


def tally(facts: Iterable[Fact], period: Period, at: dt.datetime) -> Tally:
    """Count a cohort from its facts: the reference for what the queries count in SQL."""
    counts = {"on_time": 0, "late": 0, "running": 0}
    for fact in facts:
        if in_cohort(fact, period, at):
            counts[fact.standing] += 1
    return Tally(counts["on_time"], counts["late"], counts["running"])


def promises_kept(promises: Tally) -> Ratio:
    """Promises whose result was delivered by the due instant ÷ promises that fell due."""
    return Ratio(promises.on_time, promises.due)


def k1(agencies: Iterable[Tally]) -> Ratio:
    """Agencies with no late or overdue leg ÷ agencies with at least one leg due; one tally an agency."""
    judged = [(number, one) for number, one in enumerate(agencies) if one.due]
    return never_late({number for number, _ in judged}, {number for number, one in judged if one.due != one.on_time})


def never_late(due: Set[int], late: Set[int]) -> Ratio:
    """K1 by the agencies that had a leg due, and those that had one late or overdue."""
    return Ratio(len(due - late), len(due))


def k1b(legs: Tally) -> Ratio:
    """Legs on time ÷ legs due."""
    return Ratio(legs.on_time, legs.due)
