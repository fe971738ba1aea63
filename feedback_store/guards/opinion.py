"""The second opinion on a danger: learned, beside the phrases (ADR 0038). Needs no engine, no database.

The model is a file that ``make train`` writes (``bot/engine/danger.py``); without one there is no opinion, and the
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

FILE = "danger.bin"


@dataclass(frozen=True, slots=True)
class Opinion:
    """``weights`` and ``rarity`` of each piece; ``slope`` and ``offset`` of the curve from margin to chance."""

    weights: array[float]
    rarity: array[float]
    bias: float
    slope: float
    offset: float

    def chance(self, text: str) -> float:
        """How likely the words tell of a danger now, 0 to 1."""
        found = pieces(text)
        if not found:
            return 0.0
        length = math.sqrt(sum(self.rarity[one] ** 2 for one in found)) or 1.0
        margin = sum(self.weights[one] * self.rarity[one] for one in found) / length + self.bias
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.slope * margin + self.offset))))


_loaded: list[Opinion] = []


def load(folder: Path) -> bool:
    """Read the model in ``folder`` for this process; False where there is none, or it cannot be read."""
    try:
        line, _, rest = (folder / FILE).read_bytes().partition(b"\n")
        head = json.loads(line)
        numbers = array("f", rest)
        if sys.byteorder == "big":
            numbers.byteswap()
        size = int(head["size"])
        if size != SIZE or len(numbers) != 2 * size:
            return False
        read = Opinion(numbers[:size], numbers[size:], float(head["bias"]), float(head["slope"]), float(head["offset"]))
    except (OSError, ValueError, KeyError, TypeError):
        return False
    _loaded[:] = [read]
    return True


def forget() -> None:
    """No opinion any more, as in a process that loaded none."""
    _loaded.clear()


def chance(text: str) -> float | None:
    """How likely these words tell of a danger now; None where no model is loaded."""
    return _loaded[0].chance(text) if _loaded else None
