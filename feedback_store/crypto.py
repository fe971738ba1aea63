"""Encrypted columns and blind indexes (decision 11).

Values are Fernet tokens (AES-128-CBC with HMAC-SHA256). The first key of the ring encrypts, every
key decrypts, so a key is rotated by putting a new one in front. ``configure`` is called once at the
composition root; a process that never did cannot read or write an encrypted column.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator


class KeyMissing(RuntimeError):
    """No encryption key was configured in this process."""


class Keyring:
    """Encryption keys (newest first) and the key of the blind index.

    ``keys`` are Fernet keys (32 bytes, url-safe base64). The index key is derived from the LAST
    one, which never changes when keys are rotated; otherwise look-ups would lose old rows.
    """

    def __init__(self, keys: list[str]) -> None:
        if not keys:
            raise KeyMissing("the keyring is empty")
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._index_key = hashlib.sha256(b"blind-index:" + keys[-1].encode()).digest()

    def encrypt(self, value: bytes) -> bytes:
        return self._fernet.encrypt(value)

    def decrypt(self, token: bytes) -> bytes:
        return self._fernet.decrypt(token)

    def blind_index(self, value: str) -> bytes:
        """HMAC-SHA256 of the value; equal values are found without being readable."""
        return hmac.new(self._index_key, value.encode(), hashlib.sha256).digest()


_ring: Keyring | None = None


def configure(ring: Keyring) -> None:
    """Install the keyring of this process."""
    global _ring
    _ring = ring


def keyring() -> Keyring:
    if _ring is None:
        raise KeyMissing("no encryption key is configured; see `hotline doctor`")
    return _ring


def blind_index(value: str) -> bytes:
    """Blind index of ``value`` under the configured key (32 bytes)."""
    return keyring().blind_index(value)


class EncryptedText(TypeDecorator[str]):
    """Text stored as a Fernet token in ``bytea``."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().decrypt(bytes(value)).decode()


class EncryptedJSON(TypeDecorator[Any]):
    """A JSON value stored as a Fernet token in ``bytea``; replaced whole, never changed in place."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return keyring().encrypt(json.dumps(value, ensure_ascii=False).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any | None:
        return None if value is None else json.loads(keyring().decrypt(bytes(value)))
