"""The console as one ASGI application, mounted under ``/console``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import RequestResponseEndpoint

from console import asked, context, errors, once
from console.pages import (
    account,
    admin,
    agencies,
    alarms,
    audit,
    calendars,
    callbacks,
    calls,
    carry_on,
    category_change,
    desk,
    evidence,
    exports,
    figures,
    first_steps,
    imports,
    neighbours,
    officers,
    organisation,
    phone,
    policies,
    queue,
    recalculation,
    sign_in,
    ticket,
    ticket_moves,
    user_files,
)
from feedback_store.store import Store

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create_console(
    store: Store,
    *,
    media: Path,
    base_url: str,
    secure_cookies: bool,
    sample: bool = False,
    now: Callable[[], dt.datetime] = utc_now,
    bot_name: Callable[[], Awaitable[str | None]] | None = None,
) -> FastAPI:
    """Build the console. ``media``: folder of photos; ``sample``: unused where the database says so itself.

    ``bot_name`` gives the Telegram bot's user name, None while Telegram cannot be asked; absent without Telegram.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(asked.known_keys)])
    app.state.deps = context.Deps(store, media, base_url, secure_cookies, context.make_templates(), now, bot_name)
    app.mount("/static", StaticFiles(directory=context.FOLDER / "static"))
    edited = (organisation, agencies, officers, user_files, admin, audit, first_steps)
    reports = (queue, neighbours, ticket, category_change, ticket_moves)
    for module in (sign_in, carry_on, *reports, phone, desk, figures, exports, imports, *edited, evidence):
        app.include_router(module.router)
    for module in (account, alarms, calendars, callbacks, calls, policies, recalculation):
        app.include_router(module.router)
    errors.add_handlers(app)

    @app.middleware("http")
    async def edge(request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Outermost of the console: what no page foresaw ends here, and every answer gets its headers."""
        try:
            response = await call_next(request) if asked.readable(request) else errors.error_page(request, 400)
        except Exception as error:
            response = errors.unforeseen_page(request, error)
        await once.settle(request, store, response)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if not request.url.path.startswith("/console/static"):
            response.headers.setdefault("Cache-Control", "no-store")
        if secure_cookies:
            response.raw_headers[:] = [_secure(name, value) for name, value in response.raw_headers]
        return response

    return app


def _secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Every cookie of a console behind HTTPS stays there, whichever page sets it."""
    bare = name == b"set-cookie" and b"; secure" not in value.lower()
    return name, value + b"; Secure" if bare else value
