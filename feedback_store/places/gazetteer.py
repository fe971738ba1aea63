"""Which commune is meant by words or by a pin, for one installation within the whole country.

A text names units: communes of today, communes of 2025-06-30, their districts, provinces old and new. Every mention
is found with its kind ("phường", "P.", "xã" …); a commune is read together with the district and the province that
stand with it. Marks decide where the writer wrote marks, folding where none were written. What leads to several
communes, or contradicts itself, is to be asked: nothing named is dropped to make it fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from feedback_store.places.address import Names, UnitAt
from feedback_store.places.country import CommuneEntry, OldUnit, Province
from feedback_store.places.mentions import Mention, mentions_of
from feedback_store.places.names import Word, words_of
from feedback_store.places.units import Unit, Units

__all__ = ["CommuneEntry", "Elsewhere", "Gazetteer", "OldUnit", "PlaceFound", "distance_km"]

_PERSONS = frozenset("anh chị ông bà cụ chú cô bác dì cháu em thầy tên bé".split())
"""Before a name: a person's."""
ASKED_AT_MOST = 12
"""More communes than these are no choice: the commune is asked in words."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A commune of another province: its name as it is today, and that province."""

    name: str
    province: Province


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """``communes``: one when it is sure, several to ask which, none when it lies elsewhere.

    ``old_name`` is set when an old commune was named, ``elsewhere`` when none of this installation fits what is
    named, ``contradicts`` when a named district or province does not fit the commune; ``start`` and ``end`` bound
    what names it in the text.
    """

    communes: tuple[CommuneEntry, ...]
    old_name: str | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    contradicts: bool = False
    start: int = 0
    end: int = 0

    @property
    def sure(self) -> CommuneEntry | None:
        """The one commune that is meant, if it is one."""
        return self.communes[0] if len(self.communes) == 1 and not self.contradicts else None


class Gazetteer(Units):
    """Reads which commune is meant. Immutable; build once per version of the rows."""

    def find(self, text: str) -> PlaceFound | None:
        """The commune that a text names; old ones lead to their successors. None: it names none."""
        return self.find_in(words_of(text))

    def find_in(self, words: Sequence[Word]) -> PlaceFound | None:
        """As ``find``, of words that were parted already."""
        every = self._mentions(words)
        groups: list[list[_Reading]] = []
        reach = -1
        for mention in _communes_of(every):
            if (one := self._read(mention, every)) is None:
                continue
            if mention.first > reach:
                groups.append([])
            groups[-1].append(one)
            reach = max(reach, mention.last)
        if not groups:
            return self._only_district(every)
        told = [max(group, key=lambda one: (one.rank, one.words)) for group in groups]
        told = [one for one in told if not any(other is not one and other.holds(one) for other in told)]
        best = max(one.rank for one in told)
        return _joined([one.place for one in told if one.rank == best])

    def perhaps(self, words: Sequence[Word]) -> tuple[CommuneEntry, ...]:
        """Communes of this installation that a writer of marks may mean by a bare name of two words and more, spelled
        as it is: "Phả Lại bụi than bay khắp nơi". Never enough to be sure, but worth to be offered."""
        found: dict[str, CommuneEntry] = {}
        reach = -1
        for one in sorted(_communes_of(self._mentions(words)), key=lambda one: (one.first, -one.last)):
            written = any(word.marked for word in words[one.first : one.last + 1])
            person = one.first > 0 and words[one.first - 1].spelled in _PERSONS
            if one.kind or one.words < 2 or one.first <= reach or not written or person:
                continue
            units = [unit for unit in self._index.communes[one.key] if unit.own and unit.spelled == one.spelled]
            for unit in self._of_one_era(units):
                found.update((code, self.communes[code]) for code in unit.communes if code in self.communes)
            reach = one.last if units else reach
        return tuple(found.values())

    @cached_property
    def names(self) -> Names:
        """Names of all communes, and the words that names are made of."""
        units = (unit for held in self._index.communes.values() for unit in held)
        words = {word for full in {unit.full for unit in units} for word in words_of(full)}
        spelled, plain = {one.spelled for one in words}, {one.key for one in words}
        exact = frozenset(unit.spelled for held in self._index.communes.values() for unit in held)
        return Names(self._index.communes, self._index.longest, exact, frozenset(spelled), frozenset(plain))

    def units_in(self, words: Sequence[Word]) -> list[UnitAt]:
        """Where ``words`` name units of any level: with their kind, or after a smaller one."""
        found: list[UnitAt] = []
        every = self._mentions(words)
        kinded = {one.first for one in every if one.kind}
        for one in every:
            if one.kind:
                last = self._chain_end(one, every)
                found.append(UnitAt(one.first, one.last if last is None else last, True))
            elif one.first not in kinded:
                own = one.level == "commune" and one.opens and one.words > 1 and any(u.own for u in self._units(one))
                if one.alone or own or (one.level != "commune" and not one.key.isdecimal()):
                    found.append(UnitAt(one.first, one.last, False, False, one.alone and one.opens))
                if (last := self._chain_end(one, every)) is not None:
                    found.append(UnitAt(one.first, last, True, explicit=False))
        return found

    def _mentions(self, words: Sequence[Word]) -> list[Mention]:
        """Every mention; one whose marks are those of no unit is none, but for a misspelled commune of its kind."""
        held = {"commune": self._spelled_communes, "district": self._spelled_of(self._index.districts),
                "province": self._spelled_of(self._index.provinces)}  # fmt: skip
        return [
            one for one in mentions_of(words, self._index.levels)
            if (not one.key.isdecimal() or not one.kind or one.kind in self._kinds_of(one))
            and (
            not any(word.marked for word in words[one.first : one.last + 1])
            or one.spelled in held[one.level](one.key)
            or (one.kind and not one.doubtful and (one.level != "commune" or self._units(one)))
            )
        ]  # fmt: skip

    def _kinds_of(self, mention: Mention) -> set[str]:
        if mention.level == "commune":
            return {one.kind for one in self._index.communes[mention.key]}
        held = self._index.districts if mention.level == "district" else self._index.provinces
        return {one[0] for one in held[mention.key]}

    def _spelled_communes(self, key: str) -> set[str]:
        return {one.spelled for one in self._index.communes[key]}

    @staticmethod
    def _spelled_of(held: dict[str, list[tuple[str, str, str]]]) -> Callable[[str], set[str]]:
        return lambda key: {one[1] for one in held[key]}

    def _chain_end(self, first: Mention, every: Sequence[Mention]) -> int | None:
        """Last word of "X Y Z" where Y is the district or the province of X; None where it is not."""
        if first.level == "province" or first.key.isdecimal():
            return None
        ends = []
        for one in every:
            if one.first != first.last + 1 or one.level == "commune" or (one.level, first.level) == ("district",) * 2:
                continue
            if self._lies_in(first, one):
                further = self._chain_end(one, every)
                ends.append(one.last if further is None else further)
        return max(ends, default=None)

    def _lies_in(self, small: Mention, large: Mention) -> bool:
        if small.level == "district":
            provinces = self._province_keys(large)
            return any(one.partition("/")[0] in provinces for one in self._district_ids(small)) or any(
                unit.provinces & provinces for one in self._district_ids(small) for unit in self._units_of.get(one, ())
            )
        ids = self._district_ids(large) if large.level == "district" else frozenset()
        keys = self._province_keys(large) if large.level == "province" else frozenset()
        return any(one.districts & ids or one.provinces & keys for one in self._units(small))

    def find_old(self, text: str) -> tuple[PlaceFound, bool] | None:
        """The commune of 2025-06-30 that a text names, also where one of today has its name; and whether the text
        names its district too."""
        every = self._mentions(words_of(text))
        for mention in sorted(_communes_of(every), key=lambda one: one.words, reverse=True):
            units = self._by_kind([u for u in self._units(mention) if u.era == "old" and u.own], mention)
            named = [self._district_ids(one) for one in _beside(mention, every) if one.level == "district"]
            inside = [u for u in units if any(u.districts & ids for ids in named)]
            if units:
                return self._found(inside or units, mention, mention.start, mention.end), bool(inside)
        return None

    def _units(self, mention: Mention) -> list[Unit]:
        """Units of the name; where marks were written those spelled so, if there are any."""
        units = self._index.communes[mention.key]
        if mention.marked:
            exact = [one for one in units if one.spelled == mention.spelled or one.era == "earlier"]
            return exact or [one for one in units if one.own and mention.words > 1]
        return units

    def _by_kind(self, units: list[Unit], mention: Mention) -> list[Unit]:
        """Those of the kind that was written, or all: "xã" and "phường" are often mixed up."""
        same = [one for one in units if one.kind == mention.kind]
        return same or units

    def _read(self, mention: Mention, every: Sequence[Mention]) -> _Reading | None:
        """What one mention means together with the district and province beside it; where these can be read in
        several ways that fit (the city or the province of one name), with all of them."""
        units = self._units(mention)
        if not units:
            return None
        if mention.era:
            units = [one for one in units if (one.era == "now") == (mention.era == "now")] or units
        contexts = self._contexts(mention, every)
        loose = False
        fitting = [(context, kept) for context in contexts if (kept := context.kept(units))]
        if fitting:
            most = max(context.words for context, _ in fitting)
            best = [(context, kept) for context, kept in fitting if context.words == most]
            if not mention.kind and not (mention.alone and mention.opens) and not most:
                return None
            if not mention.kind and not most and mention.key in self._index.provinces:
                return None  # "…, Phú Thọ" is the province
            loose = not mention.opens and max(len(context.spans) for context, _ in best) < 2
            if loose and (most < 2 or mention.words < 3):
                return None  # in the middle of a name, hardly anything tells that it is a commune's
            chosen: list[Unit] = []
            for context, kept in best:
                kept = self._by_kind([one for one in kept if one.own] or kept, mention)
                chosen += kept if context.districts else self._of_one_era(kept)
            said = max(best, key=lambda pair: bool(pair[0].districts))[0]
        else:
            chosen, most, said = [], 0, contexts[0]
        unread = max((context.plain for context in contexts), default=0) > (said.plain if fitting else 0)
        if unread or not chosen:  # something named does not fit: all that bears the name is asked about
            if not mention.kind:
                return None  # the name of a street or of a person, beside a district
            chosen = self._by_kind([one for one in units if one.own] or units, mention)
            chosen = self._of_one_era(chosen)
            said = max(contexts, key=lambda one: one.plain)
        if fitting and not mention.kind and not most:
            chosen = self._or_of_its_district(chosen, mention)
        start = min([mention.start, *(at for at, _ in said.spans)])
        end = max([mention.end, *(to for _, to in said.spans)])
        asked = unread or bool(fitting and loose)
        place = replace(self._found(chosen, mention, start, end), contradicts=asked)
        return _Reading((bool(most) and not unread, bool(mention.kind)), mention.words, place)

    def _or_of_its_district(self, units: list[Unit], mention: Mention) -> list[Unit]:
        """A bare name that an old district bore too may mean any commune of it."""
        ids = self._district_ids(mention) if mention.key in self._index.districts else frozenset()
        codes = {code for district in ids for code in self._made_of.get(district, ())}
        if not codes or len(codes) > ASKED_AT_MOST:
            return units
        return [*units, *(unit for code in sorted(codes) for unit in self._now.get(code, ()) if unit not in units)]

    def _contexts(self, mention: Mention, every: Sequence[Mention]) -> list[_Context]:
        """The ways to read what stands beside a commune: as its district, as its province, as both, as neither."""
        beside = [one for one in _beside(mention, every) if mention.kind or one.first > mention.last]
        if not mention.kind:
            beside = [one for one in beside if one.chained or one.beside]
        districts = [one for one in beside if one.level == "district"]
        provinces = [one for one in beside if one.level == "province"]
        found = [_Context(frozenset(), frozenset(), (), 0, 0)]
        for district in (None, *districts):
            for province in (None, *provinces):
                if (district, province) == (None, None) or (district and province and _overlap(district, province)):
                    continue
                used = [one for one in (district, province) if one is not None]
                found.append(
                    _Context(
                        self._district_ids(district) if district else frozenset(),
                        self._province_keys(province) if province else frozenset(),
                        tuple((one.start, one.end) for one in used),
                        sum(one.words + bool(one.kind) for one in used),
                        sum(one.words + bool(one.kind) for one in used if one.kind or one.chained),
                    )
                )
        return found

    @staticmethod
    def _of_one_era(units: list[Unit]) -> list[Unit]:
        """Without a district the name is today's, if there is one of today; then that of 2025-06-30."""
        for era in ("now", "old", "earlier"):
            if found := [one for one in units if one.era == era]:
                return found
        return units

    def _found(self, units: Sequence[Unit], mention: Mention, start: int, end: int) -> PlaceFound:
        if any(one.era != "earlier" for one in units):
            units = [one for one in units if one.era != "earlier"]
        codes = list(dict.fromkeys(code for one in units for code in one.communes))
        old = next((one.full for one in units if one.era == "old"), None)
        if units and units[0].era == "now":
            old = None
        if any(one.own for one in units):
            communes = tuple(self.communes[code] for code in codes if code in self.communes)
            return PlaceFound(communes, old, start=start, end=end)
        elsewhere = tuple(Elsewhere(self._all[code].name, self._provinces[self._all[code].province]) for code in codes)
        return PlaceFound((), old, elsewhere, start=start, end=end)

    def _district_ids(self, mention: Mention) -> frozenset[str]:
        return frozenset(self._fitting_entries(self._index.districts[mention.key], mention))

    def _province_keys(self, mention: Mention) -> frozenset[str]:
        return frozenset(self._fitting_entries(self._index.provinces[mention.key], mention))

    @staticmethod
    def _fitting_entries(entries: Sequence[tuple[str, str, str]], mention: Mention) -> list[str]:
        """Of (kind, spelled, id): those spelled so where marks were written, of the kind that was written."""
        if mention.marked:
            entries = [one for one in entries if one[1] == mention.spelled] or entries
        return [one[2] for one in entries if one[0] == mention.kind] or [one[2] for one in entries]

    def _only_district(self, every: Sequence[Mention]) -> PlaceFound | None:
        """A district without a commune: the communes that were made of it, to choose from."""
        for one in every:
            if one.level != "district" or not one.kind:
                continue
            ids = self._district_ids(one)
            codes = sorted({code for district in ids for code in self._made_of.get(district, ())})
            if 0 < len(codes) <= ASKED_AT_MOST:
                return PlaceFound(tuple(self.communes[code] for code in codes), None, (), True, one.start, one.end)
        return None

    def nearest(self, lat: float, lon: float, count: int = 3) -> list[tuple[CommuneEntry, float]]:
        """Communes by distance of their centre, in km; boundaries are not known, so ask."""
        measured = [
            (entry, distance_km(lat, lon, entry.lat, entry.lon))
            for entry in self.communes.values()
            if entry.lat is not None and entry.lon is not None
        ]
        return sorted(measured, key=lambda pair: pair[1])[:count]


@dataclass(frozen=True, slots=True)
class _Context:
    """District and province as they may be meant; ``words`` of them, and how many of these are ``plain``: named with
    their kind or right after the commune, so that they may not be passed over."""

    districts: frozenset[str]
    provinces: frozenset[str]
    spans: tuple[tuple[int, int], ...]
    words: int
    plain: int

    def kept(self, units: Sequence[Unit]) -> list[Unit]:
        """The units that lie there."""
        return [
            one for one in units
            if (not self.districts or one.districts & self.districts)
            and (not self.provinces or one.provinces & self.provinces)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reading:
    """``rank``: with a district or province that fits, with its kind."""

    rank: tuple[bool, bool]
    words: int
    place: PlaceFound

    def holds(self, other: _Reading) -> bool:
        """Whether the other names only what this one took as its district or province."""
        return (
            self.place.start < other.place.start <= other.place.end <= self.place.end and self.rank[0]
            and not other.rank[1]
        )  # fmt: skip


def _communes_of(every: Sequence[Mention]) -> list[Mention]:
    """Mentions of communes that may count: a bare name only where nothing with its kind stands beside."""
    return [one for one in every if one.level == "commune"]


def _overlap(one: Mention, other: Mention) -> bool:
    return one.first <= other.last and other.first <= one.last


def _beside(mention: Mention, every: Sequence[Mention]) -> list[Mention]:
    """Districts and provinces that belong to a commune: after it in its chain, or anywhere with their kind."""
    found, reach = [], mention.last
    for one in every:
        if one.level == "commune" or _overlap(one, mention):
            continue
        if mention.last < one.first <= reach + 1 + one.linked:
            found.append(replace(one, chained=not one.kind, beside=True))
            reach = max(reach, one.last)
        elif one.kind:
            found.append(one)
    return found


def _joined(places: Sequence[PlaceFound]) -> PlaceFound:
    """Several communes named alike well: all are choices."""
    if len(places) == 1:
        return places[0]
    communes = dict.fromkeys(one for place in places for one in place.communes)
    elsewhere = dict.fromkeys(one for place in places for one in place.elsewhere)
    return PlaceFound(
        tuple(communes),
        places[0].old_name if len(communes) == 1 else None,
        () if communes else tuple(elsewhere),
        any(place.contradicts for place in places) and len(communes) == 1,
        min(place.start for place in places),
        max(place.end for place in places),
    )


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in km (haversine)."""
    a1, a2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((a2 - a1) / 2) ** 2 + math.cos(a1) * math.cos(a2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))
