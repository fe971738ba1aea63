"""Every refusal and every error of the console as a page in Vietnamese."""

from __future__ import annotations

from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from console import context, once
from console.asked import BadValue
from console.hash_gate import Busy
from console.pages import carry_on
from feedback_store import unforeseen
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service.actor import Refused
from feedback_store.texts import render

log = structlog.get_logger("console")


def add_handlers(app: FastAPI) -> None:
    """What is foreseen; the rest goes through :func:`unforeseen_page`."""
    _ways_in(app)
    _refusals(app)

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    def database(request: Request, error: Exception) -> Response:
        log.error("database_unavailable", error=type(error).__name__)
        return error_page(request, 503)

    @app.exception_handler(Busy)
    def busy(request: Request, _: Exception) -> Response:
        return error_page(request, 503, render("users.sign_in_busy"))

    @app.exception_handler(DataError)
    def unfit(request: Request, error: DataError) -> Response:
        """A value that the database cannot hold: refused like any other bad one, with a trace to find its entrance."""
        number = unforeseen.record(error.orig or error, route=_route(request))
        return error_page(request, 400, number=number)


def _ways_in(app: FastAPI) -> None:
    @app.exception_handler(context.SignInNeeded)
    async def sign_in_first(request: Request, _: Exception) -> Response:
        return await carry_on.without_session(request)

    @app.exception_handler(context.PasswordChangeNeeded)
    async def change_first(request: Request, error: context.PasswordChangeNeeded) -> Response:
        return await carry_on.before_password_change(request, error.user)

    @app.exception_handler(context.OtherPage)
    async def other_page(request: Request, error: context.OtherPage) -> Response:
        return await carry_on.of_other_page(request, error)

    @app.exception_handler(once.DoneBefore)
    def done_before(request: Request, error: once.DoneBefore) -> Response:
        return context.go(error.came.to, render("console.done_before", told=error.came.told or "").strip())


def _refusals(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        """Ours, and the form parser's, whose English reason nobody is shown."""
        return error_page(request, error.status_code)

    @app.exception_handler(404)
    def missing(request: Request, _: Exception) -> Response:
        return error_page(request, 404)

    @app.exception_handler(405)
    def wrong_method(request: Request, _: Exception) -> Response:
        """The address of a form, opened or loaded again, leads back to the page that the form stands on."""
        back = _page_above(request) if request.method in ("GET", "HEAD") else None
        return error_page(request, 405) if back is None else context.go(back)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        """A path that no row can have is missing; anything else is a bad value."""
        in_path = any(fault["loc"][:1] == ("path",) for fault in error.errors())
        return error_page(request, 404 if in_path else 400)

    @app.exception_handler(BadValue)
    def bad_value(request: Request, error: BadValue) -> Response:
        return error_page(request, 400, error.sentence)

    @app.exception_handler(Refused)
    @app.exception_handler(IllegalMove)
    def refused(request: Request, error: Refused | IllegalMove) -> Response:
        return error_page(request, 409, context.why(error))


def _page_above(request: Request) -> str | None:
    """The nearest address above this one that is a page, with the same query."""
    query = f"?{request.url.query}" if request.url.query else ""
    path: str = request.scope["path"]
    while path.startswith("/console/"):
        path = path.rpartition("/")[0]
        scope = {**request.scope, "path": path if path != "/console" else "/console/", "method": "GET"}
        if any(not isinstance(route, Mount) and route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            return quote(scope["path"]) + query
    return None


def unforeseen_page(request: Request, error: Exception) -> Response:
    """A page with the number under which the error stands in the log."""
    return error_page(request, 500, number=unforeseen.record(error, route=_route(request)))


def _route(request: Request) -> str:
    """``GET /phan-anh/{code}``; the address itself may hold what somebody searched for."""
    route = request.scope.get("route")
    return f"{request.method} {getattr(route, 'path', '?')}"


def error_page(request: Request, status: int, reason: str | None = None, *, number: str | None = None) -> Response:
    """An error in plain Vietnamese; it needs no database."""
    deps = context.deps_of(request)
    html = deps.templates.get_template("error.html").render(
        status=status,
        reason=reason,
        number=number,
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
