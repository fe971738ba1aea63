"""The public edge as a whole: built once by the composition root, mounted into the ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.routing import BaseRoute

from bot.gateway.config import GatewayConfig
from bot.gateway.database import Database
from bot.gateway.engine_client import EngineClient
from bot.gateway.hub import Hub
from bot.gateway.reception import Reception
from bot.gateway.runner import TurnRunner
from bot.gateway.uploads import Uploads
from bot.gateway.web_chat import WebChat
from feedback_store.store import Store


class Gateway:
    """``routes()`` are mounted under ``/``; ``lifespan()`` must surround the process's life.

    ``engine_transport`` lets tests put an engine of their own behind the client.
    """

    def __init__(
        self, config: GatewayConfig, store: Store, *, engine_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.config = config
        self.database = Database(store)
        self.engine = EngineClient(
            config.engine_url, config.engine_token, timeout=config.engine_timeout, transport=engine_transport
        )
        self.runner = TurnRunner(
            self.database, self.engine, slots=config.turn_slots, lease_seconds=config.lease_seconds,
            wait_notice_after=config.wait_notice_after,
        )
        self.hub = Hub(config.database_url)
        self.reception = Reception(self.database, self.runner)
        self.uploads = Uploads(config.media, max_photo_bytes=config.max_photo_bytes)
        self.web_chat = WebChat(config, self.database, self.reception, self.hub, self.uploads)

    def routes(self) -> list[BaseRoute]:
        return [*self.web_chat.routes()]

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        self.hub.start()
        try:
            yield
        finally:
            await self.hub.close()
            await self.runner.close()
            await self.engine.close()
            self.database.close()
