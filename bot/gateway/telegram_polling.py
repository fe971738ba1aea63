"""Asks Telegram for updates where no webhook can be reached; one process of an installation at a time."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import Any, Literal

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import DeliveryError
from bot.channels.telegram.parse import update_number
from bot.channels.telegram.send import TelegramSender
from bot.gateway.database import Database
from bot.gateway.reception import NotStored
from bot.gateway.runner import utc_now
from bot.gateway.telegram import TelegramEdge
from bot.gateway.traces import where
from feedback_store.service import failures

log = structlog.get_logger("gateway.telegram")

POLL_LOCK = 1_022_000_002
STANDBY_SECONDS = 3.0
FIRST_DELAY, LONGEST_DELAY = 1.0, 30.0
LATE_AFTER = dt.timedelta(seconds=120)
"""A poll ends after 25 s even when nobody writes, so a silence this long means that updates don't come."""
BEAT_SECONDS = 10.0
UNSTORED_TRIES = 20
HEARTBEAT = "telegram polling"

State = Literal["ok", "late", "standby"]


class Polling:
    """Takes updates until ``close``, whatever is in them and whatever fails meanwhile."""

    def __init__(self, database_url: str, database: Database, sender: TelegramSender, edge: TelegramEdge) -> None:
        self._url = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._db = database
        self._sender = sender
        self._edge = edge
        self._task: asyncio.Task[None] | None = None
        self._standby = False
        self._came = time.monotonic()
        self._beaten = -BEAT_SECONDS
        self._delay = FIRST_DELAY
        self._unstored: dict[int, int] = {}

    @property
    def silent_seconds(self) -> float:
        """How long ago Telegram last answered, with updates or without; counted from the start before the first."""
        return time.monotonic() - self._came

    @property
    def state(self) -> State:
        """What the health check says: ``standby`` where another process polls."""
        if self._standby:
            return "standby"
        return "late" if self.silent_seconds > LATE_AFTER.total_seconds() else "ok"

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._for_ever())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _for_ever(self) -> None:
        """Only cancellation ends polling; every other failure is waited out, each a little longer than the last."""
        while True:
            try:
                await self._as_holder()
                await asyncio.sleep(STANDBY_SECONDS)
            except Exception as error:
                log.error("polling_broke", error=type(error).__name__, where=where(error), seconds=self._delay)
                await asyncio.sleep(self._delay)
                self._delay = min(self._delay * 2, LONGEST_DELAY)

    async def _as_holder(self) -> None:
        """Poll while this process holds the advisory lock; others stand by."""
        try:
            lock = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
            async with lock:
                taken = await lock.execute("SELECT pg_try_advisory_lock(%s)", [POLL_LOCK])
                row = await taken.fetchone()
                self._stand_by(not (row is not None and row[0]))
                if not self._standby:
                    log.info("polling_started")
                    await self._poll(lock)
        except psycopg.Error as error:
            log.warning("polling_lock_lost", error=type(error).__name__)

    def _stand_by(self, standby: bool) -> None:
        if self._standby and not standby:
            self._came = time.monotonic()  # the other's silence is not this one's
        self._standby = standby

    async def _poll(self, lock: psycopg.AsyncConnection[Any]) -> None:
        """With the database away nobody else can hold the lock, so polling goes on: an emergency
        is still answered. What could not be stored is not confirmed and comes again."""
        offset: int | None = None
        while True:
            try:
                updates = await self._sender.updates(offset)
            except DeliveryError as error:
                log.warning("polling_failed", error=str(error))
                await asyncio.sleep(error.retry_after or 3)
                updates = []
            else:
                self._came, self._delay = time.monotonic(), FIRST_DELAY
                await self._beat()
            confirmed = await self._take_all(updates)
            if confirmed is not None:
                offset = confirmed + 1
            if updates and confirmed is None:
                await asyncio.sleep(1)
            if lock.closed or lock.broken:
                if await self._database_answers():
                    return  # back: take the lock anew, or leave the work to whoever has it
            elif not updates:
                await _still_held(lock)

    async def _take_all(self, updates: list[Any]) -> int | None:
        """Take each; gives the highest number up to which all are stored or skipped."""
        confirmed: int | None = None
        for update in updates:
            number = update_number(update)
            if number is None:
                log.warning("update_unreadable", update_id=None, reason="no update_id")
                continue
            try:
                await self._edge.take_or_skip(update)
            except NotStored as error:
                if not await self._hopeless(number):
                    return confirmed
                await self._edge.skip(number, error)
            self._unstored.pop(number, None)
            confirmed = number
        return confirmed

    async def _hopeless(self, number: int) -> bool:
        """Whether this update alone cannot be stored, though the database answers: it would stop all behind it."""
        self._unstored[number] = self._unstored.get(number, 0) + 1
        if self._unstored[number] < UNSTORED_TRIES or not await self._database_answers():
            return False
        del self._unstored[number]
        return True

    async def _beat(self) -> None:
        """Sign of life for ``hotline doctor``; a database that is away is no reason not to poll."""
        if time.monotonic() - self._beaten < BEAT_SECONDS:
            return
        try:
            await self._db.transaction(failures.beat, name=HEARTBEAT, now=utc_now())
        except (SQLAlchemyError, OSError, TimeoutError):
            return
        self._beaten = time.monotonic()

    async def _database_answers(self) -> bool:
        try:
            await self._db.statement(lambda connection: connection.exec_driver_sql("SELECT 1").one())
        except (SQLAlchemyError, OSError, TimeoutError):
            return False
        return True


async def _still_held(lock: psycopg.AsyncConnection[Any]) -> None:
    """Touch the lock's connection so that its loss is noticed; the loop looks at its state."""
    try:
        await lock.execute("SELECT 1")
    except psycopg.Error:
        await lock.close()
