"""Training sentences as people really type them: marks dropped, letters slipped, teencode.

Each variant keeps the entity spans of its source, recomputed. The random generator is seeded by the
sentence itself, so that adding one sentence doesn't change the variants of the others.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vitext import Syllable, fold, has_marks, nfc, syllables

SEED = 1022
FEWEST = 4
"""Words of a sentence without its place that still say what it is about."""
_SHORT = {
    "không": ("ko", "k", "kg", "khong"), "được": ("dc", "đc"), "gì": ("j", "gi"),
    "vậy": ("z", "v", "vay"), "rồi": ("r", "rùi"), "với": ("vs",), "bao nhiêu": ("bn",),
    "mình": ("mk", "mik"), "biết": ("bik", "bt"), "trước": ("trc",), "người": ("ng",),
    "nước": ("nc",), "đường": ("đg", "dg"), "cũng": ("cx",), "giờ": ("h",), "quá": ("wá", "qá"),
    "làm": ("lm",), "luôn": ("lun",), "nhiều": ("nhìu",), "ủy": ("uỷ",), "hồ": ("hô",),
}
_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "g": "fh", "h": "gj", "i": "uo",
    "k": "jl", "l": "k", "m": "n", "n": "mb", "o": "ip", "p": "o", "q": "wa", "r": "et",
    "s": "ad", "t": "ry", "u": "yi", "v": "cb", "x": "zc", "y": "tu",
}


@dataclass(frozen=True)
class Variant:
    """A rewritten sentence and its entities, as Rasa's entity dictionaries."""

    text: str
    entities: list[dict[str, Any]]


def variants(text: str, entities: list[dict[str, Any]]) -> list[Variant]:
    """Return the variants of one sentence: one without marks and one or two with slips."""
    chooser = random.Random(f"{SEED}:{text}")
    result = [rewrite(text, entities, lambda word: _noisy(word, chooser, 0.0))]
    if has_marks(text):
        result.append(rewrite(text, entities, fold_keeping_case))
        result.append(
            rewrite(text, entities, lambda word: _noisy(fold_keeping_case(word), chooser, 0.08))
        )
    seen = {text}
    kept = []
    for variant in result:
        if variant.text not in seen:
            seen.add(variant.text)
            kept.append(variant)
    return kept


class Moved:
    """Variants at another place, or at none.

    An address is no word of danger or calm, but it stands in reports more often than in cries for help: "cháy nhà ở số
    5 Tô Hiệu" had the words of a thousand calm reports in it. So a danger told without a place is also learned at a
    place of another sentence, and everything else with one also without it.
    """

    def __init__(self, sentences: Iterable[tuple[str, list[dict[str, Any]]]]) -> None:
        self._places = sorted(
            {text[one["start"] : one["end"]] for text, entities in sentences for one in _places(entities)}
        )

    def variants(self, text: str, entities: list[dict[str, Any]], danger: bool) -> list[Variant]:
        """One more variant of a sentence, every second one without marks, or none."""
        chooser = random.Random(f"{SEED}:{text}:place")
        there = _places(entities)
        made: Variant | None = None
        if there and not danger:
            made = _without(text, entities, there)
        elif not there and danger and self._places:
            made = _at(chooser.choice(self._places), text, entities, chooser)
        if made is None or len(made.text.split()) < FEWEST:
            return []
        return [made if chooser.random() < 0.5 else rewrite(made.text, made.entities, fold_keeping_case)]


def _places(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in entities if one["entity"] == "place"]


def _without(text: str, entities: list[dict[str, Any]], there: list[dict[str, Any]]) -> Variant:
    for place in sorted(there, key=lambda one: -one["start"]):
        start, end = place["start"], place["end"]
        text = text[:start] + text[end:]
        entities = [
            {**one, "start": one["start"] - (end - start), "end": one["end"] - (end - start)}
            if one["start"] >= end else one
            for one in entities if one is not place and (one["start"] >= end or one["end"] <= start)
        ]  # fmt: skip
    return Variant(text, entities)


def _at(place: str, text: str, entities: list[dict[str, Any]], chooser: random.Random) -> Variant:
    comma = chooser.choice((" ", ", "))
    if chooser.random() < 0.5:
        start = len(text) + len(comma)
        found = {"entity": "place", "start": start, "end": start + len(place), "value": place}
        return Variant(f"{text}{comma}{place}", [*entities, found])
    by = len(place) + len(comma)
    moved = [{**one, "start": one["start"] + by, "end": one["end"] + by} for one in entities]
    return Variant(
        f"{place}{comma}{text}", [{"entity": "place", "start": 0, "end": len(place), "value": place}, *moved]
    )


@lru_cache(maxsize=4)  # the variants of one sentence are made one after the other
def _written(text: str) -> list[Syllable]:
    return syllables(text)


def rewrite(text: str, entities: list[dict[str, Any]], change: Any) -> Variant:
    """Apply `change` to every word of `text` and move the entity spans along."""
    written = _written(text)
    pieces: list[str] = []
    length = 0
    moved_to: list[tuple[int, int, int, int]] = []
    last = 0
    for syllable in written:
        gap = text[last : syllable.start]
        pieces.append(gap)
        length += len(gap)
        word = change(syllable.text) if syllable.text[:1].isalpha() else syllable.text
        moved_to.append((syllable.start, syllable.end, length, length + len(word)))
        pieces.append(word)
        length += len(word)
        last = syllable.end
    pieces.append(text[last:])
    changed = "".join(pieces)
    moved = []
    for entity in entities:
        inside = [m for m in moved_to if m[0] >= entity["start"] and m[1] <= entity["end"]]
        if inside:
            start, end = inside[0][2], inside[-1][3]
            moved.append({**entity, "start": start, "end": end, "value": changed[start:end]})
    return Variant(changed, moved)


def fold_keeping_case(word: str) -> str:
    """Drop tones and marks, keep capitals: "Phú" → "Phu"."""
    folded = fold(word)
    composed = nfc(word)
    if len(folded) != len(composed):
        return folded
    return "".join(f.upper() if c.isupper() else f for f, c in zip(folded, composed))


def _noisy(word: str, chooser: random.Random, share: float) -> str:
    roll = chooser.random()
    short = _SHORT.get(word.lower())
    if short and roll < 0.35:
        return chooser.choice(short)
    if roll < 0.45 - share:
        return fold_keeping_case(word)  # single marks forgotten
    if roll > 0.93 and len(word) > 2:
        return _slip(word, chooser)
    return word.lower() if roll > 0.8 else word


def _slip(word: str, chooser: random.Random) -> str:
    at = chooser.randrange(1, len(word))
    kind = chooser.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :] or word
    if kind == 1 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    near = _NEIGHBOURS.get(word[at].lower())
    return word[:at] + chooser.choice(near) + word[at + 1 :] if near else word
