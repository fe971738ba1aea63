"""XLSX written row by row (constant memory): typed columns, frozen header, text that never becomes a formula."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from vitext.dates import local

if TYPE_CHECKING:
    from feedback_store.spreadsheets.tables import Row, Table

Kind: TypeAlias = Literal["text", "integer", "date", "datetime", "percent"]
FORMATS: dict[Kind, str] = {
    "text": "@",
    "integer": "0",
    "date": "dd/mm/yyyy",
    "datetime": "dd/mm/yyyy hh:mm",
    "percent": "0.0%",
}
WIDTHS: dict[Kind, int] = {"text": 24, "integer": 12, "date": 12, "datetime": 18, "percent": 12}
LONGEST = 32_767
VALIDATED_ROWS = 5_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "#")
BOLD = Font(bold=True)
GREY = PatternFill("solid", fgColor="FFE7ECF2")


@dataclass(frozen=True, slots=True)
class Column:
    """A heading in Vietnamese, the kind of its values, and its width in characters.

    ``choices``: a range such as ``'Danh mục'!$A$2:$A$7`` that the program offers as a list.
    """

    title: str
    kind: Kind = "text"
    width: int | None = None
    choices: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. ``rows`` may be a generator and is read once.

    Values: text, whole numbers, dates, aware datetimes (written in Viet Nam's time), and for percent a
    share of 1. None is an empty cell. A text is allowed in every column: "không có" stays a text.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]] = field(default=())


def write_xlsx(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, title: str) -> bytes:
    """One sheet as a file. ``title``: the sheet's name, 31 characters at most."""
    return write_sheets([Sheet(title, columns, rows)])


def write_sheets(sheets: Sequence[Sheet]) -> bytes:
    """Several sheets as a file. Raises ``ValueError`` for a naive datetime or a row of another length."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_refused(table: Table, refused: Iterable[tuple[Row, str]], *, title: str, reason: str) -> bytes:
    """Rows that were not taken, as they were read, with why in a last column headed ``reason``.

    The file can be corrected and given again: columns that are not known are not read.
    """
    kept = [number for number, name in enumerate(table.header) if name != reason]
    columns = [*(Column(table.header[number]) for number in kept), Column(reason, width=60)]
    rows = ([*(row.values[number] for number in kept), why] for row, why in refused)
    return write_xlsx(columns, rows, title=title)


def _write(book: Workbook, sheet: Sheet) -> None:
    page: Any = book.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(number)
        width = column.width or max(WIDTHS[column.kind], len(column.title) + 2)
        page.column_dimensions[letter].width = width
        if column.choices:
            offered = DataValidation(type="list", formula1=column.choices, allow_blank=True)
            offered.add(f"{letter}2:{letter}{VALIDATED_ROWS}")
            page.data_validations.append(offered)
    page.append([_heading(page, column.title) for column in sheet.columns])
    kinds = [column.kind for column in sheet.columns]
    try:
        for row in sheet.rows:
            page.append([_cell(page, kind, value) for kind, value in zip(kinds, row, strict=True)])
    except BaseException:
        page.close()  # ends openpyxl's half-written stream; the workbook is never saved
        raise


def _heading(page: Any, title: str) -> Any:
    cell = WriteOnlyCell(page, title)
    cell.font, cell.fill, cell.data_type = BOLD, GREY, "s"
    return cell


def _cell(page: Any, kind: Kind, value: object) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return _text(page, value)
    if isinstance(value, dt.datetime):
        kind, value = "datetime", local(value).replace(tzinfo=None)
    elif isinstance(value, dt.date):
        kind = "date"
    elif kind not in ("integer", "percent") or not isinstance(value, int | float):
        return _text(page, str(value))
    cell: Any = WriteOnlyCell(page)
    cell.value, cell.number_format = value, FORMATS[kind]
    return cell


def _text(page: Any, value: str) -> Any:
    """A text cell whatever it begins with; ``=1+1`` stays four characters, also when it is edited later."""
    value = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST]
    if not value.startswith(FORMULA_STARTS) and not value.isdecimal():
        return value
    cell = WriteOnlyCell(page, value)
    cell.data_type, cell.number_format = "s", FORMATS["text"]
    cell.quotePrefix = value.startswith(FORMULA_STARTS)
    return cell
