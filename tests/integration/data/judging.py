"""What becomes of the rows of a file of the library, and whether it is what the library says."""

from __future__ import annotations

import datetime as dt
from typing import Any

from feedback_store.service.imports_catalogue import Catalogue
from feedback_store.service.imports_columns import PRIVATE, file_notes, heading, headings, read_rows
from feedback_store.service.imports_rows import Record, RowRefused, read_record
from feedback_store.service.imports_runs import LIMITS
from feedback_store.spreadsheets import read_table
from tests.integration.data.broken_files import GOOD, Case
from vitext.dates import VIET_NAM

NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)


def judged(data: bytes, catalogue: Catalogue) -> tuple[dict[str, Record], dict[str, str], list[str]]:
    """(records, reasons of refused rows, notes of the file) by old codes."""
    table = read_table(data, LIMITS, headings())
    records: dict[str, Record] = {}
    back: dict[str, str] = {}
    for row in read_rows(table):
        try:
            records[row.old_code] = read_record(row, catalogue, NOW)
        except RowRefused as refused:
            back[row.old_code] = " ".join(refused.reasons)
    return records, back, file_notes(table)


def stored(record: Record, column: str) -> Any:
    if column == "received_at":
        return record.received.low.astimezone(VIET_NAM).strftime("%Y-%m-%d %H:%M")
    if column in ("agency", "category"):
        return getattr(record, column).name
    return getattr(record, {"answered_at": "answered"}.get(column, column))


def shown(cell: Any) -> str:
    """What a refusal must repeat of a cell; nothing of a formula or of a text of 32,767 letters."""
    if isinstance(cell, dt.datetime):
        return f"{cell:%d/%m/%Y}"
    text = str(cell).upper() if isinstance(cell, bool) else str(cell)
    rounded = isinstance(cell, int) and cell >= 10**15
    return "" if text.startswith("=") or len(text) > 1000 or rounded else text[:20]


def same(value: Any, case: Case) -> bool:
    if case.wanted is not None:
        return bool((value or "") == case.wanted)
    wanted = {"commune": "11383", "state": "closed", "channel": "phone"}.get(case.column, GOOD[case.column])
    return bool(value == wanted)


def fault_of(case: Case, data: bytes, catalogue: Catalogue, *, quoted: bool = True) -> str:
    """What became of the faulty row and of the good one that should not have; empty where all is as it must be.
    ``quoted``: a refusal repeats the cell as it was put in."""
    records, back, notes = judged(data, catalogue)
    bad = [code for code in (*records, *back) if code != "DUNG"]
    if "DUNG" not in records or len(bad) != 1:
        return f"read as {list(records)}, refused {back}"
    if case.fate == "refused":
        if bad[0] in records:
            return f"stored {stored(records[bad[0]], case.column)!r}"
        repeated = not quoted or case.column in PRIVATE or shown(case.cell) in back[bad[0]]
        return "" if repeated and heading(case.column) in back[bad[0]] else f"names no cell: {back[bad[0]]}"
    if bad[0] in back:
        return f"refused: {back[bad[0]]}"
    if not same(stored(records[bad[0]], case.column), case):
        return f"stored {stored(records[bad[0]], case.column)!r}"
    return "nothing is told" if case.fate == "told" and not notes else ""
