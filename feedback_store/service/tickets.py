"""Filing and the moves of a whole ticket: additions, refusal, withdrawal, pause, category, close, reopen."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_store.domain.codes import make_code
from feedback_store.domain.lifecycle import ACTIVE_LEG, IllegalMove, check_reason, check_ticket_move
from feedback_store.domain.policy import faster
from feedback_store.service import clocks, legs, notices
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.rounds import current_round
from feedback_store.service.trail import begin_change, get_leg, record
from feedback_store.tables import Addition, Agency, Category, Clock, Leg, Media, Pause, Ticket
from vitext import fold
from vitext.dates import spoken_time


@dataclass(frozen=True, slots=True)
class NewReport:
    """A confirmed report. ``receipt_at``: sla.md "Receipt"; ``danger``: filed after an emergency answer."""

    text: str
    category_code: str
    channel: str
    receipt_at: dt.datetime
    place_text: str | None = None
    lat: float | None = None
    lon: float | None = None
    commune_code: str | None = None
    anonymous: bool = False
    reporter_name: str | None = None
    reporter_phone: str | None = None
    conversation_id: uuid.UUID | None = None
    contact_id: int | None = None
    filing_event_id: int | None = None
    entered_by: int | None = None
    danger: bool = False
    media_ids: Sequence[uuid.UUID] = ()
    kind: str = "report"
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Filed:
    """``created`` False: this event had filed before, and nothing was done."""

    ticket_id: int
    code: str
    promise_due: dt.datetime | None
    created: bool


def file_report(session: Session, *, report: NewReport, actor: Actor, now: dt.datetime) -> Filed:
    """File a report as a ticket; once per ``filing_event_id``. Starts promise and triage from receipt.

    Raises ``Refused`` for an empty text or an unknown category.
    """
    if report.filing_event_id is not None:
        known = session.scalars(select(Ticket).where(Ticket.filing_event_id == report.filing_event_id)).one_or_none()
        if known is not None:
            return Filed(known.id, known.code, promise_due(session, known.id), created=False)
    if not report.text.strip():
        raise Refused("tickets.text_needed")
    category = session.get(Category, report.category_code)
    if category is None:
        raise Refused("tickets.unknown_category", category=report.category_code)
    service_class = faster(category.service_class, "H5") if report.danger else category.service_class
    ticket = _insert(session, report, category, service_class, now)
    if report.media_ids:
        session.execute(update(Media).where(Media.id.in_(report.media_ids)).values(ticket_id=ticket.id))
    record(session, ticket_id=ticket.id, kind="filed", actor=actor, now=report.receipt_at, new="new",
           data={"category": category.code, "class": service_class, "channel": report.channel})
    promise = clocks.open_clock(session, ticket=ticket, kind="promise", start=report.receipt_at, now=now)
    clocks.open_clock(session, ticket=ticket, kind="triage", start=report.receipt_at, now=now)
    clocks.set_next_deadline(session, ticket)
    return Filed(ticket.id, ticket.code, promise.current_due, created=True)


def _insert(session: Session, report: NewReport, category: Category, service_class: str, now: dt.datetime) -> Ticket:
    for _ in range(20):
        code = make_code(secrets.randbelow)
        ticket = Ticket(
            code=code, kind=report.kind, state="new", version=0, channel=report.channel,
            conversation_id=report.conversation_id, contact_id=report.contact_id,
            filing_event_id=report.filing_event_id, entered_by=report.entered_by, anonymous=report.anonymous,
            reporter_name=report.reporter_name, reporter_phone=report.reporter_phone, text=report.text.strip(),
            place_text=report.place_text, lat=report.lat, lon=report.lon, commune_code=report.commune_code,
            category_code=category.code, service_class=service_class, danger=report.danger,
            search_text=search_text(code, report.text, report.place_text, category.name),
            receipt_at=report.receipt_at, is_sample=report.is_sample, is_imported=False, deadline_failures=0,
            created_at=now, updated_at=now,
        )
        taken = session.scalar(select(Ticket.id).where(Ticket.code == code))
        if taken is not None:
            continue
        try:
            with session.begin_nested():
                session.add(ticket)
                session.flush()
        except IntegrityError as error:
            if "code" not in str(error.orig):
                raise
            continue
        return ticket
    raise RuntimeError("no free ticket code in twenty tries")


def search_text(code: str, text: str, place: str | None, category: str) -> str:
    """What full-text search looks through: folded, with the bare digits of the code."""
    return fold(" ".join(part for part in (code, code.replace("-", ""), text, place or "", category) if part))


def promise_due(session: Session, ticket_id: int) -> dt.datetime | None:
    """Current due of the latest promise."""
    query = select(Clock.current_due).where(Clock.ticket_id == ticket_id, Clock.kind == "promise")
    return session.scalars(query.order_by(Clock.round.desc(), Clock.id.desc()).limit(1)).one_or_none()


def add_addition(
    session: Session, *, ticket_id: int, event_id: int | None, text: str | None = None, lat: float | None = None,
    lon: float | None = None, media_ids: Sequence[uuid.UUID] = (), actor: Actor, now: dt.datetime,
) -> Addition:
    """Join what the citizen sent after filing to the ticket; once per event. Told to the hotline and agencies."""
    if event_id is not None:
        known = session.scalars(select(Addition).where(Addition.event_id == event_id)).one_or_none()
        if known is not None:
            return known
    ticket = begin_change(session, ticket_id, None, now)
    check_ticket_move("add", ticket.state)
    added = Addition(ticket_id=ticket.id, event_id=event_id, text=text, lat=lat, lon=lon, created_at=now)
    session.add(added)
    if media_ids:
        session.execute(update(Media).where(Media.id.in_(media_ids)).values(ticket_id=ticket.id))
    if text:
        ticket.search_text = f"{ticket.search_text} {fold(text)}"
    record(session, ticket_id=ticket.id, kind="addition", actor=actor, now=now,
           data={"text": text, "photos": len(media_ids), "pin": lat is not None})
    session.flush()
    notices.tell_role(session, role="operator", kind="addition", ticket=ticket, dedupe=str(added.id), now=now)
    for leg in active_legs(session, ticket.id):
        notices.tell_agency(session, agency_id=leg.agency_id, kind="addition", ticket=ticket, leg=leg,
                            dedupe=str(added.id), now=now)
    return added


def active_legs(session: Session, ticket_id: int) -> list[Leg]:
    query = select(Leg).where(Leg.ticket_id == ticket_id, Leg.state.in_(ACTIVE_LEG)).order_by(Leg.number)
    return list(session.scalars(query))


def refuse(session: Session, *, ticket_id: int, reason: str, actor: Actor, expected_version: int | None,
           now: dt.datetime) -> Ticket:
    """Not 1022's business, outside the area, duplicate, too little, prank: closed, the citizen told why.

    Within the triage clock the ticket leaves the promise cohort (rule 15); later, its promise is judged
    by when the refusal was delivered.
    """
    _hotline_only(actor)
    reason = check_reason(reason)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("refuse", ticket.state)
    _change_state(session, ticket, "refused", "refused", actor, now, reason)
    ticket.closed_at, ticket.close_reason = now, reason
    in_time = True
    for clock in clocks.running(session, ticket.id, kind="triage"):
        in_time = now <= clock.current_due
        clocks.stop(clock, now)
    for clock in clocks.running(session, ticket.id, kind="promise"):
        if in_time:
            clocks.leave(clock, "refused_in_triage", now)
        else:
            clocks.stop(clock, now)
    clocks.set_next_deadline(session, ticket)
    notices.tell_citizen(session, ticket=ticket, notice="refused", key="tickets.told_refused",
                         dedupe=str(ticket.version), reason=reason, now=now)
    return ticket


def withdraw(session: Session, *, ticket_id: int, reason: str | None, actor: Actor, now: dt.datetime) -> Ticket:
    """The citizen takes the report back; clocks due later leave their cohorts (rule 15)."""
    ticket = begin_change(session, ticket_id, None, now)
    check_ticket_move("withdraw", ticket.state)
    working = active_legs(session, ticket.id)
    _change_state(session, ticket, "withdrawn", "withdrawn", actor, now, reason)
    ticket.closed_at, ticket.close_reason = now, reason
    for clock in clocks.running(session, ticket.id):
        clocks.leave(clock, "withdrawn", now)
    for leg in working:
        leg.state = "cancelled"
        notices.tell_agency(session, agency_id=leg.agency_id, kind="withdrawn", ticket=ticket, leg=leg,
                            dedupe=str(ticket.version), now=now)
    clocks.set_next_deadline(session, ticket)
    notices.tell_citizen(session, ticket=ticket, notice="withdrawn", key="tickets.told_withdrawn",
                         dedupe=str(ticket.version), now=now)
    return ticket


def pause(session: Session, *, ticket_id: int, kind: str, reason: str, actor: Actor, expected_version: int | None,
          leg_id: int | None = None, now: dt.datetime) -> Pause:
    """Stop the clocks while waiting for the citizen or for force majeure; the reason is needed."""
    reason = check_reason(reason)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("pause", ticket.state)
    _own_leg_only(session, actor, leg_id)
    still = select(func.count()).select_from(Pause).where(
        Pause.ticket_id == ticket.id, Pause.ended_at.is_(None), Pause.leg_id.is_not_distinct_from(leg_id)
    )
    if session.scalar(still):
        raise IllegalMove("tickets.pause_open_already")
    made = Pause(ticket_id=ticket.id, leg_id=leg_id, kind=kind, reason=reason, started_at=now, opened_by=actor.user_id)
    session.add(made)
    session.flush()
    _recompute(session, ticket, now)
    record(session, ticket_id=ticket.id, kind="paused", actor=actor, now=now, reason=reason,
           leg=get_leg(session, leg_id) if leg_id else None, data={"pause": kind},
           scope="leg" if leg_id else "all")
    return made


def resume(session: Session, *, ticket_id: int, actor: Actor, expected_version: int | None, now: dt.datetime) -> Ticket:
    """End every open pause of the ticket that the actor may end."""
    ticket = begin_change(session, ticket_id, expected_version, now)
    query = select(Pause).where(Pause.ticket_id == ticket.id, Pause.ended_at.is_(None))
    ended = 0
    for one in session.scalars(query):
        if actor.is_agency and (one.leg_id is None or get_leg(session, one.leg_id).agency_id != actor.agency_id):
            continue
        one.ended_at, one.closed_by = now, actor.user_id
        ended += 1
        record(session, ticket_id=ticket.id, kind="resumed", actor=actor, now=now,
               leg=get_leg(session, one.leg_id) if one.leg_id else None, scope="leg" if one.leg_id else "all")
    if not ended:
        raise IllegalMove("tickets.pause_not_open")
    session.flush()
    _recompute(session, ticket, now)
    return ticket


def change_category(session: Session, *, ticket_id: int, category_code: str, reason: str, actor: Actor,
                    expected_version: int | None, now: dt.datetime) -> Ticket:
    """Another category: the class is computed again from receipt; only an earlier promise replaces the
    one that was told (rule 14)."""
    _hotline_only(actor)
    reason = check_reason(reason)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("change_category", ticket.state)
    category = session.get(Category, category_code)
    if category is None:
        raise Refused("tickets.unknown_category", category=category_code)
    old = ticket.category_code
    new_class = faster(category.service_class, "H5") if ticket.danger else category.service_class
    ticket.category_code, ticket.service_class = category.code, new_class
    ticket.search_text = search_text(ticket.code, ticket.text, ticket.place_text, category.name)
    policy_id, policy = clocks.load_policy(session, now)
    for clock in clocks.running(session, ticket.id):
        if clock.kind == "promise":
            told = clock.current_due
            target = policy.service_class(new_class).target("promise")
            again = clocks.due(clocks.calendar_of(session, clock), target, clock.started_at,
                               clocks.pause_spans(session, clock), now)
            if again < told:
                clock.target_kind, clock.target_amount, clock.policy_version_id = target.kind, target.amount, policy_id
                clock.base_due = clocks.due(clocks.calendar_of(session, clock), target, clock.started_at)
                clock.original_due = clock.current_due = again
        elif clock.kind == "resolve":
            target = policy.service_class(new_class).target("resolve")
            clock.target_kind, clock.target_amount, clock.policy_version_id = target.kind, target.amount, policy_id
            clock.base_due = clocks.due(clocks.calendar_of(session, clock), target, clock.started_at)
            clocks.recompute(session, clock, now=now)
    record(session, ticket_id=ticket.id, kind="category_changed", actor=actor, now=now, old=old, new=category.code,
           reason=reason, data={"class": new_class})
    clocks.set_next_deadline(session, ticket)
    return ticket


def close(session: Session, *, ticket_id: int, actor: Actor, expected_version: int | None, now: dt.datetime) -> Ticket:
    """End a ticket whose result was released."""
    if actor.kind == "user":
        _hotline_only(actor)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("close", ticket.state)
    _change_state(session, ticket, "closed", "closed", actor, now, None)
    ticket.closed_at = now
    clocks.set_next_deadline(session, ticket)
    return ticket


def reopen(session: Session, *, ticket_id: int, reason: str, actor: Actor, expected_version: int | None,
           now: dt.datetime) -> Ticket:
    """A dissatisfied citizen, or an operator: same code, a new leg at the last agency with its own
    clock, and a second promise counted apart (rule 8)."""
    if actor.kind == "user":
        _hotline_only(actor)
    reason = check_reason(reason)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("reopen", ticket.state)
    last = session.scalars(
        select(Leg).where(Leg.ticket_id == ticket.id, Leg.state == "released").order_by(Leg.number.desc()).limit(1)
    ).one()
    _, policy = clocks.load_policy(session, now)
    released = last.released_at or now
    if now > released + dt.timedelta(days=policy.reopen_days):
        raise IllegalMove("tickets.reopen_too_late", days=policy.reopen_days)
    for clock in clocks.running(session, ticket.id):
        clocks.stop(clock, now)
    for leg in session.scalars(select(Leg).where(Leg.ticket_id == ticket.id, Leg.state == "released")):
        leg.state = "superseded"
    ticket.closed_at = None
    round_ = current_round(session, ticket.id) + 1
    record(session, ticket_id=ticket.id, kind="reopened", actor=actor, now=now, old=ticket.state, new="dispatched",
           reason=reason, data={"round": round_})
    ticket.state = "dispatched"
    promise = clocks.open_clock(session, ticket=ticket, kind="promise", start=now, round_=round_, now=now)
    agency = session.get_one(Agency, last.agency_id)
    leg = legs.open_leg(session, ticket=ticket, agency=agency, note=reason, actor=actor, round_=round_,
                        suggestion_reason=None, now=now)
    clocks.set_next_deadline(session, ticket)
    due = spoken_time(promise.current_due)
    notices.tell_citizen(session, ticket=ticket, notice="reopened", key="tickets.told_reopened",
                         dedupe=str(ticket.version), due=due, now=now)
    notices.tell_agency(session, agency_id=agency.id, kind="reopened", ticket=ticket, leg=leg,
                        dedupe=str(ticket.version), due=due, now=now)
    return ticket


def _change_state(session: Session, ticket: Ticket, state: str, kind: str, actor: Actor, now: dt.datetime,
                  reason: str | None) -> None:
    record(session, ticket_id=ticket.id, kind=kind, actor=actor, now=now, old=ticket.state, new=state, reason=reason)
    ticket.state = state


def _recompute(session: Session, ticket: Ticket, now: dt.datetime) -> None:
    for clock in clocks.running(session, ticket.id):
        if clock.kind in ("promise", "resolve"):
            clocks.recompute(session, clock, now=now)
    clocks.set_next_deadline(session, ticket)


def _hotline_only(actor: Actor) -> None:
    if actor.kind == "user" and not actor.is_hotline:
        raise Refused("tickets.not_allowed")


def _own_leg_only(session: Session, actor: Actor, leg_id: int | None) -> None:
    if actor.is_agency and (leg_id is None or get_leg(session, leg_id).agency_id != actor.agency_id):
        raise Refused("tickets.not_allowed")
