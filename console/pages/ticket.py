"""The ticket page: what was reported, who must act, until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from console import words
from console.clock_strip import strip
from console.context import HOTLINE, checked_form, deps_of, page, role_needed, signed_in
from console.list_place import place_of
from console.next_moves import at_work, awaited, may_move, may_move_leg, next_moves
from console.refused_form import RefusedForm
from feedback_store.domain.lifecycle import ACTIVE_LEG, may_ticket
from feedback_store.persons.masking import masked
from feedback_store.queries import at_a_glance, calls_owed, conversations, desk, imports, lookups, organisation
from feedback_store.queries import tickets as queries
from feedback_store.queries.explain import ClockTold, explain
from feedback_store.queries.overdue import KINDS
from feedback_store.queries.tickets import TicketPage
from feedback_store.service import audit, clocks, promises, routing, tellings, tickets
from feedback_store.service.sessions import CurrentUser

if TYPE_CHECKING:
    from feedback_store.tables import Ticket

router = APIRouter()


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock as the page says it."""

    name: str
    agency: str | None
    budget: str
    due: dt.datetime
    left: str
    running: bool
    late: bool
    """Overdue, or done after the due time; of a step ``slow``."""
    slow: bool
    paused: bool
    moved: bool
    original: dt.datetime | None
    """The due time without the extension, where there is one."""


@router.get("/phan-anh/{code}")
def show(request: Request, code: str, user: CurrentUser = Depends(signed_in)) -> Response:
    return ticket_view(request, code, user)


def ticket_view(
    request: Request,
    code: str,
    user: CurrentUser,
    *,
    error: str | None = None,
    typed: Mapping[str, Any] | None = None,
    identity: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page; ``typed`` puts back what a refused form held, ``error`` says why it was refused."""
    deps = deps_of(request)
    actor, now = user.actor, deps.now()
    with deps.store.reading() as session:
        shown = queries.ticket_page(session, code=code.upper(), actor=actor)
        if shown is None:
            raise HTTPException(404)
        ticket = shown.ticket
        suggestion = None
        hide = _hiding(ticket, original=identity is not None and user.role in HOTLINE)
        if user.role in HOTLINE and may_ticket("dispatch", ticket.state):
            suggestion = routing.suggest_for(session, ticket, at=now)
        told = explain(session, ticket, now=now)
        values: dict[str, Any] = {
            "shown": shown,
            "ticket": ticket,
            "clocks": clock_views(session, shown, told, now),
            "glance": at_a_glance.glance(session, shown, now=now, told=told),
            "strip": strip(shown, told, now=now),
            "suggestion": suggestion,
            "lines": _chat(session, shown, user, hide),
            "people": desk.people(session),
            "agencies": desk.agencies(session, standing=True),
            "unmanned": organisation.without_users(session),
            "categories": lookups.categories(session),
            "classes": organisation.service_classes(session, now),
            "version": ticket.version,
            "origin": imports.origin(session, ticket.id) if ticket.is_imported else None,
            "paused": [p for p in shown.pauses if p.ended_at is None],
            "told_by_phone": tellings.by_phone_alone(session, ticket),
            "calls_owed_here": calls_owed.of_ticket(session, ticket.id) if user.role in HOTLINE else [],
            "promise_moves": promises.waiting(session, ticket.id),
            "resolve": {clock.leg_id: clock for clock in shown.clocks if clock.kind == "resolve"},
        }
    if values["lines"]:
        with deps.store.transaction() as session:
            audit.log(session, action="chat_viewed", user_id=user.id, subject=f"ticket:{ticket.id}", now=now)
    return page(
        request,
        "ticket.html",
        user,
        status=status,
        refused=RefusedForm(request.url.path.rpartition("/")[2], error, typed or {}),
        identity=identity,
        hide=hide,
        hidden=any(hide(text) != text for text in _texts(shown)),
        may_identify=_may_identify(user, shown),
        place=place_of(request),
        moves=next_moves(user, shown),
        at_work=at_work(shown),
        word_awaited=lambda leg: awaited(shown, leg),
        can=lambda move: may_move(user, shown, move),
        can_leg=lambda move, leg: may_move_leg(user, leg, move),
        **values,
    )


def clock_views(
    session: Session, shown: TicketPage, told: Sequence[ClockTold], now: dt.datetime
) -> list[ClockView]:
    """Running clocks first; promise before the rest."""
    agencies = {leg.id: agency.name for leg, agency in shown.legs}
    by_id = {one.id: one for one in told}
    found = []
    for clock in shown.clocks:
        spans, one = clocks.pause_spans(session, clock, now), by_id[clock.id]
        was_late = clock.standing_current == "late"
        found.append(
            ClockView(
                name=words.clock_kind(clock.kind),
                agency=agencies.get(clock.leg_id or 0),
                budget=words.budget(clock),
                due=clock.current_due,
                left=words.time_left(clock, clocks.calendar_of(session, clock), now),
                running=clock.stopped_at is None,
                late=one.overdue(now) or (was_late and clock.kind in KINDS),
                slow=one.late_step(now) or (was_late and clock.kind not in KINDS),
                paused=clock.stopped_at is None and words.paused_now(spans),
                moved=clock.current_due != clock.base_due,
                original=clock.original_due if clock.original_due != clock.current_due else None,
            )
        )
    return sorted(found, key=lambda view: (not view.running, view.due))


Hide = Callable[[str | None], str]


def _hiding(ticket: Ticket, *, original: bool) -> Hide:
    """What the page does to the citizen's words: everything personal is hidden, unless an operator gave a reason."""
    if original:
        return lambda text: text or ""
    names, phones = [ticket.reporter_name], [ticket.reporter_phone]
    return lambda text: masked(text, names=names, phones=phones)


def _texts(shown: TicketPage) -> list[str]:
    texts = [shown.ticket.text, shown.ticket.place_text, *(one.text for one in shown.additions)]
    return [text for text in texts if text]


def _may_identify(user: CurrentUser, shown: TicketPage) -> bool:
    """The hotline; an agency while it has a part of the work, unless the report is anonymous."""
    if user.role in HOTLINE:
        return True
    working = any(leg.agency_id == user.agency_id and leg.state in ACTIVE_LEG for leg, _ in shown.legs)
    return user.actor.is_agency and working and not shown.ticket.anonymous


def _chat(session: Session, shown: TicketPage, user: CurrentUser, hide: Hide) -> list[conversations.Line]:
    """The hotline reads the chat; agencies read the report and its additions alone (decision 11)."""
    if user.role not in HOTLINE or shown.ticket.conversation_id is None:
        return []
    lines = conversations.transcript(session, conversation_id=shown.ticket.conversation_id, limit=200)
    return [replace(line, body=_hidden(line.body, hide)) for line in lines if line.body is not None]


def _hidden(body: Mapping[str, Any], hide: Hide) -> dict[str, Any]:
    """A message with its words hidden as those of the report are."""
    return {key: hide(value) if key in ("text", "caption", "label") else value for key, value in body.items()}


@router.post("/phan-anh/{code}/nguoi-phan-anh")
def identity(
    request: Request, code: str, user: CurrentUser = Depends(signed_in), form: Mapping[str, Any] = Depends(checked_form)
) -> Response:
    """Show who reported, for a stated reason; every view is recorded. Never for an anonymous report
    to an agency."""
    deps, now = deps_of(request), deps_of(request).now()
    reason = str(form.get("reason", "")).strip()
    if len(reason.split()) < 2:
        return ticket_view(
            request,
            code,
            user,
            error="Anh/chị ghi lý do xem thông tin người phản ánh (ít nhất hai từ).",
            typed=form,
            status=409,
        )
    with deps.store.transaction() as session:
        page_of = queries.ticket_page(session, code=code.upper(), actor=user.actor)
        if page_of is None or not _may_identify(user, page_of):
            raise HTTPException(404)
        ticket = page_of.ticket
        audit.log(
            session,
            action="identity_viewed",
            user_id=user.id,
            subject=f"ticket:{ticket.id}",
            data={"reason": reason[:200]},
            now=now,
        )
        shown = {
            "name": ticket.reporter_name or "không để lại tên",
            "phone": ticket.reporter_phone or "không để lại số",
        }
    return ticket_view(request, code, user, identity=shown)


@router.post("/phan-anh/{code}/da-xem-bo-sung")
def seen(
    request: Request,
    code: str,
    user: CurrentUser = Depends(role_needed(*HOTLINE)),
    form: Mapping[str, Any] = Depends(checked_form),
) -> Response:
    """The operator has read the citizen's additions."""
    deps, now = deps_of(request), deps_of(request).now()
    with deps.store.transaction() as session:
        ticket = queries.find_ticket(session, code=code.upper(), actor=user.actor)
        if ticket is None:
            raise HTTPException(404)
        tickets.see_additions(session, ticket_id=ticket.id, user_id=user.id, now=now)
    return ticket_view(request, code, user)
