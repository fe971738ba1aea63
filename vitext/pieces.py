"""Pieces of folded text as numbers: what a linear model without a vocabulary looks at."""

from __future__ import annotations

import zlib
from itertools import pairwise

from vitext.letters import fold, has_marks
from vitext.view import view

BITS = 18
SIZE = 1 << BITS
_LONGEST = 4000


def pieces(text: str) -> list[int]:
    """Numbers below SIZE of the words, pairs and triples of words, and 3- to 5-letter pieces of words, each once.

    Case and signs do not matter; digits are all alike, and drawn-out letters are one. Marks do not matter either, but
    where they were written the words and pairs as they were written are pieces, too: "cháy" is not "chạy".
    """
    shown = view(text[:_LONGEST]).text
    found = set[str]()
    if has_marks(shown):
        written = [_short(word) for word in "".join(_sign(char) for char in shown.lower()).split()]
        found.update(f"m{word}" for word in written)
        found.update(f"n{one} {other}" for one, other in pairwise(written))
    words = [_short(word) for word in "".join(_sign(char) for char in fold(shown)).split()]
    found.update(f"w{word}" for word in words)
    found.update(f"p{one} {other}" for one, other in pairwise(words))
    found.update(f"t{words[at]} {words[at + 2]}" for at in range(len(words) - 2))
    for word in words:
        padded = f" {word} "
        for size in (3, 4, 5):
            found.update(f"c{padded[at : at + size]}" for at in range(len(padded) - size + 1))
    return sorted({zlib.crc32(one.encode()) & (SIZE - 1) for one in found})


def _sign(char: str) -> str:
    return "0" if char.isdigit() else char if char.isalpha() else " "


def _short(word: str) -> str:
    """Without letters that stand three times and more in a row."""
    kept = ""
    for char in word:
        if not kept.endswith(char * 2):
            kept += char
    return kept
