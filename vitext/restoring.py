"""Marks put on text that was typed without: bigram Viterbi over sentences that have them.

The result is an inner view of a text, never shown or stored: "bị mất" may become "bí mật".
"""

from __future__ import annotations

import json
import math
import mmap
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from vitext.letters import fold
from vitext.normalise import syllables

BEGIN = "<s>"
Candidates = Mapping[str, Sequence[tuple[str, float]]]
"""Of each folded word the words it may be, with the logarithm of their chances."""
Before = Callable[[str], Mapping[str, float] | None]
"""Of a word the words that were seen before it, with the logarithm of its chance after them."""
_MAX_CANDIDATES = 12
_KEPT = 4000
_ALIGNED = 8


class Restorer:
    """Chooses the likeliest accented form of each unaccented syllable."""

    def __init__(self, candidates: Candidates, before: Before, backoff: float) -> None:
        self._candidates = candidates
        self._before = before
        self._backoff = backoff

    @classmethod
    def train(cls, sentences: Iterable[Sequence[str]], dictionary: Iterable[Sequence[str]]) -> Restorer:
        """Learn from accented `sentences` (full weight) and dictionary words (small weight)."""
        unigrams: Counter[str] = Counter()
        pairs: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for weight, source in ((1.0, sentences), (0.1, dictionary)):
            for words in source:
                previous = BEGIN if weight == 1.0 else ""
                for word in words:
                    unigrams[word] += weight  # type: ignore[assignment]
                    if previous:
                        pairs[word][previous] += weight
                    previous = word
        total = sum(unigrams.values()) or 1.0
        by_fold: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for word, count in unigrams.items():
            by_fold[fold(word)].append((word, math.log(count / total)))
        candidates = {
            key: sorted(found, key=lambda pair: (-pair[1], pair[0]))[:_MAX_CANDIDATES]
            for key, found in by_fold.items()
        }
        before = {
            word: {one: math.log(0.9 * count / (unigrams.get(one) or total)) for one, count in seen.items()}
            for word, seen in pairs.items()
        }
        return cls(candidates, before.get, math.log(0.05))

    def restore(self, words: Sequence[str]) -> list[str]:
        """Return `words` with marks put where a word has none; words with marks are kept.

        A word written without marks in a text that has marks elsewhere is mostly meant so; it is
        still offered its other forms, because people forget single marks.
        """
        lattice: list[Sequence[tuple[str, float]]] = []
        for word in words:
            folded = fold(word)
            if folded != word:
                lattice.append([(word, 0.0)])
            else:
                lattice.append(self._candidates.get(word) or [(word, -14.0)])
        best: list[dict[str, tuple[float, str]]] = []
        previous = {BEGIN: 0.0}
        for options in lattice:
            likeliest, score = max(previous.items(), key=lambda pair: (pair[1], pair[0]))
            column: dict[str, tuple[float, str]] = {}
            for option, own in options:
                known = self._before(option)
                unknown = self._backoff + own
                if known is None or known.keys().isdisjoint(previous):
                    column[option] = (score + unknown, likeliest)
                else:
                    column[option] = max(
                        (before_score + known.get(before, unknown), before) for before, before_score in previous.items()
                    )
            best.append(column)
            previous = {option: reached for option, (reached, _before) in column.items()}
        return _traced(best, previous)

    def save(self, path: Path) -> None:
        """Write a file for `load`: a line of JSON, then of each word where its words before begin (uint32), the words
        before (uint32, numbers of the JSON's words) and the chances after them (float32), little-endian."""
        words = sorted({word for found in self._candidates.values() for word, _ in found})
        seen = {word: self._before(word) or {} for word in words}
        words += sorted({one for before in seen.values() for one in before} - set(words))
        numbers = {word: number for number, word in enumerate(words)}
        starts, befores, chances = array("I", [0]), array("I"), array("f")
        for word in words:
            for one, chance in sorted(seen.get(word, {}).items()):
                befores.append(numbers[one])
                chances.append(chance)
            starts.append(len(befores))
        head = {"words": words, "candidates": self._candidates, "backoff": self._backoff, "pairs": len(befores)}
        line = json.dumps(head, ensure_ascii=False).encode()
        if sys.byteorder == "big":
            for numbers_of in (starts, befores, chances):
                numbers_of.byteswap()
        with path.open("wb") as file:
            file.write(line + b" " * (-(len(line) + 1) % _ALIGNED) + b"\n")
            for numbers_of in (starts, befores, chances):
                file.write(numbers_of.tobytes())

    @classmethod
    def load(cls, path: Path) -> Restorer:
        """Read what `save` wrote; the pairs stay in the file, mapped. Raises OSError, ValueError, KeyError, TypeError
        where it is missing or none."""
        with path.open("rb") as file:
            head = json.loads(file.readline())
            at = file.tell()
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        words, pairs = [str(one) for one in head["words"]], int(head["pairs"])
        if len(whole) - at != 4 * (len(words) + 1 + 2 * pairs) or sys.byteorder != "little":
            raise ValueError(f"{path} is no whole restorer")
        starts = whole[at : at + 4 * (len(words) + 1)].cast("I")
        befores = whole[at + 4 * len(starts) : len(whole) - 4 * pairs].cast("I")
        chances = whole[len(whole) - 4 * pairs :].cast("f")
        numbers = {word: number for number, word in enumerate(words)}

        @lru_cache(maxsize=_KEPT)
        def before(word: str) -> Mapping[str, float] | None:
            number = numbers.get(word)
            if number is None or starts[number] == starts[number + 1]:
                return None
            run = slice(starts[number], starts[number + 1])
            return dict(zip(map(words.__getitem__, befores[run]), chances[run], strict=True))

        told = head["candidates"].items()
        candidates = {key: [(str(word), float(own)) for word, own in found] for key, found in told}
        return cls(candidates, before, float(head["backoff"]))


def spoken(text: str) -> list[str]:
    """The words of a text as a restorer learns and reads them: in full, in lower case."""
    return [word for one in syllables(text) for word in one.norm.lower().split()]


def _traced(best: list[dict[str, tuple[float, str]]], last: dict[str, float]) -> list[str]:
    if not best:
        return []
    word = max(last, key=lambda option: (last[option], option))
    restored = [word]
    for column in reversed(best[1:]):
        word = column[word][1] if word in column else word
        restored.append(word)
    restored.reverse()
    return restored
