"""Emergencies: the list by senders, one sender's conversations, one conversation's card, and what is done with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from console.context import HOTLINE, checked_form, deps_of, go, page, role_needed, why
from console.refused_form import RefusedForm
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import conversations, desk, lookups
from feedback_store.queries import emergencies as reads
from feedback_store.reading.phones import masked
from feedback_store.service import audit, emergencies, emergency_reports
from feedback_store.service.actor import Refused
from feedback_store.service.sessions import CurrentUser

router = APIRouter()
DESK = role_needed(*HOTLINE)
LIST = "/console/khan-cap"
TURNING = dt.timedelta(minutes=30)
"""How long the order of the pages stands still; after that the list begins anew."""
OTHER = "khac.khac"


def _asked_at(luc: str, now: dt.datetime) -> dt.datetime:
    """The instant the first page was opened, in microseconds; anything else counts as now."""
    if not (luc.isascii() and luc.isdigit() and len(luc) < 18):
        return now
    asked = dt.datetime.fromtimestamp(int(luc) / 1_000_000, dt.UTC)
    return asked if now - TURNING < asked <= now else now


def _stamp(instant: dt.datetime) -> int:
    return round(instant.timestamp() * 1_000_000)


def _saw(request: Request, user: CurrentUser, threads: Sequence[reads.Thread]) -> None:
    """What the list shows counts as seen, and that it was read is recorded."""
    deps = deps_of(request)
    if not threads:
        return
    with deps.store.transaction() as session:
        emergencies.see(session, call_ids=[one.last.id for one in threads], actor=user.actor, now=deps.now())
        data = {"rows": len(threads)}
        audit.log(session, action="emergencies_viewed", user_id=user.id, data=data, now=deps.now())


@router.get("/khan-cap")
def alarms(
    request: Request, trang: int = 1, luc: str = "", muc: str = "", user: CurrentUser = Depends(DESK)
) -> Response:
    """Senders with open alerts; ``muc=toi``: those the user has taken. What it shows counts as seen."""
    return _list(request, user, trang, luc, muc, RefusedForm())


def _list(
    request: Request, user: CurrentUser, trang: int, luc: str, muc: str, refused: RefusedForm, *, status: int = 200
) -> Response:
    deps = deps_of(request)
    asked_at = _asked_at(luc, deps.now())
    with deps.store.reading() as session:
        listed = reads.sources(
            session, asked_at=asked_at, page=trang, taken_by=user.id if muc == "toi" else None
        )
        standing = reads.standing(session)
        closed, people = desk.closed_emergencies(session), desk.people(session)
    _saw(request, user, [thread for source in listed.rows for thread in source.threads])
    return page(
        request, "emergencies.html", user, status=status, refused=refused, listed=listed, standing=standing,
        closed=closed, people=people, luc=_stamp(asked_at), muc=muc,
    )  # fmt: skip


@router.get("/khan-cap/nguon")
def sender(
    request: Request, nguon: str = "", trang: int = 1, luc: str = "", user: CurrentUser = Depends(DESK)
) -> Response:
    """All conversations of one sender, shortly; what it shows counts as seen."""
    deps = deps_of(request)
    asked_at = _asked_at(luc, deps.now())
    with deps.store.reading() as session:
        listed = reads.threads_of(session, key=nguon[:64], asked_at=asked_at, page=trang)
        people = desk.people(session)
    _saw(request, user, listed.rows)
    return page(
        request, "emergency_source.html", user, listed=listed, people=people, nguon=nguon, luc=_stamp(asked_at),
        refused=RefusedForm(),
    )  # fmt: skip


@router.get("/khan-cap/{call_id}")
def card(request: Request, call_id: int, trang: int = 1, user: CurrentUser = Depends(DESK)) -> Response:
    return _card(request, call_id, user, number=trang)


def _card(
    request: Request, call_id: int, user: CurrentUser, *, number: int = 1, numbers: bool = False,
    refused: RefusedForm | None = None,
) -> Response:  # fmt: skip
    """One conversation's alerts with its chat, ``number``: which page of them. ``numbers``: telephone numbers are not
    masked; the caller has recorded it."""
    deps = deps_of(request)
    with deps.store.reading() as session:
        thread = reads.thread(session, call_id, most=reads.THREADS, page=number)
        if thread is None:
            raise HTTPException(404)
        chat = [
            line if numbers else _masked(line)
            for line in conversations.transcript(session, conversation_id=thread.last.conversation_id, limit=50)
            if line.body is not None
        ]
        report = reads.report_words(session, call_id)
        ticket = reads.report_code(session, thread)
        people, categories, communes = desk.people(session), lookups.categories(session), lookups.communes(session)
    with deps.store.transaction() as session:
        if thread.last.closed_at is None:
            emergencies.see(session, call_ids=[thread.last.id], actor=user.actor, now=deps.now())
        if chat:
            audit.log(
                session, action="chat_viewed", user_id=user.id, subject=f"emergency:{call_id}", now=deps.now()
            )
    return page(
        request, "emergency.html", user, status=409 if refused else 200, refused=refused or RefusedForm(),
        thread=thread, chat=chat, people=people, numbers=numbers, report=report if numbers else masked(report),
        ticket=ticket, categories=categories, communes=communes,
        category=OTHER, listed=reads.page_of(thread, number),
    )  # fmt: skip


def _masked(line: conversations.Line) -> conversations.Line:
    body = {
        key: masked(value) if key in ("text", "caption", "label") and isinstance(value, str) else value
        for key, value in (line.body or {}).items()
    }
    return replace(line, body=body)


@router.post("/khan-cap/dong-nhieu")
def close_many(
    request: Request, user: CurrentUser = Depends(DESK), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Take and close the chosen conversations and senders for one reason."""
    deps = deps_of(request)
    chosen = [int(value) for value in _all(form, "tin") if _is_id(value)]
    parted = [value.partition(" ") for value in _all(form, "nguon")]
    whole = [(key, int(last)) for last, _, key in parted if _is_id(last)]
    try:
        with deps.store.transaction() as session:
            made = emergencies.close_together(
                session, call_ids=chosen, sources=whole, reason=str(form.get("reason", "")), actor=user.actor,
                now=deps.now(),
            )  # fmt: skip
    except (Refused, IllegalMove) as error:
        typed = {"reason": str(form.get("reason", "")), "tin": chosen, "nguon": _all(form, "nguon")}
        return _list(request, user, 1, "", "", RefusedForm("dong-nhieu", why(error), typed), status=409)
    said = [f"Đã nhận và đóng {made.closed} tin khẩn cấp."]
    if made.held:
        said.append(f"{made.held} hội thoại do đồng nghiệp đang xử lý nên chưa đóng.")
    if made.unseen:
        said.append(f"{made.unseen} hội thoại có tin chưa ai xem nên chưa đóng.")
    return go(LIST, " ".join(said))


def _all(form: Mapping[str, Any], name: str) -> list[str]:
    values: Any = form.getlist(name)  # type: ignore[attr-defined]
    return [value for value in values if isinstance(value, str)]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


@router.post("/khan-cap/{call_id}/nhan")
def take_alarm(
    request: Request,
    call_id: int,
    user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """Who takes it sees whom to call, in the same act."""
    deps = deps_of(request)
    with deps.store.transaction() as session:
        emergencies.take(session, call_id=call_id, actor=user.actor, now=deps.now())
        _record_numbers(session, call_id, user, deps.now())
    return _card(request, call_id, user, numbers=True)


@router.post("/khan-cap/{call_id}/so-dien-thoai")
def show_numbers(
    request: Request,
    call_id: int,
    user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """The numbers again, for who has taken it; recorded every time."""
    deps = deps_of(request)
    with deps.store.transaction() as session:
        emergencies.held_by(session, call_id=call_id, actor=user.actor)
        _record_numbers(session, call_id, user, deps.now())
    return _card(request, call_id, user, numbers=True)


def _record_numbers(session: Any, call_id: int, user: CurrentUser, now: dt.datetime) -> None:
    audit.log(session, action="emergency_numbers_viewed", user_id=user.id, subject=f"emergency:{call_id}", now=now)


@router.post("/khan-cap/{call_id}/dong")
def close_alarm(
    request: Request,
    call_id: int,
    user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    deps = deps_of(request)
    try:
        with deps.store.transaction() as session:
            outcome = str(form.get("outcome", ""))
            emergencies.close(session, call_id=call_id, outcome=outcome, actor=user.actor, now=deps.now())
    except (Refused, IllegalMove) as error:
        return _card(request, call_id, user, refused=RefusedForm("dong", why(error), form))
    return go(LIST, "Đã ghi kết quả.")


@router.post("/khan-cap/{call_id}/phan-anh")
def make_report(
    request: Request,
    call_id: int,
    user: CurrentUser = Depends(DESK),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """A report of this alert, once; masked words that nobody changed are filed as the citizen wrote them."""
    deps = deps_of(request)
    typed = str(form.get("text", "")).replace("\r\n", "\n").strip()
    try:
        with deps.store.transaction() as session:
            written = reads.report_words(session, call_id).strip()
            filed = emergency_reports.file(
                session,
                call_id=call_id,
                text=written if typed == masked(written) else typed,
                category_code=str(form.get("category", "")),
                place_text=str(form.get("place", "")).strip() or None,
                commune_code=str(form.get("commune", "")) or None,
                actor=user.actor,
                now=deps.now(),
            )
    except (Refused, IllegalMove) as error:
        return _card(request, call_id, user, refused=RefusedForm("phan-anh", why(error), form))
    said = "Đã tạo phản ánh và báo mã cho người dân." if filed.created else "Tin này đã có phản ánh."
    return go(f"/console/phan-anh/{filed.code}", said)
