"""What the data of each province holds, and what is missing in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from feedback_store.defaults import province_document, read_yaml
from feedback_store.places.country import country, province_named, provinces
from feedback_store.places.pins import in_country


@dataclass(frozen=True, slots=True)
class Summary:
    slug: str
    code: str
    name: str
    communes: int
    old: int


def summaries() -> list[Summary]:
    """In the order of their codes."""
    whole = country()
    return [
        Summary(one.slug, one.code, one.name, len(whole.communes_of(one.code)), len(whole.old_of(one.code)))
        for one in provinces()
    ]


def shown(slug: str) -> Iterator[str]:
    """Lines that tell a province's communes. Raises ``FileNotFoundError``."""
    of = province_named(slug)
    made: dict[str, list[str]] = {}
    for old in country().old_of(of.code):
        for code in old.communes:
            made.setdefault(code, []).append(f"{old.name} ({old.district}, {old.province})")
    yield f"{of.name}, code {of.code}, area code {of.area_code}"
    for one in country().communes_of(of.code):
        yield f"{one.code} {one.name} {one.lat}, {one.lon}: {'; '.join(made.get(one.code, ['—']))}"


def checked(slug: str) -> tuple[list[str], list[str]]:
    """What there is, and every gap. Raises ``FileNotFoundError`` for a province there is not."""
    of, whole = province_named(slug), country()
    communes, old = whole.communes_of(of.code), whole.old_of(of.code)
    codes = {one.code for one in whole.communes}
    successors = Counter(len(one.communes) for one in old)
    districts = {(one.district, one.province) for one in old}
    kinds = {entry["agency"] for entry in read_yaml("categories.yaml")["leaves"]}
    document = province_document(of)
    agencies = {entry["kind"] for entry in (*document["agencies"], *document["commune_agencies"])}
    told = [
        f"{of.name} (code {of.code}, area code {of.area_code})",
        f"communes: {len(communes)}",
        f"old communes of 2025-06-30: {len(old)} in {len(districts)} districts of "
        f"{', '.join(sorted({one.province for one in old}))}",
        f"successions: {sum(n * count for n, count in successors.items())}; "
        f"{sum(count for n, count in successors.items() if n > 1)} old communes with several successors",
        f"sample agencies: {len(document['agencies'])}, and {len(document['commune_agencies'])} of every commune",
    ]
    gaps = [f"{one.name} ({one.code}) has no centre" for one in communes if one.lat is None or one.lon is None]
    gaps += [
        f"{one.name} ({one.code}): its centre {one.lat}, {one.lon} lies outside of the country"
        for one in communes if one.lat is not None and one.lon is not None and not in_country(one.lat, one.lon)
    ]  # fmt: skip
    named = Counter(one.name for one in communes)
    gaps += [f"{name} stands {count} times" for name, count in named.items() if count > 1]
    made_of = {code for one in old for code in one.communes}
    gaps += [
        f"{one.name} ({one.code}) was made of no old commune"
        for one in communes if one.code not in made_of and not one.name.startswith("Đặc khu ")
    ]  # fmt: skip
    gaps += [f"{one.name}, {one.district} has no successor" for one in old if not one.communes]
    lost = [(one, code) for one in old for code in one.communes if code not in codes]
    gaps += [f"{one.name}, {one.district}: no commune {code}" for one, code in lost]
    gaps += [f"no agency of kind {kind}, which reports need" for kind in sorted(kinds - agencies)]
    return told, gaps
