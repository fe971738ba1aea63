"""What a text says of a place: its words as they were typed, and the commune that they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from feedback_store.places.address import Span, spans_of
from feedback_store.places.country import CommuneEntry
from feedback_store.places.gazetteer import Gazetteer, PlaceFound
from feedback_store.places.names import Word, words_of
from vitext import fold

# "… à nhầm, …", "ý em là …": what comes after them is meant instead of what came before.
_CORRECTING = re.compile(
    r"\b(?:(?:a|ua|oi|ay|u|a thoi) )?(?:nham|nham roi|lon|lon roi|go nham|ghi nham|viet nham|noi nham)\b"
    r"|\by (?:toi|em|minh|chau|tui|la|anh|chi)(?: la| noi)?\b|\ba quen\b|\bdinh chinh\b|\bsua lai\b|\ba khong\b"
    r"|\bxin loi\b"
)
_DENIED = re.compile(r"\b(?:khong phai|ko phai|k phai|hong phai|hok phai|dau phai|chu khong phai|chu ko phai)\b")
_UNIT_KIND = re.compile(r"(?:phuong|fuong|xa|thi tran|dac khu|p|x|tt)\b")
NAMED_AFTER = frozenset(("house", "way", "landmark", "quarter", "building"))
"""Parts whose names communes bear too: "đường Lê Chân" tells of no commune."""
WITH_ITS_DISTRICT = 2
"""The weight of a commune that is told with its kind, or with its district behind it."""
OF_A_PLACE = 1.5
"""A lighter span is only perhaps a place: it counts where a place was asked for."""


@dataclass(frozen=True, slots=True)
class PlaceRead:
    """``words``: the place as it was typed, its spans in order; ``start`` and ``end`` bound the heaviest of them.

    ``found``: what the units in it mean, None where it names none. ``unknown``: a commune named with its kind that no
    list has, as it was typed.
    """

    words: str
    start: int
    end: int
    weight: float
    found: PlaceFound | None
    unknown: str | None
    kinds: frozenset[str]
    spans: tuple[tuple[int, int], ...]


def read_place(text: str, places: Gazetteer) -> PlaceRead | None:
    """The place that a text names; None: it names none. Never raises."""
    text = without_persons(text)
    words = words_of(text)
    units = places.units_in(words)
    spans = spans_of(text, units, words, places.names)
    if not spans:
        found = places.find_in(words)
        if found is None:
            return None
        kept_text = text[found.start : found.end]
        span = (found.start, found.end)
        return PlaceRead(kept_text, *span, 1.0, found, None, frozenset(["unit"]), (span,))
    kept = _meant(text, spans)
    main = max(kept, key=lambda one: one.weight)
    joined = _in_order(text, kept, main)
    changed = len(kept) < len(spans)
    found = places.find(", ".join(text[one.start : one.end] for one in kept)) if changed else places.find_in(words)
    if found is None:
        found = next((one for span in kept if (one := _at_the_end(text, words, span, places))), None)
    unknown = _unknown(text, words, kept, {unit.first for unit in units if unit.kinded}) if found is None else None
    return PlaceRead(
        ", ".join(text[one.start : one.end] for one in joined), main.start, main.end, main.weight, found, unknown,
        frozenset(kind for one in joined for kind in one.kinds), tuple((one.start, one.end) for one in joined),
    )  # fmt: skip


_PERSON = re.compile(
    r"\b(?:toi|em|minh|chau|con|tui|bac|chu|anh|chi|co|e|ba|ong|thim|di|cau|mo|ho)\s+(?:ho\s+)?(?:ten|va ten)"
    r"(?:\s+(?:la|goi la|day du la))?\s+(?=\S)"
)
""" "Anh tên là Lưu Văn Nhạn, đường …": a name behind this is nobody's street."""
_CAPITALISED = re.compile(r"[^\W\d_]+(?:\s+[^\W\d_]+){0,4}")


def without_persons(text: str) -> str:
    """With blanks where somebody names themselves, so that everything stands where it stood."""
    plain = fold(text)
    if len(plain) != len(text):
        return text
    for found in _PERSON.finditer(plain):
        name = _CAPITALISED.match(text, found.end())
        if name is None:
            continue
        end = found.end()
        for word in re.finditer(r"\S+", name[0]):
            if not word[0][0].isupper():
                break
            end = name.start() + word.end()
        text = text[: found.end()] + " " * (end - found.end()) + text[end:]
    return text


def communes_perhaps(text: str, places: Gazetteer) -> tuple[CommuneEntry, ...]:
    """Communes that a text may mean where it names none for sure, to be offered when the commune is asked for."""
    words = words_of(text)
    taken = {
        at
        for span in spans_of(text, places.units_in(words), words, places.names)
        for part in span.parts if part.kind in NAMED_AFTER
        for at in range(part.first, part.last + 1)
    }  # fmt: skip
    runs: list[list[Word]] = [[]]
    for at, word in enumerate(words):
        if at in taken:
            runs.append([])
        else:
            runs[-1].append(word)
    found = {one.code: one for run in runs if run for one in places.perhaps(run)}
    return tuple(found.values())


def _at_the_end(text: str, words: Sequence[Word], span: Span, places: Gazetteer) -> PlaceFound | None:
    """What a bare name in its chain means: "275/17 Xuân Diệu, Quy Nhơn Tây", "tổ 7 An Phú Thuận An"."""
    if span.parts[-1].kind != "unit":
        return None
    whole = places.find(text[span.start : span.end])
    pair = next((one for one in span.parts if one.kind == "unit" and one.weight >= WITH_ITS_DISTRICT), None)
    return whole or (places.find(text[words[pair.first].start : span.end]) if pair is not None else None)


def _meant(text: str, spans: Sequence[Span]) -> list[Span]:
    """Without those that the writer took back: corrected by a later one, or said not to be it."""
    plain = fold(text)
    if len(plain) != len(text):
        return list(spans)
    kept = [one for one in spans if not _denied(plain, one)] or list(spans)
    for match in _CORRECTING.finditer(plain):
        after = [one for one in kept if one.start >= match.end() and one.weight >= OF_A_PLACE - 0.5]
        if after:
            new = {kind for one in after for kind in one.kinds}
            kept = [one for one in kept if one in after or not (one.kinds & new and one.end <= match.start())]
    return kept


def _denied(plain: str, span: Span) -> bool:
    before = plain[: span.start]
    denials = list(_DENIED.finditer(before))
    if not denials:
        return False
    between = before[denials[-1].end() :]
    return len(between.split()) <= 1 and not re.search(r"[,.;]", between)


def _in_order(text: str, spans: Sequence[Span], main: Span) -> list[Span]:
    """The spans that make one place: the heaviest, and what tells more of it."""
    joined: list[Span] = []
    for one in spans:
        tells = one.weight >= OF_A_PLACE - 0.5 and ("unit" in one.kinds or bool(one.kinds - main.kinds))
        fits = one is main or (tells and (one.located or one.kinds != {"name"}))
        words = fold(text[one.start : one.end])
        if fits and not any(words in fold(text[held.start : held.end]) for held in joined):
            joined.append(one)
    return joined


def _unknown(text: str, words: Sequence[Word], spans: Sequence[Span], known: set[int]) -> str | None:
    for span in spans:
        for part in span.parts:
            if part.kind == "unit" and part.first not in known:
                named = text[words[part.first].start : words[part.last].end]
                if _UNIT_KIND.match(fold(named)):
                    return named
    return None


def merged(before: str, more: str) -> str:
    """Two tellings of one place, nothing twice; what names the commune comes last."""
    if not before or fold(before) in fold(more):
        return more
    if not more or fold(more) in fold(before):
        return before
    tail = re.search(r",?\s*\b(?:phường|xã|thị trấn|đặc khu|p\.|x\.|tt\.)\s*\S.*$", before, re.IGNORECASE)
    if tail is not None and tail.start() > 0 and not _UNIT_KIND.match(fold(more)):
        return f"{before[: tail.start()]}, {more}, {tail.group().lstrip(', ')}"
    return f"{before}, {more}"
