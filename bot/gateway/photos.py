"""Photos that still lie at their provider are fetched before the engine sees their event."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from bot.channels.telegram.send import PhotoMissing, TelegramSender
from bot.gateway.database import Database
from bot.gateway.photo_desk import PhotoDesk
from feedback_store.photos.decoder import Busy
from feedback_store.service import media
from feedback_store.service.turns import PendingEvent

log = structlog.get_logger("gateway.photos")

PAUSES = (0.5, 1.5, 3.0)


class PhotoFetcher:
    """Fetches the photos of one Telegram bot."""

    def __init__(
        self, database: Database, sender: TelegramSender, root: Path, *, max_bytes: int, desk: PhotoDesk | None = None
    ) -> None:
        self._db = database
        self._sender = sender
        self._root = root
        self._max_bytes = max_bytes
        self._desk = desk or PhotoDesk(root, max_bytes=max_bytes)

    async def fetch(self, event: PendingEvent) -> list[str]:
        """Fetch what is missing, with a few retries; gives the ids that cannot be had."""
        wanted = [uuid.UUID(one) for one in event.body.get("media") or []]
        due = await self._db.transaction(_to_fetch, wanted)
        missing = []
        for media_id, reference in due:
            if not await self.one(media_id, reference):
                missing.append(str(media_id))
        return missing

    async def one(self, media_id: uuid.UUID, reference: str | None) -> bool:
        """Fetch and store one photo; False when it cannot be had."""
        for pause in (*PAUSES, None):
            try:
                if reference is None:
                    raise PhotoMissing("gone")
                data = await self._sender.download(reference, max_bytes=self._max_bytes)
                photo = await self._desk.keep(data)
            except PhotoMissing as error:
                log.warning("photo_missing", reason=str(error))
                if error.passing and pause is not None:
                    await asyncio.sleep(pause)
                    continue
                break
            except Busy as error:
                log.warning("photo_waits", reason=error.key)
                if pause is not None:
                    await asyncio.sleep(pause)
                    continue
                return False  # nothing is wrong with it: it is fetched later
            except media.MediaRefused as error:
                log.warning("photo_refused", reason=error.key)
                break
            try:
                if not await self._db.transaction(media.fetched, media_id=media_id, photo=photo):
                    media.discard(self._root, photo)
            except BaseException:
                media.discard(self._root, photo)
                raise
            return True
        await self._db.transaction(media.failed, media_id=media_id)
        return False


def _to_fetch(session: Session, wanted: list[uuid.UUID]) -> list[tuple[uuid.UUID, str | None]]:
    """What is not stored yet; a photo that failed before is still missing."""
    return media.unfetched(session, wanted)
