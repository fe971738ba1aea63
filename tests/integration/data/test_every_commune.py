"""Every commune of the country, of today and of 2025-06-30, named in the forms people write, in the installation of its
province: right, or asked with the right one among the choices; never silently another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from feedback_store.places.country import Country, OldUnit, Province, country
from feedback_store.places.gazetteer import Gazetteer
from vitext import fold

SHORT = {
    "Phường ": "P. ", "Xã ": "X. ", "Thị trấn ": "TT. ", "Quận ": "Q. ", "Huyện ": "H. ", "Thị xã ": "TX. ",
    "Thành phố ": "TP. ", "Tỉnh ": "T. ", "Đặc khu ": "ĐK. ",
}  # fmt: skip


def abbreviated(name: str) -> str:
    kind = next(kind for kind in SHORT if name.startswith(kind))
    return SHORT[kind] + name.removeprefix(kind)


def bare(name: str) -> str:
    return name.removeprefix(next(kind for kind in SHORT if name.startswith(kind)))


def old_forms(unit: OldUnit) -> Iterator[tuple[str, str]]:
    name, district, province = unit.name, unit.district, unit.province
    three = f"{bare(name)}, {bare(district)}, {bare(province)}"
    yield "with kinds", f"{name}, {district}"
    yield "in a sentence", f"đèn đường tắt ở {name.lower()}, {district.lower()} mấy hôm nay"
    yield "bare", three
    yield "bare, no marks", fold(three)
    yield "no marks, no commas", fold(f"{name} {district}")
    yield "abbreviated", f"{abbreviated(name)}, {abbreviated(district)}"
    yield "abbreviated, close", f"{abbreviated(name)},{abbreviated(district)}".replace(". ", ".").lower()
    yield "abbreviated, no marks", fold(f"{abbreviated(name)} {abbreviated(district)}")
    yield "capitals, with the province", f"{name}, {district}, {province}".upper()


def installation(of: Province, whole: Country) -> Gazetteer:
    return Gazetteer(whole.communes_of(of.code), whole.old_of(of.code), whole)


def outcome(given: set[str], wanted: set[str]) -> str:
    if given == wanted:
        return "right"
    if wanted <= given:
        return "asked"
    return "wrong" if len(given) == 1 else "missed"


def told(find: Callable[[str], object], text: str, wanted: set[str]) -> tuple[str, str]:
    place = find(text)
    given = {one.code for one in place.communes} if place is not None else set()  # type: ignore[attr-defined]
    kind = outcome(given, wanted)
    return kind, f"{text}: {sorted(given)}, wanted {sorted(wanted)}"


@pytest.mark.parametrize("of", country().provinces, ids=lambda of: of.slug)
def test_old_communes_lead_to_their_successors(of: Province) -> None:
    places = installation(of, country())
    counted: Counter[str] = Counter()
    faults: list[str] = []
    for unit in country().old_of(of.code):
        wanted = set(unit.communes) & places.communes.keys()
        for form, text in old_forms(unit):
            kind, words = told(places.find, text, wanted)
            counted[kind] += 1
            if kind in ("wrong", "missed"):
                faults.append(f"{form}: {words}")
    assert not faults, faults[:20]
    assert counted["asked"] <= 0.06 * counted.total(), counted


@pytest.mark.parametrize("of", country().provinces, ids=lambda of: of.slug)
def test_communes_of_today_are_read_by_their_name(of: Province) -> None:
    places = installation(of, country())
    names = Counter(fold(one.name) for one in places.communes.values())
    for entry in places.communes.values():
        forms = [entry.name, entry.name.lower(), f"{entry.name}, {of.name}", f"rác ở {entry.name.lower()} không ai dọn"]
        for text in forms:
            kind, words = told(places.find, text, {entry.code})
            assert kind == "right", words
        kind, words = told(places.find, fold(entry.name), {entry.code})
        assert kind == ("right" if names[fold(entry.name)] == 1 else "asked"), words


def test_an_old_commune_is_not_taken_for_one_of_its_name_elsewhere() -> None:
    """Names that stand in many provinces: read in another one, they are said to lie elsewhere or are asked."""
    whole = country()
    an_giang = installation(next(one for one in whole.provinces if one.slug == "an-giang"), whole)
    for unit in whole.old:
        if unit.province == "Thành phố Hải Phòng":
            place = an_giang.find(f"{unit.name}, {unit.district}, {unit.province}")
            assert place is not None
            assert place.sure is None, (unit, place)
            assert place.contradicts or {one.province.slug for one in place.elsewhere} == {"hai-phong"}, (unit, place)
