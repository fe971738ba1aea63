"""The web chat's session: a signed opaque token that names a conversation and when it was issued.

Making and checking one needs no database, so a citizen in an emergency gets the number even when
the database is away. A token ends after LIFE; a widget that is used renews it long before.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import struct
import uuid

from feedback_store.crypto import blind_index

LIFE = dt.timedelta(days=60)
SIGNATURE = 20
BODY = struct.Struct(">16sI")
"""Conversation, and the time of issue in seconds since 1970."""


class BadToken(ValueError):
    """The token was not made here, or it has ended."""


def issue(conversation_id: uuid.UUID, *, now: dt.datetime | None = None) -> str:
    """A token of 54 characters from ``[A-Za-z0-9_-]``."""
    at = now or dt.datetime.now(dt.UTC)
    body = BODY.pack(conversation_id.bytes, int(at.timestamp()))
    return base64.urlsafe_b64encode(body + _sign(body)).rstrip(b"=").decode()


def read(token: str, *, now: dt.datetime | None = None) -> uuid.UUID:
    """The conversation a token names; BadToken for anything we did not sign, and after its life."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadToken("unreadable") from error
    if len(raw) != BODY.size + SIGNATURE:
        raise BadToken("wrong length")
    body = raw[: BODY.size]
    if not hmac.compare_digest(raw[BODY.size :], _sign(body)):
        raise BadToken("wrong signature")
    conversation, issued = BODY.unpack(body)
    at = now or dt.datetime.now(dt.UTC)
    if at.timestamp() - issued > LIFE.total_seconds():
        raise BadToken("ended")
    return uuid.UUID(bytes=conversation)


def _sign(body: bytes) -> bytes:
    return blind_index(f"web-session:{body.hex()}")[:SIGNATURE]
