"""Console sessions: server-side rows; the cookie holds a random token and the row only its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_store.service import audit, limits
from feedback_store.service.actor import Actor, Refused, Role
from feedback_store.service.users import PASSWORDS, find
from feedback_store.tables import Agency, User, UserSession

LIFE = dt.timedelta(hours=12)
IDLE = dt.timedelta(hours=2)
TOUCH = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Signed:
    """``token`` goes into the cookie and nowhere else."""

    token: str
    must_change_password: bool


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


@lru_cache(maxsize=1)
def _decoy() -> str:
    return PASSWORDS.hash(secrets.token_urlsafe(12))


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def allowed(session: Session, *, login: str, address: str, now: dt.datetime) -> bool:
    """Throttle: ten tries at once per account and thirty per address, then one a minute or so."""
    account = hashlib.sha256(login.strip().lower().encode()).hexdigest()[:24]
    by_account = limits.take(session, key=f"signin:{account}", burst=10, per_second=1 / 60, now=now)
    by_address = limits.take(session, key=f"signin-from:{address[:60]}", burst=30, per_second=1 / 20, now=now)
    return by_account and by_address


def sign_in(session: Session, *, login: str, password: str, now: dt.datetime) -> Signed:
    """Raises ``Refused("users.sign_in_failed")`` alike for an unknown, disabled or mistyped account."""
    user = find(session, login)
    right = PASSWORDS.verify(password, user.password_hash if user else _decoy())
    if user is None or not right or user.disabled_at is not None:
        raise Refused("users.sign_in_failed")
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
    return Signed(token, user.must_change_password)


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


def sign_out(session: Session, token: str, now: dt.datetime) -> None:
    session.execute(update(UserSession).where(UserSession.token_hash == hash_token(token)).values(revoked_at=now))
