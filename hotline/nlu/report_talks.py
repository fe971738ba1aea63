"""The worst conversations of what ``hotline chat play FILE --json`` printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONVERSATIONS = 10


class PlayedFault(ValueError):
    """The file is not what ``hotline chat play --json`` prints: what is wrong."""


def worst(path: Path) -> list[dict[str, Any]]:
    """Those with the most missed checks first, at most ten. Raises :class:`PlayedFault`."""
    try:
        played = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PlayedFault(f"{path}: {' '.join(str(error).split())}") from error
    return ordered(played, str(path))


def ordered(played: Any, where: str) -> list[dict[str, Any]]:
    """``{"id", "misses", "first": {"where", "wanted", "instead"}}`` each. Raises :class:`PlayedFault`."""
    try:
        found = [_told(one) for one in played["wrong"]]
    except (LookupError, TypeError, ValueError) as error:
        raise PlayedFault(f"{where}: is not what `hotline chat play FILE --json` prints") from error
    return sorted(found, key=lambda one: (-one["misses"], one["id"]))[:CONVERSATIONS]


def _told(one: Any) -> dict[str, Any]:
    misses = one["misses"]
    where, wanted, instead = map(str, misses[0])
    first = {"where": where, "wanted": wanted, "instead": instead}
    return {"id": str(one["id"]), "misses": len(misses), "first": first}
