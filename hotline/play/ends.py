"""What a conversation left behind: tickets, alerts, calls, ratings, and where its words stand readable."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from feedback_store.places.gazetteer import distance_km
from feedback_store.queries.emergencies import knowledge
from feedback_store.service import drafts
from feedback_store.tables import (
    CallbackTask,
    Commune,
    Conversation,
    EmergencyCall,
    InboundEvent,
    Media,
    Rating,
    Ticket,
    TicketEvent,
)
from hotline.play.checks import Outcome, all_lists, counted, no_strings, plain, same
from vitext import fold

PENDING = {
    "callback_phone": "phone", "callback_time": "time", "reopen_reason": "reopen", "reopen": "reopen", "rate": "rating",
    "procedure": "procedure", "name": "name",
}  # fmt: skip
"""What a conversation remembers that it waits for → the question as scripts call it."""
BINARY = 5_000_000


def filed_by(session: Session, conversation: uuid.UUID) -> list[Ticket]:
    """In the order of filing, a withdrawn one too."""
    return list(session.scalars(select(Ticket).where(Ticket.conversation_id == conversation).order_by(Ticket.id)))


def open_question(session: Session, conversation_id: uuid.UUID) -> str:
    """The question that is open now: what a follow-up waits for, else the next step of the report; "none"."""
    conversation = session.get(Conversation, conversation_id)
    pending = (conversation.context or {}).get("pending") if conversation is not None else None
    if pending in PENDING:
        return PENDING[pending]
    draft = drafts.get_open(session, conversation_id)
    return str(drafts.next_step(drafts.data_of(draft))) if draft is not None else "none"


def end_outcomes(
    session: Session, where: str, end: Mapping[str, Any], conversation: uuid.UUID, said: str, *, folders: Sequence[Path]
) -> Iterator[Outcome]:
    """``said``: all replies of the conversation; ``folders``: where logs and files of the installation lie."""
    tickets = filed_by(session, conversation)
    for key, wanted in end.items():
        at = f"{where}: {key}"
        if key == "tickets":
            yield _count(at, wanted, len(tickets))
        elif key == "ticket":
            yield from _ticket(session, at, wanted, tickets[-1] if tickets else None)
        elif key == "each":
            yield Outcome(at, f"{len(wanted)} tickets", len(tickets) == len(wanted), str(len(tickets)))
            for number, fields in enumerate(wanted):
                ticket = tickets[number] if number < len(tickets) else None
                yield from _ticket(session, f"{at} {number + 1}", fields, ticket)
        elif key == "reopened" and not isinstance(wanted, list):
            yield _count(at, wanted, len(_reopened(session, tickets)))
        elif key in ("which", "reopened"):
            again = _reopened(session, tickets)
            for number, fields in enumerate(wanted):
                ticket = again[number] if number < len(again) else None
                yield from _ticket(session, f"{at} {number + 1}", fields, ticket)
        elif key in ("alerts", "alert"):
            yield from _alert(session, at, key, wanted, conversation)
        elif key in ("callbacks", "callback"):
            yield from _callback(session, at, key, wanted, conversation)
        elif key == "ratings":
            stars = _stars(session, tickets)
            yield Outcome(at, str(wanted), stars == wanted, str(stars))
        elif key == "draft":
            open_ = drafts.get_open(session, conversation) is not None
            yield Outcome(at, str(wanted), open_ == wanted, str(open_))
        elif key == "said_any":
            yield from all_lists(at, wanted, said)
        elif key == "said_none":
            yield from no_strings(at, wanted, said)
        else:
            for string in wanted:
                found = next(readable(session, string, folders), "")
                yield Outcome(at, string, not found, found)


def _count(at: str, wanted: int | str, there: int) -> Outcome:
    return Outcome(at, str(wanted), counted(wanted, there), str(there))


def _ticket(session: Session, at: str, wanted: Mapping[str, Any], ticket: Ticket | None) -> Iterator[Outcome]:
    """A check of each field; all fail where there is no ticket."""
    for key, value in wanted.items():
        where = f"{at}: {key}"
        if ticket is None:
            yield Outcome(where, str(value), False, "no such ticket")
        elif key in ("place_all", "text_all", "place_none", "text_none"):
            words = (ticket.place_text if key.startswith("place") else ticket.text) or ""
            if key.endswith("_all"):
                yield from all_lists(where, _lists(value), words)
            else:
                yield from no_strings(where, _strings(value), words)
        else:
            held, there = _field(session, ticket, key, value)
            yield Outcome(where, str(value), held, there)


def _field(session: Session, ticket: Ticket, key: str, wanted: Any) -> tuple[bool, str]:
    if key == "category_any":
        return ticket.category_code in wanted, ticket.category_code
    if key == "near":
        if ticket.lat is None or ticket.lon is None:
            return False, "no pin"
        metres = distance_km(ticket.lat, ticket.lon, wanted[0], wanted[1]) * 1000
        return metres <= wanted[2], f"{math.ceil(metres)} m away"
    if key == "photos":
        count = session.scalar(select(func.count()).select_from(Media).where(Media.ticket_id == ticket.id)) or 0
        return counted(wanted, count), str(count)
    if key == "commune":
        row = session.get(Commune, ticket.commune_code) if ticket.commune_code else None
        shown = f"{ticket.commune_code} {row.name}" if row is not None else "none"
        return (wanted is None and row is None) or (row is not None and same(str(wanted), shown)), shown
    there = {
        "category": ticket.category_code, "class": ticket.service_class, "phone": ticket.reporter_phone,
        "name": ticket.reporter_name, "anonymous": ticket.anonymous, "state": ticket.state, "danger": ticket.danger,
    }[key]  # fmt: skip
    if isinstance(wanted, str) and isinstance(there, str) and key == "name":
        return plain(wanted) == plain(there), there
    return there == wanted, str(there)


def _lists(value: Any) -> list[list[str]]:
    """``["a", "b"]`` and ``"a"`` mean every string; lists within mean one of each."""
    return [one if isinstance(one, list) else [str(one)] for one in (value if isinstance(value, list) else [value])]


def _strings(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _reopened(session: Session, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Those that were opened again, once for each time, in that order."""
    by_id = {one.id: one for one in tickets}
    query = select(TicketEvent.ticket_id).where(TicketEvent.ticket_id.in_(by_id), TicketEvent.kind == "reopened")
    return [by_id[one] for one in session.scalars(query.order_by(TicketEvent.id))]


def _stars(session: Session, tickets: Sequence[Ticket]) -> list[int]:
    query = select(Rating.stars).where(Rating.ticket_id.in_([one.id for one in tickets]), Rating.superseded.is_(False))
    return list(session.scalars(query.order_by(Rating.id)))


def _alert(session: Session, at: str, key: str, wanted: Any, conversation: uuid.UUID) -> Iterator[Outcome]:
    calls = list(session.scalars(
        select(EmergencyCall).where(EmergencyCall.conversation_id == conversation).order_by(EmergencyCall.id)
    ))  # fmt: skip
    if key == "alerts":
        yield _count(at, wanted, len(calls))
        return
    if not calls:
        yield from (Outcome(f"{at}: {name}", str(value), False, "no alert") for name, value in wanted.items())
        return
    known = knowledge(session, session.get_one(Conversation, conversation))
    events = session.scalars(
        select(InboundEvent)
        .where(InboundEvent.conversation_id == conversation, InboundEvent.id >= calls[0].event_id)
        .order_by(InboundEvent.id)
    )
    words = [str((event.body or {}).get("text", "")) for event in events]
    shown = "\n".join([*words, known.place_text or "", known.commune or "", *known.phones])
    yield from _of_person(at, wanted, shown, known.phones, len(known.photos))


def _callback(session: Session, at: str, key: str, wanted: Any, conversation: uuid.UUID) -> Iterator[Outcome]:
    tasks = list(session.scalars(
        select(CallbackTask).where(CallbackTask.conversation_id == conversation).order_by(CallbackTask.id)
    ))  # fmt: skip
    if key == "callbacks":
        yield _count(at, wanted, len(tasks))
        return
    if not tasks:
        yield from (Outcome(f"{at}: {name}", str(value), False, "no call-back") for name, value in wanted.items())
        return
    last = tasks[-1]
    yield from _of_person(at, wanted, "\n".join(filter(None, (last.good_time, last.topic))), [last.phone or ""], 0)


def _of_person(
    at: str, wanted: Mapping[str, Any], shown: str, phones: Sequence[str], photos: int
) -> Iterator[Outcome]:
    for name, value in wanted.items():
        where = f"{at}: {name}"
        if name == "all":
            yield from all_lists(where, _lists(value), shown)
        elif name == "phone":
            yield Outcome(where, str(value), str(value) in phones, ", ".join(phones))
        else:
            yield _count(where, value, photos)


def readable(session: Session, string: str, folders: Sequence[Path]) -> Iterator[str]:
    """Where a string stands in readable form: columns of tables, files of the installation."""
    columns = session.execute(text(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND "
        "data_type IN ('text', 'character varying', 'jsonb', 'json') ORDER BY 1, 2"
    )).all()  # fmt: skip
    for table, column in columns:
        query = text(f'SELECT 1 FROM "{table}" WHERE strpos(lower("{column}"::text), :low) > 0 LIMIT 1')
        if any(session.execute(query, {"low": one}).first() for one in {string.lower(), fold(string)}):
            yield f"{table}.{column}"
    wanted = [string.encode(), string.lower().encode()]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size <= BINARY and any(one in path.read_bytes() for one in wanted):
                yield str(path)
