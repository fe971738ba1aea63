"""The worker's recurring work, each round in transactions of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import threading
import time
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import structlog

from bot.gateway.database import Database
from bot.gateway.photos import PhotoFetcher
from feedback_store.queries import audit, listing
from feedback_store.service import (
    agencies,
    counted_months,
    deadlines,
    denunciations,
    failures,
    imports_runs,
    limits,
    media,
    sent_forms,
    sign_in_throttle,
    staff_links,
    staff_relay,
)
from vitext.dates import local

log = structlog.get_logger("worker.upkeep")
COUNTING_S = 20.0
"""How long one round counts months; what is left waits for the next one."""


async def every(seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Run ``work`` for ever; a failed round is logged and the next one tries again."""
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("round_failed", round=name, error=type(error).__name__)
        await asyncio.sleep(seconds)


async def handle_deadlines(database: Database, *, now: dt.datetime | None = None) -> int:
    """Breaches and warnings that are due now (or at ``now``, of a simulated clock); until nothing is left."""
    total = 0
    while True:
        done = await database.transaction(deadlines.handle_due, now=now or _now(), limit=100)
        total += done
        if done < 100:
            return total


async def hand_over(database: Database, *, now: dt.datetime | None = None) -> int:
    """Open legs of agencies that ended, to their successors."""
    return await database.transaction(agencies.hand_over_due, now=now or _now())


async def fold_counts(database: Database) -> None:
    """The lists' kept counts, which every change of a ticket adds to."""
    await database.transaction(listing.fold_counts)


async def count_months(database: Database, *, now: dt.datetime | None = None) -> int:
    """Figures of months that are over and have no counts that hold, each in a commit of its own; for a while."""
    await database.transaction(counted_months.tidy)
    due, until = await database.transaction(counted_months.due, now or _now()), time.monotonic() + COUNTING_S
    for number, one in enumerate(due):
        if time.monotonic() >= until:
            return number
        await database.transaction(counted_months.count_month, one, now or _now())
    return len(due)


async def erase_sealed(database: Database, root: Path) -> int:
    """Denunciations nobody took back in 24 hours, and the files of everything erased."""
    erased = await database.transaction(denunciations.erase_due, now=_now(), media_root=root)
    await database.transaction(media.remove_erased, root)
    return erased


async def relay_notices(database: Database, *, channels: Collection[str], base_url: str) -> int:
    """Console notices to linked chats, each in a commit of its own; until none waits."""
    await database.transaction(staff_relay.leave_to_the_console, now=_now())
    done = 0
    while await database.transaction(staff_relay.relay_next, channels=channels, base_url=base_url, now=_now()):
        done += 1
    return done


async def fetch_photos(database: Database, photos: PhotoFetcher) -> int:
    """Photos that no turn waits for, or whose turn died: until stored or given up."""
    due = await database.transaction(media.waiting, before=_now() - dt.timedelta(seconds=20))
    for media_id, reference in due:
        await photos.one(media_id, reference)
    return len(due)


async def import_tickets(database: Database, threads: Executor, stopping: threading.Event) -> None:
    """Files from another system that an administrator gave in: checked, and written once confirmed."""
    loop = asyncio.get_running_loop()
    work = partial(imports_runs.work, database.store, clock=_now, stopping=stopping.is_set)
    while await loop.run_in_executor(threads, work):
        pass


async def prune(database: Database) -> None:
    await database.transaction(limits.prune, now=_now())
    await database.transaction(sign_in_throttle.prune, now=_now())
    await database.transaction(sent_forms.prune, now=_now())
    await database.transaction(imports_runs.erase_old, now=_now())
    await database.transaction(staff_links.prune_codes, now=_now())


async def keep_audit_head(database: Database, path: Path) -> None:
    """Once a day the head of the audit log goes to a file, to be copied where nobody of this machine can write."""
    now = _now()
    today = f"{local(now):%Y-%m-%d}"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if lines and lines[-1].startswith(today):
        return
    head = await database.transaction(audit.head)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(f"{today} {head}\n")
    log.info("audit_head", head=str(head))


async def beat(database: Database) -> None:
    """Sign of life that the console and ``hotline doctor`` read."""
    await database.transaction(failures.beat, name="worker", now=_now())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
