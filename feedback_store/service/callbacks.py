"""Call-back tasks: a person asked to be phoned; who takes it, until when, with what outcome."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback_store.crypto import blind_index
from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import Target, due
from feedback_store.service import outbox
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.clocks import HOTLINE_CALENDAR, load_calendar
from feedback_store.tables import CallbackTask, Contact, Conversation
from feedback_store.texts import render
from vitext.dates import spoken_week
from vitext.times import wished_end

CALL_WITHIN = Target("working_minutes", 120)
TAKEN_BACK = "taken_back"
"""No call's outcome: the citizen needed none any more."""
ANSWERED = "answered"
"""Written to in the chat; no outcome of a call."""
FEWEST_WORDS, LONGEST_ANSWER = 2, 1500
OUTCOMES = ("reached", "no_answer", "wrong_number", "other")


def create(
    session: Session,
    *,
    conversation_id: uuid.UUID,
    event_id: int | None,
    phone: str | None,
    good_time: str | None,
    topic: str | None,
    now: dt.datetime,
) -> CallbackTask:
    """Queue a call; due after two hours of the hotline's working time, or at the end of the time that the citizen
    asked for: where that is later, and where it is earlier ("trước 11h") with working time left before it. Once per
    event. Without a phone it is answered in the chat."""
    if event_id is not None:
        known = session.scalars(select(CallbackTask).where(CallbackTask.event_id == event_id)).one_or_none()
        if known is not None:
            return known
    sample = session.scalar(select(Conversation.is_sample).where(Conversation.id == conversation_id))
    made = CallbackTask(
        conversation_id=conversation_id,
        event_id=event_id,
        phone=phone,
        good_time=good_time,
        topic=topic,
        due_at=_due(session, good_time, now),
        created_at=now,
        is_sample=bool(sample),
    )
    session.add(made)
    session.flush()
    return made


def _due(session: Session, good_time: str | None, now: dt.datetime) -> dt.datetime:
    _, calendar = load_calendar(session, HOTLINE_CALENDAR, now)
    wished = wished_end(good_time, now) if good_time else None
    return _kept(calendar, due(calendar, CALL_WITHIN, now), wished, now)


def open_of(session: Session, conversation_id: uuid.UUID) -> CallbackTask | None:
    """The request of a chat that nobody has answered yet."""
    query = select(CallbackTask).where(
        CallbackTask.conversation_id == conversation_id, CallbackTask.closed_at.is_(None)
    )
    return session.scalars(query.order_by(CallbackTask.id.desc()).limit(1)).one_or_none()


def set_time(session: Session, *, task: CallbackTask, good_time: str, now: dt.datetime) -> None:
    """The time that the citizen names after the request; the call is due by it."""
    task.good_time, task.due_at = good_time, _due(session, good_time, now)


def take_back(session: Session, *, task: CallbackTask, now: dt.datetime) -> None:
    """The citizen needs no call any more."""
    task.outcome, task.closed_at = TAKEN_BACK, now


def known_phone(session: Session, conversation_id: uuid.UUID) -> str | None:
    """The number that the citizen of a chat gave before."""
    contact_id = session.scalar(select(Conversation.contact_id).where(Conversation.id == conversation_id))
    contact = session.get(Contact, contact_id) if contact_id else None
    return contact.phone if contact is not None else None


def hours(session: Session, now: dt.datetime) -> str:
    """When the hotline works, in words: its calendar's usual day and the days of the week that have one."""
    _, calendar = load_calendar(session, HOTLINE_CALENDAR, now)
    return spoken_week(calendar.week)


def _kept(calendar: Calendar, due_at: dt.datetime, wished: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    if wished is None or (wished < due_at and not calendar.working_time(now, wished)):
        return due_at
    return wished


def time_understood(task: CallbackTask) -> bool:
    """Whether the due time heeds the time that the citizen asked for."""
    return task.good_time is not None and wished_end(task.good_time, task.created_at) is not None


def open_tasks(session: Session, *, limit: int = 200) -> list[CallbackTask]:
    query = select(CallbackTask).where(CallbackTask.closed_at.is_(None)).order_by(CallbackTask.due_at)
    return list(session.scalars(query.limit(limit)))


def waiting(session: Session) -> int:
    """How many people wait for a call: the badge in the navigation."""
    return session.scalar(select(func.count()).select_from(CallbackTask).where(CallbackTask.closed_at.is_(None))) or 0


def take(session: Session, *, task_id: int, actor: Actor, now: dt.datetime) -> None:
    """One operator takes the task; the second is told that it is taken."""
    if not actor.is_hotline:
        raise Refused("tickets.not_allowed")
    changed = session.execute(
        update(CallbackTask)
        .where(CallbackTask.id == task_id, CallbackTask.taken_by.is_(None), CallbackTask.closed_at.is_(None))
        .values(taken_by=actor.user_id, taken_at=now)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused("dialogue.callback_taken")


def has_phone(session: Session, *, task_id: int) -> bool:
    """Whether a number to call was given; without one it is answered in the chat."""
    return session.get_one(CallbackTask, task_id).phone is not None


def close(session: Session, *, task_id: int, outcome: str, note: str | None, actor: Actor, now: dt.datetime) -> None:
    """Store the outcome of the call."""
    if not actor.is_hotline:
        raise Refused("tickets.not_allowed")
    if outcome not in OUTCOMES:
        raise Refused("dialogue.callback_outcome")
    task = session.get(CallbackTask, task_id, with_for_update=True)
    if task is None or task.closed_at is not None:
        raise Refused("dialogue.callback_closed")
    task.taken_by = task.taken_by or actor.user_id
    task.outcome, task.outcome_note, task.closed_at = outcome, note, now


def answer(session: Session, *, task_id: int, words: str, actor: Actor, now: dt.datetime) -> None:
    """Write to the citizen in the chat that the request came from, which ends it.

    Raises :class:`Refused` with the reason: no words, not taken by this operator, closed, a chat no message reaches.
    """
    if not actor.is_hotline:
        raise Refused("tickets.not_allowed")
    task = session.get(CallbackTask, task_id, with_for_update=True)
    if task is None or task.closed_at is not None:
        raise Refused("dialogue.callback_closed")
    if task.taken_by != actor.user_id:
        raise Refused("phone_desk.answer_take_first")
    said = words.strip()
    if len(said.split()) < FEWEST_WORDS or len(said) > LONGEST_ANSWER:
        raise Refused("phone_desk.answer_words", most=str(LONGEST_ANSWER))
    sent = outbox.append(
        session.connection(), conversation_id=task.conversation_id, kind="operator", dedupe_key=f"callback:{task.id}",
        reply=outbox.Reply(render("phone_desk.answer", words=said)), now=now,
    )  # fmt: skip
    if sent is None:
        raise Refused("phone_desk.answer_unsent")
    task.outcome, task.outcome_note, task.closed_at = ANSWERED, said, now


def remember_phone(session: Session, *, conversation_id: uuid.UUID, phone: str, now: dt.datetime) -> None:
    """Keep the phone with the contact of the conversation, where there is one."""
    contact_id = session.scalar(select(Conversation.contact_id).where(Conversation.id == conversation_id))
    contact = session.get(Contact, contact_id) if contact_id else None
    if contact is not None:
        contact.phone, contact.phone_bidx = phone, blind_index(phone)
        contact.consent_at = contact.consent_at or now
