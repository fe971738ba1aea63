"""What the engine understands of words that no turn of its own brought (a seal taken back, an emergency)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

log = logging.getLogger("hotline.actions")


@dataclass(frozen=True, slots=True)
class Understood:
    """Categories, the best first, with their confidence; places as spans of the text."""

    categories: tuple[tuple[str, float], ...] = ()
    entities: tuple[dict[str, Any], ...] = ()
    intent: str = "nlu_fallback"
    confidence: float = 0.0
    aspect: str | None = None
    clauses: tuple[dict[str, Any], ...] = ()
    """As the engine says them (``Turn.clauses``)."""


Understand = Callable[[str], Understood]
NOTHING = Understood()


class EngineUnderstanding:
    """``POST /parse`` of the engine (bot/engine/README.md). Nothing understood when it does not answer."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=url, headers={"X-Hotline-Token": token}, timeout=httpx.Timeout(2, connect=1), trust_env=False
        )

    def __call__(self, text: str) -> Understood:
        try:
            answer = self._http.post("/parse", json={"text": text}).raise_for_status()
            parse = answer.json()["parse"]
            return Understood(
                tuple((str(c["name"]), float(c["confidence"])) for c in parse.get("category") or ()),
                tuple(parse.get("entities") or ()),
                str(parse["intent"]["name"]),
                float(parse["intent"]["confidence"]),
                (parse.get("aspect") or {}).get("name"),
                tuple(parse.get("clauses") or ()),
            )
        except (httpx.HTTPError, KeyError, ValueError) as error:
            log.warning("the engine did not read earlier words: %s", type(error).__name__)
            return NOTHING
