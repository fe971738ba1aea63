"""Photos of one process, one after another: waited for in the event loop, so that none holds a thread meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from feedback_store.photos.decoder import Busy
from feedback_store.service import media
from feedback_store.service.media import StoredPhoto

WAIT_SECONDS = 8.0
AGAIN_SECONDS = 30
MAX_WAITING = 40


class PhotoDesk:
    """``root``: folder of the photos; ``max_bytes`` of one photo."""

    def __init__(self, root: Path, *, max_bytes: int, wait_seconds: float = WAIT_SECONDS) -> None:
        self.root = root
        self.max_bytes = max_bytes
        self._wait_seconds = wait_seconds
        self._place = asyncio.Semaphore(1)
        self._waiting = 0

    async def keep(self, data: bytes) -> StoredPhoto:
        """Check, decode and write one photo. Raises MediaRefused (Busy after a bounded wait) and OSError."""
        async with self._turn():
            return await asyncio.to_thread(media.store_upload, self.root, data, max_bytes=self.max_bytes)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= MAX_WAITING:
            raise Busy("gateway.photo_busy", seconds=AGAIN_SECONDS)
        self._waiting += 1
        try:
            await asyncio.wait_for(self._place.acquire(), self._wait_seconds)
        except TimeoutError as error:
            raise Busy("gateway.photo_busy", seconds=AGAIN_SECONDS) from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._place.release()
