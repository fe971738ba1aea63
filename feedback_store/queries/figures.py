"""Figures for managers: promises kept, K1, K1b, their trend and the tickets behind every number.

Stored standings are counted, plus what is open and past due at the instant asked; the formulas are
those of ``domain.kpi``. An agency's people see their own agency's legs alone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement, Select

from feedback_store.domain import kpi
from feedback_store.domain.kpi import Against, Period, Ratio, Tally
from feedback_store.queries.figures_cohort import (
    LOCAL_ZONE,
    agency_of,
    cohort,
    due_of,
    held,
    seen,
    standing_of,
)
from feedback_store.queries.tickets import OPEN_STATES, visible
from feedback_store.service.actor import Actor
from feedback_store.tables import Agency, Clock, Ticket

Figure = Literal["promises", "promises_reopened", "k1", "k1b"]
Part = Literal["numerator", "denominator", "missed"]


@dataclass(frozen=True, slots=True)
class _Asked:
    figure: Figure
    period: Period
    at: dt.datetime
    scope: Actor
    against: Against


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of the trend; ``first`` is its first local date."""

    first: dt.date
    promises: Ratio
    k1: Ratio
    k1b: Ratio


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency's legs in a period."""

    agency_id: int
    name: str
    tally: Tally

    @property
    def k1b(self) -> Ratio:
        return kpi.k1b(self.tally)


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """An open clock past its due. ``agency`` None: the hotline's own promise."""

    ticket_id: int
    code: str
    category_code: str
    kind: str
    agency: str | None
    leg_id: int | None
    due: dt.datetime


@dataclass(frozen=True, slots=True)
class Drilled:
    """Tickets behind a number, oldest due first: one page of ids and how many there are in all."""

    ticket_ids: list[int]
    total: int


def promises_kept(
    session: Session,
    *,
    period: Period,
    at: dt.datetime,
    scope: Actor,
    against: Against = "current",
    reopened: bool = False,
) -> Ratio:
    """Promises kept of a period; those made by reopening are counted apart (rule 8)."""
    figure: Figure = "promises_reopened" if reopened else "promises"
    rows = _tallies(session, _Asked(figure, period, at, scope, against))
    return kpi.promises_kept(sum(rows.values(), Tally()))


def k1(session: Session, *, period: Period, at: dt.datetime, scope: Actor, against: Against = "current") -> Ratio:
    """Agencies that were never late ÷ agencies with a leg due."""
    asked = _Asked("k1", period, at, scope, against)
    return kpi.k1(_tallies(session, asked, agency_of(against)).values())


def k1b(session: Session, *, period: Period, at: dt.datetime, scope: Actor, against: Against = "current") -> Ratio:
    """Legs on time ÷ legs due."""
    rows = _tallies(session, _Asked("k1b", period, at, scope, against))
    return kpi.k1b(sum(rows.values(), Tally()))


def trend(
    session: Session, *, period: Period, at: dt.datetime, scope: Actor, against: Against = "current"
) -> list[MonthRow]:
    """The three figures for every month of ``period``, empty months included."""
    month = cast(func.date_trunc("month", func.timezone(LOCAL_ZONE, due_of(against))), Date)
    promises = _tallies(session, _Asked("promises", period, at, scope, against), month)
    by_agency = _tallies(session, _Asked("k1b", period, at, scope, against), month, agency_of(against))
    legs: dict[dt.date, list[Tally]] = defaultdict(list)
    for (first, _), counted in by_agency.items():
        legs[first].append(counted)
    return [
        MonthRow(
            part.first,
            kpi.promises_kept(promises.get((part.first.replace(day=1),), Tally())),
            kpi.k1(legs[part.first.replace(day=1)]),
            kpi.k1b(sum(legs[part.first.replace(day=1)], Tally())),
        )
        for part in period.months()
    ]


def per_agency(
    session: Session, *, period: Period, at: dt.datetime, scope: Actor, against: Against = "current"
) -> list[AgencyRow]:
    """Agencies with a leg due in the period, the worst share first, then by name."""
    found = _tallies(session, _Asked("k1b", period, at, scope, against), agency_of(against))
    agencies = session.scalars(select(Agency).where(Agency.id.in_([key for (key,) in found])))
    named = {row.id: row for row in agencies}

    def rank(item: tuple[tuple[Any, ...], Tally]) -> tuple[float, int, str]:
        (key,), counted = item
        return counted.on_time / counted.due, -counted.due, named[key].search_name

    return [AgencyRow(key, named[key].name, counted) for (key,), counted in sorted(found.items(), key=rank)]


def overdue(
    session: Session,
    *,
    at: dt.datetime,
    scope: Actor,
    agency_id: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[OverdueRow]:
    """Promises and legs that are open and past their current due, the longest overdue first."""
    query = (
        select(
            Ticket.id,
            Ticket.code,
            Ticket.category_code,
            Clock.kind,
            Agency.name,
            Clock.leg_id,
            Clock.current_due,
        )
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .outerjoin(Agency, Agency.id == Clock.agency_id)
        .where(*_overdue(session, at, scope, agency_id))
        .order_by(Clock.current_due, Clock.id)
    )
    return [OverdueRow(*row) for row in session.execute(query.limit(limit).offset(offset))]


def count_overdue(session: Session, *, at: dt.datetime, scope: Actor, agency_id: int | None = None) -> int:
    """How many rows :func:`overdue` has in all."""
    query = select(func.count()).select_from(Clock).where(*_overdue(session, at, scope, agency_id))
    return session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class Volume:
    """Reports filed in a period: all of them, those whose result the citizen was sent, those still open."""

    received: int
    done: int
    open: int


def volume(session: Session, *, period: Period, scope: Actor) -> Volume:
    """How many reports were filed in the period and how far they are now."""
    low, high = period.bounds()
    counted = func.count()
    query = select(
        counted,
        counted.filter(Ticket.state.in_(("released", "closed"))),
        counted.filter(Ticket.state.in_(OPEN_STATES)),
    ).where(Ticket.receipt_at >= low, Ticket.receipt_at < high, visible(scope))
    return Volume(*session.execute(query).one())


def overdue_by_agency(session: Session, *, at: dt.datetime, scope: Actor) -> dict[int, int]:
    """Legs open and past their current due, by agency; agencies with none are absent."""
    query = (
        select(Clock.agency_id, func.count())
        .where(*_overdue(session, at, scope, None), Clock.kind == "resolve", Clock.agency_id.is_not(None))
        .group_by(Clock.agency_id)
    )
    return {int(agency): int(count) for agency, count in session.execute(query) if agency is not None}


def drill(
    session: Session,
    *,
    figure: Figure,
    part: Part,
    period: Period,
    at: dt.datetime,
    scope: Actor,
    against: Against = "current",
    agency_id: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Drilled:
    """Tickets behind a number. ``missed``: what keeps the figure from 100 %.

    For K1 the numerator is the legs of agencies that were never late, the denominator every leg due.
    """
    asked = _Asked(figure, period, at, scope, against)
    query: Any = select(Clock.ticket_id, func.min(due_of(against)).label("due"))
    query = _cohort(session, query, asked)
    standing = standing_of(against)
    if agency_id is not None:
        query = query.where(agency_of(against) == agency_id)
    if part == "missed":
        query = query.where(standing != "on_time")
    elif part == "numerator" and figure == "k1":
        every: Any = select(agency_of(against))
        failed = _cohort(session, every, asked)
        query = query.where(agency_of(against).not_in(failed.where(standing != "on_time")))
    elif part == "numerator":
        query = query.where(standing == "on_time")
    grouped = query.group_by(Clock.ticket_id).subquery()
    page = select(grouped.c.ticket_id).order_by(grouped.c.due, grouped.c.ticket_id).limit(limit).offset(offset)
    total = session.scalar(select(func.count()).select_from(grouped)) or 0
    return Drilled(list(session.scalars(page)), total)


def _tallies(session: Session, asked: _Asked, *keys: Any) -> dict[tuple[Any, ...], Tally]:
    standing = standing_of(asked.against)
    counts = (func.count().filter(standing == name) for name in ("on_time", "late", "running"))
    query = _cohort(session, select(*keys, *counts), asked)
    rows = session.execute(query.group_by(*keys) if keys else query)
    return {tuple(row[: len(keys)]): Tally(*row[len(keys) :]) for row in rows}


def _cohort(session: Session, query: Select[Any], asked: _Asked) -> Select[Any]:
    """Restrict ``query`` over clocks to the cohort of the period at ``at`` (sla.md, Figures)."""
    return query.where(
        *cohort(asked.figure, asked.period, asked.at, asked.against), *seen(session, asked.scope, asked.against)
    )


def _overdue(session: Session, at: dt.datetime, scope: Actor, agency_id: int | None) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = [
        Clock.stopped_at.is_(None),
        Clock.current_due < at,
        Clock.kind.in_(("resolve", "promise")),
        ~held(),
        *seen(session, scope),
    ]
    if agency_id is not None:
        rules.append(Clock.agency_id == agency_id)
    return rules
