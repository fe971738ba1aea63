"""A ticket's status by code: the whole story for its own conversation, state and dates for a stranger."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.codes import read_code
from feedback_store.service import limits
from feedback_store.service.tickets import promise_due
from feedback_store.tables import Agency, Conversation, InboundEvent, Leg, Ticket

GUESSES = 8.0
GUESSES_PER_SECOND = 8 / 600


@dataclass(frozen=True, slots=True)
class StrangerView:
    """What anyone with the code may read. Instants in UTC."""

    code: str
    state: str
    receipt_at: dt.datetime
    promise_due: dt.datetime | None
    closed_at: dt.datetime | None
    answered_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class OwnStory:
    """What the reporter reads in the chat the report came from."""

    view: StrangerView
    ticket_id: int
    text: str
    place: str | None
    agencies: tuple[str, ...]
    results: tuple[tuple[str, str], ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class NotFound:
    """``mistyped``: the check digit is wrong, so it is no code at all."""

    mistyped: bool


@dataclass(frozen=True, slots=True)
class Limited:
    """Too many guesses; try again later."""


def asker_of(session: Session, *, event_id: int, conversation: Conversation) -> str:
    """Whose guesses a message counts among: those of its network address where the channel shows one, or of its chat.

    A new conversation from the same address, and the page "Tra cứu", take from the same bucket.
    """
    event = session.get(InboundEvent, event_id)
    known = (event.body or {}).get("asker") if event is not None else None
    return str(known or f"chat:{conversation.peer_bidx.hex()[:24]}")


def ticket_status(
    session: Session, *, code: str, conversation_id: uuid.UUID | None, limiter_key: str, now: dt.datetime
) -> OwnStory | StrangerView | NotFound | Limited:
    """Look up ``code`` as typed. Own tickets are never limited; misses and strangers' looks are."""
    typed = read_code(code)
    standard = typed.code if typed else None
    ticket = session.scalars(select(Ticket).where(Ticket.code == standard)).one_or_none() if standard else None
    own = ticket is not None and conversation_id is not None and ticket.conversation_id == conversation_id
    if not own and not limits.take(
        session, key=f"code:{limiter_key}"[:96], burst=GUESSES, per_second=GUESSES_PER_SECOND, now=now
    ):
        return Limited()
    if ticket is None:
        return NotFound(mistyped=standard is None)
    view = _view(session, ticket)
    return _story(session, ticket, view) if own else view


def own_tickets(session: Session, conversation_id: uuid.UUID, *, limit: int = 5) -> list[Ticket]:
    """Reports of this conversation, newest first."""
    query = select(Ticket).where(Ticket.conversation_id == conversation_id).order_by(Ticket.id.desc())
    return list(session.scalars(query.limit(limit)))


def _view(session: Session, ticket: Ticket) -> StrangerView:
    released = select(Leg.released_at).where(Leg.ticket_id == ticket.id, Leg.released_at.is_not(None))
    answered = session.scalars(released.order_by(Leg.released_at.desc()).limit(1)).one_or_none()
    return StrangerView(
        ticket.code, ticket.state, ticket.receipt_at, promise_due(session, ticket.id), ticket.closed_at, answered
    )


def _story(session: Session, ticket: Ticket, view: StrangerView) -> OwnStory:
    rows = session.execute(
        select(Agency.name, Leg.state, Leg.result_text)
        .join(Leg, Leg.agency_id == Agency.id)
        .where(Leg.ticket_id == ticket.id, Leg.state.not_in(("returned", "cancelled")))
        .order_by(Leg.number)
    ).all()
    results = tuple((name, text) for name, state, text in rows if state in ("released", "superseded") and text)
    agencies = tuple(dict.fromkeys(name for name, state, _ in rows if state != "superseded"))
    return OwnStory(view, ticket.id, ticket.text, ticket.place_text, agencies, results, ticket.close_reason)
