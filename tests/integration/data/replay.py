"""Plays a sample ticket's trail again through the services, in the same database."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.service import deadlines, legs, pauses, phone_desk, ratings, results, tickets
from feedback_store.service.actor import CITIZEN, SYSTEM, Actor
from feedback_store.tables import Clock, Conversation, Leg, Pause, Telling, Ticket, TicketEvent, User

WHY_NO_PHOTO = "Ảnh chụp lại không rõ"


def replay(session: Session, sample: Ticket, *, now: dt.datetime) -> Ticket:
    """A new ticket to which happened, by the services, what happened to ``sample``."""
    if sample.conversation_id is not None:  # numbers of messages already used by the sample
        chat = session.get_one(Conversation, sample.conversation_id)
        chat.last_out_seq += 1_000
    query = select(TicketEvent).where(TicketEvent.ticket_id == sample.id, TicketEvent.kind != "breached")
    events = list(session.scalars(query.order_by(TicketEvent.at, TicketEvent.id)))
    report = tickets.NewReport(
        text=sample.text, category_code=sample.category_code, channel=sample.channel, receipt_at=sample.receipt_at,
        place_text=sample.place_text, commune_code=sample.commune_code, conversation_id=sample.conversation_id,
        entered_by=sample.entered_by, is_sample=True, reporter_phone=sample.reporter_phone,
    )  # fmt: skip
    filed = tickets.file_report(session, report=report, actor=CITIZEN, now=sample.receipt_at)
    ticket = session.get_one(Ticket, filed.ticket_id)
    player = _Player(session, sample, ticket)
    for event in events:
        deadlines.handle_due(session, now=event.at)
        if event.kind == "warned":  # the job looks right after the instant
            deadlines.handle_due(session, now=event.at + dt.timedelta(microseconds=1))
        elif event.kind != "filed":
            getattr(player, event.kind)(event)
            session.flush()
    deadlines.handle_due(session, now=now)
    session.flush()
    return ticket


def standing(session: Session, ticket: Ticket) -> dict[str, Any]:
    """What two equal tickets have in common."""
    numbers = {leg.id: leg.number for leg in session.scalars(select(Leg).where(Leg.ticket_id == ticket.id))}
    clocks = session.scalars(select(Clock).where(Clock.ticket_id == ticket.id))
    trail = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id))
    return {
        "state": ticket.state,
        "next deadline": ticket.next_deadline_at,
        "first response": ticket.first_response_at,
        "legs": {
            leg.number: (leg.agency_id, leg.state, leg.accepted_at, leg.answered_at, leg.released_at, leg.delivered_at)
            for leg in session.scalars(select(Leg).where(Leg.ticket_id == ticket.id))
        },
        "clocks": sorted(
            (
                clock.kind, clock.round, numbers.get(clock.leg_id or 0, 0), clock.started_at, clock.original_due,
                clock.current_due, clock.standing_original, clock.standing_current, clock.stopped_at or dt.datetime.max,
                clock.left_reason or "", clock.breached_current_at or dt.datetime.max,
            )
            for clock in clocks
        ),
        "pauses": sorted(
            (pause.kind, pause.started_at, pause.ended_at or dt.datetime.max, pause.limit_at, pause.word_due_at or 0,
             pause.word or "")
            for pause in session.scalars(select(Pause).where(Pause.ticket_id == ticket.id))
        ),
        "calls": sorted(
            (
                call.kind, numbers.get(call.leg_id or 0, 0), call.state, call.ready_at, call.has_phone, call.attempts,
                *(at or dt.datetime.max for at in (call.told_at, call.next_try_at, call.closed_at)),
                call.closed_by or 0, call.taken_by or 0, call.close_reason or "",
            )
            for call in session.scalars(select(Telling).where(Telling.ticket_id == ticket.id))
        ),
        "trail": sorted((event.kind, event.new or "", numbers.get(event.leg_id or 0, 0)) for event in trail),
    }  # fmt: skip


class _Player:
    """One method for each kind of event."""

    def __init__(self, session: Session, sample: Ticket, ticket: Ticket) -> None:
        self.session, self.ticket = session, ticket
        query = select(Leg).where(Leg.ticket_id == sample.id)
        self._samples = {leg.id: leg for leg in session.scalars(query)}

    def _leg(self, event: TicketEvent, leg_id: int | None = None) -> Leg:
        number = self._samples[leg_id or event.leg_id or 0].number
        query = select(Leg).where(Leg.ticket_id == self.ticket.id, Leg.number == number)
        return self.session.scalars(query).one()

    def _who(self, event: TicketEvent) -> Actor:
        if event.actor_kind != "user":
            return CITIZEN if event.actor_kind == "citizen" else SYSTEM
        user = self.session.get_one(User, event.actor_id)
        return Actor("user", user_id=user.id, role=user.role, agency_id=user.agency_id)  # type: ignore[arg-type]

    def _common(self, event: TicketEvent) -> dict[str, Any]:
        return {"actor": self._who(event), "expected_version": None, "now": event.at}

    def dispatched(self, event: TicketEvent) -> None:
        agency = self._samples[event.leg_id or 0].agency_id
        legs.dispatch(
            self.session, ticket_id=self.ticket.id, agency_id=agency, note=event.reason, **self._common(event)
        )

    def accepted(self, event: TicketEvent) -> None:
        legs.accept(self.session, leg_id=self._leg(event).id, **self._common(event))

    def returned(self, event: TicketEvent) -> None:
        legs.return_leg(
            self.session,
            leg_id=self._leg(event).id,
            reason=str(event.reason),
            proposed_agency_id=(event.data or {})["proposed"],
            **self._common(event),
        )

    def paused(self, event: TicketEvent) -> None:
        leg = self._leg(event).id if event.leg_id else None
        pauses.pause(
            self.session,
            ticket_id=self.ticket.id,
            kind=(event.data or {})["pause"],
            reason=str(event.reason),
            leg_id=leg,
            **self._common(event),
        )

    def pause_confirmed(self, event: TicketEvent) -> None:
        leg = self._leg(event).id
        query = select(Pause.id).where(Pause.leg_id == leg, Pause.ended_at.is_(None), Pause.kind == "force_majeure")
        pauses.decide(self.session, pause_id=self.session.scalars(query).one(), confirm=True, reason=None,
                      **self._common(event))

    def resumed(self, event: TicketEvent) -> None:
        pauses.resume(self.session, ticket_id=self.ticket.id, **self._common(event))

    def addition(self, event: TicketEvent) -> None:
        tickets.add_addition(
            self.session,
            ticket_id=self.ticket.id,
            event_id=None,
            text=(event.data or {})["text"],
            actor=CITIZEN,
            now=event.at,
        )

    def answered(self, event: TicketEvent) -> None:
        sample = self._samples[event.leg_id or 0]
        results.submit(
            self.session,
            leg_id=self._leg(event).id,
            text=str(sample.result_text),
            no_evidence_reason=WHY_NO_PHOTO,
            **self._common(event),
        )

    def released(self, event: TicketEvent) -> None:
        results.release(self.session, leg_id=self._leg(event).id, **self._common(event))

    def delivered(self, event: TicketEvent) -> None:
        results.mark_delivered(self.session, leg_id=self._leg(event).id, at=event.at)

    def _call(self, event: TicketEvent) -> dict[str, Any]:
        """The call that an attempt was about, taken by who made it."""
        data = event.data or {}
        query = select(Telling).where(Telling.ticket_id == self.ticket.id, Telling.kind == data["about"])
        if data["leg"]:
            query = query.where(Telling.leg_id == self._leg(event, data["leg"]).id)
        call = {"telling_id": self.session.scalars(query).one().id, "actor": self._who(event), "now": event.at}
        phone_desk.take(self.session, **call)
        return call

    def phone_told(self, event: TicketEvent) -> None:
        called_at = dt.datetime.fromisoformat((event.data or {})["called_at"])
        phone_desk.told(self.session, called_at=called_at, **self._call(event))

    def phone_missed(self, event: TicketEvent) -> None:
        again_at = dt.datetime.fromisoformat((event.data or {})["again_at"])
        phone_desk.not_reached(self.session, again_at=again_at, **self._call(event))

    def phone_wrong_number(self, event: TicketEvent) -> None:
        phone_desk.wrong_number(self.session, reason=str(event.reason), **self._call(event))

    def refusal_told(self, event: TicketEvent) -> None:
        tickets.refusal_delivered(self.session, ticket_id=self.ticket.id, at=event.at)

    def rated(self, event: TicketEvent) -> None:
        ratings.rate(self.session, ticket_id=self.ticket.id, stars=int(str(event.new)), now=event.at)

    def reopened(self, event: TicketEvent) -> None:
        tickets.reopen(self.session, ticket_id=self.ticket.id, reason=str(event.reason), **self._common(event))

    def refused(self, event: TicketEvent) -> None:
        tickets.refuse(self.session, ticket_id=self.ticket.id, reason=str(event.reason), **self._common(event))

    def withdrawn(self, event: TicketEvent) -> None:
        tickets.withdraw(self.session, ticket_id=self.ticket.id, reason=str(event.reason), actor=CITIZEN, now=event.at)

    def closed(self, event: TicketEvent) -> None:
        tickets.close(self.session, ticket_id=self.ticket.id, **self._common(event))
