"""Call-backs, notices and deliveries that failed: the operators' other queues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.context import HOTLINE, checked_form, deps_of, go, page, role_needed, signed_in
from feedback_store.queries import desk
from feedback_store.service import audit, callbacks, deliveries, failures
from feedback_store.service import notices as tell
from feedback_store.service.sessions import CurrentUser

router = APIRouter()
OUTCOMES = (("reached", "Đã gặp"), ("no_answer", "Không nghe máy"), ("wrong_number", "Sai số"), ("other", "Khác"))


@router.get("/goi-lai")
def calls(request: Request, user: CurrentUser = Depends(role_needed(*HOTLINE))) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        tasks = callbacks.open_tasks(session)
        done, people = desk.closed_callbacks(session), desk.people(session)
    if tasks or done:
        own = [task.id for task in tasks if task.taken_by == user.id]  # whose number stands there in full
        with deps.store.transaction() as session:
            data = {"rows": len(tasks) + len(done), "numbers": own}
            audit.log(session, action="callbacks_viewed", user_id=user.id, data=data, now=deps.now())
    return page(request, "callbacks.html", user, tasks=tasks, done=done, people=people, outcomes=OUTCOMES)


@router.post("/goi-lai/{task_id}/nhan")
def take_call(
    request: Request,
    task_id: int,
    user: CurrentUser = Depends(role_needed(*HOTLINE)),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    deps = deps_of(request)
    with deps.store.transaction() as session:
        callbacks.take(session, task_id=task_id, actor=user.actor, now=deps.now())
    return go("/console/goi-lai", "Anh/chị đã nhận cuộc gọi.")


@router.post("/goi-lai/{task_id}/xong")
def close_call(
    request: Request,
    task_id: int,
    user: CurrentUser = Depends(role_needed(*HOTLINE)),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    deps = deps_of(request)
    with deps.store.transaction() as session:
        callbacks.close(
            session,
            task_id=task_id,
            outcome=str(form.get("outcome", "")),
            note=str(form.get("note", "")).strip() or None,
            actor=user.actor,
            now=deps.now(),
        )
    return go("/console/goi-lai", "Đã ghi kết quả cuộc gọi.")


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
