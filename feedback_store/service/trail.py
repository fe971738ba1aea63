"""The audit trail of a ticket and the compare-and-set that guards every change of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from feedback_store.service.actor import SYSTEM, Actor, Refused
from feedback_store.tables import Agency, Leg, Pause, Ticket, TicketEvent
from feedback_store.tables.base import Base

Scope = Literal["all", "hotline", "leg"]
DUES = "clocks"
KNOWN_CLOCKS = "clocks of ticket"
"""Key in ``session.info``: the clocks of a locked ticket, read once (service.clocks.of_ticket)."""
KNOWN_LEGS = "legs of ticket"
KNOWN_PAUSES = "pauses of ticket"
TICKET_ID: BindParameter[int] = bindparam("ticket_id")
# made once: each change of a ticket asks them, and building a statement takes about as long as running it
_LEGS = select(Leg).where(Leg.ticket_id == TICKET_ID).order_by(Leg.number).execution_options(populate_existing=True)
_PAUSES = select(Pause).where(Pause.ticket_id == TICKET_ID).order_by(Pause.id)
_LOCKED = select(Ticket).with_for_update().execution_options(populate_existing=True)
_LOCKED_TICKET = _LOCKED.where(Ticket.id == TICKET_ID)
_LOCKED_OF_LEG = _LOCKED.where(
    Ticket.id == select(Leg.ticket_id).where(Leg.id == bindparam("leg_id")).scalar_subquery()
)


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
    session.info.pop((KNOWN_LEGS, ticket_id), None)
    session.info.pop((KNOWN_PAUSES, ticket_id), None)


@contextmanager
def unwritten(session: Session, *kinds: type[Base]) -> Iterator[None]:
    """Read rows of these kinds without writing first what has changed of others, so that a ticket which changes in
    several steps is written once. Changes of these kinds themselves are written."""
    if any(isinstance(one, kinds) for one in (*session.new, *session.dirty)):
        session.flush()
    with session.no_autoflush:
        yield


def legs_of(session: Session, ticket_id: int) -> list[Leg]:
    """Every leg of a ticket by number; read once while the ticket is locked, as its clocks are."""
    known: list[Leg] | None = session.info.get((KNOWN_LEGS, ticket_id))
    if known is None:
        with unwritten(session, Leg):
            known = session.info[KNOWN_LEGS, ticket_id] = list(session.scalars(_LEGS, {"ticket_id": ticket_id}))
    return known


def pauses_of(session: Session, ticket_id: int) -> list[Pause]:
    """Every pause of a ticket and its legs, oldest first; read once while the ticket is locked, as its clocks are."""
    known: list[Pause] | None = session.info.get((KNOWN_PAUSES, ticket_id))
    if known is None:
        with unwritten(session, Pause):
            known = session.info[KNOWN_PAUSES, ticket_id] = list(session.scalars(_PAUSES, {"ticket_id": ticket_id}))
    return known


def add_pause(session: Session, pause: Pause) -> None:
    """Store a new one; it has its number afterwards."""
    known = pauses_of(session, pause.ticket_id)
    session.add(pause)
    session.flush()
    known.append(pause)


def lock_ticket(session: Session, ticket_id: int) -> Ticket:
    """The ticket, locked until the transaction ends."""
    return _lock(session, _LOCKED_TICKET, {"ticket_id": ticket_id})


def _lock(session: Session, locked: Select[Ticket], of: dict[str, int]) -> Ticket:
    session.flush()
    ticket = session.scalars(locked, of).one_or_none()
    if ticket is None:
        raise Refused("tickets.not_found")
    forget(session, ticket.id)
    return ticket


def begin_change(session: Session, ticket_id: int, expected_version: int | None, now: dt.datetime) -> Ticket:
    """Lock the ticket and raise its version; refuses when somebody changed it in between.

    ``expected_version`` None: the caller did not read the ticket before (the citizen, a job).
    """
    ticket = lock_ticket(session, ticket_id)
    _raise_version(ticket, expected_version, now)
    return ticket


def _raise_version(ticket: Ticket, expected_version: int | None, now: dt.datetime) -> None:
    """The compare-and-set: nobody else can change the version, since the row is locked."""
    if expected_version is not None and ticket.version != expected_version:
        raise Refused("tickets.changed_meanwhile", code=ticket.code)
    ticket.version, ticket.updated_at = ticket.version + 1, now


def get_agency(session: Session, agency_id: int) -> Agency:
    with unwritten(session, Agency):
        return session.get_one(Agency, agency_id)


def get_leg(session: Session, leg_id: int) -> Leg:
    leg = session.get(Leg, leg_id)
    if leg is None:
        raise Refused("tickets.not_found")
    return leg


def lock_leg(session: Session, leg_id: int) -> tuple[Leg, Ticket]:
    """The leg as it is now and its ticket, locked until the transaction ends."""
    ticket = _lock(session, _LOCKED_OF_LEG, {"leg_id": leg_id})
    return next(leg for leg in legs_of(session, ticket.id) if leg.id == leg_id), ticket


def begin_leg_change(
    session: Session, leg_id: int, expected_version: int | None, now: dt.datetime, *, allowed: Callable[[Leg], bool]
) -> tuple[Leg, Ticket]:
    """:func:`begin_change` of a leg's ticket, for whom ``allowed`` says it."""
    leg, ticket = lock_leg(session, leg_id)
    if not allowed(leg):
        raise Refused("tickets.not_allowed")
    _raise_version(ticket, expected_version, now)
    return leg, ticket


def own_leg(
    session: Session, leg_id: int, actor: Actor, expected_version: int | None, now: dt.datetime
) -> tuple[Leg, Ticket]:
    """The leg and its locked ticket, for someone of the leg's agency alone."""

    def own(leg: Leg) -> bool:
        return actor.is_agency and leg.agency_id == actor.agency_id

    return begin_leg_change(session, leg_id, expected_version, now, allowed=own)
