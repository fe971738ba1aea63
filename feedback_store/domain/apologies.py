"""When a citizen is told that a promise was not kept: at once, then once a week, and not in their sleep."""

from __future__ import annotations

import datetime as dt

EVERY = dt.timedelta(days=7)
AWAKE_FROM, AWAKE_TO = 7, 21  # hours on the hotline's clock; a case that runs round the clock is told at once
ZONE = dt.timezone(dt.timedelta(hours=7))


def waking(at: dt.datetime, *, round_the_clock: bool) -> dt.datetime:
    """The first instant from ``at`` on at which the citizen may be told."""
    if round_the_clock:
        return at
    here = at.astimezone(ZONE)
    morning = here.replace(hour=AWAKE_FROM, minute=0, second=0, microsecond=0)
    if here.hour < AWAKE_FROM:
        return morning.astimezone(dt.UTC)
    return (morning + dt.timedelta(days=1)).astimezone(dt.UTC) if here.hour >= AWAKE_TO else at
