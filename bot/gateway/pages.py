"""Public pages: the start page with the chat, the look-up by code, privacy, the widget's file."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.gateway import session_token
from bot.gateway.config import GatewayConfig
from bot.gateway.database import Database
from feedback_store import unforeseen
from feedback_store.queries import conversations, lookups
from feedback_store.service import limits, media, status
from feedback_store.service.status import Limited, NotFound, OwnStory, StrangerView
from feedback_store.texts import render
from vitext import clean
from vitext.dates import short_time, spoken_time

log = structlog.get_logger("gateway.pages")

FOLDER = Path(__file__).parent
NUMBERS = FOLDER.parents[1] / "data" / "numbers.yaml"
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Pages:
    """Server-rendered, readable without JavaScript but for the chat itself."""

    def __init__(self, config: GatewayConfig, database: Database) -> None:
        self._config = config
        self._db = database
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._defaults = [
            {"number": number, "name": name}
            for number, name in yaml.safe_load(NUMBERS.read_text(encoding="utf-8"))["numbers"].items()
        ]

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self._guarded(self.home)),
            Route("/tra-cuu", self._guarded(self.lookup)),
            Route("/quyen-rieng-tu", self._guarded(self.privacy)),
            Route("/widget.js", self.widget),
            Route("/web/media/{media_id:uuid}", self.photo),
            Mount("/static", StaticFiles(directory=FOLDER / "static"), name="gateway-static"),
        ]

    def _guarded(self, show: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """A page whose unforeseen error is a page too, with the number under which it stands in the log."""

        async def shown(request: Request) -> Response:
            try:
                return await show(request)
            except Exception as error:
                number = unforeseen.record(error, route=f"{request.method} {request.url.path}")
                return self._page("error.html", "error", 500, missing=False, number=number)

        return shown

    async def missing(self, request: Request, error: Exception) -> Response:
        """An address that leads nowhere, or that cannot be opened that way."""
        status_code = getattr(error, "status_code", 404)
        return self._page("error.html", "error", status_code, missing=True, number=None)

    async def home(self, request: Request) -> Response:
        return self._page("home.html", "home", numbers=await self._numbers())

    async def privacy(self, request: Request) -> Response:
        return self._page("privacy.html", "privacy")

    async def lookup(self, request: Request) -> Response:
        """State and dates for anyone with the code; guesses are limited by address."""
        code = clean(request.query_params.get("ma", "")).strip()[:40]
        if not code:
            return self._page("lookup.html", "lookup", code="", problem=None, found=None)
        address = request.client.host if request.client else "unknown"
        try:
            result = await self._db.transaction(
                status.ticket_status,
                code=code,
                conversation_id=None,
                limiter_key=limits.address_key(address),
                now=dt.datetime.now(dt.UTC),
            )
        except (SQLAlchemyError, TimeoutError) as error:
            log.error("lookup_failed", error=type(error).__name__)
            return self._lookup_problem(code, "gateway.lookup_unavailable", 503)
        if isinstance(result, Limited):
            return self._lookup_problem(code, "gateway.rate_limited", 429)
        if isinstance(result, NotFound):
            key = "gateway.lookup_mistyped" if result.mistyped else "gateway.lookup_not_found"
            return self._lookup_problem(code, key, 404)
        view = result.view if isinstance(result, OwnStory) else result
        return self._page("lookup.html", "lookup", code=view.code, problem=None, found=_found(view))

    def _lookup_problem(self, code: str, key: str, status_code: int) -> Response:
        return self._page("lookup.html", "lookup", status_code, code=code, problem=render(key), found=None)

    async def widget(self, request: Request) -> Response:
        """The widget may be embedded by any allowed portal, so its file is readable from there."""
        return FileResponse(
            FOLDER / "static" / "widget.js",
            media_type="text/javascript; charset=utf-8",
            headers={"Cache-Control": "max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"},
        )

    async def photo(self, request: Request) -> Response:
        """A photo of the caller's own conversation or of a result told in it; without EXIF."""
        try:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            conversation_id = session_token.read(token if scheme.lower() == "bearer" else "")
            data = await self._db.transaction(self._photo_bytes, conversation_id, request.path_params["media_id"])
        except (session_token.BadToken, SQLAlchemyError):
            data = None
        if data is None:
            return Response(status_code=404)
        return Response(
            data,
            media_type="image/jpeg",
            headers={
                "Cache-Control": "private, max-age=3600",
                "X-Content-Type-Options": "nosniff",
            },
        )

    def _photo_bytes(self, session: Session, conversation_id: uuid.UUID, media_id: uuid.UUID) -> bytes | None:
        row = conversations.photo_of(session, conversation_id=conversation_id, media_id=media_id)
        return None if row is None else media.open_public(self._config.media, row)

    async def _numbers(self) -> list[dict[str, Any]]:
        """The installation's numbers; the defaults when the database is away."""
        try:
            found = await self._db.transaction(
                lambda session: [{"number": one.number, "name": one.name} for one in lookups.numbers(session)]
            )
        except (SQLAlchemyError, TimeoutError):
            found = []
        return found or self._defaults

    def _page(self, template: str, here: str, status_code: int = 200, **values: Any) -> HTMLResponse:
        html = self._templates.get_template(template).render(
            hotline=self._config.hotline_name, sample=self._config.sample, here=here, **values
        )
        return HTMLResponse(html, status_code, headers=SECURITY)


def _found(view: StrangerView) -> dict[str, str | None]:
    """The stranger's view in words; no text, no place, no agency."""
    return {
        "code": view.code,
        "state": render(f"gateway.state_{view.state}"),
        "receipt": short_time(view.receipt_at),
        "promise": spoken_time(view.promise_due) if view.promise_due else None,
        "answered": short_time(view.answered_at) if view.answered_at else None,
        "closed": short_time(view.closed_at) if view.closed_at else None,
    }
