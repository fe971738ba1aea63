"""Promises: stopped once every result is out; moved to a later date by a recalculation once the citizen was told of
it (sla.md, rules 8 and 12)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_store.service import clocks, notices, tellings
from feedback_store.service.actor import SYSTEM, Actor
from feedback_store.service.trail import legs_of, lock_ticket, record
from feedback_store.tables import Clock, PromiseMove, Ticket
from vitext.dates import spoken_time

NOTICE = "recalculated"


def stop_when_told(
    session: Session, ticket: Ticket, *, now: dt.datetime, proof: dt.datetime | None = None
) -> list[int]:
    """Stop the running promise at the last proof that a result reached the citizen, where no result is missing any
    more; gives its id. ``proof``: the one that just came; None: what was still awaited fell away at ``now``."""
    if ticket.state not in ("released", "closed") or clocks.running(session, ticket.id, kind="notify"):
        return []
    out = {leg.id for leg in legs_of(session, ticket.id) if leg.state == "released"}
    of_ticket = clocks.of_ticket(session, ticket.id)
    proofs = [one.stopped_at for one in of_ticket if one.kind == "notify" and one.leg_id in out]
    told = [at for at in (*proofs, proof) if at is not None]
    at, stopped = max(told, default=now), clocks.running(session, ticket.id, kind="promise")
    clocks.count_pauses(session, ticket, now=at)
    for clock in stopped:
        clocks.stop(clock, at)
    return [clock.id for clock in stopped]


def move_later(
    session: Session,
    *,
    ticket: Ticket,
    clock: Clock,
    calendar_id: int,
    policy_id: int,
    extra_change: int,
    due: dt.datetime,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> PromiseMove:
    """Tell the citizen of the later date. On the web it is readable, and counts, at once; elsewhere with the proof of
    delivery; for a report by telephone with the call. An earlier move that still waits is dropped."""
    session.execute(
        update(PromiseMove)
        .where(PromiseMove.clock_id == clock.id, PromiseMove.told_at.is_(None), PromiseMove.dropped_at.is_(None))
        .values(dropped_at=now)
    )
    made = PromiseMove(
        ticket_id=ticket.id,
        clock_id=clock.id,
        calendar_version_id=calendar_id,
        policy_version_id=policy_id,
        extra_change=extra_change,
        due=due,
        reason=reason,
        made_at=now,
        made_by=actor.user_id,
    )
    session.add(made)
    session.flush()
    sent = notices.tell_citizen(
        session,
        ticket=ticket,
        notice=NOTICE,
        key="tickets.told_promise_later",
        dedupe=str(made.id),
        due=spoken_time(due),
        reason=reason,
        now=now,
    )
    if sent is not None and sent.readable_at_once:
        told(session, ticket_id=ticket.id, at=now)
    tellings.owe(session, ticket=ticket, kind="new_date", now=now)
    return made


def told(session: Session, *, ticket_id: int, at: dt.datetime) -> None:
    """Proof that the citizen read of the later date: now it is the current due; the original stays."""
    ticket = lock_ticket(session, ticket_id)
    clocks.count_pauses(session, ticket, now=at)
    for move in waiting(session, ticket.id):
        move.told_at = at
        tellings.settle(session, ticket_id=ticket.id, kind="new_date", at=at)
        clock = session.get_one(Clock, move.clock_id)
        if clock.stopped_at is None:
            clocks.judge_at(clock, at)
            _move(session, ticket, clock, move, at)
    clocks.set_next_deadline(session, ticket)


def waiting(session: Session, ticket_id: int) -> list[PromiseMove]:
    """Later dates of which the citizen has not been told yet."""
    query = select(PromiseMove).where(
        PromiseMove.ticket_id == ticket_id, PromiseMove.told_at.is_(None), PromiseMove.dropped_at.is_(None)
    )
    return list(session.scalars(query.order_by(PromiseMove.id)))


def _move(session: Session, ticket: Ticket, clock: Clock, move: PromiseMove, at: dt.datetime) -> None:
    if clock.standing_current != "running":
        return  # late by then: a fact
    if clock.original_calendar_version_id is None and clock.calendar_version_id != move.calendar_version_id:
        clock.original_calendar_version_id = clock.calendar_version_id
    clock.calendar_version_id = move.calendar_version_id
    if clock.policy_version_id != move.policy_version_id:  # a change of category since then took the newer policy
        clock.extra_amount += move.extra_change
    clocks.recompute(session, clock, now=at)
    clocks.follow_promise(session, ticket.id, now=at)
    record(
        session,
        ticket_id=ticket.id,
        kind="promise_moved",
        actor=SYSTEM,
        now=at,
        new=clock.current_due.isoformat(),
        reason=move.reason,
        data={"promise_move": move.id, "clock": clock.id},
    )
