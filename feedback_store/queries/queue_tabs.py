"""The tabs of the queue: which of them a role has, and which tickets each holds."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from feedback_store.queries.overdue import overdue_ticket
from feedback_store.service.actor import Actor
from feedback_store.tables import Addition, Extension, Leg, Pause, Question, Ticket

STATES_OF = {
    "new": ("new",),
    "working": ("dispatched", "in_progress"),
    "answered": ("answered",),
    "done": ("released", "closed"),
}
"""The tabs of the hotline that are states."""
OPEN_STATES = ("new", "dispatched", "in_progress", "answered")
OPERATORS = ("new", "working", "answered", "overdue", "returned", "citizen", "additions", "done", "all")
SUPERVISORS = (
    "new", "working", "answered", "overdue", "returned", "returned_twice", "extensions", "pauses", "citizen",
    "additions", "done", "all",
)  # fmt: skip
MANAGERS = ("new", "working", "answered", "overdue", "returned", "returned_twice", "done", "all")
AGENCIES = ("new", "working", "answered", "overdue", "citizen", "done", "all")
TABS = SUPERVISORS
"""Every tab."""


def tabs_of(actor: Actor) -> tuple[str, ...]:
    """The tabs of the actor's queue in their order: what only a supervisor may decide stands with supervisors."""
    if actor.is_agency:
        return AGENCIES
    if actor.role == "operator":
        return OPERATORS
    return MANAGERS if actor.role == "manager" else SUPERVISORS


def tab_rule(session: Session, tab: str, actor: Actor, at: dt.datetime) -> ColumnElement[bool]:
    """Tickets of a tab, as far as the actor sees them; none of a tab that the actor has not got."""
    if tab not in tabs_of(actor):
        return false()
    if tab == "overdue":
        return overdue_ticket(session, actor=actor, at=at)
    if tab == "citizen":
        return _waits_for_citizen(actor)
    if tab == "all":
        return true()
    return _of_agency(tab, actor) if actor.is_agency else _of_hotline(tab)


def _of_agency(tab: str, actor: Actor) -> ColumnElement[bool]:
    states = {"new": "dispatched", "working": "accepted", "answered": "answered", "done": "released"}
    return exists().where(
        Leg.ticket_id == Ticket.id, Leg.agency_id == actor.agency_id, Leg.state == states[tab]
    )


def _of_hotline(tab: str) -> ColumnElement[bool]:
    if tab in STATES_OF:
        return Ticket.state.in_(STATES_OF[tab])
    if tab == "extensions":
        return exists().where(Extension.ticket_id == Ticket.id, Extension.decision.is_(None))
    if tab == "pauses":
        return exists().where(
            Pause.ticket_id == Ticket.id, Pause.ended_at.is_(None), Pause.word_due_at.is_not(None), Pause.word.is_(None)
        )
    if tab == "additions":
        return exists().where(Addition.ticket_id == Ticket.id, Addition.seen_at.is_(None))
    returns = (
        select(func.count())
        .where(Leg.ticket_id == Ticket.id, Leg.state == "returned")
        .correlate(Ticket)
        .scalar_subquery()
    )
    # after the second return the supervisor decides (sla.md, rule 7): it is no operator's work any more
    return and_(Ticket.state == "new", returns >= 2 if tab == "returned_twice" else returns == 1)


def _waits_for_citizen(actor: Actor) -> ColumnElement[bool]:
    """An open report on which an answer is awaited: a question that was asked, or a pause for it."""
    paused = [Pause.ticket_id == Ticket.id, Pause.ended_at.is_(None), Pause.kind == "citizen"]
    asked = [Question.ticket_id == Ticket.id, Question.outcome.is_(None)]
    if actor.is_agency:  # what another agency asks is not its matter
        own = select(Leg.id).where(Leg.ticket_id == Ticket.id, Leg.agency_id == actor.agency_id).correlate(Ticket)
        paused.append(or_(Pause.leg_id.is_(None), Pause.leg_id.in_(own)))
        asked.append(or_(Question.leg_id.is_(None), Question.leg_id.in_(own)))
    return and_(Ticket.state.in_(OPEN_STATES), or_(exists().where(*paused), exists().where(*asked)))
