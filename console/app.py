"""The console as one ASGI application, mounted under ``/console``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from console import context
from console.pages import (
    account,
    admin,
    agencies,
    alarms,
    calendars,
    desk,
    evidence,
    exports,
    figures,
    imports,
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
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service.actor import Refused
from feedback_store.store import Store

log = structlog.get_logger("console")
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
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.deps = context.Deps(store, media, base_url, secure_cookies, context.make_templates(), now, bot_name)
    app.mount("/static", StaticFiles(directory=context.FOLDER / "static"))
    edited = (organisation, agencies, user_files, admin)
    for module in (sign_in, queue, ticket, ticket_moves, phone, desk, figures, exports, imports, *edited, evidence):
        app.include_router(module.router)
    for module in (account, alarms, calendars, policies, recalculation):
        app.include_router(module.router)
    _errors(app)

    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], object]) -> Response:
        response: Response = await call_next(request)  # type: ignore[misc]
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if not request.url.path.startswith("/console/static"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return app


def _errors(app: FastAPI) -> None:
    @app.exception_handler(context.SignInNeeded)
    def sign_in_first(request: Request, _: Exception) -> Response:
        back = request.url.path if request.method == "GET" else "/console/"
        return context.go(f"/console/dang-nhap?den={back}")

    @app.exception_handler(context.PasswordChangeNeeded)
    def change_first(request: Request, _: Exception) -> Response:
        return context.go("/console/doi-mat-khau")

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        return _error_page(request, error.status_code)

    @app.exception_handler(404)
    def missing(request: Request, _: Exception) -> Response:
        return _error_page(request, 404)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, _: Exception) -> Response:
        return _error_page(request, 404)

    @app.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> Response:
        return _error_page(request, 409, context.why(error))

    @app.exception_handler(IllegalMove)
    def illegal(request: Request, error: IllegalMove) -> Response:
        return _error_page(request, 409, context.why(error))

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    def database(request: Request, error: Exception) -> Response:
        log.error("database_unavailable", error=type(error).__name__)
        return _error_page(request, 503)


def _error_page(request: Request, status: int, reason: str | None = None) -> Response:
    """An error in plain Vietnamese; it needs no database."""
    deps = context.deps_of(request)
    html = deps.templates.get_template("error.html").render(
        status=status,
        reason=reason,
        user=None,
        alarms=None,
        unread=0,
        unconfirmed=[],
        sample=False,
        message=None,
        path="",
        now=deps.now(),
    )
    return Response(html, status_code=status, media_type="text/html")
