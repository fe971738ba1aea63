"""The strip of clocks on the ticket page: what runs, how much of its time is used, and whose turn it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from console import words
from feedback_store.queries.explain import ClockTold
from feedback_store.queries.tickets import TicketPage
from feedback_store.texts import render
from vitext.dates import duration, spoken_time, working_duration

OF_HOTLINE = ("triage", "notify")
AT_WORK = ("dispatched", "accepted")


@dataclass(frozen=True, slots=True)
class Cell:
    """One running clock. ``used``: percent of its time that is over, 0 to 100."""

    name: str
    left: str
    due: dt.datetime
    turn: str
    used: int
    late: bool
    """Overdue, as the lists mean it."""
    slow: bool
    """A step past its due time."""
    held: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The running clocks, the promise first, and a sentence for each leg that leaves time to its release."""

    cells: list[Cell]
    whose: list[str]


def strip(shown: TicketPage, told: Sequence[ClockTold], *, now: dt.datetime) -> Strip:
    """The strip of a ticket, of the clocks that the page's reader may see."""
    seen = {clock.id for clock in shown.clocks}
    mine = [one for one in told if one.id in seen]
    running = [one for one in mine if one.stopped is None]
    running.sort(key=lambda one: (one.kind != "promise", one.live, one.id))
    cells = [_cell(one, shown, now) for one in running]
    promise = next((one for one in running if one.kind == "promise"), None)
    late = [_late_step(one) for one in running if one.late_step(now)]
    return Strip(cells, [*late, *(_whose(promise, mine, shown, now) if promise is not None else [])])


def _length(one: ClockTold) -> str:
    return duration(one.left) if one.target.round_the_clock else working_duration(one.left)


def _late_step(one: ClockTold) -> str:
    who = one.agency if one.kind == "accept" and one.agency else render("strip.hotline")
    step = words.step(one.kind)
    return render("strip.late_step", who=who, step=step, due=spoken_time(one.current), left=_length(one))


def _cell(one: ClockTold, shown: TicketPage, now: dt.datetime) -> Cell:
    late, slow, passed = one.overdue(now), one.late_step(now), one.passed(now)
    said = "over" if late else "step" if slow else "undecided" if passed else "held" if one.held else "left"
    name = words.clock_kind(one.kind)
    return Cell(
        name=f"{name}: {one.agency}" if one.agency and one.kind != "notify" else name,
        left=render(f"strip.{said}", left=_length(one), step=words.step(one.kind) if slow else ""),
        due=one.live,
        turn=_turn(one, shown),
        used=_percent(one, over=passed),
        late=late,
        slow=slow,
        held=one.held,
    )


def _percent(one: ClockTold, *, over: bool) -> int:
    """Used time against used and left time, both in the clock's own kind: a time that is nearly over reads 99."""
    if over:
        return 100
    total = one.used + one.left
    return int(100 * one.used / total) if total else 0


def _turn(one: ClockTold, shown: TicketPage) -> str:
    """Who has to move for this clock to stop."""
    waiting = {pause.kind for pause in shown.pauses if pause.ended_at is None and pause.leg_id in (None, one.leg_id)}
    if one.held and "citizen" in waiting:
        return render("strip.citizen")
    if one.kind in OF_HOTLINE:
        return render("strip.hotline")
    if one.kind != "promise":
        return one.agency or render("strip.hotline")
    if shown.ticket.state == "new" or any(leg.state == "answered" for leg, _ in shown.legs):
        return render("strip.hotline")
    working = [agency.name for leg, agency in shown.legs if leg.state in AT_WORK]
    return ", ".join(dict.fromkeys(working)) or render("strip.hotline")


def _whose(promise: ClockTold, mine: Sequence[ClockTold], shown: TicketPage, now: dt.datetime) -> list[str]:
    """Whose time is running, where a leg ends before the promise so that its result can still be released (rule 16)."""
    states = {leg.id: leg.state for leg, _ in shown.legs}
    sentences = []
    for one in mine:
        if one.kind != "resolve" or one.kept is None or one.round != promise.round:
            continue
        state = states.get(one.leg_id or 0)
        if state in AT_WORK and one.stopped is None:
            name = "held_agency" if one.held else "past_agency" if one.live < now else "of_agency"
        elif state == "answered":
            name = "of_hotline"
        else:
            continue
        sentences.append(
            render(
                f"strip.{name}",
                agency=one.agency or "",
                due=spoken_time(one.live),
                promise=spoken_time(promise.live),
            )
        )
    return sentences
