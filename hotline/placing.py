"""Judging the reading of places against sentences with their answers."""

from __future__ import annotations

from typing import Any

from feedback_store.places.country import provinces
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.places.names import words_of
from feedback_store.places.reading import PlaceRead, read_place
from hotline.reading import installation
from hotline.settings import Settings


class Judge:
    """Judges lines, each in the installation of its province. Raises ``FileNotFoundError`` for a province there is
    not, ``KeyError`` for a line without a text."""

    def __init__(self, province: str) -> None:
        self._default, self._made = province or Settings().province, dict[str, Gazetteer]()

    def _places(self, province: str) -> Gazetteer:
        slug = next((one.slug for one in provinces() if one.code == province), province)
        if slug not in self._made:
            self._made[slug] = installation(slug)
        return self._made[slug]

    def __call__(self, line: dict[str, Any]) -> dict[str, Any]:
        """``commune``: right, asked, left (nothing is named, nothing was read), wrong, missed, invented, "" where it
        is not judged; ``span``: right, wrong or ""; words ``hit``, ``read`` and ``there``; what to tell of it."""
        text = line["text"]
        read = read_place(text, self._places(str(line.get("province") or self._default)))
        told = {"text": text, "wanted": {k: line[k] for k in ("commune", "communes", "place") if k in line}}
        told["read"] = {"place": read and text[read.start : read.end], **_communes(read)}
        return {"commune": _commune(line, read), **_span(line, text, read), "told": told}


def _communes(read: PlaceRead | None) -> dict[str, Any]:
    found = read.found if read is not None else None
    if found is None:
        return {"communes": []}
    return {"communes": [one.code for one in found.communes], "contradicts": found.contradicts,
            "elsewhere": [f"{one.name}, {one.province.short}" for one in found.elsewhere[:3]]}  # fmt: skip


def _commune(line: dict[str, Any], read: PlaceRead | None) -> str:
    if "commune" not in line and "communes" not in line:
        return ""
    wanted = set(line.get("communes") or ([line["commune"]] if line.get("commune") else []))
    found = read.found if read is not None else None
    given = {one.code for one in found.communes} if found is not None else set()
    sure = found is not None and found.sure is not None
    if not wanted:
        return "left" if not given else "invented" if sure else "asked"
    if given == wanted and (sure or len(wanted) > 1):
        return "right"
    if wanted <= given:
        return "asked"
    return "wrong" if sure else "missed"


def _span(line: dict[str, Any], text: str, read: PlaceRead | None) -> dict[str, Any]:
    if not line.get("place"):
        return {"span": "", "hit": 0, "read": 0, "there": 0}
    start = text.find(line["place"])
    words = [one.start for one in words_of(text)]
    there = {at for at in words if start <= at < start + len(line["place"])}
    got = {at for at in words if read is not None and read.start <= at < read.end}
    right = read is not None and text[read.start : read.end] == line["place"]
    return {"span": "right" if right else "wrong", "hit": len(there & got), "read": len(got), "there": len(there)}
