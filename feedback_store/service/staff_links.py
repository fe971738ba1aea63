"""Links of console users to a private chat: made with a one-time code, ended by either side."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from feedback_store.crypto import blind_index
from feedback_store.domain.codes import ALPHABET
from feedback_store.service import audit, limits
from feedback_store.tables import StaffLink, StaffLinkCode, User
from feedback_store.texts import render

CODE_LIFE = dt.timedelta(minutes=10)
KEPT = dt.timedelta(days=1)
PREFIX = "nv-"
TRIES, TRY_AGAIN_SECONDS = 5, 180  # five wrong codes at once from one chat, then one in three minutes
CODE = re.compile(rf"{PREFIX}[a-z0-9]{{4}}-[a-z0-9]{{4}}-[a-z0-9]{{4}}")


@dataclass(frozen=True, slots=True)
class NewCode:
    """Shown once. ``text`` fits a deep link's payload: ``[A-Za-z0-9_-]``, at most 64."""

    text: str
    expires_at: dt.datetime


def new_code(session: Session, *, user_id: int, now: dt.datetime) -> NewCode:
    """A code for this user; an earlier one that was not used ends. Twelve characters, some 59 bits."""
    session.execute(delete(StaffLinkCode).where(StaffLinkCode.user_id == user_id, StaffLinkCode.used_at.is_(None)))
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    made = NewCode(PREFIX + "-".join(groups), now + CODE_LIFE)
    session.add(
        StaffLinkCode(code_hash=blind_index(made.text), user_id=user_id, created_at=now, expires_at=made.expires_at)
    )
    return made


def redeem(session: Session, *, conversation_id: uuid.UUID, code: str, now: dt.datetime) -> str:
    """Link the chat to the user of the code; gives the sentence to answer with.

    Wrong, used and expired codes are told apart from each other only where the code did exist.
    """
    limiter = f"staff-link:{blind_index(str(conversation_id)).hex()[:32]}"
    if not limits.take(session, key=limiter, burst=TRIES, per_second=1 / TRY_AGAIN_SECONDS, now=now):
        return render("staff.link_limited")
    found = session.scalars(
        select(StaffLinkCode).where(StaffLinkCode.code_hash == blind_index(code.lower())).with_for_update()
    ).one_or_none()
    user = session.get(User, found.user_id) if found is not None else None
    if found is None or user is None or user.disabled_at is not None:
        return render("staff.link_wrong")
    if found.used_at is not None:
        return render("staff.link_used")
    if found.expires_at <= now:
        return render("staff.link_expired")
    found.used_at = now
    for link in _live(session, StaffLink.user_id == user.id) + _live(
        session, StaffLink.conversation_id == conversation_id
    ):
        link.ended_at, link.end_reason = now, "replaced"
    session.flush()
    session.add(StaffLink(user_id=user.id, conversation_id=conversation_id, linked_at=now))
    audit.log(session, action="chat_linked", user_id=user.id, subject=f"user:{user.id}", now=now)
    return render("staff.linked", name=user.name, login=user.login)


def unlink(session: Session, *, user_id: int, reason: str = "unlinked", now: dt.datetime) -> bool:
    """End the user's link, and what was on its way there with it; False where there is none."""
    session.execute(delete(StaffLinkCode).where(StaffLinkCode.user_id == user_id, StaffLinkCode.used_at.is_(None)))
    links = _live(session, StaffLink.user_id == user_id)
    for link in links:
        link.ended_at, link.end_reason = now, reason
        audit.log(session, action="chat_unlinked", user_id=user_id, subject=f"user:{user_id}", now=now)
    session.flush()
    return bool(links)


def unlink_chat(session: Session, *, conversation_id: uuid.UUID, now: dt.datetime) -> str:
    """ "/huylienket" in the chat; gives the sentence to answer with."""
    for link in _live(session, StaffLink.conversation_id == conversation_id):
        unlink(session, user_id=link.user_id, now=now)
        return render("staff.unlinked")
    return render("staff.not_linked")


def last_of(session: Session, user_id: int) -> StaffLink | None:
    """The user's newest link, also one that ended: the page says why it did."""
    query = select(StaffLink).where(StaffLink.user_id == user_id).order_by(StaffLink.id.desc()).limit(1)
    return session.scalars(query).one_or_none()


def linked_since(session: Session) -> dict[int, dt.datetime]:
    """Since when each linked user is linked."""
    query = select(StaffLink.user_id, StaffLink.linked_at).where(StaffLink.ended_at.is_(None))
    return dict(session.execute(query).all())


def prune_codes(session: Session, *, now: dt.datetime) -> None:
    """Codes long over; until then a late one is answered with what became of it."""
    session.execute(delete(StaffLinkCode).where(StaffLinkCode.expires_at < now - KEPT))


_BLOCKED = """
WITH gone AS (
    UPDATE staff_links SET ended_at = %(now)s, end_reason = 'blocked'
    WHERE conversation_id = %(id)s AND ended_at IS NULL RETURNING id, user_id
)
INSERT INTO user_notices (user_id, kind, text, dedupe_key, created_at, relayed_at)
SELECT user_id, 'chat_lost', %(text)s, 'chat_lost:' || id, %(now)s, %(now)s FROM gone
"""


def chat_lost(connection: Connection, *, conversation_id: uuid.UUID, now: dt.datetime) -> None:
    """The bot can no longer write there: the link ends and the console tells its user."""
    values = {"id": conversation_id, "now": now, "text": render("notices.chat_lost")}
    connection.exec_driver_sql(_BLOCKED, values)


def _live(session: Session, rule: object) -> list[StaffLink]:
    query = select(StaffLink).where(rule, StaffLink.ended_at.is_(None))  # type: ignore[arg-type]
    return list(session.scalars(query.with_for_update()))
