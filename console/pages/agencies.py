"""Agencies: added, changed, confirmed, merged into a successor. Administrators edit, supervisors read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from console import asked
from console.context import checked_form, deps_of, go, page, why
from console.pages.organisation import ADMIN, READER, field, yaml_answer
from feedback_store import patch
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import desk, lookups, organisation
from feedback_store.service import agencies, agency_editing, confirming
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render
from vitext.dates import VIET_NAM, local

router = APIRouter()
Form = Mapping[str, Any]


@router.get("/don-vi")
def agency_list(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    return _agencies(request, user, tim=asked.text(request.query_params, "tim", longest=60))


def _agencies(
    request: Request, user: CurrentUser, *, tim: str = "", error: str | None = None, typed: Form | None = None
) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        standing, ended = organisation.agencies(session, search=tim, at=deps.now())
        values = {"standing": standing, "ended": ended, **_choices(session)}
    return page(
        request, "agencies.html", user, status=409 if error else 200, search=tim, error=error, typed=typed or {},
        **values,
    )  # fmt: skip


def _choices(session: Session) -> dict[str, Any]:
    """What the fields of an agency offer."""
    return {
        "kinds": organisation.kinds(session),
        "calendars": organisation.calendars(session),
        "communes": lookups.communes(session),
    }


def _change(request: Request, user: CurrentUser, form: Form, change: Callable[[Session], str]) -> Response:
    try:
        with deps_of(request).store.transaction() as session:
            said = change(session)
    except (Refused, IllegalMove) as error:
        return _agencies(request, user, error=why(error), typed=form)
    return go("/console/don-vi", render(said))


def _values(form: Form) -> dict[str, Any]:
    return {
        "name": field(form, "name"),
        "kind": field(form, "kind"),
        "commune_code": field(form, "commune") or None,
        "calendar_code": field(form, "calendar"),
    }


@router.post("/don-vi")
def add(request: Request, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)) -> Response:
    def change(session: Session) -> str:
        agency_editing.add(session, **_values(form), actor=user.actor, now=deps_of(request).now())
        return "agencies.added"

    return _change(request, user, form, change)


@router.get("/don-vi/{agency_id}/sua")
def edit_page(request: Request, agency_id: int, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _edit_page(request, agency_id, user)


def _edit_page(
    request: Request, agency_id: int, user: CurrentUser, *, error: str | None = None, typed: Form | None = None
) -> Response:
    with deps_of(request).store.reading() as session:
        agency = desk.agency(session, agency_id)
        if agency is None:
            raise HTTPException(404)
        values = {"agency": agency, **_choices(session)}
    status = 200 if error is None else 409
    return page(request, "agency_edit.html", user, status=status, error=error, typed=typed or {}, **values)


@router.post("/don-vi/{agency_id}/sua")
def edit(
    request: Request, agency_id: int, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)
) -> Response:
    try:
        with deps_of(request).store.transaction() as session:
            changed = agency_editing.edit(
                session, agency_id=agency_id, **_values(form), actor=user.actor, now=deps_of(request).now()
            )
    except (Refused, IllegalMove) as error:
        return _edit_page(request, agency_id, user, error=why(error), typed=form)
    return go("/console/don-vi", render("editing.saved" if changed else "editing.unchanged"))


@router.post("/don-vi/{agency_id}/tiep-tuc")
def keep(
    request: Request, agency_id: int, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)
) -> Response:
    """Take back an end that is still to come."""

    def change(session: Session) -> str:
        agency_editing.keep(session, agency_id=agency_id, actor=user.actor, now=deps_of(request).now())
        return "agencies.kept"

    return _change(request, user, {}, change)


@router.get("/don-vi/{agency_id}/ngung")
def agency_end(request: Request, agency_id: int, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _agency_end(request, agency_id, user)


def _agency_end(
    request: Request, agency_id: int, user: CurrentUser, *, error: str | None = None, typed: Form | None = None
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
def dissolve(
    request: Request, agency_id: int, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)
) -> Response:
    """From a date on another agency takes the open work of this one; today means at once."""
    deps = deps_of(request)
    now = deps.now()
    try:
        try:
            day = asked.date(form, "day")
        except asked.BadValue as error:
            raise Refused("agencies.bad_day") from error
        if day is None:
            raise Refused("agencies.bad_day")
        at = dt.datetime(day.year, day.month, day.day, tzinfo=VIET_NAM)
        with deps.store.transaction() as session:
            agencies.dissolve(
                session,
                agency_id=agency_id,
                successor_id=asked.whole_or_none(form, "agency"),
                at=now if day == local(now).date() else at,
                reason=field(form, "reason"),
                actor=user.actor,
                now=now,
            )
    except (Refused, IllegalMove) as error:
        return _agency_end(request, agency_id, user, error=why(error), typed=form)
    return go("/console/don-vi", render("agencies.end_saved"))


@router.post("/don-vi/{agency_id}/xac-nhan")
def confirm(
    request: Request, agency_id: int, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)
) -> Response:
    """The administrator vouches for the agency: "mẫu" goes away."""
    deps = deps_of(request)
    with deps.store.transaction() as session:
        confirming.confirm_agency(
            session, agency_id=agency_id, name=field(form, "name") or None, user_id=user.id, now=deps.now()
        )
    return go("/console/don-vi", "Đã xác nhận đơn vị.")


@router.get("/don-vi/tep.yaml")
def agency_file(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    """Agencies and routing rules in the form of the province's default file."""
    with deps_of(request).store.reading() as session:
        name, text = patch.province_file(session)
    return yaml_answer(text, name)
