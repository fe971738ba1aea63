"""What the console edited, in the form of the repository's default files (decision 16).

An installation that edited nothing gets the files back byte for byte, so a comparison of a download
with its file shows what was edited and nothing else.
"""

from __future__ import annotations

import json
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.defaults import DATA, province_document
from feedback_store.places.country import country, provinces
from feedback_store.tables import Agency, Category, CategoryGroup, Commune, RoutingRule


def categories_file(session: Session) -> str:
    """``data/categories.yaml`` of this installation, with the comments at the head of the file."""
    head = (DATA / "categories.yaml").read_text(encoding="utf-8").partition("groups:\n")[0]
    groups = session.scalars(select(CategoryGroup).order_by(CategoryGroup.position, CategoryGroup.code))
    leaves = session.scalars(select(Category).order_by(Category.position, Category.code))
    lines = ["groups:", *(f"  - {{code: {one.code}, name: {_quoted(one.name)}}}" for one in groups), "leaves:"]
    for one in leaves:
        fields = [f"code: {one.code}", f"name: {_quoted(one.name)}", f"sla: {one.service_class}"]
        fields.append(f"agency: {one.agency_kind}")
        if one.group_code != one.code.split(".")[0]:
            fields.append(f"group: {one.group_code}")
        if not one.active:
            fields.append("active: false")
        lines.append(f"  - {{{', '.join(fields)}}}")
    return head + "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def province_file(session: Session) -> tuple[str, str]:
    """Name and text of ``data/provinces/NAME.yaml`` of this installation: the agencies that the file does
    not yield by itself are listed, and routing rules stand under ``routing``."""
    name, document, communes = _own_province(session)
    template = {entry["kind"]: entry["name"] for entry in document["commune_agencies"]}
    rows = {row.id: row for row in session.scalars(select(Agency).order_by(Agency.id))}
    listed = []
    for row in rows.values():
        usual = template.get(row.kind, "").format(commune=communes.get(row.commune_code or "", ""))
        by_itself = row.code == f"{row.kind}-{row.commune_code}" and row.name == usual
        if by_itself and row.calendar_code == "vn-office" and row.dissolved_at is None:
            continue
        entry = {"code": row.code, "kind": row.kind, "name": row.name}
        if row.commune_code is not None:
            entry["commune"] = row.commune_code
        if row.calendar_code != "vn-office":
            entry["calendar"] = row.calendar_code
        if row.dissolved_at is not None and row.successor_id is not None:
            entry["dissolved"] = row.dissolved_at.isoformat()
            entry["successor"] = rows[row.successor_id].code
        listed.append(entry)
    document["agencies"] = listed
    rules = session.scalars(select(RoutingRule).order_by(RoutingRule.valid_from, RoutingRule.id))
    routing = [_rule(row, rows[row.agency_id].code) for row in rules]
    if routing:
        document["routing"] = routing
    return name, yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=1000)


def _own_province(session: Session) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Name of the file, the document it starts from, and the communes' names by their codes."""
    code = session.scalar(select(Commune.province_code).limit(1))
    province = next((one for one in provinces() if one.code == code), None)
    if province is None:
        raise FileNotFoundError(f"no province of code {code}")
    names = {one.code: one.name for one in country().communes_of(province.code)}
    return f"{province.slug}.yaml", province_document(province), names


def _rule(row: RoutingRule, agency: str) -> dict[str, str]:
    values = {
        "category": row.category_code,
        "commune": row.commune_code,
        "agency": agency,
        "from": row.valid_from.isoformat(),
        "to": row.valid_to.isoformat() if row.valid_to else None,
        "note": row.note,
    }
    return {key: value for key, value in values.items() if value is not None}
