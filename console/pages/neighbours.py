"""Previous and next: from one ticket of a list to the one beside it, looked up when it is asked for."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from console.context import deps_of, go, signed_in
from console.list_place import LIST, ListPlace, place_of
from console.pages.queue import filters_of, record_search
from feedback_store.queries import tickets as queries
from feedback_store.queries.tickets import QueuePage
from feedback_store.service.actor import Actor
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
    now = deps.now()
    with deps.store.reading() as session:
        shown = _page(session, place, place.page, user.actor, now)
        found = _beside(session, shown, place, code.upper(), step, user.actor, now)
    record_search(deps, user, filters_of(place.given, user.actor), rows=shown.total)
    if found is None:
        return go(place.address, render("console.list_over"))
    other, there = found
    return go(there.ticket(other))


def _page(session: Session, place: ListPlace, number: int, actor: Actor, now: dt.datetime) -> QueuePage:
    return queries.queue(session, actor=actor, filters=filters_of(place.given, actor, page=number), at=now)


def _beside(
    session: Session, shown: QueuePage, place: ListPlace, code: str, step: int, actor: Actor, now: dt.datetime
) -> tuple[str, ListPlace] | None:
    codes = [row.ticket.code for row in shown.rows]
    if code in codes:
        wanted = codes.index(code) + step
    else:  # the move just made took it out of the list: the next one stands where it stood
        wanted = place.row - 1 if step > 0 else place.row - 2
    if 0 <= wanted < len(codes):
        return codes[wanted], place.at(shown.page, wanted + 1)
    number = shown.page + step
    if not 1 <= number <= shown.pages:
        return None
    further = _page(session, place, number, actor, now)
    if not further.rows:
        return None
    row = 1 if step > 0 else len(further.rows)
    return further.rows[row - 1].ticket.code, place.at(further.page, row)
