"""What was typed is carried on: a form sent without its session asks for the password, then shows what will be sent.

Nothing is sent by itself. The person presses "Gửi tiếp" on a page of the new session, and only the account that typed
the form gets that page.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console import asked, carried
from console.carried import Carried, TooLong
from console.context import OtherPage, deps_of, from_here, go, page, why
from console.pages import sign_in
from feedback_store.service import sessions
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render

router = APIRouter()


async def without_session(request: Request) -> Response:
    """A request that needs a session: its form waits for the password, anything else for the sign-in."""
    try:
        form = await carried.of_request(request) if request.method == "POST" else None
    except TooLong:
        return sign_in.form_page(request, back=request.url.path, error=render("carried.too_long"), status=401)
    if form is None:
        return go(f"/console/dang-nhap?den={quote(request.url.path)}")
    return ask_password(request, form, status=401)


async def before_password_change(request: Request, user: CurrentUser) -> Response:
    """A form sent while a one-time password must be changed first."""
    try:
        form = await carried.of_request(request) if request.method == "POST" else None
    except TooLong:
        form = None
    if form is None or form.author.id != user.id:
        return go("/console/doi-mat-khau")
    return confirm(request, form, user, said="carried.change_first", status=409)


async def of_other_page(request: Request, error: OtherPage) -> Response:
    """A form of a page that another session was shown: of the same person, of somebody else, or of nobody known."""
    try:
        form = await carried.of_form(request, error.form)
    except TooLong:
        raise Refused("carried.too_long") from None
    if form is None:
        raise Refused("console.form_foreign")
    if form.author.id != error.user.id:
        return ask_password(request, form, other=error.user, status=409)
    return confirm(request, form, error.user, said="carried.renewed", status=409)


def ask_password(
    request: Request, form: Carried, *, other: CurrentUser | None = None, error: str | None = None, status: int
) -> Response:
    """The sign-in of the form's author alone; ``other``: who is signed in here instead."""
    token, browser = sign_in.form_token(request)
    answer = page(
        request, "carry_password.html", None, status=status, form=form, sealed=form.sealed(deps_of(request).now()),
        other=other, error=error, token=token,
    )  # fmt: skip
    sign_in.keep_browser(answer, browser)
    return answer


def confirm(request: Request, form: Carried, user: CurrentUser, *, said: str, status: int = 200) -> Response:
    """What will be sent when the person presses the button."""
    return page(request, "carry_on.html", user, status=status, form=form, said=render(said))


@router.post("/dang-nhap/gui-tiep")
async def sign_in_again(request: Request, given: Mapping[str, Any] = Depends(sign_in.sign_in_form)) -> Response:
    """The password of the form's author; slowed down as every sign-in is (ADR 0030)."""
    return await deps_of(request).gate.run(partial(_sign_in_again, request, given))


def _sign_in_again(request: Request, given: Mapping[str, Any]) -> Response:
    deps = deps_of(request)
    form = carried.opened(str(given.get("form", "")), deps.now())
    if form is None or not from_here(request):
        return sign_in.form_page(request, back="", error=render("carried.lost"), status=409)
    if not sign_in.token_holds(request, asked.text(given, "csrf")):
        return ask_password(request, form, error=render("users.sign_in_expired"), status=409)
    try:
        signed, device = sign_in.attempt(request, form.author.login, given.get("password"))
    except Refused as error:
        return sign_in.waiting(ask_password(request, form, error=why(error), status=sign_in.status_of(error)), error)
    with deps.store.transaction() as session:
        user = sessions.current(session, signed.token, deps.now())
    if user is None or user.id != form.author.id:  # the name belongs to another account by now
        raise Refused("carried.lost")
    said = "carried.change_first" if user.must_change_password else "carried.signed_in"
    answer = confirm(request, form, user, said=said)
    sign_in.keep_session(deps, answer, signed)
    sign_in.keep_device(answer, device)
    return answer
