"""Reads of the operators' and administrators' lists: people, agencies, notices, calls, failed deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import ACTIVE_LEG
from feedback_store.service.callbacks import TAKEN_BACK
from feedback_store.service.notices import addressing
from feedback_store.service.sessions import CurrentUser
from feedback_store.tables import (
    Agency,
    CallbackTask,
    EmergencyCall,
    Leg,
    Procedure,
    Ticket,
    User,
    UserNotice,
)

RECENT = 20
LISTED = 100


def people(session: Session) -> dict[int, str]:
    """Names of all console users by id."""
    return dict(session.execute(select(User.id, User.name)).all())


def agencies(session: Session, *, standing: bool = False) -> list[Agency]:
    """Agencies by name; ``standing``: without the dissolved ones."""
    query = select(Agency).order_by(Agency.search_name)
    return list(session.scalars(query.where(Agency.dissolved_at.is_(None)) if standing else query))


def agency(session: Session, agency_id: int) -> Agency | None:
    return session.get(Agency, agency_id)


def agency_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Id → name."""
    return dict(session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(list(ids)))).all())


def open_legs(session: Session, agency_id: int) -> int:
    """How many legs the agency works on."""
    query = select(func.count()).select_from(Leg).where(Leg.agency_id == agency_id, Leg.state.in_(ACTIVE_LEG))
    return session.scalar(query) or 0


def procedures(session: Session) -> list[Procedure]:
    """The catalogue, records that nobody confirmed first."""
    return list(session.scalars(select(Procedure).order_by(Procedure.verified_at.is_not(None), Procedure.name)))


def closed_emergencies(session: Session) -> list[EmergencyCall]:
    """The last ones that were closed."""
    query = select(EmergencyCall).where(EmergencyCall.closed_at.is_not(None))
    return list(session.scalars(query.order_by(EmergencyCall.closed_at.desc()).limit(RECENT)))


def closed_callbacks(session: Session) -> list[CallbackTask]:
    """The last ones that were closed."""
    query = select(CallbackTask).where(
        CallbackTask.closed_at.is_not(None), CallbackTask.outcome != TAKEN_BACK
    )
    return list(session.scalars(query.order_by(CallbackTask.closed_at.desc()).limit(RECENT)))


def addressed_to(user: CurrentUser) -> ColumnElement[bool]:
    """Notices for this user: their own, their agency's, their role's; an administrator reads the hotline's."""
    return addressing(user.id, user.role, user.agency_id)


def notices(session: Session, user: CurrentUser) -> Sequence[Any]:
    """The newest notices with the code of their ticket."""
    query: Any = select(UserNotice, Ticket.code).outerjoin(Ticket, Ticket.id == UserNotice.ticket_id)
    rows: Sequence[Any] = session.execute(
        query.where(addressed_to(user)).order_by(UserNotice.id.desc()).limit(LISTED)
    ).all()
    return rows


def unread(session: Session, user: CurrentUser) -> int:
    query = select(func.count()).select_from(UserNotice).where(addressed_to(user), UserNotice.read_at.is_(None))
    return session.scalar(query) or 0
