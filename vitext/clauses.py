"""Where one thing that is said ends and the next begins: at sentences, at commas, at words that begin anew."""

from __future__ import annotations

import re

from vitext.letters import fold
from vitext.sentences import ends_sentence
from vitext.view import view

MOST = 24
"""Clauses of one message; what comes after the last cut belongs to the last."""
FARTHEST = 15
"""Words between the two of "vừa … vừa …"."""
_WORD = re.compile(r"[^\W_]+")
# Folded; with one of these another thing begins, whether a comma stands before it or not.
_ANEW = tuple(
    tuple(phrase.split())
    for phrase in (
        "a ma", "a con", "ah ma", "ah con", "voi lai", "voi ca", "ngoai ra", "tien the", "nhan tien", "them nua",
        "thu nhat", "thu hai", "thu 2", "thu ba", "viec thu", "mot nua la", "con nua", "con ve", "con vu",
        "con chuyen", "cho toi hoi", "cho em hoi", "cho minh hoi", "cho hoi", "cho tui hoi", "cho chau hoi", "xin hoi",
        "dong thoi", "nhan day", "ma hoi", "hoi them", "ma ne", "ma nay", "chuyen thu", "dieu thu", "viec sau",
        "sang viec khac", "chuyen khac", "ma cho hoi", "roi con", "luon tien", "san tien", "san day", "san cho",
        "van de thu", "noi dung thu", "cai thu", "viec dau tien", "noi dung sau", "chuyen sau", "cai nua la",
        "nhung ma", "co ma", "the nhung", "tuy nhien", "da the con", "lai con",
    )
)  # fmt: skip
_JOINTS = frozenset(("ma", "con", "roi", "voi", "vs", "va", "gio", "cai", "them", "luon"))
"""Folded; another thing may begin with one of these, and mostly does not: "đèn vẫn còn tối", "hư rồi"."""
FEWEST = 4
"""Words on either side of such a word that may be a thing of their own."""
_COUNTED = frozenset("viec dieu chuyen de dung y cai vu".split())
""" "Điều thứ hai": the ordinal begins nothing by itself."""
_FILLERS = frozenset(("ờ", "à", "ờm", "ừm", "ờờ"))
_BESIDE_FILLER = 3
"""Words before and after a filler from which it stands for the pause that nobody wrote."""
_BY_FIRST = {first: tuple(one for one in _ANEW if one[0] == first) for first in {one[0] for one in _ANEW}}
_PAUSES = frozenset(",\u2026\u2013\u2014")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of ``text`` in order, as ``clauses`` gives its clauses."""
    shown = view(text)
    words = [(one.start(), one.end()) for one in _WORD.finditer(shown.text)]
    if not words:
        return []
    starts = [0]
    for at in range(1, len(words)):
        between = shown.text[words[at - 1][1] : words[at][0]]
        if len(starts) < MOST and (ends_sentence(shown.text[slice(*words[at - 1])], between) or ".." in between):
            starts.append(at)
    ends = [*starts[1:], len(words)]
    plain = shown.text is text
    return [
        (words[first][0], words[after - 1][1]) if plain else shown.original(words[first][0], words[after - 1][1])
        for first, after in zip(starts, ends, strict=True)
    ]


def clauses(text: str) -> list[tuple[int, int]]:
    """Spans of the clauses of ``text`` in order, without blanks and marks at their edges; none of a text without words.

    A comma between numbers ends none ("3,5 m"); a word of one clause never stands in two.
    """
    shown = view(text)
    words = [(one.start(), one.end()) for one in _WORD.finditer(shown.text)]
    if not words:
        return []
    plain = [fold(shown.text[start:end]) for start, end in words]
    starts = [0]
    for at in range(1, len(words)):
        between = shown.text[words[at - 1][1] : words[at][0]]
        if len(starts) == MOST:
            break
        paused = shown.text[slice(*words[at])].lower() in _FILLERS
        paused = paused and starts[-1] + _BESIDE_FILLER <= at < len(words) - _BESIDE_FILLER
        if paused or _begins(plain, starts[-1], at, shown.text[slice(*words[at - 1])], between):
            starts.append(at)
    spans = []
    for first, after in zip(starts, [*starts[1:], len(words)], strict=True):
        spans.append(shown.original(words[first][0], words[after - 1][1]) if shown.text is not text
                     else (words[first][0], words[after - 1][1]))  # fmt: skip
    return spans


def joints(text: str, start: int, end: int) -> list[int]:
    """Where in ``text[start:end]``, a clause, another may begin though nothing says so: offsets of words, in order."""
    words = [(one.start(), fold(one.group())) for one in _WORD.finditer(text, start, end)]
    return [at for at, word in words[FEWEST : len(words) - FEWEST + 1] if word in _JOINTS]


def _begins(plain: list[str], start: int, at: int, before: str, between: str) -> bool:
    if ends_sentence(before, between) or ".." in between:
        return True
    if not _PAUSES.isdisjoint(between):
        return not (plain[at - 1].isdigit() and plain[at].isdigit() and len(between) == 1)
    if " - " in between or between.startswith(": "):
        return True
    if plain[at] == "vua" and "vua" in plain[max(start, at - FARTHEST) : at - 2]:
        return True  # "vừa mất nước vừa ùn rác"
    if plain[at] == "thu" and plain[at - 1] in _COUNTED:
        return False
    return any(tuple(plain[at : at + len(phrase)]) == phrase for phrase in _BY_FIRST.get(plain[at], ()))
