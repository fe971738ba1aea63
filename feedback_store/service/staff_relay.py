"""Console notices on their way to linked chats: whom each one reaches, and the short text it becomes.

The notice is committed with the ticket's change; passing it on is a transaction of its own afterwards, so that no link
can hold up or undo a ticket's change. The message goes the way of every message, through the outbox.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from feedback_store.domain.due import remaining
from feedback_store.service import clocks
from feedback_store.service.actor import AGENCY_ROLES
from feedback_store.service.notices import addressing
from feedback_store.service.outbox import Reply, append
from feedback_store.tables import Clock, Conversation, Leg, StaffLink, Ticket, User, UserNotice
from feedback_store.texts import has, render
from vitext.dates import duration, spoken_time, working_duration

log = structlog.get_logger(__name__)
STALE = dt.timedelta(days=1)  # a notice that could not be passed on for so long is left to the console
KIND = "staff"

# Which clocks a message names, the pressing one first.
_CLOCKS = {
    "dispatch": ("accept", "resolve"),
    "handed_over": ("accept", "resolve"),
    "reopened": ("accept", "resolve"),
    "reopened_again": ("accept", "resolve"),
    "returned": ("promise",),
    "sent_back": ("resolve",),
    "extension_asked": ("resolve",),
    "extension_granted": ("resolve",),
    "extension_refused": ("resolve",),
    "pause_asked": ("resolve",),
    "pause_confirmed": ("resolve",),
    "pause_refused": ("resolve",),
    "pause_lapsed": ("resolve",),
}
_TO_DO = {
    "dispatch": "accept",
    "handed_over": "resolve",
    "reopened": "accept",
    "reopened_again": "accept",
    "returned": "dispatch_again",
    "sent_back": "mend",
    "extension_asked": "decide",
    "extension_granted": "resolve",
    "extension_refused": "resolve",
    "pause_asked": "decide",
    "pause_confirmed": "resolve",
    "pause_refused": "resolve",
    "pause_lapsed": "resolve",
    "stuck": "check",
    "emergency": "take",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody a notice is for who linked a chat."""

    user_id: int
    role: str
    conversation_id: uuid.UUID


def relay_next(session: Session, *, channels: Collection[str], base_url: str, now: dt.datetime) -> bool:
    """Pass the oldest waiting notice on to the linked chats of those it is for; False: none waits.

    One notice a transaction, its chats in one order, so that two workers never wait for each other. One that cannot be
    passed on is logged, stays in the console and holds up no other.
    """
    notice = session.scalars(
        select(UserNotice)
        .where(UserNotice.relayed_at.is_(None))
        .order_by(UserNotice.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if notice is None:
        return False
    notice.relayed_at = now
    session.flush()
    notice_id = notice.id
    try:
        with session.begin_nested():
            _pass_on(session, notice, channels, base_url, now)
    except DBAPIError:
        raise  # the database is away or somebody holds a row: the next round tries again
    except Exception as error:
        log.error("notice_not_relayed", notice=notice_id, error=type(error).__name__)
    return True


def _pass_on(session: Session, notice: UserNotice, channels: Collection[str], base_url: str, now: dt.datetime) -> None:
    for reader in _readers(session, notice, channels):
        append(
            session.connection(),
            conversation_id=reader.conversation_id,
            reply=Reply(words(session, notice, role=reader.role, base_url=base_url, now=now)),
            kind=KIND,
            notice=notice.kind,
            dedupe_key=f"{KIND}:{reader.user_id}:{notice.occasion or notice.dedupe_key}"[:128],
            ticket_id=notice.ticket_id,
            extra={KIND: {"user": reader.user_id, "notice": notice.id}},
            now=now,
        )


def leave_to_the_console(session: Session, *, now: dt.datetime) -> None:
    """What nobody outside the console is told: other kinds, what is too old, and everything while nobody is linked."""
    rules = [UserNotice.kind.not_in(kinds()), UserNotice.created_at < now - STALE]
    if session.scalar(select(func.count()).select_from(StaffLink).where(StaffLink.ended_at.is_(None))) == 0:
        rules = [UserNotice.id.is_not(None)]
    session.execute(update(UserNotice).where(UserNotice.relayed_at.is_(None), or_(*rules)).values(relayed_at=now))


def kinds() -> list[str]:
    """Kinds of notices that go to linked chats: those that have a headline of their own."""
    warned = [f"{name}_{clock}" for name in ("early", "breach", "still") for clock in clocks_warned()]
    return [kind for kind in (*_TO_DO, *warned) if has(f"staff.head_{kind}")]


def clocks_warned() -> Sequence[str]:
    return ("accept", "resolve", "triage", "notify", "promise")


def still_wanted(session: Session, *, body: dict[str, Any], conversation_id: uuid.UUID) -> bool:
    """Asked at the instant of sending: the link still stands and the notice is still for this user."""
    about = body.get(KIND)
    if about is None:
        return True  # an answer to a command
    query = (
        select(User.id)
        .join(StaffLink, StaffLink.user_id == User.id)
        .join(UserNotice, UserNotice.id == int(about["notice"]))
        .where(
            User.id == int(about["user"]),
            User.disabled_at.is_(None),
            StaffLink.ended_at.is_(None),
            StaffLink.conversation_id == conversation_id,
            addressing(User.id, User.role, User.agency_id),
        )
    )
    return session.scalar(query) is not None


def _readers(session: Session, notice: UserNotice, channels: Collection[str]) -> list[Reader]:
    """A link made after the notice is not told of it."""
    query = (
        select(User.id, User.role, StaffLink.conversation_id)
        .join(StaffLink, StaffLink.user_id == User.id)
        .join(Conversation, Conversation.id == StaffLink.conversation_id)
        .join(UserNotice, addressing(User.id, User.role, User.agency_id))
        .where(
            UserNotice.id == notice.id,
            User.disabled_at.is_(None),
            StaffLink.ended_at.is_(None),
            StaffLink.linked_at <= notice.created_at,
            Conversation.channel.in_(channels),
        )
        .order_by(StaffLink.conversation_id)
    )
    return [Reader(*row) for row in session.execute(query)]


def words(session: Session, notice: UserNotice, *, role: str, base_url: str, now: dt.datetime) -> str:
    """What a chat is told: code, class, what to do, the dues and the time left, the page. No word of a citizen."""
    if notice.kind == "emergency":
        lines = [notice.text, render("staff.do_take"), render("staff.link", url=f"{base_url}/console/khan-cap")]
        return "\n".join(lines)
    ticket = session.get_one(Ticket, notice.ticket_id)
    leg = session.get(Leg, notice.leg_id) if notice.leg_id else None
    _, policy = clocks.load_policy(session, now)
    return "\n".join(
        [
            render(f"staff.head_{notice.kind}", code=ticket.code),
            render("staff.class", name=policy.service_class(ticket.service_class).name),
            *_dues(session, notice.kind, ticket, leg, now),
            render(f"staff.do_{_to_do(notice.kind, role)}"),
            render("staff.link", url=f"{base_url}/console/phan-anh/{ticket.code}"),
        ]
    )


def _to_do(kind: str, role: str) -> str:
    """Who holds the work does it; who was told because it is late urges those who hold it."""
    if kind in _TO_DO:
        return _TO_DO[kind]
    clock = kind.partition("_")[2]
    own = role in AGENCY_ROLES if clock in ("accept", "resolve") else clock != "promise" and role != "manager"
    return clock if own else "urge"


def _dues(session: Session, kind: str, ticket: Ticket, leg: Leg | None, now: dt.datetime) -> list[str]:
    wanted = _CLOCKS.get(kind) or (kind.partition("_")[2],)
    lines = []
    for name in wanted:
        of_leg = leg.id if leg is not None and name in ("accept", "resolve", "notify") else None
        for clock in clocks.running(session, ticket.id, kind=name, leg_id=of_leg)[:1]:
            left = time_left(session, clock, now)
            lines.append(render(f"staff.due_{name}", due=spoken_time(clock.current_due), left=left))
    return lines


def time_left(session: Session, clock: Clock, now: dt.datetime) -> str:
    """``còn 3 giờ 20 phút làm việc``, in the clock's own kind of time."""
    target = clocks.target_of(clock, "current")
    left = remaining(clocks.calendar_of(session, clock), target, clock.current_due, now)
    said = duration(left) if target.round_the_clock else working_duration(left)
    if clock.current_due > now:
        return render("staff.left", time=said)
    return render("staff.over", time=said) if left <= dt.timedelta(minutes=-1) else render("staff.just_over")
