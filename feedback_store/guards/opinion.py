"""The learned half of the guards, on a danger and on a denunciation (ADR 0040). It needs no engine, no database.

One linear model tells a few kinds of message apart; ``make train`` writes its file (``bot/engine/opinions.py``). Where
there is none, the phrases decide alone.
"""

from __future__ import annotations

import contextlib
import json
import math
import mmap
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from pathlib import Path
from typing import Any

from vitext import has_marks
from vitext.pieces import LONGEST, SIZE, WEIGHTS, blocks
from vitext.restoring import Restorer, spoken

FILE, MARKS = "guards.bin", "marks.bin"
DANGER, DENUNCIATION = "emergency", "denunciation"
RARITY_BYTES, WEIGHT_BYTES = 4, 2


@dataclass(frozen=True, slots=True)
class Opinion:
    """``rarity`` of each piece, and for each label the ``weights`` of the pieces in units of ``unit``; of each label
    that there is an opinion on, slope and offset of the ``curves`` from its lead over the others to a chance."""

    rarity: Sequence[float]
    weights: Sequence[Sequence[int]]
    unit: float
    labels: tuple[str, ...]
    bias: tuple[float, ...]
    curves: Mapping[str, tuple[float, float]]

    def chance(self, text: str, on: str) -> float:
        """How likely the words tell of what the opinion is ``on``, 0 to 1."""
        numbers, values = self._row(blocks(text))
        if not numbers or on not in self.curves:
            return 0.0
        margins = [
            self.unit * sum(map(mul, values, map(weights.__getitem__, numbers))) + bias
            for weights, bias in zip(self.weights, self.bias, strict=True)
        ]
        own = self.labels.index(on)
        lead = margins[own] - max(margin for label, margin in enumerate(margins) if label != own)
        slope, offset = self.curves[on]
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, slope * lead + offset))))

    def _row(self, found: Sequence[Counter[int]]) -> tuple[list[int], list[float]]:
        numbers: list[int] = []
        values: list[float] = []
        for block, weight in zip(found, WEIGHTS, strict=True):
            known = [number for number in block if self.rarity[number]]
            told = [(1 + math.log(block[number])) * self.rarity[number] for number in known]
            length = math.sqrt(sum(map(mul, told, told))) or 1.0
            numbers += known
            values += [weight * value / length for value in told]
        return numbers, values


_loaded: list[Opinion] = []
_marks: list[Restorer] = []


def load(folder: Path) -> bool:
    """Read the model in ``folder`` for this process; False where it is missing or cannot be read: then there is no
    opinion. Without the file of the marks there is one, less sure of words that were typed without."""
    forget()
    read = _read(folder / FILE)
    _loaded[:] = [] if read is None else [read]
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        _marks[:] = [Restorer.load(folder / MARKS)]
    return read is not None


def _read(path: Path) -> Opinion | None:
    try:
        with path.open("rb") as file:
            head = json.loads(file.readline())
            start = file.tell()
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return _opinion(head, whole[start + int(head["padding"]) :])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _opinion(head: Mapping[str, Any], numbers: memoryview) -> Opinion | None:
    labels = tuple(head["labels"])
    wanted = SIZE * (RARITY_BYTES + WEIGHT_BYTES * len(labels))
    if head["size"] != SIZE or len(numbers) != wanted or sys.byteorder != "little":
        return None
    weights = numbers[SIZE * RARITY_BYTES :].cast("h")
    return Opinion(
        numbers[: SIZE * RARITY_BYTES].cast("f"),
        [weights[SIZE * at : SIZE * (at + 1)] for at in range(len(labels))],
        float(head["unit"]),
        labels,
        tuple(float(bias) for bias in head["bias"]),
        {on: (float(slope), float(offset)) for on, (slope, offset) in head["curves"].items()},
    )


def forget() -> None:
    """No opinion any more, as in a process that loaded none."""
    _loaded.clear()
    _marks.clear()
    _marked.cache_clear()


def chance(text: str, on: str = DANGER) -> float | None:
    """How likely these words tell of a danger now, or are a denunciation; None where no model is loaded. Words typed
    without marks are heard with those that they likely have."""
    return _loaded[0].chance(_marked(text), on) if _loaded else None


@lru_cache(maxsize=256)
def _marked(text: str) -> str:
    if not _marks or has_marks(text):
        return text
    return " ".join(_marks[0].restore(spoken(text[:LONGEST])))
