"""What stands first on the manager's page: promises kept, K1, K1b, what is overdue now and how much came in.

The three figures are counted like all others (``figures_counts``) by their definitions in ``domain.kpi``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from feedback_store.domain.figures import Figure
from feedback_store.domain.kpi import Against, Period, Ratio
from feedback_store.queries import figures_counts
from feedback_store.queries.figures_rows import Asked
from feedback_store.queries.overdue import overdue_clocks
from feedback_store.queries.queue_tabs import OPEN_STATES
from feedback_store.queries.tickets import visible
from feedback_store.service.actor import Actor
from feedback_store.tables import Agency, Clock, Ticket


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """An open clock past its due. ``agency`` None: the hotline's own promise."""

    ticket_id: int
    code: str
    category_code: str
    kind: str
    agency: str | None
    leg_id: int | None
    due: dt.datetime


def promises_kept(
    session: Session,
    *,
    period: Period,
    at: dt.datetime,
    scope: Actor,
    against: Against = "current",
    reopened: bool = False,
) -> Ratio:
    """Promises kept of a period; those made by reopening are counted apart (rule 8)."""
    figure: Figure = "promises_reopened" if reopened else "promises"
    return figures_counts.ratio(session, Asked(figure, period, at, scope, against))


def k1(session: Session, *, period: Period, at: dt.datetime, scope: Actor, against: Against = "current") -> Ratio:
    """Agencies that were never late ÷ agencies with a leg due."""
    return figures_counts.ratio(session, Asked("k1", period, at, scope, against))


def k1b(session: Session, *, period: Period, at: dt.datetime, scope: Actor, against: Against = "current") -> Ratio:
    """Legs on time ÷ legs due."""
    return figures_counts.ratio(session, Asked("k1b", period, at, scope, against))


def overdue(
    session: Session,
    *,
    at: dt.datetime,
    scope: Actor,
    agency_id: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[OverdueRow]:
    """Promises and legs that are open and past their current due, the longest overdue first."""
    query = (
        select(
            Ticket.id,
            Ticket.code,
            Ticket.category_code,
            Clock.kind,
            Agency.name,
            Clock.leg_id,
            Clock.current_due,
        )
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .outerjoin(Agency, Agency.id == Clock.agency_id)
        .where(*_overdue(session, at, scope, agency_id))
        .order_by(Clock.current_due, Clock.id)
    )
    return [OverdueRow(*row) for row in session.execute(query.limit(limit).offset(offset))]


def count_overdue(session: Session, *, at: dt.datetime, scope: Actor, agency_id: int | None = None) -> int:
    """How many rows :func:`overdue` has in all."""
    query = select(func.count()).select_from(Clock).where(*_overdue(session, at, scope, agency_id))
    return session.scalar(query) or 0


def count_overdue_tickets(session: Session, *, at: dt.datetime, scope: Actor) -> int:
    """How many tickets those rows are about: what the queue's tab "Quá hạn" holds."""
    query = select(func.count(Clock.ticket_id.distinct())).where(*_overdue(session, at, scope, None))
    return session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class Volume:
    """Reports filed in a period: all of them, those whose result the citizen was sent, those still open."""

    received: int
    done: int
    open: int


def volume(session: Session, *, period: Period, scope: Actor) -> Volume:
    """How many reports were filed in the period and how far they are now."""
    low, high = period.bounds()
    counted = func.count()
    query = select(
        counted,
        counted.filter(Ticket.state.in_(("released", "closed"))),
        counted.filter(Ticket.state.in_(OPEN_STATES)),
    ).where(Ticket.receipt_at >= low, Ticket.receipt_at < high, visible(scope))
    return Volume(*session.execute(query).one())


def _overdue(session: Session, at: dt.datetime, scope: Actor, agency_id: int | None) -> list[ColumnElement[bool]]:
    rules = overdue_clocks(session, actor=scope, at=at)
    if agency_id is not None:
        rules.append(Clock.agency_id == agency_id)
    return rules
