"""What people do with one ticket, in memory: each move leaves the rows and the event, with its payload, that the
services leave. Messages, calls and warnings are left out.
"""

from __future__ import annotations

import datetime as dt

from feedback_store.domain.due import Target, due
from feedback_store.domain.lifecycle import (
    ACTIVE_LEG,
    OPEN_TICKET,
    IllegalMove,
    check_leg_move,
    check_ticket_move,
    ticket_state_from_legs,
)
from feedback_store.service import clocks as judge
from feedback_store.service.clocks import HOTLINE_CALENDAR
from tests.sla.bulk_clocks import CITIZEN, SYSTEM, USER, Clockwork
from tests.sla.bulk_rows import AgencyFacts, ExtensionRow, LegRow, PauseRow

REASON = "Lý do được ghi rõ"
RESULT = "Đội công trình đã vá mặt đường và dọn sạch vật liệu lúc 9 giờ sáng nay."


class Case(Clockwork):
    """What people do with the ticket; each move happens at ``now``, after :meth:`begin`."""

    @property
    def readable_at_once(self) -> bool:
        return self.ticket.channel == "web" and self.ticket.conversation_id is not None

    def file(self) -> None:
        ticket = self.ticket
        self.record("filed", CITIZEN if ticket.conversation_id else USER, new="new", data={
            "category": ticket.category_code, "class": ticket.service_class, "channel": ticket.channel,
            "chat": ticket.conversation_id is not None,
        })  # fmt: skip
        self.open_clock("promise")
        self.open_clock("triage")
        self.note()

    def _change(self) -> None:
        self.ticket.version, self.ticket.updated_at = self.ticket.version + 1, self.now

    def _name(self, agency_id: int) -> str:
        return next(one.name for one in self.world.agencies if one.id == agency_id)

    def _from_legs(self) -> None:
        self.ticket.state = ticket_state_from_legs(leg.state for leg in self.legs)

    def refuse(self) -> None:
        ticket = self.ticket
        check_ticket_move("refuse", ticket.state)
        self._change()
        self.record("refused", USER, old=ticket.state, new="refused", reason=REASON)
        ticket.state, ticket.closed_at, ticket.close_reason = "refused", self.now, REASON
        ticket.refusal_ground, ticket.first_response_at = "scope", ticket.first_response_at or self.now
        self.end_pauses()
        in_time = self.now <= self.clock("triage").current_due
        self.stop(*self.running("triage"))
        for clock in self.running("promise") if in_time else []:
            judge.leave(clock, "refused_in_triage", self.now)
        if self.readable_at_once:
            self.refusal_told()
        self.note()

    def refusal_told(self) -> None:
        for clock in self.running("promise"):
            self.stop(clock)
            self.record("refusal_told", SYSTEM, scope="hotline")
        self.note()

    def _open_leg(self, agency_id: int, round_: int, *, shared: bool = False, for_leader: bool = False) -> LegRow:
        leg = LegRow(self.world.new_id("legs"), self.ticket.id, agency_id, len(self.legs) + 1, self.now,
                     for_leader=for_leader)  # fmt: skip
        self.legs.append(leg)
        self.open_clock("accept", leg=leg, round_=round_)
        self.keep_for_release(self.open_clock("resolve", leg=leg, round_=round_, shared=shared))
        return leg

    def dispatch(self, agency: AgencyFacts) -> LegRow:
        ticket = self.ticket
        check_ticket_move("dispatch", ticket.state)
        active = [leg for leg in self.legs if leg.state in (*ACTIVE_LEG, "released")]
        if any(leg.agency_id == agency.id for leg in active):
            raise IllegalMove("tickets.already_at_agency")
        self._change()
        old = ticket.state
        leg = self._open_leg(agency.id, self.round, shared=bool(active))
        if active:
            self._share({one.id for one in active})
        self.stop(*self.running("triage"))
        ticket.state = ticket_state_from_legs([*(other.state for other in active), leg.state])
        ticket.first_response_at = ticket.first_response_at or self.now
        self.record("dispatched", USER, leg=leg, old=old, new=ticket.state, data={"agency": agency.name})
        self.note()
        return leg

    def _share(self, others: set[int]) -> None:
        target = self.service_class.target("resolve", shared=True)
        self.count_pauses(self.now)
        for clock in self.running():
            if clock.target_kind != target.kind or clock.target_amount >= target.amount:
                continue
            judge.mark_breach(clock, self.now)
            if clock.kind == "resolve" and clock.leg_id in others and clock.standing_original == "running":
                clock.target_amount, clock.extra_amount = target.amount, 0
                clock.base_due = self._due(clock, "original", clock.started_at, (), 0)
                self.recompute(clock, self.now)
            elif clock.kind == "promise":
                clock.extra_amount = max(clock.extra_amount, target.amount - clock.target_amount)
                self.recompute(clock, self.now)
        self.follow_promise()

    def accept(self, leg: LegRow) -> None:
        check_leg_move("accept", leg.state)
        self._change()
        leg.state, leg.accepted_at = "accepted", self.now
        self.stop(*self.running("accept", leg))
        self._from_legs()
        self.record("accepted", USER, leg=leg, scope="leg")
        self.note()

    def give_back(self, leg: LegRow, proposed: AgencyFacts) -> None:
        check_leg_move("return", leg.state)
        self._change()
        self.end_pauses(leg)
        self._lapse(leg)
        taken, resolve = self.clock("accept", leg), self.clock("resolve", leg)
        in_time = self.now <= taken.current_due
        if in_time:
            judge.leave(taken, "returned_in_time", self.now)
            judge.leave(resolve, "returned_in_time", self.now)
        else:
            if taken.stopped_at is None:
                self.stop(taken)
            judge.count_as_late(resolve, "returned_late", self.now)
        old = self.ticket.state
        leg.state, leg.returned_at, leg.return_reason = "returned", self.now, REASON
        leg.return_proposed_agency_id = proposed.id
        self._from_legs()
        ended = self.promise_told()
        self.record("returned", USER, leg=leg, old=old, new=self.ticket.state, reason=REASON, scope="leg", data={
            "agency": self._name(leg.agency_id), "proposed": proposed.id, "in_time": in_time, "promises": ended,
        })  # fmt: skip
        self.note()

    def answer(self, leg: LegRow) -> None:
        check_leg_move("submit", leg.state)
        self._change()
        self.end_pauses(leg)
        self.stop(*(one for one in self.running(leg=leg) if one.kind in ("accept", "resolve")))
        leg.accepted_at = leg.accepted_at or self.now
        leg.state, leg.answered_at, leg.sent_back_reason = "answered", self.now, None
        leg.result_text, leg.no_evidence_reason = RESULT, REASON
        self.open_clock("notify", leg=leg, round_=self.round)
        self._from_legs()
        self.record("answered", USER, leg=leg, new=self.ticket.state, scope="leg",
                    data={"agency": self._name(leg.agency_id), "files": 0})  # fmt: skip
        self.note()

    def release(self, leg: LegRow) -> None:
        check_leg_move("release", leg.state)
        self._change()
        leg.state, leg.released_at = "released", self.now
        self._from_legs()
        self.record("released", USER, leg=leg, new=self.ticket.state, data={"agency": self._name(leg.agency_id)})
        if self.readable_at_once:
            self._told(leg)
        self.note()

    def delivered(self, leg: LegRow) -> None:
        if leg.state != "released" or leg.delivered_at is not None:
            return
        leg.delivered_at = self.now
        self._told(leg)
        self.record("delivered", SYSTEM, leg=leg)
        self.note()

    def _told(self, leg: LegRow) -> None:
        self.stop(*self.running("notify", leg))
        self.promise_told(self.now)

    def close(self) -> None:
        check_ticket_move("close", self.ticket.state)
        self._change()
        self.record("closed", USER, old=self.ticket.state, new="closed")
        self.ticket.state, self.ticket.closed_at = "closed", self.now
        self.note()

    def pause(self, leg: LegRow | None) -> PauseRow:
        """The hotline waits for the citizen, for one leg or the whole ticket."""
        check_ticket_move("pause", self.ticket.state)
        if any(one.leg_id == (leg.id if leg else None) for one in self.open_pauses()):
            raise IllegalMove("tickets.pause_open_already")
        self._change()
        made = PauseRow(self.world.new_id("pauses"), self.ticket.id, leg.id if leg else None, "citizen", REASON,
                        self.now, self._limit())  # fmt: skip
        self.pauses.append(made)
        self.refresh(self.now)
        self.record("paused", USER, leg=leg, reason=REASON, scope="leg" if leg else "all",
                    data={"pause": "citizen", "word_due": None})  # fmt: skip
        return made

    def _limit(self) -> dt.datetime:
        calendar, policy = self.world.by_id[self.world.calendars[HOTLINE_CALENDAR]], self.world.policy
        each = due(calendar, Target("working_days", policy.pause_days_each), self.now)
        day = max(sum(end - start for start, end in some) for some in calendar.week)
        used = (calendar.working_time(one.started_at, one.ended_at or self.now) for one in self.pauses)
        left = policy.pause_days_total * day - int(sum(used, dt.timedelta()).total_seconds())
        if left <= 0:
            raise IllegalMove("tickets.pause_used_up")
        return min(each, due(calendar, Target("working_minutes", max(1, left // 60)), self.now))

    def resume(self) -> None:
        if not self.open_pauses():
            raise IllegalMove("tickets.pause_not_open")
        self._change()
        self.end_pauses()

    def ask_time(self, leg: LegRow, amount: int) -> ExtensionRow:
        resolve = self.clock("resolve", leg)
        late = resolve.standing_current != "running" or self.now >= resolve.current_due
        if leg.state not in ("dispatched", "accepted") or late or not 1 <= amount <= resolve.target_amount:
            raise IllegalMove("tickets.extension_too_late")
        self._change()
        made = ExtensionRow(self.world.new_id("extensions"), self.ticket.id, leg.id, amount, REASON, self.now)
        self.extensions.append(made)
        resolve.extension_pending = True
        self.record("extension_asked", USER, leg=leg, reason=REASON, scope="leg",
                    data={"amount": amount, "unit": resolve.target_kind, "extension": made.id})  # fmt: skip
        self.note()
        return made

    def decide(self, leg: LegRow, asked: ExtensionRow, grant: bool) -> None:
        if asked.decision is not None:
            raise IllegalMove("tickets.extension_decided_already")
        self._change()
        resolve = self.clock("resolve", leg)
        self.count_pauses(self.now)
        asked.decision, asked.decided_at = "granted" if grant else "refused", self.now
        asked.decision_reason = None if grant else REASON
        if grant:
            self.extend(resolve, asked.amount)
        else:
            self.decided(resolve)
        self.record(f"extension_{asked.decision}", USER, leg=leg, reason=asked.decision_reason,
                    scope="all" if grant else "leg",
                    data={"amount": asked.amount, "unit": resolve.target_kind, "extension": asked.id})  # fmt: skip
        if grant and self.readable_at_once and leg.state in ACTIVE_LEG:
            self.new_date_told(leg, asked)
        self.note()

    def new_date_told(self, leg: LegRow, granted: ExtensionRow) -> None:
        """The citizen knows the new date: now it is the promise's too."""
        granted.told_at = self.now
        self.count_pauses(self.now)
        unit = self.clock("resolve", leg).target_kind
        for clock in self.running("promise"):
            if clock.target_kind == unit and granted.amount > clock.extended_amount:
                judge.judge_at(clock, self.now)
                self.extend(clock, granted.amount)
                self.record("promise_moved", SYSTEM, new=clock.current_due.isoformat(),
                            data={"extension": granted.id})  # fmt: skip
        self.follow_promise()
        self.note()

    def _lapse(self, leg: LegRow) -> None:
        for one in self.extensions:
            if one.leg_id == leg.id and one.decision is None:
                one.decision, one.decided_at = "lapsed", self.now
                self.decided(self.clock("resolve", leg))
                self.record("extension_lapsed", SYSTEM, leg=leg, data={"extension": one.id}, scope="leg")

    def reopen(self) -> LegRow:
        ticket = self.ticket
        check_ticket_move("reopen", ticket.state)
        last = max((leg for leg in self.legs if leg.state == "released"), key=lambda leg: leg.number)
        if last.released_at and self.now > last.released_at + dt.timedelta(days=self.world.policy.reopen_days):
            raise IllegalMove("tickets.reopen_too_late")
        self._change()
        self.count_pauses(self.now)
        self.stop(*self.running())
        for leg in self.legs:
            leg.state = "superseded" if leg.state == "released" else leg.state
        ticket.closed_at, round_ = None, self.round + 1
        self.record("reopened", CITIZEN, old=ticket.state, new="dispatched", reason=REASON,
                    data={"round": round_, "agency_id": last.agency_id})  # fmt: skip
        ticket.state = "dispatched"
        self.open_clock("promise", round_=round_)
        leg = self._open_leg(last.agency_id, round_, for_leader=round_ > 2)
        self.note()
        return leg

    def withdraw(self) -> None:
        ticket = self.ticket
        check_ticket_move("withdraw", ticket.state)
        self._change()
        working = [leg for leg in self.legs if leg.state in ACTIVE_LEG]
        self.record("withdrawn", CITIZEN, old=ticket.state, new="withdrawn", reason=REASON)
        ticket.state, ticket.closed_at, ticket.close_reason = "withdrawn", self.now, REASON
        self.end_pauses()
        for leg in working:
            self._lapse(leg)
        for clock in self.clocks:
            judge.leave(clock, "withdrawn", self.now)
        for leg in working:
            leg.state = "cancelled"
        self.note()

    @property
    def is_open(self) -> bool:
        return self.ticket.state in OPEN_TICKET
