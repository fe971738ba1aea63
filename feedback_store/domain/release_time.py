"""Time that an agency leaves to the hotline, so that a result on its due minute can still be released before the
promise (reference sla.md, rule 16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import PauseSpan, Target, due
from feedback_store.domain.instants import MINUTE, SECOND, from_micros, to_micros

LONGEST = dt.timedelta(days=400)
"""How far back a start is looked for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept back from a leg: the ``notify`` target before ``promise_due``, on the hotline's calendar.

    ``at_least_half``: a second leg after a return or a reopening never has less than half its class target.
    """

    promise_due: dt.datetime
    notify: Target
    hotline: Calendar
    at_least_half: bool = False


def latest_start(calendar: Calendar, target: Target, end: dt.datetime) -> dt.datetime:
    """The latest instant from which ``target`` is over by ``end``, in UTC.

    A due time never comes earlier for a later start, so its second is found by halving. Calendars open and close on
    whole seconds: a second that is in time at its beginning alone is working time, of which as much is used as was left
    over. For ``working_days`` the whole second is given: all starts of a day have the same due time.
    """
    if target.round_the_clock:
        return (end - dt.timedelta(minutes=target.amount)).astimezone(dt.UTC)
    limit = to_micros(end)
    high = limit // SECOND
    low = high - int(LONGEST.total_seconds())
    while low < high:
        middle = (low + high + 1) // 2
        if to_micros(due(calendar, target, from_micros(middle * SECOND))) <= limit:
            low = middle
        else:
            high = middle - 1
    left = 0
    if target.kind == "working_minutes":
        left = calendar.worked(low * SECOND, limit) - target.amount * MINUTE
    return from_micros(low * SECOND + min(max(0, left), SECOND - 1))


def leg_due(
    calendar: Calendar,
    target: Target,
    start: dt.datetime,
    class_due: dt.datetime,
    kept: Kept,
    pauses: Sequence[PauseSpan] = (),
    now: dt.datetime | None = None,
) -> dt.datetime:
    """The earlier of the class's own due time and the last instant at which the release can begin.

    ``calendar``, ``target`` and ``pauses`` are the leg's own; the half that it has at least is paused as the whole is.
    Where nothing would be left of the leg's time, the release was impossible from the start, and the class target
    stands.
    """
    latest = latest_start(kept.hotline, kept.notify, kept.promise_due)
    half = due(calendar, target, start, pauses, now, share=0.5) if kept.at_least_half else None
    if latest <= start:
        return half or class_due
    if half is not None:
        latest = max(latest, half)
    return min(class_due, latest)


def holds(dispatched_at: dt.datetime, triage_due: dt.datetime) -> bool:
    """Whether the hotline dispatched in its own time; a leg dispatched later has its full class target."""
    return dispatched_at <= triage_due
