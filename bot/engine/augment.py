"""Training sentences as people really type them: marks dropped, letters slipped, teencode.

Each variant keeps the entity spans of its source, recomputed. The random generator is seeded by the
sentence itself, so that adding one sentence doesn't change the variants of the others.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vitext import Syllable, fold, has_marks, nfc, syllables

SEED = 1022
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
