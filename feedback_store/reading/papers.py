"""Numbers of identity papers, bank accounts and cards in words: nobody who works on a report needs them.

A word beside a number says what it is ("cccd", "stk", the name of a bank); without one, a citizen's number is known
by how it is built (Decree 137/2015), a card by its length and check digit (ISO/IEC 7812), a health insurance card by
its letters (Decision 1351/QĐ-BHXH).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import yaml

from feedback_store.domain.codes import without_codes
from feedback_store.reading import phones
from feedback_store.reading.digits import Token, joined, rows, seen_in
from feedback_store.texts import FOLDER
from vitext import fold

Kind = Literal["identity", "account"]
WORDS = FOLDER.parent / "persons.yaml"
NEAR = 40
"""Characters before a number in which a word that says what it is may stand."""
NEAR_AFTER = 16
_LENGTH = range(8, 20)
"""So many digits a number has that a word names."""
_CARDS = range(15, 20)
_IDENTITY = 12
_LETTERED = re.compile(r"(?<!\w)(?:[a-z][ \t]?\d{7}|[a-z]{2}[ \t.-]?[1-5](?:[ \t.-]?\d){12})(?!\w)")
"""Numbers that letters begin: of a passport (B1234567), of a health insurance card (DN 4 79 1234567890)."""
_HEALTH = 13


@dataclass(frozen=True, slots=True)
class Paper:
    """A number at ``text[start:end]``; ``digits`` without letters and signs."""

    start: int
    end: int
    kind: Kind
    digits: str


def papers_in(text: str) -> list[Paper]:
    """The numbers of papers, accounts and cards of a text, in order, with their places in the text as given.

    What is a telephone number by its form and has no word that says otherwise is none.
    """
    seen, words, folded = seen_in(without_codes(text))
    taken = [(one.start, one.end) for one in phones.read(words) if isinstance(one, phones.Phone)]
    found = list(_lettered(folded))
    last = 0
    for row in rows(words):
        found += _in_row(row, last, folded, taken)
        last = row[-1].end
    kept: list[Paper] = []
    for one in sorted(found, key=lambda part: (part.start, -part.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return [Paper(*seen.original(one.start, one.end), one.kind, one.digits) for one in kept]


def is_card(digits: str) -> bool:
    """Whether digits are built as the number of a payment card: 15 to 19 with the check digit of Luhn."""
    if len(digits) not in _CARDS or digits[0] not in "34569":
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def _lettered(folded: str) -> Iterator[Paper]:
    for match in _LETTERED.finditer(folded):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) == _HEALTH or _named(folded[max(0, match.start() - NEAR) : match.start()]) == "identity":
            yield Paper(match.start(), match.end(), "identity", digits)


def _in_row(row: list[Token], last: int, folded: str, taken: Sequence[tuple[int, int]]) -> Iterator[Paper]:
    """The numbers of a row; ``last``: where the row before ended, whose words are not this one's."""
    start, end = row[0].start, row[-1].end
    kind = _named(folded[max(last, start - NEAR) : start]) or _bank(folded[end : end + NEAR_AFTER])
    first = _first(row, folded)
    if kind is not None and len(joined(first)) in _LENGTH and not _is(first, taken):
        yield Paper(start, first[-1].end, kind, joined(first))
    for at in range(len(row)):
        if any(low <= row[at].start < high for low, high in taken):
            continue
        for stop in range(len(row), at, -1):
            digits = joined(row[at:stop])
            if len(digits) == _IDENTITY and phones.is_identity(digits):
                yield Paper(row[at].start, row[stop - 1].end, "identity", digits)
            elif is_card(digits) or len(digits) in (16, 19):
                yield Paper(row[at].start, row[stop - 1].end, "account", digits)


def _first(row: list[Token], folded: str) -> list[Token]:
    """The groups of the first number: a comma, a stroke between blanks or a mark ends it."""
    for at in range(1, len(row)):
        if re.search(r"[,*~()]|[ \t][/-][ \t]", folded[row[at - 1].end : row[at].start]):
            return row[:at]
    return row


def _is(tokens: Sequence[Token], taken: Sequence[tuple[int, int]]) -> bool:
    return any(low <= tokens[0].start and tokens[-1].end <= high for low, high in taken)


@lru_cache(maxsize=1)
def _words() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    data = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return (
        ("identity", _any_of(data["identity"])),
        ("account", _any_of([*data["account"], *data["banks"]])),
    )


@lru_cache(maxsize=1)
def _banks() -> re.Pattern[str]:
    return _any_of(yaml.safe_load(WORDS.read_text(encoding="utf-8"))["banks"])


def _any_of(listed: Sequence[str]) -> re.Pattern[str]:
    folded = sorted((fold(one) for one in listed), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, folded)) + r")(?!\w)")


def _named(before: str) -> Kind | None:
    """What the nearest word before a number says it is."""
    ends: list[tuple[int, Kind]] = [(one.end(), kind) for kind, words in _words() for one in words.finditer(before)]
    phone = phones.meant(before)
    return None if phone or not ends else max(ends)[1]


def _bank(after: str) -> Kind | None:
    """Whether the name of a bank follows: "1234567890 MB bank"."""
    match = _banks().search(after)
    return "account" if match is not None and not re.search(r"[.;\n]", after[: match.start()]) else None
