"""Notices and deliveries that failed: the operators' other lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.context import HOTLINE, checked_form, deps_of, go, page, role_needed, signed_in
from feedback_store.queries import desk
from feedback_store.service import deliveries, failures
from feedback_store.service import notices as tell
from feedback_store.service.sessions import CurrentUser

router = APIRouter()


@router.get("/thong-bao")
def notices(request: Request, user: CurrentUser = Depends(signed_in)) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        found = desk.notices(session, user)
    return page(request, "notices.html", user, notices=found)


@router.post("/thong-bao/da-doc")
def read_all(
    request: Request, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    deps = deps_of(request)
    with deps.store.transaction() as session:
        tell.mark_read(session, rule=desk.addressed_to(user), now=deps.now())
    return go("/console/thong-bao")


@router.get("/khong-gui-duoc")
def dead_letters(request: Request, user: CurrentUser = Depends(role_needed(*HOTLINE))) -> Response:
    """Messages that could not be delivered, or whose outcome is unknown; for the administrator failed turns too."""
    deps = deps_of(request)
    with deps.store.reading() as session:
        found = deliveries.dead_letters(session)
        failed = failures.failed_turns(session) if user.role == "administrator" else None
    return page(request, "dead_letters.html", user, found=found, failed=failed)


@router.post("/khong-gui-duoc/{message_id}/gui-lai")
def send_again(
    request: Request,
    message_id: int,
    user: CurrentUser = Depends(role_needed(*HOTLINE)),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    deps = deps_of(request)
    with deps.store.transaction() as session:
        again = deliveries.send_again(session, message_id=message_id, now=deps.now())
    return go("/console/khong-gui-duoc", "Đang gửi lại." if again else "Tin này đã được gửi lại trước đó.")
