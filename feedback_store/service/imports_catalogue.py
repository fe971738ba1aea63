"""What the rows of an import are looked up in: categories, communes, agencies, policies and calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.calendar import Calendar, calendar_from_data
from feedback_store.domain.policy import Policy, policy_from_data
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.queries.lookups import gazetteer, is_sample_database
from feedback_store.reading.titles import NameIndex
from feedback_store.service.imports_values import CellFault
from feedback_store.tables import Agency, CalendarVersion, Category, PolicyVersion

NEAREST = 3


@dataclass(frozen=True, slots=True)
class CalendarAt:
    """A version of a calendar; ``years`` are those whose days off it knows."""

    id: int
    calendar: Calendar
    valid_from: dt.datetime
    years: frozenset[int]


@dataclass(frozen=True, slots=True)
class PolicyAt:
    id: int
    policy: Policy
    valid_from: dt.datetime


@dataclass(slots=True)
class Catalogue:
    """Read once for a whole file; look-ups by the words of a cell are remembered."""

    categories: dict[str, Category]
    agencies: dict[int, Agency]
    places: Gazetteer
    policies: list[PolicyAt]
    calendars: dict[str, list[CalendarAt]]
    sample: bool
    _found: dict[tuple[str, str], str | int | CellFault] = field(default_factory=dict)
    _looked_up: dict[str, NameIndex[str]] = field(default_factory=dict)

    def category(self, text: str) -> Category:
        """By code or name. Raises :class:`CellFault` with the three nearest names."""
        return self.categories[str(self._remembered("category", text))]

    def agency(self, text: str) -> Agency:
        """By code or name; dissolved ones too. Raises :class:`CellFault`."""
        return self.agencies[int(self._remembered("agency", text))]

    def commune(self, text: str, *, before_merger: bool = False) -> str:
        """Code of the commune that a present or an old name leads to. Raises :class:`CellFault`.

        Some communes of today have the name of a ward abolished in 2025 that became several: in a row from before
        that day such a name is refused, unless the district stands beside it or the code of the commune is given.
        """
        return str(self._remembered("old commune" if before_merger else "commune", text))

    def policy(self, at: dt.datetime) -> PolicyAt | None:
        """The version in force at ``at``; None before the first one."""
        return next((one for one in reversed(self.policies) if one.valid_from <= at), None)

    def calendar(self, code: str, at: dt.datetime) -> CalendarAt:
        """The version in force at ``at``, or the first one."""
        versions = self.calendars[code]
        return next((one for one in reversed(versions) if one.valid_from <= at), versions[0])

    def heir(self, agency: Agency, at: dt.datetime) -> Agency:
        """The agency that has the work of ``agency`` at ``at``."""
        seen = {agency.id}
        while agency.dissolved_at is not None and agency.dissolved_at <= at and agency.successor_id is not None:
            if agency.successor_id in seen:
                break
            agency = self.agencies[agency.successor_id]
            seen.add(agency.id)
        return agency

    def _remembered(self, kind: str, text: str) -> str | int:
        key = (kind, text)
        if key not in self._found:
            try:
                self._found[key] = getattr(self, f"_find_{kind.replace(' ', '_')}")(text)
            except CellFault as fault:
                self._found[key] = fault
        found = self._found[key]
        if isinstance(found, CellFault):
            raise found
        return found

    def _find_category(self, text: str) -> str:
        if text in self.categories:
            return text
        names = self._names("category", ((row.code, row.name) for row in self.categories.values()))
        found = names.find(text)
        if not found:
            raise self._unknown(text, names)
        if len(found) > 1:
            raise CellFault("imports.category_twice", near="; ".join(found))
        return found[0]

    def _find_agency(self, text: str) -> str:
        if (code := next((str(row.id) for row in self.agencies.values() if row.code == text), None)) is not None:
            return code
        names = self._names("agency", ((str(row.id), row.name) for row in self.agencies.values()))
        gone = [str(row.id) for row in self.agencies.values() if row.dissolved_at is not None]
        found = names.find(text, gone)
        if not found:
            raise self._unknown(text, names)
        if len(found) > 1:
            raise CellFault("imports.agency_twice", near="; ".join(self.agencies[int(one)].code for one in found))
        return found[0]

    def _find_old_commune(self, text: str) -> str:
        if text in self.places.communes or (old := self.places.find_old(text)) is None or old[1]:
            return self._find_commune(text)
        now = self.places.find(text)
        either = {one.code: one.name for one in (*(now.communes if now else ()), *old[0].communes)}
        if len(either) > 1:
            near = "; ".join(f"{name} ({code})" for code, name in either.items())
            raise CellFault("imports.several_fit", value=text[:80], near=near)
        return next(iter(either))

    def _find_commune(self, text: str) -> str:
        if text in self.places.communes:
            return text
        old = self.places.find_old(text)
        found = old[0] if old is not None and old[1] else self.places.find(text)
        if found is None or not found.communes:
            names = self._names("commune", ((one.code, one.name) for one in self.places.communes.values()))
            raise self._unknown(text, names)
        if len(found.communes) > 1:
            near = [f"{one.name} ({one.code})" for one in found.communes]
            raise CellFault("imports.several_fit", value=text[:80], near="; ".join(near))
        return found.communes[0].code

    def _names(self, kind: str, pairs: Iterable[tuple[str, str]]) -> NameIndex[str]:
        if kind not in self._looked_up:
            of = self.places.province.short if self.places.province is not None else ""
            self._looked_up[kind] = NameIndex(pairs, of)
        return self._looked_up[kind]

    def _unknown(self, text: str, names: NameIndex[str]) -> CellFault:
        near = "; ".join(names.name(one) for one in names.near(text, NEAREST))
        return CellFault("imports.unknown_near", value=text[:80], near=near)


def load_catalogue(session: Session) -> Catalogue:
    """Everything of the installation that rows are looked up in."""
    policies = [
        PolicyAt(row.id, policy_from_data(row.data), row.valid_from)
        for row in session.scalars(select(PolicyVersion).order_by(PolicyVersion.valid_from, PolicyVersion.id))
    ]
    calendars: dict[str, list[CalendarAt]] = {}
    for row in session.scalars(select(CalendarVersion).order_by(CalendarVersion.valid_from, CalendarVersion.id)):
        years = frozenset(int(day[:4]) for day in row.data.get("closed", []))
        made = CalendarAt(row.id, calendar_from_data(row.data), row.valid_from, years)
        calendars.setdefault(row.code, []).append(made)
    return Catalogue(
        categories={row.code: row for row in session.scalars(select(Category).order_by(Category.position))},
        agencies={row.id: row for row in session.scalars(select(Agency).order_by(Agency.id))},
        places=gazetteer(session),
        policies=policies,
        calendars=calendars,
        sample=is_sample_database(session),
    )
