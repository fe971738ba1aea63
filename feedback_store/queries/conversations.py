"""Reads of a conversation: what the citizen's client shows, what the console's ticket page shows."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import Session

from feedback_store.service.intake import decrypted_json
from feedback_store.tables import InboundEvent, Leg, Media, Ticket


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chat. ``mine``: the citizen wrote it. ``body`` is None once erased or sealed."""

    mine: bool
    id: int
    seq: int
    kind: str
    body: dict[str, Any] | None
    at: dt.datetime
    status: str
    notice: str | None = None
    event_key: str | None = None
    sealed: bool = False
    guard: str | None = None
    event_id: int | None = None


_AFTER = """
SELECT id, seq, kind, notice, dedupe_key, event_id, body, created_at, status, sealed FROM outbound_messages
WHERE conversation_id = %(id)s AND seq > %(after)s AND status <> 'dead' ORDER BY seq LIMIT 200
"""
_MINE = """
SELECT id, kind, event_key, body, received_at, sealed, guard, handled_at FROM inbound_events
WHERE conversation_id = %(id)s ORDER BY id DESC LIMIT %(limit)s
"""
_THEIRS = """
SELECT id, seq, kind, notice, dedupe_key, event_id, body, created_at, status, sealed FROM outbound_messages
WHERE conversation_id = %(id)s AND kind <> 'staff' ORDER BY seq DESC LIMIT %(limit)s
"""


def messages_after(connection: Connection, *, conversation_id: uuid.UUID, after: int) -> list[Line]:
    """Outgoing messages with ``seq > after``, oldest first, at most 200."""
    rows = connection.exec_driver_sql(_AFTER, {"id": conversation_id, "after": after}).all()
    return [_theirs(row) for row in rows]


def transcript(session: Session | Connection, *, conversation_id: uuid.UUID, limit: int = 200) -> list[Line]:
    """Both sides of the conversation in order of time, the newest ``limit`` of each."""
    connection = session.connection() if isinstance(session, Session) else session
    values = {"id": conversation_id, "limit": limit}
    mine = [
        Line(
            True,
            row.id,
            0,
            row.kind,
            None if row.sealed else decrypted_json(row.body),
            row.received_at,
            "handled" if row.handled_at else "pending",
            None,
            row.event_key,
            row.sealed,
            row.guard,
        )
        for row in connection.exec_driver_sql(_MINE, values)
    ]
    theirs = [_theirs(row) for row in connection.exec_driver_sql(_THEIRS, values)]
    return sorted([*mine, *theirs], key=lambda line: (line.at, not line.mine, line.seq, line.id))


_TURN = """
SELECT e.handled_at, e.guard, e.intent, e.confidence, e.nlu, e.ticket_code, e.failure, e.sealed
FROM inbound_events e WHERE e.id = %(event)s AND e.conversation_id = %(id)s
"""
_REPLIES = """
SELECT id, seq, kind, notice, dedupe_key, event_id, body, created_at, status, sealed FROM outbound_messages
WHERE conversation_id = %(id)s AND event_id = %(event)s ORDER BY seq
"""


def turn_state(connection: Connection, *, conversation_id: uuid.UUID, event_id: int) -> dict[str, Any] | None:
    """What became of one event, for measuring: handled, intent, entities, its replies' numbers."""
    values = {"id": conversation_id, "event": event_id}
    row = connection.exec_driver_sql(_TURN, values).one_or_none()
    if row is None:
        return None
    nlu = decrypted_json(row.nlu) or {}
    replies = [_theirs(one) for one in connection.exec_driver_sql(_REPLIES, values)]
    return {
        "handled": row.handled_at is not None,
        "guard": row.guard,
        "intent": row.intent or row.guard,
        "confidence": row.confidence,
        "entities": nlu.get("entities") or [],
        "why": nlu.get("why"),
        "ticket": row.ticket_code,
        "failure": row.failure,
        "sealed": row.sealed,
        "seqs": [one.seq for one in replies],
    }


def _theirs(row: Any) -> Line:
    return Line(
        False,
        row.id,
        row.seq,
        row.kind,
        decrypted_json(row.body),
        row.created_at,
        row.status,
        row.notice,
        row.dedupe_key,
        row.sealed,
        None,
        row.event_id,
    )


def photo_of(session: Session, *, conversation_id: uuid.UUID, media_id: uuid.UUID) -> Media | None:
    """A photo that this conversation may see: its own, or the evidence of a result told to it."""
    row = session.get(Media, media_id)
    if row is None or row.sealed or row.status != "stored":
        return None
    if row.conversation_id == conversation_id:
        return row
    told = (
        select(Leg.id)
        .join(Ticket, Ticket.id == Leg.ticket_id)
        .where(Leg.id == row.leg_id, Leg.released_at.is_not(None), Ticket.conversation_id == conversation_id)
    )
    return row if row.leg_id is not None and session.scalar(told) is not None else None


def earlier_words(session: Session, *, conversation_id: uuid.UUID, event_id: int) -> str | None:
    """What the citizen wrote in an earlier message of this very conversation; None if sealed or another's."""
    event = session.get(InboundEvent, event_id)
    if event is None or event.conversation_id != conversation_id or event.sealed:
        return None
    return _words(event) or None


def words_before(session: Session, *, conversation_id: uuid.UUID, event_id: int) -> str:
    """What the citizen wrote last before an event; '' if that is sealed, or there is nothing."""
    query = select(InboundEvent).where(InboundEvent.conversation_id == conversation_id, InboundEvent.id < event_id)
    event = session.scalars(query.order_by(InboundEvent.id.desc()).limit(1)).first()
    return "" if event is None or event.sealed else _words(event)


SCENE_WORDS = 12
"""Messages of one scene whose words become the report about it."""


def emergency_words(session: Session, *, conversation_id: uuid.UUID, before: int) -> str:
    """What was written in the last emergency of the conversation before an event, each thing once, a line a message; ''
    when there is none. Only what was answered as an emergency counts, and of one scene: with less than half an hour
    between two messages."""
    query = (
        select(InboundEvent)
        .where(
            InboundEvent.conversation_id == conversation_id,
            InboundEvent.id < before,
            or_(InboundEvent.guard.in_(("emergency", "emergency_goes_on")), InboundEvent.intent == "emergency"),
        )
        .order_by(InboundEvent.id.desc())
        .limit(SCENE_WORDS)
    )
    lines: list[str] = []
    last: dt.datetime | None = None
    for event in session.scalars(query):
        if last is not None and last - event.received_at > dt.timedelta(minutes=30):
            break
        last = event.received_at
        if (words := _words(event)) and words not in lines:
            lines.insert(0, words)
    return "\n".join(lines)


def _words(event: InboundEvent) -> str:
    body = event.body or {}
    return str(body.get("text") or body.get("caption") or "").strip()
