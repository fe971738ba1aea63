"""Console accounts: created, reset and disabled by an administrator; passwords are argon2 hashes."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback_store.domain.codes import ALPHABET
from feedback_store.service import audit, staff_links
from feedback_store.service.actor import AGENCY_ROLES, ROLES, Actor, Refused, Role
from feedback_store.service.passwords import KEPT_HASHES, PASSWORDS, is_right, refuse_weak
from feedback_store.tables import Agency, User, UserSession

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """Shown once; must be changed at the first sign-in."""

    user_id: int
    login: str
    password: str

    @property
    def username(self) -> str:
        return self.login


def new_password() -> str:
    """Four groups of four, about 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def create_user(
    session: Session,
    *,
    login: str,
    name: str,
    role: str,
    agency_id: int | None = None,
    password: str | None = None,
    actor: Actor,
    now: dt.datetime,
    is_sample: bool = False,
) -> OneTimePassword:
    """Create an account with a one-time password. Raises ``Refused`` with what is wrong."""
    login = login.strip().lower()
    if not LOGIN.fullmatch(login):
        raise Refused("users.bad_login")
    if not name.strip():
        raise Refused("users.name_needed")
    _check_role(session, role, agency_id)
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        raise Refused("users.login_taken", login=login)
    secret = password or new_password()
    user = User(
        login=login,
        name=name.strip(),
        role=role,
        agency_id=agency_id if role in AGENCY_ROLES else None,
        password_hash=PASSWORDS.hash(secret),
        must_change_password=password is None,
        is_sample=is_sample,
        created_at=now,
        created_by=actor.user_id,
    )
    session.add(user)
    session.flush()
    audit.log(
        session, action="user_created", user_id=actor.user_id, subject=f"user:{user.id}", data={"role": role}, now=now
    )
    return OneTimePassword(user.id, login, secret)


def ensure_first_admin(session: Session, now: dt.datetime) -> OneTimePassword | None:
    """The first administrator, where there is no user yet; None otherwise."""
    if session.scalar(select(func.count()).select_from(User)):
        return None
    return create_user(
        session, login="admin", name="Quản trị viên", role="administrator", actor=Actor("system"), now=now
    )


def edit_user(
    session: Session, *, user_id: int, name: str, role: str, agency_id: int | None, actor: Actor, now: dt.datetime
) -> None:
    user = _get(session, user_id)
    _check_role(session, role, agency_id)
    if not name.strip():
        raise Refused("users.name_needed")
    if user.role == "administrator" and role != "administrator":
        _keep_an_administrator(session, user)
    changed = (user.role, user.agency_id) != (role, agency_id if role in AGENCY_ROLES else None)
    user.name, user.role = name.strip(), role
    user.agency_id = agency_id if role in AGENCY_ROLES else None
    if changed:
        sign_out_everywhere(session, user.id, now)
    audit.log(
        session, action="user_edited", user_id=actor.user_id, subject=f"user:{user.id}", data={"role": role}, now=now
    )


def reset_password(session: Session, *, user_id: int, actor: Actor, now: dt.datetime) -> OneTimePassword:
    """A new one-time password; every session of the user ends."""
    user = _get(session, user_id)
    secret = new_password()
    _replace_password(user, secret, must_change=True)
    sign_out_everywhere(session, user.id, now)
    audit.log(session, action="password_reset", user_id=actor.user_id, subject=f"user:{user.id}", now=now)
    return OneTimePassword(user.id, user.login, secret)


def disable(session: Session, *, user_id: int, actor: Actor, now: dt.datetime) -> None:
    user = _get(session, user_id)
    if user.id == actor.user_id:
        raise Refused("users.not_yourself")
    if user.role == "administrator":
        _keep_an_administrator(session, user)
    user.disabled_at = now
    sign_out_everywhere(session, user.id, now)
    staff_links.unlink(session, user_id=user.id, reason="disabled", now=now)
    audit.log(session, action="user_disabled", user_id=actor.user_id, subject=f"user:{user.id}", now=now)


def enable(session: Session, *, user_id: int, actor: Actor, now: dt.datetime) -> None:
    user = _get(session, user_id)
    user.disabled_at = None
    audit.log(session, action="user_enabled", user_id=actor.user_id, subject=f"user:{user.id}", now=now)


def change_password(session: Session, *, user_id: int, old: str, new: str, now: dt.datetime) -> None:
    """The user's own change; every session of the user ends. Raises ``Refused`` with what is wrong."""
    user = _get(session, user_id)
    if not is_right(old, user.password_hash):
        raise Refused("users.wrong_old_password")
    agency = session.get(Agency, user.agency_id) if user.agency_id is not None else None
    own = [user.login, user.name, *([agency.name] if agency else [])]
    refuse_weak(new, own=own, earlier=[user.password_hash, *user.earlier_hashes])
    _replace_password(user, new, must_change=False)
    sign_out_everywhere(session, user.id, now)
    audit.log(session, action="password_changed", user_id=user.id, subject=f"user:{user.id}", now=now)


def _replace_password(user: User, password: str, *, must_change: bool) -> None:
    """The hash it replaces is kept, so that the same password is not set again."""
    user.earlier_hashes = [user.password_hash, *user.earlier_hashes][:KEPT_HASHES]
    user.password_hash, user.must_change_password = PASSWORDS.hash(password), must_change


def sign_out_everywhere(session: Session, user_id: int, now: dt.datetime) -> None:
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def find(session: Session, login: str) -> User | None:
    return session.scalars(select(User).where(User.login == login.strip().lower())).one_or_none()


def list_users(session: Session, *, search: str = "") -> list[tuple[User, str | None]]:
    """Users with the name of their agency, active ones first."""
    query = select(User, Agency.name).outerjoin(Agency, Agency.id == User.agency_id)
    if search:
        query = query.where(User.login.contains(search.lower()) | User.name.ilike(f"%{search}%"))
    query = query.order_by(User.disabled_at.is_not(None), User.role, User.login)
    return [(user, agency) for user, agency in session.execute(query)]


def _check_role(session: Session, role: str, agency_id: int | None) -> Role:
    if role not in ROLES:
        raise Refused("users.bad_role")
    if role in AGENCY_ROLES and (agency_id is None or session.get(Agency, agency_id) is None):
        raise Refused("users.agency_needed")
    return role


def _get(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise Refused("users.not_found")
    return user


def _keep_an_administrator(session: Session, user: User) -> None:
    others = (
        select(func.count())
        .select_from(User)
        .where(User.role == "administrator", User.disabled_at.is_(None), User.id != user.id)
    )
    if not session.scalar(others):
        raise Refused("users.last_administrator")
