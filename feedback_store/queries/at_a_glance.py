"""What a person asks of a ticket's time, in sentences: when is it due, how much is left, whose move is it, why then,
and what comes next.

The facts are those of ``explain``; the words stand in ``data/texts/glance.yaml``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from feedback_store.domain.warnings import DUE
from feedback_store.queries.explain import ClockTold, explain
from feedback_store.queries.overdue import KINDS
from feedback_store.queries.tickets import TicketPage
from feedback_store.service import clocks, deadlines, legs
from feedback_store.service.extensions import in_words
from feedback_store.tables import Agency, Extension, Leg
from feedback_store.texts import render
from vitext.dates import WEEKDAYS, duration, local, spoken_time, working_duration

ENDED = ("released", "closed", "refused", "withdrawn")
WORKING = ("dispatched", "accepted")


@dataclass
class Glance:
    """Sentences under the five questions; ``late``: something that runs is overdue."""

    due: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    who: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    as_of: str = ""
    late: bool = False
    held: bool = False


def glance(
    session: Session, shown: TicketPage, *, now: dt.datetime, told: Sequence[ClockTold] | None = None
) -> Glance:
    """The card of a ticket page, about the clocks, legs and pauses that the page's reader may see.

    ``told``: every clock of the ticket where the caller has it explained already.
    """
    seen = {clock.id for clock in shown.clocks}
    every = explain(session, shown.ticket, now=now) if told is None else told
    return _Card(session, shown, [one for one in every if one.id in seen], now).made()


class _Card:
    def __init__(self, session: Session, shown: TicketPage, told: list[ClockTold], now: dt.datetime) -> None:
        self.session, self.shown, self.told, self.now = session, shown, told, now
        self.running = [one for one in told if one.stopped is None]
        self.running.sort(key=lambda one: (one.kind != "promise", one.live))
        self.open = [pause for pause in shown.pauses if pause.ended_at is None]

    def made(self) -> Glance:
        return Glance(
            due=list(self.due()) or list(self.ended()) or [render("glance.due_none")],
            left=list(self.left()) or [render("glance.left_none")],
            who=list(self.who()) or [render("glance.who_nobody")],
            why=list(self.why()),
            as_of=self.as_of(),
            next=list(self.next()) or [render("glance.next_nothing")],
            late=any(one.overdue(self.now) for one in self.running),
            held=any(one.held for one in self.running),
        )

    def as_of(self) -> str:
        said = [render("glance.as_of", at=spoken_time(self.now))]
        if any(not one.target.round_the_clock for one in self.running):
            said.append(render("glance.day_is"))
        return " ".join(said)

    # ---- when

    def what(self, clock: ClockTold) -> str:
        return render(f"glance.of_{clock.kind}", agency=clock.agency or "")

    def over(self, clock: ClockTold) -> bool:
        return clock.passed(self.now)

    def standing(self, clock: ClockTold, prefix: str) -> str:
        """The sentence for where a running clock stands: held, in time, overdue, late, or past and undecided."""
        if clock.held or not self.over(clock):
            return f"{prefix}_held" if clock.held else prefix
        late = "over" if clock.overdue(self.now) else "late" if clock.late_step(self.now) else "undecided"
        return f"{prefix}_{late}"

    def due(self) -> Iterator[str]:
        for one in self.running:
            yield render(f"glance.{self.standing(one, 'due')}", what=self.what(one), due=spoken_time(one.live))
            if one.held:
                yield render("glance.due_before", due=spoken_time(self.before(one)))
            elif one.original != one.current:
                moved = "due_was" if one.extended else "due_was_moved"
                yield render(f"glance.{moved}", due=spoken_time(one.original))

    def before(self, one: ClockTold) -> dt.datetime:
        """The due time without the open pauses."""
        clock = next(row for row in self.shown.clocks if row.id == one.id)
        ended = [pause for pause in clocks.ticket_pauses(self.session, clock) if pause.ended_at is not None]
        return clocks.due_of(self.session, clock, "current", now=self.now, known=ended)

    def ended(self) -> Iterator[str]:
        """What became of the promise, and of each part, once nothing runs."""
        for one in self.told:
            if one.kind in ("promise", "resolve") and one.round == self.round() and one.stopped is not None:
                out = "left_cohort" if one.standing_current == "left" else ""
                name = out or ("late" if one.standing_current == "late" else "kept")
                yield render(
                    f"glance.{name}", what=self.what(one), at=spoken_time(one.stopped), due=spoken_time(one.current)
                )

    def round(self) -> int:
        return max((one.round for one in self.told), default=1)

    # ---- how long

    def left(self) -> Iterator[str]:
        for one in self.running:
            span = duration(one.left) if one.target.round_the_clock else working_duration(one.left)
            said = render("glance.left_clock", left=span) if one.target.round_the_clock else span
            length = span if self.over(one) else said
            yield render(f"glance.{self.standing(one, 'left')}", what=self.what(one), left=length)

    # ---- who

    def who(self) -> Iterator[str]:
        ticket, question = self.shown.ticket, self.shown.question
        if ticket.state == "new":
            yield from self.who_dispatches()
        if question is not None and question.delivered_at is not None:
            yield render("glance.who_citizen_question", question=question.text)
        for pause in self.open:
            if pause.kind == "citizen" and (question is None or question.pause_id != pause.id):
                yield render("glance.who_citizen", reason=_bare(pause.reason))
        for leg, agency in self.shown.legs:
            yield from self.who_of_leg(leg, agency)
        for pause in self.open:
            if pause.kind == "force_majeure" and pause.leg_id is None:
                yield render("glance.who_paused_all", reason=_bare(pause.reason))
        if ticket.state == "released":
            _, policy = clocks.load_policy(self.session, self.now)
            released = max((leg.released_at for leg, _ in self.shown.legs if leg.released_at), default=self.now)
            last = local(released + dt.timedelta(days=policy.reopen_days))
            yield render("glance.who_close", date=f"{last:%d/%m/%Y}")

    def who_dispatches(self) -> Iterator[str]:
        back = [(leg, agency) for leg, agency in self.shown.legs if leg.state == "returned"]
        if not back:
            yield render("glance.who_new")
            return
        leg, agency = back[-1]
        name = "who_returned_twice" if len(back) >= legs.RETURNS_BEFORE_SUPERVISOR else "who_returned"
        at = spoken_time(leg.returned_at or self.now)
        yield render(f"glance.{name}", agency=agency.name, n=len(back), at=at, reason=_bare(leg.return_reason))
        proposed = self.session.get(Agency, leg.return_proposed_agency_id or 0)
        if proposed is not None:
            yield render("glance.who_proposed", agency=proposed.name)

    def who_of_leg(self, leg: Leg, agency: Agency) -> Iterator[str]:
        own = next((one for one in self.open if one.leg_id == leg.id and one.kind == "force_majeure"), None)
        if leg.for_leader and leg.state in WORKING:
            yield render("glance.who_leader", agency=agency.name)
        elif own is not None:
            yield render("glance.who_paused", agency=agency.name, reason=_bare(own.reason))
        elif leg.state == "accepted" and any(pause.kind == "citizen" for pause in self.open):
            yield render("glance.who_meanwhile", agency=agency.name)
        elif leg.state in ("dispatched", "accepted", "answered"):
            yield render(f"glance.who_{leg.state}", agency=agency.name)
        elif leg.state == "released" and leg.delivered_at is None:
            yield render("glance.who_delivery" if self.shown.ticket.conversation_id else "glance.who_call")
        if own is not None and own.word_due_at is not None and own.word is None:
            yield render("glance.who_pause_word", agency=agency.name, at=spoken_time(own.word_due_at))
        asked = self.shown.extensions.get(leg.id)
        if asked is not None and asked.decision is None and leg.state in WORKING:
            yield render("glance.who_extension", agency=agency.name)

    # ---- why

    def why(self) -> Iterator[str]:
        known: set[str] = set()
        shown = [one for one in self.running if one.kind in ("promise", "resolve")] or self.running
        for one in shown:
            for sentence in self.why_of(one):
                if sentence not in known:
                    known.add(sentence)
                    yield sentence
        if any(one.kind == "promise" and one.stopped is None for one in self.told):
            back = [agency.name for leg, agency in self.shown.legs if leg.state == "returned"]
            for name in dict.fromkeys(back):
                yield render("glance.why_returned", agency=name)
        for leg, agency in self.shown.legs:
            if leg.handed_over_at is not None and leg.state in WORKING:
                yield render("glance.why_handed", agency=agency.name)

    def why_of(self, one: ClockTold) -> Iterator[str]:
        what, start = self.what(one), spoken_time(one.start)
        if one.kind == "promise" and one.round > 1:
            yield render("glance.why_reopened", n=one.round - 1, start=start)
        if one.target.kind == "working_days":
            name = "why_days_again" if one.round > 1 else "why_days_dispatch" if one.kind == "resolve" else "why_days"
            yield render(f"glance.{name}", what=what, n=one.target.amount, start=start)
            yield render("glance.why_counted", days=_days(one.counted, one.names))
            if one.skipped:
                yield render("glance.why_skipped", days=_days(one.skipped, one.names))
        else:
            name = "why_clock" if one.target.round_the_clock else "why_minutes"
            n = duration(dt.timedelta(minutes=one.target.amount)) if name == "why_clock" else in_words(
                one.target.kind, one.target.amount
            )  # fmt: skip
            yield render(f"glance.{name}", what=what, n=n, start=start)
        if one.kept is not None and one.class_due is not None:
            kept = in_words(one.kept.kind, one.kept.amount)
            promise = next((told for told in self.told if told.kind == "promise" and told.round == one.round), None)
            promised = f" ({spoken_time(promise.base)})" if promise is not None else ""
            yield render(
                "glance.why_kept",
                kept=kept,
                due=spoken_time(one.class_due),
                promise=promised,
                which=render("glance.its_due" if one.live == one.base else "glance.its_first_due"),
                own=spoken_time(one.base),
            )
        moved = list(self.why_moved(one))
        yield from moved
        if moved and one.live != one.base:
            yield render("glance.why_now_held" if one.held else "glance.why_now", what=what, due=spoken_time(one.live))

    def why_moved(self, one: ClockTold) -> Iterator[str]:
        for pause in one.pauses:
            reason = render("glance.why_review") if pause.kind == "review" else _bare(pause.reason)
            begun = spoken_time(pause.start)
            if pause.end is None:
                yield render("glance.why_pause_open", start=begun, reason=reason)
            elif pause.taken:
                span = duration(pause.taken) if one.target.round_the_clock else working_duration(pause.taken)
                yield render("glance.why_pause", taken=span, start=begun, end=spoken_time(pause.end), reason=reason)
            else:
                yield render("glance.why_pause_nothing", start=begun, end=spoken_time(pause.end))
        if one.shared:
            yield render("glance.why_shared", amount=in_words(one.target.kind, one.shared))
        for asked in one.extensions:
            name = {None: "pending", "granted": "extended", "refused": "refused"}.get(asked.decision)
            if name is not None:
                reason = _bare(asked.decision_reason if name == "refused" else asked.reason)
                yield render(f"glance.why_{name}", amount=in_words(one.target.kind, asked.amount), reason=reason)
        if one.kind == "promise" and one.extended:
            yield render("glance.why_extended_promise", amount=in_words(one.target.kind, one.extended))
        if one.extended and one.added:
            yield render("glance.why_extended_days", days=_days(one.added))
        for again in one.recalculations:
            yield render("glance.why_recalculated", at=spoken_time(again.at), reason=_bare(again.reason))

    # ---- what next

    def next(self) -> Iterator[str]:
        yield from self.next_steps()
        for pause in self.open:
            if pause.kind == "citizen":
                yield render("glance.next_answer")
            end = clocks.ends_by_itself(pause)
            if end is not None:
                name = "next_word" if pause.word is None and end == pause.word_due_at else "next_cap"
                yield render(f"glance.{name}", at=spoken_time(end))
        found = [(one.next_warning, one) for one in self.running if one.next_warning is not None and not one.held]
        for at, one in sorted(found, key=lambda pair: (pair[0], pair[1].id)):
            if self.over(one):
                name = "next_late" if one.late_step(self.now) else "next_overdue"
                yield render(f"glance.{name}", what=self.what(one), due=spoken_time(one.current))
            yield self.warning(one, at)
            if not self.over(one) and one.next_level < DUE:
                yield render("glance.next_breach", what=self.what(one), due=spoken_time(one.current))

    def warning(self, one: ClockTold, at: dt.datetime) -> str:
        level, what = one.next_level, self.what(one)
        who = _and([render(f"glance.role_{role}") for role in deadlines.recipients(one.kind, level)])
        if level == DUE and not self.over(one):
            due = spoken_time(one.current)
            return render("glance.next_breach_warned", due=due, what=what, who=who, at=spoken_time(at))
        after = "after" if one.kind in KINDS else "late"
        name, n = ("share", level) if level < DUE else (after, level - DUE)
        said = render(f"glance.level_{name}", n=n)
        return render("glance.next_warning", at=_capital(spoken_time(at)), who=who, what=what, level=said)

    def next_steps(self) -> Iterator[str]:
        """What follows the move that is awaited."""
        ticket = self.shown.ticket
        _, policy = clocks.load_policy(self.session, self.now)
        service_class = policy.service_class(ticket.service_class)
        if ticket.state == "new":
            yield render("glance.next_new", accept=_amount(service_class.accept.kind, service_class.accept.amount))
        for leg, _ in self.shown.legs:
            if leg.state == "dispatched":
                accept = next((one for one in self.running if one.kind == "accept" and one.leg_id == leg.id), None)
                if accept is not None:
                    yield render("glance.next_dispatched", due=spoken_time(accept.current))
            elif leg.state == "accepted":
                notify = _amount(service_class.notify.kind, service_class.notify.amount)
                yield render("glance.next_accepted", notify=notify)
            elif leg.state == "answered":
                yield render("glance.next_answered")
            asked = self.shown.extensions.get(leg.id)
            if asked is not None and asked.decision is None and leg.state in WORKING:
                yield from self.next_extension(leg, asked)

    def next_extension(self, leg: Leg, asked: Extension) -> Iterator[str]:
        resolve = next((one for one in self.running if one.kind == "resolve" and one.leg_id == leg.id), None)
        if resolve is not None:
            would = self.extended(resolve, asked.amount)
            yield render("glance.next_extension", due=spoken_time(would))
            yield render("glance.next_extension_late", due=spoken_time(resolve.original))

    def extended(self, resolve: ClockTold, amount: int) -> dt.datetime:
        clock = next(one for one in self.shown.clocks if one.id == resolve.id)
        return clocks.due_with(self.session, clock, more=amount, now=self.now)


def _amount(kind: str, amount: int) -> str:
    if kind == "clock_minutes":
        return duration(dt.timedelta(minutes=amount))
    return in_words(kind, amount)


def _days(days: Sequence[dt.date], names: Mapping[dt.date, str] | None = None) -> str:
    """``thứ Hai 23/11, thứ Ba 24/11 (Ngày Văn hóa Việt Nam)``."""
    known = names or {}
    return ", ".join(
        f"{WEEKDAYS[day.weekday()]} {day:%d/%m}" + (f" ({known[day]})" if day in known else "") for day in days
    )


def _bare(reason: str | None) -> str:
    """A reason inside a sentence: without its own full stop."""
    return (reason or "").strip().rstrip(".")


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " và " + parts[-1]


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
