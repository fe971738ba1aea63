"""Answers from a record, and from nothing else (decision 10).

``record`` has the shape of ``data/common_procedures.json``; ``warnings`` and ``provenance`` are for
the person who verifies and are never read here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedback_store.texts import render

ASPECTS = (
    "documents",
    "fee",
    "time",
    "place",
    "how",
    "online",
    "conditions",
    "result",
    "form",
    "legal",
    "general",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """``body``: the aspect asked; ``source``: code, decision, source, date; ``notice``: decision 14. ``more``: further
    aspects that were asked for and stand in the body."""

    key: str
    aspect: str
    known: bool
    body: str
    source: str
    notice: str | None
    link: str | None
    more: tuple[str, ...] = ()

    @property
    def aspects(self) -> tuple[str, ...]:
        return (self.aspect, *self.more)

    @property
    def text(self) -> str:
        return "\n\n".join(part for part in (self.body, self.source, self.notice) if part)


def answer(record: Mapping[str, Any], aspect: str, *, verified: bool) -> Answer:
    """What the record holds on ``aspect``; what it doesn't hold is said so."""
    wanted = aspect if aspect in ASPECTS else "general"
    lines = _lines(record, wanted)
    head = render(f"procedures.head_{wanted}", name=record["name"])
    body = "\n".join([head, *(lines or [render("procedures.unknown")])])
    return Answer(
        key=str(record["id"]),
        aspect=wanted,
        known=bool(lines),
        body=body,
        source=_source(record),
        notice=None if verified else render("procedures.unverified"),
        link=record.get("source_url"),
    )


def together(answers: Sequence[Answer]) -> Answer:
    """Several aspects of one procedure: the first names it, the others only what they tell; one source for all."""
    first, *others = answers
    bodies = [first.body]
    for one in others:
        _, _, lines = one.body.partition("\n")
        bodies.append(f"{render(f'procedures.also_{one.aspect}')}\n{lines}")
    known = any(one.known for one in answers)
    return replace(first, body="\n\n".join(bodies), known=known, more=tuple(one.aspect for one in others))


def _lines(record: Mapping[str, Any], aspect: str) -> list[str]:
    if aspect == "documents":
        return _bullets(record.get("documents"))
    if aspect == "legal":
        return _bullets(record.get("legal_basis"))
    if aspect == "online":
        return _online(record)
    if aspect == "how":
        return _how(record)
    if aspect == "general":
        return _general(record)
    field = {
        "fee": "fee",
        "time": "processing_time",
        "place": "where",
        "conditions": "conditions_or_deadlines",
        "result": "result",
        "form": "form",
    }[aspect]
    value = record.get(field)
    return [str(value)] if value else []


def _bullets(items: Sequence[str] | None) -> list[str]:
    return [render("procedures.bullet", item=item) for item in items or ()]


def _online(record: Mapping[str, Any]) -> list[str]:
    channels = record.get("channels") or []
    level = record.get("online_level")
    if not channels and not level:
        return []
    if "trực tuyến" in channels or level:
        return [render("procedures.online_yes"), *([str(level)] if level else [])]
    return [render("procedures.online_no", channels=", ".join(channels))]


def _how(record: Mapping[str, Any]) -> list[str]:
    channels = record.get("channels") or []
    pairs = [
        ("channels", ", ".join(channels)),
        ("place", record.get("where")),
        ("time", record.get("processing_time")),
    ]
    return [render(f"procedures.line_{name}", value=value) for name, value in pairs if value]


def _general(record: Mapping[str, Any]) -> list[str]:
    documents = len(record.get("documents") or [])
    pairs = [
        ("document_count", str(documents) if documents else ""),
        ("time", record.get("processing_time")),
        ("fee", record.get("fee")),
        ("place", record.get("where")),
        ("channels", ", ".join(record.get("channels") or [])),
    ]
    return [render(f"procedures.line_{name}", value=value) for name, value in pairs if value]


def _source(record: Mapping[str, Any]) -> str:
    missing = render("procedures.source_unknown")
    as_of = record.get("as_of")
    return render(
        "procedures.source_line",
        code=record.get("official_code") or missing,
        decision=record.get("decision") or missing,
        source=record.get("source") or missing,
        as_of=f"{dt.date.fromisoformat(as_of):%d/%m/%Y}" if as_of else missing,
    )
