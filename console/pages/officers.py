"""People of an agency that ended, and the step that gives them to its successor."""

from __future__ import annotations

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from console.asked import wholes
from console.context import checked_form, deps_of, go, page, why
from console.pages.organisation import ADMIN
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import desk, organisation
from feedback_store.service import officers
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render

router = APIRouter()


@router.get("/don-vi/{agency_id}/nguoi-dung")
def people(request: Request, agency_id: int, user: CurrentUser = Depends(ADMIN)) -> Response:
    return _people(request, agency_id, user)


def _people(
    request: Request, agency_id: int, user: CurrentUser, *, error: str | None = None, chosen: set[int] | None = None
) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        agency = desk.agency(session, agency_id)
        if agency is None:
            raise HTTPException(404)
        values = {
            "agency": agency,
            "successor": officers.successor(session, agency, deps.now()),
            "people": organisation.people(session, agency_id),
        }
    status = 200 if error is None else 409
    return page(request, "officers.html", user, status=status, error=error, chosen=chosen, **values)


@router.post("/don-vi/{agency_id}/nguoi-dung")
def move(
    request: Request, agency_id: int, user: CurrentUser = Depends(ADMIN),
    form: FormData = Depends(checked_form),
) -> Response:  # fmt: skip
    chosen = wholes(form, "who")
    try:
        with deps_of(request).store.transaction() as session:
            heir, moved = officers.move(
                session, agency_id=agency_id, user_ids=None if form.get("all") else chosen, actor=user.actor,
                now=deps_of(request).now(),
            )  # fmt: skip
            said = render("officers.moved", n=len(moved), agency=heir.name)
    except (Refused, IllegalMove) as error:
        return _people(request, agency_id, user, error=why(error), chosen=chosen)
    return go("/console/don-vi", said)
