"""What a pressed button means: its token is looked up, bound to its conversation, and used up."""

from __future__ import annotations

import datetime as dt
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
    if row.once and row.used_event_id not in (None, event_id):
        return Pressed("used", row.label)
    if row.once and row.used_event_id is None:
        connection.exec_driver_sql(_USE, {"event_id": event_id, "outbound_id": row.outbound_id})
    return Pressed("ok", row.label, keyring().decrypt(bytes(row.payload)).decode())
