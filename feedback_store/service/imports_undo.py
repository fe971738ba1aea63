"""An import taken back as a whole: as long as nobody has worked on its tickets, they go as if they had never come."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from feedback_store.service import audit
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.imports_write import KIND
from feedback_store.tables import (
    Addition,
    Clock,
    Draft,
    Extension,
    ImportedTicket,
    ImportRun,
    Leg,
    ListEntry,
    ListWords,
    Media,
    OutboundMessage,
    Pause,
    PromiseMove,
    Question,
    Rating,
    Telling,
    Ticket,
    TicketEvent,
    UserNotice,
)

SHOWN = 5
_WORK = (Addition, Extension, Pause, Question, Telling, Media, OutboundMessage, Draft)
"""What only people's work on a ticket leaves."""
_ROWS = (ListWords, ListEntry, PromiseMove, Rating, UserNotice, TicketEvent, Clock, Leg, ImportedTicket)
"""What an import wrote beside its tickets, and what the program itself made of them; in the order of their deletion."""


def undo(session: Session, *, run_id: int, actor: Actor | None, now: dt.datetime) -> int:
    """Take an import back; gives how many tickets are gone. ``actor`` None: by command.

    Raises ``Refused`` for others than administrators, for a run that is not done, and where somebody has worked on a
    ticket of it; then nothing is changed.
    """
    if actor is not None and actor.role != "administrator":
        raise Refused("tickets.not_allowed")
    run = session.get(ImportRun, run_id, with_for_update=True)
    if run is None or run.state != "done":
        raise Refused("imports.undo_not_done")
    mine = select(ImportedTicket.ticket_id).where(ImportedTicket.run_id == run_id)
    session.execute(select(Ticket.id).where(Ticket.id.in_(mine)).order_by(Ticket.id).with_for_update())
    if worked := _worked(session, run_id):
        codes = ", ".join(worked[:SHOWN]) + (" …" if len(worked) > SHOWN else "")
        raise Refused("imports.undo_worked", count=len(worked), codes=codes)
    gone = session.scalar(select(func.count()).select_from(ImportedTicket).where(ImportedTicket.run_id == run_id)) or 0
    ids = list(session.scalars(mine))
    for table in _ROWS:
        session.execute(delete(table).where(table.ticket_id.in_(ids)).execution_options(synchronize_session=False))
    session.execute(delete(Ticket).where(Ticket.id.in_(ids)).execution_options(synchronize_session=False))
    session.execute(
        update(ImportRun)
        .where(ImportRun.id == run_id)
        .values(state="undone", finished_at=now, content=None, refused=None)
    )
    audit.log(
        session, action="import_undone", user_id=actor.user_id if actor is not None else None,
        subject=f"import:{run_id}", data={"tickets": gone, "source": run.source}, now=now,
    )  # fmt: skip
    session.flush()
    return gone


def _worked(session: Session, run_id: int) -> list[str]:
    """Codes of the run's tickets that somebody has touched since."""
    by_people = (
        select(TicketEvent.id)
        .where(TicketEvent.ticket_id == Ticket.id, TicketEvent.kind != KIND, TicketEvent.actor_kind != "system")
        .exists()
    )
    left = [select(table.ticket_id).where(table.ticket_id == Ticket.id).exists() for table in _WORK]
    query = (
        select(Ticket.code)
        .join(ImportedTicket, ImportedTicket.ticket_id == Ticket.id)
        .where(ImportedTicket.run_id == run_id, or_(by_people, *left))
        .order_by(Ticket.code)
    )
    return list(session.scalars(query))
