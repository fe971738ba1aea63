"""Calendar data: weekly hours, public holidays of the package ``holidays``, and the local table that wins over them.

The data of a version holds what the console edits (``name``, ``tz``, ``week``, ``holidays``, ``days``) and what the
domain reads of it (``closed``, ``extra``; sla.md, rule 1). A day of ``days`` without spans is closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import holidays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR = 2020
CULTURE_DAY = "11-24"
"""The day off that a province may not have yet: public from 2026 on, and a switch of the calendar."""


def years_known(now: dt.datetime) -> range:
    """Years whose holidays a version made at ``now`` holds: to the end of the year after next."""
    return range(FIRST_YEAR, now.year + 3)


def public_holidays(years: Iterable[int]) -> dict[str, str]:
    """Days off of the state sector with their Vietnamese names; the package's ``weekend_workdays`` is not filtered by
    year and names swaps the local table already has, so it isn't used."""
    wanted = set(years)
    found = holidays.country_holidays("VN", years=sorted(wanted), language="vi")
    return {day.isoformat(): name for day, name in sorted(found.items()) if day.year in wanted}


def calendar_data(
    entry: Mapping[str, Any], overrides: Mapping[str, Iterable[str]], years: Iterable[int]
) -> dict[str, Any]:
    """Data of one calendar version for ``years`` from an entry of ``data/calendars.yaml``.

    ``entry`` has ``tz`` and ``week``, and may have ``name``, ``culture_day`` and ``days`` of its own; ``overrides`` has
    ``closed`` and ``worked`` dates of all calendars. A worked day opens with the spans of the first open weekday.
    """
    wanted = set(years)
    week = {day: entry["week"][day] for day in WEEKDAYS if entry["week"].get(day)}
    days: dict[str, dict[str, Any]] = {}
    for name, spans in (("closed", []), ("worked", usual_spans(week))):
        days |= {day: {"spans": spans, "reason": None} for day in overrides.get(name, ())}
    for day, own in (entry.get("days") or {}).items():
        days[str(day)] = {"spans": own.get("spans") or [], "reason": own.get("reason")}
    return composed(
        name=entry.get("name", ""),
        tz=entry["tz"],
        week=week,
        culture_day=entry.get("culture_day", True),
        public=public_holidays(wanted),
        days={day: days[day] for day in sorted(days) if int(day[:4]) in wanted},
    )


def usual_spans(week: Mapping[str, Any]) -> list[Any]:
    """Spans of the first open weekday: what a worked Saturday has."""
    return list(next((week[day] for day in WEEKDAYS if week.get(day)), []))


def composed(
    *,
    name: str,
    tz: str,
    week: Mapping[str, Any],
    culture_day: bool,
    public: Mapping[str, str],
    days: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The data of a version: what is edited, and ``closed`` and ``extra`` as they follow from it."""
    kept = {day: title for day, title in public.items() if culture_day or day[5:] != CULTURE_DAY}
    closed = {day for day in kept if not days.get(day, {}).get("spans")}
    closed |= {day for day, own in days.items() if not own["spans"]}
    return {
        "name": name,
        "tz": tz,
        "week": dict(week),
        "culture_day": culture_day,
        "holidays": kept,
        "days": dict(days),
        "closed": sorted(closed),
        "extra": {day: own["spans"] for day, own in days.items() if own["spans"]},
    }


def parts(data: Mapping[str, Any]) -> dict[str, Any]:
    """What ``composed`` takes, of a version's data; a version without a table of its own has it from its dates."""
    days = data.get("days")
    if days is None:
        own = public_holidays({int(day[:4]) for day in data["closed"]})
        days = {day: {"spans": [], "reason": None} for day in data["closed"] if day not in own}
        days |= {day: {"spans": spans, "reason": None} for day, spans in data.get("extra", {}).items()}
    public = data.get("holidays")
    if public is None:
        known = public_holidays({int(day[:4]) for day in data["closed"]})
        public = {day: title for day, title in known.items() if day in data["closed"]}
    return {
        "name": data.get("name", ""),
        "tz": data["tz"],
        "week": data["week"],
        "culture_day": data.get("culture_day", True),
        "public": public,
        "days": days,
    }
