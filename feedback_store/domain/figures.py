"""What each figure counts, once: its unit, the instant that puts one into a period, what is good, how it divides.

Reference sla.md, "Figures". Pages, files and queries read this catalogue; ``kpi`` has the cohorts of clocks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from feedback_store.domain.kpi import Period, Ratio
from feedback_store.domain.policy import URGENCY

Figure = Literal[
    "promises", "promises_reopened", "k1", "k1b", "triage", "accept", "notify",
    "k2", "undelivered", "k3", "response", "reopened",
    "returns", "refusals", "recategorised", "first_response", "recurrence", "bot_alone",
]  # fmt: skip
Unit = Literal["promise", "agency", "leg", "ticket", "clock", "rating", "result", "change", "conversation"]
Cohort = Literal["due", "closed", "delivered", "released", "dispatched", "received", "changed", "begun"]
Dimension = Literal["month", "agency", "category", "service_class", "commune", "reason", "person", "stars", "day"]
"""``day`` is no division of any figure: by it a page of a list finds the days it shows."""

OF_TICKET: tuple[Dimension, ...] = ("month", "category", "service_class", "commune")
OF_LEG: tuple[Dimension, ...] = ("month", "agency", "category", "service_class", "commune")

SATISFIED, DISSATISFIED = 4, 2
"""Stars from which on, and up to which, a rating counts as one or the other (K3)."""
RECURS_WITHIN = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure. ``goal``: percent to reach; ``rare``: its numerator is what should not happen.

    ``hotline``: it judges the hotline's own work, so an agency's people don't see it.
    ``per_ticket``: the denominator is tickets, whatever the numerator counts.
    """

    code: Figure
    unit: Unit
    cohort: Cohort
    dimensions: tuple[Dimension, ...]
    goal: int | None = None
    rare: bool = False
    hotline: bool = False
    per_ticket: bool = False


CATALOGUE: dict[Figure, Definition] = {
    one.code: one
    for one in (
        Definition("promises", "promise", "due", OF_TICKET, goal=100),
        Definition("promises_reopened", "promise", "due", OF_TICKET, goal=100),
        Definition("k1", "agency", "due", OF_TICKET, goal=100),
        Definition("k1b", "leg", "due", OF_LEG, goal=100),
        Definition("triage", "clock", "due", OF_TICKET, goal=100, hotline=True),
        Definition("accept", "leg", "due", OF_LEG, goal=100),
        Definition("notify", "clock", "due", OF_TICKET, goal=100, hotline=True),
        Definition("k2", "ticket", "closed", OF_LEG, goal=100),
        Definition("undelivered", "ticket", "closed", OF_LEG, rare=True),
        Definition("k3", "rating", "delivered", (*OF_LEG, "stars"), goal=90),
        Definition("response", "result", "delivered", OF_LEG),
        Definition("reopened", "result", "released", OF_LEG, rare=True),
        Definition("returns", "leg", "dispatched", OF_TICKET, rare=True, hotline=True, per_ticket=True),
        Definition("refusals", "ticket", "received", (*OF_TICKET, "reason"), rare=True, hotline=True),
        Definition("recategorised", "change", "changed", ("month", "agency", "person"), rare=True),
        Definition("first_response", "ticket", "received", OF_TICKET, hotline=True),
        Definition("recurrence", "ticket", "received", OF_TICKET, rare=True, hotline=True),
        Definition("bot_alone", "conversation", "begun", ("month",), hotline=True),
    )
}


@dataclass(frozen=True, slots=True)
class Event:
    """One counted thing as stored: the instant that places it, and whether it belongs to the numerator."""

    at: dt.datetime
    good: bool


def share(events: Iterable[Event], period: Period, at: dt.datetime) -> Ratio:
    """Good ones ÷ all whose instant lies in the period and is not after ``at``: every figure but K1."""
    low, high = period.bounds()
    counted = [one for one in events if low <= one.at < high and one.at <= at]
    return Ratio(sum(one.good for one in counted), len(counted))


@dataclass(frozen=True, slots=True)
class Count:
    """Rows of one part of a division that are counted together.

    ``apart`` keeps from each other what cannot be added: of K1 the agency, of tickets that happen in several months
    the earlier month of theirs (``YYYY-MM-01``); None: nothing does. ``minutes``: of the first responses, each
    number of minutes with how many took so long. ``due`` and
    ``late``: of K1 the agencies that had a leg due, and those of them that were late, where they are told so.
    """

    key: str
    apart: str | int | None
    good: int
    every: int
    minutes: Sequence[tuple[int, int]] = ()
    due: Sequence[int] = ()
    late: Sequence[int] = ()


def tickets_in(counts: Iterable[Count], period: Period) -> Ratio:
    """Happenings and tickets of whole months one after another: a ticket of an earlier one isn't counted again."""
    good = every = 0
    for one in counts:
        good += one.good
        if one.apart is None or str(one.apart) < period.first.isoformat():
            every += one.every
    return Ratio(good, every)


@dataclass(frozen=True, slots=True)
class PerTicket:
    """Happenings per ticket."""

    happened: int
    tickets: int

    @property
    def each(self) -> float | None:
        """Two decimals, cut; None without tickets."""
        return self.happened * 100 // self.tickets / 100 if self.tickets else None


def k2(legs: Iterable[tuple[str, dt.datetime | None]]) -> bool:
    """Whether a closed ticket counts as told: each result that stands (``(state, delivered_at)`` of its legs)
    was proven delivered, and there is one. Its substance was asked for when it was entered (rule 9)."""
    standing = [delivered for state, delivered in legs if state == "released"]
    return bool(standing) and all(delivered is not None for delivered in standing)


def satisfied(stars: int) -> bool:
    """K3: 4 and 5; 3 is neutral, 1 and 2 are dissatisfied."""
    return stars >= SATISFIED


def slower(old_class: str, new_class: str) -> bool:
    """Whether a change of class gave more time; unknown classes compare as no change."""
    if old_class not in URGENCY or new_class not in URGENCY:
        return False
    return URGENCY.index(new_class) > URGENCY.index(old_class)


def place_key(text: str | None) -> str | None:
    """A place for comparing: letter case and the spaces around apart; None where nothing is said."""
    return (text or "").strip(" ").lower() or None


@dataclass(frozen=True, slots=True)
class Spread:
    """Whole minutes to the first response: of how many reports, and of how many there was one."""

    received: int
    answered: int
    median: int | None
    ninetieth: int | None


def spread(received: int, minutes: Iterable[tuple[int, int]]) -> Spread:
    """From the minutes of those reports that had a response: a number of minutes and how many took it, in any order,
    the same minutes also more than once."""
    known: dict[int, int] = {}
    for value, times in minutes:
        known[value] = known.get(value, 0) + times
    return Spread(received, sum(known.values()), percentile(known, 50), percentile(known, 90))


def percentile(values: Mapping[int, int], percent: int) -> int | None:
    """The smallest value that at least ``percent`` in a hundred do not exceed (nearest rank); None without any.

    ``values``: how often each occurs.
    """
    rank = -(-sum(values.values()) * percent // 100)
    for value in sorted(values):
        rank -= values[value]
        if rank <= 0:
            return value
    return None
