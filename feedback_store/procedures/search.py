"""Finding a procedure from a citizen's words: folded BM25 over names and aliases, aliases first.

Text is folded (no tones, no marks), so "giay doc than" finds what "giấy độc thân" finds. A query that
shares too little with every record finds nothing; two records that are about equally near are both
given, so that the bot asks instead of guessing.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vitext import fold, normalise

# Words of asking, not of the procedure. Written with marks they count only with these marks: "chó" is not "cho".
_ASKING = frozenset(
    """à ơi ạ cho em tôi tui mình anh chị bạn hỏi xin giúp với thế nào làm sao cần gì giấy tờ những các là thì mà
    ở đâu bao nhiêu tiền phí lệ mất lâu mấy ngày thời gian nộp online trực tuyến qua mạng được không ko k hông
    và hay còn nữa thủ tục hồ sơ muốn biết để có phải đi ra như vậy nhỉ nhé nha hả ad admin về của một
    khi điều kiện mẫu đơn khai hướng dẫn kết quả quy định luật đăng ký cấp hết bị tại
    e nhiêu xíu chút tí tẹo bn j z ntn vs dc đc mk mik c b xin hộ giùm dùm vậy thì ai tải""".split()
)
_STOP = frozenset(map(fold, _ASKING))
# Who asks, of whom, and in which part of the country; with their marks alone, since "cụ" is no "cư" of "cư trú".
_SAID = frozenset(
    """chú bác cô dì bà ông cháu cậu mợ cụ mệ mụ ổng bả ảnh thằng đứa nó cái cấy rứa răng mô hè hỉ hí đó đấy vầy
    nghen hén khỏi mần làm đem mang tới tận nơi chừng bữa hôm đồng nào tốn hông hổng giờ thôi đang định tính""".split()
)
MIN_SCORE = 3.0
# Share of the question that a record must say: without an everyday name of it in the question to be found at
# all, and with one to be taken without asking back.
MIN_COVER = 0.65
SURE_COVER = 0.65
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
    """Folded words, shorthand written out."""
    return list("".join(c if c.isalnum() else " " for c in fold(normalise(text).text)).split())


def spelled(text: str) -> list[str]:
    """Words in lower case with their marks, shorthand written out, one spelling of tone marks."""
    return re.findall(r"\w+", normalise(text).text.lower())


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
        self._marked: list[frozenset[str]] = []
        self._rarity: dict[str, float] = {}
        self._postings: dict[str, list[tuple[int, float]]] = {}
        lengths: list[int] = []
        counts: list[Counter[str]] = []
        for number, entry in enumerate(self.entries):
            terms: Counter[str] = Counter()
            self._marked.append(frozenset(w for phrase in entry.phrases for w in spelled(phrase)))
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
        if not hits or hits[0].score < MIN_SCORE:
            return []
        best = ranked[0][0]
        return hits if best in best_alias or self.cover(text, best) >= MIN_COVER else []

    def cover(self, text: str, number: int) -> float:
        """Share (by rarity) of what the question says that the record ``number`` says too, 0 to 1.

        A word written with marks must have the same marks in the record: "nguội" is not "người".
        """
        unknown = math.log(1 + len(self.entries) + 0.5)
        said = known = 0.0
        for word in spelled(text):
            plain = fold(word)
            if word in _ASKING or word in _SAID or (word == plain and plain in _STOP):
                continue
            weight = self._rarity.get(plain, unknown)
            said += weight
            if word in self._marked[number] or (word == plain and plain in map(fold, self._marked[number])):
                known += weight
        return known / said if said else 0.0

    def number_of(self, key: str) -> int:
        """Position of a record by its key. Raises ``KeyError``."""
        for number, entry in enumerate(self.entries):
            if entry.key == key:
                return number
        raise KeyError(key)

    def near_best(self, hits: Sequence[Hit]) -> list[Hit]:
        """The hits that are about as good as the best one, at most three."""
        return [hit for hit in hits if hit.score >= NEAR * hits[0].score][:3] if hits else []
