"""How near two sentences are: the share of folded runs of four letters that they have in common (Jaccard).

One measure for the report, which shows what misled the model, and for the tests, which keep the sets for judging apart
from the training sentences.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hotline.settings import ROOT
from vitext import fold

SAME = 0.8
"""From here on two sentences are near-duplicates."""
RUN = 4
NLU_DATA = ROOT / "nlu_data"
_MARK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_BITS = 512


@dataclass(frozen=True, slots=True)
class Trained:
    """A training sentence without its marks. ``leaf``: the category or aspect that it teaches, or None."""

    text: str
    intent: str
    leaf: str | None
    file: str


def trained(folder: Path = NLU_DATA) -> list[Trained]:
    """Every training sentence of the folder, by file. Raises ``yaml.YAMLError``, ``OSError``."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[Trained] = []
    for path in sorted(folder.rglob("*.yml")):
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        name = path.relative_to(folder).as_posix()
        for block in (written or {}).get("nlu") or ():
            if "intent" not in block:
                continue
            leaf = (block.get("metadata") or {}).get("leaf")
            for line in str(block["examples"]).splitlines():
                if line.startswith("- "):
                    found.append(Trained(_MARK.sub(r"\1", line[2:]).strip(), str(block["intent"]), leaf, name))
    return found


def runs(text: str) -> frozenset[str]:
    """Runs of four letters of the words without marks, case and signs; of less than that, the whole."""
    words = re.findall(r"[^\W_]+", fold(text))
    plain = f" {' '.join(words)} "
    return frozenset(plain[at : at + RUN] for at in range(max(1, len(plain) - RUN + 1)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """From 0, nothing in common, to 1, the same."""
    common = len(one & other)
    return common / (len(one) + len(other) - common)


class Sentences:
    """Sentences that can be asked for those near a text."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._runs = [runs(text) for text in texts]
        self._search = _Search(self._runs)
        for number in range(len(self._runs)):
            self._search.add(number)

    def nearest(self, text: str, count: int) -> list[tuple[float, int]]:
        """The nearest by likeness, with their numbers; of equals the first. What has nothing in common is left out."""
        asked = runs(text)
        rated = [(likeness(asked, one), -number) for number, one in enumerate(self._runs)]
        return [(like, -number) for like, number in sorted(rated, reverse=True)[:count] if like > 0]

    def same(self, text: str) -> int | None:
        """The number of a near-duplicate of the text; None where there is none."""
        return next(self._search.same(runs(text)), None)


def distinct(texts: Sequence[str]) -> int:
    """How many are left when each that is a near-duplicate of one before it and left is taken away."""
    every = [runs(text) for text in texts]
    search, left = _Search(every), 0
    for number, one in enumerate(every):
        if next(search.same(one), None) is None:
            search.add(number)
            left += 1
    return left


class _Search:
    """Finds near-duplicates without comparing all with all, and misses none.

    Two sets as alike as ``SAME`` share one of their rarest runs: of ``n`` runs at least ``SAME * n`` are in common, so
    not all of the ``n - SAME * n + 1`` rarest can lie outside (prefix filter of set similarity joins, Bayardo 2007).
    What is left is sieved by bits before sets are compared.
    """

    def __init__(self, every: Sequence[frozenset[str]]) -> None:
        self._runs = every
        often = Counter(run for one in every for run in one)
        ordered = sorted(often, key=lambda run: (often[run], run))
        self._rank = {run: rank for rank, run in enumerate(ordered)}
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        self._bits: dict[int, int] = {}

    def add(self, number: int) -> None:
        one = self._runs[number]
        self._bits[number] = self._sketch(one)
        for run in self._rarest(one):
            self._holders[run].append(number)

    def same(self, asked: frozenset[str]) -> Iterator[int]:
        """Numbers of those added before that are near-duplicates."""
        bits, size = self._sketch(asked), len(asked)
        tried: set[int] = set()
        for run in self._rarest(asked):
            for number in self._holders.get(run, ()):
                if number in tried:
                    continue
                tried.add(number)
                other = self._runs[number]
                both = size + len(other)
                # |A & B| >= SAME / (1 + SAME) * (|A| + |B|), so at most this many runs stand in one alone.
                alone = both - 2 * math.ceil(SAME / (1 + SAME) * both - 1e-9)
                if (bits ^ self._bits[number]).bit_count() <= alone and likeness(asked, other) >= SAME:
                    yield number

    def _rarest(self, one: frozenset[str]) -> list[str]:
        ordered = sorted(one, key=lambda run: (self._rank.get(run, -1), run))
        return ordered[: len(one) - math.ceil(SAME * len(one) - 1e-9) + 1]

    def _sketch(self, one: frozenset[str]) -> int:
        bits = 0
        for run in one:
            # A run that no sentence has gets no bit: the sketch may only be too like, never too unlike.
            if (rank := self._rank.get(run)) is not None:
                bits ^= 1 << (rank % _BITS)
        return bits
