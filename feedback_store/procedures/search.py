"""Finding a procedure from a citizen's words: folded BM25 over names and aliases, aliases first.

Text is folded (no tones, no marks), so "giay doc than" finds what "giấy độc thân" finds. A query that
shares too little with every record finds nothing; two records that are about equally near are both
given, so that the bot asks instead of guessing.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vitext import fold

# Words of asking, not of the procedure; folded.
_STOP = frozenset(
    """a oi ạ cho em toi tui minh anh chi ban hoi xin giup voi the nao lam sao can gi giay to nhung cac la thi ma
    o dau bao nhieu tien phi le phi mat lau may ngay thoi gian nop online truc tuyen qua mang duoc khong ko k hong
    va hay con nua thu tuc ho so muon biet de co phai di ra nhu vay nhi nhe nha ha ad admin thi sao ve cua mot
    khi nao dieu kien mau don to khai huong dan ket qua quy dinh luat dang ky cap lam het bi tai""".split()
)
MIN_SCORE = 3.0
MIN_COVER = 0.34
NEAR = 0.82


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of one procedure."""

    key: str
    name: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    key: str
    name: str
    score: float


def words(text: str) -> list[str]:
    return list("".join(c if c.isalnum() else " " for c in fold(text)).split())


def features(tokens: Sequence[str]) -> list[str]:
    """Syllables that carry meaning and pairs of neighbours."""
    kept = [t for t in tokens if t not in _STOP]
    pairs = itertools.pairwise(tokens)
    return kept + [f"{a} {b}" for a, b in pairs if a not in _STOP and b not in _STOP]


class Index:
    """Immutable index of a catalogue; building 2,600 records takes well under a second."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._aliases: list[tuple[str, int]] = []
        self._rarity: dict[str, float] = {}
        self._postings: dict[str, list[tuple[int, float]]] = {}
        lengths: list[int] = []
        counts: list[Counter[str]] = []
        for number, entry in enumerate(self.entries):
            terms: Counter[str] = Counter()
            for phrase in entry.phrases:
                tokens = words(phrase)
                self._aliases.append((" ".join(tokens), number))
                terms.update(features(tokens))
            counts.append(terms)
            lengths.append(sum(terms.values()))
        average = sum(lengths) / max(1, len(lengths)) or 1.0
        holders = Counter(term for terms in counts for term in terms)
        total = len(self.entries)
        for number, terms in enumerate(counts):
            for term, count in terms.items():
                weight = math.log(1 + (total - holders[term] + 0.5) / (holders[term] + 0.5))
                self._rarity[term] = weight
                saturation = count * 2.2 / (count + 1.2 * (0.4 + 0.6 * lengths[number] / average))
                self._postings.setdefault(term, []).append((number, weight * saturation))
        self._aliases.sort(key=lambda pair: -len(pair[0]))

    def search(self, text: str, top: int = 5) -> list[Hit]:
        """Best first; empty when nothing fits."""
        tokens = words(text)
        joined = f" {' '.join(tokens)} "
        scores: dict[int, float] = {}
        for term in set(features(tokens)):
            for number, weight in self._postings.get(term, ()):
                scores[number] = scores.get(number, 0.0) + weight
        best_alias: dict[int, int] = {}
        for alias, number in self._aliases:  # the longest alias in the text says most
            if alias and f" {alias} " in joined:
                length = len(alias.split())
                if length > best_alias.get(number, 0):
                    best_alias[number] = length
        for number, length in best_alias.items():
            scores[number] = scores.get(number, 0.0) + 3.0 + 3.0 * length
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        hits = [Hit(self.entries[n].key, self.entries[n].name, round(s, 3)) for n, s in ranked[:top]]
        covered = bool(best_alias) or self._cover(tokens) >= MIN_COVER
        return hits if hits and covered and hits[0].score >= MIN_SCORE else []

    def _cover(self, tokens: Sequence[str]) -> float:
        """Share of what the question says (by rarity) that the catalogue knows at all."""
        content = [t for t in tokens if t not in _STOP]
        unknown = math.log(1 + len(self.entries) + 0.5)
        total = sum(self._rarity.get(t, unknown) for t in content)
        return sum(self._rarity.get(t, 0.0) for t in content) / total if total else 0.0

    def near_best(self, hits: Sequence[Hit]) -> list[Hit]:
        """The hits that are about as good as the best one, at most three."""
        return [hit for hit in hits if hit.score >= NEAR * hits[0].score][:3] if hits else []
