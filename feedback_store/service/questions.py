"""Asking the citizen: the clocks wait from the question's proven delivery to the answer, or to the cap (rules 5, 8)."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import OPEN_TICKET, IllegalMove, check_reason, check_ticket_move
from feedback_store.service import notices, pauses
from feedback_store.service.actor import Actor
from feedback_store.service.outbox import Button
from feedback_store.service.trail import begin_change, get_agency, get_leg, lock_ticket, record
from feedback_store.tables import Pause, Question, Ticket
from feedback_store.texts import render

NOTICE = "question"


def ask(
    session: Session,
    *,
    ticket_id: int,
    text: str,
    actor: Actor,
    expected_version: int | None,
    leg_id: int | None = None,
    now: dt.datetime,
) -> Question:
    """Send a question to the chat of the report. One at a time; a report without a chat is asked by telephone.

    ``leg_id``: the agency's own question about its leg; None: the hotline's.
    """
    if not text.strip():
        raise IllegalMove("tickets.question_empty")
    words = check_reason(text)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("pause", ticket.state)
    pauses.check_right(session, ticket, actor, leg_id)
    if waiting(session, ticket.id) is not None:
        raise IllegalMove("tickets.question_open_already")
    leg = get_leg(session, leg_id) if leg_id else None
    who = get_agency(session, leg.agency_id).name if leg else render("tickets.the_hotline")
    made = Question(ticket_id=ticket.id, leg_id=leg_id, text=words, asked_at=now, asked_by=actor.user_id)
    session.add(made)
    session.flush()
    sent = notices.tell_citizen(
        session,
        ticket=ticket,
        notice=NOTICE,
        key="tickets.told_question" if pauses.may_wait(session, ticket, now) else "tickets.told_question_only",
        dedupe=str(made.id),
        leg=leg,
        who=who,
        question=words,
        now=now,
    )
    if sent is None:
        raise IllegalMove("tickets.question_no_chat")
    record(
        session, ticket_id=ticket.id, kind="asked", actor=actor, leg=leg, now=now, reason=words,
        data={"question": made.id},
    )  # fmt: skip
    return made


def waiting(session: Session, ticket_id: int) -> Question | None:
    """The question of a ticket that is not answered yet."""
    query = select(Question).where(Question.ticket_id == ticket_id, Question.outcome.is_(None))
    return session.scalars(query).one_or_none()


def holding(session: Session, question: Question) -> bool:
    """Whether the clocks wait for the answer of this question now."""
    held = session.get(Pause, question.pause_id) if question.pause_id else None
    return held is not None and held.ended_at is None


def waiting_in(session: Session, conversation_id: uuid.UUID) -> Ticket | None:
    """The open ticket of a chat about which a question waits for its answer; the latest asked of several."""
    query = (
        select(Ticket)
        .join(Question, Question.ticket_id == Ticket.id)
        .where(
            Ticket.conversation_id == conversation_id,
            Question.outcome.is_(None),
            Ticket.state.in_(OPEN_TICKET),
        )
        .order_by(Question.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def delivered(session: Session, *, ticket_id: int, at: dt.datetime) -> None:
    """Proof that the citizen got the question: the clocks wait from this instant, as far as the caps allow."""
    ticket = lock_ticket(session, ticket_id)
    found = waiting(session, ticket_id)
    if found is None or found.delivered_at is not None:
        return
    found.delivered_at = at
    if ticket.state not in OPEN_TICKET:
        return
    leg = get_leg(session, found.leg_id) if found.leg_id else None
    asker = Actor("user", found.asked_by, None, leg.agency_id if leg else None)
    opened = pauses.open_quietly(
        session, ticket=ticket, kind="citizen", reason=found.text, actor=asker, leg_id=found.leg_id, now=at
    )
    if opened is not None:
        found.pause_id = opened.id


def answered(session: Session, *, ticket: Ticket, actor: Actor, at: dt.datetime) -> bool:
    """The citizen sent something fitting: the pause ends when it arrived. False where nothing was asked."""
    found = waiting(session, ticket.id)
    if found is None:
        return False
    found.outcome, found.ended_at = "answered", at
    _end_pause(session, ticket, found, actor, at)
    return True


def expire(session: Session, *, ticket: Ticket, now: dt.datetime) -> None:
    """The cap ended the wait; both sides are told. A ticket that is over waits for no answer."""
    found = waiting(session, ticket.id)
    if found is None:
        return
    if ticket.state not in OPEN_TICKET:
        found.outcome, found.ended_at = "over", now
        return
    held = session.get(Pause, found.pause_id) if found.pause_id else None
    if held is None or held.ended_at is None or held.limit_at is None or held.ended_at < held.limit_at:
        return
    found.outcome, found.ended_at = "expired", held.ended_at
    notices.tell_citizen(
        session,
        ticket=ticket,
        notice="unanswered",
        key="tickets.told_unanswered",
        dedupe=str(found.id),
        buttons=[Button(render("dialogue.button_add"), f'/add_to_report{{"ticket": "{ticket.code}"}}', once=False)],
        now=now,
    )
    leg = get_leg(session, found.leg_id) if found.leg_id else None
    told = {"kind": "unanswered", "ticket": ticket, "dedupe": str(found.id), "question": found.text, "now": now}
    if leg is not None:
        notices.tell_agency(session, agency_id=leg.agency_id, leg=leg, **told)  # type: ignore[arg-type]
    else:
        notices.tell_role(session, role="operator", **told)  # type: ignore[arg-type]


def _end_pause(session: Session, ticket: Ticket, found: Question, actor: Actor, at: dt.datetime) -> None:
    held = session.get(Pause, found.pause_id) if found.pause_id else None
    if held is not None and held.ended_at is None:
        pauses.end_one(session, ticket=ticket, one=held, actor=actor, at=max(at, held.started_at))
