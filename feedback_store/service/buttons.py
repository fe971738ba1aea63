"""What a pressed button means: its token is looked up, bound to its conversation, and used up."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from feedback_store.crypto import keyring
from vitext import is_identifier

_RESOLVE = """
SELECT token, outbound_id, label, payload, once, expires_at, used_event_id
FROM button_tokens WHERE token = %(token)s AND conversation_id = %(id)s FOR UPDATE
"""
_USE = """
UPDATE button_tokens SET used_event_id = %(event_id)s
WHERE outbound_id = %(outbound_id)s AND once AND used_event_id IS NULL
"""
_SEND = re.compile(r'/report_send\{"draft": "(\d{1,18})"\}')
_FILED = "SELECT id FROM drafts WHERE id = %(draft)s AND conversation_id = %(id)s AND state = 'filed'"


@dataclass(frozen=True, slots=True)
class Pressed:
    """``state``: "ok" with its payload; "unknown" (forged or of another chat), "expired", "used"."""

    state: Literal["ok", "unknown", "expired", "used"]
    label: str = ""
    payload: str = ""


def press(
    connection: Connection, *, conversation_id: uuid.UUID, token: str, event_id: int, now: dt.datetime
) -> Pressed:
    """Resolve a press. The once-buttons of one message are used up together, so that an old summary
    cannot be sent after "Sửa" was pressed. The same event may resolve again after a crash."""
    if not is_identifier(token):
        return Pressed("unknown")
    row = connection.exec_driver_sql(_RESOLVE, {"token": token[:32], "id": conversation_id}).one_or_none()
    if row is None:
        return Pressed("unknown")
    if row.expires_at < now:
        return Pressed("expired", row.label)
    payload = keyring().decrypt(bytes(row.payload)).decode()
    if row.once and row.used_event_id not in (None, event_id) and not _sent(connection, conversation_id, payload):
        return Pressed("used", row.label)
    if row.once and row.used_event_id is None:
        connection.exec_driver_sql(_USE, {"event_id": event_id, "outbound_id": row.outbound_id})
    return Pressed("ok", row.label, payload)


def _sent(connection: Connection, conversation_id: uuid.UUID, payload: str) -> bool:
    """Whether this is the "Gửi" of a report that was sent: pressed again it says the code again and does nothing."""
    found = _SEND.fullmatch(payload)
    if found is None:
        return False
    values = {"id": conversation_id, "draft": int(found[1])}
    return connection.exec_driver_sql(_FILED, values).one_or_none() is not None
