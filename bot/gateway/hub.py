"""Wakes the streams of this process: one listening connection, fan-out in memory."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import structlog

log = structlog.get_logger("gateway.hub")

CHANNEL = "hotline_out"


class Hub:
    """Streams subscribe to a conversation; any process that writes a message to it notifies."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._waiting: dict[uuid.UUID, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None
        self.closing = False
        self.listening = asyncio.Event()

    @contextmanager
    def subscribe(self, conversation_id: uuid.UUID) -> Iterator[asyncio.Event]:
        """An event that is set whenever something may have been written to the conversation."""
        wake = asyncio.Event()
        self._waiting.setdefault(conversation_id, set()).add(wake)
        try:
            yield wake
        finally:
            left = self._waiting.get(conversation_id, set())
            left.discard(wake)
            if not left:
                self._waiting.pop(conversation_id, None)

    @property
    def open_streams(self) -> int:
        return sum(len(one) for one in self._waiting.values())

    def wake(self, conversation_id: uuid.UUID) -> None:
        for event in self._waiting.get(conversation_id, ()):
            event.set()

    def wake_all(self) -> None:
        for conversation_id in list(self._waiting):
            self.wake(conversation_id)

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._listen())

    async def close(self) -> None:
        self.closing = True
        self.wake_all()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        pause = 0.2
        while not self.closing:
            try:
                connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    pause = 0.2
                    self.listening.set()
                    self.wake_all()  # whatever was written while nobody listened
                    async for note in connection.notifies():
                        self._heard(note.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("listener_lost", error=type(error).__name__, again_in=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    def _heard(self, payload: str) -> None:
        try:
            self.wake(uuid.UUID(payload))
        except ValueError:
            log.warning("unreadable_notification")
