"""The audit trail of a ticket and the compare-and-set that guards every change of it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_store.service.actor import SYSTEM, Actor, Refused
from feedback_store.tables import Leg, Ticket, TicketEvent

Scope = Literal["all", "hotline", "leg"]
DUES = "clocks"
KNOWN_CLOCKS = "clocks of ticket"
"""Key in ``session.info``: the clocks of a locked ticket, read once (service.clocks.of_ticket)."""


def record(
    session: Session,
    *,
    ticket_id: int,
    kind: str,
    actor: Actor,
    now: dt.datetime,
    leg: Leg | None = None,
    old: str | None = None,
    new: str | None = None,
    reason: str | None = None,
    data: dict[str, Any] | None = None,
    scope: Scope = "all",
) -> None:
    """Append one event: what changed, who did it, why."""
    event = TicketEvent(
        ticket_id=ticket_id,
        leg_id=leg.id if leg else None,
        at=now,
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        agency_id=leg.agency_id if leg else None,
        old=old,
        new=new,
        reason=reason,
        data=data,
        scope=scope,
    )
    session.add(event)
    session.info["latest event", ticket_id] = event


def tell_dues(session: Session, ticket: Ticket, dues: list[dict[str, Any]]) -> None:
    """Put due instants that changed into the event that changed them: the latest one of this transaction.

    Where there is none (rows older than this rule) they get an event of their own, which no page shows.
    """
    event: TicketEvent | None = session.info.pop(("latest event", ticket.id), None)
    if event is None or event not in session:
        record(session, ticket_id=ticket.id, kind=DUES, actor=SYSTEM, now=ticket.updated_at, scope="hotline")
        event = session.info.pop(("latest event", ticket.id))
    event.data = {**(event.data or {}), "clocks": dues}


def forget(session: Session, ticket_id: int) -> None:
    """What was read of a ticket before it was locked may be out of date."""
    session.info.pop((KNOWN_CLOCKS, ticket_id), None)


def lock_ticket(session: Session, ticket_id: int) -> Ticket:
    """The ticket, locked until the transaction ends."""
    forget(session, ticket_id)
    row = session.scalars(select(Ticket).where(Ticket.id == ticket_id).with_for_update()).one_or_none()
    if row is None:
        raise Refused("tickets.not_found")
    return row


def begin_change(session: Session, ticket_id: int, expected_version: int | None, now: dt.datetime) -> Ticket:
    """Lock the ticket and raise its version; refuses when somebody changed it in between.

    ``expected_version`` None: the caller did not read the ticket before (the citizen, a job).
    """
    session.flush()
    forget(session, ticket_id)
    locked = select(Ticket).where(Ticket.id == ticket_id).with_for_update().execution_options(populate_existing=True)
    ticket = session.scalars(locked).one_or_none()
    if ticket is None:
        raise Refused("tickets.not_found")
    if expected_version is not None and ticket.version != expected_version:
        raise Refused("tickets.changed_meanwhile", code=ticket.code)
    changed = session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_id, Ticket.version == ticket.version)
        .values(version=Ticket.version + 1, updated_at=now)
        .execution_options(synchronize_session="evaluate")
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused("tickets.changed_meanwhile", code=ticket.code)
    return ticket


def get_leg(session: Session, leg_id: int) -> Leg:
    leg = session.get(Leg, leg_id)
    if leg is None:
        raise Refused("tickets.not_found")
    return leg


def own_leg(
    session: Session, leg_id: int, actor: Actor, expected_version: int | None, now: dt.datetime
) -> tuple[Leg, Ticket]:
    """The leg and its locked ticket, for someone of the leg's agency alone."""
    leg = get_leg(session, leg_id)
    if not actor.is_agency or leg.agency_id != actor.agency_id:
        raise Refused("tickets.not_allowed")
    ticket = begin_change(session, leg.ticket_id, expected_version, now)
    session.refresh(leg)
    return leg, ticket
