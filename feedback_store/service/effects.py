"""The first result of an action on an event: asked again, it is repeated and not done again (decision 3)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from feedback_store.tables import ActionResult, Conversation, InboundEvent


class ForeignEvent(RuntimeError):
    """The event is not one of this conversation: whoever asks is not our engine, or it is confused."""


def begin(
    session: Session, *, conversation_id: uuid.UUID, event_id: int, action: str
) -> tuple[Conversation, dict[str, Any] | None]:
    """The conversation, and what the action answered when it first ran for this event; None before.

    Raises ``NoResultFound`` for an unknown conversation and :class:`ForeignEvent` for an event of another one.
    """
    of_event = and_(ActionResult.event_id == event_id, ActionResult.action == action, ActionResult.step == 0)
    own = and_(InboundEvent.id == event_id, InboundEvent.conversation_id == Conversation.id)
    query = select(Conversation, ActionResult, InboundEvent.id).outerjoin(InboundEvent, own)
    query = query.outerjoin(ActionResult, of_event).where(Conversation.id == conversation_id)
    conversation, row, event = session.execute(query).one()
    if event is None:
        raise ForeignEvent(f"event {event_id} is not of this conversation")
    return conversation, None if row is None else dict(row.result)


def keep(session: Session, *, event_id: int, action: str, result: dict[str, Any], now: dt.datetime) -> None:
    """Store the result in the transaction of the effect itself."""
    session.add(ActionResult(event_id=event_id, action=action, step=0, result=result, created_at=now))
