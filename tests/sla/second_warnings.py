"""Which warnings there should have been, computed a second time from the trail and the calendars' data, no domain code.

Every clock's levels must come in order, each once; what passed while the clock ran freely must have been told within
the job's round (longer where the worker was away), and nothing may be told before its time, after the clock stopped,
while a pause held it, or outside working hours.
"""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

DAY = dt.timedelta(days=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Away = Sequence[tuple[dt.datetime, dt.datetime]]

CLOCKS = """
SELECT id, kind, calendar_version_id AS calendar, started_at, stopped_at, greatest(stopped_at, (
    SELECT min(e.at) FROM ticket_events e WHERE e.ticket_id = clocks.ticket_id AND e.kind = 'returned'
        AND e.data->'promises' @> to_jsonb(clocks.id))) AS known_at
FROM clocks ORDER BY id
"""
INSTANT = dt.timedelta(milliseconds=1)
WARNED = """
SELECT (data->>'clock_id')::bigint AS clock, at, new::int AS level, data->'superseded' AS lower FROM ticket_events
WHERE kind = 'warned' ORDER BY id
"""
HELD = """
SELECT clock, why, low, least(high, '9000-01-01') AS high FROM hold WHERE why <> 'extension'
UNION ALL
SELECT c.clock, 'extension', e.at, coalesce((SELECT min(d.at) FROM ev d WHERE d.leg_id = c.leg AND d.id > e.id
    AND d.kind IN ('extension_granted', 'extension_refused', 'extension_lapsed')), '9000-01-01')
FROM clock c JOIN ev e ON e.leg_id = c.leg AND e.kind = 'extension_asked' WHERE c.kind = 'resolve'
ORDER BY clock, low
"""
DUES = """
SELECT clock, set_at, until, current, unit, (
    SELECT (moved->'calendar'->>0)::bigint FROM ev r CROSS JOIN LATERAL jsonb_array_elements(r.data->'moved') AS moved
    WHERE r.ticket_id = due.ticket_id AND r.kind = 'recalculated' AND r.id > due.eid
        AND (moved->>'clock')::bigint = due.clock
    ORDER BY r.id LIMIT 1) AS older_calendar
FROM due ORDER BY clock, eid
"""


class Hours:
    """Opening spans of one calendar as instants, with the seconds open before each."""

    def __init__(self, data: dict[str, Any], first: dt.date, days: int) -> None:
        zone = ZoneInfo(data["tz"])
        self.opens: list[dt.datetime] = []
        self.closes: list[dt.datetime] = []
        self.before: list[float] = []
        self.day_opens: list[dt.datetime] = []
        total = 0.0
        for day in (first + DAY * n for n in range(days)):
            for number, (low, high) in enumerate(_spans(data, day)):
                begin, end = (_at(day, word, zone) for word in (low, high))
                if number == 0:
                    self.day_opens.append(begin)
                self.opens.append(begin)
                self.closes.append(end)
                self.before.append(total)
                total += (end - begin).total_seconds()

    def seconds(self, at: dt.datetime) -> float:
        """Seconds open from the beginning of time to ``at``."""
        place = bisect.bisect_right(self.opens, at) - 1
        if place < 0:
            return 0.0
        return self.before[place] + (min(at, self.closes[place]) - self.opens[place]).total_seconds()

    def instant(self, seconds: float) -> dt.datetime:
        """The earliest instant by which so many seconds were open."""
        place = max(0, bisect.bisect_left(self.before, seconds) - 1)
        return self.opens[place] + dt.timedelta(seconds=seconds - self.before[place])

    def open_from(self, at: dt.datetime) -> dt.datetime:
        """``at`` while open, else the next opening; closing time is closed."""
        place = bisect.bisect_right(self.opens, at) - 1
        if place >= 0 and at < self.closes[place]:
            return at
        following = bisect.bisect_left(self.opens, at)
        return self.opens[following] if following < len(self.opens) else at  # beyond all that is looked at

    def further_day(self, at: dt.datetime, count: int) -> dt.datetime:
        """The opening of the ``count``-th working day after the one that ``at`` lies in."""
        return self.day_opens[bisect.bisect_right(self.day_opens, at) - 1 + count]


def _spans(data: dict[str, Any], day: dt.date) -> list[list[str]]:
    key = day.isoformat()
    if key in data.get("extra", {}):
        return list(data["extra"][key])
    return [] if key in data.get("closed", ()) else list(data["week"].get(DAYS[day.weekday()], ()))


def _at(day: dt.date, word: str, zone: ZoneInfo) -> dt.datetime:
    hours, minutes = (int(part) for part in word.split(":")[:2])
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC) + dt.timedelta(hours=hours, minutes=minutes)


def level_instant(row: Any, hours: Hours, due: dt.datetime, unit: str, level: int) -> dt.datetime:
    """When a level of a clock with this current due passes; ``unit`` is the kind of its target."""
    round_the_clock = unit == "clock_minutes"
    if level < 100:
        if round_the_clock:
            return row.started_at + (due - row.started_at) * level / 100
        begin = hours.seconds(row.started_at)
        part = (hours.seconds(due) - begin) * level / 100
        return hours.open_from(hours.instant(begin + part))
    if round_the_clock:
        return due + DAY * (level - 100)
    first = hours.open_from(due)
    return first if level == 100 else hours.further_day(first, level - 100)


def levels(kind: str) -> Iterator[int]:
    """Every level of a clock, in order; of a promise nobody is warned before it falls due."""
    yield from (() if kind == "promise" else (50, 80))
    yield from itertools.count(100)


def faults(session: Session, *, end: dt.datetime, slack: dt.timedelta, away: Away = ()) -> list[str]:
    """What is wrong with the warnings up to ``end``; ``second_path.prepare`` must have been called before.

    ``slack``: the job looks so often; ``away``: when no job ran at all.
    """
    told: dict[int, list[Any]] = {}
    for row in session.execute(text(WARNED)):
        told.setdefault(row.clock, []).append(row)
    held = _by_clock(session, HELD)
    dues = _by_clock(session, DUES)
    calendars = _calendars(session)
    found: list[str] = []
    for row in session.execute(text(CLOCKS)):
        stopped = min(row.stopped_at or end, end)
        one = _Clock(row, calendars, stopped, dues[row.id], held.get(row.id, []))
        found += one.order(told.get(row.id, []))
        found += one.not_too_early(told.get(row.id, []), slack)
        found += one.nothing_missed(told.get(row.id, []), slack, away)
    return found


def _by_clock(session: Session, query: str) -> dict[int, list[Any]]:
    made: dict[int, list[Any]] = {}
    for row in session.execute(text(query)):
        made.setdefault(row.clock, []).append(row)
    return made


def _calendars(session: Session) -> dict[int, Hours]:
    rows = session.execute(text("SELECT id, data FROM calendar_versions")).all()
    first, last = session.execute(text("SELECT min(started_at), max(current_due) FROM clocks")).one()
    days = (last - first).days + 120
    return {row.id: Hours(row.data, first.date() - DAY * 3, days) for row in rows}


class _Clock:
    def __init__(
        self, row: Any, calendars: dict[int, Hours], stopped: dt.datetime, dues: list[Any], held: list[Any]
    ) -> None:
        self.row, self.calendars, self.stopped, self.dues, self.held = row, calendars, stopped, dues, held
        self.known = max(stopped, row.known_at or stopped)  # when the last awaited result fell away

    def _hours(self, told: Any) -> Hours:
        """Of the calendar that one of its due times was counted on: a recalculation puts a clock on another."""
        return self.calendars[told.older_calendar or self.row.calendar]

    def _holding(self, due: dt.datetime, level: int) -> Iterator[Any]:
        """Stretches in which no warning of ``level`` may be sent: a pause begun before the due, a result under review,
        and for the due itself an extension that nobody decided on."""
        for one in self.held:
            asked = one.why == "extension" and level >= 100
            if asked or one.why == "review" or (one.why == "pause" and one.low < due):
                yield one

    def _say(self, what: str) -> str:
        dues = "; ".join(f"{one.current:%m-%d %H:%M:%S} set {one.set_at:%m-%d %H:%M:%S}" for one in self.dues)
        held = "; ".join(f"{one.why} {one.low:%m-%d %H:%M:%S} to {one.high:%m-%d %H:%M:%S}" for one in self.held)
        return f"clock {self.row.id} ({self.row.kind}, {self.dues[-1].unit}): {what} (due {dues}; held {held})"

    def order(self, told: list[Any]) -> Iterator[str]:
        """Levels without a gap or a repetition."""
        sent = [level for row in told for level in (*row.lower, row.level)]
        right = list(itertools.islice(levels(self.row.kind), len(sent)))
        if sent != right:
            yield self._say(f"told {sent}, not {right}")

    def not_too_early(self, sent: list[Any], slack: dt.timedelta) -> Iterator[str]:
        for row in sent:
            told = next((one for one in reversed(self.dues) if one.set_at <= row.at), self.dues[0])
            due, hours = told.current, self._hours(told)
            if level_instant(self.row, hours, due, told.unit, row.level) > row.at + INSTANT:
                yield self._say(f"{row.level} told at {row.at}, before its time")
            if row.at > self.known + slack:
                yield self._say(f"{row.level} told at {row.at}, stopped {self.stopped}")
            if any(one.low <= row.at - slack and row.at < one.high for one in self._holding(due, row.level)):
                yield self._say(f"{row.level} told at {row.at}, during a pause")
            closed = hours.open_from(row.at - slack) > row.at
            if closed and told.unit != "clock_minutes":
                yield self._say(f"{row.level} told at {row.at}, outside working hours")

    def nothing_missed(self, told: list[Any], slack: dt.timedelta, away: Away) -> Iterator[str]:
        """Each level that passed well before the stop was told in time, whichever due was in force."""
        when = {level: row.at for row in told for level in (*row.lower, row.level)}
        for one in self.dues:
            until = min(one.until or self.stopped, self.stopped)
            for level in levels(self.row.kind):
                at = max(level_instant(self.row, self._hours(one), one.current, one.unit, level), one.set_at)
                latest = self._latest(at, one, level, slack, away)
                if latest >= until:
                    break
                if level not in when:
                    yield self._say(f"{level} of {at} was never told (in force until {until})")
                elif when[level] > latest:
                    yield self._say(f"{level} of {at} was told as late as {when[level]}")

    def _latest(self, at: dt.datetime, told: Any, level: int, slack: dt.timedelta, away: Away) -> dt.datetime:
        """When the warning of a level that passed at ``at`` must have been told."""
        latest = at + slack
        for _ in range(5):  # the end of one hindrance may lie in another
            before = latest
            if latest >= self.stopped:
                break
            for hold in self._holding(told.current, level):
                if hold.low - slack <= latest <= hold.high + slack:
                    latest = hold.high + slack
            for low, high in away:
                if low - slack <= latest <= high + slack:
                    latest = high + slack
            opening = self._hours(told).open_from(latest) if told.unit != "clock_minutes" else latest
            if opening > latest:
                latest = opening + slack  # the job came when it was closed
            if latest == before:
                break
        return latest
