"""The administrator's pages: users, procedures to confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console import asked
from console.context import checked_form, deps_of, go, page, role_needed, why
from feedback_store.procedures.answer import answer
from feedback_store.queries import desk
from feedback_store.service import confirming, sessions, staff_links, users
from feedback_store.service.actor import ROLES, Refused
from feedback_store.service.sessions import CurrentUser

router = APIRouter()
ADMIN = role_needed("administrator")


@router.get("/nguoi-dung")
def list_users(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _users(request, user, tim=asked.text(request.query_params, "tim", longest=60))


def _users(
    request: Request,
    user: CurrentUser,
    *,
    tim: str = "",
    error: str | None = None,
    typed: Mapping[str, Any] | None = None,
    secret: users.OneTimePassword | None = None,
) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        found = users.list_users(session, search=tim)
        all_agencies = desk.agencies(session)
        linked = staff_links.linked_since(session)
        tries = sessions.wrong_tries(session, since=deps.now() - sessions.TRIES_SHOWN)
    return page(
        request,
        "users.html",
        user,
        status=409 if error else 200,
        found=found,
        linked=linked,
        tries=tries,
        agencies=all_agencies,
        roles=ROLES,
        search=tim,
        error=error,
        typed=typed or {},
        secret=secret,
    )


@router.post("/nguoi-dung")
def create(
    request: Request, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """The one-time password is on this answer alone."""
    deps = deps_of(request)
    try:
        with deps.store.transaction() as session:
            made = users.create_user(
                session,
                login=str(form.get("login", "")),
                name=str(form.get("name", "")),
                role=str(form.get("role", "")),
                agency_id=asked.whole_or_none(form, "agency"),
                actor=user.actor,
                now=deps.now(),
            )
    except Refused as error:
        return _users(request, user, error=why(error), typed=form)
    return _users(request, user, secret=made)


@router.post("/nguoi-dung/{user_id}/{action}")
def change(
    request: Request,
    user_id: int,
    action: str,
    user: CurrentUser = Depends(ADMIN),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """sua, dat-lai, khoa, mo."""
    deps = deps_of(request)
    secret: users.OneTimePassword | None = None
    try:
        with deps.store.transaction() as session:
            if action == "dat-lai":
                secret = users.reset_password(session, user_id=user_id, actor=user.actor, now=deps.now())
            elif action == "khoa":
                users.disable(session, user_id=user_id, actor=user.actor, now=deps.now())
            elif action == "mo":
                users.enable(session, user_id=user_id, actor=user.actor, now=deps.now())
            elif action == "sua":
                users.edit_user(
                    session,
                    user_id=user_id,
                    name=str(form.get("name", "")),
                    role=str(form.get("role", "")),
                    agency_id=asked.whole_or_none(form, "agency"),
                    actor=user.actor,
                    now=deps.now(),
                )
    except Refused as error:
        return _users(request, user, error=why(error))
    return _users(request, user, secret=secret) if secret else go("/console/nguoi-dung", "Đã lưu.")


@router.get("/thu-tuc")
def procedures(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    """The catalogue with what must be checked before each record is confirmed."""
    deps = deps_of(request)
    with deps.store.reading() as session:
        rows = desk.procedures(session)
    shown = [(row, answer(row.record, "general", verified=True).body) for row in rows]
    return page(request, "procedures.html", user, rows=shown)


@router.post("/thu-tuc/{key}/xac-nhan")
def confirm_procedure(
    request: Request, key: str, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Confirm a record, or take the confirmation back; who and when are kept (decision 14)."""
    deps, now = deps_of(request), deps_of(request).now()
    with deps.store.transaction() as session:
        confirming.confirm_procedure(
            session, key=key, verified=form.get("verified") == "on", user_id=user.id, now=now
        )
    return go("/console/thu-tuc", "Đã lưu.")
