"""Messages to citizens: the outbound row is the queue of the web and the proof of every channel."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from feedback_store.crypto import keyring
from feedback_store.service.intake import encrypted_json
from feedback_store.tables import Conversation

BUTTON_LIFE = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; ``payload`` is ``/intent{json}`` and never leaves the server."""

    label: str
    payload: str
    once: bool = True
    ttl: dt.timedelta = BUTTON_LIFE


@dataclass(frozen=True, slots=True)
class Reply:
    """One outgoing message. ``ask``: "location" or "photo", a hint for the channel's own control."""

    text: str
    buttons: Sequence[Button] = ()
    ask: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """A message that was just added; ``buttons`` are ``(label, token)``."""

    id: int
    seq: int
    buttons: tuple[tuple[str, str], ...]
    channel: str

    @property
    def readable_at_once(self) -> bool:
        """In the web chat and under the code; elsewhere the delivery is proven later."""
        return self.channel == "web"


_NUMBER = """
UPDATE conversations SET last_out_seq = last_out_seq + 1 WHERE id = %(id)s AND channel <> 'phone'
RETURNING last_out_seq, channel
"""
_KNOWN = "SELECT 1 FROM outbound_messages WHERE dedupe_key = %(key)s"
_APPEND = """
WITH out AS (
    INSERT INTO outbound_messages (
        conversation_id, seq, event_id, ticket_id, kind, notice, dedupe_key, body, sealed, status,
        attempts, next_attempt_at, created_at)
    VALUES (%(id)s, %(seq)s, %(event_id)s, %(ticket_id)s, %(kind)s, %(notice)s, %(key)s, %(body)s,
        false, %(status)s, %(attempts)s, %(next)s, %(now)s)
    RETURNING id
), btn AS (
    INSERT INTO button_tokens (token, conversation_id, outbound_id, label, payload, once, expires_at)
    SELECT b.token, %(id)s, out.id, b.label, b.payload, b.once, b.expires_at
    FROM out CROSS JOIN unnest(
        %(b_token)s::varchar[], %(b_label)s::text[], %(b_payload)s::bytea[],
        %(b_once)s::boolean[], %(b_expires)s::timestamptz[]
    ) AS b(token, label, payload, once, expires_at)
)
SELECT out.id, pg_notify('hotline_out', %(id)s::uuid::text) FROM out
"""
_DEFER = """
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('deliver', 'deliver', 0, NULL, NULL,
    jsonb_build_object('conversation_id', CAST(:id AS text)), CAST(:at AS timestamptz)
)::procrastinate_job_to_defer_v1])
"""


def append(
    connection: Connection,
    *,
    conversation_id: uuid.UUID,
    reply: Reply,
    kind: str,
    dedupe_key: str,
    event_id: int | None = None,
    notice: str | None = None,
    ticket_id: int | None = None,
    media_ids: Sequence[uuid.UUID] = (),
    extra: dict[str, Any] | None = None,
    sending: bool = False,
    now: dt.datetime,
) -> Appended | None:
    """Add one message to the conversation's outbox and wake its stream.

    The same ``dedupe_key`` a second time has no effect and gives None; so has a phone call, which no message
    reaches. ``sending``: the caller sends
    it itself in this instant; a delivery job looks after it 15 s later in case the caller died.
    """
    numbered = connection.exec_driver_sql(_NUMBER, {"id": conversation_id}).one_or_none()
    if numbered is None or connection.exec_driver_sql(_KNOWN, {"key": dedupe_key}).one_or_none():
        return None
    tokens = [new_token() for _ in reply.buttons]
    shown = [{"token": t, "label": b.label} for t, b in zip(tokens, reply.buttons, strict=True)]
    body = reply_body(reply, shown) | (extra or {})
    if media_ids:
        body["media"] = [str(one) for one in media_ids]
    web = numbered.channel == "web"
    at = now + dt.timedelta(seconds=15) if sending else now
    row = connection.exec_driver_sql(
        _APPEND,
        {
            "id": conversation_id,
            "seq": numbered.last_out_seq,
            "event_id": event_id,
            "ticket_id": ticket_id,
            "kind": kind,
            "notice": notice,
            "key": dedupe_key,
            "body": encrypted_json(body),
            "now": now,
            "next": None if web else at,
            "status": "sending" if sending and not web else "pending",
            "attempts": 1 if sending and not web else 0,
            "b_token": tokens,
            "b_label": [b.label for b in reply.buttons],
            "b_payload": [keyring().encrypt(b.payload.encode()) for b in reply.buttons],
            "b_once": [b.once for b in reply.buttons],
            "b_expires": [now + b.ttl for b in reply.buttons],
        },
    ).one()
    if not web:
        defer_delivery(connection, conversation_id=conversation_id, at=at if sending else None)
    shown_buttons = tuple((one["label"], one["token"]) for one in shown)
    return Appended(row.id, numbered.last_out_seq, shown_buttons, numbered.channel)


def enqueue_notice(
    session: Session,
    *,
    conversation_id: uuid.UUID,
    notice: str,
    dedupe_key: str,
    text: str,
    buttons: Sequence[Button] = (),
    media_ids: Sequence[uuid.UUID] = (),
    ticket_id: int | None = None,
    leg_id: int | None = None,
    now: dt.datetime,
) -> Appended | None:
    """Tell the citizen something they did not just ask for: a result, a delay, a call-back.

    The same ``dedupe_key`` again has no effect (None); so has a phone call, which no message reaches.
    ``leg_id``: the leg whose delivery the proof of this message will mark.
    """
    if any(isinstance(one, Conversation) for one in session.new):
        session.flush()
    extra: dict[str, Any] = {} if leg_id is None else {"leg_id": leg_id}
    return append(
        session.connection(),
        conversation_id=conversation_id,
        reply=Reply(text, tuple(buttons)),
        kind="notice",
        notice=notice,
        dedupe_key=dedupe_key,
        ticket_id=ticket_id,
        media_ids=media_ids,
        extra=extra,
        now=now,
    )


def defer_delivery(connection: Connection, *, conversation_id: uuid.UUID, at: dt.datetime | None = None) -> None:
    """Put the delivery of the conversation's outbox in the queue, inside the open transaction."""
    connection.execute(text(_DEFER), {"id": str(conversation_id), "at": at})


def new_token() -> str:
    """An opaque button token: 96 random bits, 16 characters, within Telegram's 64 bytes."""
    return secrets.token_urlsafe(12)


def reply_body(reply: Reply, shown: list[dict[str, str]]) -> dict[str, Any]:
    """``OutboundMessage.body`` of a reply."""
    body: dict[str, Any] = {"text": reply.text, "buttons": shown}
    if reply.ask:
        body["ask"] = reply.ask
    if reply.link:
        body["link"] = reply.link
    return body
