"""Calls that tell citizens what they have no chat for: taken, then told, not reached, or no right number.

Each attempt is an event of its ticket and an entry of the audit. What the call tells counts from the instant of the
call (sla.md, rules 8, 9 and 15), which is never later than now and never earlier than there was something to tell.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from feedback_store.domain.instants import from_micros, to_micros
from feedback_store.domain.lifecycle import IllegalMove, check_reason
from feedback_store.service import audit, extensions, promises, results, tellings, tickets
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.clocks import HOTLINE_CALENDAR, load_calendar
from feedback_store.service.trail import lock_ticket, record
from feedback_store.tables import Telling, Ticket
from vitext.dates import spoken_time

TAKEN_FOR = dt.timedelta(minutes=30)
"""After this somebody else may take a call whose outcome was not entered."""
TRY_AGAIN = dt.timedelta(hours=2)
LATEST_TRY = dt.timedelta(days=7)
MINUTE = dt.timedelta(minutes=1)


def take(session: Session, *, telling_id: int, actor: Actor, now: dt.datetime) -> Telling:
    """One person takes the call and sees the number, which is recorded. Raises ``Refused`` where another has it."""
    one, ticket = _pending(session, telling_id, actor)
    if one.taken_by == actor.user_id:
        return one
    if one.taken_by is not None and one.taken_at is not None and now < one.taken_at + TAKEN_FOR:
        raise Refused("phone_desk.taken")
    one.taken_by, one.taken_at = actor.user_id, now
    _log(session, "call_phone_shown", one, ticket, actor, now)
    return one


def told(session: Session, *, telling_id: int, called_at: dt.datetime, actor: Actor, now: dt.datetime) -> Ticket:
    """The citizen was told in a call at ``called_at``; a form gives it to the minute."""
    one, ticket = _taken(session, telling_id, actor)
    if called_at > now:
        raise IllegalMove("phone_desk.call_in_future")
    if called_at + MINUTE <= one.ready_at:
        raise IllegalMove("phone_desk.call_too_early", ready=spoken_time(one.ready_at))
    at = max(called_at, one.ready_at)
    one.attempts += 1
    one.closed_by = actor.user_id
    _attempt(session, "phone_told", one, ticket, actor, now, called_at=at.isoformat())
    if one.kind == "result" and one.leg_id is not None:
        results.mark_delivered(session, leg_id=one.leg_id, at=at, actor=actor)
    elif one.kind == "refusal":
        tickets.refusal_delivered(session, ticket_id=ticket.id, at=at)
    else:
        extensions.told(session, ticket_id=ticket.id, at=at)
        promises.told(session, ticket_id=ticket.id, at=at)
    tellings.settle(
        session, ticket_id=ticket.id, kind=one.kind, leg_id=one.leg_id, at=at, by=actor.user_id  # type: ignore[arg-type]
    )
    return ticket


def next_try(session: Session, *, now: dt.datetime) -> dt.datetime:
    """When to call again, as a proposal: two hours from now, or when the hotline opens after that; within
    :data:`LATEST_TRY`, to the minute."""
    _, calendar = load_calendar(session, HOTLINE_CALENDAR, now)
    opens = from_micros(calendar.next_open(to_micros(now + TRY_AGAIN)))
    return min(opens, now + LATEST_TRY).replace(second=0, microsecond=0)


def not_reached(
    session: Session, *, telling_id: int, again_at: dt.datetime, actor: Actor, now: dt.datetime
) -> Ticket:
    """Nobody answered: the call waits below the others until ``again_at``. All clocks run on."""
    one, ticket = _taken(session, telling_id, actor)
    if not now < again_at <= now + LATEST_TRY:
        raise IllegalMove("phone_desk.again_when", days=LATEST_TRY.days)
    one.attempts += 1
    one.state, one.next_try_at, one.taken_by, one.taken_at = "open", again_at, None, None
    _attempt(session, "phone_missed", one, ticket, actor, now, again_at=again_at.isoformat())
    return ticket


def wrong_number(session: Session, *, telling_id: int, reason: str, actor: Actor, now: dt.datetime) -> Ticket:
    """There is no number under which the citizen is to be reached: kept apart, never told, never proven."""
    reason = check_reason(reason)
    one, ticket = _taken(session, telling_id, actor)
    one.attempts += 1
    one.state, one.closed_at, one.closed_by, one.close_reason = "unreachable", now, actor.user_id, reason
    one.taken_by = one.taken_at = one.next_try_at = None
    _attempt(session, "phone_wrong_number", one, ticket, actor, now, reason=reason)
    return ticket


def _pending(session: Session, telling_id: int, actor: Actor) -> tuple[Telling, Ticket]:
    """The call and its ticket, both locked."""
    if not actor.is_hotline:
        raise Refused("tickets.not_allowed")
    known = session.get(Telling, telling_id)
    if known is None:
        raise Refused("tickets.not_found")
    ticket = lock_ticket(session, known.ticket_id)  # first, as everybody else does
    session.refresh(known, with_for_update=True)
    if known.state not in tellings.PENDING:
        raise Refused("phone_desk.closed")
    return known, ticket


def _taken(session: Session, telling_id: int, actor: Actor) -> tuple[Telling, Ticket]:
    one, ticket = _pending(session, telling_id, actor)
    if one.taken_by != actor.user_id:
        raise Refused("phone_desk.take_first")
    return one, ticket


def _attempt(
    session: Session, kind: str, one: Telling, ticket: Ticket, actor: Actor, now: dt.datetime,
    reason: str | None = None, **facts: str,
) -> None:  # fmt: skip
    """One call in the trail of the ticket and in the audit."""
    data = {"about": one.kind, "leg": one.leg_id, "attempt": one.attempts, **facts}
    record(
        session, ticket_id=ticket.id, kind=kind, actor=actor, now=now, reason=reason, data=data, scope="hotline"
    )
    ticket.version, ticket.updated_at = ticket.version + 1, now
    session.flush()
    _log(session, kind, one, ticket, actor, now, **facts)


def _log(
    session: Session, action: str, one: Telling, ticket: Ticket, actor: Actor, now: dt.datetime, **facts: Any
) -> None:
    audit.log(
        session, action=action, user_id=actor.user_id, subject=f"ticket:{ticket.id}",
        data={"about": one.kind, "attempt": one.attempts, **facts}, now=now,
    )  # fmt: skip
