"""Counting whole months once: what the figures of months that are over come to, for every reader (ADR 0033)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import BigInteger, delete, func, insert, literal_column, null, select, tuple_
from sqlalchemy.orm import Session, aliased

from feedback_store.domain.figures import CATALOGUE, Dimension, Figure
from feedback_store.domain.kpi import Against, Period
from feedback_store.queries.figures_kept import (
    CLUSTER,
    K1_BY,
    NONE,
    ON_TICKET,
    SEEN,
    WHOLE,
    apart_text,
    by_month,
    key_of,
    numbers_of,
    selected,
    text_of,
    write_times,
)
from feedback_store.queries.figures_rows import Asked, Source, agency_source, source
from feedback_store.queries.lookups import is_sample_database
from feedback_store.service.actor import SYSTEM
from feedback_store.tables import FigureMark, FigureMonth, Ticket
from feedback_store.tables.figures import EVERY_AGENCY

MONTHS_BACK = 36
AGAIN_AFTER = dt.timedelta(minutes=10)
"""A month that goes on changing is counted now by whoever asks, and kept again at most so often."""
AHEAD = literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint", BigInteger)
"""The first transaction that has not begun: a mark from there on was copied from another server."""


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A month of a figure that has no counts which hold."""

    month: dt.date
    figure: Figure
    against: Against


def due(session: Session, now: dt.datetime) -> list[Due]:
    """What has to be counted, the latest months first."""
    months = _months(session, now)
    if not months:
        return []
    kept = {
        (row.month, row.figure, row.against): row
        for row in session.execute(
            select(
                FigureMonth.month, FigureMonth.figure, FigureMonth.against, FigureMonth.with_samples,
                FigureMonth.seen, FigureMonth.counted_at, (FigureMonth.cluster == CLUSTER).label("ours"),
            ).where(FigureMonth.agency_id == EVERY_AGENCY)
        )
    }  # fmt: skip
    marked = dict(
        session.execute(select(FigureMark.month, func.max(FigureMark.transaction)).group_by(FigureMark.month)).all()
    )
    samples = is_sample_database(session)

    def holds(month: dt.date, figure: str, against: str) -> bool:
        row = kept.get((month, figure, against))
        if row is None or not row.ours or row.with_samples != samples:
            return False
        return bool(marked.get(month, -1) < row.seen or row.counted_at > now - AGAIN_AFTER)

    return [
        Due(month.first, figure, against)
        for month in reversed(months)
        for figure in kept_figures()
        for against in sides(figure)
        if not holds(month.first, figure, against)
    ]


def kept_figures() -> list[Figure]:
    """Figures that are counted by month; chats are counted when they are asked for."""
    return [code for code in get_args(Figure) if code != "k1" and CATALOGUE[code].cohort != "begun"]


def sides(figure: Figure) -> tuple[Against, ...]:
    """Only clocks have two due times to be seen against."""
    return get_args(Against) if CATALOGUE[figure].cohort == "due" else ("current",)


def _months(session: Session, now: dt.datetime) -> list[Period]:
    """The months that are over, from the first report on, as far back as is kept."""
    first = session.scalar(select(func.min(Ticket.receipt_at)))
    if first is None:
        return []
    known = Period.months_until(now, MONTHS_BACK + 1).months()[:-1]
    return [one for one in known if one.bounds()[1] > first]


def count_month(session: Session, one: Due, now: dt.datetime) -> None:
    """Count a month of a figure for everybody who may see it, and keep that. The month must be over at ``now``."""
    seen, cluster = session.execute(select(SEEN, CLUSTER)).one()  # before the first row is read
    found = counted(session, one)
    session.execute(
        delete(FigureMonth).where(
            FigureMonth.month == one.month, FigureMonth.figure == one.figure, FigureMonth.against == one.against
        )
    )
    common = {
        "month": one.month, "figure": one.figure, "against": one.against, "seen": seen, "cluster": cluster,
        "with_samples": is_sample_database(session), "counted_at": now,
    }  # fmt: skip
    session.execute(
        insert(FigureMonth), [{**common, "agency_id": agency, "counts": counts} for agency, counts in found.items()]
    )


def counted(session: Session, one: Due) -> dict[int, dict[str, list[Any]]]:
    """Counts by agency and division; those who see everything stand under ``EVERY_AGENCY`` and are never missing."""
    period = Period.month(one.month.year, one.month.month)
    asked = Asked(one.figure, period, period.bounds()[1], SYSTEM, one.against)
    viewers: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for division, _, value in _counts(session, asked, source(session, asked)):
        viewers[EVERY_AGENCY][division].append(value)
    if not CATALOGUE[one.figure].hotline:
        _add_agencies(session, asked, viewers)
    if one.figure == "k1b":
        viewers[EVERY_AGENCY] |= _of_k1(viewers)
    viewers.setdefault(EVERY_AGENCY, {})
    return viewers


def _add_agencies(session: Session, asked: Asked, viewers: dict[int, dict[str, list[Any]]]) -> None:
    rows = agency_source(session, asked)
    by_agency = "agency" in CATALOGUE[asked.figure].dimensions
    for division, agency, value in _counts(session, asked, rows, rows.agency):
        if agency is not None:
            viewers[agency][division].append(value)
        if by_agency and division == WHOLE:
            named = [text_of(agency), *value[1:]]
            for viewer in {EVERY_AGENCY, agency} - {None}:
                viewers[viewer]["agency"].append(named)


def _of_k1(viewers: dict[int, dict[str, list[Any]]]) -> dict[str, list[Any]]:
    """By division, key after key: agencies that had a leg due, and those that were late."""
    found: dict[str, dict[str, tuple[list[int], list[int]]]] = defaultdict(lambda: defaultdict(lambda: ([], [])))
    for agency, divisions in viewers.items():
        for division in ON_TICKET & divisions.keys() if agency != EVERY_AGENCY else ():
            for key, _, good, every, *_ in divisions[division]:
                due, late = found[K1_BY.format(division)][key]
                due.append(agency)
                late += [agency] if good < every else []
    return {division: [[key, *both] for key, both in keys.items()] for division, keys in found.items()}


def _counts(session: Session, asked: Asked, rows: Source, agency: Any = None) -> Iterator[tuple[str, Any, list[Any]]]:
    """(division, agency, [key, kept apart by, good, all]) of a month, all divisions in one reading of its rows."""
    divisions = [one for one in CATALOGUE[asked.figure].dimensions if one not in ("month", "agency")]
    divisions += [] if CATALOGUE[asked.figure].per_ticket else ["day"]
    keys = [key_of(rows, one) for one in divisions]
    apart = rows.own["earlier"] if by_month(asked) else None
    fixed = [one for one in (agency, apart) if one is not None]
    sets = [tuple_(*fixed), *(tuple_(*fixed, key) for key in keys)]
    which: Any = func.grouping(*keys) if keys else null()
    columns = [null() if agency is None else agency, null() if apart is None else apart, *keys, which]
    by: Dimension | None = "category" if ON_TICKET & set(divisions) else None
    query = selected(rows, asked, *columns, *numbers_of(rows, asked), by=by)
    found = session.execute(query.group_by(func.grouping_sets(*sets)))
    for owner, kept_apart, *values, mask, good, every, minutes in found:
        if not every:
            continue
        place = _place(mask, len(divisions))
        division, key = (WHOLE, NONE) if place is None else (divisions[place], text_of(values[place]))
        times = [write_times(minutes)] if minutes and division != "day" else []
        yield division, owner, [key, apart_text(kept_apart), good, every, *times]


def _place(mask: int | None, count: int) -> int | None:
    """Which of ``count`` columns a row was grouped by (``GROUPING()``: a bit set for each that it was not)."""
    for place in range(count):
        if mask is not None and not mask & (1 << (count - 1 - place)):
            return place
    return None


def tidy(session: Session) -> None:
    """Drop marks that a higher one of the same month stands for, and what another server's transactions wrote."""
    session.execute(delete(FigureMonth).where(FigureMonth.cluster != CLUSTER))
    session.execute(delete(FigureMark).where(FigureMark.transaction >= AHEAD))
    higher = aliased(FigureMark)
    newer = select(higher.month).where(higher.month == FigureMark.month, higher.transaction > FigureMark.transaction)
    session.execute(delete(FigureMark).where(newer.exists()))
