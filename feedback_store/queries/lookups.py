"""Data that an installation edits, read for pages and for the bot."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_store.places.country import CommuneEntry, OldUnit, country
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.tables import Category, CategoryGroup, Commune, HotlineNumber, OldWard, Setting

FRESH_SECONDS = 1.0
"""So long the gazetteer is taken as unchanged without asking the database."""
_gazetteer: tuple[tuple[int, int], Gazetteer] | None = None
_looked = (0, 0.0)


@dataclass(frozen=True, slots=True)
class CategoryName:
    code: str
    name: str
    group: str
    service_class: str


def categories(session: Session) -> list[CategoryName]:
    """Active categories in their order, with the name of their group."""
    query = (
        select(Category.code, Category.name, CategoryGroup.name, Category.service_class)
        .join(CategoryGroup, CategoryGroup.code == Category.group_code)
        .where(Category.active)
        .order_by(CategoryGroup.position, Category.position)
    )
    return [CategoryName(*row) for row in session.execute(query)]


def offered(session: Session, found: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    """Of categories with how sure the engine is, those that are not switched off, in their order."""
    off = set(session.scalars(select(Category.code).where(Category.active.is_(False)))) if found else set()
    return tuple(one for one in found if one[0] not in off)


def category_name(session: Session, code: str) -> str:
    """Name of a category; the code itself where it is unknown."""
    return session.scalar(select(Category.name).where(Category.code == code)) or code


def commune_name(session: Session, code: str | None) -> str | None:
    return None if code is None else session.scalar(select(Commune.name).where(Commune.code == code))


def example_commune(session: Session) -> str:
    """A ward of this installation as people write it, to show how: "phường Lê Chân"; any commune where it has none."""
    ward = select(Commune.name).order_by(~Commune.name.startswith("Phường "), Commune.code).limit(1)
    name = session.scalar(ward) or "phường, xã"
    return name[0].lower() + name[1:]


def communes(session: Session) -> list[Commune]:
    return list(session.scalars(select(Commune).order_by(Commune.search_name)))


def numbers(session: Session) -> list[HotlineNumber]:
    return list(session.scalars(select(HotlineNumber).order_by(HotlineNumber.position)))


def gazetteer(session: Session) -> Gazetteer:
    """The gazetteer of the loaded communes, kept while their number stays the same."""
    global _gazetteer, _looked
    bind = id(session.get_bind())
    if _gazetteer is not None and _looked[0] == bind and time.monotonic() - _looked[1] < FRESH_SECONDS:
        return _gazetteer[1]
    _looked = (bind, time.monotonic())
    version = (
        session.scalar(select(func.count()).select_from(Commune)) or 0,
        session.scalar(select(func.count()).select_from(OldWard)) or 0,
    )
    if _gazetteer is None or _gazetteer[0] != version:
        communes = session.scalars(select(Commune))
        found = [CommuneEntry(c.code, c.name, c.lat, c.lon, c.province_code) for c in communes]
        _gazetteer = (version, Gazetteer(found, _old_units(session), country()))
    return _gazetteer[1]


def _old_units(session: Session) -> list[OldUnit]:
    """Old communes of this installation; what had merged into them before is known from the country's list."""
    successors: dict[tuple[str, str, str], list[str]] = {}
    for ward in session.scalars(select(OldWard).order_by(OldWard.id)):
        key = (ward.old_name, ward.old_district or "", ward.old_province or "")
        successors.setdefault(key, []).append(ward.commune_code)
    earlier = {(one.name, one.district, one.province): one.earlier for one in country().old}
    return [OldUnit(*key, tuple(codes), earlier.get(key, ())) for key, codes in successors.items()]


def is_sample_database(session: Session) -> bool:
    """Whether this database holds sample data ("DỮ LIỆU MẪU" on every page)."""
    row = session.get(Setting, "sample_data")
    return row is not None and bool(row.value.get("on"))
