"""Telephone numbers inside words: where they stand, how they are dialled, how they are hidden."""

from __future__ import annotations

import re

from feedback_store.domain.codes import replaced_outside_codes, without_codes

HIDDEN = "•"
# 0912345678, 0912 345 678, +84 912.345.678, (0225) 3 123 456
_WRITTEN = re.compile(r"(?<![\w+])(?:\+?84|0084|0)(?:[ .\-()]{0,2}\d){8,10}(?!\w)")
_NATIONAL = re.compile(r"0(?:[35789]\d{8}|2\d{8,9})")


def national(written: str) -> str | None:
    """``+84 912.345.678`` → ``0912345678``; None where it is no Vietnamese number."""
    digits = re.sub(r"\D", "", written)
    if digits.startswith("0084"):
        digits = "0" + digits[4:].removeprefix("0")
    elif digits.startswith("84") and len(digits) >= 11:
        digits = "0" + digits[2:].removeprefix("0")
    return digits if _NATIONAL.fullmatch(digits) else None


def numbers_in(text: str) -> list[str]:
    """The numbers a text names, in national form, each once and in order."""
    named = (national(match.group()) for match in _WRITTEN.finditer(without_codes(text)))
    return list(dict.fromkeys(number for number in named if number is not None))


def masked(text: str) -> str:
    """The text with all but the first two and last two digits of its numbers hidden; codes of tickets are none."""

    def hide(match: re.Match[str]) -> str:
        number = national(match.group())
        if number is None:
            return match.group()
        return number[:2] + HIDDEN * (len(number) - 4) + number[-2:]

    return replaced_outside_codes(_WRITTEN, hide, text)
