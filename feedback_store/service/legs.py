"""Dispatch, acceptance and return of an agency's leg."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import (
    IllegalMove,
    check_leg_move,
    check_reason,
    check_ticket_move,
    ticket_state_from_legs,
)
from feedback_store.service import agencies, clocks, extensions, notices, pauses, promises, tellings
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.rounds import current_round
from feedback_store.service.trail import begin_change, get_agency, legs_of, own_leg, record, unwritten
from feedback_store.tables import Agency, Leg, Ticket
from vitext.dates import spoken_time

RETURNS_BEFORE_SUPERVISOR = 2


def open_leg(
    session: Session,
    *,
    ticket: Ticket,
    agency: Agency,
    note: str | None,
    actor: Actor,
    round_: int,
    suggestion_reason: str | None,
    shared: bool = False,
    for_leader: bool = False,
    now: dt.datetime,
) -> Leg:
    """A new leg with its accept and resolve clocks running from ``now``."""
    known = legs_of(session, ticket.id)
    leg = Leg(
        ticket_id=ticket.id,
        agency_id=agency.id,
        number=max((one.number for one in known), default=0) + 1,
        state="dispatched",
        dispatched_at=now,
        dispatched_by=actor.user_id,
        dispatch_note=note,
        suggestion_reason=suggestion_reason,
        for_leader=for_leader,
    )
    session.add(leg)
    session.flush()
    known.append(leg)
    clocks.open_clock(session, ticket=ticket, leg=leg, kind="accept", start=now, round_=round_, now=now)
    resolve = clocks.open_clock(
        session, ticket=ticket, leg=leg, kind="resolve", start=now, round_=round_, shared=shared, now=now
    )
    clocks.keep_for_release(session, resolve, ticket=ticket, dispatched_at=now)
    return leg


def dispatch(
    session: Session,
    *,
    ticket_id: int,
    agency_id: int,
    note: str | None = None,
    actor: Actor,
    expected_version: int | None,
    suggestion_reason: str | None = None,
    now: dt.datetime,
) -> Leg:
    """Hand the ticket to an agency; a second agency may be added while the first works.

    After two returns only a supervisor decides (rule 7). The citizen and the agency are told.
    """
    if not actor.is_hotline:
        raise Refused("tickets.not_allowed")
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("dispatch", ticket.state)
    with unwritten(session, Agency):
        agency = session.get(Agency, agency_id)
    if agency is None:
        raise Refused("tickets.unknown_agency")
    if agency.dissolved_at is not None and agency.dissolved_at <= now:
        heir = agencies.living(session, agency, now)
        key = "tickets.agency_dissolved" if heir.id == agency.id else "tickets.agency_succeeded"
        raise IllegalMove(key, agency=agency.name, successor=heir.name)
    existing = list(legs_of(session, ticket.id))
    active = [leg for leg in existing if leg.state in ("dispatched", "accepted", "answered", "released")]
    if any(leg.agency_id == agency_id for leg in active):
        raise IllegalMove("tickets.already_at_agency", agency=agency.name)
    returns = sum(leg.state == "returned" for leg in existing)
    if returns >= RETURNS_BEFORE_SUPERVISOR and actor.role not in ("supervisor", "administrator"):
        raise IllegalMove("tickets.supervisor_decides")
    old = ticket.state
    leg = open_leg(
        session,
        ticket=ticket,
        agency=agency,
        note=note,
        actor=actor,
        round_=current_round(session, ticket.id),
        suggestion_reason=suggestion_reason,
        shared=bool(active),
        now=now,
    )
    promised = _promised(session, ticket)
    if active:
        _share(session, ticket, [other.id for other in active], now)
    for clock in clocks.running(session, ticket.id, kind="triage"):
        clocks.stop(clock, now)
    ticket.state = ticket_state_from_legs([*(other.state for other in active), leg.state])
    ticket.first_response_at = ticket.first_response_at or now
    record(
        session,
        ticket_id=ticket.id,
        kind="dispatched",
        actor=actor,
        leg=leg,
        now=now,
        old=old,
        new=ticket.state,
        reason=note,
        data={"agency": agency.name},
    )
    clocks.set_next_deadline(session, ticket)
    _tell_dispatch(session, ticket, leg, agency, now, longer=_promised(session, ticket) != promised)
    return leg


def _promised(session: Session, ticket: Ticket) -> list[dt.datetime]:
    return [clock.current_due for clock in clocks.running(session, ticket.id, kind="promise")]


def _share(session: Session, ticket: Ticket, others: list[int], now: dt.datetime) -> None:
    """Several agencies now share the case (rule 8, class P10): the legs already there get the shared
    target too, and the promise's current due moves; its original stays. The notice of dispatch that
    follows tells the citizen the new date."""
    policy_id, policy = clocks.load_policy(session, now)
    service_class = policy.service_class(ticket.service_class)
    target = service_class.target("resolve", shared=True)
    clocks.count_pauses(session, ticket, now=now)
    for clock in clocks.running(session, ticket.id):
        if clock.target_kind != target.kind or clock.target_amount >= target.amount:
            continue
        clocks.mark_breach(clock, now)
        if clock.kind == "resolve" and clock.leg_id in others:
            clocks.retarget(session, clock, policy_id=policy_id, target=target, now=now)
        elif clock.kind == "promise":
            clock.extra_amount = max(clock.extra_amount, target.amount - clock.target_amount)
            clocks.recompute(session, clock, now=now)
    clocks.follow_promise(session, ticket.id, now=now)


def _tell_dispatch(
    session: Session, ticket: Ticket, leg: Leg, agency: Agency, now: dt.datetime, *, longer: bool
) -> None:
    """``longer``: with a second agency the promise has a later date; the citizen reads why."""
    running = {clock.kind: clock for clock in clocks.running(session, ticket.id)}
    resolve = next(c for c in clocks.running(session, ticket.id, kind="resolve", leg_id=leg.id))
    notices.tell_agency(
        session,
        agency_id=agency.id,
        kind="dispatch",
        ticket=ticket,
        leg=leg,
        dedupe="1",
        due=spoken_time(resolve.current_due),
        now=now,
    )
    promise = running.get("promise")
    if promise is None:
        return
    late = promise.current_due <= now
    key = "told_dispatched_late" if late else "told_dispatched_shared" if longer else "told_dispatched"
    notices.tell_citizen(
        session,
        ticket=ticket,
        notice="dispatched",
        dedupe=str(leg.id),
        leg=leg,
        agency=agency.name,
        now=now,
        key=f"tickets.{key}",
        due=spoken_time(promise.current_due),
    )
    if longer:
        tellings.owe(session, ticket=ticket, kind="new_date", now=now)


def accept(session: Session, *, leg_id: int, actor: Actor, expected_version: int | None, now: dt.datetime) -> Leg:
    """The agency takes the leg."""
    leg, ticket = own_leg(session, leg_id, actor, expected_version, now)
    check_leg_move("accept", leg.state)
    check_leader(leg, actor)
    leg.state, leg.accepted_at, leg.accepted_by = "accepted", now, actor.user_id
    for clock in clocks.running(session, ticket.id, kind="accept", leg_id=leg.id):
        clocks.stop(clock, now)
    refresh_state(session, ticket)
    record(session, ticket_id=ticket.id, kind="accepted", actor=actor, leg=leg, now=now, scope="leg")
    clocks.set_next_deadline(session, ticket)
    return leg


def check_leader(leg: Leg, actor: Actor) -> None:
    """After a second reopening the agency's leader takes the leg and answers it (rule 8)."""
    if leg.for_leader and actor.role != "leader":
        raise Refused("tickets.leader_answers")


def return_leg(
    session: Session,
    *,
    leg_id: int,
    reason: str,
    proposed_agency_id: int | None,
    actor: Actor,
    expected_version: int | None,
    now: dt.datetime,
) -> Leg:
    """Wrong agency: back to the hotline with a reason and a proposal (rule 7).

    Within the accept clock's time, also after accepting, it leaves no trace on the agency's figures;
    after it the leg counts as late.
    """
    reason = check_reason(reason)
    leg, ticket = own_leg(session, leg_id, actor, expected_version, now)
    check_leg_move("return", leg.state)
    if proposed_agency_id is None or proposed_agency_id == leg.agency_id:
        raise IllegalMove("tickets.proposed_agency_needed")
    if session.get(Agency, proposed_agency_id) is None:
        raise Refused("tickets.unknown_agency")
    pauses.end_for(session, ticket=ticket, actor=actor, now=now, leg_id=leg.id)
    extensions.lapse(session, leg=leg, now=now)
    own = {clock.kind: clock for clock in clocks.of_ticket(session, ticket.id) if clock.leg_id == leg.id}
    taken = own.get("accept")  # an imported leg that was accepted in the old system has none
    in_time = taken is not None and now <= taken.current_due
    if taken is not None and in_time:
        clocks.leave(taken, "returned_in_time", now)
        clocks.leave(own["resolve"], "returned_in_time", now)
    else:
        if taken is not None and taken.stopped_at is None:
            clocks.stop(taken, now)
        clocks.count_as_late(own["resolve"], "returned_late", now)
    old = ticket.state
    leg.state, leg.returned_at, leg.return_reason = "returned", now, reason
    leg.return_proposed_agency_id = proposed_agency_id
    refresh_state(session, ticket)
    ended = promises.stop_when_told(session, ticket, now=now)  # the other agencies' results were out already
    agency = get_agency(session, leg.agency_id)
    record(
        session,
        ticket_id=ticket.id,
        kind="returned",
        actor=actor,
        leg=leg,
        now=now,
        old=old,
        new=ticket.state,
        reason=reason,
        data={"agency": agency.name, "proposed": proposed_agency_id, "in_time": in_time, "promises": ended},
        scope="leg",
    )
    clocks.set_next_deadline(session, ticket)
    returns = sum(one.state == "returned" for one in legs_of(session, ticket.id))
    role = "supervisor" if returns >= RETURNS_BEFORE_SUPERVISOR else "operator"
    notices.tell_role(
        session,
        role=role,
        kind="returned",
        ticket=ticket,
        leg=leg,
        dedupe=str(leg.id),
        agency=agency.name,
        reason=reason,
        now=now,
    )
    return leg


def refresh_state(session: Session, ticket: Ticket) -> None:
    """State of the ticket from those of its legs."""
    ticket.state = ticket_state_from_legs(leg.state for leg in legs_of(session, ticket.id))
