""" "Phản ánh của tôi": the reports of one chat, and what its citizen may do with them.

Whose a report is, is decided by the chat it came from; knowing the code is not enough.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.domain.codes import find_code, read_code
from feedback_store.domain.lifecycle import OPEN_TICKET
from feedback_store.service import tickets
from feedback_store.service.actor import CITIZEN, Refused
from feedback_store.service.tickets import promise_due
from feedback_store.service.trail import lock_ticket, record
from feedback_store.tables import Category, Ticket

PAGE = 5


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One line of the list; ``due``: the current due of the latest promise."""

    ticket_id: int
    code: str
    category: str
    state: str
    due: dt.datetime | None


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Rows newest first; ``first`` is the number of the first one, ``total`` of all that fit."""

    rows: tuple[OwnRow, ...]
    first: int
    total: int

    @property
    def older(self) -> int | None:
        """What to ask the next page with; None on the last one."""
        return self.rows[-1].ticket_id if self.rows and self.first + len(self.rows) - 1 < self.total else None


def page(
    session: Session, conversation_id: uuid.UUID, *, before: int | None = None, open_only: bool = False
) -> OwnPage:
    """Up to five reports of the chat, those filed before ticket ``before``; ``open_only``: still worked on."""
    mine = select(Ticket).where(Ticket.conversation_id == conversation_id)
    if open_only:
        mine = mine.where(Ticket.state.in_(OPEN_TICKET))
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    skipped = 0
    if before is not None:
        newer = mine.where(Ticket.id >= before).subquery()
        skipped = session.scalar(select(func.count()).select_from(newer)) or 0
        mine = mine.where(Ticket.id < before)
    rows = session.execute(
        mine.add_columns(Category.name)
        .outerjoin(Category, Category.code == Ticket.category_code)
        .order_by(Ticket.id.desc())
        .limit(PAGE)
    ).all()
    shown = tuple(
        OwnRow(ticket.id, ticket.code, name or ticket.category_code, ticket.state, promise_due(session, ticket.id))
        for ticket, name in rows
    )
    return OwnPage(shown, skipped + 1, total)


def find(session: Session, conversation_id: uuid.UUID, code: str) -> Ticket | None:
    """The report of this very chat with that code, however it was typed; None for anybody else's too."""
    typed = read_code(code) or find_code(code)
    if typed is None or typed.code is None:
        return None
    return session.scalars(
        select(Ticket).where(Ticket.code == typed.code, Ticket.conversation_id == conversation_id)
    ).one_or_none()


def withdraw(
    session: Session, *, conversation_id: uuid.UUID, code: str, reason: str | None, now: dt.datetime
) -> Ticket:
    """The citizen takes the report back. Raises ``Refused`` where it is not of this chat, ``IllegalMove`` where it is
    over; asked again for one that was withdrawn already, nothing happens."""
    ticket = find(session, conversation_id, code)
    if ticket is None:
        raise Refused("tickets.not_of_this_chat")
    if ticket.state == "withdrawn":
        return ticket
    return tickets.withdraw(session, ticket_id=ticket.id, reason=reason, actor=CITIZEN, now=now)


def forget_reporter(session: Session, *, ticket_id: int, now: dt.datetime) -> None:
    """The citizen's wish: name and number of who reported are gone; the report itself goes on."""
    ticket = lock_ticket(session, ticket_id)
    if ticket.reporter_phone is None and ticket.reporter_name is None:
        return
    ticket.reporter_phone = ticket.reporter_name = ticket.phone_bidx = ticket.name_bidx = None
    record(session, ticket_id=ticket.id, kind="reporter_forgotten", actor=CITIZEN, now=now)
