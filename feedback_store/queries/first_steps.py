"""What a new installation still needs before it serves people: five steps, each with the figures behind its state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import ACTIVE_LEG
from feedback_store.places.country import Province, provinces
from feedback_store.queries import calendars
from feedback_store.service.first_steps import KEY
from feedback_store.tables import Agency, Category, Commune, Leg, RoutingRule, Setting, User

Step: TypeAlias = Literal["province", "agencies", "users", "calendars", "categories"]
STEPS: tuple[Step, ...] = ("province", "agencies", "users", "calendars", "categories")
NEEDED_ROLES = ("operator", "manager")
KINDS = {"Phường": "phuong", "Xã": "xa", "Đặc": "dac_khu"}
"""First word of a commune's name → its kind."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    at: dt.datetime
    by: str
    """Name of the user."""


@dataclass(frozen=True, slots=True)
class Place:
    """``province``: None where nothing was loaded. ``kinds``: how many phuong, xa, dac_khu, those there are."""

    province: Province | None
    communes: int
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AgencyCounts:
    """Agencies that stand, and how many of them nobody confirmed: of the whole province, of communes."""

    province: int
    province_samples: int
    commune: int
    commune_samples: int


@dataclass(frozen=True, slots=True)
class Unmanned:
    """An agency of the whole province for which nobody can sign in. ``works``: it has or gets reports."""

    name: str
    is_sample: bool
    works: bool


@dataclass(frozen=True, slots=True)
class People:
    """``roles``: role → how many can sign in."""

    roles: Mapping[str, int]
    unmanned: list[Unmanned]

    @property
    def lacking(self) -> list[str]:
        """Confirmed agencies with work that nobody there reads."""
        return [one.name for one in self.unmanned if one.works and not one.is_sample]

    @property
    def enough(self) -> bool:
        return not self.lacking and all(self.roles.get(role) for role in NEEDED_ROLES)


@dataclass(frozen=True, slots=True)
class Years:
    """``confirmed``: year that is asked for → how many of the calendars have it confirmed."""

    calendars: int
    confirmed: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Categories:
    """``off``: names of those switched off; ``edited``: of those in use that the console added or changed."""

    number: int
    off: list[str]
    edited: list[str]


@dataclass(frozen=True, slots=True)
class FirstSteps:
    confirmed: Mapping[str, Confirmation]
    place: Place
    agencies: AgencyCounts
    people: People
    years: Years
    categories: Categories

    def done(self, step: Step) -> bool:
        if step == "agencies":
            return self.agencies.province > 0 and self.agencies.province_samples == 0
        if step == "users":
            return self.people.enough
        if step == "calendars":
            return self.years.calendars > 0 and set(self.years.confirmed.values()) == {self.years.calendars}
        return step in self.confirmed

    @property
    def left(self) -> int:
        """How many are not done."""
        return sum(not self.done(step) for step in STEPS)


def first_steps(session: Session, now: dt.datetime) -> FirstSteps:
    return FirstSteps(
        confirmed=_confirmed(session),
        place=_place(session),
        agencies=_agencies(session, now),
        people=People(_roles(session), _unmanned(session, now)),
        years=_years(session, now),
        categories=_categories(session),
    )


def _confirmed(session: Session) -> dict[str, Confirmation]:
    row = session.get(Setting, KEY)
    if row is None or not row.value:
        return {}
    ids = {one["by"] for one in row.value.values()}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())
    return {
        step: Confirmation(dt.datetime.fromisoformat(one["at"]), names.get(one["by"], ""))
        for step, one in row.value.items()
    }


def _place(session: Session) -> Place:
    """An installation holds the communes of one province (``hotline.prepare`` refuses another)."""
    word = func.split_part(Commune.name, " ", 1)
    rows = session.execute(
        select(Commune.province_code, word, func.count()).group_by(Commune.province_code, word)
    ).all()
    codes = {code for code, _, _ in rows}
    found = next((one for one in provinces() if one.code in codes), None)
    counted = {KINDS[kind]: number for _, kind, number in rows if kind in KINDS}
    kinds = {kind: counted[kind] for kind in KINDS.values() if kind in counted}
    return Place(found, sum(number for _, _, number in rows), kinds)


def _standing(now: dt.datetime) -> ColumnElement[bool]:
    return or_(Agency.dissolved_at.is_(None), Agency.dissolved_at > now)


def _agencies(session: Session, now: dt.datetime) -> AgencyCounts:
    whole, part = Agency.commune_code.is_(None), Agency.commune_code.is_not(None)
    groups = (whole, and_(whole, Agency.is_sample), part, and_(part, Agency.is_sample))
    query: Any = select(*(func.count().filter(one) for one in groups)).where(_standing(now))
    return AgencyCounts(*session.execute(query).one())


def _roles(session: Session) -> dict[str, int]:
    query = select(User.role, func.count()).where(User.disabled_at.is_(None)).group_by(User.role)
    return dict(session.execute(query).all())


def _unmanned(session: Session, now: dt.datetime) -> list[Unmanned]:
    """Work is an open part of a report, a routing rule that has not ended, or a category in use of that kind."""
    works = or_(
        exists().where(Leg.agency_id == Agency.id, Leg.state.in_(ACTIVE_LEG)),
        exists().where(
            RoutingRule.agency_id == Agency.id, or_(RoutingRule.valid_to.is_(None), RoutingRule.valid_to > now)
        ),
        exists().where(Category.agency_kind == Agency.kind, Category.active),
    )
    someone = exists().where(User.agency_id == Agency.id, User.disabled_at.is_(None))
    query: Any = (
        select(Agency.name, Agency.is_sample, works)
        .where(Agency.commune_code.is_(None), _standing(now), ~someone)
        .order_by(Agency.search_name)
    )
    return [Unmanned(*row) for row in session.execute(query)]


def _years(session: Session, now: dt.datetime) -> Years:
    found = calendars.calendars(session, now)
    missing = [year for year, _ in calendars.unconfirmed_of(found, now)]
    return Years(len(found), {year: len(found) - missing.count(year) for year in calendars.years_asked(now)})


def _categories(session: Session) -> Categories:
    query = select(Category.name, Category.active, Category.edited_at).order_by(Category.position, Category.code)
    rows = session.execute(query).all()
    return Categories(
        len(rows),
        off=[name for name, active, _ in rows if not active],
        edited=[name for name, active, edited in rows if active and edited is not None],
    )
