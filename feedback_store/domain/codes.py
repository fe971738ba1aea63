"""Ticket codes: ``PA-482-109-375`` (ADR 0006).

Eight random digits and a check digit by Damm's algorithm, which finds every single wrong digit and
every swap of two neighbours (H. M. Damm, 2004; the quasigroup of order 10 from his thesis).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

PREFIX = "PA"
#: Letters and digits that are not mistaken for each other when read aloud or copied: passwords, linking codes.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2), (7, 0, 9, 2, 1, 5, 4, 8, 6, 3), (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6), (6, 1, 2, 3, 0, 4, 5, 9, 7, 8), (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4), (8, 9, 4, 5, 3, 6, 2, 0, 1, 7), (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_TYPED = re.compile(r"^\s*(?:p\s*a)?[\s.:_\-–—#]*((?:\d[\s.\-–—]*){9})$", re.IGNORECASE)
_LOOSE = re.compile(r"(?<![\w])p\s?a[\s.:_\-–—#]*((?:\d[\s.\-–—]*){6,12})(?!\w)", re.IGNORECASE)

_WITH_PREFIX = re.compile(r"(?<!\w)p\s?a[\s.:_\-–—#]*(\d(?:[\s._\-–—]{0,3}\d){8})(?!\w)", re.IGNORECASE)
_IN_THREES = re.compile(r"\d{3}\D+\d{3}\D+\d{3}")


def check_digit(digits: str) -> int:
    """Damm check digit of a string of digits."""
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return state


def make_code(random_below: Callable[[int], int]) -> str:
    """A new code; ``random_below(n)`` gives a number from 0 to n-1 (``secrets.randbelow``)."""
    digits = f"{random_below(10**8):08d}"
    digits += str(check_digit(digits))
    return f"{PREFIX}-{digits[:3]}-{digits[3:6]}-{digits[6:]}"


@dataclass(frozen=True, slots=True)
class TypedCode:
    """What somebody typed: ``code`` in standard form where the digits are right, else None."""

    code: str | None
    digits: str

    @property
    def mistyped(self) -> bool:
        return self.code is None


def read_code(text: str) -> TypedCode | None:
    """Read a text that is nothing but a code; None where it doesn't look like one.

    Spaces, dots, dashes, case and the prefix are free: ``pa482109375``, ``482 109 375``.
    """
    match = _TYPED.match(text)
    return _typed(match.group(1)) if match else None


def find_code(text: str) -> TypedCode | None:
    """The first code inside a sentence; here the prefix is needed."""
    found = codes_in(text)
    return found[0][2] if found else read_code(text)


def codes_in(text: str) -> list[tuple[int, int, TypedCode]]:
    """Every code of a text that bears its prefix: (start, end, what was typed)."""
    return [(match.start(), match.start(1) + len(match.group(1).rstrip(" .-–—")), _typed(match.group(1)))
            for match in _LOOSE.finditer(text)]  # fmt: skip


def without_codes(text: str) -> str:
    """The text with every code dotted out, as long as before: for whoever looks for other numbers, to hide them.

    The prefix is needed, and the check digit or the groups of three: "pa 912345678" can be somebody's telephone.
    """

    def dotted(match: re.Match[str]) -> str:
        run = match.group(1)
        return "·" * len(match.group()) if _IN_THREES.fullmatch(run) or not _typed(run).mistyped else match.group()

    return _WITH_PREFIX.sub(dotted, text)


def replaced_outside_codes(pattern: re.Pattern[str], by: Callable[[re.Match[str]], str], text: str) -> str:
    """``pattern.sub(by, text)`` that leaves codes alone."""
    made, last = [], 0
    for match in pattern.finditer(without_codes(text)):
        made += [text[last : match.start()], by(match)]
        last = match.end()
    return "".join([*made, text[last:]])


def _typed(run: str) -> TypedCode:
    digits = "".join(c for c in run if c.isdecimal() and c.isascii())
    if len(digits) != 9 or check_digit(digits) != 0:
        return TypedCode(None, digits)
    return TypedCode(f"{PREFIX}-{digits[:3]}-{digits[3:6]}-{digits[6:]}", digits)
