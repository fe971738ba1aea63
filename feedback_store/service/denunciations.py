"""Sealing, reopening and erasing what may be a denunciation (decision 12, ADR 0005)."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from feedback_store.tables import (
    ActionResult,
    Conversation,
    Draft,
    EngineTracker,
    InboundEvent,
    Media,
    OutboundMessage,
    SealedDenunciation,
)

KEPT = dt.timedelta(hours=24)


def seal_event(session: Session, *, event_id: int, now: dt.datetime, heard: bool = True) -> None:
    """Move the words of an event out of every readable place; repeating it has no effect.

    The event's body and its understanding are blanked, replies that may quote it are blanked, its media are sealed,
    and the tracker of the conversation is dropped. A draft that may hold its words is erased: one written since it
    came. ``heard`` is false where nothing but a guard read the words; no draft holds them then, and a report of
    another matter that was being written stays.
    """
    event = session.get(InboundEvent, event_id, with_for_update=True, populate_existing=True)
    if event is None or event.sealed:
        return
    session.add(
        SealedDenunciation(
            conversation_id=event.conversation_id,
            event_id=event.id,
            body=event.body,
            status="sealed",
            sealed_at=now,
            erase_at=now + KEPT,
        )
    )
    event.body, event.nlu, event.sealed = None, None, True
    _hold(session, event.conversation_id, now + KEPT)
    session.execute(delete(ActionResult).where(ActionResult.event_id == event_id))
    if heard:
        session.execute(
            update(Draft)
            .where(
                Draft.conversation_id == event.conversation_id,
                Draft.state == "open",
                Draft.updated_at > event.received_at,
            )
            .values(state="erased", data=None, updated_at=now)
        )
    session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.event_id == event_id, OutboundMessage.status.in_(("sent", "delivered")))
        .values(sealed=True)
    )
    session.execute(update(Media).where(Media.event_id == event_id).values(sealed=True))
    _forget_tracker(session, event.conversation_id)
    session.flush()


def _hold(session: Session, conversation_id: uuid.UUID, until: dt.datetime | None) -> None:
    """What follows in the conversation is sealed too, until then."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(sealing_until=until))


def leave(session: Session, *, conversation_id: uuid.UUID) -> None:
    """The citizen clearly began another matter: what was sealed stays so, what follows is heard again."""
    _hold(session, conversation_id, None)


def _forget_tracker(session: Session, conversation_id: uuid.UUID) -> None:
    session.execute(
        delete(EngineTracker).where(func.split_part(EngineTracker.sender_id, ":", 1) == str(conversation_id))
    )


def reopen(session: Session, *, conversation_id: uuid.UUID, now: dt.datetime) -> str | None:
    """The citizen says it is an ordinary report: give the words back, within 24 hours; None afterwards."""
    query = (
        select(SealedDenunciation)
        .where(
            SealedDenunciation.conversation_id == conversation_id,
            SealedDenunciation.status == "sealed",
            SealedDenunciation.erase_at > now,
        )
        .order_by(SealedDenunciation.id)
        .with_for_update()
    )
    words: list[str] = []
    for sealed in session.scalars(query):
        body = sealed.body or {}
        words.append(str(body.get("text") or body.get("caption") or "").strip())
        event = session.get_one(InboundEvent, sealed.event_id)
        event.body, event.sealed = sealed.body, False
        sealed.body, sealed.status = None, "reopened"
        session.execute(update(Media).where(Media.event_id == sealed.event_id).values(sealed=False))
    _hold(session, conversation_id, None)
    session.flush()
    return "\n".join(w for w in words if w) or None


def has_sealed(session: Session, *, conversation_id: uuid.UUID, now: dt.datetime) -> bool:
    return (
        session.scalar(
            select(SealedDenunciation.id)
            .where(
                SealedDenunciation.conversation_id == conversation_id,
                SealedDenunciation.status == "sealed",
                SealedDenunciation.erase_at > now,
            )
            .limit(1)
        )
        is not None
    )


def erase_due(session: Session, *, now: dt.datetime, media_root: Path | None = None) -> int:
    """Erase what nobody took back in time, media files too; the fact and the time remain."""
    due = list(
        session.scalars(
            select(SealedDenunciation)
            .where(SealedDenunciation.erase_at <= now, SealedDenunciation.body.is_not(None))
            .with_for_update(skip_locked=True)
        )
    )
    for sealed in due:
        sealed.body, sealed.status = None, "erased"
        for media in session.scalars(select(Media).where(Media.event_id == sealed.event_id)):
            for name in (media.original_path, media.public_path):
                if media_root is not None and name:
                    (media_root / name).unlink(missing_ok=True)
            media.status, media.original_path, media.public_path, media.sha256 = "erased", None, None, None
    session.flush()
    return len(due)


def count_sealed(session: Session) -> int:
    """How many were sealed in all; figures show the count alone."""
    return session.scalar(text("SELECT count(*) FROM sealed_denunciations")) or 0
