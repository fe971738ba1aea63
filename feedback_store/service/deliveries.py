"""What became of outgoing messages: sending, sent, proven, uncertain, dead."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from feedback_store.crypto import keyring
from feedback_store.service import extensions, promises, questions, results, staff_links, tickets
from feedback_store.service.intake import decrypted_json

DELIVERY_LEASE = dt.timedelta(seconds=5)  # renewed during a send; so long a dead sender is waited for


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a conversation's messages go; ``peer`` is the channel's chat id."""

    conversation_id: uuid.UUID
    channel: str
    account: str
    peer: str


@dataclass(frozen=True, slots=True)
class Due:
    """The next message to send. ``in_doubt``: an earlier attempt ended without an answer."""

    id: int
    seq: int
    kind: str
    body: dict[str, Any]
    attempts: int
    in_doubt: bool


_CLAIM = """
UPDATE conversations SET delivering_until = %(until)s
WHERE id = %(id)s AND (delivering_until IS NULL OR delivering_until < %(now)s)
RETURNING channel, account, peer
"""
_RELEASE = "UPDATE conversations SET delivering_until = NULL WHERE id = %(id)s"
_NEXT = """
SELECT id, seq, kind, body, attempts, status, next_attempt_at FROM outbound_messages
WHERE conversation_id = %(id)s AND status IN ('pending', 'sending') ORDER BY seq LIMIT 1
"""
_SENDING = """
WITH kept AS (
    UPDATE conversations SET delivering_until = %(until)s WHERE id = %(id)s
)
UPDATE outbound_messages SET status = 'sending', attempts = attempts + 1, next_attempt_at = %(until)s
WHERE id = %(message)s AND status = 'pending'
"""
_RENEW = """
WITH kept AS (
    UPDATE conversations SET delivering_until = %(until)s WHERE id = %(id)s
)
UPDATE outbound_messages SET next_attempt_at = %(until)s WHERE id = %(message)s AND status = 'sending'
"""
_END = """
UPDATE outbound_messages SET status = %(status)s, provider_message_id = %(provider)s,
    sent_at = %(sent_at)s, delivered_at = %(delivered_at)s, error = %(error)s, next_attempt_at = NULL
WHERE id = %(message)s RETURNING conversation_id, seq, ticket_id, notice, body
"""
_AGAIN = """
UPDATE outbound_messages SET status = 'pending', next_attempt_at = %(at)s, error = %(error)s
WHERE id = %(message)s
"""
_LATE = """
SELECT DISTINCT m.conversation_id FROM outbound_messages m
JOIN conversations c ON c.id = m.conversation_id
WHERE m.status IN ('pending', 'sending') AND m.next_attempt_at <= %(now)s
    AND (c.delivering_until IS NULL OR c.delivering_until < %(now)s)
LIMIT %(limit)s
"""
_UNREACHABLE = """
WITH gone AS (
    UPDATE contacts SET unreachable_at = %(now)s FROM conversations c
    WHERE c.id = %(id)s AND contacts.id = c.contact_id
)
UPDATE outbound_messages SET status = CASE WHEN kind = 'staff' THEN 'dropped' ELSE 'dead' END, error = %(error)s,
    next_attempt_at = NULL
WHERE conversation_id = %(id)s AND status IN ('pending', 'sending')
"""
_SHOWN = """
UPDATE outbound_messages SET status = 'delivered', delivered_at = %(now)s,
    sent_at = coalesce(sent_at, %(now)s)
WHERE conversation_id = %(id)s AND seq <= %(seq)s AND status IN ('pending', 'sending', 'sent')
RETURNING ticket_id, notice, body
"""
_SHOWN_PLAIN = """
WITH proof AS (
    SELECT FROM outbound_messages WHERE conversation_id = %(id)s AND seq <= %(seq)s
        AND status IN ('pending', 'sending', 'sent') AND notice IN ('result', 'refused', 'extended', 'question') LIMIT 1
), shown AS (
    UPDATE outbound_messages SET status = 'delivered', delivered_at = %(now)s,
        sent_at = coalesce(sent_at, %(now)s)
    WHERE conversation_id = %(id)s AND seq <= %(seq)s AND status IN ('pending', 'sending', 'sent')
        AND NOT EXISTS (SELECT FROM proof)
)
SELECT EXISTS (SELECT FROM proof)
"""


def claim(connection: Connection, *, conversation_id: uuid.UUID, now: dt.datetime) -> Recipient | None:
    """Become the one who sends this conversation's messages; None while another does."""
    row = connection.exec_driver_sql(
        _CLAIM, {"id": conversation_id, "until": now + DELIVERY_LEASE, "now": now}
    ).one_or_none()
    if row is None:
        return None
    peer = keyring().decrypt(bytes(row.peer)).decode()
    return Recipient(conversation_id, row.channel, row.account, peer)


def release(connection: Connection, *, conversation_id: uuid.UUID) -> None:
    connection.exec_driver_sql(_RELEASE, {"id": conversation_id})


def next_due(connection: Connection, *, conversation_id: uuid.UUID, now: dt.datetime) -> Due | None:
    """The oldest message not finished; None when there is none or its time has not come. Messages
    behind it wait: a conversation is read in order."""
    row = connection.exec_driver_sql(_NEXT, {"id": conversation_id}).one_or_none()
    if row is None or (row.next_attempt_at is not None and row.next_attempt_at > now):
        return None
    return Due(row.id, row.seq, row.kind, decrypted_json(row.body) or {}, row.attempts, row.status == "sending")


def mark_sending(connection: Connection, *, conversation_id: uuid.UUID, message_id: int, now: dt.datetime) -> bool:
    """Written before the send: an attempt that dies is seen as in doubt, not as never made."""
    values = {"id": conversation_id, "message": message_id, "until": now + DELIVERY_LEASE}
    return connection.exec_driver_sql(_SENDING, values).rowcount == 1


def renew(connection: Connection, *, conversation_id: uuid.UUID, message_id: int, now: dt.datetime) -> None:
    """The send still runs: nobody else is to take it for a dead one."""
    values = {"id": conversation_id, "message": message_id, "until": now + DELIVERY_LEASE}
    connection.exec_driver_sql(_RENEW, values)


def mark_sent(session: Session, *, message_id: int, provider_message_id: str | None, now: dt.datetime) -> None:
    """The channel confirmed it; on Telegram its answer is the proof of delivery."""
    row = (
        session.connection()
        .exec_driver_sql(
            _END,
            {
                "status": "delivered",
                "provider": provider_message_id,
                "sent_at": now,
                "delivered_at": now,
                "error": None,
                "message": message_id,
            },
        )
        .one()
    )
    _proof(session, row.ticket_id, row.notice, row.body, now)


def mark_uncertain(connection: Connection, *, message_id: int, error: str, now: dt.datetime) -> None:
    """It may or may not have arrived; not sent again blindly, shown in the console."""
    connection.exec_driver_sql(
        _END,
        {
            "status": "uncertain",
            "provider": None,
            "sent_at": now,
            "delivered_at": None,
            "error": error[:300],
            "message": message_id,
        },
    )


def mark_dead(connection: Connection, *, message_id: int, error: str) -> None:
    """The channel will never take it; the console's dead-letter list shows it."""
    connection.exec_driver_sql(
        _END,
        {
            "status": "dead",
            "provider": None,
            "sent_at": None,
            "delivered_at": None,
            "error": error[:300],
            "message": message_id,
        },
    )


def mark_dropped(connection: Connection, *, message_id: int, error: str) -> None:
    """Nobody wants it any more: not sent, and no failure either."""
    connection.exec_driver_sql(
        _END,
        {
            "status": "dropped",
            "provider": None,
            "sent_at": None,
            "delivered_at": None,
            "error": error[:300],
            "message": message_id,
        },
    )


def mark_again(connection: Connection, *, message_id: int, at: dt.datetime, error: str) -> None:
    """A passing failure: once more at ``at``."""
    connection.exec_driver_sql(_AGAIN, {"message": message_id, "at": at, "error": error[:300]})


def mark_unreachable(connection: Connection, *, conversation_id: uuid.UUID, error: str, now: dt.datetime) -> None:
    """The citizen blocked the bot: stop sending until they write again; tickets stay. A user's link ends."""
    connection.exec_driver_sql(_UNREACHABLE, {"id": conversation_id, "error": error[:300], "now": now})
    staff_links.chat_lost(connection, conversation_id=conversation_id, now=now)


def late(connection: Connection, *, now: dt.datetime, limit: int = 50) -> list[uuid.UUID]:
    """Conversations with a message that is due and that nobody is sending."""
    return [row.conversation_id for row in connection.exec_driver_sql(_LATE, {"now": now, "limit": limit})]


def acknowledge_plain(connection: Connection, *, conversation_id: uuid.UUID, seq: int, now: dt.datetime) -> bool:
    """As ``acknowledge``, in one statement, where nothing shown proves anything of a ticket.

    False: something does, nothing was written, and ``acknowledge`` must be called.
    """
    values = {"id": conversation_id, "seq": seq, "now": now}
    return not connection.exec_driver_sql(_SHOWN_PLAIN, values).scalar_one()


def acknowledge(session: Session, *, conversation_id: uuid.UUID, seq: int, now: dt.datetime) -> int:
    """The web client displayed everything up to ``seq``; gives how many that proves newly."""
    rows = session.connection().exec_driver_sql(_SHOWN, {"id": conversation_id, "seq": seq, "now": now}).all()
    for row in rows:
        _proof(session, row.ticket_id, row.notice, row.body, now)
    return len(rows)


def dead_letters(session: Session, *, limit: int = 100) -> list[dict[str, Any]]:
    """What could not be delivered or is in doubt, newest first, for the console; no citizen text."""
    rows = session.execute(
        text("""
        SELECT m.id, m.conversation_id, c.channel, t.code, m.kind, m.notice, m.status, m.attempts,
            m.error, m.created_at
        FROM outbound_messages m JOIN conversations c ON c.id = m.conversation_id
            LEFT JOIN tickets t ON t.id = m.ticket_id
        WHERE m.status IN ('dead', 'uncertain') ORDER BY m.id DESC LIMIT :limit
    """),
        {"limit": limit},
    )
    return [dict(row._mapping) for row in rows]


def send_again(session: Session, *, message_id: int, now: dt.datetime) -> bool:
    """An operator decided to repeat a dead or uncertain message."""
    row = session.execute(
        text("""
        UPDATE outbound_messages SET status = 'pending', next_attempt_at = :now, error = NULL
        WHERE id = :id AND status IN ('dead', 'uncertain') RETURNING conversation_id
    """),
        {"id": message_id, "now": now},
    ).one_or_none()
    return row is not None


def _proof(session: Session, ticket_id: int | None, notice: str | None, body: bytes | None, now: dt.datetime) -> None:
    """A delivered result or refusal is what the promise is judged by, a new date moves it, and the
    clocks wait for the answer to a question (sla.md, rules 5, 8, 10, 15)."""
    if notice == "result":
        leg_id = (decrypted_json(body) or {}).get("leg_id")
        if leg_id is not None:
            results.mark_delivered(session, leg_id=int(leg_id), at=now)
    elif notice == "refused" and ticket_id is not None:
        tickets.refusal_delivered(session, ticket_id=ticket_id, at=now)
    elif notice == extensions.NOTICE and ticket_id is not None:
        extensions.told(session, ticket_id=ticket_id, at=now)
    elif notice == promises.NOTICE and ticket_id is not None:
        promises.told(session, ticket_id=ticket_id, at=now)
    elif notice == questions.NOTICE and ticket_id is not None:
        questions.delivered(session, ticket_id=ticket_id, at=now)
