"""Password hashes on threads of their own: a flood of sign-ins leaves every other page its threads and connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Busy(Exception):
    """Too many are before this one; nothing was tried."""


class HashGate:
    """At most ``threads`` at work and ``waiting`` in all, each for ``seconds`` at the longest.

    One argon2 hash takes about 0.1 s of a core and 32 MB.
    """

    def __init__(self, *, threads: int = 2, waiting: int = 80, seconds: float = 15) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._places = threading.BoundedSemaphore(waiting)
        self._seconds = seconds

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` gives. Raises :class:`Busy` if its turn doesn't come."""
        if not self._places.acquire(blocking=False):
            raise Busy
        begun = threading.Event()

        def in_turn() -> T:
            begun.set()
            return work()

        job = self._pool.submit(in_turn)
        job.add_done_callback(lambda _: self._places.release())
        waiter = asyncio.wrap_future(job)
        await asyncio.wait({waiter}, timeout=self._seconds)
        if not begun.is_set() and job.cancel():
            raise Busy
        return await waiter
