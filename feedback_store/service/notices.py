"""Notices of a ticket: to the citizen through the outbox, to people in the console as rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, String, and_, cast, literal, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_store.service.outbox import Appended, Button, enqueue_notice
from feedback_store.tables import Leg, Ticket, UserNotice
from feedback_store.texts import render

GATHERED = "notices gathered"
AT_ONCE = 500

def tell_citizen(
    session: Session,
    *,
    ticket: Ticket,
    notice: str,
    key: str,
    dedupe: str,
    buttons: Sequence[Button] = (),
    leg: Leg | None = None,
    now: dt.datetime,
    **params: object,
) -> Appended | None:
    """Send the text ``key`` to the chat the report came from; None where there is no chat."""
    if ticket.conversation_id is None:
        return None
    return enqueue_notice(
        session,
        conversation_id=ticket.conversation_id,
        notice=notice,
        dedupe_key=f"{notice}:{ticket.id}:{dedupe}",
        text=render(key, code=ticket.code, **params),
        buttons=buttons,
        ticket_id=ticket.id,
        leg_id=leg.id if leg else None,
        now=now,
    )


def tell_agency(
    session: Session,
    *,
    agency_id: int,
    kind: str,
    ticket: Ticket,
    leg: Leg,
    dedupe: str,
    role: str | None = None,
    now: dt.datetime,
    **params: object,
) -> None:
    """A notice to everyone of an agency, or to those of one role in it."""
    text = render(f"notices.{kind}", code=ticket.code, **params)
    _add(
        session,
        kind=kind,
        text=text,
        ticket=ticket,
        leg=leg,
        dedupe=f"{kind}:{leg.id}:a{agency_id}{role or ''}:{dedupe}",
        occasion=dedupe,
        now=now,
        agency_id=agency_id,
        role=role,
    )


def tell_user(session: Session, *, user_id: int, kind: str, dedupe: str, now: dt.datetime, **params: object) -> None:
    """A notice to one person of the console, about no report."""
    row = {
        "user_id": user_id,
        "kind": kind,
        "text": render(f"notices.{kind}", **params),
        "dedupe_key": f"{kind}:{user_id}:{dedupe}",
        "created_at": now,
    }
    _write(session, [row])


def tell_role(
    session: Session,
    *,
    role: str,
    kind: str,
    ticket: Ticket,
    leg: Leg | None = None,
    dedupe: str,
    now: dt.datetime,
    **params: object,
) -> None:
    """A notice to everyone of a hotline role."""
    text = render(f"notices.{kind}", code=ticket.code, **params)
    _add(
        session,
        kind=kind,
        text=text,
        ticket=ticket,
        leg=leg,
        dedupe=f"{kind}:{ticket.id}:{role}:{dedupe}",
        occasion=dedupe,
        now=now,
        role=role,
    )


def _add(
    session: Session,
    *,
    kind: str,
    text: str,
    ticket: Ticket,
    leg: Leg | None,
    dedupe: str,
    occasion: str,
    now: dt.datetime,
    agency_id: int | None = None,
    role: str | None = None,
) -> None:
    row = {
        "agency_id": agency_id,
        "role": role,
        "kind": kind,
        "ticket_id": ticket.id,
        "leg_id": leg.id if leg else None,
        "text": text,
        "dedupe_key": dedupe,
        "occasion": f"{kind}:{ticket.id}:{leg.id if leg else ''}:{occasion}",
        "created_at": now,
    }
    gathered: list[dict[str, Any]] | None = session.info.get(GATHERED)
    if gathered is None:
        _write(session, [row])
    else:
        gathered.append(row)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Notices to people that the block makes are written at its end, in few statements; none where it raises."""
    rows: list[dict[str, Any]] = []
    session.info[GATHERED] = rows
    try:
        yield
    finally:
        del session.info[GATHERED]
    for first in range(0, len(rows), AT_ONCE):
        _write(session, rows[first : first + AT_ONCE])


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    table: Any = UserNotice.__table__  # past the ORM, which would send rows with and without NULLs apart
    session.connection().execute(insert(table).on_conflict_do_nothing(index_elements=["dedupe_key"]), rows)


def addressing(
    user_id: int | SQLColumnExpression[int],
    role: str | SQLColumnExpression[str],
    agency_id: int | SQLColumnExpression[int | None] | None,
) -> ColumnElement[bool]:
    """Notices for a user: their own, their agency's, their role's; an administrator reads the hotline's."""
    own_role = cast(literal(role), String) if isinstance(role, str) else role
    own_agency = cast(literal(agency_id), Integer) if agency_id is None or isinstance(agency_id, int) else agency_id
    of_hotline = UserNotice.agency_id.is_(None)
    return or_(
        UserNotice.user_id == user_id,
        and_(of_hotline, UserNotice.role == own_role),
        and_(of_hotline, own_role == "administrator", UserNotice.role.in_(("operator", "supervisor"))),
        and_(UserNotice.agency_id == own_agency, or_(UserNotice.role.is_(None), UserNotice.role == own_role)),
    )


def result_buttons(code: str) -> list[Button]:
    """Five one-tap ratings, the last one counts, so they may be pressed again."""
    return [
        Button(render(f"tickets.star_{n}"), f'/rate{{"stars": {n}, "ticket": "{code}"}}', once=False)
        for n in range(5, 0, -1)
    ]


def mark_read(session: Session, *, rule: ColumnElement[bool], now: dt.datetime) -> None:
    """Notices that fit ``rule`` (queries.desk.addressed_to) and are still unread count as read."""
    session.execute(update(UserNotice).where(rule, UserNotice.read_at.is_(None)).values(read_at=now))
