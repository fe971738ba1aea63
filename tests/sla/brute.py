"""Due times by counting seconds one by one; shares no code and no data structure with the product.

A stretch of time is an array with one byte a second, 1 where the second counts. Nothing is searched but that array.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_DAYS = 400


class NotReached(Exception):
    """The budget is not used up within MOST_DAYS."""


def instant(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first instant at which a clock on the wall shows ``wall``; where none does, ``wall`` moved on by the gap."""
    read_as_utc = wall.replace(tzinfo=dt.UTC)
    shown = [read_as_utc - offset for offset in _offsets(wall.date(), zone)]
    right = [one for one in shown if one.astimezone(zone).replace(tzinfo=None) == wall]
    if right:
        return min(right)
    # In a gap the offset before it gives the later instant: the wall's time moved on by the gap's length.
    return max(shown)


@functools.cache
def _offsets(day: dt.date, zone: ZoneInfo) -> frozenset[dt.timedelta]:
    """The zone's offsets from a day and a half before this date to as long after it, looked up hour by hour."""
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    found = {(midnight + dt.timedelta(hours=h)).astimezone(zone).utcoffset() for h in range(-36, 61)}
    return frozenset(offset for offset in found if offset is not None)


def spans_on(calendar: dict[str, Any], day: dt.date) -> list[tuple[int, int]]:
    """Opening spans of a local day in seconds since its midnight."""
    extra, key = calendar.get("extra") or {}, day.isoformat()
    if key in extra:
        spans = extra[key]
    elif key in (calendar.get("closed") or []):
        spans = []
    else:
        spans = calendar["week"].get(WEEKDAYS[day.weekday()]) or []
    return [(_seconds(low), _seconds(high)) for low, high in spans]


def _seconds(text: str) -> int:
    hours, minutes, *rest = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + (rest[0] if rest else 0)


def _wall(day: dt.date, seconds: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day) + dt.timedelta(seconds=seconds)


def due(
    calendar: dict[str, Any],
    start: dt.datetime,
    target: dict[str, int],
    pauses: list[tuple[dt.datetime, dt.datetime]],
) -> dt.datetime:
    """The instant by sla.md, rules 2–5, for whole seconds; ``pauses`` have ends, open ones the caller closed."""
    ((kind, amount),) = target.items()
    if amount == 0:
        return start
    zone = ZoneInfo(str(calendar["tz"]))
    days = 45
    while True:
        try:
            return _due(calendar, zone, start, kind, amount, pauses, days)
        except NotReached:
            days *= 3
            if days > MOST_DAYS * 3:
                raise


def _due(
    calendar: dict[str, Any], zone: ZoneInfo, start: dt.datetime, kind: str, amount: int,
    pauses: list[tuple[dt.datetime, dt.datetime]], days: int,
) -> dt.datetime:  # fmt: skip
    length = days * 86_400
    counts = bytearray(length)

    def offset(moment: dt.datetime) -> int:
        return min(max(int((moment - start).total_seconds()), 0), length)

    first = start.astimezone(zone).date()
    close = None
    if kind == "clock_minutes":
        counts[:] = b"\x01" * length
        budget = amount * 60
    else:
        seen = 0
        for number in range(-2, days + 2):
            day = first + dt.timedelta(days=number)
            spans = spans_on(calendar, day)
            for low, high in spans:
                a, b = offset(instant(_wall(day, low), zone)), offset(instant(_wall(day, high), zone))
                counts[a:b] = b"\x01" * max(0, b - a)
            if spans and number > 0:
                seen += 1
                if seen == amount:
                    close = instant(_wall(day, spans[-1][1]), zone)
        budget = amount * 60
        if kind == "working_days":
            if close is None:
                raise NotReached
            budget = counts.count(1, 0, offset(close))
    for low_at, high_at in pauses:
        a, b = offset(low_at), offset(high_at)
        counts[a:b] = bytes(max(0, b - a))
    if counts.count(1) < budget:
        raise NotReached
    low, high = 0, length  # the smallest offset before which `budget` seconds count
    while low < high:
        middle = (low + high) // 2
        if counts.count(1, 0, middle) >= budget:
            high = middle
        else:
            low = middle + 1
    return start + dt.timedelta(seconds=low)
