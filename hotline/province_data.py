"""Make ``data/provinces/communes.csv`` and ``old-units.csv`` from two packages with free licences.

A province without ``SLUG.yaml`` gets one with sample agencies, which people edit; those there are stay.

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
from typing import Any

import yaml

from feedback_store.places.country import Province, provinces
from vitext import fold

DATA = Path(__file__).resolve().parents[1] / "data" / "provinces"


# Sample agencies that every province has; {province}: "tỉnh An Giang", {short}: "An Giang".
_AGENCIES = {
    "so-xay-dung": "Sở Xây dựng {short}",
    "so-nnmt": "Sở Nông nghiệp và Môi trường {short}",
    "so-khcn": "Sở Khoa học và Công nghệ {short}",
    "so-y-te": "Sở Y tế {short}",
    "so-noi-vu": "Sở Nội vụ {short}",
    "so-gddt": "Sở Giáo dục và Đào tạo {short}",
    "bhxh": "Bảo hiểm xã hội {province}",
    "csgt": "Phòng Cảnh sát giao thông, Công an {province}",
    "dien-luc": "Công ty Điện lực {short}",
    "cong-ty-cap-nuoc": "Công ty Cấp nước {short}",
    "cong-ty-thoat-nuoc": "Công ty Thoát nước {short}",
    "don-vi-cay-xanh": "Công ty Công viên và Cây xanh {short}",
    "don-vi-chieu-sang": "Đơn vị quản lý chiếu sáng công cộng {short}",
    "tt-pvhcc": "Trung tâm Phục vụ hành chính công {province}",
    "vp-ubnd": "Văn phòng UBND {province}",
    "tt-1022": "Trung tâm 1022 {short}",
}
_OTHER_NAMES = {("dien-luc", "01"): "Tổng công ty Điện lực thành phố Hà Nội",
                ("dien-luc", "79"): "Tổng công ty Điện lực thành phố Hồ Chí Minh"}  # fmt: skip
_SOURCE = "vietnamadminunits 1.0.4 (MIT) và underthesea 9.5.0 (Apache-2.0); tên sở, công ty là dữ liệu mẫu"


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


def _kind_written(name: str) -> str:
    """ "Thị Trấn Prao" as all others are written: "Thị trấn Prao"."""
    return re.sub(r"^(Thị|Thành) (Trấn|Xã|Phố) ", lambda kind: kind.group().capitalize(), name)


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


def sample_document(province: Province) -> dict[str, Any]:
    """What ``SLUG.yaml`` of a province holds before people edit it."""
    kind = "thành phố" if province.name.startswith("Thành phố") else "tỉnh"
    names = {"short": province.short, "province": f"{kind} {province.short}"}
    return {
        "province": {"code": province.code, "name": province.name, "source": _SOURCE},
        "agencies": [
            {"code": code, "kind": code, "name": _OTHER_NAMES.get((code, province.code)) or title.format(**names)}
            for code, title in _AGENCIES.items()
        ],
        "commune_agencies": [
            {"kind": "ubnd-xa", "name": "UBND {commune}"},
            {"kind": "cong-an-xa", "name": "Công an {commune}"},
        ],
    }


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
    old = [
        (code, _kind_written(name), _kind_written(district), *rest, " ".join(sorted(found[code])), _earlier(name, also))
        for code, name, district, *rest, also in base.execute(query)
    ]
    _write("old-units.csv", ["code", "name", "district", "province", "lat", "lon", "communes", "earlier"], old)
    for province in provinces():
        if not (target := DATA / f"{province.slug}.yaml").exists():
            text = yaml.safe_dump(sample_document(province), allow_unicode=True, sort_keys=False, width=1000)
            target.write_text(text, "utf-8")
    print(f"{len(communes)} communes, {len(old)} old communes, {sum(len(one) for one in found.values())} successions")


if __name__ == "__main__":
    main()
