"""The public edge as a whole: built once by the composition root, mounted into the ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.routing import BaseRoute

from bot.channels.telegram.send import TelegramSender
from bot.gateway.config import GatewayConfig
from bot.gateway.database import Database
from bot.gateway.engine_client import EngineClient
from bot.gateway.hub import Hub
from bot.gateway.pages import Pages
from bot.gateway.photo_desk import PhotoDesk
from bot.gateway.photos import PhotoFetcher
from bot.gateway.reception import Reception
from bot.gateway.runner import TurnRunner
from bot.gateway.safety import judge, judge_denunciation
from bot.gateway.telegram import TelegramEdge
from bot.gateway.telegram_polling import Polling
from bot.gateway.uploads import Uploads
from bot.gateway.web_chat import WebChat
from feedback_store.store import Store


class Gateway:
    """``routes()`` are mounted under ``/``; ``lifespan()`` must surround the process's life.

    The transports let tests put their own engine and Bot API behind the clients.
    """

    def __init__(
        self,
        config: GatewayConfig,
        store: Store,
        *,
        engine_transport: httpx.AsyncBaseTransport | None = None,
        telegram_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.config = config
        self.database = Database(store)
        self.engine = EngineClient(
            config.engine_url, config.engine_token, timeout=config.engine_timeout, transport=engine_transport
        )
        self.photo_desk = PhotoDesk(config.media, max_bytes=config.max_photo_bytes)
        self.sender: TelegramSender | None = None
        photos: PhotoFetcher | None = None
        if config.telegram_token:
            self.sender = TelegramSender(config.telegram_token, api=config.telegram_api, transport=telegram_transport)
            photos = PhotoFetcher(
                self.database, self.sender, config.media, max_bytes=config.max_photo_bytes, desk=self.photo_desk
            )
        self.runner = TurnRunner(
            self.database,
            self.engine,
            photos=photos,
            slots=config.turn_slots,
            lease_seconds=config.lease_seconds,
            wait_notice_after=config.wait_notice_after,
        )
        self.hub = Hub(config.database_url)
        self.reception = Reception(self.database, self.runner)
        self.uploads = Uploads(config.media, max_photo_bytes=config.max_photo_bytes, desk=self.photo_desk)
        self.web_chat = WebChat(config, self.database, self.reception, self.hub, self.uploads)
        self.pages = Pages(config, self.database)
        self.telegram: TelegramEdge | None = None
        self.polling: Polling | None = None
        if self.sender is not None:
            self.telegram = TelegramEdge(config, self.database, self.reception, self.runner, self.sender)
            if config.telegram_mode == "polling":
                self.polling = Polling(config.database_url, self.database, self.sender, self.telegram)

    async def bot_name(self) -> str | None:
        """``tong_dai_bot``, for links to the bot; None without Telegram or while it cannot be asked."""
        return None if self.sender is None else await self.sender.name()

    def health(self) -> dict[str, Any]:
        """What the health check adds: whether Telegram's updates come. The process itself is well all the same."""
        if self.polling is None:
            return {}
        told = {"state": self.polling.state, "silent_seconds": round(self.polling.silent_seconds)}
        return {"telegram_polling": told}

    def routes(self) -> list[BaseRoute]:
        """Everything under ``/`` that citizens and channels reach."""
        telegram = self.telegram.routes() if self.telegram else []
        return [*self.web_chat.routes(), *telegram, *self.pages.routes()]

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        judge("")  # reads the guards' phrases now, not in front of the first citizen
        judge_denunciation("")
        self.hub.start()
        if self.telegram is not None:
            self.telegram.name_commands()
        if self.polling is not None:
            self.polling.start()
        try:
            yield
        finally:
            await self.hub.close()
            if self.polling is not None:
                await self.polling.close()
            if self.telegram is not None:
                await self.telegram.close()
            await self.runner.close()
            await self.engine.close()
            if self.sender is not None:
                await self.sender.close()
            self.database.close()
