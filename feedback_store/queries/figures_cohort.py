"""Which clocks the figures count (sla.md, Figures): the cohort of a period, and whose figures they are."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from feedback_store.domain.kpi import Against, Period
from feedback_store.queries.lookups import is_sample_database
from feedback_store.service.actor import Actor, Refused
from feedback_store.tables import Clock, Leg, Pause, Ticket

ClockFigure = Literal["promises", "promises_reopened", "k1", "k1b", "triage", "accept", "notify"]
LOCAL_ZONE = "Asia/Ho_Chi_Minh"


def due_of(against: Against) -> InstrumentedAttribute[dt.datetime]:
    return Clock.original_due if against == "original" else Clock.current_due


def standing_of(against: Against) -> InstrumentedAttribute[str]:
    return Clock.standing_original if against == "original" else Clock.standing_current


def agency_of(against: Against) -> ColumnElement[int | None]:
    """Whose a leg counts as: the agency that held it at its due instant (rule 13)."""
    if against == "original":
        return func.coalesce(Clock.original_agency_id, Clock.agency_id)
    return Clock.agency_id.expression


def kind_of(figure: ClockFigure) -> list[ColumnElement[bool]]:
    """The clocks that a figure is about."""
    if figure in ("k1", "k1b"):
        return [Clock.kind == "resolve"]
    if figure in ("promises", "promises_reopened"):
        return [Clock.kind == "promise", Clock.round > 1 if figure == "promises_reopened" else Clock.round == 1]
    return [Clock.kind == figure]


def cohort(figure: ClockFigure, period: Period, at: dt.datetime, against: Against) -> list[ColumnElement[bool]]:
    """Due within the period and by ``at``, open ones included, without what left and what cannot run out now."""
    low, high = period.bounds()
    due = due_of(against)
    return [
        *kind_of(figure),
        due >= low,
        due < high,
        due <= at,
        standing_of(against) != "left",
        or_(standing_of(against) != "running", ~held(against)),
    ]


def held(against: Against = "current") -> ColumnElement[bool]:
    """A running clock whose stored due is not its last word: an open pause moves it on (rule 5), or an extension
    that was asked in time is undecided (rule 6, against the current due alone)."""
    paused = (
        select(Pause.id)
        .where(
            Pause.ticket_id == Clock.ticket_id,
            Pause.ended_at.is_(None),
            Pause.started_at < due_of(against),
            or_(
                and_(Clock.kind == "resolve", or_(Pause.leg_id.is_(None), Pause.leg_id == Clock.leg_id)),
                and_(Clock.kind == "promise", Pause.kind == "citizen"),
            ),
        )
        .correlate(Clock)
        .exists()
    )
    return or_(Clock.extension_pending, paused) if against == "current" else paused


def samples(session: Session, ticket_id: Any) -> list[ColumnElement[bool]]:
    """Sample tickets are counted only where the database holds nothing else."""
    return [] if is_sample_database(session) else [ticket_id.not_in(select(Ticket.id).where(Ticket.is_sample))]


def check_reader(scope: Actor) -> None:
    """Raises ``Refused`` for whoever is neither a console user nor the system."""
    if scope.kind not in ("user", "system"):
        raise Refused("tickets.not_allowed")


def seen(session: Session, figure: ClockFigure, scope: Actor, against: Against) -> list[ColumnElement[bool]]:
    """Which clocks the actor's figures count: an agency its own, and the promises of tickets of which it has a leg
    that it did not return (rule 7: a return leaves no trace)."""
    check_reader(scope)
    rules = samples(session, Clock.ticket_id)
    if scope.kind == "user" and scope.is_agency:
        if figure in ("promises", "promises_reopened"):
            own = exists().where(
                Leg.ticket_id == Clock.ticket_id, Leg.agency_id == scope.agency_id, Leg.state != "returned"
            )
            rules.append(own.correlate(Clock))
        else:
            rules.append(agency_of(against) == scope.agency_id)
    return rules
