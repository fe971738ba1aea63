"""Calendar data from the package ``holidays`` and the local override table (sla.md, rule 1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import holidays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar_data(
    entry: Mapping[str, Any], overrides: Mapping[str, Iterable[str]], years: Iterable[int]
) -> dict[str, Any]:
    """Data of one calendar version for ``years``, as ``domain.calendar.calendar_from_data`` reads it.

    ``entry`` has ``tz`` and ``week``; ``overrides`` has ``closed`` and ``worked`` dates. A worked day
    opens with the spans of the first open weekday. The package's ``weekend_workdays`` is not
    filtered by year and names swaps the override table already has, so only this table is used.
    """
    wanted = set(years)
    closed = {day for day in holidays.country_holidays("VN", years=sorted(wanted)) if day.year in wanted}
    closed |= {day for day in map(dt.date.fromisoformat, overrides.get("closed", ())) if day.year in wanted}
    worked = {day for day in map(dt.date.fromisoformat, overrides.get("worked", ())) if day.year in wanted}
    week = {day: entry["week"][day] for day in WEEKDAYS if entry["week"].get(day)}
    usual: list[Any] = next(iter(week.values()), [])
    return {
        "tz": entry["tz"],
        "week": week,
        "closed": sorted(day.isoformat() for day in closed - worked),
        "extra": {day.isoformat(): usual for day in sorted(worked)},
    }
