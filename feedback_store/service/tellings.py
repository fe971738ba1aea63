"""What is owed to a citizen by telephone: who has no chat is told by a call, and nothing counts as told before it.

Here it is put on the list and taken from it; the calls themselves are in :mod:`feedback_store.service.phone_desk`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_store.tables import Contact, Conversation, Leg, OutboundMessage, Telling, Ticket
from feedback_store.texts import render

Kind = Literal["result", "refusal", "new_date"]
PENDING = ("open", "unreachable")
"""Not told yet: still to be called, or given up for want of a right number."""


def by_phone_alone(session: Session, ticket: Ticket) -> bool:
    """Whether no message reaches who reported: there is no chat, or it was a telephone call."""
    if ticket.conversation_id is None:
        return True
    query = select(Conversation.channel).where(Conversation.id == ticket.conversation_id)
    return session.scalar(query) == "phone"


def how_told(session: Session, ticket: Ticket, now: dt.datetime) -> str:
    """What becomes of telling the citizen of an act at ``now``: a message on its way, a call that somebody owes, or
    nothing of both and no word."""
    session.flush()
    message = select(OutboundMessage.id).where(
        OutboundMessage.ticket_id == ticket.id, OutboundMessage.kind == "notice", OutboundMessage.created_at == now
    )
    if session.scalar(message.limit(1)) is not None:
        return render("tellings.by_message")
    call = select(Telling.id).where(
        Telling.ticket_id == ticket.id, Telling.state.in_(PENDING), Telling.ready_at == now
    )
    return render("tellings.by_phone") if session.scalar(call.limit(1)) is not None else ""


def phone_of(session: Session, ticket: Ticket) -> str | None:
    """The number to call: the report's own, else its contact's."""
    if ticket.reporter_phone:
        return ticket.reporter_phone
    contact = session.get(Contact, ticket.contact_id) if ticket.contact_id is not None else None
    return (contact.phone or None) if contact is not None else None


def owe(session: Session, *, ticket: Ticket, kind: Kind, leg: Leg | None = None, now: dt.datetime) -> bool:
    """Put a call on the list where nothing else reaches the citizen; gives whether it did.

    Of several new dates the citizen needs the last one alone: they are one call.
    """
    if not by_phone_alone(session, ticket):
        return False
    session.flush()
    row = {
        "ticket_id": ticket.id,
        "leg_id": leg.id if leg else None,
        "kind": kind,
        "state": "open",
        "ready_at": now,
        "has_phone": phone_of(session, ticket) is not None,
    }
    made = insert(Telling).values(row)
    if kind == "new_date":
        made = made.on_conflict_do_update(
            index_elements=["ticket_id"],
            index_where=(Telling.state == "open") & (Telling.kind == "new_date"),
            set_={"ready_at": now, "next_try_at": None},
        )
    session.execute(made)
    return True


def settle(
    session: Session, *, ticket_id: int, kind: Kind, leg_id: int | None = None, at: dt.datetime, by: int | None = None
) -> None:
    """The citizen knows, by a call or by another proof such as the look-up under the code."""
    query = update(Telling).where(
        Telling.ticket_id == ticket_id, Telling.kind == kind, Telling.state.in_(PENDING), Telling.leg_id == leg_id
        if leg_id is not None else Telling.leg_id.is_(None)
    )  # fmt: skip
    closed_by = Telling.closed_by if by is None else by
    session.execute(query.values(state="told", told_at=at, closed_at=at, closed_by=closed_by))


def drop(session: Session, *, ticket_id: int, kinds: Sequence[Kind], now: dt.datetime) -> None:
    """Events went on: there is nothing left to tell."""
    query = update(Telling).where(
        Telling.ticket_id == ticket_id, Telling.kind.in_(kinds), Telling.state.in_(PENDING)
    )
    session.execute(query.values(state="dropped", closed_at=now))
