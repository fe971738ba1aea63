"""Console sessions: server-side rows; the cookie holds a random token and the row only its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import cast

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from feedback_store.service import audit, sign_in_throttle
from feedback_store.service.actor import Actor, Refused, Role
from feedback_store.service.sign_in_throttle import Origin
from feedback_store.service.users import find
from feedback_store.tables import Agency, AuditEntry, User, UserSession

LIFE = dt.timedelta(hours=12)
IDLE = dt.timedelta(hours=2)
TOUCH = dt.timedelta(minutes=1)
TRIES_SHOWN = dt.timedelta(days=30)
"""How far back the console shows wrong passwords."""


@dataclass(frozen=True, slots=True)
class Signed:
    """``token`` goes into the cookie alone; ``previous``: the sign-in before, ``tries``: wrong ones since."""

    token: str
    must_change_password: bool
    previous: dt.datetime | None
    tries: WrongTries | None


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Who is at the other end of a console request."""

    id: int
    login: str
    name: str
    role: Role
    agency_id: int | None
    agency_name: str | None
    csrf: str
    must_change_password: bool

    @property
    def actor(self) -> Actor:
        return Actor("user", self.id, self.role, self.agency_id)


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt to sign in that may be checked: the account's id and hash, None where there is none."""

    origin: Origin
    kinds: tuple[str, ...]
    user_id: int | None
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class WrongTries:
    """Wrong passwords of one account: how many, the last addresses (newest first), when last."""

    count: int
    addresses: tuple[str, ...]
    last_at: dt.datetime


def admit(session: Session, *, origin: Origin, now: dt.datetime) -> Try:
    """Whether a password may be checked now. Raises ``Refused("users.too_many_tries", seconds=…)``.

    It takes as long and says the same for an unknown account as for a known one.
    """
    user = find(session, origin.login)
    kinds = sign_in_throttle.kinds_for(session, user=user, origin=origin, now=now)
    seconds = sign_in_throttle.seconds_to_wait(session, origin=origin, kinds=kinds, now=now)
    if seconds:
        raise Refused("users.too_many_tries", seconds=seconds)
    if user is None or user.disabled_at is not None:
        return Try(origin, kinds, None if user is None else user.id, None)
    return Try(origin, kinds, user.id, user.password_hash)


def wrong_password(session: Session, attempt: Try, now: dt.datetime) -> None:
    """Count a wrong password, and record it where there is such an account."""
    sign_in_throttle.count_wrong(session, origin=attempt.origin, kinds=attempt.kinds, now=now)
    if attempt.user_id is not None:
        data = {"login": attempt.origin.login.strip()[:64], "address": attempt.origin.address[:60]}
        subject = f"user:{attempt.user_id}"
        audit.log(session, action="sign_in_wrong", user_id=None, subject=subject, data=data, now=now)


def begin(session: Session, attempt: Try, now: dt.datetime) -> Signed:
    """A session after the right password. Raises ``Refused("users.sign_in_failed")`` if it was changed meanwhile."""
    user = session.get(User, attempt.user_id)
    if user is None or user.disabled_at is not None or user.password_hash != attempt.password_hash:
        raise Refused("users.sign_in_failed")
    previous = user.last_sign_in_at
    tries = wrong_tries(session, user_id=user.id, since=previous or user.created_at).get(user.id)
    sign_in_throttle.remember(session, user=user, origin=attempt.origin, kinds=attempt.kinds, now=now)
    return _open(session, user, previous, tries, now)


def renew(session: Session, *, user_id: int, now: dt.datetime) -> Signed:
    """A fresh session for a user whose password was changed just now."""
    return _open(session, session.get_one(User, user_id), None, None, now)


def _open(
    session: Session, user: User, previous: dt.datetime | None, tries: WrongTries | None, now: dt.datetime
) -> Signed:
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user.id,
            csrf_token=secrets.token_urlsafe(24),
            created_at=now,
            last_seen_at=now,
            expires_at=now + LIFE,
        )
    )
    user.last_sign_in_at = now
    audit.log(session, action="signed_in", user_id=user.id, subject=f"user:{user.id}", now=now)
    return Signed(token, user.must_change_password, previous, tries)


def wrong_tries(session: Session, *, since: dt.datetime, user_id: int | None = None) -> dict[int, WrongTries]:
    """Wrong passwords after an instant, by the account's id; of one account or of all."""
    query = (
        select(
            AuditEntry.subject,
            func.count(),
            func.max(AuditEntry.at),
            func.array_agg(aggregate_order_by(AuditEntry.data["address"].astext, AuditEntry.at.desc())),
        )
        .where(AuditEntry.action == "sign_in_wrong", AuditEntry.at > since)
        .group_by(AuditEntry.subject)
    )
    if user_id is not None:
        query = query.where(AuditEntry.subject == f"user:{user_id}")
    return {
        int(str(subject).removeprefix("user:")): WrongTries(count, tuple(dict.fromkeys(addresses))[:3], last)
        for subject, count, last, addresses in session.execute(query)
    }


def current(session: Session, token: str, now: dt.datetime) -> CurrentUser | None:
    """The user of a cookie; None when the session ended, idled out, or the account was disabled."""
    row = session.execute(
        select(UserSession, User, Agency.name)
        .join(User, User.id == UserSession.user_id)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .where(UserSession.token_hash == hash_token(token))
    ).one_or_none()
    if row is None:
        return None
    kept, user, agency = row
    if kept.revoked_at is not None or kept.expires_at <= now or kept.last_seen_at + IDLE <= now or user.disabled_at:
        return None
    if now - kept.last_seen_at > TOUCH:
        session.execute(update(UserSession).where(UserSession.token_hash == kept.token_hash).values(last_seen_at=now))
    return CurrentUser(
        user.id,
        user.login,
        user.name,
        cast(Role, user.role),
        user.agency_id,
        agency,
        kept.csrf_token,
        user.must_change_password,
    )


@dataclass(frozen=True, slots=True)
class ShownTo:
    """Whose page a form stood on."""

    id: int
    login: str
    name: str


def shown_to(session: Session, csrf: str) -> ShownTo | None:
    """Who was shown a page with this CSRF token, in a session that lasts or ended; None for a token of nobody."""
    row = session.execute(
        select(User.id, User.login, User.name)
        .join(UserSession, UserSession.user_id == User.id)
        .where(UserSession.csrf_token == csrf)
    ).one_or_none()
    return None if row is None else ShownTo(*row)


def sign_out(session: Session, token: str, now: dt.datetime) -> None:
    session.execute(update(UserSession).where(UserSession.token_hash == hash_token(token)).values(revoked_at=now))
