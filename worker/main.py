"""The worker process: sweeper, deliveries, deadlines, upkeep; stops gracefully on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import structlog

from bot.channels.base import Sender
from bot.channels.telegram.send import TelegramSender
from bot.gateway.config import GatewayConfig
from bot.gateway.database import Database
from bot.gateway.engine_client import EngineClient
from bot.gateway.photos import PhotoFetcher
from bot.gateway.runner import TurnRunner
from feedback_store.store import Store
from worker import jobs, upkeep
from worker.delivery import Delivery
from worker.sweeper import TurnSweeper, sweep_outbox

log = structlog.get_logger("worker")


class Worker:
    """All background work of an installation; any number of them may run beside each other."""

    def __init__(
        self, config: GatewayConfig, store: Store, *, engine_transport: httpx.AsyncBaseTransport | None = None,
        telegram_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.config = config
        self.database = Database(store, threads=6)
        self.engine = EngineClient(
            config.engine_url, config.engine_token, timeout=config.engine_timeout, transport=engine_transport
        )
        self.senders: dict[str, Sender] = {}
        self.photos: PhotoFetcher | None = None
        if config.telegram_token:
            telegram = TelegramSender(
                config.telegram_token, api=config.telegram_api, transport=telegram_transport
            )
            self.senders["telegram"] = telegram
            self.photos = PhotoFetcher(
                self.database, telegram, config.media, max_bytes=config.max_photo_bytes
            )
        self.runner = TurnRunner(
            self.database, self.engine, slots=4, lease_seconds=config.lease_seconds,
            wait_notice_after=config.wait_notice_after, photos=self.photos,
        )
        self.delivery = Delivery(self.database, self.senders, config.media)
        self.queue = jobs.make_queue(config.database_url, self.delivery)
        self.imports = ThreadPoolExecutor(1, thread_name_prefix="imports")
        self.ending = threading.Event()
        self.ready = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, then let what runs end."""
        async with self.queue.open_async():
            tasks = [asyncio.create_task(one) for one in self._loops()]
            tasks.append(asyncio.create_task(self._jobs(stop)))
            self.ready.set()
            log.info("worker_started")
            await stop.wait()
            self.ending.set()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=8)
        await self.runner.close()
        await self.engine.close()
        for sender in self.senders.values():
            await sender.close()
        self.imports.shutdown(wait=False, cancel_futures=True)
        self.database.close()
        log.info("worker_stopped")

    async def _jobs(self, stop: asyncio.Event) -> None:
        """procrastinate's own loop; the database may be away for a while, so it is begun again.

        Cancelled while the database is away it ends with its own error, so ``stop`` has to be asked too.
        """
        while not stop.is_set():
            try:
                await self.queue.run_worker_async(
                    queues=[jobs.DELIVER_QUEUE], concurrency=8, install_signal_handlers=False,
                    delete_jobs="successful", fetch_job_polling_interval=2, shutdown_graceful_timeout=5,
                )
                return
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.error("queue_lost", error=type(error).__name__)
                await asyncio.sleep(1)

    def _loops(self) -> list[Coroutine[Any, Any, None]]:
        database, every = self.database, upkeep.every
        media_root, turns = self.config.media, TurnSweeper(database, self.runner)

        def now() -> dt.datetime:
            return dt.datetime.now(dt.UTC)

        rounds: list[tuple[float, str, Callable[[], Awaitable[object]]]] = [
            (0.5, "turns", lambda: turns.sweep(now=now())),
            (1, "outbox", lambda: sweep_outbox(database, self.delivery, now=now())),
            (2, "deadlines", lambda: upkeep.handle_deadlines(database)),
            (1, "staff notices", self._relay),
            (10, "successors", lambda: upkeep.hand_over(database)),
            (10, "sealed", lambda: upkeep.erase_sealed(database, media_root)),
            (2, "imports", lambda: upkeep.import_tickets(database, self.imports, self.ending)),
            (5, "heartbeat", lambda: upkeep.beat(database)),
            (10, "stalled", lambda: jobs.rescue_stalled(self.queue)),
            (3600, "finished jobs", lambda: jobs.prune_finished(self.queue)),
            (60, "counts", lambda: upkeep.fold_counts(database)),
            (60, "months", lambda: upkeep.count_months(database)),
            (3600, "buckets", lambda: upkeep.prune(database)),
            (3600, "audit head", lambda: upkeep.keep_audit_head(database, media_root.parent / "audit-heads")),
        ]
        photos = self.photos
        if photos is not None:
            rounds.append((5, "photos", lambda: upkeep.fetch_photos(database, photos)))
        return [every(seconds, name, work) for seconds, name, work in rounds]

    async def _relay(self) -> int:
        return await upkeep.relay_notices(self.database, channels=self.senders, base_url=self.config.public_url)


async def serve(worker: Worker, port: int) -> None:
    """Run until SIGTERM or SIGINT, answering ``GET /healthz`` on loopback meanwhile."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            await asyncio.wait_for(reader.readline(), 2)
            head = b"200 OK" if worker.ready.is_set() else b"503 Service Unavailable"
            writer.write(b"HTTP/1.1 " + head + b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            await writer.drain()
        writer.close()

    health = await asyncio.start_server(answer, "127.0.0.1", port)
    try:
        await worker.run(stop)
    finally:
        health.close()
