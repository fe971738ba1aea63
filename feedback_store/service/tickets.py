"""Filing and the moves of a whole ticket: additions, refusal, withdrawal, pause, category, close, reopen."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_store.domain.codes import make_code
from feedback_store.domain.lifecycle import ACTIVE_LEG, IllegalMove, RefusalGround, check_reason, check_ticket_move
from feedback_store.domain.policy import faster
from feedback_store.persons.finding import name_index, phone_index
from feedback_store.persons.masking import masked
from feedback_store.service import agencies, clocks, delays, extensions, legs, notices, pauses, questions, tellings
from feedback_store.service.actor import SYSTEM, Actor, Refused, hotline_only
from feedback_store.service.pauses import pause as pause
from feedback_store.service.pauses import resume as resume
from feedback_store.service.rounds import current_round
from feedback_store.service.trail import begin_change, get_agency, lock_ticket, record
from feedback_store.tables import Addition, Category, Clock, Commune, Leg, Media, Setting, Ticket
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
    form_key: str | None = None
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
    """File a report as a ticket; once per ``filing_event_id`` and per ``form_key``.

    Starts promise and triage from receipt.

    Raises ``Refused`` for an empty text, an unknown category, or a commune that a user chose and nobody knows.
    """
    if report.filing_event_id is not None:
        known = session.scalars(select(Ticket).where(Ticket.filing_event_id == report.filing_event_id)).one_or_none()
        if known is not None:
            return Filed(known.id, known.code, promise_due(session, known.id), created=False)
    if report.form_key is not None:
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(report.form_key))))
        known = session.scalars(select(Ticket).where(Ticket.form_key == report.form_key)).one_or_none()
        if known is not None:
            return Filed(known.id, known.code, promise_due(session, known.id), created=False)
    if not report.text.strip():
        raise Refused("tickets.text_needed")
    category = session.get(Category, report.category_code)
    if category is None:
        raise Refused("tickets.unknown_category", category=report.category_code)
    if not category.active and actor.kind == "user":  # a citizen who began before it was switched off still files
        raise Refused("categories.switched_off", name=category.name)
    if actor.kind == "user" and report.commune_code is not None and session.get(Commune, report.commune_code) is None:
        raise Refused("tickets.unknown_commune")
    service_class = faster(category.service_class, "H5") if report.danger else category.service_class
    ticket = _insert(session, report, category, service_class, now)
    if report.media_ids:
        session.execute(update(Media).where(Media.id.in_(report.media_ids)).values(ticket_id=ticket.id))
    record(
        session,
        ticket_id=ticket.id,
        kind="filed",
        actor=actor,
        now=report.receipt_at,
        new="new",
        data={
            "category": category.code,
            "class": service_class,
            "channel": report.channel,
            "chat": report.conversation_id is not None,
        },
    )
    promise = clocks.open_clock(session, ticket=ticket, kind="promise", start=report.receipt_at, now=now)
    clocks.open_clock(session, ticket=ticket, kind="triage", start=report.receipt_at, now=now)
    clocks.set_next_deadline(session, ticket)
    return Filed(ticket.id, ticket.code, promise.current_due, created=True)


def _insert(session: Session, report: NewReport, category: Category, service_class: str, now: dt.datetime) -> Ticket:
    for _ in range(20):
        code = make_code(secrets.randbelow)
        ticket = Ticket(
            code=code,
            kind=report.kind,
            state="new",
            version=0,
            channel=report.channel,
            conversation_id=report.conversation_id,
            contact_id=report.contact_id,
            filing_event_id=report.filing_event_id,
            entered_by=report.entered_by,
            form_key=report.form_key,
            anonymous=report.anonymous,
            reporter_name=report.reporter_name,
            reporter_phone=report.reporter_phone,
            phone_bidx=phone_index(report.reporter_phone),
            name_bidx=name_index(report.reporter_name),
            text=report.text.strip(),
            place_text=report.place_text,
            lat=report.lat,
            lon=report.lon,
            commune_code=report.commune_code,
            category_code=category.code,
            service_class=service_class,
            danger=report.danger,
            search_text=search_text(code, report.text, report.place_text, category.name),
            receipt_at=report.receipt_at,
            is_imported=False,
            is_sample=report.is_sample or _only_samples(session),
            deadline_failures=0,
            created_at=now,
            updated_at=now,
        )
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


def _only_samples(session: Session) -> bool:
    """In a database of sample data whatever is filed is a sample too, so that it is counted with them."""
    row = session.get(Setting, "sample_data")
    return row is not None and bool(row.value.get("on"))


def search_text(code: str, text: str, place: str | None, category: str) -> str:
    """What full-text search looks through: folded, with the bare digits of the code, without what points to a person:
    a search must not tell an agency whose number stands in a report."""
    parts = (code, code.replace("-", ""), masked(text), masked(place), category)
    return fold(" ".join(part for part in parts if part))


def index_reporters(session: Session, *, after: int, limit: int = 1000) -> int | None:
    """Blind indexes, and a search text without personal numbers, for tickets filed before there were any.

    Looks at ``limit`` tickets from the id ``after`` on; gives the last id looked at, None at the end.
    """
    someone = or_(Ticket.reporter_phone.is_not(None), Ticket.reporter_name.is_not(None))
    missing = and_(Ticket.phone_bidx.is_(None), Ticket.name_bidx.is_(None), someone, Ticket.id > after)
    query = select(Ticket, Category.name).join(Category, Category.code == Ticket.category_code).where(missing)
    last: int | None = None
    for ticket, category in session.execute(query.order_by(Ticket.id).limit(limit)):
        last = ticket.id
        ticket.phone_bidx, ticket.name_bidx = phone_index(ticket.reporter_phone), name_index(ticket.reporter_name)
        if not ticket.is_imported:  # those have the old system's code in it too
            ticket.search_text = search_text(ticket.code, ticket.text, ticket.place_text, category)
    return last


def promise_due(session: Session, ticket_id: int) -> dt.datetime | None:
    """Current due of the latest promise."""
    query = select(Clock.current_due).where(Clock.ticket_id == ticket_id, Clock.kind == "promise")
    return session.scalars(query.order_by(Clock.round.desc(), Clock.id.desc()).limit(1)).one_or_none()


def add_addition(
    session: Session,
    *,
    ticket_id: int,
    event_id: int | None,
    text: str | None = None,
    lat: float | None = None,
    lon: float | None = None,
    media_ids: Sequence[uuid.UUID] = (),
    actor: Actor,
    received_at: dt.datetime | None = None,
    now: dt.datetime,
) -> Addition:
    """Join what the citizen sent after filing to the ticket; once per event. Told to the hotline and agencies.

    A question that waits is answered with it, and its pause ends at ``received_at``.
    """
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
    record(
        session,
        ticket_id=ticket.id,
        kind="addition",
        actor=actor,
        now=now,
        data={"text": text, "photos": len(media_ids), "pin": lat is not None},
    )
    session.flush()
    questions.answered(session, ticket=ticket, actor=actor, at=received_at or now)
    notices.tell_role(session, role="operator", kind="addition", ticket=ticket, dedupe=str(added.id), now=now)
    for leg in active_legs(session, ticket.id):
        notices.tell_agency(
            session, agency_id=leg.agency_id, kind="addition", ticket=ticket, leg=leg, dedupe=str(added.id), now=now
        )
    return added


def get(session: Session, ticket_id: int) -> Ticket:
    """Raises ``NoResultFound`` for an unknown id."""
    return session.get_one(Ticket, ticket_id)


def see_additions(session: Session, *, ticket_id: int, user_id: int, now: dt.datetime) -> None:
    """An operator has read what the citizen added."""
    query = update(Addition).where(Addition.ticket_id == ticket_id, Addition.seen_at.is_(None))
    session.execute(query.values(seen_at=now, seen_by=user_id))


def active_legs(session: Session, ticket_id: int) -> list[Leg]:
    query = select(Leg).where(Leg.ticket_id == ticket_id, Leg.state.in_(ACTIVE_LEG)).order_by(Leg.number)
    return list(session.scalars(query))


def refuse(
    session: Session,
    *,
    ticket_id: int,
    reason: str,
    ground: RefusalGround = "other",
    actor: Actor,
    expected_version: int | None,
    now: dt.datetime,
) -> Ticket:
    """Not 1022's business, outside the area, duplicate, too little, prank: closed, the citizen told why.

    ``ground`` is what the figures count it under, ``reason`` what the citizen reads.

    Within the triage clock the ticket leaves the promise cohort (rule 15); later, its promise is judged
    by when the refusal was delivered.
    """
    hotline_only(actor)
    reason = check_reason(reason)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("refuse", ticket.state)
    _change_state(session, ticket, "refused", "refused", actor, now, reason)
    ticket.closed_at, ticket.close_reason, ticket.refusal_ground = now, reason, ground
    ticket.first_response_at = ticket.first_response_at or now
    pauses.end_for(session, ticket=ticket, actor=actor, now=now)
    triage = select(Clock.current_due).where(Clock.ticket_id == ticket.id, Clock.kind == "triage")
    triage_due = session.scalars(triage.order_by(Clock.id.desc()).limit(1)).one_or_none()
    for clock in clocks.running(session, ticket.id, kind="triage"):
        clocks.stop(clock, now)
    for clock in clocks.running(session, ticket.id, kind="promise"):
        if triage_due is not None and now <= triage_due:
            clocks.leave(clock, "refused_in_triage", now)
    late = delays.is_late(session, ticket, now)
    sent = notices.tell_citizen(
        session,
        ticket=ticket,
        notice="refused",
        key="tickets.told_refused_late" if late else "tickets.told_refused",
        dedupe=str(ticket.version),
        reason=reason,
        due=spoken_time(late or now),
        now=now,
    )
    if sent is not None and sent.readable_at_once:
        _refusal_told(session, ticket, now)
    tellings.drop(session, ticket_id=ticket.id, kinds=["new_date"], now=now)
    tellings.owe(session, ticket=ticket, kind="refusal", now=now)
    clocks.set_next_deadline(session, ticket)
    return ticket


def refusal_delivered(session: Session, *, ticket_id: int, at: dt.datetime) -> None:
    """Proof that the citizen got the refusal; a promise still counted is judged by this instant."""
    ticket = lock_ticket(session, ticket_id)
    tellings.settle(session, ticket_id=ticket.id, kind="refusal", at=at)
    if ticket.state == "refused":
        _refusal_told(session, ticket, at)
        clocks.set_next_deadline(session, ticket)


def _refusal_told(session: Session, ticket: Ticket, at: dt.datetime) -> None:
    for clock in clocks.running(session, ticket.id, kind="promise"):
        clocks.stop(clock, at)
        record(session, ticket_id=ticket.id, kind="refusal_told", actor=SYSTEM, now=at, scope="hotline")


def withdraw(session: Session, *, ticket_id: int, reason: str | None, actor: Actor, now: dt.datetime) -> Ticket:
    """The citizen takes the report back; it leaves every cohort whose due time lies after (rule 15)."""
    ticket = begin_change(session, ticket_id, None, now)
    check_ticket_move("withdraw", ticket.state)
    working = active_legs(session, ticket.id)
    _change_state(session, ticket, "withdrawn", "withdrawn", actor, now, reason)
    ticket.closed_at, ticket.close_reason = now, reason
    pauses.end_for(session, ticket=ticket, actor=actor, now=now)
    for leg in working:
        extensions.lapse(session, leg=leg, now=now)
    tellings.drop(session, ticket_id=ticket.id, kinds=["result", "new_date"], now=now)
    for clock in session.scalars(select(Clock).where(Clock.ticket_id == ticket.id)):
        clocks.leave(clock, "withdrawn", now)
    for leg in working:
        leg.state = "cancelled"
        notices.tell_agency(
            session,
            agency_id=leg.agency_id,
            kind="withdrawn",
            ticket=ticket,
            leg=leg,
            dedupe=str(ticket.version),
            now=now,
        )
    clocks.set_next_deadline(session, ticket)
    if actor.kind != "citizen":  # who does it in the chat reads it in the answer
        notices.tell_citizen(
            session, ticket=ticket, notice="withdrawn", key="tickets.told_withdrawn", dedupe=str(ticket.version),
            now=now,
        )  # fmt: skip
    return ticket


def close(session: Session, *, ticket_id: int, actor: Actor, expected_version: int | None, now: dt.datetime) -> Ticket:
    """End a ticket whose result was released."""
    if actor.kind == "user":
        hotline_only(actor)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("close", ticket.state)
    _change_state(session, ticket, "closed", "closed", actor, now, None)
    ticket.closed_at = now
    clocks.set_next_deadline(session, ticket)
    return ticket


def reopen(
    session: Session, *, ticket_id: int, reason: str, actor: Actor, expected_version: int | None, now: dt.datetime
) -> Ticket:
    """A dissatisfied citizen, or an operator: same code, a new leg at the last agency with its own
    clock, and a second promise counted apart (rule 8). From the second time on the agency's leader answers."""
    if actor.kind == "user":
        hotline_only(actor)
    reason = check_reason(reason)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("reopen", ticket.state)
    last = session.scalars(
        select(Leg).where(Leg.ticket_id == ticket.id, Leg.state == "released").order_by(Leg.number.desc()).limit(1)
    ).one_or_none()
    if last is None:  # imported, and the old system named no agency
        raise IllegalMove("tickets.reopen_nobody")
    _, policy = clocks.load_policy(session, now)
    released = last.released_at or ticket.receipt_at
    if now > released + dt.timedelta(days=policy.reopen_days):
        raise IllegalMove("tickets.reopen_too_late", days=policy.reopen_days)
    clocks.count_pauses(session, ticket, now=now)
    for clock in clocks.running(session, ticket.id):
        clocks.stop(clock, now)
    for leg in session.scalars(select(Leg).where(Leg.ticket_id == ticket.id, Leg.state == "released")):
        leg.state = "superseded"
    tellings.drop(session, ticket_id=ticket.id, kinds=["result", "new_date"], now=now)
    ticket.closed_at = None
    round_ = current_round(session, ticket.id) + 1
    again = round_ > 2
    agency = agencies.living(session, get_agency(session, last.agency_id), now)
    record(
        session,
        ticket_id=ticket.id,
        kind="reopened",
        actor=actor,
        now=now,
        old=ticket.state,
        new="dispatched",
        reason=reason,
        data={"round": round_, "agency_id": agency.id},
    )
    ticket.state = "dispatched"
    promise = clocks.open_clock(session, ticket=ticket, kind="promise", start=now, round_=round_, now=now)
    leg = legs.open_leg(
        session, ticket=ticket, agency=agency, note=reason, actor=actor, round_=round_, suggestion_reason=None,
        for_leader=again, now=now,
    )  # fmt: skip
    clocks.set_next_deadline(session, ticket)
    due_words = spoken_time(promise.current_due)
    notices.tell_citizen(
        session,
        ticket=ticket,
        notice="reopened",
        key="tickets.told_reopened",
        dedupe=str(ticket.version),
        due=due_words,
        now=now,
    )
    notices.tell_agency(
        session,
        agency_id=agency.id,
        kind="reopened_again" if again else "reopened",
        ticket=ticket,
        leg=leg,
        role="leader" if again else None,
        dedupe=str(ticket.version),
        due=due_words,
        now=now,
    )
    if again:
        notices.tell_role(
            session,
            role="supervisor",
            kind="reopened_again",
            ticket=ticket,
            leg=leg,
            dedupe=str(ticket.version),
            due=due_words,
            now=now,
        )
    return ticket


def _change_state(
    session: Session, ticket: Ticket, state: str, kind: str, actor: Actor, now: dt.datetime, reason: str | None
) -> None:
    record(session, ticket_id=ticket.id, kind=kind, actor=actor, now=now, old=ticket.state, new=state, reason=reason)
    ticket.state = state
