"""Storing what a citizen sent: one statement, one round trip, exactly once (decision 3).

The statement locks the conversation's row before the event gets its id, so ids of one conversation
rise in the order of their commits, and it takes the turn lease in passing when it is free.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import namedtuple_row
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from feedback_store.crypto import blind_index, keyring
from feedback_store.service.limits import address_key

LOCK_PATIENCE = "250ms"
START_PATIENCE = dt.timedelta(seconds=2)
"""The process that stored an event is given this long to begin its turn; then the sweeper does."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One update of a channel. ``event_key`` is the channel's own id of it, unique per account.

    ``body`` as in ``InboundEvent.body``; ``peer`` is the chat id that the channel knows; ``address`` the network
    address it came from, where the channel shows one, of which the event keeps a blind index alone
    (``limits.address_key``, as ``asker`` in its body).
    """

    channel: str
    account: str
    peer: str
    conversation_id: uuid.UUID
    event_key: str
    kind: str
    body: dict[str, Any]
    provider_at: dt.datetime | None = None
    guard: str | None = None
    handled: bool = False
    failure: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of the event. ``closed``: the citizen had deleted this conversation.

    ``leased``: the caller now holds the lease; ``alone``: no older event waits.
    """

    event_id: int
    duplicate: bool
    closed: bool
    conversation_id: uuid.UUID
    state: str
    epoch: int
    engine_session: int
    in_count: int
    leased: bool
    alone: bool
    emergency: str | None = None
    sealing: bool = False
    """``emergency``: kind of the danger the conversation is in; ``sealing``: a denunciation of it is sealed."""


_STORE = """
WITH known AS (
    SELECT id, conversation_id FROM inbound_events
    WHERE channel = %(channel)s AND account = %(account)s AND event_key = %(event_key)s
), contact AS (
    INSERT INTO contacts (channel, external_bidx, created_at)
    SELECT %(channel)s, %(peer_bidx)s, %(now)s WHERE NOT EXISTS (SELECT FROM known)
    ON CONFLICT (channel, external_bidx) DO UPDATE SET unreachable_at = NULL
        WHERE contacts.unreachable_at IS NOT NULL
    RETURNING id
), conv AS (
    INSERT INTO conversations AS c (
        id, channel, account, peer_bidx, peer, contact_id, state, epoch, engine_session,
        lease_owner, leased_until, pending_since, next_try_at, failing, in_count, last_out_seq, last_in_at,
        is_sample, created_at)
    SELECT %(conversation_id)s, %(channel)s, %(account)s, %(peer_bidx)s, %(peer)s,
        coalesce((SELECT id FROM contact), (SELECT id FROM contacts
            WHERE channel = %(channel)s AND external_bidx = %(peer_bidx)s)),
        'bot', 0, 0,
        CASE WHEN %(take)s THEN %(owner)s END, CASE WHEN %(take)s THEN %(until)s END,
        CASE WHEN NOT %(handled)s THEN %(now)s END,
        CASE WHEN %(handled)s THEN NULL WHEN %(take)s THEN %(until)s ELSE %(unstarted)s END,
        false, 1, 0, %(now)s, false, %(now)s
    WHERE NOT EXISTS (SELECT FROM known)
    ON CONFLICT (channel, account, peer_bidx) DO UPDATE SET
        in_count = c.in_count + 1,
        last_in_at = greatest(%(now)s, c.last_in_at + interval '1 microsecond'),
        pending_since = CASE WHEN %(handled)s OR c.state = 'human' THEN c.pending_since ELSE
            coalesce(c.pending_since, greatest(%(now)s, c.last_in_at + interval '1 microsecond')) END,
        next_try_at = CASE WHEN %(handled)s OR c.state = 'human' THEN c.next_try_at
            WHEN %(take)s AND (c.leased_until IS NULL OR c.leased_until < %(now)s) THEN %(until)s
            ELSE coalesce(c.next_try_at, %(unstarted)s) END,
        lease_owner = CASE WHEN %(take)s AND c.state <> 'human'
            AND (c.leased_until IS NULL OR c.leased_until < %(now)s)
            THEN %(owner)s ELSE c.lease_owner END,
        leased_until = CASE WHEN %(take)s AND c.state <> 'human'
            AND (c.leased_until IS NULL OR c.leased_until < %(now)s)
            THEN %(until)s ELSE c.leased_until END
    WHERE c.state <> 'closed'
    RETURNING c.id, c.state, c.epoch, c.engine_session, c.in_count, c.last_in_at,
        CASE WHEN c.emergency_until > %(now)s THEN c.emergency_kind END AS emergency,
        coalesce(c.sealing_until > %(now)s, false) AS sealing,
        coalesce(c.lease_owner = %(owner)s, false) AS leased,
        coalesce(c.pending_since = c.last_in_at, false) AS alone
), ev AS (
    INSERT INTO inbound_events (
        conversation_id, channel, account, event_key, kind, body, provider_at, received_at, late,
        sealed, guard, attempts, handled_at, failure)
    SELECT conv.id, %(channel)s, %(account)s, %(event_key)s, %(kind)s, %(body)s, %(provider_at)s,
        %(now)s,
        coalesce(%(provider_at)s < (SELECT e.provider_at FROM inbound_events e
            WHERE e.conversation_id = conv.id AND e.handled_at IS NOT NULL
            ORDER BY e.id DESC LIMIT 1), false),
        false, %(guard)s, 0,
        CASE WHEN %(handled)s OR conv.state = 'human' THEN %(now)s END, %(failure)s
    FROM conv
    ON CONFLICT (channel, account, event_key) DO NOTHING
    RETURNING id
)
SELECT coalesce(ev.id, known.id) AS event_id, ev.id IS NULL AS duplicate,
    coalesce(conv.id, known.conversation_id) AS conversation_id, conv.state, conv.epoch,
    conv.engine_session, conv.in_count, conv.leased, conv.alone, conv.emergency, conv.sealing
FROM (SELECT 1) AS one
LEFT JOIN conv ON true LEFT JOIN ev ON true LEFT JOIN known ON true
"""
_LEAD = """
SELECT id, body, handled_at FROM inbound_events
WHERE channel = %(channel)s AND account = %(account)s AND event_key = %(key)s FOR UPDATE
"""
_JOIN = """
WITH ev AS (
    UPDATE inbound_events SET body = %(body)s, retry_at = %(until)s WHERE id = %(id)s RETURNING conversation_id
)
UPDATE conversations c SET next_try_at = greatest(c.next_try_at, %(until)s) FROM ev WHERE c.id = ev.conversation_id
"""
_HOLD = """
WITH ev AS (
    UPDATE inbound_events SET retry_at = %(until)s WHERE id = %(id)s RETURNING conversation_id
)
UPDATE conversations c SET next_try_at = greatest(c.next_try_at, %(until)s) FROM ev WHERE c.id = ev.conversation_id
"""
_KNOWN = """
SELECT id, conversation_id FROM inbound_events
WHERE channel = %(channel)s AND account = %(account)s AND event_key = %(event_key)s
"""


def encrypted_json(value: Any) -> bytes:
    """The value as an encrypted JSON column holds it, for hand-written statements."""
    return keyring().encrypt(json.dumps(value, ensure_ascii=False).encode())


def decrypted_json(value: bytes | None) -> Any:
    return None if value is None else json.loads(keyring().decrypt(bytes(value)))


def store_inbound(
    connection: Connection,
    event: NewEvent,
    *,
    now: dt.datetime,
    owner: str | None = None,
    lease_until: dt.datetime | None = None,
) -> Stored:
    """Store ``event`` unless its key is known; take the lease for ``owner`` when it is free.

    Concurrent duplicates are told apart by the unique constraint alone. Raises the driver's errors
    unchanged: the caller must not acknowledge then.
    """
    row = connection.exec_driver_sql(_TYPED_STORE, _values(event, now, owner, lease_until)).one()
    return _stored(connection, event, row)


def store_together(
    session: Session,
    events: Sequence[tuple[NewEvent, str | None]],
    *,
    now: dt.datetime,
    lease_until: dt.datetime,
) -> list[Stored]:
    """Store ``(event, owner)`` pairs in one commit and one round trip, each as ``store_inbound`` does.

    All or nothing: an error of one is an error of all. A row that somebody holds is waited for no longer than
    LOCK_PATIENCE, so that one conversation cannot keep the others' messages from being acknowledged.
    """
    connection = session.connection()
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'")
    # executemany with results is beyond SQLAlchemy's interface; psycopg pipelines it.
    cursor = connection.connection.driver_connection.cursor(row_factory=namedtuple_row)  # type: ignore[union-attr]
    with cursor:
        cursor.executemany(
            _TYPED_STORE, [_values(event, now, owner, lease_until) for event, owner in events], returning=True
        )
        rows = [cursor.fetchone()]
        while cursor.nextset():
            rows.append(cursor.fetchone())
    return [_stored(connection, event, row) for (event, _), row in zip(events, rows, strict=True)]


def _body(event: NewEvent) -> dict[str, Any]:
    return event.body if event.address is None else event.body | {"asker": address_key(event.address)}


def _values(
    event: NewEvent, now: dt.datetime, owner: str | None, lease_until: dt.datetime | None
) -> dict[str, Any]:
    return {
        "channel": event.channel,
        "account": event.account,
        "event_key": event.event_key,
        "conversation_id": event.conversation_id,
        "kind": event.kind,
        "peer": keyring().encrypt(event.peer.encode()),
        "peer_bidx": blind_index(event.peer),
        "body": encrypted_json(_body(event)),
        "provider_at": event.provider_at,
        "guard": event.guard,
        "handled": event.handled,
        "failure": event.failure,
        "now": now,
        "take": owner is not None and not event.handled,
        "owner": owner,
        "until": lease_until,
        "unstarted": now + START_PATIENCE,
    }


def _stored(connection: Connection, event: NewEvent, row: Any) -> Stored:
    event_id, duplicate, conversation_id = row.event_id, row.duplicate, row.conversation_id
    if event_id is None:
        known = connection.exec_driver_sql(
            _KNOWN, {"channel": event.channel, "account": event.account, "event_key": event.event_key}
        ).one_or_none()
        if known is None:
            return Stored(0, False, True, event.conversation_id, "closed", 0, 0, 0, False, False)
        event_id, conversation_id = known.id, known.conversation_id
    return Stored(
        event_id,
        duplicate,
        False,
        conversation_id,
        row.state or "bot",
        row.epoch or 0,
        row.engine_session or 0,
        row.in_count or 0,
        bool(row.leased),
        bool(row.alone),
        row.emergency,
        bool(row.sealing),
    )


def _typed(sql: str) -> str:
    """Give every parameter its type: an untyped NULL has none that the server could infer."""
    types = {
        "channel": "varchar",
        "account": "varchar",
        "event_key": "varchar",
        "kind": "varchar",
        "conversation_id": "uuid",
        "peer": "bytea",
        "peer_bidx": "bytea",
        "body": "bytea",
        "provider_at": "timestamptz",
        "guard": "varchar",
        "handled": "boolean",
        "failure": "varchar",
        "now": "timestamptz",
        "take": "boolean",
        "owner": "varchar",
        "until": "timestamptz",
        "unstarted": "timestamptz",
    }
    for name, kind in types.items():
        sql = sql.replace(f"%({name})s", f"%({name})s::{kind}")
    return sql


_TYPED_STORE = _typed(_STORE)


def lead_of_album(
    connection: Connection, *, channel: str, account: str, key: str
) -> tuple[int, dict[str, Any] | None] | None:
    """The event that stands for a whole album: ``(id, body)``, body None once it was handled."""
    row = connection.exec_driver_sql(_LEAD, {"channel": channel, "account": account, "key": key}).one_or_none()
    if row is None:
        return None
    return row.id, None if row.handled_at is not None else decrypted_json(row.body)


def join_album(connection: Connection, *, lead_id: int, body: dict[str, Any], hold_until: dt.datetime) -> None:
    """Put another photo (and its caption) into the album's event and wait for the next one."""
    connection.exec_driver_sql(_JOIN, {"body": encrypted_json(body), "until": hold_until, "id": lead_id})


def set_body(connection: Connection, *, event_id: int, body: dict[str, Any]) -> None:
    """Complete an event inside the transaction that stored it."""
    connection.exec_driver_sql(
        "UPDATE inbound_events SET body = %(body)s WHERE id = %(id)s",
        {"body": encrypted_json(body), "id": event_id},
    )


def hold(connection: Connection, *, event_id: int, until: dt.datetime) -> None:
    """Don't begin the event's turn before ``until``."""
    connection.exec_driver_sql(_HOLD, {"until": until, "id": event_id})
