"""Agencies that are merged or dissolved: a successor takes their open legs from a date (sla.md, rule 13)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import IllegalMove, check_reason
from feedback_store.service import audit, clocks, notices
from feedback_store.service.actor import SYSTEM, Actor, Refused
from feedback_store.service.trail import begin_change, record
from feedback_store.tables import Agency, Leg
from vitext.dates import spoken_date, spoken_time

HANDED = ("dispatched", "accepted")
"""Legs whose result is there already stay with the agency that gave it, unless it is sent back."""


def dissolve(
    session: Session,
    *,
    agency_id: int,
    successor_id: int | None,
    at: dt.datetime,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> Agency:
    """Name the successor of an agency from ``at`` on, today or later; the worker hands the open legs over then."""
    if actor.role != "administrator":
        raise Refused("tickets.not_allowed")
    reason = check_reason(reason)
    agency = session.get(Agency, agency_id, with_for_update=True)
    successor = session.get(Agency, successor_id) if successor_id is not None else None
    if agency is None or successor is None:
        raise Refused("tickets.unknown_agency")
    if agency.dissolved_at is not None and agency.dissolved_at <= now:
        raise IllegalMove("agencies.dissolved_already", agency=agency.name)
    if at < now:
        raise IllegalMove("agencies.date_past")
    if agency.id in _line(session, successor):
        raise IllegalMove("agencies.own_successor", agency=agency.name)
    if successor.dissolved_at is not None and successor.dissolved_at <= at:
        raise IllegalMove("agencies.successor_dissolved", agency=successor.name)
    agency.dissolved_at, agency.successor_id, agency.edited_at = at, successor.id, now
    audit.log(
        session,
        action="agency_dissolved",
        user_id=actor.user_id,
        subject=f"agency:{agency.id}",
        data={"successor": successor.id, "at": at.isoformat(), "reason": reason},
        now=now,
    )
    session.flush()
    return agency


def _line(session: Session, agency: Agency) -> set[int]:
    """The agency, its successor, the successor's …, whatever their dates: none of them may close a circle."""
    seen = {agency.id}
    while agency.successor_id is not None and agency.successor_id not in seen:
        agency = session.get_one(Agency, agency.successor_id)
        seen.add(agency.id)
    return seen


def living(session: Session, agency: Agency, at: dt.datetime) -> Agency:
    """The agency itself while it exists, else its successor, or the successor's."""
    seen = {agency.id}
    while agency.dissolved_at is not None and agency.dissolved_at <= at and agency.successor_id is not None:
        if agency.successor_id in seen:
            break
        agency = session.get_one(Agency, agency.successor_id)
        seen.add(agency.id)
    return agency


def hand_over_due(session: Session, *, now: dt.datetime, limit: int = 200) -> int:
    """Hand the open legs of agencies that ended by ``now`` to their successors; gives how many."""
    query = (
        select(Leg)
        .join(Agency, Agency.id == Leg.agency_id)
        .where(Agency.dissolved_at <= now, Agency.successor_id.is_not(None), Leg.state.in_(HANDED))
        .order_by(Leg.id)
        .limit(limit)
    )
    legs = list(session.scalars(query))
    for leg in legs:
        _hand_over(session, leg, now)
    return len(legs)


def _hand_over(session: Session, leg: Leg, now: dt.datetime) -> None:
    """The clocks go on; what fell due before the date stays with the agency that held the leg then."""
    ticket = begin_change(session, leg.ticket_id, None, now)
    session.refresh(leg)
    old = session.get_one(Agency, leg.agency_id)
    new = living(session, old, now)
    if leg.state not in HANDED or new.id == old.id or old.dissolved_at is None:
        return
    at = old.dissolved_at
    leg.agency_id, leg.handed_from_id, leg.handed_over_at = new.id, old.id, at
    resolve = None
    clocks.count_pauses(session, ticket, now=at)
    for clock in clocks.running(session, ticket.id, leg_id=leg.id):
        clocks.mark_breach(clock, at)
        if clock.standing_current != "late" or (clock.breached_current_at or at) >= at:
            if clock.standing_original == "late" and (clock.breached_original_at or at) < at:
                clock.original_agency_id = old.id
            clock.agency_id = new.id
        if clock.kind == "resolve":
            resolve = clock
    record(
        session,
        ticket_id=ticket.id,
        kind="handed_over",
        actor=SYSTEM,
        leg=leg,
        now=at,
        old=str(old.id),
        new=str(new.id),
        data={"agency": new.name, "from": old.name},
        scope="leg",
    )
    clocks.set_next_deadline(session, ticket)
    due = spoken_time(resolve.current_due) if resolve is not None else ""
    common = {"ticket": ticket, "leg": leg, "dedupe": f"{old.id}", "old": old.name, "due": due, "now": now}
    notices.tell_agency(session, agency_id=new.id, kind="handed_over", **common)  # type: ignore[arg-type]


def ends_in_words(agency: Agency) -> str:
    """``hết ngày …``: for pages."""
    return spoken_date(agency.dissolved_at) if agency.dissolved_at else ""
