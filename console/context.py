"""What every console page needs: the store, the current user, templates, and the form checks."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from starlette.datastructures import FormData, UploadFile

from console import flash, once, words
from console.hash_gate import HashGate
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import calendars, calls_owed, desk, emergencies
from feedback_store.queries.lookups import is_sample_database
from feedback_store.service import callbacks
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser, current
from feedback_store.store import Store
from feedback_store.texts import has, render
from vitext import clean

FOLDER = Path(__file__).parent
COOKIE = "hotline_console"
HOTLINE = ("operator", "supervisor", "administrator")


@dataclass(frozen=True, slots=True)
class Deps:
    """Made once by ``create_console`` and kept in ``app.state.deps``."""

    store: Store
    media: Path
    base_url: str
    secure_cookies: bool
    templates: Environment
    now: Callable[[], dt.datetime]
    bot_name: Callable[[], Awaitable[str | None]] | None = None
    gate: HashGate = field(default_factory=HashGate)


OWN = ("/doi-mat-khau", "/dang-xuat")
"""Addresses of the session itself; what their forms hold is never kept."""


class SignInNeeded(Exception):
    """No valid session: the page to come back to, or the form that was sent, is kept."""


class OtherPage(Exception):
    """A form with the CSRF token of another session than the sender's, sent from this site."""

    def __init__(self, user: CurrentUser, form: FormData) -> None:
        super().__init__()
        self.user, self.form = user, form


class PasswordChangeNeeded(Exception):
    """A one-time password must be changed before anything else."""

    def __init__(self, user: CurrentUser) -> None:
        super().__init__()
        self.user = user


class JudgedHere(Extension):
    """Every form is judged by the server alone: a browser refuses in its own language, and forgets the rest."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return source.replace("<form ", "<form novalidate ")


def make_templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[JudgedHere],
    )
    made.globals.update(words=words, has_text=has, text=render, new_form_key=once.new_key)
    made.filters.update(when=words.when, day=words.day, spoken=words.spoken, hide_numbers=words.hide_numbers)
    return made


def deps_of(request: Request) -> Deps:
    return request.app.state.deps  # type: ignore[no-any-return]


def signed_in(request: Request) -> CurrentUser:
    """The user of the request. Raises :class:`SignInNeeded` or :class:`PasswordChangeNeeded`."""
    deps = deps_of(request)
    token = request.cookies.get(COOKIE)
    if not token:
        raise SignInNeeded
    with deps.store.transaction() as session:
        user = current(session, token, deps.now())
    if user is None:
        raise SignInNeeded
    if user.must_change_password and not request.url.path.endswith(OWN):
        raise PasswordChangeNeeded(user)
    return user


def role_needed(*roles: str) -> Callable[..., CurrentUser]:
    """A dependency that lets only these roles in; everyone else gets the same 404 as for a missing page."""

    def check(user: CurrentUser = Depends(signed_in)) -> CurrentUser:
        if user.role not in roles:
            raise HTTPException(404)
        return user

    return check


def from_here(request: Request) -> bool:
    """Whether a form was sent by a page of this site, as far as the browser says."""
    origin = request.headers.get("origin")
    if origin in (None, "null"):
        return True
    try:
        return urlsplit(str(origin)).netloc == request.headers.get("host", "")
    except ValueError:
        return False


async def checked_form(
    request: Request, user: CurrentUser = Depends(signed_in)
) -> AsyncIterator[Mapping[str, Any]]:
    """The form of a POST, after the CSRF token and the Origin were checked, and only the first of equal ones.

    Raises ``Refused``, :class:`OtherPage` or ``once.DoneBefore``.
    """
    async with request.form(max_files=10, max_fields=200) as form:
        given = str(form.get("csrf", "")).encode("utf-8", "replace")
        if not from_here(request):
            raise Refused("console.form_foreign")
        if not hmac.compare_digest(given, user.csrf.encode()):
            raise OtherPage(user, form)
        deps = deps_of(request)
        await once.take(request, deps.store, form, user_id=user.id, now=deps.now())
        items = [(name, value) for name, value in form.multi_items() if name != once.FIELD]
        yield FormData([(clean(name), _cleaned(value)) for name, value in items])


def _cleaned(value: UploadFile | str) -> UploadFile | str:
    """A field's words and a file's name without control codes; the file itself is judged by its reader."""
    if isinstance(value, str):
        return clean(value)
    value.filename = clean(value.filename or "")
    return value


def page(request: Request, name: str, user: CurrentUser | None, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template with what the frame needs: notices, emergencies, the sample ribbon."""
    deps = deps_of(request)
    now = deps.now()
    frame: dict[str, Any] = {
        "user": user,
        "now": now,
        "path": request.url.path,
        "sample": False,
        "alarms": None,
        "unread": 0,
        "calls_owed": 0,
        "calls_asked": 0,
        "unconfirmed": [],
        "message": flash.read(request),
    }
    with deps.store.reading() as session:
        frame["sample"] = is_sample_database(session)
        if user is not None:
            frame["unread"] = desk.unread(session, user)
            if user.role in HOTLINE:
                frame["alarms"] = emergencies.standing(session)
                frame["calls_owed"] = calls_owed.waiting(session, at=now)
                frame["calls_asked"] = callbacks.waiting(session)
            if user.role == "administrator":
                frame["unconfirmed"] = calendars.unconfirmed(session, now)
    html = deps.templates.get_template(name).render(**frame, **values)
    answer = HTMLResponse(html, status_code=status)
    flash.drop(request, answer)
    return answer


def go(path: str, message: str | None = None, *, anchor: str = "", **query: str) -> Response:
    """After a POST: 303 to a page, which says the short word on what was done once (``console/flash.py``).

    ``anchor``: the id of the element at which the page opens.
    """
    to = path + (f"?{urlencode(query)}" if query else "") + (f"#{anchor}" if anchor else "")
    answer = RedirectResponse(to, status_code=303)
    if message:
        flash.put(answer, message)
    return answer


def why(error: Refused | IllegalMove) -> str:
    """The sentence of a refusal."""
    return render(error.key, **error.params)
