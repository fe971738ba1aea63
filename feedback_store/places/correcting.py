"""A place said anew: what the writer replaced of it, and what of the first telling stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from feedback_store.places.address import Kind, spans_of
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.places.lexicon import lexicon
from feedback_store.places.names import Word, words_of
from feedback_store.places.reading import merged, read_place

_NUMBER = re.compile(r"\d")
_BARE = re.compile(r"\d[\w/.\-]*")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a place in ``text[start:end]``. ``level``: what takes its place: a lane does not replace a street.

    ``number``: where its number stands; ``bare``: whether it has no name beside.
    """

    level: str
    start: int
    end: int
    number: tuple[int, int] | None
    bare: bool


def corrected(before: str, now: str, places: Gazetteer) -> str:
    """``before`` with what ``now`` says anew: a lane's or a house's number in the place of the first one, a ward in the
    place of the ward; a whole address replaces house, lane and street, but not the landmark beside them."""
    read = read_place(now, places)
    said = read.words if read is not None else now.strip()
    old, new = _pieces(before, places), _pieces(said, places)
    if not new and _BARE.fullmatch(said):
        new = [_Piece("house", 0, len(said), (0, len(said)), bare=True)]
    if not old or not new:
        return said
    address = any(one.level in ("house", "lane") and not one.bare for one in new)
    if not address and all(_fitting(one, old) is not None for one in new):
        return _exchanged(before, said, old, new)
    levels = {one.level for one in new} | ({"house", "lane", "street"} if address else set())
    gone = [one for one in old if one.level in levels]
    if not gone and address:  # what stood there was no address that the reader knows: only its commune stays
        kept = [before[one.start : one.end] for one in old if one.level == "unit"]
        named = any(one.level == "unit" for one in new)
        return said if named else ", ".join([said, *kept])
    if not gone:
        return merged(before, said)
    changes = {(one.start, one.end): "" for one in gone} | {(gone[0].start, gone[0].end): said}
    return _spliced(before, changes)


def completed(place: str, fuller: str) -> str:
    """``place`` with the name that ``fuller`` has after the same lane and number: "giữa ngõ 81" beside "nhà số 9 ngõ 81
    Hồ Sen" is "giữa ngõ 81 Hồ Sen"."""
    short, told = words_of(place), words_of(fuller)
    if len(short) < 2 or not _NUMBER.search(short[-1].raw):
        return place
    lane = [one.key for one in short[-2:]]
    end = next((two.end for one, two in pairwise(told) if [one.key, two.key] == lane), len(fuller))
    name = re.match(r"\s+[^\s,;.\d][^,;.]*", fuller[end:])
    return place + name.group().rstrip() if name is not None else place


def _fitting(piece: _Piece, old: Sequence[_Piece]) -> _Piece | None:
    same = [one for one in old if one.level == piece.level]
    if not same and piece.level == "house":  # "12/7" said of "hẻm 12/5"
        same = [one for one in old if one.level == "lane" and one.number is not None]
    return same[0] if same else None


def _exchanged(before: str, said: str, old: Sequence[_Piece], new: Sequence[_Piece]) -> str:
    changes: dict[tuple[int, int], str] = {}
    for piece in new:
        held = _fitting(piece, old)
        if held is None:
            continue
        if piece.bare and piece.number is not None and held.number is not None:
            changes[held.number] = said[slice(*piece.number)]
        else:
            changes[held.start, held.end] = said[piece.start : piece.end]
    return _spliced(before, changes)


def _spliced(text: str, changes: Mapping[tuple[int, int], str]) -> str:
    for (start, end), words in sorted(changes.items(), reverse=True):
        text = text[:start] + words + text[end:]
    return re.sub(r"\s*,[\s,]*", ", ", re.sub(r"\s{2,}", " ", text)).strip(" ,")


def _pieces(text: str, places: Gazetteer) -> list[_Piece]:
    words = words_of(text)
    spans = spans_of(text, places.units_in(words), words, places.names)
    return [_piece(words[part.first : part.last + 1], part.kind) for span in spans for part in span.parts]


def _piece(words: Sequence[Word], kind: Kind) -> _Piece:
    lex, marks = lexicon(), any(word.marked for word in words)
    lane = kind == "way" and lex.lanes.at(words, 0, marks) > 0
    level = {"way": "lane" if lane else "street", "quarter": f"quarter {words[0].key}"}.get(kind, kind)
    first = next((at for at, word in enumerate(words) if _NUMBER.search(word.raw)), None)
    if first is None or kind not in ("house", "way", "quarter"):
        return _Piece(level, words[0].start, words[-1].end, None, bare=False)
    last = first
    while last + 1 < len(words) and words[last + 1].gap in ("/", "-", "+", ""):
        last += 1
    called = max(phrases.at(words, 0, marks) for phrases in (lex.ways, lex.quarters, lex.buildings, lex.houses))
    bare = first <= called and last + 1 == len(words)
    return _Piece(level, words[0].start, words[-1].end, (words[first].start, words[last].end), bare)
