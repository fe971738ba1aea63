"""Báo kết quả qua điện thoại: citizens without a chat are told by a call, which is taken and entered here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from console import asked
from console.card_list import Spot, asked_for, back_to
from console.context import HOTLINE, checked_form, deps_of, go, page, role_needed, why
from console.words import when
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import calls_owed, desk
from feedback_store.service import audit, phone_desk
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render
from vitext.dates import VIET_NAM

router = APIRouter()
HERE = "/console/goi-bao"
DESK = role_needed(*HOTLINE)
PART_OF = {"": "now", "hen": "later", "khong-so": "no_phone", "khong-bao-duoc": "unreachable"}


@router.get("/goi-bao")
def calls(request: Request, user: CurrentUser = Depends(DESK)) -> Response:
    return _list(request, user, request.query_params, asked_for(request))


def _list(
    request: Request, user: CurrentUser, given: Mapping[str, Any], spot: Spot, *, status: int = 200
) -> Response:
    """The list; a refused form stands open in its card with what was typed."""
    deps = deps_of(request)
    part = PART_OF.get(asked.text(given, "muc"), "now")
    number = asked.page_number(given)
    with deps.store.reading() as session:
        found = calls_owed.calls(session, actor=user.actor, part=part, page=number, at=deps.now())  # type: ignore[arg-type]
        made = calls_owed.made(session)
        people, again = desk.people(session), phone_desk.next_try(session, now=deps.now())
    if found.rows:
        own = [row.telling.id for row in found.rows if row.telling.taken_by == user.id]  # number and name in full
        with deps.store.transaction() as session:
            data = {"rows": len(found.rows), "numbers": own}
            audit.log(session, action="calls_viewed", user_id=user.id, data=data, now=deps.now())
    return page(
        request, "calls.html", user, status=status, found=found, people=people, parts_of=PART_OF, made=made,
        spot=spot.among([row.telling.id for row in found.rows]),
        muc=next(key for key, value in PART_OF.items() if value == part),
        now_field=_field(deps.now()), again_field=_field(again), free_from=deps.now() - phone_desk.TAKEN_FOR,
    )  # fmt: skip


@router.post("/goi-bao/{telling_id}/nhan")
def take(
    request: Request, telling_id: int, user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:  # fmt: skip
    def move(session: Session, now: dt.datetime) -> str:
        one = phone_desk.take(session, telling_id=telling_id, actor=user.actor, now=now)
        return render("phone_desk.taken_now" if one.has_phone else "phone_desk.taken_no_phone")

    return _do(request, user, form, telling_id, "nhan", move)


@router.post("/goi-bao/{telling_id}/da-bao")
def told(
    request: Request, telling_id: int, user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:  # fmt: skip
    def move(session: Session, now: dt.datetime) -> str:
        called = _instant(form, "called_at")
        if called is None:
            raise IllegalMove("phone_desk.call_when")
        about = phone_desk.told(session, telling_id=telling_id, called_at=called, actor=user.actor, now=now)
        return render("phone_desk.noted_told", code=about.code, at=when(called))

    return _do(request, user, form, telling_id, "da-bao", move)


@router.post("/goi-bao/{telling_id}/chua-gap")
def not_reached(
    request: Request, telling_id: int, user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:  # fmt: skip
    def move(session: Session, now: dt.datetime) -> str:
        again = _instant(form, "again_at")
        if again is None:
            raise IllegalMove("phone_desk.again_when", days=phone_desk.LATEST_TRY.days)
        about = phone_desk.not_reached(session, telling_id=telling_id, again_at=again, actor=user.actor, now=now)
        return render("phone_desk.noted_missed", code=about.code, at=when(again))

    return _do(request, user, form, telling_id, "chua-gap", move)


@router.post("/goi-bao/{telling_id}/sai-so")
def wrong_number(
    request: Request, telling_id: int, user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:  # fmt: skip
    def move(session: Session, now: dt.datetime) -> str:
        reason = str(form.get("reason", ""))
        about = phone_desk.wrong_number(session, telling_id=telling_id, reason=reason, actor=user.actor, now=now)
        return render("phone_desk.noted_wrong", code=about.code)

    return _do(request, user, form, telling_id, "sai-so", move)


def _do(
    request: Request, user: CurrentUser, form: Mapping[str, Any], telling_id: int, act: str,
    move: Callable[[Session, dt.datetime], str],
) -> Response:  # fmt: skip
    """One entry in one transaction; back to its card, or to the part of the list that it has left."""
    deps = deps_of(request)
    try:
        with deps.store.transaction() as session:
            said = move(session, deps.now())
    except (Refused, IllegalMove) as error:
        return _list(request, user, form, Spot(telling_id, act, why(error), form), status=409)
    query = {key: str(form[key]) for key in ("muc", "trang") if form.get(key)}
    return back_to(HERE, telling_id, said, **query) if act == "nhan" else go(HERE, said, **query)


def _field(at: dt.datetime) -> str:
    """An instant as a ``datetime-local`` field shows it."""
    return at.astimezone(VIET_NAM).strftime("%Y-%m-%dT%H:%M")


def _instant(form: Mapping[str, Any], name: str) -> dt.datetime | None:
    """A ``datetime-local`` field, which is Viet Nam's time; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(str(form.get(name, "")).strip())
        return found.replace(tzinfo=VIET_NAM).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
