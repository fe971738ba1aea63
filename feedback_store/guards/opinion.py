"""The second opinion beside the phrases: learned, on a danger and on a denunciation (ADR 0038). Needs no engine, no
database.

The models are files that ``make train`` writes (``bot/engine/opinions.py``); without them there is no opinion, and the
phrases decide alone as before.
"""

from __future__ import annotations

import json
import math
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path

from vitext.pieces import SIZE, pieces

DANGER, DENUNCIATION = "danger.bin", "denunciation.bin"


@dataclass(frozen=True, slots=True)
class Opinion:
    """``weights`` and ``rarity`` of each piece; ``slope`` and ``offset`` of the curve from margin to chance."""

    weights: array[float]
    rarity: array[float]
    bias: float
    slope: float
    offset: float

    def chance(self, text: str) -> float:
        """How likely the words tell of what the opinion is on, 0 to 1."""
        found = pieces(text)
        if not found:
            return 0.0
        length = math.sqrt(sum(self.rarity[one] ** 2 for one in found)) or 1.0
        margin = sum(self.weights[one] * self.rarity[one] for one in found) / length + self.bias
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.slope * margin + self.offset))))


_loaded: dict[str, Opinion] = {}


def load(folder: Path) -> bool:
    """Read the models in ``folder`` for this process; False where one is missing or cannot be read: then it has no
    opinion."""
    read = {name: one for name in (DANGER, DENUNCIATION) if (one := _read(folder / name)) is not None}
    _loaded.clear()
    _loaded.update(read)
    return len(read) == len((DANGER, DENUNCIATION))


def _read(path: Path) -> Opinion | None:
    try:
        line, _, rest = path.read_bytes().partition(b"\n")
        head = json.loads(line)
        numbers = array("f", rest)
        if sys.byteorder == "big":
            numbers.byteswap()
        size = int(head["size"])
        if size != SIZE or len(numbers) != 2 * size:
            return None
        return Opinion(numbers[:size], numbers[size:], float(head["bias"]), float(head["slope"]), float(head["offset"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget() -> None:
    """No opinion any more, as in a process that loaded none."""
    _loaded.clear()


def chance(text: str, on: str = DANGER) -> float | None:
    """How likely these words tell of a danger now, or are a denunciation; None where no model of it is loaded."""
    return _loaded[on].chance(text) if on in _loaded else None
