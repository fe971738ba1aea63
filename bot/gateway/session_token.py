"""The web chat's session: a signed opaque token that names a conversation and nothing else.

Making and checking one needs no database, so a citizen in an emergency gets the number even when
the database is away.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid

from feedback_store.crypto import blind_index


class BadToken(ValueError):
    """The token was not made here."""


def issue(conversation_id: uuid.UUID) -> str:
    return _encode(conversation_id.bytes + _sign(conversation_id))


def read(token: str) -> uuid.UUID:
    """The conversation a token names; BadToken for anything we did not sign."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadToken("unreadable") from error
    if len(raw) != 16 + 20:
        raise BadToken("wrong length")
    conversation_id = uuid.UUID(bytes=raw[:16])
    if not hmac.compare_digest(raw[16:], _sign(conversation_id)):
        raise BadToken("wrong signature")
    return conversation_id


def _sign(conversation_id: uuid.UUID) -> bytes:
    return blind_index(f"web-session:{conversation_id}")[:20]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
