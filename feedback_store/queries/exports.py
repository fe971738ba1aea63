"""Lists as they are downloaded: every row up to a limit, never who reported (decision 11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from feedback_store.queries import listing
from feedback_store.queries.desk import addressed_to
from feedback_store.queries.list_filters import QueueFilter
from feedback_store.queries.tickets import visible_leg
from feedback_store.service.actor import Actor
from feedback_store.service.sessions import CurrentUser
from feedback_store.tables import (
    Agency,
    CallbackTask,
    Category,
    Commune,
    EmergencyCall,
    Leg,
    ListEntry,
    Telling,
    Ticket,
    User,
    UserNotice,
)
from feedback_store.tables.listing import NEVER

MOST = 50_000
"""Rows of one download; a longer list is cut and says so."""


def queue(session: Session, *, actor: Actor, filters: QueueFilter, at: dt.datetime) -> tuple[list[Any], int]:
    """Tickets of a view of the queue, newest first, and how many it has in all.

    Columns: code, receipt, channel, category, class, danger, place, commune, agencies, state, next due, overdue,
    closed.
    """
    view = listing.Listing(session, actor=actor, filters=filters, at=at)
    among = view.among()
    total = session.scalar(select(func.count()).select_from(ListEntry).where(*among)) or 0
    rows = select(ListEntry).where(*among).order_by(*view.newest()).limit(MOST).subquery()
    entry = aliased(ListEntry, rows)
    agencies = (
        select(func.string_agg(Agency.name.distinct(), ", "))
        .join(Leg, Leg.agency_id == Agency.id)
        .where(Leg.ticket_id == Ticket.id, Leg.state.not_in(("returned", "cancelled")), visible_leg(actor))
        .correlate(Ticket)
        .scalar_subquery()
    )
    query = (
        select(
            Ticket.code, Ticket.receipt_at, Ticket.channel, Category.name, Ticket.service_class, Ticket.danger,
            Ticket.place_text, Commune.name, agencies, Ticket.state, func.nullif(entry.due, NEVER),
            view.overdue(entry), Ticket.closed_at,
        )
        .join(entry, entry.ticket_id == Ticket.id)
        .join(Category, Category.code == Ticket.category_code)
        .outerjoin(Commune, Commune.code == Ticket.commune_code)
        .order_by(entry.received.desc(), entry.ticket_id.desc())
    )  # fmt: skip
    return list(session.execute(query)), total


def notices(session: Session, user: CurrentUser) -> Sequence[Any]:
    """(created, text, ticket's code, read), newest first."""
    query = (
        select(UserNotice.created_at, UserNotice.text, Ticket.code, UserNotice.read_at)
        .outerjoin(Ticket, Ticket.id == UserNotice.ticket_id)
        .where(addressed_to(user))
        .order_by(UserNotice.id.desc())
    )
    return list(session.execute(query.limit(MOST)))


def emergencies(session: Session) -> Sequence[Any]:
    """(answered, kind, numbers given, self-harm, taken by, taken, closed), newest first; no word of the chat."""
    call = EmergencyCall
    query = (
        select(call.answered_at, call.kind, call.numbers, call.self_harm, User.name, call.taken_at, call.closed_at)
        .outerjoin(User, User.id == call.taken_by)
        .order_by(call.id.desc())
    )
    return list(session.execute(query.limit(MOST)))


def calls_owed(session: Session) -> Sequence[Any]:
    """(kind, code, since, state, attempts, next try, taken by, why not told), oldest first; no phone number."""
    one = Telling
    query = (
        select(
            one.kind, Ticket.code, one.ready_at, one.state, one.attempts, one.next_try_at, User.name, one.close_reason
        )
        .join(Ticket, Ticket.id == one.ticket_id)
        .outerjoin(User, User.id == one.taken_by)
        .where(one.state.in_(("open", "unreachable")))
        .order_by(one.ready_at, one.id)
    )
    return list(session.execute(query.limit(MOST)))


def callbacks(session: Session) -> Sequence[Any]:
    """(asked, due, taken by, taken, outcome, closed), newest first; no phone number."""
    task = CallbackTask
    query = (
        select(task.created_at, task.due_at, User.name, task.taken_at, task.outcome, task.closed_at)
        .outerjoin(User, User.id == task.taken_by)
        .order_by(task.id.desc())
    )
    return list(session.execute(query.limit(MOST)))
