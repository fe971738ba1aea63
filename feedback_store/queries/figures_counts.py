"""Counts of every figure: the whole, its division by agency, area, month …, and the rows behind each number.

All of them count the same rows (``figures_rows``), so a number and the list behind it agree.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from typing import Any, Literal

from sqlalchemy import and_, func, join, null, or_, select
from sqlalchemy.orm import Session, aliased

from feedback_store.domain import kpi
from feedback_store.domain.figures import CATALOGUE, Count, Dimension, PerTicket, Spread, spread, tickets_in
from feedback_store.domain.kpi import Period, Ratio, Tally
from feedback_store.queries.figures_kept import NONE, Stretch, days, selected, stretches, text_of, where_of
from feedback_store.queries.figures_rows import Asked, Source, source
from feedback_store.service.actor import Refused
from feedback_store.tables import Agency, Category, Commune, Leg, Ticket, User

Part = Literal["numerator", "denominator", "missed"]


@dataclass(frozen=True, slots=True)
class Counted:
    """One row behind a number. ``instant`` placed it in the period; ``ended``: when its clock stopped or
    the answer came.

    ``note``: stars, the reason of a refusal, the change of category. ``channel``: of rows that belong to no ticket.
    """

    instant: dt.datetime
    good: bool
    ended: dt.datetime | None
    note: str | None
    channel: str | None
    code: str | None
    category: str | None
    commune: str | None
    service_class: str | None
    state: str | None
    agency: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows and how many there are in all."""

    rows: list[Counted]
    total: int


def ratio(session: Session, asked: Asked) -> Ratio:
    """Numerator and denominator of a figure."""
    return _ratio(asked, _counts(session, asked))


def per_ticket(session: Session, asked: Asked) -> PerTicket:
    """Happenings per ticket of a figure that is counted so (returns)."""
    counted = ratio(session, asked)
    return PerTicket(counted.numerator, counted.denominator)


def divided(session: Session, asked: Asked, dimension: Dimension) -> dict[str, Ratio]:
    """The figure for every part that has something to count; by key.

    Raises ``Refused`` where the figure isn't divided so.
    """
    if dimension not in CATALOGUE[asked.figure].dimensions:
        raise Refused("figures.not_divided")
    parts: dict[str, list[Count]] = defaultdict(list)
    for one in _counts(session, asked, dimension):
        parts[one.key].append(one)
    if dimension == "month" and CATALOGUE[asked.figure].per_ticket:  # each month counts its tickets for itself
        return {
            key: Ratio(sum(one.good for one in some), sum(one.every for one in some)) for key, some in parts.items()
        }
    return {key: _ratio(asked, some) for key, some in parts.items()}


def _counts(session: Session, asked: Asked, dimension: Dimension | None = None) -> Iterable[Count]:
    return chain.from_iterable(one.counts for one in stretches(session, asked, dimension))


def _ratio(asked: Asked, counts: Iterable[Count]) -> Ratio:
    """What counts of one part come to."""
    if asked.figure == "k1":
        return _k1(counts)
    if CATALOGUE[asked.figure].per_ticket:
        return tickets_in(counts, asked.period)
    some = list(counts)
    return Ratio(sum(one.good for one in some), sum(one.every for one in some))


def _k1(counts: Iterable[Count]) -> Ratio:
    """Of which agencies something was due, and which of them were never late."""
    due: set[int] = set()
    late: set[int] = set()
    for one in counts:
        due.update(one.due)
        late.update(one.late)
        if one.apart is not None and one.every:
            due.add(int(one.apart))
            late.update([int(one.apart)] if one.good < one.every else [])
    return kpi.never_late(due, late)


def _tallies(counts: Iterable[Count]) -> dict[int, Tally]:
    """By agency."""
    good: dict[int, int] = defaultdict(int)
    every: dict[int, int] = defaultdict(int)
    for one in counts:
        agency = int(one.apart or 0)
        good[agency] += one.good
        every[agency] += one.every
    return {agency: Tally(good[agency], every[agency] - good[agency]) for agency in every}


def first_response(session: Session, asked: Asked) -> Spread:
    """Minutes from receipt to the first response: median and 90th percentile, with how many there were."""
    return _spread(_counts(session, asked))


def first_response_divided(session: Session, asked: Asked, dimension: Dimension) -> dict[str, Spread]:
    """The same for every part of a division."""
    parts: dict[str, list[Count]] = defaultdict(list)
    for one in _counts(session, asked, dimension):
        parts[one.key].append(one)
    return {key: _spread(some) for key, some in parts.items()}


def _spread(counts: Iterable[Count]) -> Spread:
    some = list(counts)
    return spread(sum(one.every for one in some), chain.from_iterable(one.minutes for one in some))


def names(session: Session, dimension: Dimension) -> dict[str, str]:
    """What people call the parts of a division that are rows: agencies, categories, communes, persons."""
    queries: dict[str, Any] = {
        "agency": select(Agency.id, Agency.name),
        "category": select(Category.code, Category.name),
        "commune": select(Commune.code, Commune.name),
        "person": select(User.id, User.name),
    }
    if dimension not in queries:
        return {}
    return {text_of(key): name for key, name in session.execute(queries[dimension])}


def listed(session: Session, asked: Asked, part: Part, *, limit: int | None = 50, offset: int = 0) -> Found:
    """The rows behind a number, in the order of their instants. ``missed``: those outside the numerator.

    Where the denominator is tickets, they are listed once each. ``limit`` None: all of them.
    """
    per_ticket = CATALOGUE[asked.figure].per_ticket
    parts = days(session, asked) if asked.where is None and not per_ticket else stretches(session, asked)
    if per_ticket and part == "missed":  # rows that are no tickets: their own count
        rows = source(session, asked)
        query = selected(rows, asked, func.count()).where(rows.good.is_not(True))
        parts = [Stretch(asked.period, [Count(NONE, None, 0, session.scalar(query) or 0)])]
    sizes = [_size(asked, one.counts, part) for one in parts]
    total = sum(sizes)
    if limit is None:
        return Found(_page(session, asked, part, asked.period, None, 0), total)
    if offset >= total:
        return Found([], total)
    ends = list(accumulate(sizes))
    first, last = bisect_right(ends, offset), bisect_left(ends, min(offset + limit, total))
    shown = Period(parts[first].period.first, parts[last].period.end)
    return Found(_page(session, asked, part, shown, limit, offset - ends[first] + sizes[first]), total)


def _size(asked: Asked, counts: list[Count], part: Part) -> int:
    """How many rows a stretch has."""
    if part == "denominator":
        return tickets_in(counts, asked.period).denominator
    good = sum(one.good for one in counts)
    return good if part == "numerator" else sum(one.every for one in counts) - good


def _page(session: Session, asked: Asked, part: Part, period: Period, limit: int | None, offset: int) -> list[Counted]:
    here = replace(asked, period=period)
    rows = source(session, here)
    bad = rows.good.is_not(True) if rows.bad is None else rows.bad
    wanted: dict[Part, list[Any]] = {"numerator": [rows.good.is_(True)], "missed": [bad], "denominator": []}
    only = wanted[part]
    if CATALOGUE[asked.figure].per_ticket and part == "denominator":
        only.append(_first_of_ticket(asked))
    chosen = selected(rows, here, rows.row.label("row"), rows.instant.label("instant")).where(*only)
    chosen = chosen.order_by(rows.instant, rows.row)
    if limit is not None:
        chosen = chosen.limit(limit).offset(offset)
    return _rows(session, here, rows, chosen.subquery("chosen"))


def _first_of_ticket(asked: Asked) -> Any:
    """The ticket was not dispatched earlier in the whole period."""
    other = aliased(Leg)
    before = select(other.id).where(
        other.ticket_id == Leg.ticket_id, other.dispatched_at >= asked.period.bounds()[0],
        or_(other.dispatched_at < Leg.dispatched_at, and_(other.dispatched_at == Leg.dispatched_at, other.id < Leg.id)),
    )  # fmt: skip
    return or_(Leg.number == 1, ~before.correlate(Leg).exists())


def _rows(session: Session, asked: Asked, rows: Source, chosen: Any) -> list[Counted]:
    """The chosen rows with what a person recognises them by."""
    wanted = [rows.instant, rows.good, rows.ended, rows.note, rows.channel]
    start = _joined(rows.start, chosen, chosen.c.row == rows.row)
    if rows.ticket is None:
        wanted += [null()] * 6
    else:
        if not rows.has_ticket:
            start = _joined(start, Ticket, Ticket.id == rows.ticket)
        start = _joined(start, Category, Category.code == Ticket.category_code)
        start = _joined(start, Commune, Commune.code == Ticket.commune_code, outer=True)
        agency: Any = null()
        if rows.agency is not None:
            start, agency = _joined(start, Agency, Agency.id == rows.agency, outer=True), Agency.name
        wanted += [Ticket.code, Category.name, Commune.name, Ticket.service_class, Ticket.state, agency]
    query = select(*wanted).select_from(start)
    if rows.repeated:
        query = query.where(*rows.rules, *where_of(rows, asked))
    found = session.execute(query.order_by(rows.instant, rows.row))
    return [Counted(instant, bool(good), *more) for instant, good, *more in found]


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """An agency as K1 sees it."""

    agency_id: int
    name: str
    tally: Tally


def k1_agencies(session: Session, asked: Asked, part: Part) -> list[AgencyLine]:
    """The agencies behind K1: those never late, all, or those with a late leg; the worst share first."""
    wanted = {
        agency: one
        for agency, one in _by_agency(session, asked).items()
        if part == "denominator" or (one.due == one.on_time) == (part == "numerator")
    }
    named = dict(session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(wanted))).all())
    found = [AgencyLine(agency, named.get(agency, ""), one) for agency, one in wanted.items()]
    return sorted(found, key=lambda line: (line.tally.on_time / line.tally.due, -line.tally.due, line.name))


def _by_agency(session: Session, asked: Asked) -> dict[int, Tally]:
    return _tallies(_counts(session, asked))


def _joined(start: Any, other: Any, on: Any, *, outer: bool = False) -> Any:
    return join(start, other, on, isouter=outer)
