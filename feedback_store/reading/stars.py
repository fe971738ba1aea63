"""Stars that are written instead of pressed: "5 sao", "1*", "★★★★☆", "năm sao luôn"; words in ``data/stars.yaml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from feedback_store.reading.words import document
from vitext import fold, has_marks, view

_DRAWN = re.compile(r"[★⭐🌟]+")
_OF_FIVE = re.compile(r"(?<![\d/])([1-5])\s*/\s*5(?![\d/])")
_BARE = re.compile(r"[1-5]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Stars:
    """``count`` 1 to 5; ``rest``: what was written after them, a comment; ``plain``: said in stars, not in words or by
    a number alone."""

    count: int
    rest: str
    plain: bool


def read_stars(text: str) -> Stars | None:
    """The stars that a message gives, or None. Never raises.

    It begins with them, but for courtesy: "nhà nghỉ 5 sao ồn ào" gives none. Several different ones are none."""
    shown = view(text).text.lower()
    spans = [(one.start(), one.end(), min(len(one.group()), 5)) for one in _DRAWN.finditer(shown)]
    if (of_five := _OF_FIVE.search(shown)) and not _rest(shown.replace(of_five[0], " ")):  # else 1/5 is a day
        spans.append((of_five.start(), of_five.end(), int(of_five[1])))
    spans += [(one.start(), one.end(), _number(one[1])) for one in _counted().finditer(shown)]
    counts = {count for _, _, count in spans if count}
    if len(counts) == 1:
        start, end, count = next(span for span in spans if span[2])
        return None if _beside_off(shown[:start]) else Stars(count, _rest(shown[end:]), True)
    if counts:
        return None
    words = _beside_off(shown)
    if _BARE.fullmatch(words):
        return Stars(int(words), "", False)
    for count, phrases in document("stars")["words"].items():
        if any(words == (phrase if has_marks(words) else fold(phrase)) for phrase in phrases):
            return Stars(int(count), "", False)
    return None


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else int(document("stars")["numbers"].get(word, 0))


def _rest(text: str) -> str:
    """The comment: empty where nothing but courtesy is left."""
    return " ".join(text.split()).strip(" ,.;:-") if _beside_off(text) else ""


def _beside_off(text: str) -> str:
    words = _WORD.findall(text)
    marked = any(has_marks(word) for word in words)
    beside = _beside() if marked else {fold(word) for word in _beside()}
    return " ".join(word for word in words if (word if marked else fold(word)) not in beside)


@cache
def _beside() -> set[str]:
    return {word for phrase in document("stars")["beside"] for word in phrase.split()}


@cache
def _counted() -> re.Pattern[str]:
    numbers = "|".join(sorted(document("stars")["numbers"], key=len, reverse=True))
    stars = "|".join(re.escape(one) for one in document("stars")["one_star"])
    return re.compile(rf"(?<![\w/.,])([1-5]|{numbers})\s*(?:{stars})(?!\w)")
