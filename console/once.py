"""A form acts once: a double click, or the same page sent again, is led to what the first sending did.

The key is the sender, the address, what was typed, and what the page was shown with: its own random field
(:data:`FIELD`) or, where the page has one, the version of what it changes. Only a form that led on (303) is done.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import secrets
import time

import structlog
from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from console import flash
from feedback_store.crypto import blind_index
from feedback_store.service import sent_forms
from feedback_store.service.actor import Refused
from feedback_store.service.sent_forms import Outcome
from feedback_store.store import Store

log = structlog.get_logger("console")
FIELD = "once"
LONGEST_WAIT = 10.0
"""Seconds that a second sending waits for the first one's outcome."""


class DoneBefore(Exception):
    """The same form was sent before; ``came`` says what became of it."""

    def __init__(self, came: Outcome) -> None:
        super().__init__()
        self.came = came


def new_key() -> str:
    """The random field of one form of one page."""
    return secrets.token_urlsafe(12)


async def take(request: Request, store: Store, form: FormData, *, user_id: int, now: dt.datetime) -> None:
    """Make the form this request's alone. Raises :class:`DoneBefore`, or ``Refused`` while the first is at work."""
    if not (form.get(FIELD) or form.get("version")):
        return
    key = _key(request, form, user_id)
    until, pause = time.monotonic() + LONGEST_WAIT, 0.02
    while (came := await run_in_threadpool(_taken, store, key, now)) is not None:
        if isinstance(came, Outcome):
            raise DoneBefore(came)
        if time.monotonic() > until:
            raise Refused("console.form_at_work")
        await asyncio.sleep(pause)
        pause = min(2 * pause, 0.5)
    request.state.form_key = key


def _taken(store: Store, key: bytes, now: dt.datetime) -> Outcome | bool | None:
    """None: the key is ours now; True: another request has it; else what that one did."""
    with store.transaction() as session:
        if sent_forms.take(session, key, now):
            return None
        return sent_forms.outcome(session, key) or True


async def settle(request: Request, store: Store, response: Response) -> None:
    """Keep where the form led; one that led nowhere may be sent again."""
    key: bytes | None = getattr(request.state, "form_key", None)
    if key is None:
        return
    led = response.headers["location"] if response.status_code == 303 else None
    try:
        await run_in_threadpool(_settled, store, key, Outcome(led, flash.told_by(response)) if led else None)
    except SQLAlchemyError as error:
        log.error("form_outcome_lost", error=type(error).__name__)


def _settled(store: Store, key: bytes, came: Outcome | None) -> None:
    with store.transaction() as session:
        if came is None:
            sent_forms.give_back(session, key)
        else:
            sent_forms.done(session, key, came)


def _key(request: Request, form: FormData, user_id: int) -> bytes:
    items = [
        (name, value) if isinstance(value, str) else (name, value.filename or "", value.size or 0)
        for name, value in form.multi_items()
        if name != "csrf"
    ]
    return blind_index(json.dumps(["sent-form", user_id, request.url.path, items]))
