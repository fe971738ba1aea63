"""Sign-in, sign-out and the change of a password."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console import asked
from console.context import COOKIE, Deps, checked_form, deps_of, from_here, go, page, signed_in, why
from console.words import wrong_tries
from feedback_store.crypto import blind_index
from feedback_store.service import passwords, sessions, users
from feedback_store.service.actor import Refused
from feedback_store.service.passwords import LONGEST, SHORTEST
from feedback_store.service.sessions import CurrentUser
from feedback_store.service.sign_in_throttle import FAMILIAR_FOR, Origin
from feedback_store.texts import render
from vitext import clean
from vitext.dates import short_time

router = APIRouter()
HERE = "/console/dang-nhap"
FORM_COOKIE = "hotline_sign_in"
"""Joins the form to the browser that asked for it, before there is a session."""
DEVICE_COOKIE = "hotline_device"
"""A browser that signed in before: nobody else's wrong passwords slow it down."""
FORM_LIFE = 12 * 3600
LOCAL = re.compile(r"/console/[A-Za-z0-9._~/?&=+-]*")


@router.get("/dang-nhap")
def form(request: Request) -> Response:
    return form_page(request, back=asked.text(request.query_params, "den", longest=2000))


def form_page(
    request: Request, *, back: str, login: str = "", error: str | None = None, status: int = 200
) -> Response:
    """The form, joined to this browser's cookie."""
    token, browser = form_token(request)
    answer = page(
        request, "sign_in.html", None, status=status, error=error, login=login, back=_local(back), token=token
    )
    keep_browser(answer, browser)
    return answer


def form_token(request: Request) -> tuple[str, str]:
    """The hidden field of a sign-in form, and the browser's cookie; that of a form in another tab stays good."""
    known = request.cookies.get(FORM_COOKIE, "")
    browser = known if re.fullmatch(r"[\w-]{43}", known, re.ASCII) else secrets.token_urlsafe(32)
    issued = int(deps_of(request).now().timestamp())
    return f"{issued}.{_seal(browser, issued)}", browser


def keep_browser(answer: Response, browser: str) -> None:
    answer.set_cookie(FORM_COOKIE, browser, max_age=2 * FORM_LIFE, path="/console", httponly=True, samesite="lax")


def _seal(browser: str, issued: int) -> str:
    return blind_index(f"sign-in-form:{browser}:{issued}").hex()


def token_holds(request: Request, token: str) -> bool:
    """Whether the form was given to this browser within the last hours, and is sent from this site."""
    issued, _, seal = token.partition(".")
    browser = request.cookies.get(FORM_COOKIE, "")
    if not from_here(request) or not browser or not re.fullmatch(r"\d{1,12}", issued, re.ASCII):
        return False
    age = deps_of(request).now().timestamp() - int(issued)
    expected = _seal(browser.encode("utf-8", "replace").decode(), int(issued))
    return -60 <= age <= FORM_LIFE and hmac.compare_digest(seal.encode("utf-8", "replace"), expected.encode())


async def sign_in_form(request: Request) -> AsyncIterator[Mapping[str, Any]]:
    """The form before there is a user; it holds no files."""
    async with request.form(max_files=0, max_fields=10) as given:
        yield given


@router.post("/dang-nhap")
async def sign_in(request: Request, given: Mapping[str, Any] = Depends(sign_in_form)) -> Response:
    """Wrong passwords are slowed down (ADR 0030); one sentence for every kind of failure."""
    return await deps_of(request).gate.run(partial(_sign_in, request, given))


def _sign_in(request: Request, given: Mapping[str, Any]) -> Response:
    deps = deps_of(request)
    login, back = clean(asked.text(given, "login", longest=64)), asked.text(given, "den", longest=2000)
    if not token_holds(request, asked.text(given, "csrf")):
        return form_page(request, login=login, back=back, error=render("users.sign_in_expired"), status=409)
    try:
        signed, device = attempt(request, login, given.get("password"))
    except Refused as error:
        return waiting(form_page(request, login=login, back=back, error=why(error), status=status_of(error)), error)
    to = "/console/doi-mat-khau" if signed.must_change_password else _local(back)
    answer = _enter(deps, signed, to, _since(signed))
    keep_device(answer, device)
    return answer


def attempt(request: Request, login: str, password: object) -> tuple[sessions.Signed, str]:
    """A session and the browser's token after the right password. Raises ``Refused``."""
    device = request.cookies.get(DEVICE_COOKIE, "")
    origin = Origin(login, address_of(request), device if re.fullmatch(r"[\w-]{43}", device, re.ASCII) else None)
    return _try(deps_of(request), origin, password if isinstance(password, str) else "")


def status_of(error: Refused) -> int:
    return 429 if error.key == "users.too_many_tries" else 401


def waiting(answer: Response, error: Refused) -> Response:
    """How long to wait, for a program too."""
    if "seconds" in error.params:
        answer.headers["Retry-After"] = str(error.params["seconds"])
    return answer


def keep_device(answer: Response, device: str) -> None:
    longest = int(FAMILIAR_FOR.total_seconds())
    answer.set_cookie(DEVICE_COOKIE, device, max_age=longest, path=HERE, httponly=True, samesite="lax")


def _try(deps: Deps, origin: Origin, password: str) -> tuple[sessions.Signed, str]:
    """The session and the browser's token. No connection is held while the password is checked."""
    with deps.store.transaction() as session:
        attempt = sessions.admit(session, origin=origin, now=deps.now())
    if not passwords.is_right(password, attempt.password_hash):
        with deps.store.transaction() as session:
            sessions.wrong_password(session, attempt, deps.now())
        raise Refused("users.sign_in_failed")
    device = origin.device or secrets.token_urlsafe(32)
    known = Origin(origin.login, origin.address, device)
    with deps.store.transaction() as session:
        signed = sessions.begin(session, sessions.Try(known, attempt.kinds, attempt.user_id, attempt.password_hash),
                                deps.now())  # fmt: skip
    return signed, device


def address_of(request: Request) -> str:
    return request.client.host if request.client else "?"


def _since(signed: sessions.Signed) -> str | None:
    """When the account was used last, and how often its password was mistyped since."""
    tries = wrong_tries(signed.tries) if signed.tries else None
    if signed.previous is None:
        return render("users.tries_before", tries=tries) if tries else None
    at = short_time(signed.previous)
    return render("users.last_time_tries", at=at, tries=tries) if tries else render("users.last_time", at=at)


def _enter(deps: Deps, signed: sessions.Signed, path: str, message: str | None = None) -> Response:
    """Go to ``path`` with the cookie of a fresh session."""
    response = go(path, message)
    keep_session(deps, response, signed)
    return response


def keep_session(deps: Deps, response: Response, signed: sessions.Signed) -> None:
    response.set_cookie(
        COOKIE,
        signed.token,
        max_age=int(sessions.LIFE.total_seconds()),
        path="/console",
        httponly=True,
        samesite="lax",
        secure=deps.secure_cookies,
    )


@router.post("/dang-xuat")
def sign_out(request: Request, form: Mapping[str, Any] = Depends(checked_form)) -> Response:
    deps = deps_of(request)
    with deps.store.transaction() as session:
        sessions.sign_out(session, request.cookies.get(COOKIE, ""), deps.now())
    response = go("/console/dang-nhap")
    response.delete_cookie(COOKIE, path="/console")
    return response


@router.get("/doi-mat-khau")
def password_form(request: Request, user: CurrentUser = Depends(signed_in)) -> Response:
    return _password_form(request, user)


def _password_form(request: Request, user: CurrentUser, error: str | None = None) -> Response:
    status = 409 if error else 200
    return page(request, "password.html", user, status=status, error=error, shortest=SHORTEST, longest=LONGEST)


@router.post("/doi-mat-khau")
async def change_password(
    request: Request, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Ends every session of the user and begins a new one here."""
    return await deps_of(request).gate.run(partial(_change_password, request, user, form))


def _change_password(request: Request, user: CurrentUser, form: Mapping[str, Any]) -> Response:
    """The present password is asked for as at a sign-in: wrong ones are counted and recorded."""
    deps, now = deps_of(request), deps_of(request).now()
    new = str(form.get("new", ""))
    if new != form.get("again"):
        return _password_form(request, user, render("users.password_unequal"))
    origin = Origin(user.login, address_of(request), None)
    try:
        with deps.store.transaction() as session:
            attempt = sessions.admit(session, origin=origin, now=now)
        with deps.store.transaction() as session:
            users.change_password(session, user_id=user.id, old=str(form.get("old", "")), new=new, now=now)
            signed = sessions.renew(session, user_id=user.id, now=now)
    except Refused as error:
        if error.key == "users.wrong_old_password":
            with deps.store.transaction() as session:
                sessions.wrong_password(session, attempt, now)
        return _password_form(request, user, why(error))
    return _enter(deps, signed, "/console/", render("users.password_changed"))


def _local(path: str) -> str:
    """Only a path of the console may be gone back to: no other site, no way out of the folder, no encoded signs."""
    inside = LOCAL.fullmatch(path) and "//" not in path and ".." not in path
    return path if inside else "/console/"
