"""Make ``data/provinces/communes.csv`` and ``old-units.csv`` from two packages with free licences.

Run once per release of the packages by whoever prepares the data; the made files are committed:

    python -m hotline.province_data

Communes in force since 2025-07-01 (code, name, centre) and the communes of 2025-06-30 with their centres come from
``vietnamadminunits`` (MIT), what became of each from ``underthesea``'s address mapping (Apache-2.0). Where two names of
one district differ in marks alone, that mapping leaves the name out and keeps it in its key ("xãcẩmgiang"): the key is
read then, so that no commune is missing.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from vitext import fold

DATA = Path(__file__).resolve().parents[1] / "data" / "provinces"


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"the package {name} is missing; install it in this environment first")
    return Path(spec.origin).parent


def _squeezed(name: str) -> str:
    return re.sub(r"[\s'’-]", "", name).lower()


def successions(mapping: Iterable[dict[str, str]], base: sqlite3.Connection) -> dict[str, list[str]]:
    """Codes of the successors of every old commune, by its code. Raises ``SystemExit`` for what cannot be placed."""
    old, new = {}, {}
    query = "SELECT province, district, ward, wardCode FROM admin_units_legacy WHERE ward IS NOT NULL"
    for province, district, ward, code in base.execute(query):
        old[province, district, _squeezed(ward)] = code
    for province, ward, code in base.execute("SELECT province, ward, wardCode FROM admin_units"):
        new[province, _squeezed(ward)] = code
    found: dict[str, list[str]] = defaultdict(list)
    for row in mapping:
        before = _squeezed(row["old_ward"]) or row["old_ward_key"]
        after = _squeezed(row["new_ward"]) or row["new_ward_key"]
        if not before:
            continue  # an island district without communes, which became a special zone
        code = old[row["old_province"], row["old_district"], before]
        successor = new[row["new_province"], after]
        if successor not in found[code]:
            found[code].append(successor)
    missing = set(old.values()) - set(found)
    if missing:
        raise SystemExit(f"{len(missing)} old communes without successor: {sorted(missing)[:10]}")
    return found


def _earlier(name: str, aliases: str | None) -> str:
    """Names that merged into this commune before 2025, folded and without blanks: "phuongquynhloi"."""
    kinds = ("phuong", "xa", "thitran")
    names = [one for one in json.loads(aliases or "[]") if one.startswith(kinds)]
    return " ".join(one for one in dict.fromkeys(names) if one != fold(_squeezed(name)))


def _write(name: str, head: list[str], rows: Iterable[tuple[object, ...]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def main() -> None:
    base = sqlite3.connect(package_folder("vietnamadminunits") / "data" / "dataset.db")
    mapping = json.loads((package_folder("underthesea") / "address" / "data" / "mapping.json").read_text("utf-8"))
    found = successions(mapping["ward_mapping"], base)
    query = "SELECT wardCode, provinceCode, ward, round(wardLat, 4), round(wardLon, 4) FROM admin_units ORDER BY 2, 1"
    communes = list(base.execute(query))
    _write("communes.csv", ["code", "province", "name", "lat", "lon"], communes)
    query = (
        "SELECT wardCode, ward, district, province, round(wardLat, 4), round(wardLon, 4), wardAlias"
        " FROM admin_units_legacy WHERE ward IS NOT NULL ORDER BY 1"
    )
    old = [(*row, " ".join(sorted(found[row[0]])), _earlier(row[1], alias)) for *row, alias in base.execute(query)]
    _write("old-units.csv", ["code", "name", "district", "province", "lat", "lon", "communes", "earlier"], old)
    print(f"{len(communes)} communes, {len(old)} old communes, {sum(len(one) for one in found.values())} successions")


if __name__ == "__main__":
    main()
