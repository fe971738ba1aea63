"""What is overdue, for figures; the lists' rows keep the same instant (``refresh_lists``, held equal by a test).

A running promise or resolve clock whose current due has passed and that nothing holds: no open pause that moves it on,
no extension that was asked in time and is undecided. A promise runs until the citizen was told (sla.md, rules 9
and 15), so a result that waits for its call can be overdue too. For an agency its own legs count and nothing else.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from feedback_store.queries.figures_cohort import check_reader, held, samples
from feedback_store.service.actor import Actor
from feedback_store.tables import Clock

KINDS = ("promise", "resolve")
"""The other clocks are steps on the way: past their due time they are late ("trễ bước …"), never overdue."""


def overdue_clocks(session: Session, *, actor: Actor, at: dt.datetime) -> list[ColumnElement[bool]]:
    """Clocks that are overdue for the actor. Raises ``Refused`` for whoever is no console user."""
    check_reader(actor)
    if actor.is_agency:
        whose = [Clock.kind == "resolve", Clock.agency_id == actor.agency_id]
    else:
        whose = [Clock.kind.in_(KINDS)]
    return [
        Clock.stopped_at.is_(None),
        Clock.current_due < at,
        *whose,
        ~held(),
        *samples(session, Clock.ticket_id),
    ]
