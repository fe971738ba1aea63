"""The learned half of the guards, on a danger and on a denunciation (ADR 0040). It needs no engine, no database.

One linear model tells a few kinds of message apart, others the kinds of danger and what is said to the summary of a
report; ``make train`` writes their files (``bot/engine/opinions.py``). Where there is none, the phrases decide alone.
"""

from __future__ import annotations

import contextlib
import json
import math
import mmap
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from pathlib import Path
from typing import Any, TypeVar

from vitext import has_marks
from vitext.pieces import LONGEST, SIZE, WEIGHTS, blocks
from vitext.restoring import Restorer, spoken

FILE, KINDS_FILE, ANSWERS_FILE, MARKS = "guards.bin", "dangers.bin", "answers.bin", "marks.bin"
DANGER, DENUNCIATION = "emergency", "denunciation"
RARITY_BYTES, WEIGHT_BYTES = 4, 2

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model over pieces of text: ``rarity`` of each piece, for each label the ``weights`` of the pieces in
    units of ``unit``. There are as many pieces as ``rarity`` is long, a power of two."""

    rarity: Sequence[float]
    weights: Sequence[Sequence[int]]
    unit: float
    labels: tuple[str, ...]
    bias: tuple[float, ...]

    def margins(self, text: str) -> list[float]:
        """One number for each label; empty where the text holds no piece that is known."""
        numbers, values = self._row(blocks(text))
        if not numbers:
            return []
        return [
            self.unit * sum(map(mul, values, map(weights.__getitem__, numbers))) + bias
            for weights, bias in zip(self.weights, self.bias, strict=True)
        ]

    def _row(self, found: Sequence[Counter[int]]) -> tuple[list[int], list[float]]:
        numbers: list[int] = []
        values: list[float] = []
        mask = len(self.rarity) - 1
        for block, weight in zip(found, WEIGHTS, strict=True):
            known = [number for number in block if self.rarity[number & mask]]
            told = [(1 + math.log(block[number])) * self.rarity[number & mask] for number in known]
            length = math.sqrt(sum(map(mul, told, told))) or 1.0
            numbers += [number & mask for number in known]
            values += [weight * value / length for value in told]
        return numbers, values


@dataclass(frozen=True, slots=True)
class Opinion:
    """Whether words tell of a danger or are a denunciation: of each label that there is an opinion on, slope and offset
    of the ``curves`` from its lead over the others to a chance."""

    model: Linear
    curves: Mapping[str, tuple[float, float]]

    def chance(self, text: str, on: str) -> float:
        """How likely the words tell of what the opinion is ``on``, 0 to 1."""
        margins = self.model.margins(text)
        if not margins or on not in self.curves:
            return 0.0
        own = self.model.labels.index(on)
        lead = margins[own] - max(margin for label, margin in enumerate(margins) if label != own)
        slope, offset = self.curves[on]
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, slope * lead + offset))))


@dataclass(frozen=True, slots=True)
class Labels:
    """What words are, of several labels. ``temperature``: what margins are multiplied by before they are chances."""

    model: Linear
    temperature: float

    def chances(self, text: str) -> dict[str, float]:
        """How likely each label is, together 1; empty for what has no words."""
        margins = self.model.margins(text)
        if not margins:
            return {}
        most = max(margins)
        told = [math.exp(self.temperature * (margin - most)) for margin in margins]
        return {label: one / sum(told) for label, one in zip(self.model.labels, told, strict=True)}


_loaded: list[Opinion] = []
_kinds: list[Labels] = []
_answers: list[Labels] = []
_marks: list[Restorer] = []


def load(folder: Path) -> bool:
    """Read the model in ``folder`` for this process; False where it is missing or cannot be read: then there is no
    opinion. Without the file of the marks there is one, less sure of words that were typed without; without that of
    the kinds the phrases alone tell what danger it is, without that of the answers lists alone what is a yes."""
    forget()
    read = _read(folder / FILE, _opinion)
    _loaded[:] = [] if read is None else [read]
    for held, name in ((_kinds, KINDS_FILE), (_answers, ANSWERS_FILE)):
        labels = _read(folder / name, _labels)
        held[:] = [] if labels is None else [labels]
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        _marks[:] = [Restorer.load(folder / MARKS)]
    return read is not None


def _read(path: Path, made: Callable[[Mapping[str, Any], Linear], Read]) -> Read | None:
    try:
        with path.open("rb") as file:
            head = json.loads(file.readline())
            start = file.tell()
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return made(head, _linear(head, whole[start + int(head["padding"]) :]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _linear(head: Mapping[str, Any], numbers: memoryview) -> Linear:
    """Raises ValueError when the file is not what its head says."""
    labels, size = tuple(head["labels"]), int(head["size"])
    wanted = size * (RARITY_BYTES + WEIGHT_BYTES * len(labels))
    if not 1 < size <= SIZE or size & (size - 1) or len(numbers) != wanted or sys.byteorder != "little":
        raise ValueError("the file is broken or of another version")
    weights = numbers[size * RARITY_BYTES :].cast("h")
    return Linear(
        numbers[: size * RARITY_BYTES].cast("f"),
        [weights[size * at : size * (at + 1)] for at in range(len(labels))],
        float(head["unit"]),
        labels,
        tuple(float(bias) for bias in head["bias"]),
    )


def _opinion(head: Mapping[str, Any], model: Linear) -> Opinion:
    curves = {on: (float(slope), float(offset)) for on, (slope, offset) in head["curves"].items()}
    return Opinion(model, curves)


def _labels(head: Mapping[str, Any], model: Linear) -> Labels:
    return Labels(model, float(head["temperature"]))


def forget() -> None:
    """No opinion any more, as in a process that loaded none."""
    _loaded.clear()
    _kinds.clear()
    _answers.clear()
    _marks.clear()
    _marked.cache_clear()


def chance(text: str, on: str = DANGER) -> float | None:
    """How likely these words tell of a danger now, or are a denunciation; None where no model is loaded. Words typed
    without marks are heard with those that they likely have."""
    return _loaded[0].chance(_marked(text), on) if _loaded else None


def kinds(text: str) -> dict[str, float]:
    """How likely each kind of danger is where these words tell of one (names as in ``data/guards.yaml``); empty where
    no model is loaded."""
    return _kinds[0].chances(_marked(text)) if _kinds else {}


def answers(text: str) -> dict[str, float]:
    """How likely each of these is what words say to the summary of a report: "agree", "disagree", "wait", "give_up",
    "unnamed" (keep my name secret), "who" (reported me), "ask" (what becomes of it), "else"; empty where no model is
    loaded."""
    return _answers[0].chances(_marked(text)) if _answers else {}


@lru_cache(maxsize=256)
def _marked(text: str) -> str:
    if not _marks or has_marks(text):
        return text
    return " ".join(_marks[0].restore(spoken(text[:LONGEST])))
