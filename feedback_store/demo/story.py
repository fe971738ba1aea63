"""One sample ticket from filing to now: the moves of ``feedback_store.service``, without a database.

What happens is drawn by chance; what follows from it (states, clocks, trail) is what the services
would have stored. ``tests/integration/data`` plays stories again through the services and compares.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from feedback_store.demo.calls import Calls
from feedback_store.demo.clockwork import Clockwork
from feedback_store.demo.photos import Photos
from feedback_store.demo.rows import Rows
from feedback_store.demo.world import Place, Subject, World
from feedback_store.domain.apologies import EVERY
from feedback_store.domain.lifecycle import ACTIVE_LEG, OPEN_TICKET, ticket_state_from_legs
from feedback_store.service import deadlines
from feedback_store.service.actor import AGENCY_ROLES
from feedback_store.service.delays import where_it_is
from feedback_store.service.notices import result_buttons
from feedback_store.service.tickets import search_text
from feedback_store.tables import (
    Addition,
    Clock,
    Conversation,
    Leg,
    Media,
    Pause,
    Rating,
    Telling,
    Ticket,
    TicketEvent,
    UserNotice,
)
from feedback_store.texts import render
from vitext import fold
from vitext.dates import local, spoken_time

Step = Callable[[dt.datetime], None]
TOLD_FOR = dt.timedelta(days=30)
"""Console notices older than this are not written: nobody would read them."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the chat around a ticket; ``mine``: the citizen's."""

    at: dt.datetime
    mine: bool
    text: str
    kind: str = "text"
    notice: str | None = None
    dedupe: str | None = None
    leg_id: int | None = None
    delivered_at: dt.datetime | None = None
    buttons: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    files: bool = False


@dataclass
class Story:
    """Play with :meth:`play`; afterwards ``said`` holds the chat for tickets that came by one."""

    world: World
    rows: Rows
    photos: Photos
    ticket: Ticket
    subject: Subject
    place: Place
    filled: dict[str, Any]
    chat: Conversation | None = None
    said: list[Said] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)
    round: int = 1

    def __post_init__(self) -> None:
        self._agenda: list[tuple[dt.datetime, int, Step]] = []
        self._order = itertools.count()
        self._rng = self.world.rng
        self._clocks = Clockwork(self.world, self.rows, self.ticket, self._breached, self._warned)
        self.calls = Calls(self.world, self.rows, self.ticket)
        self._paused: Pause | None = None
        self._ratings: list[Rating] = []

    def play(self) -> None:
        """Everything that happened up to now."""
        self._filed()
        while self._agenda and self._agenda[0][0] <= self.world.now:
            at, _, step = heapq.heappop(self._agenda)
            step(at)
        self._clocks.settle(self.world.now)
        for event in sorted(self.events, key=lambda one: one.at):
            event.id = self.rows.key(TicketEvent)
            self.rows.add(event)

    # ---- moves -------------------------------------------------------------------------------

    def _filed(self) -> None:
        at, ticket = self.ticket.receipt_at, self.ticket
        by = ticket.entered_by
        self._record("filed", at, "user" if by else "citizen", by, new="new",
                     data={"category": ticket.category_code, "class": ticket.service_class, "channel": ticket.channel})
        promise = self._clocks.open("promise", at)
        triage = self._clocks.open("triage", at)
        self._say(at, render("demo.filed", code=ticket.code, due=spoken_time(promise.current_due)))
        share = self._share(0.05)
        fate = self._rng.random()
        if fate < 0.04:
            self._later(self._clocks.at_share(triage, share), self._refused)
            return
        self._later(self._clocks.at_share(triage, share), self._dispatched_first)
        if fate < 0.05:
            self._later(self._clocks.at_share(promise, self._rng.uniform(0.1, 0.4)), self._withdrawn)
        if self._rng.random() < 0.04:
            self._later(self._clocks.at_share(promise, self._rng.uniform(0.1, 0.9)), self._added)

    def _refused(self, at: dt.datetime) -> None:
        if self.ticket.state != "new":
            return
        self._changed(at)
        why = self._rng.choice(self.world.words["refused"])
        reason = str(why["reason"])
        self._over("refused", "refused", at, self._operator(), reason)
        self.ticket.first_response_at, self.ticket.refusal_ground = at, str(why["ground"])
        in_time = True
        for clock in self._clocks.running("triage"):
            in_time = at <= clock.current_due
            self._clocks.stop(clock, at)
        late: dt.datetime | None = None
        for clock in self._clocks.running("promise"):
            if in_time:
                self._clocks.leave(clock, "refused_in_triage", at)
            elif clock.current_due < at:
                late = clock.current_due
        key = "tickets.told_refused_late" if late else "tickets.told_refused"
        self._tell(at, "refused", str(self.ticket.version), key, reason=reason, due=spoken_time(late or at))
        if self.ticket.channel == "phone":
            self._call_later(self.calls.owe("refusal", at), at)
        else:
            wait = 0.0 if self.ticket.channel == "web" else self._rng.uniform(1, 4)
            self._later(at + dt.timedelta(seconds=wait), self._refusal_told)

    def _refusal_told(self, at: dt.datetime) -> None:
        for clock in self._clocks.running("promise"):
            self._clocks.stop(clock, at)
            self._record("refusal_told", at, "system", None, scope="hotline")

    def _withdrawn(self, at: dt.datetime) -> None:
        if self.ticket.state not in ("new", "dispatched", "in_progress") or self._paused:
            return
        self._changed(at)
        reason = self.world.pick("withdrawn")
        self._hear(at, reason)
        self._over("withdrawn", "withdrawn", at, None, reason)
        self._clocks.leave_all("withdrawn", at)
        for leg in self._standing():
            leg.state = "cancelled"
        self.calls.drop(at)
        self._tell(at, "withdrawn", str(self.ticket.version), "tickets.told_withdrawn")

    def _dispatched_first(self, at: dt.datetime) -> None:
        agency = self.world.agency_for(self.subject.agency_kind, self.place.commune.code)
        if self._rng.random() < 0.05:
            wrong = self._rng.choice([one for one in self.world.agencies if one != agency])
            leg = self._dispatch(wrong, at)
            accept = self._clocks.running("accept", leg)[0]
            share = 1.4 if self.world.lateness[wrong] and self._rng.random() < 0.1 else self._rng.uniform(0.3, 0.95)
            self._later(self._clocks.at_share(accept, share), lambda when: self._returned(leg, agency, when))
            return
        self._work(self._dispatch(agency, at), at)
        if self._rng.random() < 0.02:
            second = self._rng.choice([one for one in self.world.agencies if one != agency])
            self._later(at + dt.timedelta(minutes=self._rng.randint(1, 9)), lambda when: self._joined(second, when))

    def _joined(self, agency: int, at: dt.datetime) -> None:
        """A second agency shares the case while the first works on it."""
        if self.ticket.state in ("dispatched", "in_progress"):
            self._work(self._dispatch(agency, at, shared=True), at)

    def _dispatch(self, agency_id: int, at: dt.datetime, *, shared: bool = False) -> Leg:
        self._changed(at)
        ticket, agency, operator = self.ticket, self.world.agencies[agency_id], self._operator()
        key = "routing.commune" if agency.commune_code else "routing.province"
        reason = render(key, category=self.subject.name, agency=agency.name, commune=self.place.commune.name)
        note = render("demo.dispatch_note") if self._rng.random() < 0.15 else None
        leg = self._new_leg(agency_id, at, operator, note, reason, shared=shared)
        for clock in self._clocks.running("triage"):
            self._clocks.stop(clock, at)
        old = ticket.state
        self._refresh()
        ticket.first_response_at = ticket.first_response_at or at
        self._record("dispatched", at, "user", operator, leg=leg, old=old, new=ticket.state, reason=note,
                     data={"agency": agency.name})
        resolve = self._clocks.running("resolve", leg)[0]
        self._notify("dispatch", at, leg, "1", agency_id=agency_id, due=spoken_time(resolve.current_due))
        promise = self._clocks.running("promise")
        if promise:
            late = promise[0].current_due <= at
            self._tell(at, "dispatched", str(leg.id), leg=leg, agency=agency.name,
                       due=spoken_time(promise[0].current_due),
                       key="tickets.told_dispatched_late" if late else "tickets.told_dispatched")
        return leg

    def _new_leg(self, agency_id: int, at: dt.datetime, by: int | None, note: str | None, reason: str | None, *,
                 shared: bool = False) -> Leg:
        leg = self.rows.add(Leg(
            id=self.rows.key(Leg), ticket_id=self.ticket.id, agency_id=agency_id, number=len(self.legs) + 1,
            state="dispatched", dispatched_at=at, dispatched_by=by, dispatch_note=note, suggestion_reason=reason,
        ))
        self.legs.append(leg)
        self._clocks.open("accept", at, leg=leg, round_=self.round)
        self._clocks.open("resolve", at, leg=leg, round_=self.round, shared=shared)
        return leg

    def _work(self, leg: Leg, at: dt.datetime) -> None:
        """What the agency will do, unless something comes between."""
        accept = self._clocks.running("accept", leg)[0]
        if self._rng.random() < 0.9:
            self._later(self._clocks.at_share(accept, self._share(0.08)), lambda when: self._accepted(leg, when))
        draw = self._rng.random()
        resolve = self._clocks.running("resolve", leg)[0]
        if draw < 0.07:
            self._later(self._clocks.at_share(resolve, self._rng.uniform(0.2, 0.5)),
                        lambda when: self._pause(leg, when))
        late = self.world.lateness[leg.agency_id] * self.world.pace(at)
        if late and at > self.world.now - TOLD_FOR and self._rng.random() < 0.02:
            return  # left lying
        share = self._share(late)
        self._later(self._clocks.at_share(resolve, share), lambda when: self._answered(leg, when))

    def _accepted(self, leg: Leg, at: dt.datetime) -> None:
        if leg.state != "dispatched":
            return
        self._changed(at)
        leg.state, leg.accepted_at, leg.accepted_by = "accepted", at, self._officer(leg)
        for clock in self._clocks.running("accept", leg):
            self._clocks.stop(clock, at)
        self._refresh()
        self._record("accepted", at, "user", leg.accepted_by, leg=leg, scope="leg")

    def _returned(self, leg: Leg, right: int, at: dt.datetime) -> None:
        if leg.state != "dispatched":
            return
        self._changed(at)
        reason, old = self.world.pick("returned"), self.ticket.state
        in_time = at <= self._clocks.running("accept", leg)[0].current_due
        for clock in self._clocks.running(leg=leg):
            if in_time:
                self._clocks.leave(clock, "returned_in_time", at)
            elif clock.kind == "resolve":
                self._clocks.count_as_late(clock, "returned_late", at)
            else:
                self._clocks.stop(clock, at)
        leg.state, leg.returned_at, leg.return_reason = "returned", at, reason
        leg.return_proposed_agency_id = right
        self._refresh()
        agency = self.world.agencies[leg.agency_id].name
        self._record("returned", at, "user", self._officer(leg), leg=leg, old=old, new=self.ticket.state,
                     reason=reason, data={"agency": agency, "proposed": right, "in_time": in_time}, scope="leg")
        self._notify("returned", at, leg, str(leg.id), role="operator", agency=agency, reason=reason)
        later = at + dt.timedelta(minutes=self._rng.randint(5, 240))
        self._later(later, lambda when: self._again(right, when))

    def _again(self, agency: int, at: dt.datetime) -> None:
        if self.ticket.state == "new":
            self._work(self._dispatch(agency, at), at)

    def _pause(self, leg: Leg, at: dt.datetime) -> None:
        if self._paused or leg.state not in ("dispatched", "accepted") or self._clocks.any_breached(at):
            return
        self._changed(at)
        kind = self._rng.choice(("citizen", "citizen", "force_majeure"))
        own = kind == "force_majeure"
        reason = self.world.pick("paused_force" if own else "paused_citizen")
        by = self._officer(leg) if own else self._operator()
        self._paused = self.rows.add(Pause(
            id=self.rows.key(Pause), ticket_id=self.ticket.id, leg_id=leg.id if own else None, kind=kind,
            reason=reason, started_at=at, opened_by=by, limit_at=self._clocks.pause_limit(at),
            word_due_at=self._clocks.word_due(at) if own else None,
        ))
        self._clocks.pauses.append(self._paused)
        self._clocks.recompute(at)
        word_due = self._paused.word_due_at
        self._record("paused", at, "user", by, leg=leg if own else None, reason=reason,
                     data={"pause": kind, "word_due": word_due.isoformat() if word_due else None},
                     scope="leg" if own else "all")
        if word_due is not None:
            pause, share = self._paused, self._rng.uniform(0.05, 0.5)
            self._later(at + (word_due - at) * share, lambda when: self._confirmed(leg, pause, when))
        self._later(at + dt.timedelta(hours=self._rng.uniform(6, 90)), lambda when: self._resumed(leg, own, when))

    def _confirmed(self, leg: Leg, pause: Pause, at: dt.datetime) -> None:
        """The supervisor's word on an agency's own pause, which would end without it."""
        if pause.ended_at is not None:
            return
        self._changed(at)
        pause.word, pause.word_at, pause.word_by = "confirmed", at, self.world.operators[-1]
        self._record("pause_confirmed", at, "user", pause.word_by, leg=leg, data={"pause_id": pause.id}, scope="leg")

    def _resumed(self, leg: Leg, own: bool, at: dt.datetime) -> None:
        pause = self._paused
        if pause is None:
            return
        self._changed(at)
        pause.ended_at, pause.closed_by, self._paused = at, pause.opened_by, None
        self._clocks.recompute(at)
        self._record("resumed", at, "user", pause.closed_by, leg=leg if own else None, scope="leg" if own else "all")

    def _added(self, at: dt.datetime) -> None:
        if self.ticket.state in ("refused", "withdrawn"):
            return
        self._changed(at)
        text = self.world.pick("additions").partition(":")[2].strip()
        self._hear(at, f"bổ sung: {text}")
        self._say(at, render("demo.added", code=self.ticket.code))
        looked = at + dt.timedelta(hours=self._rng.uniform(0.2, 20))
        seen, reader = (looked, self._operator()) if looked < self.world.now else (None, None)
        added = self.rows.add(Addition(
            id=self.rows.key(Addition), ticket_id=self.ticket.id, text=text, created_at=at,
            seen_at=seen, seen_by=reader,
        ))
        self.ticket.search_text = f"{self.ticket.search_text} {fold(text)}"
        self._record("addition", at, "citizen", None, data={"text": text, "photos": 0, "pin": False})
        for leg in self._standing():
            if leg.state != "released":
                self._notify("addition", at, leg, str(added.id), agency_id=leg.agency_id)

    def _answered(self, leg: Leg, at: dt.datetime) -> None:
        if leg.state not in ("dispatched", "accepted"):
            return
        if self._paused:
            self._later(at + dt.timedelta(hours=8), lambda when: self._answered(leg, when))
            return
        self._changed(at)
        officer, agency = self._officer(leg), self.world.agencies[leg.agency_id].name
        for clock in self._clocks.running(leg=leg):
            self._clocks.stop(clock, at)
        if leg.accepted_at is None:
            leg.accepted_at, leg.accepted_by = at, officer
        leg.state, leg.answered_at, leg.answered_by = "answered", at, officer
        here = local(at)
        leg.result_text = self._rng.choice(self.subject.results).format(
            **self.filled, day=f"{here:%d/%m/%Y}", hour=here.hour)
        photo = self.photos.take(self.subject.code, solved=True, at=at)
        if photo is not None:
            self.rows.add(photo)
            photo.ticket_id, photo.leg_id, photo.uploaded_by = self.ticket.id, leg.id, officer
        leg.no_evidence_reason = None if photo else render("demo.no_evidence")
        self._clocks.open("notify", at, leg=leg, round_=self.round)
        self._refresh()
        self._record("answered", at, "user", officer, leg=leg, new=self.ticket.state,
                     data={"agency": agency, "files": int(photo is not None)}, scope="leg")
        self._notify("result", at, leg, f"{leg.id}:{at}", role="operator", agency=agency)
        notify = self._clocks.running("notify", leg)[0]
        self._later(self._clocks.at_share(notify, self._share(0.03)), lambda when: self._released(leg, when))

    def _released(self, leg: Leg, at: dt.datetime) -> None:
        self._changed(at)
        operator, agency, ticket = self._operator(), self.world.agencies[leg.agency_id].name, self.ticket
        leg.state, leg.released_at, leg.released_by = "released", at, operator
        self._refresh()
        self._record("released", at, "user", operator, leg=leg, new=ticket.state, data={"agency": agency})
        if ticket.channel == "phone":
            self._call_later(self.calls.owe("result", at, leg), at)
            return
        wait = self._rng.uniform(20, 20_000) if ticket.channel == "web" else self._rng.uniform(1, 4)
        proof = at + dt.timedelta(seconds=wait)
        if ticket.conversation_id is not None:
            self.said.append(Said(
                at, False, render("tickets.told_result", code=ticket.code, agency=agency, result=leg.result_text),
                notice="result", dedupe=f"result:{leg.id}:{ticket.version}", leg_id=leg.id, delivered_at=proof,
                buttons=tuple(button.label for button in result_buttons(ticket.code)), files=True,
            ))
        if ticket.channel == "web":
            self._told(leg, at)
        self._later(proof, lambda when: self._delivered(leg, when))

    def _call_later(self, one: Telling, ready: dt.datetime) -> None:
        at = self.calls.time(ready)
        if at is not None:
            self._later(at, lambda when: self._called(one, when))

    def _called(self, one: Telling, at: dt.datetime) -> None:
        """Somebody calls: told, nobody answers, or the number is wrong."""
        if one.state != "open":
            return
        by = self._operator()
        self._changed(at)
        outcome, data = self.calls.attempt(one, at, by)
        self._record(outcome, at, "user", by, reason=one.close_reason, data=data, scope="hotline")
        if one.next_try_at is not None and outcome == "phone_missed":
            self._later(one.next_try_at + dt.timedelta(minutes=3), lambda when: self._called(one, when))
        if outcome != "phone_told":
            return
        leg = next((leg for leg in self.legs if leg.id == one.leg_id), None)
        if leg is None:
            self._refusal_told(at)
        else:
            self._delivered(leg, at, by)

    def _delivered(self, leg: Leg, at: dt.datetime, by: int | None = None) -> None:
        """``by``: who called; else the chat's own proof."""
        if leg.state != "released":
            return
        leg.delivered_at = at
        self._told(leg, at)
        self._record("delivered", at, "user" if by else "system", by, leg=leg)
        if self.ticket.state != "released":
            return
        self._later(at + dt.timedelta(days=self._rng.uniform(1, 6)), self._closed)
        if self._rng.random() < 0.5 and by is None:
            self._later(at + dt.timedelta(minutes=self._rng.uniform(2, 1_400)), self._rated)

    def _told(self, leg: Leg, at: dt.datetime) -> None:
        for clock in self._clocks.running("notify", leg):
            self._clocks.stop(clock, at)
        if self.ticket.state in ("released", "closed") and not self._clocks.running("notify"):
            for clock in self._clocks.running("promise"):
                self._clocks.stop(clock, at)

    def _rated(self, at: dt.datetime) -> None:
        if self.ticket.state not in ("released", "closed"):
            return
        weights = (14, 12, 18, 30, 26) if self._clocks.promise_was_late else (4, 5, 11, 36, 44)
        stars = self._rng.choices((1, 2, 3, 4, 5), weights)[0]
        comment = self._rng.choice(self.world.words["comments"][str(stars)]) if self._rng.random() < 0.4 else None
        self._hear(at, render(f"tickets.star_{stars}"), kind="button")
        self._say(at, render("demo.rated"))
        if comment:
            self._hear(at + dt.timedelta(seconds=30), str(comment))
        for earlier in self._ratings:
            earlier.superseded = earlier.superseded or earlier.round == self.round
        rating = self.rows.add(Rating(
            id=self.rows.key(Rating), ticket_id=self.ticket.id, round=self.round, stars=stars, comment=comment,
            created_at=at, superseded=False,
        ))
        self._ratings.append(rating)
        self._record("rated", at, "citizen", None, new=str(stars))
        if stars <= 2:
            self._notify("dissatisfied", at, None, str(rating.id), role="operator", stars=stars)
            if self.round == 1 and self._rng.random() < 0.6:
                self._later(at + dt.timedelta(hours=self._rng.uniform(0.1, 30)), self._reopened)

    def _reopened(self, at: dt.datetime) -> None:
        if self.ticket.state not in ("released", "closed"):
            return
        self._changed(at)
        reason, ticket = self.world.pick("reopened"), self.ticket
        last = [leg for leg in self.legs if leg.state == "released"][-1]
        for clock in self._clocks.running():
            self._clocks.stop(clock, at)
        for leg in self.legs:
            if leg.state == "released":
                leg.state = "superseded"
        self.calls.drop(at)
        ticket.closed_at = None
        self.round += 1
        self._hear(at, reason)
        self._record("reopened", at, "citizen", None, old=ticket.state, new="dispatched", reason=reason,
                     data={"round": self.round})
        ticket.state = "dispatched"
        promise = self._clocks.open("promise", at, round_=self.round)
        leg = self._new_leg(last.agency_id, at, None, reason, None)
        due = spoken_time(promise.current_due)
        self._tell(at, "reopened", str(ticket.version), "tickets.told_reopened", due=due)
        self._notify("reopened", at, leg, str(ticket.version), agency_id=leg.agency_id, due=due)
        self._work(leg, at)

    def _closed(self, at: dt.datetime) -> None:
        if self.ticket.state != "released" or any(leg.delivered_at is None for leg in self._standing()):
            return
        self._changed(at)
        self._over("closed", "closed", at, self._operator(), None)

    # ---- what every move needs ---------------------------------------------------------------

    def _later(self, at: dt.datetime, step: Step) -> None:
        spread = dt.timedelta(seconds=self._rng.randint(1, 55)) if at.second == 0 else dt.timedelta()
        heapq.heappush(self._agenda, (at + spread, next(self._order), step))

    def _share(self, late: float) -> float:
        """Share of a clock's time used: early for most, past the due time for ``late`` of them."""
        if self._rng.random() < late:
            return 1.02 + self._rng.expovariate(2.2)
        return 0.04 + 0.9 * self._rng.betavariate(2, 2.6)

    def _changed(self, at: dt.datetime) -> None:
        self.ticket.version += 1
        self.ticket.updated_at = at

    def _over(self, state: str, kind: str, at: dt.datetime, by: int | None, reason: str | None) -> None:
        self._record(kind, at, "user" if by else "citizen", by, old=self.ticket.state, new=state, reason=reason)
        self.ticket.state, self.ticket.closed_at = state, at
        if reason is not None:
            self.ticket.close_reason = reason

    def _refresh(self) -> None:
        self.ticket.state = ticket_state_from_legs(leg.state for leg in self.legs)

    def _standing(self) -> list[Leg]:
        return [leg for leg in self.legs if leg.state in ("dispatched", "accepted", "answered", "released")]

    def _operator(self) -> int:
        return self._rng.choice(self.world.operators)

    def _officer(self, leg: Leg) -> int:
        return self.world.officers[leg.agency_id]

    def _breached(self, clock: Clock) -> None:
        leg = next((one for one in self.legs if one.id == clock.leg_id), None)
        at = (clock.breached_current_at or clock.current_due) + dt.timedelta(seconds=5)
        scope = "all" if clock.kind == "promise" else "leg" if leg else "hotline"
        due = clock.breached_current_at or clock.current_due
        self._record("breached", at, "system", None, leg=leg, new=clock.kind, data={"due": due.isoformat()},
                     scope=scope)
        if clock.kind == "promise" and self.chat is not None and self.ticket.state in OPEN_TICKET:
            held = [self.world.agencies[one.agency_id].name for one in self.legs if one.state in ACTIVE_LEG]
            self._tell(at, "late", str(clock.id), "tickets.told_late", due=spoken_time(due),
                       who=where_it_is(self.ticket.state, held))
            clock.late_told_at, clock.apology_at = at, at + EVERY

    def _warned(self, clock: Clock, level: int, at: dt.datetime, superseded: list[int]) -> None:
        leg = next((one for one in self.legs if one.id == clock.leg_id), None)
        roles = deadlines.recipients(clock.kind, level)
        data = {"clock": clock.kind, "clock_id": clock.id, "superseded": superseded, "to": list(roles)}
        self._record("warned", at, "system", None, leg=leg, new=str(level), data=data,
                     scope="leg" if leg and clock.kind != "notify" else "hotline")
        name = deadlines.notice_name(level)
        words = {"due": spoken_time(clock.current_due), "percent": level, "days": level - 100}
        for role in roles:
            agency = leg.agency_id if leg and role in AGENCY_ROLES else None
            self._notify(f"{name}_{clock.kind}", at, leg, f"{clock.id}:{level}", role=role, agency_id=agency, **words)

    def _record(self, kind: str, at: dt.datetime, actor: str, by: int | None, *, leg: Leg | None = None,
                old: str | None = None, new: str | None = None, reason: str | None = None,
                data: dict[str, Any] | None = None, scope: str = "all") -> None:
        self.events.append(TicketEvent(
            ticket_id=self.ticket.id, leg_id=leg.id if leg else None, at=at, kind=kind, actor_kind=actor, actor_id=by,
            agency_id=leg.agency_id if leg else None, old=old, new=new, reason=reason, data=data, scope=scope,
        ))

    def _notify(self, kind: str, at: dt.datetime, leg: Leg | None, dedupe: str, *, agency_id: int | None = None,
                role: str | None = None, **params: object) -> None:
        if at < self.world.now - TOLD_FOR:
            return
        key = f"{kind}:{leg.id if leg else 0}:a{agency_id}{role or ''}:{dedupe}" if agency_id else (
            f"{kind}:{self.ticket.id}:{role}:{dedupe}")
        read = at + dt.timedelta(hours=2)
        self.rows.add(UserNotice(
            id=self.rows.key(UserNotice), agency_id=agency_id, role=role, kind=kind, ticket_id=self.ticket.id,
            leg_id=leg.id if leg else None, text=render(f"notices.{kind}", code=self.ticket.code, **params),
            dedupe_key=key, created_at=at, read_at=read if read < self.world.now - dt.timedelta(days=2) else None,
        ))

    def _tell(self, at: dt.datetime, notice: str, dedupe: str, key: str, *, leg: Leg | None = None,
              **params: object) -> None:
        self.said.append(Said(
            at, False, render(key, code=self.ticket.code, **params), notice=notice,
            dedupe=f"{notice}:{self.ticket.id}:{dedupe}", leg_id=leg.id if leg else None,
        ))

    def _say(self, at: dt.datetime, text: str) -> None:
        self.said.append(Said(at + dt.timedelta(milliseconds=120), False, text))

    def _hear(self, at: dt.datetime, text: str, kind: str = "text") -> None:
        self.said.append(Said(at, True, text, kind))


def new_ticket(rows: Rows, *, code: str, subject: Subject, place: Place, text: str, place_text: str,
               receipt: dt.datetime, channel: str, conversation_id: uuid.UUID | None, **more: Any) -> Ticket:
    """The row of a filed report, before anything else happened."""
    return rows.add(Ticket(
        id=rows.key(Ticket), code=code, kind="report", state="new", version=0, channel=channel,
        conversation_id=conversation_id, text=text, place_text=place_text, commune_code=place.commune.code,
        category_code=subject.code, service_class=subject.service_class, danger=False,
        search_text=search_text(code, text, place_text, subject.name), receipt_at=receipt, is_sample=True,
        is_imported=False, deadline_failures=0, created_at=receipt, updated_at=receipt, **more,
    ))
