"""Every phrase of the check sets that is found as it stands is found with whatever hides letters in it, too."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from bot.gateway.safety import judge_denunciation, judge_words
from tests.unit.guards.test_sets import DENUNCIATIONS, EMERGENCIES
from tests.unit.vitext.test_legacy import as_1258, as_tcvn3, as_utf8, as_utf8_latin, as_utf8_twice, as_vni
from vitext import fold

FOUND = [text for text in EMERGENCIES if judge_words(text) is not None]
FOUND_FOLDED = [fold(text) for text in EMERGENCIES if judge_words(fold(text)) is not None]
TOLD = [text for text in DENUNCIATIONS if judge_denunciation(text) is not None]

UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u00ad\u2060\u2061\u2062\u2063\u2064\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u034f\u115f\u17b4\u180e\ufe00\ufe0f\U000e0041\U000e0100"  # noqa: E501
ALIKE = dict(zip("aeocpxyihKMTBAEOCPXH", "аеосрхуіһКМТВАЕОСРХН", strict=True))
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}


def _within(mark: str) -> Callable[[str], str]:
    """The mark inside every word of more than two letters."""
    return lambda text: " ".join(word[:2] + mark + word[2:] if len(word) > 2 else word for word in text.split(" "))


def _between(mark: str) -> Callable[[str], str]:
    return lambda text: mark.join(text)


def _blanks(blank: str) -> Callable[[str], str]:
    return lambda text: text.replace(" ", blank)


def _swapped(table: dict[str, str]) -> Callable[[str], str]:
    return lambda text: "".join(table.get(char, char) for char in text)


FAULTS: dict[str, Callable[[str], str]] = {
    **{f"U+{ord(mark):04X} within words": _within(mark) for mark in UNSEEN},
    **{f"U+{ord(mark):04X} everywhere": _between(mark) for mark in "\u200b\u00ad\u2060\ufeff\u202e\ufe0f"},
    **{f"blank U+{ord(one):04X}": _blanks(one) for one in "\u00a0\u2002\u2003\u2009\u200a\u202f\u205f\u3000"},
    "two blanks": _blanks("  "),
    "a tab": _blanks("\t"),
    "Cyrillic twins": _swapped(ALIKE),
    "full width": _swapped(WIDE),
    "letters and marks apart": lambda text: unicodedata.normalize("NFD", text),
    "compatibility forms apart": lambda text: unicodedata.normalize("NFKD", text),
    "capitals": str.upper,
    "a direction override around": lambda text: f"\u202e{text}\u202c",
}
ENCODINGS: dict[str, Callable[[str], str]] = {
    "TCVN3": as_tcvn3, "VNI": as_vni, "Windows-1258": as_1258, "UTF-8 as cp1252": as_utf8,
    "UTF-8 as Latin-1": as_utf8_latin, "UTF-8 twice": as_utf8_twice,
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_hides_letters_hides_no_emergency(name: str) -> None:
    fault = FAULTS[name]
    missed = [text for text in (*FOUND, *FOUND_FOLDED) if judge_words(fault(text)) is None]
    assert len(missed) <= 0.005 * (len(FOUND) + len(FOUND_FOLDED)), missed
    untold = [text for text in TOLD if judge_denunciation(fault(text)) is None]
    assert not untold


def test_old_and_wrong_encodings_hide_no_emergency() -> None:
    missed = [f"{name}: {text}" for name, fault in ENCODINGS.items() for text in FOUND
              if judge_words(fault(text)) is None]  # fmt: skip
    assert len(missed) <= 0.005 * len(ENCODINGS) * len(FOUND), missed
    untold = [f"{name}: {text}" for name, fault in ENCODINGS.items() for text in TOLD
              if judge_denunciation(fault(text)) is None]  # fmt: skip
    assert len(untold) <= 0.005 * len(ENCODINGS) * len(TOLD), untold
