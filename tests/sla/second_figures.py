"""Promises kept, K1, K1b and the breaches of triage, accept and notify counted a second time: plain SQL over the trail.

The standings are those of ``second_path``; who held a leg is read from its dispatch, reopening and handing-over events.
Nothing is read from the tables ``clocks``, ``legs`` or ``pauses``, and no domain code counts anything.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_store.domain.kpi import Against, Period, Ratio
from feedback_store.queries import figures, figures_counts
from feedback_store.queries.figures_counts import Asked
from feedback_store.service.actor import SYSTEM
from tests.sla import second_path

SQL = """
WITH first_holder AS (
    SELECT c.clock, c.leg, coalesce(
        (SELECT ev.agency_id FROM ev WHERE ev.leg_id = c.leg AND ev.kind = 'dispatched' ORDER BY ev.id LIMIT 1),
        (SELECT (e.data->>'agency_id')::int FROM ev e WHERE e.id = c.eid AND e.kind = 'reopened')) AS agency
    FROM clock c WHERE c.leg IS NOT NULL
), holder AS (  -- the agency that held the leg at the due instant of a side
    SELECT h.clock, f.side, coalesce((
        SELECT ev.new::int FROM ev WHERE ev.leg_id = h.leg AND ev.kind = 'handed_over'
            AND ev.at <= f.due AND (stop.at IS NULL OR stop.at > ev.at) ORDER BY ev.id DESC LIMIT 1
        ), h.agency) AS agency
    FROM first_holder h JOIN final f USING (clock) JOIN stop USING (clock)
)
SELECT s.side, s.kind, c.round > 1 AS again, holder.agency,
    (s.due AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
    count(*) FILTER (WHERE s.standing = 'on_time') AS good, count(*) AS every
FROM standing s JOIN clock c USING (clock) LEFT JOIN holder ON holder.clock = s.clock AND holder.side = s.side
WHERE s.standing <> 'left' AND s.due <= :at AND NOT (s.standing = 'running' AND EXISTS (
    SELECT FROM hold h
    WHERE h.clock = s.clock AND h.side IN ('both', s.side) AND h.high = 'infinity' AND (h.low < s.due
        OR (s.side = 'current' AND h.why = 'pause' AND EXISTS (  -- more time given meanwhile is told at the pause's end
            SELECT FROM ev g WHERE g.leg_id = c.leg AND g.kind = 'extension_granted' AND g.at >= h.low)))))
    AND s.ticket NOT IN (SELECT id FROM tickets WHERE is_sample)
GROUP BY 1, 2, 3, 4, 5
"""
SIDES: tuple[Against, ...] = ("original", "current")
STEPS = ("triage", "accept", "notify")


@dataclass(frozen=True, slots=True)
class Day:
    """What fell due on one local day, of one kind and agency."""

    side: str
    kind: str
    again: bool
    agency: int | None
    day: dt.date
    good: int
    every: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that the product and the trail give differently; ``agency`` None: the whole."""

    figure: str
    against: str
    period: Period
    agency: int | None
    stored: Ratio
    computed: Ratio


def days(session: Session, at: dt.datetime) -> list[Day]:
    """Everything that was due by ``at``, by the trail alone."""
    second_path.prepare(session, at)
    return [Day(*row) for row in session.execute(text(SQL), {"at": at})]


def periods(found: Iterable[Day]) -> list[Period]:
    """Every month in which something fell due; the whole, where there are several; two that begin and end within
    months, or one within a single month."""
    seen = sorted({one.day for one in found})
    if not seen:
        return []
    whole = Period(seen[0].replace(day=1), seen[-1] + dt.timedelta(days=1))
    third = (seen[-1] - seen[0]) // 3
    odd = [(seen[0] + third, seen[-1]), (seen[0] + dt.timedelta(days=1), seen[-1] - third)]
    months = list(whole.months())
    several = len(months) > 1
    some = [Period(first, end) for first, end in (odd if several else odd[:1]) if first < end]
    return [*months, *([whole] if several else []), *some]


def figure_differences(session: Session, at: dt.datetime) -> list[Difference]:
    """Every figure of every period, and of every agency in it, that the product counts otherwise than the trail."""
    found = days(session, at)
    wrong: list[Difference] = []
    for period in periods(found):
        for side in SIDES:
            mine = [one for one in found if one.side == side and period.first <= one.day < period.end]
            for name, agency, stored, computed in _pairs(session, mine, period, at, side):
                if stored != computed:
                    wrong.append(Difference(name, side, period, agency, stored, computed))
    return wrong


def _pairs(
    session: Session, mine: list[Day], period: Period, at: dt.datetime, side: Against
) -> Iterable[tuple[str, int | None, Ratio, Ratio]]:
    """(figure, agency, what the product says, what the trail says)."""
    asked = {"period": period, "at": at, "scope": SYSTEM, "against": side}
    legs: dict[int | None, list[int]] = defaultdict(lambda: [0, 0])
    for one in mine:
        if one.kind == "resolve":
            legs[one.agency][0] += one.good
            legs[one.agency][1] += one.every
    for again, name in ((False, "promises"), (True, "promises_reopened")):
        stored = figures.promises_kept(session, reopened=again, **asked)  # type: ignore[arg-type]
        yield name, None, stored, _sum(one for one in mine if one.kind == "promise" and one.again == again)
    yield "k1b", None, figures.k1b(session, **asked), _sum(one for one in mine if one.kind == "resolve")  # type: ignore[arg-type]
    clean = sum(good == every for good, every in legs.values())
    yield "k1", None, figures.k1(session, **asked), Ratio(clean, len(legs))  # type: ignore[arg-type]
    agencies = figures_counts.k1_agencies(session, Asked("k1", period, at, SYSTEM, side), "denominator")
    per_agency: dict[int | None, Ratio] = {row.agency_id: Ratio(row.tally.on_time, row.tally.due) for row in agencies}
    for agency in legs.keys() | per_agency.keys():
        counted = Ratio(*legs[agency]) if agency in legs else Ratio(0, 0)
        yield "k1b", agency, per_agency.get(agency, Ratio(0, 0)), counted
    for name in STEPS:
        question = Asked(name, period, at, SYSTEM, side)  # type: ignore[arg-type]
        yield name, None, figures_counts.ratio(session, question), _sum(one for one in mine if one.kind == name)


def _sum(some: Iterable[Day]) -> Ratio:
    good = every = 0
    for one in some:
        good, every = good + one.good, every + one.every
    return Ratio(good, every)
