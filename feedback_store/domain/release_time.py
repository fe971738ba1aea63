"""Time that an agency leaves to the hotline, so that a result on its due minute can still be released before the
promise (reference sla.md, rule 16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import PauseSpan, Target, due, merged
from feedback_store.domain.instants import MINUTE, SECOND, from_micros, to_micros

LONGEST = dt.timedelta(days=400)
"""How far back a start is looked for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept back from a leg: the ``notify`` target before ``promise_due``, on the hotline's calendar.

    ``unpaused_due``: the promise's due time without any pause. ``at_least_half``: a second leg after a return or a
    reopening never has less than half its class target.
    """

    promise_due: dt.datetime
    unpaused_due: dt.datetime
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


def moved(calendar: Calendar, target: Target, end: dt.datetime, pauses: Sequence[PauseSpan], now: dt.datetime | None,
          start: dt.datetime) -> dt.datetime:
    """``end``, moved by the pauses that begin before it is reached: the time that was left, of the target's kind, is
    left when the pause is over. Never earlier than the end of such a pause."""
    reached, clock = to_micros(end), target.round_the_clock
    for low, high in merged(pauses, to_micros(start), now):
        if low >= reached:
            break
        left = reached - low if clock else calendar.worked(low, reached)
        reached = max(reached, high + left if clock else calendar.advance(high, left))
    return from_micros(reached)


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
    A pause moves the promise by time of the promise's kind, which may be none of the leg's (a release counted in
    working time, a promise that falls due at night): whatever the promise does, a pause takes no time from the leg.
    Where nothing would be left of the leg's time, the release was impossible from the start, and the class target
    stands.
    """
    unpaused = latest_start(kept.hotline, kept.notify, kept.unpaused_due)
    half = due(calendar, target, start, pauses, now, share=0.5) if kept.at_least_half else None
    if unpaused <= start:
        return half or class_due
    ends = [latest_start(kept.hotline, kept.notify, kept.promise_due)]
    if pauses:
        ends.append(moved(calendar, target, unpaused, pauses, now, start))
    if half is not None:
        ends.append(half)
    return min(class_due, max(ends))


def later(
    calendar: Calendar, target: Target, end: dt.datetime, class_due: dt.datetime, extended: dt.datetime
) -> dt.datetime:
    """``end`` and as much of the leg's own time as lies between two due times of its class: without an extension, and
    with it."""
    if target.round_the_clock:
        return end + (extended - class_due)
    more = calendar.worked(to_micros(class_due), to_micros(extended))
    return from_micros(calendar.advance(to_micros(end), more))


def holds(dispatched_at: dt.datetime, triage_due: dt.datetime) -> bool:
    """Whether the hotline dispatched in its own time; a leg dispatched later has its full class target."""
    return dispatched_at <= triage_due
