"""Clocks as rows: opened with the policy and calendar of that moment, stopped with a stored standing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import DateTime, bindparam, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_store.domain import release_time, warnings
from feedback_store.domain.calendar import Calendar, calendar_from_data
from feedback_store.domain.due import PauseSpan, Target, due
from feedback_store.domain.lifecycle import OPEN_TICKET
from feedback_store.domain.policy import HOTLINE_CLOCKS, ClockKind, Policy, policy_from_data
from feedback_store.domain.release_time import Kept
from feedback_store.service.actor import Refused
from feedback_store.service.trail import KNOWN_CLOCKS, TICKET_ID, get_agency, pauses_of, tell_dues, unwritten
from feedback_store.tables import CalendarVersion, Clock, Leg, Pause, PolicyVersion, Ticket

HOTLINE_CALENDAR = "hotline"

_calendars: dict[int, Calendar] = {}
_policies: dict[int, Policy] = {}
SIDES = ("original", "current")
_CLOCKS = select(Clock).where(Clock.ticket_id == TICKET_ID).order_by(Clock.id)
POLICY = ""
IN_FORCE = "versions in force"
VERSIONS_IN_FORCE = union_all(
    select(literal(POLICY), PolicyVersion.id)
    .where(PolicyVersion.valid_from <= bindparam("at", type_=DateTime(timezone=True)))
    .order_by(PolicyVersion.valid_from.desc(), PolicyVersion.id.desc())
    .limit(1),
    select(CalendarVersion.code, CalendarVersion.id)
    .where(CalendarVersion.valid_from <= bindparam("at", type_=DateTime(timezone=True)))
    .ext(distinct_on(CalendarVersion.code))
    .order_by(CalendarVersion.code, CalendarVersion.valid_from.desc(), CalendarVersion.id.desc()),
)
FIRST_LEVEL = {"promise": 80}
"""Nobody is warned of a promise before it falls due: the leg behind it has warnings of its own."""


def load_policy(session: Session, at: dt.datetime) -> tuple[int, Policy]:
    """The policy in force at ``at`` with its version id; versions never change, so they are kept."""
    number = _in_force(session, at)[POLICY]
    if number is None:
        raise Refused("tickets.no_policy")
    return number, policy_version(session, number)


def load_calendar(session: Session, code: str, at: dt.datetime) -> tuple[int, Calendar]:
    """The version of calendar ``code`` in force at ``at``."""
    number = _in_force(session, at).get(code)
    if number is None:
        raise Refused("tickets.no_calendar", code=code)
    return number, calendar_version(session, number)


def _in_force(session: Session, at: dt.datetime) -> dict[str, int | None]:
    """Version ids in force at ``at``: of the policy, and of every calendar by its code. Read once a transaction."""
    transaction = session.get_transaction() or session.begin()
    known: dict[tuple[object, dt.datetime], dict[str, int | None]] = session.info.setdefault(IN_FORCE, {})
    if (transaction, at) not in known:
        known.clear()
        with unwritten(session, PolicyVersion, CalendarVersion):
            found = session.execute(VERSIONS_IN_FORCE, {"at": at}).all()
        known[transaction, at] = {POLICY: None, **dict(found)}
    return known[transaction, at]


def calendar_of(session: Session, clock: Clock, side: str = "current") -> Calendar:
    """The calendar version behind one of the two due times of ``clock``."""
    number = clock.calendar_version_id
    if side == "original" and clock.original_calendar_version_id is not None:
        number = clock.original_calendar_version_id
    return calendar_version(session, number)


def calendar_version(session: Session, number: int) -> Calendar:
    if number not in _calendars:
        _calendars[number] = calendar_from_data(session.get_one(CalendarVersion, number).data)
    return _calendars[number]


def policy_version(session: Session, number: int) -> Policy:
    if number not in _policies:
        _policies[number] = policy_from_data(session.get_one(PolicyVersion, number).data)
    return _policies[number]


def target_of(clock: Clock, side: str = "original") -> Target:
    """The target behind one of the two due times; a share or an extension moves the current one."""
    more = clock.extra_amount + clock.extended_amount if side == "current" else 0
    return Target(clock.target_kind, clock.target_amount + more)  # type: ignore[arg-type]


def moves(pause: Pause, clock: Clock) -> bool:
    """Whether a pause moves a clock (sla.md, rules 5 and 8): a leg's own and the whole ticket's move
    its resolve; the promise is moved only by waiting for the citizen; nothing moves the others."""
    if clock.kind == "resolve":
        return pause.leg_id is None or pause.leg_id == clock.leg_id
    return clock.kind == "promise" and pause.kind == "citizen"


def ends_by_itself(pause: Pause) -> dt.datetime | None:
    """When the job ends an open pause: at the policy's cap, or when the supervisor's word has not come (rule 5)."""
    word_due = pause.word_due_at if pause.word is None else None
    return min((at for at in (pause.limit_at, word_due) if at is not None), default=None)


def span_at(pause: Pause, now: dt.datetime) -> PauseSpan:
    """A pause as it is at ``now``: one that has met its end is over, though the job has not written it yet."""
    end = ends_by_itself(pause) if pause.ended_at is None else None
    return PauseSpan(pause.started_at, end if end is not None and end <= now else pause.ended_at)


def pause_spans(
    session: Session, clock: Clock, now: dt.datetime, known: Sequence[Pause] | None = None
) -> list[PauseSpan]:
    """Pauses that move this clock, of those ``known`` or looked up, as they are at ``now``."""
    if clock.kind not in ("resolve", "promise"):
        return []
    if known is None:
        known = pauses_of(session, clock.ticket_id)
    return [span_at(one, now) for one in known if moves(one, clock)]


def open_clock(
    session: Session,
    *,
    ticket: Ticket,
    kind: ClockKind,
    start: dt.datetime,
    leg: Leg | None = None,
    round_: int = 1,
    shared: bool = False,
    now: dt.datetime,
) -> Clock:
    """Start a clock at ``start`` with the target of the ticket's class in force at ``now``."""
    policy_id, policy = load_policy(session, now)
    target = policy.service_class(ticket.service_class).target(kind, shared=shared)
    code = HOTLINE_CALENDAR
    if kind not in HOTLINE_CLOCKS and leg is not None:
        code = get_agency(session, leg.agency_id).calendar_code
    calendar_id, calendar = load_calendar(session, code, now)
    base = due(calendar, target, start)
    clock = Clock(
        ticket_id=ticket.id,
        leg_id=leg.id if leg else None,
        agency_id=leg.agency_id if leg else None,
        kind=kind,
        round=round_,
        target_kind=target.kind,
        target_amount=target.amount,
        extra_amount=0,
        extended_amount=0,
        extension_pending=False,
        policy_version_id=policy_id,
        calendar_version_id=calendar_id,
        started_at=start,
        base_due=base,
        original_due=base,
        current_due=base,
        standing_original="running",
        standing_current="running",
    )
    known = of_ticket(session, ticket.id)
    session.add(clock)
    known.append(clock)
    return clock


def of_ticket(session: Session, ticket_id: int) -> list[Clock]:
    """Every clock of a ticket, oldest first; read once while the ticket is locked (``trail.forget`` ends that)."""
    known: list[Clock] | None = session.info.get((KNOWN_CLOCKS, ticket_id))
    if known is None:
        with unwritten(session, Clock):
            known = session.info[KNOWN_CLOCKS, ticket_id] = list(session.scalars(_CLOCKS, {"ticket_id": ticket_id}))
    return known


def running(session: Session, ticket_id: int, *, kind: str | None = None, leg_id: int | None = None) -> list[Clock]:
    """Clocks of the ticket that were not stopped."""
    return [
        clock
        for clock in of_ticket(session, ticket_id)
        if clock.stopped_at is None and kind in (None, clock.kind) and leg_id in (None, clock.leg_id)
    ]


def recompute(session: Session, clock: Clock, *, now: dt.datetime, known: Sequence[Pause] | None = None) -> None:
    """Both due times again from the stored targets, start, calendar and pauses (``known``: all of the ticket's).

    A stored breach is never taken back here: it is a fact (rule 10).
    """
    pauses = ticket_pauses(session, clock) if known is None else known
    for side in SIDES:
        if getattr(clock, f"standing_{side}") == "running":
            setattr(clock, f"{side}_due", due_of(session, clock, side, now=now, known=pauses))


def count_pauses(session: Session, ticket: Ticket, *, now: dt.datetime) -> None:
    """Due times that an open pause is moving, as they are at ``now``: before anything is judged by them."""
    known = pauses_of(session, ticket.id)
    waits = [one for one in known if one.ended_at is None]
    for clock in running(session, ticket.id) if waits else []:
        if any(moves(pause, clock) for pause in waits):
            recompute(session, clock, now=now, known=known)


def due_of(
    session: Session, clock: Clock, side: str, *, now: dt.datetime, known: Sequence[Pause], more: int = 0
) -> dt.datetime:
    """One of the two due times from the stored targets, with the pauses ``known`` of the ticket.

    ``more``: of the target's unit, beyond what was granted already.
    """
    if clock.kept_promise_id is None:
        return _due_with_pauses(session, clock, side, now, known, more)
    counted: list[Pause] = []
    reached = _due_with_pauses(session, clock, side, now, counted, more)
    for pause in sorted(known, key=lambda one: one.started_at):
        if pause.started_at >= reached:
            break  # it begins when the due time is reached, and changes nothing (rule 5)
        counted.append(pause)
        reached = _due_with_pauses(session, clock, side, now, counted, more)
    return reached


def _due_with_pauses(
    session: Session, clock: Clock, side: str, now: dt.datetime, known: Sequence[Pause], more: int
) -> dt.datetime:
    target = target_of(clock, side)
    target = Target(target.kind, target.amount + more)
    calendar = calendar_of(session, clock, side)
    plain = due(calendar, target, clock.started_at, pause_spans(session, clock, now, known), now)
    return with_release_kept(
        session, clock, side, plain, calendar=calendar, target=target, now=now, known=known, more=more
    )


def with_release_kept(
    session: Session,
    clock: Clock,
    side: str,
    class_due: dt.datetime,
    *,
    calendar: Calendar,
    target: Target,
    now: dt.datetime,
    known: Sequence[Pause],
    more: int = 0,
) -> dt.datetime:
    """``class_due``, or earlier where the leg leaves time to its release."""
    if clock.kept_promise_id is None or clock.kept_kind is None:
        return class_due
    promise = next(one for one in of_ticket(session, clock.ticket_id) if one.id == clock.kept_promise_id)
    both = [span_at(one, now) for one in known if moves(one, promise) or moves(one, clock)]
    return before_release(
        clock, side, class_due, calendar=calendar, target=target, hotline=calendar_of(session, promise, side),
        promise=promise, own=pause_spans(session, clock, now, known), both=both, now=now, more=more,
    )  # fmt: skip


def before_release(
    clock: Clock,
    side: str,
    class_due: dt.datetime,
    *,
    calendar: Calendar,
    target: Target,
    hotline: Calendar,
    promise: Clock,
    own: Sequence[PauseSpan],
    both: Sequence[PauseSpan],
    now: dt.datetime,
    more: int = 0,
) -> dt.datetime:
    """The due time of a leg that leaves time before ``promise`` (rule 16).

    ``own``: pauses of the leg; ``both``: of the leg or of the promise. Time that was given to the leg itself, a pause
    or an extension, is not taken away again by a promise that did not get it, or not yet, or got it on another calendar
    or in another kind of time.
    """
    given = clock.extended_amount + more if side == "current" else 0

    start = clock.started_at

    def kept(amount: int, pauses: Sequence[PauseSpan]) -> Kept:
        whole = Target(promise.target_kind, promise.target_amount + promise.extra_amount + amount)  # type: ignore[arg-type]
        paused, plain = (due(hotline, whole, promise.started_at, some, now) for some in (pauses, ()))
        notify = Target(clock.kept_kind, clock.kept_amount or 0)  # type: ignore[arg-type]
        return Kept(paused, plain, notify, hotline, bool(clock.kept_half))

    same = given if clock.target_kind == promise.target_kind else 0
    more_promised = max(promise.extended_amount, same) if side == "current" else 0
    found = release_time.leg_due(calendar, target, start, class_due, kept(more_promised, both), own, now)
    if not given:
        return found
    before = Target(target.kind, target.amount - given)
    class_before = due(calendar, before, start)
    ungranted = release_time.leg_due(calendar, before, start, class_before, kept(0, ()))
    granted = release_time.later(calendar, before, ungranted, class_before, due(calendar, target, start))
    return min(class_due, max(found, release_time.moved(calendar, target, granted, own, now, start)))


def ticket_pauses(session: Session, clock: Clock) -> list[Pause]:
    """Every pause of the clock's ticket, where the clock is of a kind that pauses move."""
    if clock.kind not in ("resolve", "promise"):
        return []
    return pauses_of(session, clock.ticket_id)


def keep_for_release(session: Session, clock: Clock, *, ticket: Ticket, dispatched_at: dt.datetime) -> None:
    """Let a new leg's resolve clock leave the notify target to the release, where the policy says so and the hotline
    dispatched in its own time; a leg dispatched later has its full class target (rule 16)."""
    policy = policy_version(session, clock.policy_version_id)
    every = of_ticket(session, ticket.id)
    promise = next((one for one in every if one.kind == "promise" and one.round == clock.round), None)
    if not policy.reserve_for_release or promise is None:
        return
    service_class = policy.service_class(ticket.service_class)
    if not release_time.holds(dispatched_at, _triage_due(session, promise, every, service_class.triage)):
        return
    if promise.id is None:
        session.flush()
    clock.kept_promise_id = promise.id
    clock.kept_kind, clock.kept_amount = service_class.notify.kind, service_class.notify.amount
    clock.kept_half = any(one.kind == "resolve" and one.leg_id != clock.leg_id and _ended(one) for one in every)
    clock.base_due = base_due_of(session, clock)
    recompute(session, clock, now=dispatched_at)


def _triage_due(session: Session, promise: Clock, every: Sequence[Clock], target: Target) -> dt.datetime:
    """When the hotline had to dispatch. A reopened ticket has no triage clock: its target runs from the reopening."""
    triage = next((one for one in every if one.kind == "triage" and one.round == promise.round), None)
    return triage.current_due if triage is not None else due(calendar_of(session, promise), target, promise.started_at)


def _ended(clock: Clock) -> bool:
    return clock.stopped_at is not None


def base_due_of(session: Session, clock: Clock) -> dt.datetime:
    """The due time of the policy alone: no pause, no extension."""
    return _due_with_pauses(session, clock, "original", clock.started_at, (), 0)


def follow_promise(session: Session, ticket_id: int, *, now: dt.datetime) -> None:
    """The promise has moved: the legs that leave time before it move with it."""
    for clock in running(session, ticket_id, kind="resolve"):
        if clock.kept_promise_id is not None:
            recompute(session, clock, now=now)


def dispatched_late_after_all(session: Session, ticket: Ticket, clock: Clock, *, now: dt.datetime) -> None:
    """A change of category counts as the hotline's time: made after the triage clock, the leg has its full target."""
    if clock.kept_promise_id is None:
        return
    every = of_ticket(session, ticket.id)
    promise = next(one for one in every if one.id == clock.kept_promise_id)
    service_class = policy_version(session, clock.policy_version_id).service_class(ticket.service_class)
    clock.kept_kind, clock.kept_amount = service_class.notify.kind, service_class.notify.amount
    if not release_time.holds(now, _triage_due(session, promise, every, service_class.triage)):
        clock.kept_promise_id = clock.kept_kind = clock.kept_amount = None


def retarget(session: Session, clock: Clock, *, policy_id: int, target: Target, now: dt.datetime) -> None:
    """Give a running clock another target, counted from its own start; a stored breach stays."""
    if clock.standing_original != "running":
        return
    if clock.target_kind != target.kind:
        clock.extended_amount = 0  # so many minutes are no number of days
    clock.target_kind, clock.target_amount, clock.policy_version_id = target.kind, target.amount, policy_id
    clock.extra_amount = 0
    clock.base_due = base_due_of(session, clock)
    recompute(session, clock, now=now)


def extend(session: Session, clock: Clock, *, amount: int, now: dt.datetime) -> None:
    """Move the current due by a granted extension of ``amount`` in the target's unit; the original stays."""
    clock.extended_amount, clock.extension_pending = amount, False
    if clock.standing_current == "running":
        at, known = clock.stopped_at or now, ticket_pauses(session, clock)
        clock.current_due = due_of(session, clock, "current", now=at, known=known)
    _decided(clock, now)


def due_with(session: Session, clock: Clock, *, more: int, now: dt.datetime) -> dt.datetime:
    """What the current due would be with ``more`` of the target's unit beyond what was granted already."""
    return due_of(session, clock, "current", now=now, known=ticket_pauses(session, clock), more=more)


def extension_refused(clock: Clock, *, now: dt.datetime) -> None:
    """The current due stays; where it has passed meanwhile, the breach is stored with its own instant."""
    clock.extension_pending = False
    _decided(clock, now)


def _decided(clock: Clock, now: dt.datetime) -> None:
    if clock.stopped_at is None:
        mark_breach(clock, now)
    else:
        stop(clock, clock.stopped_at)


def mark_breach(clock: Clock, at: dt.datetime) -> bool:
    """Store a breach, with its true instant, where the clock ran past its due by ``at`` (rule 10).

    The current due of a clock whose extension was asked in time cannot be breached before it is decided (rule 6).
    """
    found = False
    for side in SIDES:
        if side == "current" and clock.extension_pending:
            continue
        due_at = getattr(clock, f"{side}_due")
        if at > due_at and getattr(clock, f"standing_{side}") == "running":
            setattr(clock, f"breached_{side}_at", due_at)
            setattr(clock, f"standing_{side}", "late")
            found = True
    return found


def judge_at(clock: Clock, at: dt.datetime) -> None:
    """The current standing of a running clock as it was at ``at``, an instant of which is told afterwards: a breach
    that the job stored for a later due had not happened then."""
    mark_breach(clock, at)
    if clock.stopped_at is None and clock.breached_current_at is not None and at <= clock.breached_current_at:
        clock.standing_current, clock.breached_current_at = "running", None


def stop(clock: Clock, at: dt.datetime) -> bool:
    """Stop at ``at``; gives whether this found a breach. At the due instant is on time (rule 10).

    A proof of delivery may tell of an instant before the job ran: what it marked as late by the due
    is on time after all.
    """
    breached = mark_breach(clock, at)
    clock.stopped_at = at
    for side in SIDES:
        if getattr(clock, f"standing_{side}") != "left" and at <= getattr(clock, f"{side}_due"):
            setattr(clock, f"standing_{side}", "on_time")
            setattr(clock, f"breached_{side}_at", None)
    return breached


def leave(clock: Clock, reason: str, at: dt.datetime) -> None:
    """Take a clock out of every cohort whose due time lies after ``at``; a breach before it stays counted."""
    mark_breach(clock, at)
    clock.stopped_at = clock.stopped_at or at
    for side in SIDES:
        if getattr(clock, f"{side}_due") >= at and getattr(clock, f"standing_{side}") != "left":
            setattr(clock, f"standing_{side}", "left")
            setattr(clock, f"breached_{side}_at", None)
            clock.left_reason = reason


def count_as_late(clock: Clock, reason: str, at: dt.datetime) -> None:
    """Stop a clock as late whatever its due: a leg given back after the accept clock (rule 7)."""
    mark_breach(clock, at)
    clock.stopped_at, clock.left_reason = at, reason
    for side in SIDES:
        if getattr(clock, f"standing_{side}") == "running":
            setattr(clock, f"standing_{side}", "late")
            setattr(clock, f"breached_{side}_at", at)


def held(pauses: Sequence[Pause], clock: Clock, side: str = "current") -> bool:
    """Whether an open pause of ``pauses`` keeps the clock from running out."""
    due_at = getattr(clock, f"{side}_due")
    return any(pause.started_at < due_at for pause in pauses if pause.ended_at is None and moves(pause, clock))


def warning_levels(session: Session, clock: Clock, at: dt.datetime) -> list[int]:
    """Levels of rule 11 that have passed by ``at`` and that nobody was warned of yet."""
    target, calendar = target_of(clock, "current"), calendar_of(session, clock)
    sent = max(clock.warned_level, FIRST_LEVEL.get(clock.kind, 0))
    found = warnings.passed(calendar, target, clock.started_at, clock.current_due, at, sent=sent)
    return [level for level in found if level < warnings.DUE or not clock.extension_pending]


def next_warning(session: Session, clock: Clock) -> dt.datetime | None:
    """The instant of the next warning; None while nobody decided on an extension and only the due is left."""
    level = warnings.after(max(clock.warned_level, FIRST_LEVEL.get(clock.kind, 0)))
    if level >= warnings.DUE and clock.extension_pending:
        return None
    target = target_of(clock, "current")
    return warnings.instant(calendar_of(session, clock), target, clock.started_at, clock.current_due, level)


def next_apology_of(ticket: Ticket, clock: Clock, open_pauses: Sequence[Pause]) -> dt.datetime | None:
    """When the citizen is to be told, or told again, that the promise was not kept; None: nothing to tell, nobody to
    tell, or the hotline waits for the citizen."""
    broken_at = clock.breached_current_at if clock.kind == "promise" and clock.standing_current == "late" else None
    waits = any(pause.kind == "citizen" for pause in open_pauses)
    if broken_at is None or waits or ticket.conversation_id is None or ticket.state not in OPEN_TICKET:
        return None
    return clock.apology_at or broken_at


def warning_time(session: Session, clock: Clock, at: dt.datetime) -> dt.datetime:
    """``at`` where a warning of this clock may be sent then, else the next opening (rule 11)."""
    if target_of(clock).round_the_clock:
        return at
    return warnings.when_open(calendar_of(session, clock), at)


def set_next_deadline(
    session: Session,
    ticket: Ticket,
    *,
    warned_at: dt.datetime | None = None,
    unpaused: Sequence[Clock] | None = None,
) -> None:
    """When the deadline job must look next: the earliest due of a running clock without a stored breach, its next
    warning, or the end of an open pause. A clock that an open pause holds cannot run out meanwhile.

    ``warned_at``: the job itself was here at that instant; a warning it could not send waits for the next opening.
    ``unpaused``: all clocks of a ticket known to have no open pause, by id; nothing is looked up then.
    """
    pauses: list[Pause] = []
    every: Sequence[Clock]
    if unpaused is not None:
        every = unpaused
    else:
        pauses = [one for one in pauses_of(session, ticket.id) if one.ended_at is None]
        every = of_ticket(session, ticket.id)
    _note(session, ticket, every, pauses)
    waiting = [at for pause in pauses if (at := ends_by_itself(pause)) is not None]
    for clock in every:
        if clock.stopped_at is not None:
            continue
        for side in SIDES:
            undecided = side == "current" and clock.extension_pending
            if getattr(clock, f"standing_{side}") == "running" and not undecided and not held(pauses, clock, side):
                waiting.append(getattr(clock, f"{side}_due"))
        if not held(pauses, clock) and (warning := next_warning(session, clock)) is not None:
            late = warned_at is not None and warning <= warned_at
            waiting.append(warning_time(session, clock, warned_at) if late and warned_at else warning)
        if (apology := next_apology_of(ticket, clock, pauses)) is not None:
            waiting.append(apology)
    ticket.next_deadline_at = min(waiting, default=None)


def _note(session: Session, ticket: Ticket, every: Sequence[Clock], open_pauses: Sequence[Pause]) -> None:
    """Tell the trail of due instants that changed; those that an open pause is still moving, when it ends. A clock that
    was stopped is moved no more."""
    changed = [
        clock
        for clock in every
        if (clock.noted_original, clock.noted_current) != (clock.original_due, clock.current_due)
        and (
            clock.noted_current is None
            or clock.stopped_at is not None
            or not any(held(open_pauses, clock, side) for side in SIDES)
        )
    ]
    if not changed:
        return
    for clock in changed:
        clock.noted_original, clock.noted_current = clock.original_due, clock.current_due
    if any(clock.id is None for clock in changed):
        session.flush()
    tell_dues(
        session,
        ticket,
        [
            {
                "id": clock.id,
                "kind": clock.kind,
                "leg": clock.leg_id,
                "round": clock.round,
                "unit": clock.target_kind,
                "start": clock.started_at.isoformat(),
                "original": clock.original_due.isoformat(),
                "current": clock.current_due.isoformat(),
            }
            for clock in changed
        ],
    )
