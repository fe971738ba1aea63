"""Make ``data/provinces/NAME.yaml`` and ``NAME-old-wards.csv`` from two MIT-licensed packages.

Run once per province by whoever prepares an installation; the made files are committed and edited:

    python -m hotline.province_data "Thành phố Hải Phòng" hai-phong

Communes (code, name, centre) come from ``vietnamadminunits``, the successors of abolished wards from
``underthesea``'s address mapping; both describe the units in force since 2025-07-01.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import sqlite3
import sys
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parents[1] / "data"


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"the package {name} is missing; install it in this environment first")
    return Path(spec.origin).parent


def communes(province: str) -> list[dict[str, object]]:
    base = sqlite3.connect(package_folder("vietnamadminunits") / "data" / "dataset.db")
    rows = base.execute(
        "SELECT wardCode, ward, round(wardLat, 4), round(wardLon, 4) FROM admin_units"
        " WHERE province = ? ORDER BY wardCode",
        [province],
    )
    return [{"code": code, "name": name, "lat": lat, "lon": lon} for code, name, lat, lon in rows]


def old_wards(province: str, by_name: dict[str, str]) -> list[tuple[str, str, str, str]]:
    mapping = json.loads((package_folder("underthesea") / "address" / "data" / "mapping.json").read_text("utf-8"))
    return sorted(
        {
            (row["old_ward"], row["old_district"], row["old_province"], by_name[row["new_ward"]])
            for row in mapping["ward_mapping"]
            if row["new_province"] == province and row.get("new_ward") in by_name and row["old_ward"]
        }
    )


def main(province: str, file: str) -> None:
    target = DATA / "provinces" / f"{file}.yaml"
    found = communes(province)
    document = yaml.safe_load(target.read_text("utf-8")) if target.exists() else {"province": {"name": province}}
    document["communes"] = found
    target.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=200), "utf-8")
    rows = old_wards(province, {str(c["name"]): str(c["code"]) for c in found})
    with (DATA / "provinces" / f"{file}-old-wards.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["old_ward", "old_district", "old_province", "commune_code"])
        writer.writerows(rows)
    print(f"{len(found)} communes, {len(rows)} successions of old wards")


if __name__ == "__main__":
    main(*sys.argv[1:3])
