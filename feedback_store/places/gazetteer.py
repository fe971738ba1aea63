"""A gazetteer of the communes in force and the wards abolished on 2025-07-01.

Names are compared folded, so diacritics are optional; the longest name in the text wins. A bare name
("Lê Chân") counts only after a word for a commune or district or at the end, because streets carry
the same names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from vitext import fold

_KIND = re.compile(r"^(phuong|xa|thi tran|dac khu)\s+")
# A bare name is a commune's after these; streets, bridges and schools bear the same names.
_WITHIN = frozenset({"o", "tai", "thuoc", "ben", "tren"})
_ABBREVIATED = (
    (re.compile(r"\b(?:p|f|ph|phg)(?:\.\s*|\s+(?=[a-z])|(?=\d))"), "phuong "),
    (re.compile(r"\bx\.\s*(?=[a-z])"), "xa "),
    (re.compile(r"\btt\.\s*(?=[a-z])"), "thi tran "),
)


@dataclass(frozen=True, slots=True)
class CommuneEntry:
    code: str
    name: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class OldWardEntry:
    old_name: str
    old_district: str | None
    commune_code: str


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """``communes``: one when it is sure, several to ask which; ``old_name`` set when an old ward was named."""

    communes: tuple[CommuneEntry, ...]
    old_name: str | None = None


def plain(text: str) -> str:
    """Folded words with the abbreviations of communes written out."""
    folded = fold(text)
    for pattern, full in _ABBREVIATED:
        folded = pattern.sub(full, folded)
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


class Gazetteer:
    """Immutable; build once per version of the rows."""

    def __init__(self, communes: Iterable[CommuneEntry], old_wards: Iterable[OldWardEntry]) -> None:
        self.communes = {entry.code: entry for entry in communes}
        self._full: dict[str, list[str]] = {}
        self._bare: dict[str, list[str]] = {}
        for entry in self.communes.values():
            name = plain(entry.name)
            self._full.setdefault(name, []).append(entry.code)
            self._bare.setdefault(_KIND.sub("", name), []).append(entry.code)
        self._old: dict[str, list[OldWardEntry]] = {}
        for ward in old_wards:
            self._old.setdefault(plain(ward.old_name), []).append(ward)

    def find(self, text: str) -> PlaceFound | None:
        """The commune that a text names; old wards lead to their successors."""
        here, last = f" {plain(text)} ", plain(text.rsplit(",", 1)[-1])
        best = max((n for n in self._full if f" {n} " in here), key=len, default=None)
        if best is not None:
            return PlaceFound(tuple(self.communes[c] for c in self._full[best]))
        old = max((n for n in self._old if f" {n} " in here), key=len, default=None)
        if old is not None:
            return self._successors(old, here)
        bare = max((n for n in self._bare if self._named_bare(n, here, last)), key=len, default=None)
        if bare is not None:
            return PlaceFound(tuple(self.communes[c] for c in self._bare[bare]))
        return None

    def _named_bare(self, name: str, here: str, last: str) -> bool:
        """A name alone, after the last comma, or after the wrong one of "phường" and "xã" (often mixed up)."""
        if any(f" {kind} {name} " in here for kind in ("phuong", "xa", "thi tran")):
            return True
        if len(name.split()) < 2 or not here.endswith(f" {name} "):
            return False
        before = here[: -len(name) - 1].split()
        return not before or before[-1] in _WITHIN or last == name

    def _successors(self, name: str, here: str) -> PlaceFound:
        wards = self._old[name]
        named = [w for w in wards if w.old_district and f" {_district(w.old_district)} " in here]
        codes = dict.fromkeys(w.commune_code for w in named or wards)
        return PlaceFound(tuple(self.communes[c] for c in codes if c in self.communes), wards[0].old_name)

    def find_old(self, text: str) -> tuple[PlaceFound, bool] | None:
        """The ward abolished in 2025 that a text names, also where a commune of today has its name; and whether the
        text names its district too."""
        here = f" {plain(text)} "
        name = max((n for n in self._old if f" {n} " in here), key=len, default=None)
        if name is None:
            return None
        rest = here.replace(f" {name} ", "  ", 1)
        named = any(w.old_district and f" {_district(w.old_district)} " in rest for w in self._old[name])
        return self._successors(name, rest), named

    def nearest(self, lat: float, lon: float, count: int = 3) -> list[tuple[CommuneEntry, float]]:
        """Communes by distance of their centre, in km; boundaries are not known, so ask."""
        measured = [
            (entry, distance_km(lat, lon, entry.lat, entry.lon))
            for entry in self.communes.values()
            if entry.lat is not None and entry.lon is not None
        ]
        return sorted(measured, key=lambda pair: pair[1])[:count]


def _district(name: str) -> str:
    return re.sub(r"^(quan|huyen|thi xa|thanh pho)\s+", "", plain(name))


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in km (haversine)."""
    a1, a2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((a2 - a1) / 2) ** 2 + math.cos(a1) * math.cos(a2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))
