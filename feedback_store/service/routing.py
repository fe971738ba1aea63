"""Who should get a report: routing rules with effective dates, then the agency kind that the category names.

Order, the first that fits wins: a rule for category and commune, for the category, for the commune,
then the kind of agency the category names. An agency that ended is replaced by its successor.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.agencies import living
from feedback_store.service.editing import administrators_only, log_change
from feedback_store.tables import Agency, Category, Commune, Leg, RoutingRule, Ticket
from feedback_store.texts import render
from vitext.dates import VIET_NAM, local

LOCK = 1_022_001


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Which agency routing proposes and why, in a sentence; no agency where none fits."""

    agency_id: int | None
    reason: str


def suggest_agency(session: Session, *, category_code: str, commune_code: str | None, at: dt.datetime) -> Suggestion:
    """A routing rule in force first, then the kind of agency that the category names: the province's
    where there is one, else the commune's own."""
    category = session.get(Category, category_code)
    if category is None:
        raise Refused("tickets.unknown_category", category=category_code)
    for rule in _rules(session, category_code, commune_code, at):
        agency = session.get_one(Agency, rule.agency_id)
        heir = living(session, agency, at)
        if standing(heir, at):
            return Suggestion(heir.id, _why(session, rule, agency, heir))
    alive = select(Agency).where(
        Agency.kind == category.agency_kind, or_(Agency.dissolved_at.is_(None), Agency.dissolved_at > at)
    )
    province = session.scalars(alive.where(Agency.commune_code.is_(None)).order_by(Agency.id).limit(1)).one_or_none()
    if province is not None:
        reason = render("routing.province", category=category.name, agency=province.name)
        return Suggestion(province.id, reason)
    own = None
    if commune_code is not None:
        query = alive.where(Agency.commune_code == commune_code).order_by(Agency.id).limit(1)
        own = session.scalars(query).one_or_none()
    if own is not None:
        commune = session.get(Commune, commune_code)
        where = commune.name if commune else commune_code
        return Suggestion(own.id, render("routing.commune", category=category.name, commune=where))
    heir_ = _heir(session, category.agency_kind, commune_code, at)
    if heir_ is not None:
        return Suggestion(heir_.id, render("routing.successor", category=category.name, agency=heir_.name))
    return Suggestion(None, render("routing.need_commune" if commune_code is None else "routing.none",
                                   category=category.name))  # fmt: skip


def suggest_for(session: Session, ticket: Ticket, *, at: dt.datetime) -> Suggestion:
    """The agency to propose for a ticket: after a return the one that the last return named, else routing's; never one
    that gave this ticket back."""
    back = session.scalars(
        select(Leg).where(Leg.ticket_id == ticket.id, Leg.state == "returned").order_by(Leg.number.desc())
    ).all()
    refused = {leg.agency_id for leg in back}
    for leg in back[:1]:
        named = session.get(Agency, leg.return_proposed_agency_id) if leg.return_proposed_agency_id else None
        heir = living(session, named, at) if named is not None else None
        if heir is not None and standing(heir, at) and heir.id not in refused:
            reason = render("routing.proposed", agency=heir.name, reason=leg.return_reason or "")
            return Suggestion(heir.id, reason)
    usual = suggest_agency(session, category_code=ticket.category_code, commune_code=ticket.commune_code, at=at)
    if usual.agency_id in refused:
        return Suggestion(None, render("routing.all_returned"))
    return usual


def standing(agency: Agency, at: dt.datetime) -> bool:
    return agency.dissolved_at is None or agency.dissolved_at > at


def _why(session: Session, rule: RoutingRule, agency: Agency, heir: Agency) -> str:
    category = session.get(Category, rule.category_code) if rule.category_code else None
    commune = session.get(Commune, rule.commune_code) if rule.commune_code else None
    scope = "both" if category and commune else "category" if category else "commune"
    reason = render(
        f"routing.rule_{scope}", category=category.name if category else "", commune=commune.name if commune else ""
    )
    if heir.id == agency.id:
        return reason
    return f"{reason} {render('routing.rule_successor', old=agency.name, new=heir.name)}"


def _heir(session: Session, kind: str, commune_code: str | None, at: dt.datetime) -> Agency | None:
    """The successor of the agency of that kind, of the commune or province-wide, where that one ended."""
    query = select(Agency).where(
        Agency.kind == kind,
        or_(Agency.commune_code.is_(None), Agency.commune_code == commune_code),
        Agency.successor_id.is_not(None),
        Agency.dissolved_at <= at,
    )
    gone = session.scalars(query.order_by(Agency.dissolved_at.desc()).limit(1)).one_or_none()
    heir = living(session, gone, at) if gone is not None else None
    return heir if heir is not None and standing(heir, at) else None


def _rules(session: Session, category_code: str, commune_code: str | None, at: dt.datetime) -> list[RoutingRule]:
    """Rules in force that fit, the most telling first."""
    query = (
        select(RoutingRule)
        .where(
            RoutingRule.valid_from <= at,
            or_(RoutingRule.valid_to.is_(None), RoutingRule.valid_to > at),
            or_(RoutingRule.category_code.is_(None), RoutingRule.category_code == category_code),
            or_(RoutingRule.commune_code.is_(None), RoutingRule.commune_code == commune_code),
        )
        .order_by(
            RoutingRule.category_code.is_(None), RoutingRule.commune_code.is_(None), RoutingRule.valid_from.desc()
        )
    )
    return list(session.scalars(query))


def day_begins(day: dt.date, now: dt.datetime) -> dt.datetime:
    """When a local day begins; today means now, so that nothing already suggested is rewritten."""
    if day == local(now).date():
        return now
    return dt.datetime(day.year, day.month, day.day, tzinfo=VIET_NAM)


def add_rule(
    session: Session,
    *,
    category_code: str | None,
    commune_code: str | None,
    agency_id: int | None,
    first_day: dt.date,
    last_day: dt.date | None,
    note: str | None,
    actor: Actor,
    now: dt.datetime,
) -> RoutingRule:
    """A rule from ``first_day``, today or later, to the end of ``last_day`` or for good.

    Raises ``Refused`` where a rule of the same scope holds in part of that time, naming it.
    """
    administrators_only(actor)
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))  # two overlapping rules never pass side by side
    if category_code is None and commune_code is None:
        raise Refused("routing.scope_needed")
    if category_code is not None and session.get(Category, category_code) is None:
        raise Refused("tickets.unknown_category", category=category_code)
    if commune_code is not None and session.get(Commune, commune_code) is None:
        raise Refused("agencies.unknown_commune")
    if first_day < local(now).date():
        raise IllegalMove("routing.starts_past")
    if last_day is not None and last_day < first_day:
        raise IllegalMove("routing.ends_before")
    start = day_begins(first_day, now)
    end = day_begins(last_day + dt.timedelta(days=1), now) if last_day is not None else None
    agency = session.get(Agency, agency_id) if agency_id is not None else None
    if agency is None:
        raise Refused("tickets.unknown_agency")
    if not standing(agency, start):
        raise IllegalMove("routing.agency_dissolved", agency=agency.name)
    _refuse_overlap(session, category_code, commune_code, start, end)
    made = RoutingRule(
        category_code=category_code, commune_code=commune_code, agency_id=agency.id, valid_from=start, valid_to=end,
        note=(note or "").strip()[:500] or None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    log_change(session, action="routing_rule_added", subject=f"routing_rule:{made.id}", old=None, new=_values(made),
               actor=actor, now=now)  # fmt: skip
    return made


def end_rule(session: Session, *, rule_id: int, last_day: dt.date | None, actor: Actor, now: dt.datetime) -> None:
    """End a rule at the end of ``last_day``, or at once without one. A rule that hasn't begun by then is
    taken away; what was in force stays as it was."""
    administrators_only(actor)
    rule = session.get(RoutingRule, rule_id, with_for_update=True)
    if rule is None:
        raise Refused("routing.unknown_rule")
    if rule.valid_to is not None and rule.valid_to <= now:
        raise IllegalMove("routing.ended_already")
    if last_day is not None and last_day < local(now).date():
        raise IllegalMove("routing.end_past")
    end = now if last_day is None else day_begins(last_day + dt.timedelta(days=1), now)
    if rule.valid_to is not None and end > rule.valid_to:
        raise IllegalMove("routing.end_later")
    old, subject = _values(rule), f"routing_rule:{rule.id}"
    if end <= rule.valid_from:
        session.delete(rule)
        log_change(session, action="routing_rule_withdrawn", subject=subject, old=old, new=None, actor=actor, now=now)
        return
    rule.valid_to = end
    log_change(session, action="routing_rule_ended", subject=subject, old=old, new=_values(rule), actor=actor, now=now)


def _refuse_overlap(
    session: Session, category: str | None, commune: str | None, start: dt.datetime, end: dt.datetime | None
) -> None:
    query: Any = select(RoutingRule, Agency.name).join(Agency, Agency.id == RoutingRule.agency_id)
    query = query.where(
        RoutingRule.category_code.is_not_distinct_from(category),
        RoutingRule.commune_code.is_not_distinct_from(commune),
        or_(RoutingRule.valid_to.is_(None), RoutingRule.valid_to > start),
    )
    if end is not None:
        query = query.where(RoutingRule.valid_from < end)
    found = session.execute(query.order_by(RoutingRule.valid_from).limit(1)).one_or_none()
    if found is not None:
        raise Refused("routing.overlap", agency=found[1], period=period(found[0]))


def period(rule: RoutingRule) -> str:
    """``từ 01/12/2026 đến hết 31/12/2026``."""
    first = f"{local(rule.valid_from):%d/%m/%Y}"
    if rule.valid_to is None:
        return render("routing.period_open", first=first)
    end = local(rule.valid_to)
    if end.time() == dt.time():
        return render("routing.period_days", first=first, last=f"{end - dt.timedelta(days=1):%d/%m/%Y}")
    return render("routing.period_instant", first=first, last=f"{end:%H:%M %d/%m/%Y}")


def _values(rule: RoutingRule) -> dict[str, Any]:
    return {
        "category": rule.category_code,
        "commune": rule.commune_code,
        "agency": rule.agency_id,
        "from": rule.valid_from.isoformat(),
        "to": rule.valid_to.isoformat() if rule.valid_to else None,
        "note": rule.note,
    }
