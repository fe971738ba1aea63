"""Categories and routing rules: administrators edit, supervisors read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from console import asked
from console.context import checked_form, deps_of, go, page, role_needed, why
from feedback_store import patch
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import desk, lookups, organisation
from feedback_store.service import categories, routing
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render
from vitext.dates import local

router = APIRouter()
READER = role_needed("administrator", "supervisor")
ADMIN = role_needed("administrator")
Form = Mapping[str, Any]


def field(form: Form, name: str) -> str:
    return str(form.get(name, "")).strip()


def day_of(form: Form, name: str) -> dt.date | None:
    """A date field; None where empty. Raises ``Refused`` for what is no date."""
    try:
        return asked.date(form, name)
    except asked.BadValue as error:
        raise Refused("editing.bad_day") from error


@router.get("/linh-vuc")
def category_list(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    return _categories(request, user)


def _categories(request: Request, user: CurrentUser, error: str | None = None, typed: Form | None = None) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        values: dict[str, Any] = {
            "groups": organisation.groups(session),
            "rows": organisation.categories(session),
            "classes": organisation.service_classes(session, deps.now()),
            "kinds": organisation.kinds(session),
        }
    return page(
        request, "categories.html", user, status=409 if error else 200, error=error, typed=typed or {}, **values
    )


def _change_categories(
    request: Request, user: CurrentUser, form: Form, change: Callable[[Session], str], back: str = ""
) -> Response:
    try:
        with deps_of(request).store.transaction() as session:
            said = change(session)
    except Refused as error:
        return _categories(request, user, why(error), form)
    return go("/console/linh-vuc", render(said))


@router.post("/linh-vuc")
def add_category(
    request: Request, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)
) -> Response:
    def change(session: Session) -> str:
        categories.add(
            session, group_code=field(form, "group"), name=field(form, "name"), service_class=field(form, "class"),
            agency_kind=field(form, "kind"), actor=user.actor, now=deps_of(request).now(),
        )  # fmt: skip
        return "categories.added"

    return _change_categories(request, user, form, change)


@router.post("/linh-vuc/sua/{code}")
def edit_category(
    request: Request, code: str, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)
) -> Response:
    def change(session: Session) -> str:
        changed = categories.edit(
            session, code=code, group_code=field(form, "group"), name=field(form, "name"),
            service_class=field(form, "class"), agency_kind=field(form, "kind"), active=form.get("active") == "on",
            actor=user.actor, now=deps_of(request).now(),
        )  # fmt: skip
        return "editing.saved" if changed else "editing.unchanged"

    return _change_categories(request, user, {**form, "code": code}, change)


@router.post("/linh-vuc/nhom")
def add_group(request: Request, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)) -> Response:
    def change(session: Session) -> str:
        categories.add_group(session, name=field(form, "name"), actor=user.actor, now=deps_of(request).now())
        return "categories.group_added"

    return _change_categories(request, user, {**form, "new_group": "on"}, change)


@router.post("/linh-vuc/nhom/{code}")
def rename_group(
    request: Request, code: str, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)
) -> Response:
    def change(session: Session) -> str:
        now = deps_of(request).now()
        categories.rename_group(session, code=code, name=field(form, "name"), actor=user.actor, now=now)
        return "editing.saved"

    return _change_categories(request, user, {**form, "group_code": code}, change)


@router.get("/linh-vuc/categories.yaml")
def category_file(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    """The categories in the form of the default file, to be compared with it."""
    with deps_of(request).store.reading() as session:
        text = patch.categories_file(session)
    return yaml_answer(text, "categories.yaml")


def yaml_answer(text: str, name: str) -> Response:
    return Response(
        text, media_type="application/yaml", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/phan-cong")
def rule_list(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    """With ``thu=1`` also the trial: which agency, and why."""
    return _rules(request, user)


def _rules(request: Request, user: CurrentUser, error: str | None = None, typed: Form | None = None) -> Response:
    deps, query = deps_of(request), request.query_params
    now = deps.now()
    when = asked.text(query, "xem") or "current"
    tried: dict[str, Any] | None = None
    trial_error = None
    with deps.store.reading() as session:
        names = {one.id: one for one in desk.agencies(session)}
        values: dict[str, Any] = {
            "rules": organisation.rules(
                session, when=when, category=query.get("linh_vuc"), commune=query.get("xa"), at=now
            ),
            "unmanned": organisation.without_users(session),
            "categories": lookups.categories(session),
            "communes": lookups.communes(session),
            "agencies": [one for one in names.values() if routing.standing(one, now)],
        }
        if query.get("thu"):
            try:
                at = routing.day_begins(day_of(query, "ngay") or local(now).date(), now)
                found = routing.suggest_agency(
                    session, category_code=query.get("thu_linh_vuc", ""), commune_code=query.get("thu_xa") or None,
                    at=at,
                )  # fmt: skip
                agency = names[found.agency_id].name if found.agency_id is not None else None
                tried = {"agency": agency, "id": found.agency_id, "reason": found.reason, "at": at}
            except Refused as refused:
                trial_error = why(refused)
    return page(
        request,
        "routing.html",
        user,
        status=409 if error else 200,
        error=error,
        typed=typed or {},
        when=when if when in ("future", "past") else "current",
        asked=query,
        tried=tried,
        trial_error=trial_error,
        today=local(now).date().isoformat(),
        period=routing.period,
        **values,
    )


@router.post("/phan-cong")
def add_rule(request: Request, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)) -> Response:
    try:
        first = day_of(form, "first")
        if first is None:
            raise Refused("editing.bad_day")
        with deps_of(request).store.transaction() as session:
            routing.add_rule(
                session,
                category_code=field(form, "category") or None,
                commune_code=field(form, "commune") or None,
                agency_id=asked.whole_or_none(form, "agency"),
                first_day=first,
                last_day=day_of(form, "last"),
                note=field(form, "note"),
                actor=user.actor,
                now=deps_of(request).now(),
            )
    except (Refused, IllegalMove) as error:
        return _rules(request, user, why(error), form)
    return go("/console/phan-cong", render("routing.added"))


@router.post("/phan-cong/{rule_id}/ket-thuc")
def end_rule(
    request: Request, rule_id: int, user: CurrentUser = Depends(ADMIN), form: Form = Depends(checked_form)
) -> Response:
    """At the end of the day given; an empty field means at once."""
    try:
        with deps_of(request).store.transaction() as session:
            routing.end_rule(
                session, rule_id=rule_id, last_day=day_of(form, "last"), actor=user.actor, now=deps_of(request).now()
            )
    except (Refused, IllegalMove) as error:
        return _rules(request, user, why(error), {"ending": str(rule_id), "end": field(form, "last")})
    return go("/console/phan-cong", render("routing.ended"))
