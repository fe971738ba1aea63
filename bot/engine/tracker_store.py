"""Where conversations rest between turns: one encrypted row each in PostgreSQL, current session only.

A turn is saved once, at its end, together with its answer; a turn that fails leaves no trace, so there
is nothing to rewind. The table belongs to the project's migrations:
`engine_trackers(sender_id text primary key, body bytea, last_event_id text, updated_at timestamptz)`.
"""

from __future__ import annotations

import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, LifoQueue
from typing import Any, Protocol

import psycopg2
import psycopg2.extensions
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

# The gateway sends a conversation's events in order, so only the last is ever in doubt.
ANSWERS_KEPT = 5
CONNECT_S = 3
STATEMENT_MS = 5000


class StoreUnavailable(Exception):
    """The tracker database could not be reached; nothing was read or stored."""


@dataclass
class Session:
    """Events (as dictionaries) and answers (by event id, oldest first) of one conversation."""

    events: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def remember(self, event_id: str, answer: dict[str, Any]) -> None:
        """Keep the answer of a finished turn; the oldest beyond `ANSWERS_KEPT` goes."""
        self.answers[event_id] = answer
        for old in list(self.answers)[:-ANSWERS_KEPT]:
            del self.answers[old]


class SessionStore(Protocol):
    """What the processor needs of a store; blocking, called from a worker thread."""

    def load(self, sender_id: str) -> Session: ...

    def save(self, sender_id: str, session: Session, event_id: str) -> None: ...

    def delete(self, sender_id: str) -> bool: ...

    def close(self) -> None: ...


class MemorySessionStore:
    """For `parse`, training checks and tests of the processor: nothing outlives the process."""

    def __init__(self) -> None:
        self._rows: dict[str, str] = {}

    def load(self, sender_id: str) -> Session:
        """Return a copy of the session, empty when unknown."""
        row = self._rows.get(sender_id)
        return Session(**json.loads(row)) if row else Session()

    def save(self, sender_id: str, session: Session, event_id: str) -> None:
        """Replace the session."""
        self._rows[sender_id] = json.dumps(vars(session))

    def delete(self, sender_id: str) -> bool:
        """Forget the session; tell whether there was one."""
        return self._rows.pop(sender_id, None) is not None

    def close(self) -> None:
        """Do nothing."""


class Cipher:
    """Fernet over compressed JSON; the first key encrypts, all keys decrypt (rotation)."""

    def __init__(self, keys: str) -> None:
        found = [key.strip() for key in keys.split(",") if key.strip()]
        if not found:
            raise ValueError("HOTLINE_TRACKER_KEY is empty; it needs at least one Fernet key")
        self._fernet = MultiFernet([Fernet(key) for key in found])

    def seal(self, value: Any) -> bytes:
        """Return the encrypted form of a JSON-able value."""
        packed = zlib.compress(json.dumps(value, ensure_ascii=False).encode(), 1)
        return self._fernet.encrypt(packed)

    def open(self, body: bytes) -> Any:
        """Return the value; raises `InvalidToken` when no key fits."""
        return json.loads(zlib.decompress(self._fernet.decrypt(body)))


class PostgresSessionStore:
    """The real store. Connections are pooled, autocommit, and replaced when they turn out dead."""

    def __init__(self, dsn: str, keys: str) -> None:
        self._dsn = dsn
        self._cipher = Cipher(keys)
        self._idle: LifoQueue[psycopg2.extensions.connection] = LifoQueue()

    def load(self, sender_id: str) -> Session:
        """Return the session, empty when unknown or when its key is gone (said in the log)."""
        rows = self._run("SELECT body FROM engine_trackers WHERE sender_id = %s", (sender_id,))
        if not rows:
            return Session()
        try:
            return Session(**self._cipher.open(bytes(rows[0][0])))
        except InvalidToken as error:
            raise StoreUnavailable("a tracker cannot be read with the keys given") from error

    def save(self, sender_id: str, session: Session, event_id: str) -> None:
        """Insert or replace the row of this conversation."""
        self._run(
            "INSERT INTO engine_trackers (sender_id, body, last_event_id, updated_at)"
            " VALUES (%s, %s, %s, now())"
            " ON CONFLICT (sender_id) DO UPDATE SET body = excluded.body,"
            " last_event_id = excluded.last_event_id, updated_at = excluded.updated_at"
            " RETURNING sender_id",
            (sender_id, self._cipher.seal(vars(session)), event_id),
        )

    def delete(self, sender_id: str) -> bool:
        """Delete the row; tell whether there was one."""
        return bool(
            self._run(
                "DELETE FROM engine_trackers WHERE sender_id = %s RETURNING sender_id",
                (sender_id,),
            )
        )

    def close(self) -> None:
        """Close the idle connections."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _run(self, query: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Run one statement; a connection that the server dropped is replaced once.

        Every statement here may run twice without harm.
        """
        for attempt in (1, 2):
            connection = None
            try:
                connection = self._take(fresh=attempt == 2)
                with connection.cursor() as cursor:
                    cursor.execute(query, parameters)
                    rows = cursor.fetchall()
                self._idle.put(connection)
                return list(rows)
            except psycopg2.Error as error:
                if connection is not None:
                    connection.close()
                if attempt == 2 or not isinstance(
                    error, (psycopg2.OperationalError, psycopg2.InterfaceError)
                ):
                    raise StoreUnavailable(type(error).__name__) from error
        raise AssertionError("unreachable")

    def _take(self, fresh: bool) -> psycopg2.extensions.connection:
        if fresh:
            self.close()  # its siblings are as old as the one that failed
        else:
            try:
                return self._idle.get_nowait()
            except Empty:
                pass
        connection = psycopg2.connect(
            self._dsn,
            connect_timeout=CONNECT_S,
            application_name="hotline-engine",
            options=f"-c statement_timeout={STATEMENT_MS}",
        )
        connection.autocommit = True
        return connection


def libpq_dsn(url: str) -> str:
    """Return `url` as libpq reads it: SQLAlchemy's "+driver" is dropped."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}{separator}{rest}" if separator else url


def executor() -> ThreadPoolExecutor:
    """Return the few threads in which the blocking store runs."""
    return ThreadPoolExecutor(max_workers=4, thread_name_prefix="tracker")
