"""A table from an XLSX or CSV file that somebody gives in: header, rows, and a clear error for anything else."""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
import warnings
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from feedback_store.spreadsheets.cells import Odd, Recoded, Value, text_of, value_of
from feedback_store.spreadsheets.errors import SpreadsheetError
from feedback_store.spreadsheets.joining import joined_files, unpacked, unread, with_table
from feedback_store.spreadsheets.marks import Marks, marks_of
from feedback_store.spreadsheets.markup import tables_in
from feedback_store.spreadsheets.tables import Limits, Note, Row, Table, heading_key
from feedback_store.texts import render
from vitext import fold

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
DELIMITERS = ";,\t"
BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, IndexError,
    AttributeError, EOFError, OSError, NotImplementedError, RuntimeError, AssertionError,
)  # fmt: skip
"""What openpyxl and zipfile raise for a damaged file; nothing of ours runs inside."""


RUNNING = frozenset(heading_key(one) for one in ("STT", "Số TT", "Số thứ tự", "S.T.T"))
"""Headings of a column that only counts, whatever stands in it."""
PERHAPS_RUNNING = frozenset(heading_key(one) for one in ("TT", "No", "No.", "#"))
"""Such a column where it holds nothing but figures: "TT" can be a state, too."""
TOTALS = re.compile(r"(?:tong|cong|tong cong|tong so|tong hop|luy ke|total|sum)\b[\s:]*")
OTHER_FILES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")
"""How documents and pictures begin that are given instead of a table."""
ENCODINGS = {"tcvn3": "TCVN3", "vni": "VNI", "windows-1258": "Windows-1258", "utf-8": "UTF-8"}
FRAME = 30
"""So many rows of titles may stand above the headings."""


def read_table(
    data: bytes, limits: Limits = Limits(), headings: Collection[str] = (), key: Collection[str] = ()
) -> Table:
    """The first visible sheet of an XLSX file, or a CSV file; several of them in a ZIP, joined. Raises
    :class:`SpreadsheetError`.

    ``headings``: keys of the headings that are looked for: rows of titles above them, a column that only counts and
    rows of totals are left out then, each said in ``notes``. ``key``: the headings (keys) of the column that names a
    row: further sheets that have it belong to the first, as more rows where they have the same columns, else as more
    columns of the same rows.
    """
    if not data:
        raise SpreadsheetError("spreadsheets.empty")
    if len(data) > limits.size:
        raise SpreadsheetError("spreadsheets.too_big", megabytes=limits.size // 1_000_000)
    files = unpacked(data, limits) if data.startswith(ZIP) and key else None
    if files is not None:
        tables = {name: _of_file(name, content, limits, headings, key) for name, content in files}
        return joined_files(tables, headings, key, limits)
    if data.startswith(ZIP):
        notes: list[Note] = []
        others: list[tuple[str, list[Numbered]]] = []
        rows = list(_xlsx_rows(data, limits, headings, notes, others if key else None))
        table = _table(iter(rows), limits, headings, notes)
        for title, more in others:
            try:
                further = _table(iter(more), limits, headings, [])
            except SpreadsheetError:  # explanations, a cover: what is no table belongs to none
                table = unread(table, title)
            else:
                table = with_table(table, further, title, key, limits)
        return table
    if data.startswith(OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise SpreadsheetError("spreadsheets.locked" if locked else "spreadsheets.old_excel")
    if data.startswith(OTHER_FILES):
        raise SpreadsheetError("spreadsheets.not_a_table")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return _table(_markup_rows(data, limits), limits, headings, [Note("spreadsheets.note_markup")])
    return _table(_csv_rows(data, limits, headings), limits, headings, [])


def _of_file(
    name: str, content: bytes, limits: Limits, headings: Collection[str], key: Collection[str]
) -> Table:
    """One of several files; what is wrong with it is told with its name."""
    try:
        if content.startswith(ZIP) and unpacked(content, limits) is not None:
            raise SpreadsheetError("spreadsheets.not_a_table")
        return read_table(content, limits, headings, key)
    except SpreadsheetError as error:
        fault = render(error.key, **error.params)
        raise SpreadsheetError("spreadsheets.in_file", name=name, fault=fault) from error


Numbered = tuple[int, Sequence[Value], bool]
"""Number of a row, its values, and whether it is hidden."""


def _table(rows: Iterator[Numbered], limits: Limits, headings: Collection[str], notes: list[Note]) -> Table:
    rows, header = _headed(rows, headings, notes)
    folded = [fold(name) for name in header if name]
    for name, key in zip((name for name in header if name), folded, strict=True):
        if folded.count(key) > 1:
            raise SpreadsheetError("spreadsheets.heading_twice", column=name)
    width = len(header)
    kept: list[Row] = []
    for number, values, hidden in rows:
        found = _trimmed(values)
        if not found:
            continue
        if headings and _is_total(found):
            notes.append(Note("spreadsheets.note_total", {"row": number}))
            continue
        if len(kept) == limits.rows:
            raise SpreadsheetError("spreadsheets.too_many_rows", rows=limits.rows)
        padded = (*found[:width], *[""] * (width - len(found)))
        kept.append(Row(number, padded, surplus=len(found) > width, hidden=hidden))
    kept = _in_unicode(kept, notes)
    if headings:
        return _without_count(header, kept, headings, notes)
    return Table(header, tuple(kept), tuple(notes))


def _in_unicode(rows: list[Row], notes: list[Note]) -> list[Row]:
    """Text that was righted from old or wrong encodings is told of."""
    kinds: Counter[str] = Counter()

    def right(value: Value) -> Value:
        if not isinstance(value, Recoded):
            return value
        kinds[value.encoding] += 1
        return str(value)

    made = [Row(one.number, tuple(map(right, one.values)), one.surplus, one.hidden) for one in rows]
    for kind, cells in kinds.most_common():
        notes.append(Note("spreadsheets.note_encoding", {"cells": cells, "kind": ENCODINGS[kind]}))
    return made


def _headed(
    rows: Iterator[Numbered], headings: Collection[str], notes: list[Note]
) -> tuple[Iterator[Numbered], tuple[str, ...]]:
    """The rows below the headings, and the headings: the first row that is filled in, or the one among the first that
    has most of those looked for."""
    first: list[Numbered] = []
    for one in rows:
        if _trimmed(one[1]):
            first.append(one)
        if first and (not headings or len(first) == FRAME):
            break
    if not first:
        raise SpreadsheetError("spreadsheets.empty")
    found = [sum(heading_key(str(value)) in headings for value in one[1]) for one in first]
    at = max(range(len(first)), key=lambda n: (found[n] >= 2, found[n] * (found[n] >= 2), -n))
    if at:
        notes.append(Note("spreadsheets.note_titles", {"rows": at, "row": first[at][0]}))
    header = tuple(_trimmed([" ".join(str(value).split()) for value in first[at][1]]))
    return itertools.chain(first[at + 1 :], rows), header


def _is_total(values: Sequence[Value]) -> bool:
    """ "Tổng cộng" and a few figures: no row of its own."""
    words = [fold(value) for value in values if isinstance(value, str) and value and not _figure(value)]
    return len(words) == 1 and TOTALS.fullmatch(words[0]) is not None


def _figure(value: str) -> bool:
    return value.replace(".", "").replace(",", "").strip().isdecimal()


def _without_count(header: tuple[str, ...], rows: list[Row], headings: Collection[str], notes: list[Note]) -> Table:
    """Without a column that only counts the rows, unless its heading is one that was looked for."""
    counted = {
        place for place, name in enumerate(header)
        if heading_key(name) not in headings
        and (
            heading_key(name) in RUNNING
            or (name and heading_key(name) in PERHAPS_RUNNING | {""} and _counts(rows, place))
        )
    }  # fmt: skip
    if not counted:
        return Table(header, tuple(rows), tuple(notes))
    notes.append(Note("spreadsheets.note_count", {"column": header[min(counted)]}))
    kept = [place for place in range(len(header)) if place not in counted]
    return Table(
        tuple(header[place] for place in kept),
        tuple(Row(r.number, tuple(r.values[place] for place in kept), r.surplus, r.hidden) for r in rows),
        tuple(notes),
    )


def _counts(rows: Iterable[Row], place: int) -> bool:
    return all(isinstance(row.values[place], str) and _figure(str(row.values[place]) or "0") for row in rows)


def _trimmed(values: Sequence[Any]) -> list[Any]:
    """Without the empty cells at the end."""
    last = len(values)
    while last and values[last - 1] == "":
        last -= 1
    return list(values[:last])


def _xlsx_rows(
    data: bytes, limits: Limits, headings: Collection[str], notes: list[Note],
    others: list[tuple[str, list[Numbered]]] | None,
) -> Iterator[Numbered]:  # fmt: skip
    """Rows as they are read; a row far below the others ends in an error, not in a million empty ones. ``others`` is
    filled with the other visible sheets that have headings; None: they are only told of."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            infos = parts.infolist()
            # zipfile never gives more bytes of a part than its entry says, so the sum bounds what is unpacked.
            if sum(info.file_size for info in infos) > limits.unpacked or len(infos) > 2_000:
                raise SpreadsheetError("spreadsheets.too_big_inside")
            if not any(info.filename == "xl/workbook.xml" for info in infos):
                kind = parts.read("mimetype") if any(info.filename == "mimetype" for info in infos) else b""
                named = "open_document" if b"spreadsheet" in kind else "not_a_table"
                raise SpreadsheetError(f"spreadsheets.{named}")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # extensions that openpyxl doesn't know are of no matter here
                book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
                try:
                    sheet, further = _sheets(book, headings, notes)
                    yield from _cells(sheet, limits, _marks(parts, sheet), notes)
                    if others is None and further:
                        names = ", ".join(f"“{one.title}”" for one in further[:5])
                        notes.append(Note("spreadsheets.note_other_sheets", {"name": sheet.title, "names": names}))
                    if others is not None:
                        for one in further:
                            others.append((one.title, list(_cells(one, limits, _marks(parts, one), notes))))
                finally:
                    book.close()
    except SpreadsheetError:
        raise
    except BROKEN as error:
        raise SpreadsheetError("spreadsheets.damaged") from error


def _sheets(book: Any, headings: Collection[str], notes: list[Note]) -> tuple[Any, list[Any]]:
    """The first visible sheet that has the headings, or the first visible one; and the others that have them."""
    visible = [one for one in book.worksheets if getattr(one, "sheet_state", "visible") == "visible"]
    if not visible:
        raise SpreadsheetError("spreadsheets.all_hidden")
    hidden = [one.title for one in book.worksheets if one not in visible]
    chosen = next((one for one in visible if headings and _has_headings(one, headings)), visible[0])
    others = [one for one in visible if one is not chosen and headings and _has_headings(one, headings)]
    if hidden:
        notes.append(Note("spreadsheets.note_hidden_sheets", {"names": ", ".join(f"“{one}”" for one in hidden[:5])}))
    return chosen, others


def _has_headings(sheet: Any, headings: Collection[str]) -> bool:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=FRAME, max_col=100, values_only=True)
    return any(sum(heading_key(str(value)) in headings for value in row if value is not None) >= 2 for row in rows)


def _marks(parts: zipfile.ZipFile, sheet: Any) -> Marks:
    path = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    try:
        return marks_of(parts.read(path))
    except KeyError:
        return Marks()


def _cells(sheet: Any, limits: Limits, marks: Marks, notes: list[Note]) -> Iterator[Numbered]:
    sheet.reset_dimensions()
    blank = filled = 0
    below = marks.below()
    formulas: dict[int, list[int]] = {}
    for line, column in marks.uncomputed:
        formulas.setdefault(line, []).append(column)
    held: dict[tuple[int, int], Value] = {}
    corners = {first for places in below.values() for _, first in places}
    tops = {row for row, _ in corners}
    for number, row in enumerate(sheet.iter_rows(max_col=limits.columns + 1), 1):
        values: list[Value] = [value_of(cell) for cell in row]
        for column in formulas.get(number, ()):
            if column <= len(values) and values[column - 1] == "":
                values[column - 1] = Odd.of("formula", "=")
        if number in tops:
            held.update({one: values[one[1] - 1] for one in corners if one[0] == number and one[1] <= len(values)})
        for column, first in below.get(number, ()):  # along a row a title stands once; down a column it is each row's
            if column <= len(values) and values[column - 1] == "" and held.get(first, "") != "":
                values[column - 1] = held[first]
                filled += 1
        values = _trimmed(values)
        if len(values) > limits.columns:
            raise SpreadsheetError("spreadsheets.too_many_columns", columns=limits.columns)
        blank = 0 if values else blank + 1
        if blank > limits.rows:
            raise SpreadsheetError("spreadsheets.too_many_rows", rows=limits.rows)
        yield number, values, number in marks.hidden
    if filled:
        notes.append(Note("spreadsheets.note_merged", {"cells": filled}))


def _markup_rows(data: bytes, limits: Limits) -> Iterator[Numbered]:
    """The largest table of an HTML page that was named .xls."""
    tables = tables_in(_decoded(data))
    if not tables:
        raise SpreadsheetError("spreadsheets.not_a_table")
    for number, row in enumerate(sorted(tables, key=len)[-1], 1):
        if len(row) > limits.columns:
            raise SpreadsheetError("spreadsheets.too_many_columns", columns=limits.columns)
        yield number, [text_of(value) for value in row], False


_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?[;,\t]*\s*", re.IGNORECASE)


def _csv_rows(data: bytes, limits: Limits, headings: Collection[str]) -> Iterator[Numbered]:
    text = _decoded(data)
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    named = _SEPARATOR.fullmatch(first)
    second = next((line for line in lines[1:] if line.strip()), "") if named else first
    delimiter = named.group(1) if named else _delimiter(lines, second, headings)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for number in itertools.count(1):
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SpreadsheetError("spreadsheets.broken_csv", row=number) from error
        if named and _SEPARATOR.fullmatch(delimiter.join(row)):
            named = None
            yield number, [], False
            continue
        if len(row) > limits.columns and len(_trimmed(row)) > limits.columns:
            raise SpreadsheetError("spreadsheets.too_many_columns", columns=limits.columns)
        yield number, [text_of(value) for value in row], False


def _delimiter(lines: Sequence[str], first: str, headings: Collection[str]) -> str:
    """What parts the headings; titles above them may have no separator at all."""
    def known(delimiter: str) -> int:
        return max(
            (sum(heading_key(cell) in headings for cell in line.split(delimiter)) for line in lines[:FRAME]), default=0
        )

    return max(DELIMITERS, key=lambda one: (known(one), first.count(one)))


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
