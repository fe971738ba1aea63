"""Reads of the editors: categories with their use, agencies with their work and people, routing rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from feedback_store.domain.lifecycle import ACTIVE_LEG
from feedback_store.service import clocks
from feedback_store.tables import (
    Agency,
    CalendarVersion,
    Category,
    CategoryGroup,
    Commune,
    Leg,
    RoutingRule,
    Ticket,
    User,
)
from feedback_store.texts import has, render
from vitext import fold

When: TypeAlias = Literal["current", "future", "past"]
LISTED = 1_000


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency of the list: open legs, users that can sign in, its commune and its successor."""

    agency: Agency
    commune: str | None
    successor: str | None
    open: int
    users: int


@dataclass(frozen=True, slots=True)
class RuleLine:
    rule: RoutingRule
    category: str | None
    commune: str | None
    agency: str
    when: When


def groups(session: Session) -> list[CategoryGroup]:
    return list(session.scalars(select(CategoryGroup).order_by(CategoryGroup.position, CategoryGroup.code)))


def categories(session: Session) -> dict[str, list[tuple[Category, int]]]:
    """Group code → its categories, those switched off too, each with the number of its tickets."""
    counted = dict(session.execute(select(Ticket.category_code, func.count()).group_by(Ticket.category_code)).all())
    found: dict[str, list[tuple[Category, int]]] = {}
    for row in session.scalars(select(Category).order_by(Category.active.desc(), Category.position, Category.code)):
        found.setdefault(row.group_code, []).append((row, counted.get(row.code, 0)))
    return found


def service_classes(session: Session, at: dt.datetime) -> dict[str, str]:
    """Class → its name, of the policy in force."""
    return {code: one.name for code, one in clocks.load_policy(session, at)[1].classes.items()}


def kinds(session: Session) -> dict[str, str]:
    """Agency kind in use → words for it: the name of the province's agency, or of what communes have."""
    rows = session.execute(select(Agency.kind, Agency.name, Agency.commune_code).order_by(Agency.id))
    found: dict[str, str] = {}
    for kind, name, commune in rows:
        key = f"agencies.kind_{kind}"
        found.setdefault(kind, render(key) if has(key) else kind if commune else name)
    return dict(sorted(found.items(), key=lambda item: fold(item[1])))


def calendars(session: Session) -> dict[str, str]:
    """Calendar code in use → words for it."""
    codes = session.scalars(select(CalendarVersion.code).distinct().order_by(CalendarVersion.code))
    return {code: render(f"agencies.calendar_{code}") if has(f"agencies.calendar_{code}") else code for code in codes}


def agencies(session: Session, *, search: str, at: dt.datetime) -> tuple[list[AgencyLine], list[AgencyLine]]:
    """Those that stand (also with an end to come) and those that ended, the province's first."""
    heir = aliased(Agency)
    query: Any = (
        select(Agency, Commune.name, heir.name)
        .outerjoin(Commune, Commune.code == Agency.commune_code)
        .outerjoin(heir, heir.id == Agency.successor_id)
        .order_by(Agency.commune_code.is_not(None), Agency.search_name)
        .limit(LISTED)
    )
    if search.strip():
        words = fold(search.strip())
        query = query.where(or_(Agency.search_name.contains(words), Commune.search_name.contains(words)))
    legs = select(Leg.agency_id, func.count()).where(Leg.state.in_(ACTIVE_LEG)).group_by(Leg.agency_id)
    people = select(User.agency_id, func.count()).where(User.disabled_at.is_(None), User.agency_id.is_not(None))
    open_, users = dict(session.execute(legs).all()), dict(session.execute(people.group_by(User.agency_id)).all())
    lines = [
        AgencyLine(agency, commune, successor, open_.get(agency.id, 0), users.get(agency.id, 0))
        for agency, commune, successor in session.execute(query)
    ]
    ended = [one for one in lines if one.agency.dissolved_at is not None and one.agency.dissolved_at <= at]
    return [one for one in lines if one not in ended], ended


def people(session: Session, agency_id: int) -> list[User]:
    """Who can sign in for the agency, by role and name."""
    query = select(User).where(User.agency_id == agency_id, User.disabled_at.is_(None))
    return list(session.scalars(query.order_by(User.role, User.name, User.id)))


def without_users(session: Session) -> set[int]:
    """Agencies for which nobody can sign in: work that is given to them is read by nobody."""
    someone = exists().where(User.agency_id == Agency.id, User.disabled_at.is_(None))
    return set(session.scalars(select(Agency.id).where(~someone)))


def rules(
    session: Session, *, when: str, category: str | None, commune: str | None, at: dt.datetime
) -> list[RuleLine]:
    """Rules in force at ``at``, to come, or past; narrowed to a category or commune."""
    in_force = and_(RoutingRule.valid_from <= at, or_(RoutingRule.valid_to.is_(None), RoutingRule.valid_to > at))
    past = RoutingRule.valid_to <= at
    query: Any = (
        select(RoutingRule, Category.name, Commune.name, Agency.name)
        .join(Agency, Agency.id == RoutingRule.agency_id)
        .outerjoin(Category, Category.code == RoutingRule.category_code)
        .outerjoin(Commune, Commune.code == RoutingRule.commune_code)
        .where({"future": RoutingRule.valid_from > at, "past": past}.get(when, in_force))
        .order_by(
            RoutingRule.category_code.is_(None), RoutingRule.commune_code.is_(None), Category.position,
            Commune.search_name, RoutingRule.valid_from.desc(),
        )
        .limit(LISTED)
    )  # fmt: skip
    if category:
        query = query.where(RoutingRule.category_code == category)
    if commune:
        query = query.where(RoutingRule.commune_code == commune)
    known: When = "future" if when == "future" else "past" if when == "past" else "current"
    rows: Sequence[Any] = session.execute(query).all()
    return [RuleLine(rule, name, commune_, agency, known) for rule, name, commune_, agency in rows]
