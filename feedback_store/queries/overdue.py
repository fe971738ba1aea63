"""What is overdue, defined once: the queue's tab, its count and red rows, the figures' list and the downloads agree.

A running promise or resolve clock whose current due has passed and that nothing holds: no open pause that moves it on,
no extension that was asked in time and is undecided. A promise runs until the citizen was told (sla.md, rules 9
and 15), so a result that waits for its call can be overdue too. For an agency its own legs count and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from feedback_store.queries.figures_cohort import check_reader, held, samples
from feedback_store.service.actor import Actor
from feedback_store.tables import Clock, Ticket


def overdue_clocks(session: Session, *, actor: Actor, at: dt.datetime) -> list[ColumnElement[bool]]:
    """Clocks that are overdue for the actor. Raises ``Refused`` for whoever is no console user."""
    check_reader(actor)
    if actor.is_agency:
        whose = [Clock.kind == "resolve", Clock.agency_id == actor.agency_id]
    else:
        whose = [Clock.kind.in_(("promise", "resolve"))]
    return [
        Clock.stopped_at.is_(None),
        Clock.current_due < at,
        *whose,
        ~held(),
        *samples(session, Clock.ticket_id),
    ]


def overdue_ticket(session: Session, *, actor: Actor, at: dt.datetime) -> ColumnElement[bool]:
    """Tickets with at least one overdue clock."""
    return exists().where(Clock.ticket_id == Ticket.id, *overdue_clocks(session, actor=actor, at=at))


def overdue_among(session: Session, ids: Sequence[int], *, actor: Actor, at: dt.datetime) -> set[int]:
    """Which of these tickets are overdue."""
    query = select(Clock.ticket_id).where(Clock.ticket_id.in_(ids), *overdue_clocks(session, actor=actor, at=at))
    return set(session.scalars(query))
