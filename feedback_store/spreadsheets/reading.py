"""A table from an XLSX or CSV file that somebody gives in: header, rows, and a clear error for anything else."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from feedback_store.spreadsheets.errors import SpreadsheetError
from vitext import clean_words, fold
from vitext.dates import VIET_NAM

Value: TypeAlias = str | dt.date | dt.datetime
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
DELIMITERS = ";,\t"
BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, IndexError,
    AttributeError, EOFError, OSError, NotImplementedError, RuntimeError, AssertionError,
)  # fmt: skip
"""What openpyxl and zipfile raise for a damaged file; nothing of ours runs inside."""


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


@dataclass(frozen=True)
class Table:
    """All text is NFC, without blanks around it."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]

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


def read_table(data: bytes, limits: Limits = Limits()) -> Table:
    """The first sheet of an XLSX file, or a CSV file. Raises :class:`SpreadsheetError`."""
    if not data:
        raise SpreadsheetError("spreadsheets.empty")
    if len(data) > limits.size:
        raise SpreadsheetError("spreadsheets.too_big", megabytes=limits.size // 1_000_000)
    if data.startswith(ZIP):
        return _table(_xlsx_rows(data, limits), limits)
    if data.startswith(OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise SpreadsheetError("spreadsheets.locked" if locked else "spreadsheets.old_excel")
    return _table(_csv_rows(data, limits), limits)


def _table(rows: Iterator[Sequence[Value]], limits: Limits) -> Table:
    numbered = enumerate(rows, 1)
    header: tuple[str, ...] = ()
    for _, first in numbered:
        header = tuple(_trimmed([str(value) for value in first]))
        if header:
            break
    if not header:
        raise SpreadsheetError("spreadsheets.empty")
    folded = [fold(name) for name in header if name]
    for name, key in zip((name for name in header if name), folded, strict=True):
        if folded.count(key) > 1:
            raise SpreadsheetError("spreadsheets.heading_twice", column=name)
    width = len(header)
    kept: list[Row] = []
    for number, values in numbered:
        found = _trimmed(values)
        if not found:
            continue
        if len(kept) == limits.rows:
            raise SpreadsheetError("spreadsheets.too_many_rows", rows=limits.rows)
        padded = (*found[:width], *[""] * (width - len(found)))
        kept.append(Row(number, padded, surplus=len(found) > width))
    return Table(header, tuple(kept))


def _trimmed(values: Sequence[Any]) -> list[Any]:
    """Without the empty cells at the end."""
    last = len(values)
    while last and values[last - 1] == "":
        last -= 1
    return list(values[:last])


def _clean(text: str) -> str:
    return clean_words(text.replace("\r\n", "\n").replace("\xa0", " ")).strip()


def _xlsx_rows(data: bytes, limits: Limits) -> Iterator[Sequence[Value]]:
    """Rows as they are read; a row far below the others ends in an error, not in a million empty ones."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            infos = parts.infolist()
        # zipfile never gives more bytes of a part than its entry says, so the sum bounds what is unpacked.
        if sum(info.file_size for info in infos) > limits.unpacked or len(infos) > 2_000:
            raise SpreadsheetError("spreadsheets.too_big_inside")
        if not any(info.filename == "xl/workbook.xml" for info in infos):
            raise SpreadsheetError("spreadsheets.not_a_table")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # extensions that openpyxl doesn't know are of no matter here
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                yield from _cells(book.worksheets[0], limits)
            finally:
                book.close()
    except SpreadsheetError:
        raise
    except BROKEN as error:
        raise SpreadsheetError("spreadsheets.damaged") from error


def _cells(sheet: Any, limits: Limits) -> Iterator[Sequence[Value]]:
    sheet.reset_dimensions()
    blank = 0
    for row in sheet.iter_rows(max_col=limits.columns + 1):
        values = _trimmed([_value(cell) for cell in row])
        if len(values) > limits.columns:
            raise SpreadsheetError("spreadsheets.too_many_columns", columns=limits.columns)
        blank = 0 if values else blank + 1
        if blank > limits.rows:
            raise SpreadsheetError("spreadsheets.too_many_rows", rows=limits.rows)
        yield values


def _value(cell: Any) -> Value:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dt.datetime):
        timed = any(letter in str(cell.number_format).lower().split(";")[0] for letter in "hs")
        return value.replace(tzinfo=VIET_NAM) if timed or value.time() != dt.time() else value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _clean(str(value))


def _csv_rows(data: bytes, limits: Limits) -> Iterator[Sequence[Value]]:
    text = _decoded(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for number in itertools.count(1):
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SpreadsheetError("spreadsheets.broken_csv", row=number) from error
        if len(row) > limits.columns and len(_trimmed(row)) > limits.columns:
            raise SpreadsheetError("spreadsheets.too_many_columns", columns=limits.columns)
        yield [_clean(value) for value in row]


def _decoded(data: bytes) -> str:
    """UTF-8 or UTF-16, with or without a mark. Other encodings are refused: guessing corrupts names."""
    head = data[:4096]
    encoding = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in head:
        encoding = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SpreadsheetError("spreadsheets.encoding") from error
    if any(unicodedata.category(letter) in ("Cc", "Cn", "Co") and letter not in "\t\r\n" for letter in text[:4096]):
        raise SpreadsheetError("spreadsheets.not_a_table")
    return text
