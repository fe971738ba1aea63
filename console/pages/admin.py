"""The administrator's pages: users, agencies to confirm, procedures to confirm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from console.context import checked_form, deps_of, go, page, role_needed, why
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.procedures.answer import answer
from feedback_store.queries import desk
from feedback_store.service import agencies, confirming, staff_links, users
from feedback_store.service.actor import ROLES, Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render
from vitext.dates import VIET_NAM, local

router = APIRouter()
ADMIN = role_needed("administrator")


@router.get("/nguoi-dung")
def list_users(request: Request, user: CurrentUser = Depends(ADMIN), tim: str = "") -> Response:
    return _users(request, user, tim=tim)


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
        found = users.list_users(session, search=tim[:60])
        all_agencies = desk.agencies(session)
        linked = staff_links.linked_since(session)
    return page(
        request,
        "users.html",
        user,
        status=409 if error else 200,
        found=found,
        linked=linked,
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
                agency_id=_number(form),
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
                    agency_id=_number(form),
                    actor=user.actor,
                    now=deps.now(),
                )
    except Refused as error:
        return _users(request, user, error=why(error))
    return _users(request, user, secret=secret) if secret else go("/console/nguoi-dung", "Đã lưu.")


def _number(form: Mapping[str, Any]) -> int | None:
    value = str(form.get("agency", ""))
    return int(value) if value.isdigit() else None


@router.get("/don-vi")
def agency_list(request: Request, user: CurrentUser = Depends(ADMIN), tim: str = "") -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        rows, total = desk.agency_rows(session, search=tim), desk.count_agencies(session)
        names = {one.id: one.name for one in desk.agencies(session)}
    return page(request, "agencies.html", user, rows=rows, search=tim, total=total, names=names)


@router.get("/don-vi/{agency_id}/ngung")
def agency_end(request: Request, agency_id: int, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _agency_end(request, agency_id, user)


def _agency_end(
    request: Request,
    agency_id: int,
    user: CurrentUser,
    *,
    error: str | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        agency = desk.agency(session, agency_id)
        if agency is None:
            raise HTTPException(404)
        values = {"agency": agency, "open": desk.open_legs(session, agency_id),
                  "standing": desk.agencies(session, standing=True)}  # fmt: skip
    status = 200 if error is None else 409
    return page(request, "agency_end.html", user, status=status, error=error, typed=typed or {}, **values)


@router.post("/don-vi/{agency_id}/ngung")
def dissolve_agency(
    request: Request,
    agency_id: int,
    user: CurrentUser = Depends(ADMIN),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """From a date on another agency takes the open work of this one; today means at once."""
    deps = deps_of(request)
    now = deps.now()
    try:
        day = dt.date.fromisoformat(str(form.get("day", "")))
        at = dt.datetime(day.year, day.month, day.day, tzinfo=VIET_NAM)
        with deps.store.transaction() as session:
            agencies.dissolve(
                session,
                agency_id=agency_id,
                successor_id=_number(form),
                at=now if day == local(now).date() else at,
                reason=str(form.get("reason", "")),
                actor=user.actor,
                now=now,
            )
    except ValueError:
        return _agency_end(request, agency_id, user, error=render("agencies.bad_day"), typed=form)
    except (Refused, IllegalMove) as error:
        return _agency_end(request, agency_id, user, error=why(error), typed=form)
    return go("/console/don-vi", render("agencies.end_saved"))


@router.post("/don-vi/{agency_id}/xac-nhan")
def confirm_agency(
    request: Request,
    agency_id: int,
    user: CurrentUser = Depends(ADMIN),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """The administrator vouches for the agency: "mẫu" goes away."""
    deps = deps_of(request)
    with deps.store.transaction() as session:
        confirming.confirm_agency(
            session, agency_id=agency_id, name=str(form.get("name", "")).strip() or None, user_id=user.id,
            now=deps.now(),
        )  # fmt: skip
    return go("/console/don-vi", "Đã xác nhận đơn vị.")


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
