"""The composition root: settings and keys in, running parts out. Nothing is made at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.gateway.app import Gateway
from bot.gateway.config import GatewayConfig
from bot.gateway.uploads import MAX_FILES
from console.app import create_console
from feedback_store.store import Store
from hotline.edge import Edge, Limits, Proxies, unreadable
from hotline.keys import Keys
from hotline.process import NotConfigured, open_store, settle
from hotline.settings import Settings

FIELDS = 2**20
MAX_CONSOLE_FILES = 10
LARGEST_IMPORT = 60 * 2**20

__all__ = ["create_app", "gateway_config", "open_store"]


def gateway_config(settings: Settings) -> GatewayConfig:
    """The gateway's view of the settings."""
    if settings.database_url is None:
        raise NotConfigured("DATABASE_URL is not set")
    keys = Keys(settings.keys)
    token, secret = settings.telegram_token, settings.telegram_secret
    return GatewayConfig(
        database_url=settings.database_url,
        engine_url=settings.engine_url,
        engine_token=keys.engine_token(),
        media=settings.media,
        public_url=settings.base_url,
        local_token=keys.local_token(),
        allowed_origins=split(settings.allowed_origins),
        hotline_name=settings.hotline_name,
        sample=settings.demo,
        max_photo_bytes=settings.max_photo_mb * 2**20,
        max_text=settings.max_text,
        lease_seconds=settings.lease_seconds,
        engine_timeout=settings.engine_timeout,
        telegram_token=token.get_secret_value() if token else None,
        telegram_secret=secret.get_secret_value() if secret else None,
        telegram_mode=settings.telegram_mode,
        telegram_api=settings.telegram_api,
        trusted_proxies=split(settings.trusted_proxies),
    )


def split(listed: str) -> frozenset[str]:
    """``"a, b"`` → ``{"a", "b"}``."""
    return frozenset(part.strip() for part in listed.split(",") if part.strip())


def create_app(settings: Settings, store: Store) -> FastAPI:
    """The ASGI application of the web process: the citizens' side, then the officials'."""
    gateway = Gateway(gateway_config(settings), store)
    proxies = Proxies()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with gateway.lifespan():
            settle()
            yield
        store.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    async def healthz(_: Request) -> Response:
        """This process answers; says nothing of the database, without which emergencies still work.

        Always 200, or the supervisor would end a process that serves everybody else; ``status`` is ``degraded`` when
        Telegram's updates don't come.
        """
        told = gateway.health()
        late = told.get("telegram_polling", {}).get("state") == "late"
        if proxies.unbelieved:
            told["unbelieved_proxy"] = True
        return JSONResponse({"status": "degraded" if late else "ok", **told})

    app.add_route("/healthz", healthz)
    app.router.routes.extend(gateway.routes())
    for status in (404, 405):
        app.add_exception_handler(status, gateway.pages.missing)
    mount_console(app, settings, store, gateway)
    app.add_exception_handler(RecursionError, unreadable)
    https = settings.base_url.startswith("https:")
    app.add_middleware(Edge, hosts=hosts(settings), limits=limits(settings), https=https, proxies=proxies)
    return app


def hosts(settings: Settings) -> frozenset[str]:
    """Names under which people reach this installation: the public one, this machine's, and those of the setting."""
    public = urlsplit(settings.base_url).hostname or ""
    return frozenset({public, settings.host, "localhost", *split(settings.allowed_hosts)})


def limits(settings: Settings) -> Limits:
    """What one request may be at most. Beside its files a form has some fields."""
    photo = settings.max_photo_mb * 2**20
    return Limits(photos=MAX_FILES * photo + FIELDS, files=max(MAX_CONSOLE_FILES * photo, LARGEST_IMPORT) + FIELDS)


def mount_console(app: FastAPI, settings: Settings, store: Store, gateway: Gateway) -> None:
    """The officials' pages under ``/console``."""
    secure = settings.secure_cookies
    if secure is None:
        secure = settings.base_url.startswith("https://")
    console = create_console(
        store, media=settings.media, base_url=settings.base_url, secure_cookies=secure, sample=settings.demo,
        bot_name=gateway.bot_name if gateway.sender else None,
    )  # fmt: skip
    app.mount("/console", console)
