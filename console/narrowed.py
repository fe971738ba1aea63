"""What narrows a list, in words, with the ways out of it; and the quick choices of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from console import words
from feedback_store.texts import render

DAYS = {"hom-nay": (0, 0), "hom-qua": (1, 1), "bay-ngay": (6, 0)}
"""Quick choices: how many days ago the first and the last day of the receipt are."""


def chosen_days(name: str, today: dt.date) -> dict[str, str]:
    """The parameters ``tu`` and ``den`` of a quick choice; none of an unknown one."""
    if name not in DAYS:
        return {}
    first, last = (today - dt.timedelta(days=ago) for ago in DAYS[name])
    return {"tu": first.isoformat(), "den": last.isoformat()}


def filters_said(given: Mapping[str, str], options: Mapping[str, Any]) -> list[str]:
    """Each filter that is set, as its field shows it: ``Rác thải``, ``nhận từ 22/11/2026``."""
    named = {
        "linh_vuc": {one.code: one.name for one in options["categories"]},
        "don_vi": {str(one.id): one.name for one in options["agencies"]},
        "xa": {one.code: one.name for one in options["communes"]},
        "nhom": {},
        "kenh": {given.get("kenh", ""): words.channel(given.get("kenh", ""))},
        "nguon": {code: render(f"console.source_{code}") for code in ("moi", "cu")},
    }
    said = [names.get(given[key], given[key]) for key, names in named.items() if given.get(key)]
    days = {key: f"{dt.date.fromisoformat(given[key]):%d/%m/%Y}" for key in ("tu", "den") if given.get(key)}
    if len(days) == 2 and days["tu"] == days["den"]:
        return [*said, render("console.received_on", day=days["tu"])]
    return [*said, *(render(f"console.received_{key}", day=day) for key, day in days.items())]
