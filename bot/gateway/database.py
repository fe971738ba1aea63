"""Runs synchronous database work of the event loop in threads of its own (ADR 0004)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from feedback_store.store import Store

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """``statement``: one statement, one round trip; ``transaction``: a session, one commit.

    Emergencies have threads of their own, so that a database that hangs delays none of them. So has the intake of
    messages, so that it stands in no queue behind the turns.
    """

    def __init__(self, store: Store, *, threads: int = 8) -> None:
        self.store = store
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="db")
        self._intake = ThreadPoolExecutor(1, thread_name_prefix="db-intake")
        self._urgent = ThreadPoolExecutor(4, thread_name_prefix="db-urgent")

    async def statement(self, work: Callable[Concatenate[Connection, P], T], /, *args: P.args, **values: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(self._statement, work, args, values))

    async def transaction(self, work: Callable[Concatenate[Session, P], T], /, *args: P.args, **values: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(self._transaction, work, args, values))

    async def intake(self, work: Callable[Concatenate[Session, P], T], /, *args: P.args, **values: P.kwargs) -> T:
        """A transaction that stores messages; one at a time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._intake, partial(self._transaction, work, args, values))

    async def urgent(
        self, seconds: float, work: Callable[Concatenate[Session, P], T], /, *args: P.args, **values: P.kwargs
    ) -> T:
        """A transaction that is waited for no longer than ``seconds`` (TimeoutError); it may still
        succeed later, so what it writes must carry a dedupe key."""
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(self._urgent, partial(self._transaction, work, args, values))
        job.add_done_callback(_swallow)
        return await asyncio.wait_for(asyncio.shield(job), seconds)

    def _statement(self, work: Callable[..., T], args: Any, values: Any) -> T:
        with self.store.statement() as connection:
            return work(connection, *args, **values)

    def _transaction(self, work: Callable[..., T], args: Any, values: Any) -> T:
        with self.store.transaction() as session:
            return work(session, *args, **values)

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self._intake.shutdown(wait=True)
        self._urgent.shutdown(wait=False)


def _swallow(job: asyncio.Future[Any]) -> None:
    """The waiter may be gone; its error was already counted as 'not stored'."""
    if not job.cancelled():
        job.exception()
