"""The lease of a conversation and the commit that ends a turn (decision 3).

Whoever holds the lease handles the conversation's pending events in stored order. Every write of a
turn names the lease's owner, so a turn whose lease was taken over writes nothing at all.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection

from feedback_store.crypto import keyring
from feedback_store.service.intake import decrypted_json, encrypted_json
from feedback_store.service.outbox import Reply, new_token, reply_body
from feedback_store.store import pipelined


@dataclass(frozen=True, slots=True)
class PendingEvent:
    id: int
    kind: str
    body: dict[str, Any]
    attempts: int
    retry_at: dt.datetime | None
    received_at: dt.datetime
    guard: str | None
    sealed: bool
    unreadable: str | None = None
    """Error class where the stored body cannot be decrypted or parsed; ``body`` is empty then."""


@dataclass(frozen=True, slots=True)
class Work:
    """A leased conversation with its pending events, in stored order.

    ``in_count`` belongs to the same snapshot as ``events``: letting go of the lease compares it.
    """

    conversation_id: uuid.UUID
    channel: str
    state: str
    epoch: int
    engine_session: int
    in_count: int
    events: list[PendingEvent]
    emergency: str | None = None
    """Kind of the danger the conversation is in: every message is answered with its number (``modes``)."""
    sealing: bool = False
    """A denunciation is sealed: what follows it is sealed too."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished turn leaves behind."""

    replies: Sequence[Reply]
    intent: str | None = None
    confidence: float | None = None
    nlu: dict[str, Any] | None = None
    ticket_code: str | None = None
    guard: str | None = None
    failure: str | None = None
    sealed: bool = False
    kind: str = "reply"
    danger: str | None = None
    """Of an emergency that goes on: what it is now known to be."""


@dataclass(frozen=True, slots=True)
class Committed:
    """``lost``: another holder has the lease, nothing was written. ``stale``: the conversation
    changed hands, the event counts as handled and its replies were dropped."""

    lost: bool
    stale: bool = False
    released: bool = False
    seqs: list[int] = field(default_factory=list)


_TAKE = """
UPDATE conversations SET lease_owner = %(owner)s, leased_until = %(until)s, next_try_at = %(until)s
WHERE id = %(id)s AND pending_since IS NOT NULL AND state <> 'human'
    AND (leased_until IS NULL OR leased_until < %(now)s)
"""
_PENDING = """
SELECT c.channel, c.state, c.epoch, c.engine_session, c.in_count,
    CASE WHEN c.emergency_until > now() THEN c.emergency_kind END AS emergency,
    coalesce(c.sealing_until > now(), false) AS sealing,
    e.id, e.kind, e.body, e.attempts, e.retry_at, e.received_at, e.guard, e.sealed
FROM conversations c
LEFT JOIN inbound_events e ON e.conversation_id = c.id AND e.handled_at IS NULL
WHERE c.id = %(id)s ORDER BY e.id
"""
_RENEW = """
UPDATE conversations SET leased_until = %(until)s, next_try_at = %(until)s
WHERE id = %(id)s AND lease_owner = %(owner)s
"""
_LET_GO = """
UPDATE conversations SET lease_owner = NULL, leased_until = NULL, pending_since = NULL,
    next_try_at = NULL, failing = false
WHERE id = %(id)s AND lease_owner = %(owner)s AND in_count = %(seen)s
"""
_POSTPONE = """
WITH conv AS (
    UPDATE conversations SET lease_owner = NULL, leased_until = NULL, next_try_at = %(retry_at)s,
        failing = failing OR %(counts)s > 0
    WHERE id = %(id)s AND lease_owner = %(owner)s RETURNING id
)
UPDATE inbound_events e SET attempts = attempts + %(counts)s, retry_at = %(retry_at)s,
    failure = %(failure)s
FROM conv WHERE e.id = %(event_id)s
"""
_PUT_BACK = """
UPDATE conversations SET lease_owner = NULL, leased_until = NULL, next_try_at = %(retry_at)s
WHERE id = %(id)s AND lease_owner = %(owner)s
"""
# Whoever never failed comes first, from both ends: the one that waits longest has somebody ahead for a while only, and
# a crowd that was planted before keeps nobody who came since from being answered. Those that failed have a share.
_DUE = """
(SELECT c.id, '{lane}' AS lane FROM conversations c
WHERE c.failing IS {failing} AND c.next_try_at <= %(now)s AND c.state <> 'human'
    AND (c.leased_until IS NULL OR c.leased_until <= %(now)s)
ORDER BY c.next_try_at {order}, c.id {order} LIMIT %(limit)s)
"""
_LEFT_BEHIND = "UNION ALL".join(
    _DUE.format(lane=lane, failing=failing, order=order)
    for lane, failing, order in (("oldest", "false", ""), ("newest", "false", "DESC"), ("failing", "true", ""))
)
FAILING_SHARE = 4
"""One in so many of those that are begun has failed before, where others wait."""
_COMMIT = """
WITH conv AS (
    UPDATE conversations SET
        last_out_seq = last_out_seq + CASE WHEN epoch = %(epoch)s THEN %(n)s::int ELSE 0 END,
        leased_until = CASE WHEN in_count = %(seen)s::bigint THEN NULL ELSE %(until)s::timestamptz END,
        lease_owner = CASE WHEN in_count = %(seen)s::bigint THEN NULL ELSE lease_owner END,
        pending_since = CASE WHEN in_count = %(seen)s::bigint THEN NULL ELSE pending_since END,
        next_try_at = CASE WHEN in_count = %(seen)s::bigint THEN NULL ELSE %(until)s::timestamptz END,
        failing = false
    WHERE id = %(id)s AND lease_owner = %(owner)s
    RETURNING id, channel, last_out_seq, epoch = %(epoch)s AS fresh, lease_owner IS NULL AS released
), ev AS (
    UPDATE inbound_events e SET handled_at = %(now)s, intent = %(intent)s::varchar,
        confidence = %(confidence)s::float, nlu = %(nlu)s::bytea,
        ticket_code = %(ticket_code)s::varchar,
        guard = coalesce(%(guard)s::varchar, e.guard), failure = %(failure)s::varchar
    FROM conv WHERE e.id = %(event_id)s AND e.handled_at IS NULL
    RETURNING e.id
), out AS (
    INSERT INTO outbound_messages (
        conversation_id, seq, event_id, kind, dedupe_key, body, sealed, status, attempts, created_at,
        next_attempt_at)
    SELECT conv.id, conv.last_out_seq - %(n)s::int + r.i, ev.id, %(kind)s,
        'turn:' || ev.id || ':' || r.i, r.body, %(sealed)s, 'pending', 0, %(now)s,
        CASE WHEN conv.channel <> 'web' THEN %(now)s END
    FROM conv CROSS JOIN ev CROSS JOIN unnest(%(bodies)s::bytea[]) WITH ORDINALITY AS r(body, i)
    WHERE conv.fresh
    RETURNING id, seq
), btn AS (
    INSERT INTO button_tokens (token, conversation_id, outbound_id, label, payload, once, expires_at)
    SELECT b.token, conv.id, out.id, b.label, b.payload, b.once, b.expires_at
    FROM conv CROSS JOIN unnest(
        %(b_of)s::int[], %(b_token)s::varchar[], %(b_label)s::text[], %(b_payload)s::bytea[],
        %(b_once)s::boolean[], %(b_expires)s::timestamptz[]
    ) AS b(of, token, label, payload, once, expires_at)
    JOIN out ON out.seq = conv.last_out_seq - %(n)s::int + b.of
)
SELECT conv.fresh, conv.released, (SELECT array_agg(seq ORDER BY seq) FROM out) AS seqs,
    pg_notify('hotline_out', conv.id::text),
    CASE WHEN conv.channel <> 'web' AND EXISTS (SELECT FROM out) THEN
        procrastinate_defer_jobs_v1(ARRAY[ROW('deliver', 'deliver', 0, NULL, NULL,
            jsonb_build_object('conversation_id', conv.id), NULL)::procrastinate_job_to_defer_v1])
    END
FROM conv
"""


def new_owner() -> str:
    """A name for one acquisition of a lease; never used twice."""
    return secrets.token_hex(12)


def take_lease(
    connection: Connection, *, conversation_id: uuid.UUID, owner: str, until: dt.datetime, now: dt.datetime
) -> Work | None:
    """Take the lease if something waits, nobody holds it and no operator has the conversation.

    Gives what waits as ``pending_work`` does, read in the same round trip after the lease was taken; None: not taken.
    """
    values = {"id": conversation_id, "owner": owner, "until": until, "now": now}
    with pipelined(connection) as driver:
        taken = driver.execute(_TAKE, values)
        rows = driver.execute(_PENDING, {"id": conversation_id}).fetchall()
    return _work(conversation_id, rows) if taken.rowcount == 1 else None


def pending_work(connection: Connection, *, conversation_id: uuid.UUID) -> Work:
    """The conversation and its pending events as one snapshot; read after the lease was taken."""
    return _work(conversation_id, connection.exec_driver_sql(_PENDING, {"id": conversation_id}).all())


def _work(conversation_id: uuid.UUID, rows: Sequence[Any]) -> Work:
    first = rows[0]
    events = [_event(row) for row in rows if row.id is not None]
    return Work(
        conversation_id,
        first.channel,
        first.state,
        first.epoch,
        first.engine_session,
        first.in_count,
        events,
        first.emergency,
        first.sealing,
    )


def _event(row: Any) -> PendingEvent:
    body: Any = {}
    unreadable: str | None = None
    try:
        body = decrypted_json(row.body) or {}
        if not isinstance(body, dict):
            body, unreadable = {}, "NotAnObject"
    except Exception as error:  # a damaged row or a lost key; the conversation's other events are not to suffer
        unreadable = type(error).__name__
    return PendingEvent(
        row.id, row.kind, body, row.attempts, row.retry_at, row.received_at, row.guard, row.sealed, unreadable
    )


def left_behind(connection: Connection, *, now: dt.datetime, limit: int) -> list[uuid.UUID]:
    """Up to ``limit`` conversations whose next try has come: first, by turns, the one that waits longest and the
    newest of those that never failed; then those that did, for which a share is kept."""
    lanes: dict[str, list[uuid.UUID]] = {"oldest": [], "newest": [], "failing": []}
    for row in connection.exec_driver_sql(_LEFT_BEHIND, {"now": now, "limit": limit}):
        lanes[row.lane].append(row.id)
    by_turns = [one for pair in zip_longest(lanes["oldest"], lanes["newest"]) for one in pair if one is not None]
    fresh = list(dict.fromkeys(by_turns))
    kept = min(len(lanes["failing"]), limit // FAILING_SHARE)
    return [*fresh[: limit - kept], *lanes["failing"]][:limit]


def arrived_so_far(connection: Connection) -> int:
    """A number that grows by one with every stored message, read without looking at one of them."""
    return int(connection.exec_driver_sql("SELECT last_value FROM inbound_events_id_seq").scalar_one())


def renew_lease(connection: Connection, *, conversation_id: uuid.UUID, owner: str, until: dt.datetime) -> bool:
    values = {"id": conversation_id, "owner": owner, "until": until}
    return connection.exec_driver_sql(_RENEW, values).rowcount == 1


def let_go(connection: Connection, *, conversation_id: uuid.UUID, owner: str, seen: int) -> bool:
    """End the lease if nothing was stored since the snapshot with ``in_count == seen``."""
    values = {"id": conversation_id, "owner": owner, "seen": seen}
    return connection.exec_driver_sql(_LET_GO, values).rowcount == 1


def put_back(
    connection: Connection, *, conversation_id: uuid.UUID, owner: str, retry_at: dt.datetime
) -> bool:
    """End the lease without a try: the oldest event's back-off runs until ``retry_at``."""
    values = {"id": conversation_id, "owner": owner, "retry_at": retry_at}
    return connection.exec_driver_sql(_PUT_BACK, values).rowcount == 1


def postpone(
    connection: Connection,
    *,
    conversation_id: uuid.UUID,
    owner: str,
    event_id: int,
    retry_at: dt.datetime,
    failure: str,
    counts: bool,
) -> bool:
    """Leave the event pending until ``retry_at`` and end the lease. ``counts``: the event itself
    may be at fault, so the attempt is counted towards giving up."""
    values = {
        "id": conversation_id,
        "owner": owner,
        "event_id": event_id,
        "retry_at": retry_at,
        "failure": failure[:200],
        "counts": int(counts),
    }
    return connection.exec_driver_sql(_POSTPONE, values).rowcount == 1


def commit_turn(
    connection: Connection,
    *,
    work: Work,
    event_id: int,
    owner: str,
    outcome: Outcome,
    seen: int | None,
    until: dt.datetime,
    now: dt.datetime,
) -> Committed:
    """Replies, buttons, the delivery job and "handled" in one statement, fenced by the lease.

    ``seen`` (the last event's ``Work.in_count``) lets go of the lease in the same statement unless
    something arrived meanwhile; None keeps it until ``until``.
    """
    n = len(outcome.replies)
    bodies: list[bytes] = []
    b_of: list[int] = []
    b_token: list[str] = []
    b_label: list[str] = []
    b_payload: list[bytes] = []
    b_once: list[bool] = []
    b_expires: list[dt.datetime] = []
    for position, reply in enumerate(outcome.replies, 1):
        shown = []
        for button in reply.buttons:
            token = new_token()
            shown.append({"token": token, "label": button.label})
            b_of.append(position)
            b_token.append(token)
            b_label.append(button.label)
            b_payload.append(keyring().encrypt(button.payload.encode()))
            b_once.append(button.once)
            b_expires.append(now + button.ttl)
        bodies.append(encrypted_json(reply_body(reply, shown)))
    row = connection.exec_driver_sql(
        _COMMIT,
        {
            "id": work.conversation_id,
            "owner": owner,
            "epoch": work.epoch,
            "n": n,
            "seen": seen,
            "until": until,
            "now": now,
            "event_id": event_id,
            "intent": outcome.intent,
            "confidence": outcome.confidence,
            "nlu": None if outcome.nlu is None else encrypted_json(outcome.nlu),
            "ticket_code": outcome.ticket_code,
            "guard": outcome.guard,
            "failure": outcome.failure,
            "kind": outcome.kind,
            "sealed": outcome.sealed,
            "bodies": bodies,
            "b_of": b_of,
            "b_token": b_token,
            "b_label": b_label,
            "b_payload": b_payload,
            "b_once": b_once,
            "b_expires": b_expires,
        },
    ).one_or_none()
    if row is None:
        return Committed(lost=True)
    return Committed(False, not row.fresh, row.released, list(row.seqs or []))
