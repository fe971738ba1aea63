"""Digits in words, however they are written: in groups, with the letter O for a nought, spoken. Dates and codes of
dossiers are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedback_store.reading.dossiers import without_dossiers
from vitext import fold
from vitext.view import View, view

_MARKED = {
    "không": "0", "một": "1", "mốt": "1", "hai": "2", "ba": "3", "bốn": "4", "tư": "4", "năm": "5", "lăm": "5",
    "nhăm": "5", "sáu": "6", "bảy": "7", "bẩy": "7", "tám": "8", "chín": "9", "mười": "10", "mươi": "*10",
}  # fmt: skip
_WORDS = {**{fold(word): digits for word, digits in _MARKED.items()}, **_MARKED, "muoi": "10", "o": "0", "ô": "0"}
"""Digits as they are spoken; without marks every one of them is taken, with marks only the right one."""
_TOKEN = re.compile(r"[^\W_]+")
_NOUGHTS = str.maketrans({"o": "0", "O": "0", "l": "1", "I": "1"})
_BETWEEN = re.compile(r"[ \t]*(?:[.\-()/,_*~][ \t]*){0,3}")
_DATE = re.compile(r"(?<![\d./-])(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class Token:
    """Digits that stand together at ``words[start:end]``."""

    start: int
    end: int
    digits: str


def seen_in(text: str) -> tuple[View, str, str]:
    """The view of a text, its words without dates and dossiers, and the same folded; all three of one length."""
    seen = view(text)
    words = _DATE.sub(lambda match: "·" * len(match.group()), without_dossiers(seen.text))
    folded = fold(words)
    if len(folded) != len(words):  # a letter without a composed form: places would slip
        folded = words.lower()
    return seen, words, folded


def rows(words: str) -> Iterator[list[Token]]:
    """Tokens of digits that nothing but signs part."""
    row: list[tuple[int, int, str]] = []
    for match in _TOKEN.finditer(words):
        digits = _digits(match.group())
        if digits is None or (row and not _BETWEEN.fullmatch(words, row[-1][1], match.start())):
            yield from [_counted(row)] if row else []
            row = []
        if digits is not None:
            row.append((match.start(), match.end(), digits))
    if row:
        yield _counted(row)


def _digits(word: str) -> str | None:
    """The digits of a token: written, with the letter O for a nought, or spoken; None: it is something else."""
    if word.isascii() and word.isdigit():
        return word
    spoken = _WORDS.get(word.lower())
    if spoken is not None:
        return spoken
    plain = word.translate(_NOUGHTS)
    if plain.isascii() and plain.isdigit() and sum(char.isdigit() for char in word) >= 2:
        return plain
    return None


def _counted(row: list[tuple[int, int, str]]) -> list[Token]:
    """Tens in words as digits: "chín mười hai" 9 12, "ba mươi tư" 3 4, "ba mươi" 3 0."""
    found = []
    for at, (start, end, digits) in enumerate(row):
        unit_follows = at + 1 < len(row) and len(row[at + 1][2]) == 1
        if digits == "10":
            digits = "1" if unit_follows else "10"
        elif digits == "*10":
            digits = "" if unit_follows else "0"
        found.append(Token(start, end, digits))
    return found


def joined(tokens: Sequence[Token]) -> str:
    """The digits of tokens as one number."""
    return "".join(one.digits for one in tokens)
