"""Codes of dossiers at the one-stop desks in words: agency, date, running number (Decree 61/2018/NĐ-CP, article 15).

``000.00.15.H40-251130-0012`` and the shorter ``H40.15-251130-0012``, in small letters, with blanks or other signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vitext.view import view

_SIGN = r"[ \t]?[.\-_/]?[ \t]?"
_BETWEEN = r"(?:[ \t]?[.\-_/][ \t]?|[ \t])"
_DATE = r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_CODE = re.compile(
    rf"(?<!\w)(?P<unit>(?:\d{{3}}{_SIGN}\d{{2}}{_SIGN}\d{{2}}{_SIGN})?)(?P<agency>[a-z]\d{{2}})(?P<parts>(?:{_SIGN}\d{{1,3}}){{0,3}}?)"
    rf"{_BETWEEN}(?P<date>{_DATE}){_BETWEEN}(?P<number>\d{{3,6}})(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A code at ``text[start:end]``; ``code`` in its usual form."""

    start: int
    end: int
    code: str


def dossiers_in(text: str) -> list[Dossier]:
    """Every code of a dossier, in order, with its place in the text as given."""
    seen = view(text)
    return [Dossier(*seen.original(one.start(), one.end()), _usual(one)) for one in _CODE.finditer(seen.text)]


def without_dossiers(words: str) -> str:
    """Words of a view with every such code dotted out, as long as before: for whoever looks for other numbers."""
    return _CODE.sub(lambda one: "·" * len(one.group()), words)


def _usual(one: re.Match[str]) -> str:
    agency = ".".join([*_groups(one["unit"]), one["agency"].upper(), *_groups(one["parts"])])
    return f"{agency}-{one['date']}-{one['number']}"


def _groups(part: str) -> Iterator[str]:
    return (digits.group() for digits in re.finditer(r"\d+", part))
