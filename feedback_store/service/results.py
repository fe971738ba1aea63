"""The agency's result: submitted with substance, sent back or released, delivered with proof (rule 9)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import ResultDraft, check_leg_move, check_reason, check_result
from feedback_store.service import clocks, delays, legs, notices, pauses, promises, tellings
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.outbox import enqueue_notice
from feedback_store.service.rounds import current_round
from feedback_store.service.trail import add_pause, begin_leg_change, get_agency, lock_leg, own_leg, record, unwritten
from feedback_store.tables import Leg, Media, Pause, Ticket
from feedback_store.texts import render
from vitext.dates import spoken_time


def submit(
    session: Session,
    *,
    leg_id: int,
    text: str,
    media_ids: Sequence[uuid.UUID] = (),
    no_evidence_reason: str | None = None,
    actor: Actor,
    expected_version: int | None,
    now: dt.datetime,
) -> Leg:
    """The officer's result: stops ``resolve``, starts ``notify``. Raises ``IllegalMove`` without substance."""
    check_result(ResultDraft(text, len(media_ids), no_evidence_reason))
    leg, ticket = own_leg(session, leg_id, actor, expected_version, now)
    check_leg_move("submit", leg.state)
    legs.check_leader(leg, actor)
    pauses.end_for(session, ticket=ticket, actor=actor, now=now, leg_id=leg.id)
    for clock in clocks.running(session, ticket.id, leg_id=leg.id):
        if clock.kind in ("accept", "resolve"):
            clocks.stop(clock, now)
    if leg.accepted_at is None:
        leg.accepted_at, leg.accepted_by = now, actor.user_id
    leg.state, leg.answered_at, leg.answered_by = "answered", now, actor.user_id
    leg.result_text, leg.sent_back_reason = text.strip(), None
    leg.no_evidence_reason = (no_evidence_reason or "").strip() or None if not media_ids else None
    if media_ids:
        session.execute(update(Media).where(Media.id.in_(media_ids)).values(ticket_id=ticket.id, leg_id=leg.id))
    clocks.open_clock(
        session, ticket=ticket, leg=leg, kind="notify", start=now, round_=current_round(session, ticket.id), now=now
    )
    legs.refresh_state(session, ticket)
    agency = get_agency(session, leg.agency_id)
    record(
        session,
        ticket_id=ticket.id,
        kind="answered",
        actor=actor,
        leg=leg,
        now=now,
        new=ticket.state,
        data={"agency": agency.name, "files": len(media_ids)},
        scope="leg",
    )
    clocks.set_next_deadline(session, ticket)
    notices.tell_role(
        session,
        role="operator",
        kind="result",
        ticket=ticket,
        leg=leg,
        dedupe=f"{leg.id}:{now}",
        agency=agency.name,
        now=now,
    )
    return leg


def send_back(
    session: Session, *, leg_id: int, reason: str, actor: Actor, expected_version: int | None, now: dt.datetime
) -> Leg:
    """The operator doesn't accept the result; ``resolve`` goes on from where it stopped."""
    leg, ticket = _for_hotline(session, leg_id, actor, expected_version, now)
    check_leg_move("send_back", leg.state)
    reason = check_reason(reason)
    answered = leg.answered_at or now
    add_pause(
        session,
        Pause(
            ticket_id=ticket.id, leg_id=leg.id, kind="review", reason=reason, started_at=answered, ended_at=now,
            opened_by=leg.answered_by, closed_by=actor.user_id,
        ),
    )  # fmt: skip
    for clock in clocks.running(session, ticket.id, kind="notify", leg_id=leg.id):
        clocks.leave(clock, "sent_back", now)
    for clock in clocks.of_ticket(session, ticket.id):
        if clock.leg_id != leg.id or clock.kind != "resolve":
            continue
        clock.stopped_at = None
        for side in ("original", "current"):
            if getattr(clock, f"standing_{side}") == "on_time":
                setattr(clock, f"standing_{side}", "running")
        clocks.recompute(session, clock, now=now)
        clocks.mark_breach(clock, now)
    leg.state, leg.sent_back_reason, leg.answered_at = "accepted", reason, None
    legs.refresh_state(session, ticket)
    record(
        session,
        ticket_id=ticket.id,
        kind="sent_back",
        actor=actor,
        leg=leg,
        now=now,
        new=ticket.state,
        reason=reason,
        scope="leg",
    )
    clocks.set_next_deadline(session, ticket)
    notices.tell_agency(
        session,
        agency_id=leg.agency_id,
        kind="sent_back",
        ticket=ticket,
        leg=leg,
        dedupe=str(ticket.version),
        reason=reason,
        now=now,
    )
    return leg


def release(session: Session, *, leg_id: int, actor: Actor, expected_version: int | None, now: dt.datetime) -> Leg:
    """ "Duyệt và gửi": the result goes to the citizen with the rating buttons.

    In the web chat and under the code it is readable from this instant, which is enough for the
    promise (sla.md, "Promises kept"); other channels stop it with the proof of delivery, and whoever has no chat
    is called (:mod:`feedback_store.service.phone_desk`).
    """
    leg, ticket = _for_hotline(session, leg_id, actor, expected_version, now)
    check_leg_move("release", leg.state)
    leg.state, leg.released_at, leg.released_by = "released", now, actor.user_id
    legs.refresh_state(session, ticket)
    agency = get_agency(session, leg.agency_id)
    record(
        session,
        ticket_id=ticket.id,
        kind="released",
        actor=actor,
        leg=leg,
        now=now,
        new=ticket.state,
        data={"agency": agency.name},
    )
    with unwritten(session, Media):
        files = session.scalars(select(Media.id).where(Media.leg_id == leg.id, Media.status == "stored")).all()
    if ticket.conversation_id is not None:
        late = delays.is_late(session, ticket, now)
        key = "tickets.told_result_late" if late else "tickets.told_result"
        told = render(
            key, code=ticket.code, agency=agency.name, result=leg.result_text, due=spoken_time(late or now)
        )
        sent = enqueue_notice(
            session,
            conversation_id=ticket.conversation_id,
            notice="result",
            dedupe_key=f"result:{leg.id}:{ticket.version}",
            text=told,
            buttons=notices.result_buttons(ticket.code),
            media_ids=files,
            ticket_id=ticket.id,
            leg_id=leg.id,
            now=now,
        )
        if sent is not None and sent.readable_at_once:
            _stop_told(session, ticket, leg, now)
    tellings.owe(session, ticket=ticket, kind="result", leg=leg, now=now)
    if ticket.state == "released":  # the result says more than a date would
        tellings.drop(session, ticket_id=ticket.id, kinds=["new_date"], now=now)
    clocks.set_next_deadline(session, ticket)
    return leg


def mark_delivered(session: Session, *, leg_id: int, at: dt.datetime, actor: Actor | None = None) -> None:
    """Proof that the citizen got the result: Telegram's send, the widget's acknowledgement, the look-up
    by code, or a phone call. The first proof counts."""
    leg, ticket = lock_leg(session, leg_id)
    if leg.state != "released" or leg.delivered_at is not None:
        return
    leg.delivered_at = at
    tellings.settle(session, ticket_id=ticket.id, kind="result", leg_id=leg.id, at=at)
    _stop_told(session, ticket, leg, at)
    record(session, ticket_id=ticket.id, kind="delivered", actor=actor or Actor("system"), leg=leg, now=at)
    clocks.set_next_deadline(session, ticket)


def _stop_told(session: Session, ticket: Ticket, leg: Leg, at: dt.datetime) -> None:
    """Stop notify of the leg, and the promise once every result of the ticket is out."""
    for clock in clocks.running(session, ticket.id, kind="notify", leg_id=leg.id):
        clocks.stop(clock, at)
    promises.stop_when_told(session, ticket, now=at, proof=at)


def _for_hotline(
    session: Session, leg_id: int, actor: Actor, expected_version: int | None, now: dt.datetime
) -> tuple[Leg, Ticket]:
    if not actor.is_hotline:
        raise Refused("tickets.not_allowed")
    return begin_leg_change(session, leg_id, expected_version, now, allowed=lambda _: True)
