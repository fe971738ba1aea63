"""A figure's counts by the stretches of its period: whole months that are over as they are kept, the rest counted now.

What is kept and when it holds is in ``tables.figures``; ``service.counted_months`` writes it. Both count with
:func:`count`, so a month is the same number from either side.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, Date, cast, func, join, literal, literal_column, null, select
from sqlalchemy.orm import Session, aliased

from feedback_store.domain.figures import CATALOGUE, Count, Dimension, Figure
from feedback_store.domain.kpi import Period
from feedback_store.queries.figures_cohort import LOCAL_ZONE
from feedback_store.queries.figures_rows import Asked, Source, source
from feedback_store.queries.lookups import is_sample_database
from feedback_store.tables import FigureMark, FigureMonth, Ticket
from feedback_store.tables.figures import EVERY_AGENCY

NONE = ""
"""Key of what belongs to no commune, no agency."""
WHOLE = "whole"
K1_BY = "agencies by {}"
"""Of each part of a division the agencies that had a leg due, and those that were late."""
ON_TICKET = {"category", "service_class", "commune"}
NUMBERED = {"agency", "person", "stars"}
CLUSTER = literal_column("(SELECT system_identifier FROM pg_control_system())", BigInteger)
SEEN = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", BigInteger)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a period with its counts."""

    period: Period
    counts: list[Count]


def stretches(session: Session, asked: Asked, dimension: Dimension | None = None) -> list[Stretch]:
    """The counts of ``asked``, divided or whole, by the stretches of its period from the first day to the last."""
    kept = _kept(session, asked, dimension) if _keepable(asked, dimension) else {}
    parts = asked.period.months()
    found: list[Stretch] = []
    for is_kept, some in groupby(parts, lambda part: part.first in kept):
        group = list(some)
        if is_kept:
            found += [Stretch(part, kept[part.first]) for part in group]
        else:
            found += [Stretch(part, live(session, asked, part, dimension)) for part in _together(asked, group)]
    return found


def days(session: Session, asked: Asked) -> list[Stretch]:
    """The counts of ``asked`` day by day, those without any left out."""
    found: list[Stretch] = []
    for one in stretches(session, asked, "day"):
        for count in sorted(one.counts, key=lambda some: some.key):
            day = dt.date.fromisoformat(count.key)
            found.append(Stretch(Period(day, day + dt.timedelta(days=1)), [count]))
    return found


def _together(asked: Asked, group: list[Period]) -> list[Period]:
    """Neighbouring months are counted at once, but for a figure whose tickets would be counted again in each."""
    if by_month(asked):
        return group
    return [Period(group[0].first, group[-1].end)]


def by_month(asked: Asked) -> bool:
    """Whether tickets are told apart by an earlier month of theirs: only possible from the first of a month on."""
    return CATALOGUE[asked.figure].per_ticket and asked.period.first.day == 1


def _keepable(asked: Asked, dimension: Dimension | None) -> bool:
    """Kept counts are divided once: a part of one division by another one is counted now."""
    definition = CATALOGUE[asked.figure]
    if definition.cohort == "begun" or (definition.per_ticket and not by_month(asked)):
        return False
    if asked.where is None:
        return True
    return asked.where[0] != "month" and dimension in (None, "month", asked.where[0])


# ---- what is kept ------------------------------------------------------------------------------


def _kept(session: Session, asked: Asked, dimension: Dimension | None) -> dict[dt.date, list[Count]]:
    """Counts by the first day of each month whose kept ones hold."""
    whole = [part for part in asked.period.months() if part.first.day == 1 and part.end.day == 1]
    months = [part.first for part in whole if part.bounds()[1] <= asked.at]
    if not months:
        return {}
    part = asked.where[0] if asked.where else dimension if dimension not in (None, "month") else None
    together = asked.figure == "k1" and not asked.of_agency and dimension in ON_TICKET and asked.where is None
    head, row = aliased(FigureMonth), aliased(FigureMonth)
    viewer: Any = row.agency_id == (asked.scope.agency_id if asked.of_agency else EVERY_AGENCY)
    if asked.figure == "k1" and not asked.of_agency and not together:
        viewer = row.agency_id != EVERY_AGENCY
    same = (row.month == head.month, row.figure == head.figure, row.against == head.against, viewer)
    marked = select(FigureMark.month).where(FigureMark.month == head.month, FigureMark.transaction >= head.seen)
    query = (
        select(head.month, row.agency_id, row.counts[K1_BY.format(part) if together else part or WHOLE])
        .outerjoin(row, _all(same))
        .where(
            head.month.in_(months), head.figure == kept_figure(asked.figure), head.against == asked.against,
            head.agency_id == EVERY_AGENCY, head.with_samples == is_sample_database(session),
            head.cluster == CLUSTER, ~marked.exists(),
        )
    )  # fmt: skip
    found: dict[dt.date, list[Count]] = {}
    for month, agency, values in session.execute(query):
        counts = found.setdefault(month, [])
        if together:
            counts += [Count(key, None, 0, 0, (), due, late) for key, due, late in values or ()]
            continue
        for key, apart, good, every, *times in values or ():
            if asked.where and key != asked.where[1]:
                continue
            shown = month.isoformat() if dimension == "month" else NONE if dimension is None else key
            by, minutes = (agency if asked.figure == "k1" else apart), (read_times(times[0]) if times else ())
            counts.append(Count(shown, by, good, every, minutes))
    return found


def _all(rules: Iterable[Any]) -> Any:
    first, *others = rules
    for one in others:
        first = first & one
    return first


def kept_figure(figure: Figure) -> Figure:
    """Where the counts of a figure stand: K1 is made of K1b's, agency by agency."""
    return "k1b" if figure == "k1" else figure


# ---- counting now ------------------------------------------------------------------------------


def live(session: Session, asked: Asked, period: Period, dimension: Dimension | None) -> list[Count]:
    """The counts of one stretch, from the rows."""
    part = replace(asked, figure=kept_figure(asked.figure), period=period)
    rows = source(session, part, by_agency=dimension == "agency")
    columns = [
        key_of(rows, dimension) if dimension else None,
        rows.agency if asked.figure == "k1" else rows.own["earlier"] if by_month(asked) else None,
    ]
    minutes = rows.own.get("minutes") if dimension != "day" else None
    shown = [null() if one is None else one for one in (*columns, minutes)]
    query = selected(rows, part, *shown, *numbers_of(rows, part)[:2], by=dimension)
    grouped = [one for one in (*columns, minutes) if one is not None]
    query = query.group_by(*grouped) if grouped else query
    if minutes is None:
        found = [row for row in session.execute(query) if row[-1]]
        return [Count(text_of(key), apart_text(apart), good, every) for key, apart, _, good, every in found]
    return [
        Count(text_of(key), None, int(good), int(every), read_times(times or ""))
        for key, good, every, times in session.execute(_with_times(query)) if every
    ]  # fmt: skip


def _with_times(query: Any) -> Any:
    """One row for each key, its minutes as :func:`write_times` has them, of one row for each key and minute."""
    key, _, minutes, good, every = query.subquery().c
    pairs = func.concat(minutes, " ", every)
    listed = func.string_agg(pairs, literal(" ")).filter(minutes.is_not(None))
    return select(key, func.sum(good), func.sum(every), listed).group_by(key)


def write_times(values: Iterable[int]) -> str:
    """As it is kept: value, times, value, times …; read ten times as fast as pairs in JSON."""
    return " ".join(f"{value} {times}" for value, times in sorted(Counter(values).items()))


def read_times(written: str) -> list[tuple[int, int]]:
    """What :func:`write_times` wrote."""
    numbers = [*map(int, written.split())]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def apart_text(value: Any) -> str | int | None:
    return value.isoformat() if isinstance(value, dt.date) else value


def numbers_of(rows: Source, asked: Asked) -> list[Any]:
    """How many are good, how many there are, and the minutes of each, where it is a time."""
    every = func.count(rows.ticket.distinct()) if CATALOGUE[asked.figure].per_ticket else func.count()
    minutes = rows.own.get("minutes")
    listed = null() if minutes is None else func.json_agg(minutes).filter(minutes.is_not(None))
    return [func.count().filter(rows.good), every, listed]


def selected(rows: Source, asked: Asked, *columns: Any, by: Dimension | None = None) -> Any:
    """Columns over the counted rows; the ticket is joined only where a division needs it."""
    divisions = {by, asked.where[0] if asked.where else None}
    start = rows.start
    if divisions & ON_TICKET and not rows.has_ticket:
        start = join(start, Ticket, Ticket.id == rows.ticket)
    return select(*columns).select_from(start).where(*rows.rules, *where_of(rows, asked))


def where_of(rows: Source, asked: Asked) -> list[Any]:
    """The part of a division that is asked for."""
    if asked.where is None:
        return []
    dimension, value = asked.where
    column = key_of(rows, dimension)
    if value == NONE:
        return [column.is_(None)]
    if dimension in NUMBERED:
        return [column == (int(value) if value.isdigit() else -1)]
    return [column == value]


def key_of(rows: Source, dimension: Dimension) -> Any:
    """The column that a division goes by."""
    if dimension in rows.own:
        return rows.own[dimension]
    if dimension == "month":
        return cast(func.date_trunc("month", func.timezone(LOCAL_ZONE, rows.instant)), Date)
    if dimension == "day":
        return cast(func.timezone(LOCAL_ZONE, rows.instant), Date)
    if dimension == "agency":
        return rows.agency
    columns = {
        "category": Ticket.category_code,
        "service_class": Ticket.service_class,
        "commune": Ticket.commune_code,
    }
    return columns[dimension]


def text_of(value: Any) -> str:
    return NONE if value is None else str(value)
