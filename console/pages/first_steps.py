"""The first steps of a new installation, for its administrator: what is done, what is left, and where to do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.context import checked_form, deps_of, go, page, role_needed, why
from feedback_store.queries import first_steps as queries
from feedback_store.service import first_steps
from feedback_store.service.actor import ROLES, Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render

router = APIRouter()
ADMIN = role_needed("administrator")
PATH = "/console/buoc-dau"
WHICH = {"tinh-thanh-pho": "province", "linh-vuc": "categories"}
"""Last part of the address of a form → the step that it confirms."""


@router.get("/buoc-dau")
def show(request: Request, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _page(request, user)


def _page(request: Request, user: CurrentUser, *, error: str | None = None) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        found = queries.first_steps(session, deps.now())
    return page(
        request,
        "first_steps.html",
        user,
        status=409 if error else 200,
        error=error,
        found=found,
        steps=queries.STEPS,
        roles=ROLES,
        needed=queries.NEEDED_ROLES,
    )


@router.post("/buoc-dau/{which}")
def confirm(
    request: Request, which: str, user: CurrentUser = Depends(ADMIN), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Confirm the province or the categories, or take it back."""
    deps = deps_of(request)
    step, confirmed = WHICH.get(which, ""), form.get("confirmed") == "on"
    try:
        with deps.store.transaction() as session:
            changed = first_steps.confirm(session, step=step, confirmed=confirmed, actor=user.actor, now=deps.now())
    except Refused as error:
        return _page(request, user, error=why(error))
    said = ("first_steps.confirmed" if confirmed else "first_steps.taken_back") if changed else "editing.unchanged"
    return go(PATH, render(said), anchor=step)
