"""The template of an import: an empty sheet, how to fill it in, and the names that may be used."""

from __future__ import annotations

import csv
import io
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.queries import lookups
from feedback_store.service.imports_columns import COLUMNS, NEEDED, OPTIONAL, heading
from feedback_store.spreadsheets import Column, Sheet, write_sheets
from feedback_store.tables import Agency
from feedback_store.texts import render

_TIMES = frozenset({"received_at", "dispatched_at", "due_at", "answered_at", "told_at"})
_WIDE = frozenset({"text", "result", "place", "category", "agency"})


def template_xlsx(session: Session) -> bytes:
    """Sheets: the rows to fill in, the explanation, and the names of categories, agencies and communes."""
    blank = Sheet(render("imports.sheet_rows"), [_column(name) for name in (*COLUMNS, *OPTIONAL)])
    told = [Column(render(f"imports.help_heading_{name}"), width=width) for name, width in
            (("column", 26), ("machine", 18), ("needed", 16), ("text", 110))]  # fmt: skip
    names = [Column(render(f"imports.names_{name}"), width=44) for name in ("kind", "name", "code")]
    sheets = [blank, Sheet(render("imports.sheet_help"), told, _help()),
              Sheet(render("imports.sheet_names"), names, _names(session))]  # fmt: skip
    return write_sheets(sheets)


def template_csv() -> bytes:
    """The headings alone; UTF-8 with a mark, so that spreadsheet programs read the Vietnamese names rightly."""
    out = io.StringIO()
    csv.writer(out).writerow([heading(column) for column in (*COLUMNS, *OPTIONAL)])
    return out.getvalue().encode("utf-8-sig")


def _column(name: str) -> Column:
    return Column(heading(name), "datetime" if name in _TIMES else "text", width=40 if name in _WIDE else 20)


def _help() -> list[list[str]]:
    rows = [["", "", "", sentence] for sentence in render("imports.help_intro").split("|")]
    for column in (*COLUMNS, *OPTIONAL):
        needed = render("imports.help_needed" if column in NEEDED else "imports.help_not_needed")
        rows.append([heading(column), column, needed, render(f"imports.help_{column}")])
    return rows


def _names(session: Session) -> list[list[Any]]:
    rows = [[heading("category"), one.name, one.code] for one in lookups.categories(session)]
    agencies = session.execute(select(Agency.name, Agency.code).order_by(Agency.search_name))
    rows += [[heading("agency"), name, code] for name, code in agencies]
    return rows + [[heading("commune"), one.name, one.code] for one in lookups.communes(session)]
