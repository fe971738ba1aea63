"""Recalculation after a change of calendar or policy: an explicit act, previewed and audited (sla.md, rule 12).

``queries.recalculation.preview`` says what would happen; ``apply_to`` does it ticket by ticket, so that a large one can
be done in several transactions: what is done is done with the newer versions and not found again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import tuple_, update
from sqlalchemy.orm import Session

from feedback_store.domain.due import Target
from feedback_store.domain.lifecycle import check_reason
from feedback_store.domain.recalculation import MOVING
from feedback_store.queries.recalculation import Move, Preview, Scope, moves_of
from feedback_store.service import audit, clocks, deadlines, notices, promises, tellings
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.trail import begin_change, get_leg, record
from feedback_store.tables import Clock, Ticket
from vitext.dates import spoken_time

log = structlog.get_logger(__name__)
BATCH = 200
"""Tickets of one transaction: others wait for their locks at most some seconds."""
RENEWED = 5000


@dataclass(frozen=True, slots=True)
class Act:
    """One recalculation as it was confirmed; ``digest`` names it in events, notices and the audit log."""

    scope: Scope
    reason: str
    digest: str
    actor: Actor


@dataclass(slots=True)
class Done:
    """What was done: tickets and clocks that moved, tickets that somebody changed meanwhile, tickets that failed."""

    tickets: int = 0
    clocks: int = 0
    skipped: int = 0
    failed: int = 0

    def add(self, part: Done) -> None:
        """The figures of one more transaction."""
        self.tickets += part.tickets
        self.clocks += part.clocks
        self.skipped += part.skipped
        self.failed += part.failed


def begin(session: Session, *, act: Act, seen: Preview, now: dt.datetime) -> Act:
    """Check the right and the reason, and log what is about to be done. Raises ``Refused`` or ``IllegalMove``."""
    if act.actor.role != "administrator":
        raise Refused("tickets.not_allowed")
    reason = check_reason(act.reason)
    audit.log(
        session,
        action="recalculation_begun",
        user_id=act.actor.user_id,
        subject=f"recalculation:{act.digest}",
        data={**_scope(act.scope), "reason": reason, "counts": dict(seen.counts), "tickets": len(seen.tickets)},
        now=now,
    )
    return Act(act.scope, reason, act.digest, act.actor)


def work(seen: Preview) -> list[tuple[int, int]]:
    """``(ticket, version)`` of every ticket with a clock that moves, in the order in which they are locked."""
    return sorted({(move.ticket_id, move.version) for move in seen.moves if move.effect in MOVING})


def apply_to(session: Session, *, act: Act, tickets: Sequence[tuple[int, int]], now: dt.datetime) -> Done:
    """Recalculate ``(ticket, version)`` each; one that has another version by now is left alone and counted."""
    done = Done()
    for number, version in sorted(tickets):
        try:
            with session.begin_nested():
                ticket = begin_change(session, number, version, now)
                moved = _recalculate(session, ticket, act, now)
        except Refused:
            done.skipped += 1
            continue
        except Exception:
            log.exception("recalculation_failed", ticket_id=number)
            done.failed += 1
            continue
        done.tickets += bool(moved)
        done.clocks += moved
    return done


def renew(session: Session, *, same: Sequence[Move]) -> int:
    """Clocks whose due times stay the same get the newer versions too, so that a later pause counts with them.

    Only where nobody changed the ticket since; no due time moves, so the trail has nothing to tell.
    """
    groups: dict[tuple[int, int, Target, int], list[tuple[int, int]]] = defaultdict(list)
    for move in same:
        groups[move.calendar_id, move.policy_id, move.target, move.extra].append((move.clock_id, move.version))
    found = 0
    for (calendar_id, policy_id, target, extra), pairs in groups.items():
        for first in range(0, len(pairs), RENEWED):
            changed = session.execute(
                update(Clock)
                .where(
                    Clock.ticket_id == Ticket.id,
                    tuple_(Clock.id, Ticket.version).in_(pairs[first : first + RENEWED]),
                    Clock.stopped_at.is_(None),
                    Clock.target_kind == target.kind,
                    Clock.target_amount == target.amount,
                    Clock.extra_amount == extra,
                )
                .values(calendar_version_id=calendar_id, policy_version_id=policy_id)
                .execution_options(synchronize_session=False)
            )
            found += changed.rowcount  # type: ignore[attr-defined]
    return found


def finish(session: Session, *, act: Act, done: Done, same: int, now: dt.datetime) -> None:
    """Log what was done."""
    audit.log(
        session,
        action="recalculation_done",
        user_id=act.actor.user_id,
        subject=f"recalculation:{act.digest}",
        data={**_scope(act.scope), "reason": act.reason, "tickets": done.tickets, "clocks": done.clocks,
              "skipped": done.skipped, "failed": done.failed, "same": same},
        now=now,
    )  # fmt: skip


def _scope(scope: Scope) -> dict[str, str | None]:
    return {"calendar": scope.calendar, "class": scope.service_class}


def _recalculate(session: Session, ticket: Ticket, act: Act, now: dt.datetime) -> int:
    """What has fallen due by now first, as the job would; then the clocks, one event, and those who must know."""
    deadlines.handle_one(session, ticket, now)
    session.flush()
    moves = [one for one in moves_of(session, scope=act.scope, now=now, ticket_id=ticket.id) if one.effect in MOVING]
    if not moves:
        clocks.set_next_deadline(session, ticket)
        return 0
    found = [(move, session.get_one(Clock, move.clock_id)) for move in moves]
    told = [_told(move, clock) for move, clock in found]
    for move, clock in found:
        if move.effect != "promise_later":
            _move(session, clock, move, now)
    clocks.follow_promise(session, ticket.id, now=now)
    record(
        session,
        ticket_id=ticket.id,
        kind="recalculated",
        actor=act.actor,
        now=now,
        reason=act.reason,
        data={"recalculation": act.digest, "moved": told},
    )
    clocks.set_next_deadline(session, ticket)
    for move, clock in found:
        _tell(session, ticket, clock, move, act, now)
    return len(moves)


def _move(session: Session, clock: Clock, move: Move, now: dt.datetime) -> None:
    """The newer versions for every side that still runs; a side that is late keeps its due time."""
    older = clock.original_calendar_version_id or clock.calendar_version_id
    original_moves = move.original.movable(now)
    if move.target.kind != clock.target_kind:
        clock.extended_amount = 0
    clock.calendar_version_id, clock.policy_version_id = move.calendar_id, move.policy_id
    clock.original_calendar_version_id = None if original_moves or older == move.calendar_id else older
    clock.target_kind, clock.target_amount, clock.extra_amount = move.target.kind, move.target.amount, move.extra
    if original_moves:
        clock.base_due = clocks.base_due_of(session, clock)
        clock.original_due = move.original.new
    if move.current.movable(now):
        clock.current_due = move.current.new


def _told(move: Move, clock: Clock) -> dict[str, Any]:
    """One clock in the event: old and new versions and due times."""
    return {
        "clock": clock.id,
        "kind": clock.kind,
        "effect": move.effect,
        "calendar": [clock.calendar_version_id, move.calendar_id],
        "policy": [clock.policy_version_id, move.policy_id],
        "original": [move.original.old.isoformat(), move.original.new.isoformat()],
        "current": [move.current.old.isoformat(), move.current.new.isoformat()],
    }


def _tell(session: Session, ticket: Ticket, clock: Clock, move: Move, act: Act, now: dt.datetime) -> None:
    """The citizen reads a new promise; the agency the new due time of its work."""
    if move.effect == "promise_later":
        more = move.target.amount + move.extra - clock.target_amount - clock.extra_amount
        promises.move_later(
            session,
            ticket=ticket,
            clock=clock,
            calendar_id=move.calendar_id,
            policy_id=move.policy_id,
            extra_change=more,
            due=move.current.new,
            reason=act.reason,
            actor=act.actor,
            now=now,
        )
    elif clock.kind == "promise":
        notices.tell_citizen(
            session,
            ticket=ticket,
            notice="promise_earlier",
            key="tickets.told_new_promise",
            dedupe=f"{clock.id}:{act.digest}",
            due=spoken_time(clock.current_due),
            reason=act.reason,
            now=now,
        )
        tellings.owe(session, ticket=ticket, kind="new_date", now=now)
    elif clock.kind == "resolve" and clock.leg_id is not None:
        leg = get_leg(session, clock.leg_id)
        notices.tell_agency(
            session,
            agency_id=leg.agency_id,
            kind="recalculated",
            ticket=ticket,
            leg=leg,
            dedupe=act.digest,
            due=spoken_time(clock.current_due),
            reason=act.reason,
            now=now,
        )
