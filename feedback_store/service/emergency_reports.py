"""An emergency becomes a report in one step, filed by the operator for the citizen."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from feedback_store.queries import emergencies as reads
from feedback_store.service import audit, emergencies, notices, tickets
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.tickets import Filed, NewReport
from feedback_store.tables import Conversation, EmergencyCall, Ticket
from vitext.dates import spoken_time


def file(
    session: Session,
    *,
    call_id: int,
    text: str,
    category_code: str,
    place_text: str | None,
    commune_code: str | None,
    actor: Actor,
    now: dt.datetime,
) -> Filed:
    """File the thread as a dangerous report and tell the citizen its code; pressed again, the same report.

    Takes the thread; alerts that came after the report was made join it. Receipt is this press, as a citizen's "Gửi" is
    (sla.md). The citizen's phone, the pin and the photos of the chat come along. Raises ``Refused`` where a colleague
    holds the thread or it was closed without a report.
    """
    last = session.get(EmergencyCall, call_id)
    if last is None:
        raise Refused("gateway.emergency_closed")
    conversation = session.get_one(Conversation, last.conversation_id, with_for_update=True)
    session.refresh(last)  # whoever pressed at the same moment has committed
    if last.ticket_id is not None:
        return _known(session, last.ticket_id)
    calls = emergencies.take(session, call_id=call_id, actor=actor, now=now)
    before = next((call.ticket_id for call in calls if call.ticket_id is not None), None)
    if before is not None:
        last.ticket_id = before
        return _known(session, before)
    known = reads.knowledge(session, conversation)
    filed = tickets.file_report(
        session,
        report=NewReport(
            text=text,
            category_code=category_code,
            channel=conversation.channel,
            receipt_at=now,
            place_text=place_text,
            lat=known.lat,
            lon=known.lon,
            commune_code=commune_code,
            reporter_phone=known.own_phone,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            entered_by=actor.user_id,
            form_key=f"emergency:{call_id}",
            danger=True,
            media_ids=[photo.id for photo in known.photos if photo.ticket_id is None],
        ),
        actor=actor,
        now=now,
    )
    for call in calls:
        call.ticket_id = call.ticket_id or filed.ticket_id
    conversation.last_ticket_id = filed.ticket_id
    _tell(session, filed, now)
    audit.log(
        session, action="emergency_reported", user_id=actor.user_id, subject=f"emergency:{call_id}",
        data={"ticket": filed.code}, now=now,
    )  # fmt: skip
    return filed


def _known(session: Session, ticket_id: int) -> Filed:
    ticket = session.get_one(Ticket, ticket_id)
    return Filed(ticket.id, ticket.code, tickets.promise_due(session, ticket.id), created=False)


def _tell(session: Session, filed: Filed, now: dt.datetime) -> None:
    notices.tell_citizen(
        session,
        ticket=session.get_one(Ticket, filed.ticket_id),
        notice="filed",
        key="tickets.told_filed_from_emergency",
        dedupe="emergency",
        due=spoken_time(filed.promise_due or now),
        now=now,
    )
