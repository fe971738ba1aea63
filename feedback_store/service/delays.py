"""Tells the citizen of a broken promise: an apology, who has the report, and what happens next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.apologies import EVERY, waking
from feedback_store.domain.lifecycle import ACTIVE_LEG, OPEN_TICKET
from feedback_store.service import clocks, notices
from feedback_store.service.outbox import Button
from feedback_store.tables import Agency, Clock, Leg, Pause, Ticket
from feedback_store.texts import render
from vitext.dates import spoken_time

NOTICE = "late"


def tell_if_due(
    session: Session, *, ticket: Ticket, clock: Clock, open_pauses: Sequence[Pause], now: dt.datetime
) -> None:
    """Once at the breach, then weekly while nothing came, in the citizen's waking hours; never twice."""
    at = clocks.next_apology_of(ticket, clock, open_pauses)
    if at is None or at > now:
        return
    clock.apology_at = waking(now, round_the_clock=clocks.target_of(clock).round_the_clock)
    if clock.apology_at > now:
        return  # the job found it at night
    again = clock.late_told_at is not None
    notices.tell_citizen(
        session,
        ticket=ticket,
        notice=NOTICE,
        key="tickets.told_still_late" if again else "tickets.told_late",
        dedupe=f"{clock.id}:{now:%Y-%m-%d}" if again else str(clock.id),
        buttons=[
            Button(render("tickets.button_see"), f'/ask_ticket_status{{"ticket": "{ticket.code}"}}', once=False)
        ],
        due=spoken_time(clock.current_due),
        who=who_has_it(session, ticket),
        now=now,
    )
    clock.late_told_at, clock.apology_at = now, now + EVERY


def who_has_it(session: Session, ticket: Ticket) -> str:
    """A sentence on where the report is now."""
    if ticket.state not in OPEN_TICKET:
        return ""
    query = (
        select(Agency.name)
        .join(Leg, Leg.agency_id == Agency.id)
        .where(Leg.ticket_id == ticket.id, Leg.state.in_(ACTIVE_LEG))
        .order_by(Leg.number)
    )
    return where_it_is(ticket.state, list(session.scalars(query)))


def where_it_is(state: str, agencies: Sequence[str]) -> str:
    """A sentence on an open report in ``state`` at ``agencies`` (names)."""
    if state == "new" or not agencies:
        return render("tickets.with_hotline")
    return render(f"tickets.with_agency_{state}", agency=", ".join(dict.fromkeys(agencies)))


def is_late(session: Session, ticket: Ticket, now: dt.datetime) -> dt.datetime | None:
    """The due time of a promise that has passed with nothing told; None while it is kept."""
    dues = [clock.current_due for clock in clocks.running(session, ticket.id, kind="promise")]
    return min((due for due in dues if due < now), default=None)
