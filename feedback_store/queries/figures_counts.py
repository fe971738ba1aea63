"""Counts of every figure: the whole, its division by agency, area, month …, and the rows behind each number.

All of them count the same rows (``figures_rows``), so a number and the list behind it agree.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Date, cast, func, join, null, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_store.domain import kpi
from feedback_store.domain.figures import CATALOGUE, Dimension, PerTicket, Spread, spread
from feedback_store.domain.kpi import Ratio, Tally
from feedback_store.queries.figures_cohort import LOCAL_ZONE
from feedback_store.queries.figures_rows import Asked, Source, source
from feedback_store.service.actor import Refused
from feedback_store.tables import Agency, Category, Commune, Ticket, User

Part = Literal["numerator", "denominator", "missed"]
NONE = ""
"""Key of what belongs to no commune, no agency."""


ON_TICKET = {"category", "service_class", "commune"}
NUMBERED = {"agency", "person", "stars"}


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
    if asked.figure == "k1":
        return kpi.k1(_by_agency(session, asked).values())
    rows = source(session, asked)
    return Ratio(*session.execute(_select(rows, asked, _good(rows), _all(rows, asked))).one())


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
    if asked.figure == "k1":
        return _k1_divided(session, asked, dimension)
    rows = source(session, asked, by_agency=dimension == "agency")
    key = _key(rows, dimension)
    query = _select(rows, asked, key, _good(rows), _all(rows, asked), by=dimension).group_by(key)
    return {_text(value): Ratio(good, every) for value, good, every in session.execute(query)}


def first_response(session: Session, asked: Asked) -> Spread:
    """Minutes from receipt to the first response: median and 90th percentile, with how many there were."""
    rows = source(session, asked)
    minutes = rows.own["minutes"]
    query = _select(rows, asked, minutes, func.count()).group_by(minutes)
    return spread(dict(session.execute(query).all()))


def first_response_divided(session: Session, asked: Asked, dimension: Dimension) -> dict[str, Spread]:
    """The same for every part of a division."""
    rows = source(session, asked)
    key, minutes = _key(rows, dimension), rows.own["minutes"]
    counts: dict[str, dict[int | None, int]] = defaultdict(dict)
    query = _select(rows, asked, key, minutes, func.count(), by=dimension).group_by(key, minutes)
    for value, minute, count in session.execute(query):
        counts[_text(value)][minute] = count
    return {value: spread(one) for value, one in counts.items()}


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
    return {_text(key): name for key, name in session.execute(queries[dimension])}


def listed(session: Session, asked: Asked, part: Part, *, limit: int | None = 50, offset: int = 0) -> Found:
    """The rows behind a number, in the order of their instants. ``missed``: those outside the numerator.

    Where the denominator is tickets, they are listed once each. ``limit`` None: all of them.
    """
    rows = source(session, asked)
    once = CATALOGUE[asked.figure].per_ticket and part == "denominator"
    only = {"numerator": [rows.good.is_(True)], "missed": [rows.good.is_not(True)], "denominator": []}[part]
    counted = func.count(rows.ticket.distinct()) if once else func.count()
    total = session.scalar(_select(rows, asked, counted).where(*only)) or 0
    chosen = _select(rows, asked, rows.row.label("row"), rows.instant.label("instant")).where(*only)
    if once:
        first = chosen.ext(distinct_on(rows.ticket)).order_by(rows.ticket, rows.instant, rows.row).subquery()
        chosen = select(first.c.row, first.c.instant)
        chosen = chosen.order_by(first.c.instant, first.c.row)
    else:
        chosen = chosen.order_by(rows.instant, rows.row)
    if limit is not None:
        chosen = chosen.limit(limit).offset(offset)
    return Found(_rows(session, asked, rows, chosen.subquery("chosen")), total)


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
    query = select(*wanted).select_from(start).where(*rows.rules, *_where(rows, asked))
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
    rows = source(session, replace(asked, figure="k1b"))
    query = _select(rows, asked, rows.agency, _good(rows), func.count()).group_by(rows.agency)
    return {agency: Tally(good, every - good) for agency, good, every in session.execute(query)}


def _k1_divided(session: Session, asked: Asked, dimension: Dimension) -> dict[str, Ratio]:
    rows = source(session, replace(asked, figure="k1b"))
    key = _key(rows, dimension)
    query = _select(rows, asked, key, _good(rows), func.count(), by=dimension).group_by(key, rows.agency)
    parts: dict[str, list[Tally]] = defaultdict(list)
    for value, good, every in session.execute(query):
        parts[_text(value)].append(Tally(good, every - good))
    return {value: kpi.k1(tallies) for value, tallies in parts.items()}


# ---- the pieces of a query ---------------------------------------------------------------------


def _good(rows: Source) -> Any:
    return func.count().filter(rows.good)


def _all(rows: Source, asked: Asked) -> Any:
    return func.count(rows.ticket.distinct()) if CATALOGUE[asked.figure].per_ticket else func.count()


def _select(rows: Source, asked: Asked, *columns: Any, by: Dimension | None = None) -> Any:
    """Columns over the counted rows; the ticket is joined only where a division needs it."""
    divisions = {by, asked.where[0] if asked.where else None}
    start = rows.start
    if divisions & ON_TICKET and not rows.has_ticket:
        start = _joined(start, Ticket, Ticket.id == rows.ticket)
    return select(*columns).select_from(start).where(*rows.rules, *_where(rows, asked))


def _where(rows: Source, asked: Asked) -> list[Any]:
    """The part of a division that is asked for."""
    if asked.where is None:
        return []
    dimension, value = asked.where
    column = _key(rows, dimension)
    if value == NONE:
        return [column.is_(None)]
    if dimension in NUMBERED:
        return [column == (int(value) if value.isdigit() else -1)]
    return [column == value]


def _joined(start: Any, other: Any, on: Any, *, outer: bool = False) -> Any:
    return join(start, other, on, isouter=outer)


def _key(rows: Source, dimension: Dimension) -> Any:
    """The column that a division goes by."""
    if dimension in rows.own:
        return rows.own[dimension]
    if dimension == "month":
        return cast(func.date_trunc("month", func.timezone(LOCAL_ZONE, rows.instant)), Date)
    if dimension == "agency":
        return rows.agency
    columns = {
        "category": Ticket.category_code,
        "service_class": Ticket.service_class,
        "commune": Ticket.commune_code,
    }
    return columns[dimension]


def _text(value: Any) -> str:
    return NONE if value is None else str(value)
