"""Working calendars: weekly spans, dated exceptions and a time zone (reference sla.md, rule 1).

A calendar becomes a *timeline*: sorted working intervals in UTC with cumulated working time, built
a year at a time when it is first needed. Every question is then a binary search.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from feedback_store.domain.instants import SECOND, from_micros, to_micros

Span = tuple[int, int]
"""Local wall-clock span in seconds since midnight, half-open; the end may be 86,400 (24:00)."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400
HORIZON_YEARS = 60


class CalendarError(ValueError):
    """The calendar cannot be used; the message says why."""


def parse_time(text: str) -> int:
    """``"07:30"`` or ``"07:30:15"`` → seconds since midnight; ``"24:00"`` is allowed as an end."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(p.isascii() and p.isdigit() for p in parts):
        raise CalendarError(f"not a time of day: {text!r}")
    hours, minutes, seconds = (*map(int, parts), 0)[:3]
    value = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or value > DAY:
        raise CalendarError(f"not a time of day: {text!r}")
    return value


def check_spans(spans: Iterable[Span], where: str) -> tuple[Span, ...]:
    """Spans lie within one day, in order, without overlap."""
    kept = tuple(spans)
    last = 0
    for start, end in kept:
        if not 0 <= start < end <= DAY:
            raise CalendarError(f"{where}: a span must begin before it ends, within one day")
        if start < last:
            raise CalendarError(f"{where}: spans must be in order and may not overlap")
        last = end
    return kept


@dataclass(frozen=True, slots=True)
class _Timeline:
    first_day: int
    last_day: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    done: tuple[int, ...]
    """Working microseconds up to the END of interval i."""
    day_numbers: tuple[int, ...]
    day_closes: tuple[int, ...]


@dataclass(frozen=True)
class Calendar:
    """Immutable calendar. ``extra`` replaces a day and wins over ``closed``."""

    tz: str
    week: tuple[tuple[Span, ...], ...]
    closed: frozenset[dt.date] = frozenset()
    extra: tuple[tuple[dt.date, tuple[Span, ...]], ...] = ()
    _cache: list[_Timeline] = field(default_factory=list, init=False, repr=False, compare=False, hash=False)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False, hash=False)
    _extra: dict[dt.date, tuple[Span, ...]] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        try:
            zone = ZoneInfo(self.tz)
        except Exception as error:
            raise CalendarError(f"unknown time zone: {self.tz!r}") from error
        if len(self.week) != 7:
            raise CalendarError("a week has seven days")
        object.__setattr__(self, "_zone", zone)
        object.__setattr__(self, "_extra", dict(self.extra))
        if not any(self.week) and not any(spans for _, spans in self.extra):
            raise CalendarError("the calendar never opens")

    @property
    def zone(self) -> ZoneInfo:
        return self._zone

    def spans_on(self, day: dt.date) -> tuple[Span, ...]:
        """Opening spans of one local day."""
        if day in self._extra:
            return self._extra[day]
        if day in self.closed:
            return ()
        return self.week[day.weekday()]

    def local_date(self, instant: dt.datetime) -> dt.date:
        return instant.astimezone(self._zone).date()

    def local(self, day: dt.date, seconds: int) -> int:
        """Instant (µs) of a wall-clock time: the first where it exists twice, moved forward by the
        gap where it does not exist."""
        if seconds == DAY:
            day, seconds = day + dt.timedelta(days=1), 0
        wall = dt.datetime(day.year, day.month, day.day, tzinfo=self._zone).replace(
            hour=seconds // 3600, minute=seconds // 60 % 60, second=seconds % 60, fold=0
        )
        return to_micros(wall.astimezone(dt.UTC))

    def _build(self, first: int, last: int) -> _Timeline:
        starts: list[int] = []
        ends: list[int] = []
        day_numbers: list[int] = []
        day_closes: list[int] = []
        for number in range(first, last + 1):
            day = dt.date.fromordinal(number)
            spans = self.spans_on(day)
            for begin, end in spans:
                start, stop = self.local(day, begin), self.local(day, end)
                if starts and start < ends[-1]:  # a gap of daylight saving pushed two spans together
                    start = ends[-1]
                if stop <= start:
                    continue
                if starts and start == ends[-1]:
                    ends[-1] = stop
                else:
                    starts.append(start)
                    ends.append(stop)
            if spans:
                day_numbers.append(number)
                day_closes.append(self.local(day, spans[-1][1]))
        done: list[int] = []
        total = 0
        for start, stop in zip(starts, ends, strict=True):
            total += stop - start
            done.append(total)
        return _Timeline(first, last, tuple(starts), tuple(ends), tuple(done), tuple(day_numbers), tuple(day_closes))

    def _timeline(self, first: int, last: int) -> _Timeline:
        """A timeline that covers the given day numbers; grown by whole years and kept."""
        known = self._cache[0] if self._cache else None
        if known is not None and known.first_day <= first and last <= known.last_day:
            return known
        low = first - 370 if known is None else min(first - 370, known.first_day)
        high = last + 370 if known is None else max(last + 370, known.last_day)
        if known is not None and known.first_day <= first:
            low = known.first_day
        if known is not None and last <= known.last_day:
            high = known.last_day
        if high - low > 366 * HORIZON_YEARS * 4 or high > dt.date.max.toordinal() - 400 or low < 400:
            raise CalendarError("the calendar does not open often enough to reach the due time")
        made = self._build(low, high)
        self._cache[:] = [made]
        return made

    def _around(self, micros: int) -> _Timeline:
        number = dt.date(1970, 1, 1).toordinal() + micros // (DAY * SECOND)
        return self._timeline(number - 2, number + 2)

    def worked_until(self, micros: int, line: _Timeline) -> int:
        """Working time on ``line`` up to the instant, in µs since the line's beginning."""
        i = bisect_right(line.starts, micros) - 1
        if i < 0:
            return 0
        return line.done[i] - max(0, line.ends[i] - max(micros, line.starts[i]))

    def worked(self, start: int, end: int) -> int:
        """Working microseconds between two instants; 0 where they are the wrong way round."""
        if end <= start:
            return 0
        self._around(start)
        self._around(end)
        first = dt.date(1970, 1, 1).toordinal() + start // (DAY * SECOND)
        last = dt.date(1970, 1, 1).toordinal() + end // (DAY * SECOND)
        line = self._timeline(first - 2, last + 2)
        return self.worked_until(end, line) - self.worked_until(start, line)

    def advance(self, start: int, amount: int) -> int:
        """Earliest instant by which ``amount`` µs of working time have passed since ``start``.

        Exactly on closing time stays closing time (rule 2); an amount of 0 is due at once.
        """
        if amount <= 0:
            return start
        line = self._around(start)
        target = self.worked_until(start, line) + amount
        grown = 0
        while not line.done or line.done[-1] < target:
            grown += 1
            if grown > HORIZON_YEARS:
                raise CalendarError("the calendar does not open often enough to reach the due time")
            line = self._timeline(line.first_day, line.last_day + 1)
            target = self.worked_until(start, line) + amount
        i = bisect_left(line.done, target)
        return line.ends[i] - (line.done[i] - target)

    def close_of_nth_day_after(self, start: int, count: int) -> int:
        """Close (µs) of the ``count``-th working day after the local date of ``start`` (rule 3)."""
        number = self.local_date(from_micros(start)).toordinal()
        line = self._timeline(number - 2, number + 2 + count)
        for _ in range(HORIZON_YEARS + 1):
            i = bisect_right(line.day_numbers, number) + count - 1
            if i < len(line.day_numbers):
                return line.day_closes[i]
            line = self._timeline(line.first_day, line.last_day + 1)
        raise CalendarError("the calendar does not open often enough to reach the due time")

    def next_opening(self, instant: dt.datetime) -> dt.datetime:
        """The instant itself while open, otherwise the next opening."""
        micros = to_micros(instant)
        return from_micros(self.advance(micros, 1) - 1)

    def next_open(self, micros: int) -> int:
        """The instant itself where the calendar is open, else the next opening; closing time is not open."""
        line = self._around(micros)
        for _ in range(HORIZON_YEARS + 1):
            i = bisect_right(line.starts, micros)
            if i and micros < line.ends[i - 1]:
                return micros
            if i < len(line.starts):
                return line.starts[i]
            line = self._timeline(line.first_day, line.last_day + 1)
        raise CalendarError("the calendar does not open often enough to reach the due time")

    def opening_of_nth_day_after(self, start: int, count: int) -> int:
        """First opening (µs) of the ``count``-th working day after the local date of ``start``."""
        close = self.close_of_nth_day_after(start, count)
        day = self.local_date(from_micros(close - 1))
        return self.local(day, self.spans_on(day)[0][0])

    def working_time(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        return dt.timedelta(microseconds=self.worked(to_micros(start), to_micros(end)))


def calendar_from_data(data: Mapping[str, object]) -> Calendar:
    """Build a calendar from ``{tz, week: {mon: [[from, to]…]}, closed: [date…], extra: {date: spans}}``.

    Raises :class:`CalendarError` with a sentence about the first fault found.
    """
    week_data = data.get("week") or {}
    if not isinstance(week_data, Mapping):
        raise CalendarError("week must name its days")
    unknown = set(map(str, week_data)) - set(WEEKDAYS)
    if unknown:
        raise CalendarError(f"unknown weekday: {', '.join(sorted(unknown))}")
    week = tuple(_spans(week_data.get(day), day) for day in WEEKDAYS)
    closed_data = data.get("closed") or []
    extra_data = data.get("extra") or {}
    if not isinstance(closed_data, Iterable) or not isinstance(extra_data, Mapping):
        raise CalendarError("closed must be a list of dates, extra a table of dates")
    extra = tuple(sorted((_date(day), _spans(spans, str(day))) for day, spans in extra_data.items()))
    return Calendar(str(data.get("tz") or "Asia/Ho_Chi_Minh"), week, frozenset(map(_date, closed_data)), extra)


def _spans(value: object, where: str) -> tuple[Span, ...]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise CalendarError(f"{where}: spans must be a list of [from, to]")
    pairs: list[Span] = []
    for item in value:
        if not isinstance(item, (list, tuple)) or len(item) != 2:
            raise CalendarError(f"{where}: a span is [from, to]")
        pairs.append((parse_time(str(item[0])), parse_time(str(item[1]))))
    return check_spans(pairs, where)


def _date(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise CalendarError(f"not a date: {value!r}") from error
