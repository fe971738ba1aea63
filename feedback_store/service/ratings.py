"""Ratings of a result: 1–5, the last one of a result counts (K3)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import check_ticket_move
from feedback_store.service import notices
from feedback_store.service.actor import CITIZEN, Refused
from feedback_store.service.rounds import current_round
from feedback_store.service.trail import lock_ticket, record
from feedback_store.tables import Rating, Ticket


@dataclass(frozen=True, slots=True)
class Rated:
    """``dissatisfied``: 1 or 2 stars, so reopening is offered."""

    rating_id: int
    stars: int
    dissatisfied: bool


def rate(
    session: Session,
    *,
    ticket_id: int,
    stars: int,
    comment: str | None = None,
    event_id: int | None = None,
    now: dt.datetime,
) -> Rated:
    """Store a rating of the latest result; an earlier one of the same result no longer counts."""
    if stars not in range(1, 6):
        raise Refused("tickets.bad_stars")
    ticket = lock_ticket(session, ticket_id)
    check_ticket_move("rate", ticket.state)
    round_ = current_round(session, ticket.id)
    before = session.scalars(
        select(Rating).where(Rating.ticket_id == ticket.id, Rating.round == round_, ~Rating.superseded)
    ).one_or_none()
    if before is not None and event_id is not None and before.event_id == event_id:
        return Rated(before.id, before.stars, before.stars <= 2)
    if before is not None:
        before.superseded = True
        session.flush()
    made = Rating(
        ticket_id=ticket.id,
        round=round_,
        event_id=event_id,
        stars=stars,
        comment=comment or (before.comment if before else None),
        created_at=now,
    )
    session.add(made)
    session.flush()
    record(session, ticket_id=ticket.id, kind="rated", actor=CITIZEN, now=now, new=str(stars), scope="all")
    if stars <= 2:
        notices.tell_role(
            session, role="operator", kind="dissatisfied", ticket=ticket, dedupe=str(made.id), stars=stars, now=now
        )
    return Rated(made.id, stars, stars <= 2)


def unrated(session: Session, conversation_id: uuid.UUID) -> list[Ticket]:
    """Reports of a conversation whose result was told and has no stars yet, the one told last first."""
    told = session.scalars(
        select(Ticket)
        .where(Ticket.conversation_id == conversation_id, Ticket.state == "released")
        .order_by(Ticket.updated_at.desc(), Ticket.id.desc())
    )
    return [one for one in told if not _has_stars(session, one.id)]


def _has_stars(session: Session, ticket_id: int) -> bool:
    """Whether the latest result of a ticket was rated."""
    query = select(Rating.id).where(
        Rating.ticket_id == ticket_id, Rating.round == current_round(session, ticket_id), ~Rating.superseded
    )
    return session.scalar(query) is not None


def add_comment(session: Session, *, ticket_id: int, comment: str) -> bool:
    """Put words to the counting rating; gives whether there was one."""
    rating = session.scalars(
        select(Rating).where(Rating.ticket_id == ticket_id, ~Rating.superseded).order_by(Rating.id.desc()).limit(1)
    ).one_or_none()
    if rating is None:
        return False
    rating.comment = f"{rating.comment}\n{comment}" if rating.comment else comment
    return True
