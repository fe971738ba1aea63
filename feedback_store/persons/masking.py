"""Hides what points to the writer of a report from people who need not know it (decision 11).

Agencies, managers, files, search and public pages read the masked text, whether or not the report is anonymous; an
operator reads the original for a stated reason, which is recorded. Short numbers (1022, 113), service lines (1900 …)
and codes of tickets are nobody's and stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import yaml

from feedback_store.domain.codes import without_codes
from feedback_store.reading.papers import NEAR, WORDS, papers_in
from feedback_store.reading.phones import Phone, read
from feedback_store.texts import render
from vitext import fold, nfc
from vitext.view import view

Kind = Literal["phone", "identity", "account", "vehicle", "name", "email"]
LONGEST_NAME = 5
UNREAD_HIDDEN = 9
"""Digits meant for a telephone number are hidden from so many on, also where one is missing."""

_DIGITS = re.compile(r"(?<![\w/])\d(?:[ .\-]?\d){6,18}(?![\w/])")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PLATE = re.compile(r"\b\d{2}[ -]?[A-Za-zĐđ]{1,2}\d?[ .-]?\d{3}[ .]?\d{2}\b|\b\d{2}[A-Za-zĐđ]\d[ -]?\d{4,5}\b")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Personal:
    """A stretch ``text[start:end]`` that points to somebody."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Words:
    introductions: tuple[tuple[str, ...], ...]
    own_pronouns: frozenset[str]
    titles: frozenset[str]
    family: frozenset[str]
    middle: frozenset[str]
    vehicle: re.Pattern[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = yaml.safe_load(WORDS.read_text(encoding="utf-8"))

    def pattern(name: str) -> re.Pattern[str]:
        listed = sorted((fold(one) for one in data[name]), key=len, reverse=True)
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, listed)) + r")(?!\w)")

    introductions = sorted((tuple(fold(one).split()) for one in _introductions(data)), key=len, reverse=True)
    return _Words(
        tuple(introductions),
        frozenset(map(fold, data["own_pronouns"])),
        frozenset(map(fold, data["titles"])),
        frozenset(nfc(one) for name in data["family_names"] for one in (name, fold(name))),
        frozenset(map(fold, data["middle_names"])),
        pattern("own_vehicle"),
    )


def _introductions(data: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Every way of saying one's name: "tôi tên là", "tên tôi là", "em tên", "mình là", and the headings of a form."""
    for who in data["pronouns"]:
        yield from (f"{who} tên là", f"{who} tên", f"tên {who} là", f"tên {who}", f"{who} là")
    yield from data["headings"]


def masked(text: str | None, *, names: Iterable[str | None] = (), phones: Iterable[str | None] = ()) -> str:
    """The text with a word in brackets for everything personal in it.

    ``names`` and ``phones``: those that the reporter left, hidden however they are written again.
    """
    if not text:
        return text or ""
    made, last = [], 0
    for one in personal(text, names=names, phones=phones):
        made += [text[last : one.start], render(f"persons.{one.kind}")]
        last = one.end
    return "".join([*made, text[last:]])


def personal(text: str, *, names: Iterable[str | None] = (), phones: Iterable[str | None] = ()) -> list[Personal]:
    """Everything personal, in order, without overlaps; what begins first wins, then what is longer."""
    seen = view(without_codes(text))
    words = seen.text
    found = [
        *_numbers(words, [re.sub(r"\D", "", one) for one in phones if one]),
        *(Personal(one.start(), one.end(), "email") for one in _EMAIL.finditer(words)),
        *_vehicles(words),
        *_introduced(words),
        *_named(words, [one for one in names if one]),
    ]
    kept: list[Personal] = []
    for one in sorted(found, key=lambda part: (part.start, -part.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return [Personal(*seen.original(one.start, one.end), one.kind) for one in kept]


def _numbers(text: str, numbers: Sequence[str]) -> Iterator[Personal]:
    """Papers and accounts first: what a word names is said to be that."""
    for paper in papers_in(text):
        yield Personal(paper.start, paper.end, paper.kind)
    for match in _DIGITS.finditer(text):
        if re.sub(r"\D", "", match.group()) in numbers:
            yield Personal(match.start(), match.end(), "phone")
    for number in read(text):
        if isinstance(number, Phone) or len(number.digits) >= UNREAD_HIDDEN:
            yield Personal(number.start, number.end, "phone")


def _vehicles(text: str) -> Iterator[Personal]:
    """Plates of the writer's own vehicle; one that is complained about stays."""
    folded = fold(text)
    for match in _PLATE.finditer(text):
        before = folded[max(0, match.start() - NEAR) : match.start()]
        if _words().vehicle.search(before):
            yield Personal(match.start(), match.end(), "vehicle")


def _introduced(text: str) -> Iterator[Personal]:
    """Names after "tôi tên là", "họ tên:" and the like."""
    words = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    folded = [fold(word) for _, _, word in words]
    number = 0
    while number < len(words):
        first = _after_introduction(folded, number)
        if first is None:
            first = number + 1
            if _begins_clause(text, words, number) and folded[number] in _words().own_pronouns:
                count = _full_name(text, words, folded, first)
                if count:
                    yield Personal(words[first][0], words[first + count - 1][1], "name")
            number = first
            continue
        count = _length_of_name(text, words, folded, first, sure="la" not in folded[number:first][1:2])
        if count:
            yield Personal(words[first][0], words[first + count - 1][1], "name")
        number = first + count if count else number + 1  # "ghi tên | tên tôi là …": one introduction within another


def _after_introduction(folded: Sequence[str], at: int) -> int | None:
    for introduction in _words().introductions:
        end = at + len(introduction)
        if tuple(folded[at:end]) == introduction:
            while end < len(folded) and folded[end] in _words().titles and end - at - len(introduction) < 2:
                end += 1
            return end if end < len(folded) else None
    return None


def _begins_clause(text: str, words: Sequence[tuple[int, int, str]], at: int) -> bool:
    return at == 0 or bool(re.search(r"[.,;:!?\n]", text[words[at - 1][1] : words[at][0]]))


def _full_name(text: str, words: Sequence[tuple[int, int, str]], folded: Sequence[str], first: int) -> int:
    """Words of a family, a middle and a given name right after a pronoun ("tôi Nguyễn Văn An"). Streets bear such
    names too, so nothing less is one, and only where the pronoun begins what is said."""
    if first >= len(words) or nfc(words[first][2]).lower() not in _words().family:
        return 0
    if first + 2 >= len(words) or folded[first + 1] not in _words().middle:
        return 0
    count = _length_of_name(text, words, folded, first, sure=False)
    return count if count >= 3 else 0


def _length_of_name(
    text: str, words: Sequence[tuple[int, int, str]], folded: Sequence[str], first: int, *, sure: bool
) -> int:
    """How many words from ``first`` on are a name: capitalised ones, or small ones that begin with a family name.

    ``sure``: the introduction says "tên"; otherwise ("tôi là …") one capitalised word alone is no name.
    """
    run = 1
    while first + run < len(words) and run < LONGEST_NAME:
        if text[words[first + run - 1][1] : words[first + run][0]].strip(" "):
            break  # a comma or a line ends a name
        run += 1
    if words[first][2].islower():
        written = nfc(words[first][2])  # "trương" and "truong" are family names, "trưởng" is a chief
        if written not in _words().family:
            return 0
        return _small_name(folded[first : first + run], ended=run < LONGEST_NAME)
    count = 0
    while count < run and words[first + count][2][0].isupper():
        count += 1
    return count if count >= 2 or sure else 0


def _small_name(folded: Sequence[str], *, ended: bool) -> int:
    """Length of a name in small letters; nothing but a comma or the end tells where one of four words ends."""
    if len(folded) < 2:
        return 0
    if ended and len(folded) <= 4:
        return len(folded)
    return 3 if folded[1] in _words().middle else 2


def _named(text: str, names: Sequence[str]) -> Iterator[Personal]:
    """The names that the reporter left, with or without marks."""
    folded = fold(text)
    if len(folded) != len(text):
        return
    for name in names:
        wanted = fold(" ".join(name.split()))
        if len(wanted) < 4 or " " not in wanted:
            continue
        for match in re.finditer(r"(?<!\w)" + re.escape(wanted).replace(r"\ ", r"\s+") + r"(?!\w)", folded):
            yield Personal(match.start(), match.end(), "name")
