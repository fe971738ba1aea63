"""Pauses of a ticket or of one leg: opened with a reason, capped by the policy, ended by a person or the job.

One that an agency opens for force majeure holds at once and waits for the supervisor's word: refused, or without it
in time, it ends, and what was paused until then stays paused (sla.md, rule 5).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.domain.due import Target, due
from feedback_store.domain.lifecycle import IllegalMove, check_reason, check_ticket_move
from feedback_store.service import clocks, notices
from feedback_store.service.actor import SYSTEM, Actor, Refused
from feedback_store.service.trail import add_pause, begin_change, get_agency, get_leg, pauses_of, record
from feedback_store.tables import Pause, Ticket
from vitext.dates import spoken_time

KINDS = ("citizen", "force_majeure")
WORD = Target("working_days", 1)
"""How long the supervisor has for a word on an agency's pause, on the hotline's calendar."""


def pause(
    session: Session,
    *,
    ticket_id: int,
    kind: str,
    reason: str,
    actor: Actor,
    expected_version: int | None,
    leg_id: int | None = None,
    now: dt.datetime,
) -> Pause:
    """Stop the clocks while waiting for the citizen or for force majeure; the reason is needed.

    The policy's cap for one pause is stored as ``limit_at``; the deadline job ends it there. An agency whose pause of
    this leg was refused opens no other one.
    """
    reason = check_reason(reason)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("pause", ticket.state)
    check_right(session, ticket, actor, leg_id)
    if kind not in KINDS:
        raise ValueError(f"unknown kind of pause: {kind!r}")
    if _is_paused(session, ticket, leg_id):
        raise IllegalMove("tickets.pause_open_already")
    if actor.is_agency and kind == "force_majeure" and _refused_before(session, leg_id):
        raise IllegalMove("pauses.refused_before")
    return _open(session, ticket, kind, reason, actor, leg_id, now)


def decide(
    session: Session,
    *,
    pause_id: int,
    confirm: bool,
    reason: str | None,
    actor: Actor,
    expected_version: int | None,
    now: dt.datetime,
) -> Pause:
    """The supervisor's word. Confirmed, the pause goes on to the policy's cap; a refusal needs its reason and ends it
    now. Raises ``IllegalMove`` from the instant on at which it ends without a word."""
    if actor.role not in ("supervisor", "administrator"):
        raise Refused("pauses.supervisor_decides")
    text = check_reason(reason) if not confirm else (reason or "").strip() or None
    one = session.get(Pause, pause_id)
    if one is None or one.leg_id is None:
        raise Refused("tickets.not_found")
    ticket = begin_change(session, one.ticket_id, expected_version, now)
    session.refresh(one)
    if one.ended_at is not None or one.word_due_at is None or one.word is not None:
        raise IllegalMove("pauses.no_word_awaited")
    if now >= one.word_due_at:
        raise IllegalMove("pauses.word_too_late", due=spoken_time(one.word_due_at))
    _say(session, ticket, one, "confirmed" if confirm else "refused", actor, text, now)
    if not confirm:
        _end(session, ticket, one, actor, now)
    refresh(session, ticket, now)
    return one


def of_ticket(session: Session, ticket_id: int, pause_id: int) -> int:
    """The id, if this pause belongs to the ticket; raises ``Refused`` otherwise."""
    one = session.get(Pause, pause_id)
    if one is None or one.ticket_id != ticket_id:
        raise Refused("tickets.not_found")
    return one.id


def open_quietly(
    session: Session, *, ticket: Ticket, kind: str, reason: str, actor: Actor, leg_id: int | None, now: dt.datetime
) -> Pause | None:
    """As ``pause``, for a job: None where the ticket is paused already or the cap is used up."""
    if _is_paused(session, ticket, leg_id):
        return None
    try:
        return _open(session, ticket, kind, reason, actor, leg_id, now)
    except IllegalMove:
        return None


def may_wait(session: Session, ticket: Ticket, now: dt.datetime) -> bool:
    """Whether the clocks can wait for the citizen: they stand already, or the caps leave time."""
    if open_of(session, ticket):
        return True
    try:
        _limit(session, ticket, now)
    except IllegalMove:
        return False
    return True


def end_one(session: Session, *, ticket: Ticket, one: Pause, actor: Actor, at: dt.datetime) -> None:
    """End one pause at ``at``, which may lie a little in the past."""
    _end(session, ticket, one, actor, at)
    refresh(session, ticket, at)


def _is_paused(session: Session, ticket: Ticket, leg_id: int | None) -> bool:
    still = (
        select(func.count())
        .select_from(Pause)
        .where(Pause.ticket_id == ticket.id, Pause.ended_at.is_(None), Pause.leg_id.is_not_distinct_from(leg_id))
    )
    return bool(session.scalar(still))


def _open(
    session: Session, ticket: Ticket, kind: str, reason: str, actor: Actor, leg_id: int | None, now: dt.datetime
) -> Pause:
    made = Pause(
        ticket_id=ticket.id,
        leg_id=leg_id,
        kind=kind,
        reason=reason,
        started_at=now,
        opened_by=actor.user_id,
        limit_at=_limit(session, ticket, now),
        word_due_at=_word_due(session, now) if actor.is_agency and kind == "force_majeure" else None,
    )
    add_pause(session, made)
    refresh(session, ticket, now)
    record(
        session,
        ticket_id=ticket.id,
        kind="paused",
        actor=actor,
        now=now,
        reason=reason,
        leg=get_leg(session, leg_id) if leg_id else None,
        data={"pause": kind, "word_due": made.word_due_at.isoformat() if made.word_due_at else None},
        scope="leg" if leg_id else "all",
    )
    if made.word_due_at is not None:
        _notify(session, ticket, made, "asked", now)
    return made


def _word_due(session: Session, now: dt.datetime) -> dt.datetime:
    return due(clocks.load_calendar(session, clocks.HOTLINE_CALENDAR, now)[1], WORD, now)


def _refused_before(session: Session, leg_id: int | None) -> bool:
    query = select(func.count()).select_from(Pause).where(Pause.leg_id == leg_id, Pause.word == "refused")
    return bool(session.scalar(query))


def _say(
    session: Session, ticket: Ticket, one: Pause, word: str, actor: Actor, reason: str | None, at: dt.datetime
) -> None:
    """The word, or that none came, as a fact, and to those who wait for it."""
    one.word, one.word_reason, one.word_at, one.word_by = word, reason, at, actor.user_id
    record(
        session,
        ticket_id=ticket.id,
        kind=f"pause_{word}",
        actor=actor,
        now=at,
        leg=get_leg(session, one.leg_id) if one.leg_id else None,
        reason=reason,
        data={"pause_id": one.id},
        scope="leg",
    )
    _notify(session, ticket, one, word, at)


def _notify(session: Session, ticket: Ticket, one: Pause, word: str, now: dt.datetime) -> None:
    """``asked``: to the supervisors; ``confirmed``, ``refused``: to the agency; ``lapsed``: to both."""
    if one.leg_id is None or one.word_due_at is None:
        return
    leg = get_leg(session, one.leg_id)
    common: dict[str, Any] = {
        "kind": f"pause_{word}", "ticket": ticket, "leg": leg, "dedupe": str(one.id), "now": now,
        "agency": get_agency(session, leg.agency_id).name, "due": spoken_time(one.word_due_at),
        "reason": one.word_reason or one.reason,
    }  # fmt: skip
    if word in ("asked", "lapsed"):
        notices.tell_role(session, role="supervisor", **common)
    if word != "asked":
        notices.tell_agency(session, agency_id=leg.agency_id, **common)


def resume(session: Session, *, ticket_id: int, actor: Actor, expected_version: int | None, now: dt.datetime) -> Ticket:
    """End every open pause of the ticket that the actor may end."""
    if not (actor.is_hotline or actor.is_agency or actor.kind in ("citizen", "bot", "system")):
        raise Refused("tickets.not_allowed")
    ticket = begin_change(session, ticket_id, expected_version, now)
    mine = [one for one in open_of(session, ticket) if _may_end(session, actor, one)]
    if not mine:
        raise IllegalMove("tickets.pause_not_open")
    for one in mine:
        _end(session, ticket, one, actor, now)
    refresh(session, ticket, now)
    return ticket


def end_for(session: Session, *, ticket: Ticket, actor: Actor, now: dt.datetime, leg_id: int | None = None) -> None:
    """End the open pauses of one leg, or all of the ticket, because their work is over.

    Call before the clocks are stopped, so that the time paused so far counts as paused.
    """
    still = open_of(session, ticket)
    for one in still:
        if leg_id is None or one.leg_id == leg_id:
            _end(session, ticket, one, actor, now)
    if still:
        refresh(session, ticket, now)


def end_expired(session: Session, *, ticket: Ticket, now: dt.datetime) -> None:
    """End pauses whose cap has passed, or whose word has not come, each at that instant itself (rule 5)."""
    still = open_of(session, ticket)
    for one in still:
        end = clocks.ends_by_itself(one)
        if end is not None and end <= now:
            _end(session, ticket, one, SYSTEM, end)
    if still:
        refresh(session, ticket, now)


def refresh(session: Session, ticket: Ticket, now: dt.datetime) -> None:
    """Due times of the clocks that pauses move, and the next instant for the job."""
    every = pauses_of(session, ticket.id)
    for clock in clocks.running(session, ticket.id):
        if clock.kind in ("promise", "resolve"):
            clocks.recompute(session, clock, now=now, known=every)
    clocks.set_next_deadline(session, ticket)


def open_of(session: Session, ticket: Ticket) -> list[Pause]:
    """Pauses of the ticket and its legs that have not ended."""
    return [one for one in pauses_of(session, ticket.id) if one.ended_at is None]


def _end(session: Session, ticket: Ticket, one: Pause, actor: Actor, at: dt.datetime) -> None:
    """End it at ``at``, or where it ended by itself before: a late job changes nothing."""
    end = clocks.ends_by_itself(one)
    if end is not None and end <= at:
        at, actor = end, SYSTEM
        if one.word is None and one.word_due_at == end:
            _say(session, ticket, one, "lapsed", SYSTEM, None, end)
    one.ended_at, one.closed_by = at, actor.user_id
    record(
        session,
        ticket_id=one.ticket_id,
        kind="resumed",
        actor=actor,
        now=at,
        leg=get_leg(session, one.leg_id) if one.leg_id else None,
        scope="leg" if one.leg_id else "all",
    )


def _limit(session: Session, ticket: Ticket, now: dt.datetime) -> dt.datetime:
    """Where this pause must end: the cap of one pause, or what is left of the cap of all of them.

    Days of a cap are the working days of the hotline's calendar, the longest day of the week each.
    """
    _, policy = clocks.load_policy(session, now)
    _, calendar = clocks.load_calendar(session, clocks.HOTLINE_CALENDAR, now)
    each = due(calendar, Target("working_days", policy.pause_days_each), now)
    day = max(sum(end - start for start, end in spans) for spans in calendar.week)
    counted = [one for one in pauses_of(session, ticket.id) if one.kind in KINDS]
    spent = sum((calendar.working_time(p.started_at, p.ended_at or now) for p in counted), dt.timedelta())
    left = policy.pause_days_total * day - int(spent.total_seconds())
    if left <= 0:
        raise IllegalMove("tickets.pause_used_up", days=policy.pause_days_total)
    return min(each, due(calendar, Target("working_minutes", max(1, left // 60)), now))


def check_right(session: Session, ticket: Ticket, actor: Actor, leg_id: int | None) -> None:
    """The hotline may stop any clock, an agency those of its own leg; raises ``Refused``."""
    leg = get_leg(session, leg_id) if leg_id is not None else None
    if leg is not None and leg.ticket_id != ticket.id:
        raise Refused("tickets.not_found")
    own = leg is not None and actor.is_agency and leg.agency_id == actor.agency_id
    if not (actor.is_hotline or own):
        raise Refused("tickets.not_allowed")


def _may_end(session: Session, actor: Actor, one: Pause) -> bool:
    if not actor.is_agency:
        return True
    return one.leg_id is not None and get_leg(session, one.leg_id).agency_id == actor.agency_id
