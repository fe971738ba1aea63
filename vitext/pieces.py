"""Pieces of text as numbers: what a linear model without a vocabulary looks at."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from vitext.letters import fold
from vitext.view import view

BITS = 20
SIZE = 1 << BITS
WEIGHTS = (1.0, 0.7, 0.7, 0.5)
"""How much each block of pieces counts: words and letters as written, words and letters without marks."""
LONGEST_PIECE = 5
LONGEST = 4000
"""Letters of a text that are looked at."""
_MASK = SIZE - 1
_KEPT = 20_000
"""Words whose letters are kept: clauses and sentences of a message hold the same ones again."""


def blocks(text: str) -> list[Counter[int]]:
    """Numbers below SIZE and how often each stands in the text, a counter for each of WEIGHTS: the words and pairs of
    words, then the 1- to 5-letter pieces of words, both as they were written and again without marks.

    Case and signs do not matter; digits are all alike, letters that are drawn out stand twice at most, and a word that
    is said again at once ("cháy cháy nhà nhà tôi") counts once.
    """
    shown = view(text[:LONGEST]).text.lower()
    made: list[Counter[int]] = []
    for side, words in (("A", _words(shown)), ("F", _words(fold(shown)))):
        pairs = [f"{one} {other}" for one, other in pairwise(words)]
        made.append(Counter([_number(f"{side}w{one}") for one in (*words, *pairs)]))
        made.append(Counter(number for word in words for number in _letters(side, word)))
    return made


def _words(text: str) -> list[str]:
    words = [_short(word) for word in "".join(map(_sign, text)).split()]
    return [word for number, word in enumerate(words) if not number or word != words[number - 1]]


@lru_cache(maxsize=_KEPT)
def _letters(side: str, word: str) -> tuple[int, ...]:
    return tuple(_number(f"{side}c{piece}") for piece in _runs(f" {word} "))


def _runs(padded: str) -> Iterable[str]:
    for size in range(1, LONGEST_PIECE + 1):
        if size >= len(padded):
            yield padded
            return
        yield from (padded[at : at + size] for at in range(len(padded) - size + 1))


def _number(piece: str) -> int:
    return zlib.crc32(piece.encode()) & _MASK


def _sign(char: str) -> str:
    return "0" if char.isdigit() else char if char.isalpha() else " "


def _short(word: str) -> str:
    """Without letters that stand three times and more in a row."""
    kept = ""
    for char in word:
        if not kept.endswith(char * 2):
            kept += char
    return kept
