"""``python -m tests.integration.gateway.process web|worker``: one process that a test may kill."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from bot.gateway.app import Gateway
from bot.gateway.config import GatewayConfig
from feedback_store import crypto
from feedback_store.store import Store, make_engine
from worker.main import Worker, serve


def main() -> None:
    url = os.environ["TEST_DATABASE_URL"]
    crypto.configure(crypto.Keyring([os.environ["TEST_KEY"]]))
    store = Store(make_engine(url, pool_size=12))
    config = GatewayConfig(
        database_url=url, engine_url=os.environ["TEST_ENGINE"], engine_token="t",
        media=Path(os.environ["TEST_MEDIA"]), public_url="http://hotline.example",
        local_token="local-token-of-the-tests", lease_seconds=3, telegram_token="123:abc",
        telegram_secret="webhook-secret", telegram_mode="webhook", telegram_api=os.environ["TEST_TELEGRAM"],
    )
    port = int(os.environ["TEST_PORT"])
    if sys.argv[1] == "worker":
        asyncio.run(serve(Worker(config, store), port))
        return
    gateway = Gateway(config, store)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with gateway.lifespan():
            yield

    app = Starlette(routes=gateway.routes(), lifespan=lifespan)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
