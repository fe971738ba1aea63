"""What a message asks of procedures: which ones, and which aspects of each ("cần giấy gì, bao nhiêu tiền?")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from actions.turn import Turn
from vitext import fold

SURE_ASPECT = 0.8
"""So sure the engine is of the aspect of a clause that is answered beside another."""
MOST_ASPECTS, MOST_PROCEDURES = 4, 3
SURE_ASKED = 0.6
"""So sure it is of a clause that asks about a procedure; less sure, it tells the story of another."""
NAMING = 4
"""Words of the shortest clause that names a procedure which the engine did not see in it."""
_AND = re.compile(r"\s+(?:va|voi lai|roi|cung nhu|cung|con)\s+")

_ASKS = re.compile(
    r"\b(?:khong|ko|k|hong|hok|gi|chi|nao|sao|dau|mo|rang)\W*(?:a|vay|the|ha|em|anh|chi|nhi|he)?\W*$|\?\s*$"
)

_THAT = re.compile(r"\b(?:do|nay|ay|kia|tren|vua roi) *(?:khong|ko|k|hong|chua|a|u)?\W*$")
""" "Có cần giấy xác nhận đó không": of what was said before."""

_APPLIES = re.compile(
    r"^\W*(?:(?:con|roi|voi|va|lai|the|muon|toi|em|neu|cho|hoi)\W+)*"
    r"((?:xin|lam|mo|dang k[yi]|dki|cap|doi|sang ten|khai|nop|tach|gop)"
    r"(?: (?!(?:thi|can|mat|may|bao|o|het|gi|j|dau|nao|sao|do|nay|ay|xong)\b)\w+){2,8})"
    r" (?:thi|can|mat|may|bao|o|het)\b"
)
""" "Còn xin giấy phép nuôi cá sấu thì mấy ngày": what is applied for, though the engine saw no name in it."""

PERHAPS, UNKNOWN = "?", "!"
"""Before a key: it is to be asked whether this one is meant; before words: they name one that the catalogue lacks."""
ALIKE = 0.5
"""So many words in common, two names of procedures that the catalogue lacks are one."""
Which = Callable[[str], str | None]
"""The key of the procedure that words surely mean, PERHAPS and a key where it is to be asked; None: of none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``text``: the words about one procedure; ``aspects``: those asked for in so many words, in order."""

    text: str
    aspects: tuple[str, ...]
    key: str | None = None
    unknown: bool = False
    """The catalogue has none of the name that the words give."""


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    aspect: str | None
    half: bool = False


def asked(turn: Turn, which: Which, aspect_of: Callable[[str], str | None]) -> tuple[Asked, ...]:
    """Each procedure that is asked about, in order; at least one. ``aspect_of``: the engine's aspect of other words."""
    groups: list[list[_Piece]] = []
    keys: list[str | None] = []
    for piece in _pieces(turn, aspect_of):
        key = _key(turn, piece, which)
        if groups and (key is None or keys[-1] is None or _same(keys[-1], key)):
            groups[-1].append(piece)
            keys[-1] = keys[-1] or key
        else:
            groups.append([piece])
            keys.append(key)
    found = [
        Asked(
            turn.text[group[0].start : group[-1].end], _aspects(group),
            key if key and key[0] not in _MARKS else None, bool(key) and str(key)[0] == UNKNOWN,
        )
        for group, key in zip(groups, keys, strict=True)
    ]  # fmt: skip
    if len(found) < 2:
        return (Asked(turn.text, found[0].aspects if found else ()),)
    halves = any(piece.half for group in groups for piece in group)
    shared = next((one.aspects for one in reversed(found) if one.aspects), ()) if halves else ("general",)
    return tuple(one if one.aspects else replace(one, aspects=shared) for one in found[:MOST_PROCEDURES])


_MARKS = PERHAPS + UNKNOWN


def _same(one: str, other: str) -> bool:
    if UNKNOWN not in (one[0], other[0]):
        return one.lstrip(PERHAPS) == other.lstrip(PERHAPS)
    words, others = set(one.lstrip(_MARKS).split()), set(other.lstrip(_MARKS).split())
    return len(words & others) >= ALIKE * len(words | others)


def _aspects(group: list[_Piece]) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(one.aspect for one in group if one.aspect is not None and one.aspect != "general"))
    return named[:MOST_ASPECTS]


def _pieces(turn: Turn, aspect_of: Callable[[str], str | None]) -> Iterator[_Piece]:
    """The clauses of a question with their aspects; a clause of two questions ("mấy tiền và mấy ngày") in two."""
    whole: dict[str, Any] = {"start": 0, "end": len(turn.text), "intent": {"name": turn.intent, "confidence": 1.0}}
    for one in turn.clauses or (whole,):
        start, end, route, said = int(one["start"]), int(one["end"]), one.get("intent") or {}, one.get("aspect") or {}
        asks = route.get("name") == "ask_procedure" and float(route["confidence"]) >= SURE_ASKED
        sure = str(said["name"]) if asks and said and float(said["confidence"]) >= SURE_ASPECT else None
        halves = list(_halves(turn.text, start, end)) if asks else []
        aspects = [aspect_of(turn.text[a:b]) for a, b in halves] if len(halves) > 1 else []
        if aspects:
            yield from (_Piece(a, b, aspect, half=True) for (a, b), aspect in zip(halves, aspects, strict=True))
        else:
            yield _Piece(start, end, sure)


def _halves(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    plain = fold(text)
    if len(plain) != len(text):
        return
    at = start
    for found in _AND.finditer(plain, start, end):
        if len(plain[at : found.start()].split()) > 1 and len(plain[found.end() : end].split()) > 1:
            yield at, found.start()
            at = found.end()
    yield at, end


def _key(turn: Turn, piece: _Piece, which: Which) -> str | None:
    words = turn.text[piece.start : piece.end]
    if piece.aspect in (None, "general") and not piece.half and not _ASKS.search(fold(words)):
        return None  # a story that names a procedure asks nothing of it
    named = [
        fold(turn.text[int(one["start"]) : int(one["end"])])
        for one in turn.entities
        if one.get("entity") == "procedure" and piece.start <= int(one.get("start", -1)) < piece.end
    ]
    found = which(words) if named or len(words.split()) >= NAMING else None
    if found is not None and found[0] == PERHAPS and not named:
        return None  # "có cần khám sức khỏe không" goes on about the licence
    plain = fold(words)
    if found is not None or _THAT.search(plain):
        return found
    applied = _APPLIES.match(plain)
    return next((UNKNOWN + one for one in named if len(one.split()) > 1), UNKNOWN + applied[1] if applied else None)
