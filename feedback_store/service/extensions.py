"""More time for an agency: asked by its leader in time, decided by the hotline's supervisor (sla.md, rules 6 and 8)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import ACTIVE_LEG, IllegalMove, check_reason
from feedback_store.service import clocks, notices, tellings
from feedback_store.service.actor import SYSTEM, Actor, Refused
from feedback_store.service.trail import begin_change, get_agency, get_leg, lock_ticket, own_leg, record
from feedback_store.tables import Clock, Extension, Leg, Ticket
from feedback_store.texts import render
from vitext.dates import spoken_time

NOTICE = "extended"


def ask(
    session: Session,
    *,
    leg_id: int,
    amount: int,
    reason: str,
    actor: Actor,
    expected_version: int | None,
    now: dt.datetime,
) -> Extension:
    """The leader asks for ``amount`` more (minutes or working days, as the leg's target counts), before the due time.

    Once per leg and at most the class target. Until it is decided, the current due cannot be breached.
    """
    reason = check_reason(reason)
    if actor.role != "leader":
        raise Refused("tickets.extension_leader_asks")
    leg, ticket = own_leg(session, leg_id, actor, expected_version, now)
    if leg.state not in ("dispatched", "accepted"):
        raise IllegalMove("tickets.illegal_leg_extension")
    resolve = _resolve(session, leg)
    _, policy = clocks.load_policy(session, now)
    asked = select(func.count()).select_from(Extension).where(Extension.leg_id == leg.id)
    if (session.scalar(asked) or 0) >= policy.extensions:
        raise IllegalMove("tickets.extension_used_up")
    if resolve.standing_current != "running" or now >= resolve.current_due:
        raise IllegalMove("tickets.extension_too_late", due=spoken_time(resolve.current_due))
    if not 1 <= amount <= resolve.target_amount:
        cap = in_words(resolve.target_kind, resolve.target_amount)
        raise IllegalMove("tickets.extension_over_cap", most=cap)
    made = Extension(
        ticket_id=ticket.id, leg_id=leg.id, amount=amount, reason=reason, asked_at=now, asked_by=actor.user_id
    )
    session.add(made)
    session.flush()
    resolve.extension_pending = True
    record(
        session,
        ticket_id=ticket.id,
        kind="extension_asked",
        actor=actor,
        leg=leg,
        now=now,
        reason=reason,
        data={"amount": amount, "unit": resolve.target_kind, "extension": made.id},
        scope="leg",
    )
    clocks.set_next_deadline(session, ticket)
    agency = get_agency(session, leg.agency_id)
    notices.tell_role(
        session,
        role="supervisor",
        kind="extension_asked",
        ticket=ticket,
        leg=leg,
        dedupe=str(made.id),
        agency=agency.name,
        amount=in_words(resolve.target_kind, amount),
        reason=reason,
        now=now,
    )
    return made


def decide(
    session: Session,
    *,
    extension_id: int,
    grant: bool,
    reason: str | None,
    actor: Actor,
    expected_version: int | None,
    now: dt.datetime,
) -> Extension:
    """Granted: the leg's current due moves at once, the promise's once the citizen was told. A refusal needs its
    reason, and a due that passed meanwhile is a breach with its own instant."""
    if actor.role not in ("supervisor", "administrator"):
        raise Refused("tickets.extension_supervisor_decides")
    text = (reason or "").strip() or None
    if not grant:
        text = check_reason(reason)
    found = session.get(Extension, extension_id)
    if found is None:
        raise Refused("tickets.not_found")
    ticket = begin_change(session, found.ticket_id, expected_version, now)
    session.refresh(found)
    if found.decision is not None:
        raise IllegalMove("tickets.extension_decided_already")
    leg = get_leg(session, found.leg_id)
    resolve = _resolve(session, leg)
    clocks.count_pauses(session, ticket, now=now)
    found.decision, found.decision_reason = "granted" if grant else "refused", text
    found.decided_at, found.decided_by = now, actor.user_id
    if grant:
        clocks.extend(session, resolve, amount=found.amount, now=now)
    else:
        clocks.extension_refused(resolve, now=now)
        if leg.handed_over_at is not None and resolve.current_due < leg.handed_over_at:
            resolve.agency_id = leg.handed_from_id  # it was late before the successor had it
    amount = in_words(resolve.target_kind, found.amount)
    record(
        session,
        ticket_id=ticket.id,
        kind=f"extension_{found.decision}",
        actor=actor,
        leg=leg,
        now=now,
        reason=text,
        data={"amount": found.amount, "unit": resolve.target_kind, "extension": found.id},
        scope="all" if grant else "leg",
    )
    notices.tell_agency(
        session,
        agency_id=leg.agency_id,
        kind=f"extension_{found.decision}",
        ticket=ticket,
        leg=leg,
        dedupe=str(found.id),
        amount=amount,
        due=spoken_time(resolve.current_due),
        reason=text or "",
        now=now,
    )
    if grant:
        _tell_citizen(session, ticket, leg, found, resolve, now)
    clocks.set_next_deadline(session, ticket)
    return found


def lapse(session: Session, *, leg: Leg, now: dt.datetime) -> None:
    """The leg is over before anybody decided: given back, withdrawn, handed on. Judged as refused."""
    for found in _open(session, leg.id):
        found.decision, found.decided_at = "lapsed", now
        clocks.extension_refused(_resolve(session, leg), now=now)
        record(
            session,
            ticket_id=leg.ticket_id,
            kind="extension_lapsed",
            actor=SYSTEM,
            leg=leg,
            now=now,
            data={"extension": found.id},
            scope="leg",
        )
    session.flush()


def told(session: Session, *, ticket_id: int, at: dt.datetime) -> None:
    """Proof that the citizen read of the new date: now it is the promise's current due too (rule 8)."""
    ticket = lock_ticket(session, ticket_id)
    clocks.count_pauses(session, ticket, now=at)
    query = select(Extension).where(
        Extension.ticket_id == ticket.id, Extension.decision == "granted", Extension.told_at.is_(None)
    )
    for found in session.scalars(query.order_by(Extension.id)):
        found.told_at = at
        tellings.settle(session, ticket_id=ticket.id, kind="new_date", at=at)
        kind = _resolve(session, get_leg(session, found.leg_id)).target_kind
        for clock in clocks.running(session, ticket.id, kind="promise"):
            if clock.target_kind == kind and found.amount > clock.extended_amount:
                clocks.judge_at(clock, at)
                clocks.extend(session, clock, amount=found.amount, now=at)
                record(
                    session,
                    ticket_id=ticket.id,
                    kind="promise_moved",
                    actor=SYSTEM,
                    now=at,
                    new=clock.current_due.isoformat(),
                    data={"extension": found.id},
                )
    clocks.follow_promise(session, ticket.id, now=at)
    clocks.set_next_deadline(session, ticket)


def of_ticket(session: Session, ticket_id: int, extension_id: int) -> int:
    """The id, if this request belongs to the ticket; raises ``Refused`` otherwise."""
    found = session.get(Extension, extension_id)
    if found is None or found.ticket_id != ticket_id:
        raise Refused("tickets.not_found")
    return found.id


def unit(session: Session, leg_id: int) -> int:
    """What one counts in the form where more time is asked: one working day, or the minutes of an hour."""
    return 1 if _resolve(session, get_leg(session, leg_id)).target_kind == "working_days" else 60


def in_words(kind: str, amount: int) -> str:
    """``working_days``, 3 → "3 ngày làm việc"."""
    if kind == "working_days":
        return render("tickets.amount_days", n=amount)
    unit = "clock" if kind == "clock_minutes" else "working"
    if amount % 60 == 0:
        return render(f"tickets.amount_hours_{unit}", n=amount // 60)
    return render(f"tickets.amount_minutes_{unit}", n=amount)


def _resolve(session: Session, leg: Leg) -> Clock:
    return session.scalars(select(Clock).where(Clock.leg_id == leg.id, Clock.kind == "resolve")).one()


def _open(session: Session, leg_id: int) -> list[Extension]:
    return list(session.scalars(select(Extension).where(Extension.leg_id == leg_id, Extension.decision.is_(None))))


def _tell_citizen(
    session: Session, ticket: Ticket, leg: Leg, found: Extension, resolve: Clock, now: dt.datetime
) -> None:
    """The new date and why; on the web it is readable at once, elsewhere its delivery is proven later."""
    if leg.state not in ACTIVE_LEG:
        return  # the result is already there
    new_due = max((_with(session, c, resolve, found, now) for c in _promises(session, ticket)), default=None)
    if new_due is None or new_due <= now:
        new_due = resolve.current_due
    sent = notices.tell_citizen(
        session,
        ticket=ticket,
        notice=NOTICE,
        key="tickets.told_extended",
        dedupe=str(found.id),
        agency=get_agency(session, leg.agency_id).name,
        reason=found.reason,
        due=spoken_time(new_due),
        now=now,
    )
    if sent is not None and sent.readable_at_once:
        told(session, ticket_id=ticket.id, at=now)
    tellings.owe(session, ticket=ticket, kind="new_date", now=now)


def _promises(session: Session, ticket: Ticket) -> list[Clock]:
    return clocks.running(session, ticket.id, kind="promise")


def _with(session: Session, promise: Clock, resolve: Clock, found: Extension, now: dt.datetime) -> dt.datetime:
    """The promise's current due once the citizen is told."""
    if promise.target_kind != resolve.target_kind or promise.standing_current != "running":
        return promise.current_due
    more = max(0, found.amount - promise.extended_amount)
    return clocks.due_with(session, promise, more=more, now=now)
