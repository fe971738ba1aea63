"""When somebody must be warned of a clock (reference sla.md, rule 11).

Levels are percentages of the time from the start to the current due: 50, 80 and 100; 101, 102 … are the working days
(24 hours for clocks that run round the clock) after the one of 100.
"""

from __future__ import annotations

import datetime as dt

from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import Target, share_of_time
from feedback_store.domain.instants import from_micros, to_micros

SHARES = (50, 80, 100)
DUE = 100
DAY = dt.timedelta(days=1)
MOST_LEVELS = 100 + 3_650  # ten years of daily warnings


def after(level: int) -> int:
    """The level that follows ``level``; 0 is a clock nobody was warned of."""
    return next((share for share in SHARES if share > level), max(level, DUE) + 1)


def instant(calendar: Calendar, target: Target, start: dt.datetime, due: dt.datetime, level: int) -> dt.datetime:
    """When the warning of ``level`` is to be sent, in UTC; never outside working hours unless round the clock."""
    if level < DUE:
        planned = share_of_time(calendar, target, start, due, level / 100)
        return planned if target.round_the_clock else when_open(calendar, planned)
    first = due.astimezone(dt.UTC)
    if target.round_the_clock:
        return first + (level - DUE) * DAY
    first = when_open(calendar, first)
    if level == DUE:
        return first
    return from_micros(calendar.opening_of_nth_day_after(to_micros(first), level - DUE))


def passed(
    calendar: Calendar, target: Target, start: dt.datetime, due: dt.datetime, at: dt.datetime, *, sent: int
) -> list[int]:
    """Levels above ``sent`` whose instant is ``at`` or earlier, lowest first; all but the last are superseded."""
    found: list[int] = []
    level = after(sent)
    while level < MOST_LEVELS and instant(calendar, target, start, due, level) <= at:
        found.append(level)
        level = after(level)
    return found


def when_open(calendar: Calendar, at: dt.datetime) -> dt.datetime:
    """``at`` in UTC, or the next opening where the calendar is closed then; closing time is closed."""
    return from_micros(calendar.next_open(to_micros(at)))
