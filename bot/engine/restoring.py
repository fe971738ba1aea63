"""Diacritic restoration: bigram Viterbi over our own sentences and underthesea's word list.

The result is the model's inner view of a text, never shown or stored: "bị mất" may become "bí mật".
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from vitext import fold

_MAX_CANDIDATES = 12


class Restorer:
    """Chooses the likeliest accented form of each unaccented syllable."""

    def __init__(
        self,
        candidates: dict[str, list[tuple[str, float]]],
        bigrams: dict[tuple[str, str], float],
        backoff: float,
    ) -> None:
        self._candidates = candidates
        self._before: dict[str, dict[str, float]] = {}
        for (before, word), chance in bigrams.items():
            self._before.setdefault(word, {})[before] = chance
        self._backoff = backoff

    @classmethod
    def train(
        cls, sentences: Iterable[Sequence[str]], dictionary: Iterable[Sequence[str]]
    ) -> Restorer:
        """Learn from accented `sentences` (full weight) and dictionary words (small weight)."""
        unigrams: Counter[str] = Counter()
        pairs: dict[tuple[str, str], float] = defaultdict(float)
        for weight, source in ((1.0, sentences), (0.1, dictionary)):
            for words in source:
                previous = "<s>" if weight == 1.0 else ""
                for word in words:
                    unigrams[word] += weight  # type: ignore[assignment]
                    if previous:
                        pairs[previous, word] += weight
                    previous = word
        total = sum(unigrams.values()) or 1.0
        by_fold: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for word, count in unigrams.items():
            by_fold[fold(word)].append((word, math.log(count / total)))
        candidates = {
            key: sorted(found, key=lambda pair: (-pair[1], pair[0]))[:_MAX_CANDIDATES]
            for key, found in by_fold.items()
        }
        bigrams = {
            pair: math.log(0.9 * count / (unigrams[pair[0]] or total)) if pair[0] != "<s>" else
            math.log(0.9 * count / total)
            for pair, count in pairs.items()
        }
        return cls(candidates, bigrams, math.log(0.05))

    def restore(self, words: Sequence[str]) -> list[str]:
        """Return `words` with marks put where a word has none; words with marks are kept.

        A word written without marks in a text that has marks elsewhere is mostly meant so; it is
        still offered its other forms, because people forget single marks.
        """
        lattice: list[list[tuple[str, float]]] = []
        for word in words:
            folded = fold(word)
            if folded != word:
                lattice.append([(word, 0.0)])
            else:
                lattice.append(self._candidates.get(word) or [(word, -14.0)])
        best: list[dict[str, tuple[float, str]]] = []
        previous = {"<s>": 0.0}
        for options in lattice:
            likeliest, score = max(previous.items(), key=lambda pair: (pair[1], pair[0]))
            column: dict[str, tuple[float, str]] = {}
            for option, own in options:
                known = self._before.get(option)
                unknown = self._backoff + own
                if known is None or known.keys().isdisjoint(previous):
                    column[option] = (score + unknown, likeliest)
                else:
                    column[option] = max(
                        (before_score + known.get(before, unknown), before) for before, before_score in previous.items()
                    )
            best.append(column)
            previous = {option: reached for option, (reached, _before) in column.items()}
        return self._trace(best, previous)

    @staticmethod
    def _trace(
        best: list[dict[str, tuple[float, str]]], last: dict[str, float]
    ) -> list[str]:
        if not best:
            return []
        word = max(last, key=lambda option: (last[option], option))
        restored = [word]
        for column in reversed(best[1:]):
            word = column[word][1] if word in column else word
            restored.append(word)
        restored.reverse()
        return restored

    def as_dict(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return {
            "candidates": self._candidates,
            "bigrams": sorted(
                [before, word, round(chance, 4)]
                for word, all_before in self._before.items()
                for before, chance in all_before.items()
            ),
            "backoff": self._backoff,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Restorer:
        """Rebuild from `as_dict()`."""
        return cls(
            {key: [(w, p) for w, p in found] for key, found in data["candidates"].items()},
            {(a, b): p for a, b, p in data["bigrams"]},
            data["backoff"],
        )


def dictionary_words() -> list[list[str]]:
    """Return the multi-syllable words of underthesea's Viet74K list, lower case, split in syllables."""
    from underthesea.corpus import viet_dict_74K

    return [word.lower().split() for word in viet_dict_74K.words]
