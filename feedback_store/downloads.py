"""A list or a table of figures as an XLSX file: title rows, a header, typed cells in Viet Nam's time."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from feedback_store.domain.codes import replaced_outside_codes
from vitext.dates import local

Kind = Literal["text", "number", "instant", "percent"]
FORMATS: dict[Kind, str] = {"text": "@", "number": "#,##0", "instant": "dd/mm/yyyy hh:mm", "percent": "0.0%"}
WIDTHS: dict[Kind, int] = {"text": 28, "number": 12, "instant": 18, "percent": 12}
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONG_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[\s.-]?\d){8,12}(?![\w-])")


@dataclass(frozen=True, slots=True)
class Column:
    """``percent`` cells hold a share (0.975), ``instant`` cells an aware datetime; None leaves a cell empty."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """``facts`` stand above the table: what it is, of when, by which due times, for whom."""

    name: str
    title: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file. Text is never a formula, whatever it begins with."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", sheet.name)[:31])
    for number, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = WIDTHS[column.kind]
    header = len(sheet.facts) + 3
    page.freeze_panes = f"B{header + 1}"
    page.append([_cell(page, sheet.title, "text", Font(bold=True, size=14))])
    for name, value in sheet.facts:
        page.append([_cell(page, name, "text", Font(color="54606E")), _cell(page, value, "text")])
    page.append([])
    page.append([_heading(page, column.name) for column in sheet.columns])
    kinds = [column.kind for column in sheet.columns]
    for row in sheet.rows:
        page.append([_plain(page, value, kind) for value, kind in zip(row, kinds, strict=True)])


def _plain(page: Any, value: Any, kind: Kind) -> Any:
    """A cell of its own only where it needs a format, or where a text could be taken for something else: it costs
    several times as much."""
    if value is None or (isinstance(value, int) and kind in ("text", "number")):
        return value
    if isinstance(value, str) and not value.startswith(("=", "#")):
        return ILLEGAL_CHARACTERS_RE.sub("", value)
    return _cell(page, value, kind)


def _heading(page: Any, name: str) -> Any:
    made = _cell(page, name, "text", Font(bold=True))
    made.fill, made.alignment = PatternFill("solid", fgColor="E6EFFA"), Alignment(wrap_text=True, vertical="top")
    return made


def _cell(page: Any, value: Any, kind: Kind, font: Font | None = None) -> Any:
    if isinstance(value, dt.datetime):
        value = local(value).replace(tzinfo=None)
    text = isinstance(value, str)
    made = WriteOnlyCell(page, ILLEGAL_CHARACTERS_RE.sub("", value) if text else value)
    if text:
        made.data_type = "s"
    made.number_format = FORMATS["text" if text else kind]
    if font is not None:
        made.font = font
    return made


def masked(text: str | None) -> str | None:
    """A text without what looks like a phone number."""
    return None if text is None else replaced_outside_codes(LONG_NUMBER, lambda _: "•••", text)
