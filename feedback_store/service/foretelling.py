"""What would become of a report if it were filed now: who would be proposed for it, until when it would be answered."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.due import due
from feedback_store.service.actor import Refused
from feedback_store.service.clocks import HOTLINE_CALENDAR, load_calendar, load_policy
from feedback_store.service.routing import suggest_agency, suggest_for
from feedback_store.tables import Agency, Category, Leg, Ticket


def agency_for(session: Session, *, category: str | None, commune: str | None, at: dt.datetime) -> str | None:
    """Name of the agency that routing would propose; None where the place or the matter does not tell it yet."""
    if category is None:
        return None
    try:
        found = suggest_agency(session, category_code=category, commune_code=commune, at=at)
    except Refused:
        return None
    return _name(session, found.agency_id)


def agencies_of(session: Session, ticket: Ticket, *, at: dt.datetime) -> tuple[tuple[str, ...], bool]:
    """Names of the agencies of a filed report, and whether it was sent to them; before that, the proposed one."""
    query = (
        select(Agency.name)
        .join(Leg, Leg.agency_id == Agency.id)
        .where(Leg.ticket_id == ticket.id, Leg.state.not_in(("returned", "cancelled", "superseded")))
        .order_by(Leg.number)
    )
    if names := tuple(dict.fromkeys(session.scalars(query))):
        return names, True
    proposed = _name(session, suggest_for(session, ticket, at=at).agency_id)
    return ((proposed,) if proposed else ()), False


def of_commune(session: Session, category: str) -> bool:
    """Whether matters of this category are the commune's own: which one, only the place tells."""
    row = session.get(Category, category)
    if row is None:
        return False
    province_wide = select(Agency.id).where(Agency.kind == row.agency_kind, Agency.commune_code.is_(None)).limit(1)
    own = select(Agency.id).where(Agency.kind == row.agency_kind, Agency.commune_code.is_not(None)).limit(1)
    return session.scalar(province_wide) is None and session.scalar(own) is not None


def promised_if_filed(session: Session, *, category: str | None, at: dt.datetime) -> dt.datetime | None:
    """When a report of this category would have to be answered if it were filed at ``at`` (sla.md, rule 1)."""
    row = session.get(Category, category) if category else None
    if row is None:
        return None
    _, policy = load_policy(session, at)
    _, calendar = load_calendar(session, HOTLINE_CALENDAR, at)
    return due(calendar, policy.service_class(row.service_class).target("promise"), at)


def _name(session: Session, agency_id: int | None) -> str | None:
    agency = session.get(Agency, agency_id) if agency_id is not None else None
    return agency.name if agency is not None else None
