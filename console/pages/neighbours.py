"""Previous and next: from one ticket of a list to the one beside it, looked up when it is asked for."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.context import deps_of, go, signed_in
from console.list_place import LIST, place_of
from console.pages.queue import filters_of, record_search
from feedback_store.queries import listing
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render

router = APIRouter()
STEPS = {"truoc": -1, "sau": 1}


@router.get("/phan-anh/{code}/truoc")
@router.get("/phan-anh/{code}/sau")
def beside(request: Request, code: str, user: CurrentUser = Depends(signed_in)) -> Response:
    """The ticket before or after ``code`` in its list; at the end of the list, the list itself with a word on it."""
    deps, place = deps_of(request), place_of(request)
    step = STEPS[request.url.path.rpartition("/")[2]]
    if place is None:
        return go(LIST)
    if place.row is None:
        return go(place.address)
    filters = filters_of(place.given, user.actor, page=place.page, after=place.after)
    with deps.store.reading() as session:
        found = listing.neighbour(
            session, actor=user.actor, filters=filters, at=deps.now(), row=place.row, code=code.upper(), step=step
        )
    record_search(deps, user, filters, rows=1 if found else 0)
    if found is None:
        return go(place.address, render("console.list_over"))
    return go(place.turned(place.page + found.turned, found.after).at(found.key).ticket(found.code))
