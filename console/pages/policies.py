"""Time targets of the service classes, and a form that shows old and new before it saves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.context import checked_form, deps_of, go, page, role_needed
from console.forms import faults_of, number, strings
from console.pages.calendars import yaml_file
from feedback_store.domain.policy import in_order, policy_from_data
from feedback_store.queries import data_files, desk
from feedback_store.queries import policies as queries
from feedback_store.service import policy_edits
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.service.versions import Faults
from feedback_store.texts import render

router = APIRouter()
READER = role_needed("administrator", "supervisor", "manager")
ADMIN = role_needed("administrator")


@router.get("/thoi-han")
def show(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    return _policies(request, user)


def _policies(request: Request, user: CurrentUser, *, faults: Mapping[str, str] | None = None) -> Response:
    deps, now = deps_of(request), deps_of(request).now()
    with deps.store.reading() as session:
        rows = queries.versions(session)
        row = queries.in_force([one for one, _ in rows], now)
        values: dict[str, Any] = {
            "rows": rows,
            "row": row,
            "policy": policy_from_data(row.data) if row else None,
            "categories": queries.categories_of_classes(session),
            "people": desk.people(session),
            "in_order": in_order,
        }
    return page(request, "policies.html", user, status=409 if faults else 200, faults=faults or {}, **values)


@router.get("/thoi-han/tai-ve.yaml")
def download(request: Request, user: CurrentUser = Depends(READER)) -> Response:
    """The policy in force in the form of the default file."""
    deps = deps_of(request)
    with deps.store.reading() as session:
        text = data_files.policies_file(session, deps.now())
    return yaml_file(text, "policies.yaml")


@router.get("/thoi-han/sua")
def edit(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _form(request, user)


def _form(
    request: Request,
    user: CurrentUser,
    *,
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    changes: list[policy_edits.Change] | None = None,
    at: dt.datetime | None = None,
) -> Response:
    """The form, or with ``changes`` what it would change, the fields hidden."""
    deps = deps_of(request)
    with deps.store.reading() as session:
        row = policy_edits.newest(session)
    return page(
        request,
        "policy_form.html",
        user,
        status=409 if faults else 200,
        row=row,
        in_order=in_order,
        units=list(policy_edits.UNITS),
        targets=policy_edits.TARGETS,
        limits=policy_edits.LIMITS,
        faults=faults or {},
        typed=policy_edits.typed(row.data) if typed is None else typed,
        changes=changes,
        at=at,
    )


@router.post("/thoi-han/sua")
def save(
    request: Request, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """``step``: ``look`` shows old and new, ``edit`` goes back to the form, ``save`` stores what was shown."""
    deps, typed = deps_of(request), {key: value for key, value in strings(form).items() if key not in ("csrf", "step")}
    step = str(form.get("step", ""))
    common: Any = {"base": number(form, "base"), "actor": user.actor, "now": deps.now()}
    if step == "edit":
        return _form(request, user, typed=typed)
    try:
        if step != "save":
            with deps.store.reading() as session:
                changes, at = policy_edits.propose(session, form=typed, **common)
            return _form(request, user, typed=typed, changes=changes, at=at)
        with deps.store.transaction() as session:
            policy_edits.save(session, form=typed, **common)
    except (Faults, Refused) as error:
        return _form(request, user, faults=faults_of(error), typed=typed)
    return go("/console/thoi-han", render("policies.saved"))


@router.post("/thoi-han/bo-phien-ban")
def cancel(
    request: Request, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Take back a version that is only scheduled."""
    deps = deps_of(request)
    try:
        with deps.store.transaction() as session:
            policy_edits.cancel(session, version=number(form, "version"), actor=user.actor, now=deps.now())
    except Refused as error:
        return _policies(request, user, faults=faults_of(error))
    return go("/console/thoi-han", render("versions.cancelled"))
