"""What the database keeps for the figures, a second time: which reports recur, and the counts of whole months."""

from __future__ import annotations

import json
from collections import defaultdict

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from feedback_store.domain.figures import RECURS_WITHIN, place_key
from feedback_store.queries.figures_kept import CLUSTER
from feedback_store.queries.lookups import is_sample_database
from feedback_store.service import counted_months
from feedback_store.service.counted_months import Due
from feedback_store.tables import FigureMark, FigureMonth, Leg, Ticket

FRESH = {"populate_existing": True}


def differences(session: Session) -> list[str]:
    """What is kept otherwise than the tickets have it. Rows that wait for the commit are made first."""
    session.flush()
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    wanted = recurring(session)
    kept = set(session.scalars(select(Ticket.id).where(Ticket.recurs)))
    return [f"recurs: {one}" for one in sorted(kept ^ wanted)] + months(session)


def recurring(session: Session) -> set[int]:
    """Reports whose category was answered at their place in the 30 days before, by ``domain.figures``."""
    released = defaultdict(list)
    for ticket, instant in session.execute(select(Leg.ticket_id, Leg.released_at).where(Leg.released_at.is_not(None))):
        released[ticket].append(instant)
    by_place = defaultdict(list)
    for one in session.scalars(select(Ticket), execution_options=FRESH):
        key = (one.category_code, one.commune_code, place_key(one.place_text))
        if None not in key:
            by_place[key].append(one)
    return {
        one.id
        for group in by_place.values()
        for one in group
        for earlier in group
        if earlier.receipt_at < one.receipt_at
        and any(one.receipt_at - RECURS_WITHIN <= instant <= one.receipt_at for instant in released[earlier.id])
    }


def months(session: Session) -> list[str]:
    """Kept counts that hold and that a recount gives otherwise."""
    marked = select(FigureMark.month).where(
        FigureMark.month == FigureMonth.month, FigureMark.transaction >= FigureMonth.seen
    )
    query = select(FigureMonth).where(
        FigureMonth.cluster == CLUSTER, FigureMonth.with_samples == is_sample_database(session), ~marked.exists()
    )
    kept: dict[Due, dict[int, object]] = defaultdict(dict)
    for row in session.scalars(query, execution_options=FRESH):
        kept[Due(row.month, row.figure, row.against)][row.agency_id] = told(row.counts)  # type: ignore[arg-type]
    found = []
    for one, rows in kept.items():
        again = {agency: told(counts) for agency, counts in counted_months.counted(session, one).items()}
        found += [f"{one}: agency {agency}" for agency in rows | again if rows.get(agency) != again.get(agency)]
    return found


def told(counts: dict[str, list[list[object]]]) -> dict[str, list[str]]:
    """Comparable: as they are stored, but neither the rows of a division have an order nor the agencies in one."""
    return {
        division: sorted(json.dumps([sorted(one) if isinstance(one, list) else one for one in row]) for row in rows)
        for division, rows in counts.items()
    }
