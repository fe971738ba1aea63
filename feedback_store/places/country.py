"""The units of the whole country, from ``data/provinces``: of today, and of 2025-06-30 with what became of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vitext import fold

FOLDER = Path(__file__).resolve().parents[2] / "data" / "provinces"


@dataclass(frozen=True, slots=True)
class Province:
    """One of the 34 of today. ``slug``: its name in settings; ``area_code``: of its centre, before 1022."""

    slug: str
    code: str
    name: str
    area_code: str
    abbreviations: tuple[str, ...]

    @property
    def short(self) -> str:
        """Name without its kind: "Hải Phòng"."""
        return self.name.removeprefix("Thành phố ").removeprefix("Tỉnh ")


@dataclass(frozen=True, slots=True)
class CommuneEntry:
    """A commune, ward or special zone in force since 2025-07-01; degrees of its centre, where known."""

    code: str
    name: str
    lat: float | None
    lon: float | None
    province: str = ""


@dataclass(frozen=True, slots=True)
class OldUnit:
    """A commune of 2025-06-30. ``communes``: codes of its successors; ``earlier``: what had merged into it before,
    folded and without blanks, with their kinds."""

    name: str
    district: str
    province: str
    communes: tuple[str, ...]
    earlier: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class EarlierDistrict:
    """A district that was renamed or merged before 2025-06-30, and the one that it became part of."""

    name: str
    district: str
    province: str


@dataclass(frozen=True, slots=True)
class Country:
    provinces: tuple[Province, ...]
    communes: tuple[CommuneEntry, ...]
    old: tuple[OldUnit, ...]
    earlier_districts: tuple[EarlierDistrict, ...]

    def province(self, code: str) -> Province:
        """By its code. Raises ``KeyError``."""
        return next((one for one in self.provinces if one.code == code), None) or _missing(code)

    def is_province(self, words: str) -> bool:
        """Whether words are the name of a province and nothing else."""
        return fold(words).strip(" ,.") in {fold(one.short) for one in self.provinces}

    def communes_of(self, province: str) -> list[CommuneEntry]:
        """Communes of a province's code."""
        return [one for one in self.communes if one.province == province]

    def old_of(self, province: str) -> list[OldUnit]:
        """Old communes with a successor in the province of this code."""
        here = {one.code for one in self.communes_of(province)}
        return [one for one in self.old if here.intersection(one.communes)]


def _missing(code: str) -> Province:
    raise KeyError(code)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def provinces() -> tuple[Province, ...]:
    """The 34 provinces, in the order of their codes."""
    return tuple(
        Province(row["slug"], row["code"], row["name"], row["area_code"], tuple(row["abbreviations"].split()))
        for row in _rows("provinces.csv")
    )


def province_named(slug: str) -> Province:
    """The province of ``HOTLINE_PROVINCE``. Raises ``FileNotFoundError`` with the names there are."""
    found = next((one for one in provinces() if one.slug == slug), None)
    if found is None:
        raise FileNotFoundError(f"no province {slug!r}; there are: {', '.join(one.slug for one in provinces())}")
    return found


@cache
def country() -> Country:
    """Everything, read once (some 15,000 rows)."""
    communes = tuple(
        CommuneEntry(row["code"], row["name"], float(row["lat"]), float(row["lon"]), row["province"])
        for row in _rows("communes.csv")
    )
    old = tuple(
        OldUnit(
            row["name"], row["district"], row["province"], tuple(row["communes"].split()),
            tuple(row["earlier"].split()), float(row["lat"]), float(row["lon"]),
        )
        for row in _rows("old-units.csv")
    )  # fmt: skip
    districts = tuple(EarlierDistrict(**row) for row in _rows("earlier-districts.csv"))
    return Country(provinces(), communes, old, districts)
