"""Connections of the web process: a request's head must come in time, and nobody keeps others out by holding sockets.

uvicorn has no limit of its own for a head that never ends, nor for connections that wait. When all places are taken,
the connection that has waited longest without a request gives way, so that somebody in an emergency gets in.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
MAX_HEAD = 64 * 1024
MAX_CONNECTIONS = 4000
MAX_PER_ADDRESS = 800
"""An office or a mobile network behind one address; proxies that are trusted are not counted."""
WANTED_FILES = 16_384


class Places:
    """Who is connected: the waiting connections in the order in which they began to wait, and a count by address."""

    def __init__(self, *, most: int, per_address: int, trusted: frozenset[str]) -> None:
        self.most = most
        self.per_address = per_address
        self.trusted = trusted
        self.waiting: dict[GuardedConnection, None] = {}
        self.by_address: Counter[str] = Counter()
        self.open = 0

    def enter(self, connection: GuardedConnection, address: str) -> bool:
        """Whether the connection may stay; makes room for it where all places are taken."""
        self.open += 1
        self.by_address[address] += 1
        if address not in self.trusted and self.by_address[address] > self.per_address:
            # The same address's own idle connections go first: a browser that opens one more is let in.
            oldest = next((one for one in self.waiting if one.address == address), None)
            if oldest is None:
                return False
            oldest.give_way()
        if self.open > self.most:
            oldest = next(iter(self.waiting), None)
            if oldest is None:
                return False
            oldest.give_way()
        return True

    def leave(self, connection: GuardedConnection, address: str) -> None:
        self.waiting.pop(connection, None)
        self.open -= 1
        self.by_address[address] -= 1
        if self.by_address[address] <= 0:
            del self.by_address[address]


class GuardedConnection(HttpToolsProtocol):
    """uvicorn's connection with a time limit and a size limit for every head. Made by :func:`guarded`."""

    places: Places

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else "?"
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._entered = True
        if self.places.enter(self, self.address):
            self._wait_for_head()
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        if self._entered:
            self._entered = False
            self.places.leave(self, self.address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_timer is None and self._between_requests():
            self._wait_for_head()
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._head_bytes > MAX_HEAD:
            self.give_way()  # what came after the head is not counted: it ended the timer

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing() and self._between_requests():
            self.places.waiting[self] = None

    def give_way(self) -> None:
        """End the connection at once; nothing is being answered on it."""
        self.places.waiting.pop(self, None)
        self._head_came()
        self.transport.abort()

    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self.places.waiting[self] = None
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.give_way)

    def _head_came(self) -> None:
        self.places.waiting.pop(self, None)
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def guarded(
    *, most: int = MAX_CONNECTIONS, per_address: int = MAX_PER_ADDRESS, trusted: frozenset[str] = frozenset()
) -> type[GuardedConnection]:
    """The protocol class for ``uvicorn.run(http=…)``, with places of its own."""
    places = Places(most=most, per_address=per_address, trusted=trusted)
    return type("HotlineConnection", (GuardedConnection,), {"places": places})


def raise_file_limit() -> int:
    """Let the process open as many sockets as it has places for; gives the limit it has now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft

