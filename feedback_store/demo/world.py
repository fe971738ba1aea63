"""What the sample stories are made of: places, texts, agencies, policy and calendars."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.defaults import read_yaml
from feedback_store.domain.calendar import Calendar
from feedback_store.domain.policy import Policy
from feedback_store.service import clocks
from feedback_store.tables import Agency, Category, Commune

YEAR = dt.timedelta(days=365)
OWN_KINDS = frozenset({"ubnd-xa", "cong-an-xa"})

SAMPLED = 17
"""Communes of a sample."""
HOMES = 2
"""Of them with their own agencies."""


@dataclass(frozen=True, slots=True)
class Place:
    """A commune with some of its streets; ``home``: its own agencies take part."""

    commune: Commune
    streets: Sequence[str]
    weight: int
    home: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """A category with sample reports and results."""

    code: str
    name: str
    service_class: str
    agency_kind: str
    weight: int
    reports: Sequence[str]
    results: Sequence[str]


@dataclass(frozen=True, slots=True)
class World:
    """Everything a story reads; ``rng`` alone changes."""

    now: dt.datetime
    rng: random.Random
    policy_id: int
    policy: Policy
    calendars: Mapping[str, tuple[int, Calendar]]
    places: Sequence[Place]
    subjects: Sequence[Subject]
    agencies: Mapping[int, Agency]
    by_kind: Mapping[tuple[str, str | None], int]
    words: Mapping[str, Any]
    names: Mapping[str, Sequence[str]]
    lateness: Mapping[int, float]
    """Share of results that an agency gives too late over the year; see :meth:`pace`."""
    operators: Sequence[int]
    """The last one is the supervisor."""
    officers: Mapping[int, int]
    behind: dt.timedelta
    """For so long the hotline has not kept up with its calls, nor some agencies with their work."""

    def calendar(self, kind: str, agency_id: int | None) -> tuple[int, Calendar]:
        """Version and calendar that a clock of ``kind`` runs on, as ``clocks.open_clock`` chooses them."""
        if kind in ("accept", "resolve") and agency_id is not None:
            return self.calendars[self.agencies[agency_id].calendar_code]
        return self.calendars[clocks.HOTLINE_CALENDAR]

    def agency_for(self, kind: str, commune_code: str) -> int:
        return self.by_kind[(kind, commune_code if kind in OWN_KINDS else None)]

    def pace(self, at: dt.datetime) -> float:
        """How much of its usual lateness an agency shows: the year begins badly and ends well."""
        left = max(0.0, (self.now - at) / YEAR)
        return float(0.05 + 2 * left**1.5)

    def pick(self, name: str) -> str:
        return str(self.rng.choice(self.words[name]))


def taking_part(session: Session, places: Sequence[Place]) -> list[Agency]:
    """The city's agencies and those of the home communes."""
    home = [place.commune.code for place in places if place.home]
    wanted = Agency.commune_code.is_(None) | Agency.commune_code.in_(home)
    return list(session.scalars(select(Agency).where(wanted, Agency.dissolved_at.is_(None)).order_by(Agency.id)))


def load_places(session: Session) -> list[Place]:
    """The communes that the file lists for this province; of another, its wards nearest to each other with streets
    that every town has."""
    communes = {row.code: row for row in session.scalars(select(Commune).order_by(Commune.code))}
    document = read_yaml("demo/places.yaml")
    of = next(iter(communes.values())).province_code if communes else ""
    named = {row.name: row for row in communes.values()}
    listed = [entry for entry in document["communes"] if document["province"] == of and entry["name"] in named]
    if listed:
        return [Place(named[e["name"]], e["streets"], e["weight"], e.get("home", False)) for e in listed]
    chosen = sorted(communes.values(), key=lambda row: (not row.name.startswith("Phường "), row.code))[:SAMPLED]
    streets: list[str] = document["streets"]
    return [
        Place(row, [streets[(at * 7 + n) % len(streets)] for n in range(8)], max(3, 20 - at), at < HOMES)
        for at, row in enumerate(chosen)
    ]


def _lateness(agency: Agency, late: Mapping[str, float]) -> float:
    """Under the agency's code, else its kind; most agencies are never late."""
    return late.get(agency.code, late.get(agency.kind, 0.0))


def load_world(
    session: Session, *, now: dt.datetime, rng: random.Random, places: Sequence[Place], agencies: Sequence[Agency],
    operators: Sequence[int], officers: Mapping[int, int], behind: dt.timedelta,
) -> World:
    """Read the default data that the stories need. Raises ``Refused`` where none is loaded."""
    reports, places_file = read_yaml("demo/reports.yaml"), read_yaml("demo/places.yaml")
    policy_id, policy = clocks.load_policy(session, now)
    codes = {clocks.HOTLINE_CALENDAR, *(agency.calendar_code for agency in agencies)}
    subjects = [
        Subject(row.code, row.name, row.service_class, row.agency_kind, reports[row.code]["weight"],
                reports[row.code]["reports"], reports[row.code]["results"])
        for row in session.scalars(select(Category).where(Category.active).order_by(Category.position))
        if row.code in reports
    ]
    return World(
        now=now,
        rng=rng,
        policy_id=policy_id,
        policy=policy,
        calendars={code: clocks.load_calendar(session, code, now) for code in sorted(codes)},
        places=places,
        subjects=subjects,
        agencies={agency.id: agency for agency in agencies},
        by_kind={(agency.kind, agency.commune_code): agency.id for agency in agencies},
        words=read_yaml("demo/chats.yaml"),
        names=places_file,
        lateness={agency.id: _lateness(agency, places_file["late"]) for agency in agencies},
        operators=operators,
        officers=officers,
        behind=behind,
    )
