"""What the hotline's people do in a scripted conversation: the player is the operator and the agency's officer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain import lifecycle
from feedback_store.service import legs, results, tickets
from feedback_store.service.actor import Actor
from feedback_store.service.routing import suggest_for
from feedback_store.tables import Agency, Leg, Ticket, User

NO_EVIDENCE = "Không chụp được ảnh tại hiện trường"


SUBSTANCE = "Cán bộ đã đến tận nơi kiểm tra, xử lý xong và báo lại cho người phản ánh trong ngày."
"""Said after a result that is too short or says nothing of what was done: scripts judge what citizens meet."""


class CannotAct(ValueError):
    """The step asks for what there is not: a ticket, an agency, a leg."""


def act(session: Session, step: Mapping[str, Any], filed: Sequence[Ticket], now: dt.datetime) -> None:
    """One step on the last ticket, or on the one that ``on`` numbers from 1. Raises :class:`CannotAct` and what the
    services refuse."""
    number = step.get("on", len(filed))
    if not isinstance(number, int) or not 0 < number <= len(filed):
        raise CannotAct(f"no ticket {number}; {len(filed)} were filed")
    ticket = filed[number - 1]
    if "dispatch" in step:
        agency = _agency(session, ticket, str(step["dispatch"]), now)
        legs.dispatch(session, ticket_id=ticket.id, agency_id=agency.id, actor=_operator(session),
                      expected_version=None, now=now)  # fmt: skip
    if "result" in step:
        leg = _leg(session, ticket)
        officer = Actor("user", user_id=_operator(session).user_id, role="officer", agency_id=leg.agency_id)
        results.submit(session, leg_id=leg.id, text=_substantial(str(step["result"])), no_evidence_reason=NO_EVIDENCE,
                       actor=officer, expected_version=None, now=now)  # fmt: skip
    if "release" in step:
        results.release(session, leg_id=_leg(session, ticket).id, actor=_operator(session), expected_version=None,
                        now=now)  # fmt: skip
    if "refuse" in step:
        tickets.refuse(session, ticket_id=ticket.id, reason=str(step["refuse"]), actor=_operator(session),
                       expected_version=None, now=now)  # fmt: skip


def _substantial(text: str) -> str:
    try:
        lifecycle.check_result(lifecycle.ResultDraft(text, 0, NO_EVIDENCE))
    except lifecycle.IllegalMove:
        return f"{text.rstrip(' .')}. {SUBSTANCE}"
    return text


def _operator(session: Session) -> Actor:
    user = session.scalars(select(User).order_by(User.id).limit(1)).first()
    return Actor("user", user_id=user.id if user is not None else None, role="operator")


def _agency(session: Session, ticket: Ticket, wanted: str, now: dt.datetime) -> Agency:
    """By its code; "commune": the one of the ticket's commune, or the one that would be suggested."""
    query = select(Agency).where(Agency.dissolved_at.is_(None))
    if wanted != "commune":
        found = session.scalars(query.where(Agency.code == wanted)).first()
        if found is None:
            raise CannotAct(f"no agency {wanted!r}")
        return found
    own = query.where(Agency.commune_code == ticket.commune_code) if ticket.commune_code else None
    found = session.scalars(own.order_by(Agency.id)).first() if own is not None else None
    suggested = suggest_for(session, ticket, at=now).agency_id if found is None else None
    if found is None and suggested is None:
        raise CannotAct("no agency of the ticket's commune, and none is suggested")
    return found or session.get_one(Agency, suggested)


def _leg(session: Session, ticket: Ticket) -> Leg:
    found = session.scalars(select(Leg).where(Leg.ticket_id == ticket.id).order_by(Leg.number.desc())).first()
    if found is None:
        raise CannotAct(f"{ticket.code} was dispatched to nobody")
    return found
