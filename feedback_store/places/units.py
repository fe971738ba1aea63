"""The units of the country by their names: what a gazetteer looks mentions up in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from feedback_store.places.country import CommuneEntry, Country, OldUnit, Province
from feedback_store.places.mentions import LONGEST
from feedback_store.places.names import name_of


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune as an index holds it. ``communes``: itself, or its successors; ``era``: "now", "old", "earlier"."""

    full: str
    kind: str
    spelled: str
    era: str
    communes: tuple[str, ...]
    districts: frozenset[str]
    """Ids of the old districts that it lay in, or that it was made of."""
    provinces: frozenset[str]
    """Folded names of the provinces, old and new, that it lies or lay in."""
    own: bool


@dataclass(slots=True)
class Index:
    """Names, by their folded keys without blanks."""

    communes: dict[str, list[Unit]] = field(default_factory=dict)
    districts: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    """(kind, spelled, id) of the districts of a key."""
    provinces: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    """(kind, spelled, folded name) of the provinces of a key."""

    longest: dict[str, int] = field(default_factory=dict)
    """Words of the longest name with a key."""

    def levels(self, key: str, words: int) -> tuple[bool, bool, bool]:
        """Which levels have the name; written apart further than it is, it is another: "ân tín h…" is no "An Tịnh"."""
        most = self.longest.get(key, 0)
        if words > most and not (most == 1 and words == 2):
            return False, False, False
        return key in self.communes, key in self.districts, key in self.provinces

    def named(self, key: str, words: int) -> None:
        self.longest[key] = max(words, self.longest.get(key, 1))


def _district_id(district: str, province: str) -> str:
    name = name_of(district)
    return f"{name_of(province).key}/{name.kind}/{name.spelled}"


class Units:
    """The communes of an installation, and beside them the country's units, by their names.

    ``communes`` and ``old`` are the installation's own; ``country`` adds what lies elsewhere, the districts of all
    and the centres; without it nothing is known of other provinces.
    """

    def __init__(
        self, communes: Iterable[CommuneEntry], old: Iterable[OldUnit], country: Country | None = None
    ) -> None:
        self.communes = {entry.code: entry for entry in communes}
        self._all = dict(self.communes)
        self._provinces = {one.code: one for one in country.provinces} if country else {}
        self._index = Index()
        self._made_of: dict[str, set[str]] = {}
        self._units_of: dict[str, list[Unit]] = {}
        self._now: dict[str, list[Unit]] = {}
        own_old = list(old)
        foreign: list[CommuneEntry] = []
        foreign_old: list[OldUnit] = []
        if country is not None:
            foreign = [one for one in country.communes if one.code not in self.communes]
            self._all.update((one.code, one) for one in foreign)
            mine = {(one.name, one.district, one.province) for one in own_old}
            foreign_old = [
                one for one in country.old if (one.name, one.district, one.province) not in mine
                and not self.communes.keys() & set(one.communes)
            ]  # fmt: skip
            self._name_provinces(country)
        self._add([*self.communes.values(), *foreign], [*own_old, *foreign_old])
        for earlier in country.earlier_districts if country else ():
            self._name_district(earlier.name, _district_id(earlier.district, earlier.province))

    @property
    def province(self) -> Province | None:
        """The province of this installation; None where no commune is loaded or the country is not known."""
        first = next(iter(self.communes.values()), None)
        return self._provinces.get(first.province) if first is not None else None

    def _name_provinces(self, country: Country) -> None:
        names = {one.name for one in country.provinces} | {one.province for one in country.old}
        for full in names:
            name = name_of(full)
            self._index.provinces.setdefault(name.key, []).append((name.kind, name.spelled, name.key))
            self._index.named(name.key, name.words)
        also = {"thuathienhue": "hue", "brvt": "bariavungtau", "bariavt": "bariavungtau", "daclac": "daklak"}
        for one in country.provinces:
            for short in one.abbreviations:
                for key in (short.lower(), f"tp{short.lower()}"):
                    also[key] = name_of(one.name).key
        for key, of in also.items():
            self._index.provinces.setdefault(key, []).append(("", key, of))
            self._index.named(key, len(key))

    def _name_district(self, full: str, district: str) -> None:
        name = name_of(full)
        entry = (name.kind, name.spelled, district)
        self._index.named(name.key, name.words)
        held = self._index.districts.setdefault(name.key, [])
        if entry not in held:
            held.append(entry)

    def _province_key(self, entry: CommuneEntry) -> set[str]:
        province = self._provinces.get(entry.province)
        return {name_of(province.name).key} if province else set()

    def _add(self, communes: Sequence[CommuneEntry], old: Sequence[OldUnit]) -> None:
        areas: dict[str, set[str]] = {}
        before: dict[str, set[str]] = {}
        for before_2025 in old:
            district = _district_id(before_2025.district, before_2025.province)
            province = name_of(before_2025.province).key
            self._name_district(before_2025.district, district)
            for code in before_2025.communes:
                areas.setdefault(code, set()).add(district)
                before.setdefault(code, set()).add(province)
        for entry in communes:
            name = name_of(entry.name)
            provinces = before.get(entry.code, set()) | self._province_key(entry)
            for district in areas.get(entry.code, ()) if entry.code in self.communes else ():
                self._made_of.setdefault(district, set()).add(entry.code)
            unit = Unit(
                entry.name, name.kind, name.spelled, "now", (entry.code,),
                frozenset(areas.get(entry.code, ())), frozenset(provinces), entry.code in self.communes,
            )  # fmt: skip
            self._put(name.key, unit)
            self._now.setdefault(entry.code, []).append(unit)
        for before_2025 in old:
            self._add_old(before_2025)

    def _add_old(self, unit: OldUnit) -> None:
        name = name_of(unit.name)
        codes = tuple(code for code in unit.communes if code in self._all)
        own = any(code in self.communes for code in codes)
        if own:
            codes = tuple(code for code in codes if code in self.communes)
        provinces = {name_of(unit.province).key}.union(*(self._province_key(self._all[code]) for code in codes))
        held = Unit(
            unit.name, name.kind, name.spelled, "old", codes,
            frozenset([_district_id(unit.district, unit.province)]), frozenset(provinces), own,
        )  # fmt: skip
        if codes:
            self._put(name.key, held)
            self._units_of.setdefault(_district_id(unit.district, unit.province), []).append(held)
        for earlier in unit.earlier if codes else ():
            kind = next((k for k in ("phuong", "thi tran", "xa") if earlier.startswith(k.replace(" ", ""))), "")
            key = earlier.removeprefix(kind.replace(" ", ""))
            self._put(key, replace(held, kind=kind, spelled=key, era="earlier"))

    def _put(self, key: str, unit: Unit) -> None:
        if key:
            self._index.named(key, name_of(unit.full).words if unit.era != "earlier" else LONGEST)
            self._index.communes.setdefault(key, []).append(unit)
