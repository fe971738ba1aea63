"""Người dân hẹn gọi lại: people who asked to be phoned: who takes the call, and its outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from console.card_list import Spot, asked_for, back_to
from console.context import HOTLINE, checked_form, deps_of, go, page, role_needed, why
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import conversations, desk
from feedback_store.service import audit, callbacks
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import render

router = APIRouter()
HERE = "/console/goi-lai"
DESK = role_needed(*HOTLINE)
OUTCOMES = (("reached", "Đã gặp"), ("no_answer", "Không nghe máy"), ("wrong_number", "Sai số"), ("other", "Khác"))
DONE = (*OUTCOMES, (callbacks.ANSWERED, "Đã trả lời trong cuộc trò chuyện"))
CHAT = 12
"""Messages of a chat that stand in the card of who answers there."""


@router.get("/goi-lai")
def calls(request: Request, user: CurrentUser = Depends(DESK)) -> Response:
    return _list(request, user, asked_for(request))


def _list(request: Request, user: CurrentUser, spot: Spot, *, status: int = 200) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        tasks = callbacks.open_tasks(session)
        done, people = desk.closed_callbacks(session), desk.people(session)
        chats = {
            task.id: [
                line
                for line in conversations.transcript(session, conversation_id=task.conversation_id, limit=CHAT)
                if line.body is not None
            ]
            for task in tasks
            if task.taken_by == user.id and task.phone is None
        }
    if tasks or done:
        own = [task.id for task in tasks if task.taken_by == user.id]  # whose number stands there in full
        with deps.store.transaction() as session:
            data = {"rows": len(tasks) + len(done), "numbers": own}
            audit.log(session, action="callbacks_viewed", user_id=user.id, data=data, now=deps.now())
            for number in chats:
                audit.log(session, action="chat_viewed", user_id=user.id, subject=f"callback:{number}", now=deps.now())
    return page(
        request, "callbacks.html", user, status=status, tasks=tasks, done=done, people=people, outcomes=OUTCOMES,
        ended=dict(DONE), chats=chats, spot=spot.among([task.id for task in tasks]),
    )  # fmt: skip


@router.post("/goi-lai/{task_id}/nhan")
def take_call(
    request: Request, task_id: int, user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:  # fmt: skip
    def move(session: Session, now: dt.datetime) -> None:
        callbacks.take(session, task_id=task_id, actor=user.actor, now=now)

    refused = _done(request, user, form, Spot(task_id, "nhan"), move)
    if refused is not None:
        return refused
    with deps_of(request).store.reading() as session:
        phone = callbacks.has_phone(session, task_id=task_id)
    return back_to(HERE, task_id, render("phone_desk.taken_now" if phone else "phone_desk.taken_to_answer"))


@router.post("/goi-lai/{task_id}/tra-loi")
def answer_in_chat(
    request: Request, task_id: int, user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:  # fmt: skip
    def move(session: Session, now: dt.datetime) -> None:
        callbacks.answer(session, task_id=task_id, words=str(form.get("words", "")), actor=user.actor, now=now)

    refused = _done(request, user, form, Spot(task_id, "tra-loi"), move)
    return refused or go(HERE, render("phone_desk.answered"))


@router.post("/goi-lai/{task_id}/xong")
def close_call(
    request: Request, task_id: int, user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:  # fmt: skip
    def move(session: Session, now: dt.datetime) -> None:
        outcome, note = str(form.get("outcome", "")), str(form.get("note", "")).strip() or None
        callbacks.close(session, task_id=task_id, outcome=outcome, note=note, actor=user.actor, now=now)

    refused = _done(request, user, form, Spot(task_id, "xong"), move)
    return refused or go(HERE, render("phone_desk.noted_outcome"))


def _done(
    request: Request, user: CurrentUser, form: Mapping[str, Any], spot: Spot,
    move: Callable[[Session, dt.datetime], None],
) -> Response | None:  # fmt: skip
    """One entry in one transaction; gives the list where it was refused."""
    deps = deps_of(request)
    try:
        with deps.store.transaction() as session:
            move(session, deps.now())
    except (Refused, IllegalMove) as error:
        spot.error, spot.typed = why(error), form
        return _list(request, user, spot, status=409)
    return None
