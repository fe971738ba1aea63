"""Reads of the calendar pages: calendars in use, a year day by day, versions, years that nobody confirmed."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.calendars import WEEKDAYS, parts
from feedback_store.service import clocks
from feedback_store.tables import Agency, AuditEntry, CalendarVersion
from vitext.dates import local

Kind = Literal["work", "rest", "holiday", "closed", "extra"]
UNCONFIRMED_FROM = (10, 1)
"""From 1 October on the days off of next year are asked for: the state publishes its plan in the last quarter, and a
ten-day clock of mid-December already reaches into January."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A calendar: the version in force, the one that is scheduled, who works by it."""

    code: str
    name: str
    current: CalendarVersion
    scheduled: CalendarVersion | None
    agencies: int
    hotline: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: what it is and why. ``reason``: the holiday's name or the reason typed; may be empty."""

    date: dt.date
    kind: Kind
    spans: list[list[str]]
    reason: str


@dataclass(frozen=True, slots=True)
class Special:
    """Days in a row that are not as the week has them, for the same reason."""

    first: dt.date
    last: dt.date
    kind: Kind
    spans: list[list[str]]
    reason: str
    local: bool
    """From the local table, so it can be removed."""


@dataclass(frozen=True, slots=True)
class Month:
    """``weeks``: rows of seven, Monday first; None outside the month."""

    first: dt.date
    working_days: int
    weeks: list[list[Day | None]]
    specials: list[Special] = field(default_factory=list)


def calendars(session: Session, now: dt.datetime) -> list[Listed]:
    """Every calendar, the hotline's own first."""
    counts: dict[str, int] = dict(
        session.execute(
            select(Agency.calendar_code, func.count())
            .where(Agency.dissolved_at.is_(None))
            .group_by(Agency.calendar_code)
        ).all()
    )
    found = []
    for code, rows in _by_code(session).items():
        current = next((row for row in rows if row.valid_from <= now), rows[-1])
        scheduled = rows[0] if rows[0].valid_from > now and rows[0] is not current else None
        hotline = code == clocks.HOTLINE_CALENDAR
        found.append(Listed(code, current.data.get("name") or code, current, scheduled, counts.get(code, 0), hotline))
    return sorted(found, key=lambda one: (not one.hotline, one.name))


def _by_code(session: Session) -> dict[str, list[CalendarVersion]]:
    """Versions of every calendar, those that win first."""
    query = select(CalendarVersion).order_by(CalendarVersion.valid_from.desc(), CalendarVersion.id.desc())
    found: dict[str, list[CalendarVersion]] = {}
    for row in session.scalars(query):
        found.setdefault(row.code, []).append(row)
    return found


def versions(session: Session, code: str) -> list[CalendarVersion]:
    return _by_code(session).get(code, [])


def agencies_of(session: Session, code: str) -> list[Agency]:
    query = select(Agency).where(Agency.calendar_code == code, Agency.dissolved_at.is_(None))
    return list(session.scalars(query.order_by(Agency.search_name)))


def confirmations(session: Session, code: str) -> list[AuditEntry]:
    """Who vouched for the days off of which year, the last first."""
    query = select(AuditEntry).where(
        AuditEntry.subject == f"calendar:{code}", AuditEntry.action == "calendar_year_confirmed"
    )
    return list(session.scalars(query.order_by(AuditEntry.id.desc()).limit(10)))


def years_asked(now: dt.datetime) -> list[int]:
    """Years whose days off somebody has to confirm: this year always, the next from 1 October on."""
    today = local(now).date()
    return [today.year] + ([today.year + 1] if (today.month, today.day) >= UNCONFIRMED_FROM else [])


def unconfirmed(session: Session, now: dt.datetime) -> list[tuple[int, Listed]]:
    """Years that are asked for and that nobody confirmed, with the calendar."""
    return unconfirmed_of(calendars(session, now), now)


def unconfirmed_of(found: Sequence[Listed], now: dt.datetime) -> list[tuple[int, Listed]]:
    """:func:`unconfirmed` among calendars that were read."""
    return [
        (year, one)
        for year in years_asked(now)
        for one in found
        if year not in (one.scheduled or one.current).confirmed_years
    ]


def year_view(data: Mapping[str, Any], year: int) -> list[Month]:
    """The twelve months of ``year`` by the data of one version."""
    had = parts(data)
    return [_month(had, year, number) for number in range(1, 13)]


def _month(had: Mapping[str, Any], year: int, number: int) -> Month:
    weeks: list[list[Day | None]] = []
    for week in months.Calendar().monthdatescalendar(year, number):
        weeks.append([_day(had, date) if date.month == number else None for date in week])
    days = [day for week in weeks for day in week if day is not None]
    working = sum(bool(day.spans) for day in days)
    return Month(dt.date(year, number, 1), working, weeks, _specials(days))


def _day(had: Mapping[str, Any], date: dt.date) -> Day:
    key = date.isoformat()
    own = had["days"].get(key)
    if own is not None:
        return Day(date, "extra" if own["spans"] else "closed", own["spans"], own["reason"] or "")
    if key in had["public"]:
        return Day(date, "holiday", [], had["public"][key])
    spans = had["week"].get(WEEKDAYS[date.weekday()]) or []
    return Day(date, "work" if spans else "rest", spans, "")


def named(data: Mapping[str, Any], days: Sequence[dt.date]) -> dict[dt.date, str]:
    """Which of these days have a name or a reason of their own in the data of a version."""
    had = parts(data)
    return {day: reason for day in days if (reason := _day(had, day).reason)}


def _specials(days: list[Day]) -> list[Special]:
    found: list[Special] = []
    for day in days:
        if day.kind in ("work", "rest"):
            continue
        last = found[-1] if found else None
        same = last is not None and (last.kind, last.spans, last.reason) == (day.kind, day.spans, day.reason)
        if last is not None and same and last.last + dt.timedelta(days=1) == day.date:
            found[-1] = Special(last.first, day.date, last.kind, last.spans, last.reason, last.local)
        else:
            mine = day.kind in ("closed", "extra")
            found.append(Special(day.date, day.date, day.kind, day.spans, day.reason, mine))
    return found
