"""Sign-in, sign-out and the change of a password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from console.context import COOKIE, Deps, checked_form, deps_of, go, page, signed_in, why
from feedback_store.service import sessions, users
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render

router = APIRouter()


@router.get("/dang-nhap")
def form(request: Request, den: str = "/console/") -> Response:
    return page(request, "sign_in.html", None, error=None, login="", back=_local(den))


@router.post("/dang-nhap")
def sign_in(
    request: Request, login: str = Form(""), password: str = Form(""), den: str = Form("/console/")
) -> Response:
    """Throttled per account and address; one sentence for every kind of failure."""
    deps, now = deps_of(request), deps_of(request).now()
    address = request.client.host if request.client else "?"
    with deps.store.transaction() as session:
        open_ = sessions.allowed(session, login=login, address=address, now=now)
    if not open_:
        return page(
            request,
            "sign_in.html",
            None,
            error=render("users.too_many_tries"),
            login=login,
            back=_local(den),
            status=429,
        )
    try:
        with deps.store.transaction() as session:
            signed = sessions.sign_in(session, login=login, password=password, now=now)
    except Refused as error:
        return page(request, "sign_in.html", None, error=why(error), login=login, back=_local(den), status=401)
    return _enter(deps, signed, "/console/doi-mat-khau" if signed.must_change_password else _local(den))


def _enter(deps: Deps, signed: sessions.Signed, path: str, message: str | None = None) -> Response:
    """Go to ``path`` with the cookie of a fresh session."""
    response = go(path, message)
    response.set_cookie(
        COOKIE,
        signed.token,
        max_age=int(sessions.LIFE.total_seconds()),
        path="/console",
        httponly=True,
        samesite="lax",
        secure=deps.secure_cookies,
    )
    return response


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
    return page(request, "password.html", user, error=None)


@router.post("/doi-mat-khau")
def change_password(
    request: Request, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Ends every session of the user and begins a new one here."""
    deps = deps_of(request)
    try:
        if form.get("new") != form.get("again"):
            return page(request, "password.html", user, error="Hai lần nhập mật khẩu mới không giống nhau.", status=409)
        with deps.store.transaction() as session:
            users.change_password(
                session, user_id=user.id, old=str(form.get("old", "")), new=str(form.get("new", "")), now=deps.now()
            )
            signed = sessions.sign_in(session, login=user.login, password=str(form.get("new", "")), now=deps.now())
    except Refused as error:
        return page(request, "password.html", user, error=why(error), status=409)
    return _enter(deps, signed, "/console/", "Đã đổi mật khẩu.")


def _local(path: str) -> str:
    """Only a path of the console may be gone back to."""
    return path if path.startswith("/console/") and "//" not in path and "\\" not in path else "/console/"
