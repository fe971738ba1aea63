"""The secrets of an installation: files of mode 0600 below ``var/keys``, made at the first start."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

from feedback_store.crypto import Keyring

ENCRYPTION = "encryption"
COPIED = "encryption-was-copied"


class KeyFault(RuntimeError):
    """A key file is unreadable or open to others; the message says how to mend it."""


class Keys:
    """Reads the keys; makes those that are missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def encryption_file(self) -> Path:
        return self.folder / ENCRYPTION

    def encryption(self) -> list[str]:
        """Fernet keys, newest first; the last one never changes (it feeds the blind index)."""
        text = self._read(ENCRYPTION, lambda: Fernet.generate_key().decode())
        return [line.strip() for line in text.splitlines() if line.strip()]

    def keyring(self) -> Keyring:
        try:
            return Keyring(self.encryption())
        except ValueError as error:
            raise KeyFault(f"{self.encryption_file} does not hold Fernet keys, one a line") from error

    def tracker_keys(self) -> str:
        """Keys of the engine's rows, derived: the engine can't read what other rooms encrypted."""
        derived = [
            base64.urlsafe_b64encode(hashlib.sha256(b"tracker:" + key.encode()).digest()).decode()
            for key in self.encryption()
        ]
        return ",".join(derived)

    def engine_token(self) -> str:
        return self._read("engine-token", lambda: secrets.token_urlsafe(32))

    def actions_token(self) -> str:
        """What the engine shows the action server."""
        return self._read("actions-token", lambda: secrets.token_urlsafe(32))

    def database_password(self, process: str) -> str:
        """Password of a process's own role in the database."""
        return self._read(f"database-{process}", lambda: secrets.token_urlsafe(24))

    def local_token(self) -> str:
        """Opens the measuring view of a turn to ``hotline chat``."""
        return self._read("local-token", lambda: secrets.token_urlsafe(32))

    def fingerprint(self) -> str:
        """Names the oldest key without giving it away: tells whether a backup's key is this one."""
        return hashlib.sha256(b"fingerprint:" + self.encryption()[-1].encode()).hexdigest()[:16]

    def made(self) -> bool:
        return self.encryption_file.exists()

    def was_copied(self) -> bool:
        return (self.folder / COPIED).exists()

    def copy_to(self, target: Path) -> None:
        """Write the encryption key to a new file of mode 0600 and remember that it was done."""
        write_secret(target, "\n".join(self.encryption()) + "\n")
        (self.folder / COPIED).touch(mode=0o600)

    def take_from(self, source: Path) -> None:
        """Install an encryption key that was copied on another machine."""
        keys = [line.strip() for line in source.read_text().splitlines() if line.strip()]
        try:
            Keyring(keys)
        except (ValueError, RuntimeError) as error:
            raise KeyFault(f"{source} is not a key file made by `hotline backup --key`") from error
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.encryption_file.unlink(missing_ok=True)
        write_secret(self.encryption_file, "\n".join(keys) + "\n")
        (self.folder / COPIED).touch(mode=0o600)

    def open_files(self) -> list[Path]:
        """Key files that others than their owner may read."""
        if not self.folder.is_dir():
            return []
        return [path for path in sorted(self.folder.iterdir()) if path.stat().st_mode & 0o077]

    def _read(self, name: str, make: Callable[[], str]) -> str:
        path = self.folder / name
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise KeyFault(f"{path} cannot be read by this user: {error.strerror}") from error
        with contextlib.suppress(FileExistsError):  # made by another process in this moment: that one counts
            write_secret(path, make() + "\n")
        return path.read_text().strip()


def write_secret(path: Path, text: str) -> None:
    """Write a new file of mode 0600, whole or not at all. Raises FileExistsError when it is there."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
