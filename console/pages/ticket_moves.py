"""The buttons of the ticket page: each one use case, each refused with a reason and nothing typed lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from console.asked import identifier, whole_or_none
from console.context import HOTLINE, checked_form, deps_of, go, signed_in, why
from console.list_place import ticket_address
from console.pages.ticket import ticket_view
from feedback_store.domain.lifecycle import IllegalMove, refusal_ground
from feedback_store.queries import desk, organisation
from feedback_store.queries import tickets as queries
from feedback_store.service import extensions, legs, media, pauses, questions, results, tellings, tickets
from feedback_store.service.actor import Refused
from feedback_store.service.media import MediaRefused
from feedback_store.service.sessions import CurrentUser

if TYPE_CHECKING:
    from feedback_store.tables import Ticket
from feedback_store.texts import render

router = APIRouter()
MAX_FILE = 10 * 2**20
MOST_DAYS = 10_000
Move = Callable[[Session, "Ticket"], str]


def _do(request: Request, code: str, user: CurrentUser, form: Mapping[str, Any], move: Move) -> Response:
    """Run one move in one transaction; a refusal gives the page again with the reason and the form."""
    deps = deps_of(request)
    try:
        with deps.store.transaction() as session:
            ticket = queries.find_ticket(session, code=code.upper(), actor=user.actor)
            if ticket is None:
                raise HTTPException(404)
            said = move(session, ticket)
    except (Refused, IllegalMove, MediaRefused) as error:
        reason = render(error.key, **error.params) if isinstance(error, MediaRefused) else why(error)
        return ticket_view(request, code, user, error=reason, typed=form, status=409)
    return go(ticket_address(request, code.upper()), said)


def _leg(session: Session, ticket: Ticket, form: Mapping[str, Any], user: CurrentUser) -> int:
    """The leg a form names, if it belongs to this ticket and the user may see it."""
    leg = queries.find_leg(session, leg_id=whole_or_none(form, "leg") or 0, ticket_id=ticket.id, actor=user.actor)
    if leg is None:
        raise HTTPException(404)
    return leg.id


@router.post("/phan-anh/{code}/phan-phoi")
def dispatch(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    def move(session: Session, ticket: Ticket) -> str:
        agency = whole_or_none(form, "agency")
        if agency is None:
            raise Refused("tickets.unknown_agency")
        legs.dispatch(
            session,
            ticket_id=ticket.id,
            agency_id=agency,
            note=str(form.get("note", "")).strip() or None,
            suggestion_reason=str(form.get("suggested", ""))[:500] or None,
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=deps_of(request).now(),
        )
        if agency in organisation.without_users(session):
            name = desk.agency_names(session, [agency])[agency]
            return "Đã phân phối phản ánh. " + render("agencies.no_users_then", agency=name)
        return "Đã phân phối phản ánh."

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/tiep-nhan")
def accept(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    def move(session: Session, ticket: Ticket) -> str:
        legs.accept(
            session,
            leg_id=_leg(session, ticket, form, user),
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=deps_of(request).now(),
        )
        return "Đã tiếp nhận."

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/tra-lai")
def give_back(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    def move(session: Session, ticket: Ticket) -> str:
        legs.return_leg(
            session,
            leg_id=_leg(session, ticket, form, user),
            reason=str(form.get("reason", "")),
            proposed_agency_id=whole_or_none(form, "proposed"),
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=deps_of(request).now(),
        )
        return "Đã trả lại tổng đài."

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/ket-qua")
def submit(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """The officer's result. Photos that were uploaded stay with the form when the text is refused."""
    now = deps_of(request).now()
    try:
        kept = _keep_files(request, code, user, form)
    except (MediaRefused, Refused) as error:
        return ticket_view(request, code, user, error=render(error.key, **error.params), typed=form, status=409)

    def move(session: Session, ticket: Ticket) -> str:
        results.submit(
            session,
            leg_id=_leg(session, ticket, form, user),
            text=str(form.get("text", "")),
            media_ids=kept,
            no_evidence_reason=str(form.get("no_evidence", "")).strip() or None,
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=now,
        )
        return "Đã gửi kết quả, chờ tổng đài duyệt."

    typed = {**dict(form), "kept": [str(one) for one in kept]}
    return _do(request, code, user, typed, move)


def _keep_files(request: Request, code: str, user: CurrentUser, form: Mapping[str, Any]) -> list[uuid.UUID]:
    """Store new files and check the ones kept from an earlier try; gives their media ids."""
    deps, now = deps_of(request), deps_of(request).now()
    items = form.multi_items() if hasattr(form, "multi_items") else list(form.items())
    earlier = [str(value) for name, value in items if name == "kept"]
    files = [value for name, value in items if name == "files" and isinstance(value, UploadFile) and value.filename]
    with deps.store.reading() as session:
        if queries.find_ticket(session, code=code.upper(), actor=user.actor) is None:
            raise HTTPException(404)
    photos: list[media.StoredPhoto] = []
    try:
        for file in files[:6]:  # outside the transaction: decoding may have to wait for its turn
            photos.append(media.store_upload(deps.media, file.file.read(MAX_FILE + 1), max_bytes=MAX_FILE))
        with deps.store.transaction() as session:
            kept = [
                media_id
                for media_id in filter(None, map(identifier, earlier))
                if media.own_evidence(session, media_id=media_id, user_id=user.id)
            ]
            kept += [media.keep_evidence(session, photo=photo, user_id=user.id, now=now) for photo in photos]
    except BaseException:
        for photo in photos:
            media.discard(deps.media, photo)
        raise
    return kept


@router.post("/phan-anh/{code}/duyet")
def release(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    now = deps_of(request).now()

    def move(session: Session, ticket: Ticket) -> str:
        results.release(
            session,
            leg_id=_leg(session, ticket, form, user),
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=now,
        )
        return f"Đã duyệt kết quả. {tellings.how_told(session, ticket, now)}".strip()

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/gui-lai")
def send_back(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    def move(session: Session, ticket: Ticket) -> str:
        results.send_back(
            session,
            leg_id=_leg(session, ticket, form, user),
            reason=str(form.get("reason", "")),
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=deps_of(request).now(),
        )
        return "Đã gửi lại đơn vị."

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/xin-gia-han")
def ask_for_time(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """The agency's leader asks for more time, in working days or in hours as the leg's target counts."""

    def move(session: Session, ticket: Ticket) -> str:
        leg_id = _leg(session, ticket, form, user)
        extensions.ask(
            session,
            leg_id=leg_id,
            amount=(whole_or_none(form, "more", most=MOST_DAYS) or 0) * extensions.unit(session, leg_id),
            reason=str(form.get("more_reason", "")),
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=deps_of(request).now(),
        )
        return "Đã gửi đề nghị gia hạn, chờ lãnh đạo trực của tổng đài quyết định."

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/quyet-dinh-gia-han")
def decide_on_time(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    grant, now = form.get("decision") == "grant", deps_of(request).now()

    def move(session: Session, ticket: Ticket) -> str:
        extensions.decide(
            session,
            extension_id=extensions.of_ticket(session, ticket.id, whole_or_none(form, "extension") or 0),
            grant=grant,
            reason=str(form.get("decision_reason", "")),
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=now,
        )
        return f"Đã gia hạn. {tellings.how_told(session, ticket, now)}".strip() if grant else "Đã từ chối gia hạn."

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/quyet-dinh-tam-dung")
def decide_on_pause(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """The supervisor's word on an agency's pause."""
    confirm = form.get("word") == "confirm"

    def move(session: Session, ticket: Ticket) -> str:
        pauses.decide(
            session,
            pause_id=pauses.of_ticket(session, ticket.id, whole_or_none(form, "pause") or 0),
            confirm=confirm,
            reason=str(form.get("word_reason", "")),
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=deps_of(request).now(),
        )
        return render("pauses.confirmed" if confirm else "pauses.refused")

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/hoi-nguoi-dan")
def question(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """The hotline's question about the report, or the agency's own about its leg."""

    def move(session: Session, ticket: Ticket) -> str:
        now = deps_of(request).now()
        holds = pauses.may_wait(session, ticket, now)
        questions.ask(
            session,
            ticket_id=ticket.id,
            text=str(form.get("question", "")),
            leg_id=_leg(session, ticket, form, user) if user.actor.is_agency else None,
            actor=user.actor,
            expected_version=whole_or_none(form, "version"),
            now=now,
        )
        return render("questions.sent_held" if holds else "questions.sent")

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/tam-dung-phan-viec")
def pause_leg(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """The agency stops or resumes the clock of its own leg; waiting for the citizen goes through a question."""

    def move(session: Session, ticket: Ticket) -> str:
        common: dict[str, Any] = {
            "ticket_id": ticket.id, "actor": user.actor, "expected_version": whole_or_none(form, "version"),
            "now": deps_of(request).now(),
        }  # fmt: skip
        if form.get("resume"):
            tickets.resume(session, **common)
            return render("pauses.ended")
        reason = str(form.get("pause_reason", ""))
        tickets.pause(session, kind="force_majeure", reason=reason, leg_id=_leg(session, ticket, form, user), **common)
        return "Đã tạm dừng, chờ lãnh đạo trực của tổng đài xác nhận."

    return _do(request, code, user, form, move)


@router.post("/phan-anh/{code}/{move_name}")
def whole_ticket(
    request: Request,
    code: str,
    move_name: str,
    user: CurrentUser = Depends(signed_in),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """Moves of the whole ticket: tu-choi, dong, mo-lai, tam-dung, tiep-tuc."""
    if user.role not in HOTLINE:
        raise HTTPException(404)
    now, version, reason = deps_of(request).now(), whole_or_none(form, "version"), str(form.get("reason", ""))

    def move(session: Session, ticket: Ticket) -> str:
        common: dict[str, Any] = {"ticket_id": ticket.id, "actor": user.actor, "expected_version": version, "now": now}
        if move_name == "tu-choi":
            tickets.refuse(session, reason=reason, ground=refusal_ground(str(form.get("ground", ""))), **common)
            return f"Đã từ chối phản ánh. {tellings.how_told(session, ticket, now)}".strip()
        if move_name == "dong":
            tickets.close(session, **common)
            return "Đã kết thúc phản ánh."
        if move_name == "mo-lai":
            tickets.reopen(session, reason=reason, **common)
            return "Đã mở lại phản ánh."
        if move_name == "tam-dung":
            kind = "citizen" if form.get("kind") == "citizen" else "force_majeure"
            tickets.pause(session, kind=kind, reason=reason, **common)
            return "Đã tạm dừng."
        if move_name == "tiep-tuc":
            tickets.resume(session, **common)
            return render("pauses.ended")
        raise HTTPException(404)

    return _do(request, code, user, form, move)
