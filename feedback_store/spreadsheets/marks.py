"""What a sheet's file tells that its values do not: merged cells, hidden rows, formulas nobody computed.

Read from the sheet's XML beside the values, since a reader of values alone leaves it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from openpyxl.utils import range_boundaries

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_NUMBER = re.compile(rb'\br="(\d+)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+\d+:[A-Z]+\d+)"')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>.*?</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>",
    re.DOTALL,
)
MOST = 200_000
"""Cells that merged ranges may fill together; a range over whole columns is left as it is."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Rows and columns count from 1."""

    hidden: frozenset[int] = frozenset()
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """(row, column) of a cell below or beside the first one of a merged range → that first one."""
    uncomputed: frozenset[tuple[int, int]] = frozenset()

    def below(self) -> dict[int, list[tuple[int, tuple[int, int]]]]:
        """Row → its (column, first cell) of ranges that go down in that column."""
        found: dict[int, list[tuple[int, tuple[int, int]]]] = {}
        for (row, column), first in self.merged.items():
            if first[1] == column:
                found.setdefault(row, []).append((column, first))
        return found


def marks_of(xml: bytes) -> Marks:
    """Of the XML of one sheet. Never raises for what is not as expected: then nothing is marked."""
    hidden = set()
    for match in _ROW.finditer(xml):
        number = _NUMBER.search(match.group()) if _HIDDEN.search(match.group()) else None
        if number is not None:
            hidden.add(int(number.group(1)))
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    for match in _MERGED.finditer(xml):
        left, top, right, bottom = (one or 0 for one in range_boundaries(match.group(1).decode("ascii")))
        if not left * top * right * bottom or len(merged) + (right - left + 1) * (bottom - top + 1) > MOST:
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    merged[row, column] = (top, left)
    formulas = set()
    for match in _FORMULA.finditer(xml):
        formulas.add((int(match.group(2)), _column(match.group(1))))
    return Marks(frozenset(hidden), merged, frozenset(formulas))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
