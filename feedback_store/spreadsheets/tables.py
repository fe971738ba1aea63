"""A table as it was read from a file: its headings, its rows, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from feedback_store.spreadsheets.cells import Value
from feedback_store.spreadsheets.errors import SpreadsheetError
from vitext import fold


@dataclass(frozen=True, slots=True)
class Limits:
    """``size`` and ``unpacked`` in bytes; ``rows`` without the header."""

    size: int = 20_000_000
    unpacked: int = 300_000_000
    rows: int = 100_000
    columns: int = 100


@dataclass(frozen=True, slots=True)
class Row:
    """``number``: the row as a spreadsheet program numbers it. One value a column, ``""`` where empty.

    A datetime is aware, in Viet Nam's time. ``surplus``: something stands beyond the last heading, as
    when a comma inside a CSV field is not quoted; such a row should not be taken.
    """

    number: int
    values: tuple[Value, ...]
    surplus: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a file that is told before it is used. ``key`` names a text, ``params`` fill it in."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    file: str = ""
    """Of which of several files."""


@dataclass(frozen=True)
class Table:
    """All text is NFC, without blanks around it."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()

    @cached_property
    def places(self) -> dict[str, int]:
        """Heading, folded, → its place."""
        return {fold(name): place for place, name in enumerate(self.header) if name}

    def need(self, titles: Iterable[str]) -> None:
        """Raises :class:`SpreadsheetError` naming the headings that are missing; case and diacritics don't matter."""
        missing = [title for title in titles if fold(title) not in self.places]
        if missing:
            raise SpreadsheetError("spreadsheets.columns_missing", columns=", ".join(f"“{one}”" for one in missing))

    def values(self, row: Row, columns: Mapping[str, str]) -> dict[str, Value]:
        """``{key: heading}`` → ``{key: value}``; ``""`` where the file lacks the heading."""
        places = {key: self.places.get(fold(title)) for key, title in columns.items()}
        return {key: "" if place is None else row.values[place] for key, place in places.items()}


def heading_key(text: str) -> str:
    """Headings are compared without marks, case, blanks and signs."""
    return "".join(char for char in fold(text) if char.isalnum())
