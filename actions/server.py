"""rasa-sdk's server as this installation runs it: on loopback, for the engine alone, silent about what failed."""

from __future__ import annotations

import hmac
import traceback
from pathlib import Path
from typing import Any

import structlog
from rasa_sdk import utils
from rasa_sdk.endpoint import create_app as sdk_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from actions.converse import DatabaseAway

log = structlog.get_logger("actions.server")

HEADER = "X-Hotline-Token"
MAX_BODY = 4 * 2**20
"""The engine sends the last events of one conversation; a turn is some kilobytes."""


def create_app(executor: ActionExecutor, token: str) -> Sanic[Any, Any]:
    """The application; every path but ``/health`` needs ``token`` in ``X-Hotline-Token``.

    Any local user reaches a loopback port, and whoever may call an action files, changes and withdraws reports.
    """
    if not token:
        raise ValueError("the action server needs a token")
    utils.check_version_compatibility = lambda version: None  # 3.6 against 3.21: held by a contract test
    app: Sanic[Any, Any] = sdk_app(executor, cors_origins=[])
    app.config.REQUEST_MAX_SIZE = MAX_BODY

    async def check(request: Request) -> HTTPResponse | None:
        given = request.headers.get(HEADER, "")
        if request.path == "/health" or hmac.compare_digest(given.encode(), token.encode()):
            return None
        return json({"error": "unauthorized"}, status=401)

    app.register_middleware(check, "request")
    # The sdk's own handler answers with the exception's text and the request, and logs both: SQL and people's words.
    app.error_handler.cached_handlers.clear()
    app.error_handler.add(DatabaseAway, _unavailable)
    app.error_handler.add(Exception, _failed)
    return app


def _unavailable(_: Request, __: DatabaseAway) -> HTTPResponse:
    """503: the same turn may be asked again at any time; every other error says that the turn itself broke."""
    return json({"error": "database away"}, status=503)


def _failed(_: Request, error: Exception) -> HTTPResponse:
    """The class and the place for the log; for the caller that it failed."""
    if isinstance(error, SanicException):
        return json({"error": "refused"}, status=error.status_code)
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in reversed(frames))
    log.error("action_failed", error=type(error).__name__, where=where)
    return json({"error": "failed"}, status=500)
