"""Loads the default data of the repository into an installation (decision 16).

Loading again adds what is new and never touches a row that the console edited. A calendar or policy
is a version: a changed file makes a new one, valid from the moment of loading.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.calendars import calendar_data, years_known
from feedback_store.places.country import Province, country, province_named
from feedback_store.tables import (
    Agency,
    CalendarVersion,
    Category,
    CategoryGroup,
    Commune,
    HotlineNumber,
    OldWard,
    PolicyVersion,
    Procedure,
    RoutingRule,
)
from vitext import fold

DATA = Path(__file__).resolve().parents[1] / "data"
FIRST_DAY = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def load_defaults(session: Session, *, now: dt.datetime, province: str = "hai-phong") -> None:
    """Everything under ``data/``; repeatable. Raises ``FileNotFoundError`` with the provinces there are."""
    _categories(session)
    _policy(session, now)
    _calendars(session, now)
    _numbers(session)
    _province(session, province)
    _procedures(session, now)
    session.flush()


def read_yaml(name: str) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=loader)


def _categories(session: Session) -> None:
    document = read_yaml("categories.yaml")
    groups = {row.code: row for row in session.scalars(select(CategoryGroup))}
    for position, entry in enumerate(document["groups"]):
        if entry["code"] not in groups or groups[entry["code"]].edited_at is None:
            session.merge(CategoryGroup(code=entry["code"], name=entry["name"], position=position))
    session.flush()
    known = {row.code: row for row in session.scalars(select(Category))}
    for position, entry in enumerate(document["leaves"]):
        row = known.get(entry["code"])
        if row is not None and row.edited_at is not None:
            continue
        session.merge(
            Category(
                code=entry["code"],
                group_code=entry.get("group", entry["code"].split(".")[0]),
                name=entry["name"],
                service_class=entry["sla"],
                agency_kind=entry["agency"],
                position=position,
                active=entry.get("active", True),
            )
        )


def _policy(session: Session, now: dt.datetime) -> None:
    data = read_yaml("policies.yaml")
    last = session.scalars(select(PolicyVersion).order_by(PolicyVersion.id.desc()).limit(1)).one_or_none()
    if last is None:
        session.add(PolicyVersion(data=data, valid_from=FIRST_DAY, created_at=now, note="default"))
    elif last.created_by is None and last.data != data:
        session.add(PolicyVersion(data=data, valid_from=now, created_at=now, note="default, changed file"))


def _calendars(session: Session, now: dt.datetime) -> None:
    document = read_yaml("calendars.yaml")
    years = years_known(now)
    for code, entry in document["calendars"].items():
        data = calendar_data(entry, document["overrides"], years)
        query = select(CalendarVersion).where(CalendarVersion.code == code).order_by(CalendarVersion.id.desc())
        last = session.scalars(query.limit(1)).one_or_none()
        if last is None or (last.created_by is None and last.data != data):
            session.add(
                CalendarVersion(
                    code=code,
                    data=data,
                    confirmed_years=[] if last is None else list(last.confirmed_years),
                    created_at=now,
                    valid_from=FIRST_DAY if last is None else now,
                    note="default",
                )
            )


def _numbers(session: Session) -> None:
    known = {row.code: row for row in session.scalars(select(HotlineNumber))}
    for position, (number, name) in enumerate(read_yaml("numbers.yaml")["numbers"].items()):
        if number not in known:
            session.add(HotlineNumber(code=number, number=number, name=name, position=position))


def _province(session: Session, slug: str) -> None:
    province = province_named(slug)
    document = province_document(province)
    entries = country().communes_of(province.code)
    communes = {row.code for row in session.scalars(select(Commune))}
    for entry in entries:
        if entry.code not in communes:
            session.add(
                Commune(
                    code=entry.code, province_code=province.code, name=entry.name, search_name=fold(entry.name),
                    lat=entry.lat, lon=entry.lon, is_sample=True,
                )
            )  # fmt: skip
    session.flush()
    agencies = set(session.scalars(select(Agency.code)))

    def add(code: str, kind: str, title: str, commune: str | None, calendar: str = "vn-office") -> None:
        if code not in agencies:
            agencies.add(code)
            session.add(
                Agency(
                    code=code, name=title, search_name=fold(title), kind=kind, commune_code=commune,
                    calendar_code=calendar, is_sample=True,
                )
            )  # fmt: skip

    for entry in document["agencies"]:
        add(entry["code"], entry["kind"], entry["name"], entry.get("commune"), entry.get("calendar", "vn-office"))
    for entry in document["commune_agencies"]:
        for commune in entries:
            title = entry["name"].format(commune=commune.name)
            add(f"{entry['kind']}-{commune.code}", entry["kind"], title, commune.code)
    _ended(session, [entry for entry in document["agencies"] if "dissolved" in entry])
    _rules(session, document.get("routing", ()))
    _old_wards(session, province.code)


def province_document(province: Province) -> dict[str, Any]:
    """``provinces/SLUG.yaml``: sample agencies under ``agencies`` and ``commune_agencies``, and ``routing`` in what an
    installation wrote."""
    found: dict[str, Any] = read_yaml(f"provinces/{province.slug}.yaml")
    return found


def _ended(session: Session, entries: Iterable[Mapping[str, Any]]) -> None:
    """Agencies that end, with their successors, unless the console edited them."""
    session.flush()
    agencies = {row.code: row for row in session.scalars(select(Agency))}
    for entry in entries:
        agency = agencies[entry["code"]]
        if agency.edited_at is None and agency.dissolved_at is None:
            agency.dissolved_at = dt.datetime.fromisoformat(entry["dissolved"])
            agency.successor_id = agencies[entry["successor"]].id


def _rules(session: Session, entries: Iterable[Mapping[str, Any]]) -> None:
    """Routing rules of the file, into an installation that has none yet."""
    if session.scalars(select(RoutingRule.id).limit(1)).one_or_none() is not None:
        return
    session.flush()
    agencies = {row.code: row.id for row in session.scalars(select(Agency))}
    for entry in entries:
        session.add(
            RoutingRule(
                category_code=entry.get("category"),
                commune_code=entry.get("commune"),
                agency_id=agencies[entry["agency"]],
                valid_from=dt.datetime.fromisoformat(entry["from"]),
                valid_to=dt.datetime.fromisoformat(entry["to"]) if "to" in entry else None,
                note=entry.get("note"),
            )
        )


def _old_wards(session: Session, province: str) -> None:
    """Old communes and their successors; what is there already is kept."""
    query = select(OldWard.old_name, OldWard.old_district, OldWard.commune_code)
    known = {tuple(row) for row in session.execute(query)}
    here = set(session.scalars(select(Commune.code)))
    for unit in country().old_of(province):
        for code in unit.communes:
            if code in here and (unit.name, unit.district, code) not in known:
                session.add(
                    OldWard(
                        old_name=unit.name, old_district=unit.district, old_province=unit.province,
                        search_name=fold(unit.name), commune_code=code,
                    )
                )  # fmt: skip


def _procedures(session: Session, now: dt.datetime) -> None:
    records = json.loads((DATA / "common_procedures.json").read_text(encoding="utf-8"))["records"]
    known = {row.key: row for row in session.scalars(select(Procedure))}
    for record in records:
        row = known.get(record["id"])
        if row is not None and (row.verified_at is not None or row.record == record):
            continue
        made = row or Procedure(key=record["id"], active=True)
        made.code, made.name, made.aliases, made.record = (
            record["official_code"],
            record["name"],
            record["aliases"],
            record,
        )
        made.source, made.updated_at = record["source"], now
        made.as_of = dt.date.fromisoformat(record["as_of"]) if record["as_of"] else None
        session.add(made)
