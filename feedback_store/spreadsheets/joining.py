"""Tables that belong together: further sheets of a file, several files given at once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from feedback_store.spreadsheets.errors import SpreadsheetError
from feedback_store.spreadsheets.tables import Limits, Note, Row, Table, heading_key

MOST_FILES = 20
MARK = b"1022 tables"
"""The comment of a ZIP that ``packed`` made: every file in it was given as a table, whatever its name."""
TABLES = frozenset((".xlsx", ".xlsm", ".csv", ".txt", ".tsv", ".xls", ".htm", ".html"))
_OFFICE = frozenset(("xl/workbook.xml", "[Content_Types].xml", "mimetype"))


def packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Several files as one that ``read_table`` takes; one alone stays as it is."""
    if len(files) == 1:
        return files[0][1]
    out, used = io.BytesIO(), set[str]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.comment = MARK
        for number, (name, content) in enumerate(files, 1):
            plain = PurePosixPath(name.replace("\\", "/")).name or str(number)
            shown = plain if plain not in used else f"{number}-{plain}"
            used.add(shown)
            parts.writestr(shown, content)
    return out.getvalue()


def unpacked(data: bytes, limits: Limits) -> list[tuple[str, bytes]] | None:
    """The files of a ZIP of tables, by name in their order; None for any other file. Raises ``SpreadsheetError``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            infos = [one for one in parts.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
            tables = all(PurePosixPath(one.filename.lower()).suffix in TABLES for one in infos)
            office = any(one.filename in _OFFICE for one in infos)
            if not infos or (parts.comment != MARK and (office or not tables)):
                return None
            if sum(one.file_size for one in infos) > limits.unpacked or len(infos) > MOST_FILES:
                raise SpreadsheetError("spreadsheets.too_big_inside")
            return [(PurePosixPath(one.filename).name, parts.read(one)) for one in infos]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise SpreadsheetError("spreadsheets.damaged") from error


def joined_files(
    tables: Mapping[str, Table], headings: Collection[str], key: Collection[str], limits: Limits
) -> Table:
    """The files as one table: the one with most of the headings that are looked for, and what the others add to it."""
    first = max(tables, key=lambda name: sum(heading_key(one) in headings for one in tables[name].header))
    whole = _told_of(tables[first], first)
    for name, more in tables.items():
        if name != first:
            whole = with_table(whole, _told_of(more, name), name, key, limits, "file")
            whole = replace(whole, notes=(*whole.notes, *(replace(one, file=name) for one in more.notes)))
    return whole


def _told_of(table: Table, name: str) -> Table:
    return replace(table, notes=tuple(replace(one, file=name) for one in table.notes))


def with_table(
    table: Table, more: Table, title: str, key: Collection[str], limits: Limits, what: str = "sheet"
) -> Table:
    """The table with another one that belongs to it, or with a note that it was not read. ``what`` the other one is:
    "sheet" or "file"."""
    names, others = [heading_key(one) for one in table.header], [heading_key(one) for one in more.header]
    mine = next((at for at, name in enumerate(names) if name in key), None)
    keys = [at for at, name in enumerate(others) if name in key]
    if mine is None or len(keys) != 1:  # two keys in a row: it explains the columns
        return unread(table, title, what)
    theirs = keys[0]
    if set(others) <= set(names):
        places = [others.index(name) if name in others else None for name in names]
        return _with_rows(table, more, places, title, limits, what)
    fresh = [at for at, name in enumerate(others) if name and name not in names]
    by_key = {str(row.values[theirs]): row for row in more.rows}
    if len(by_key) < len(more.rows) or set(others) & set(names) - {others[theirs]}:
        return unread(table, title, what)
    rows = []
    for row in table.rows:
        found = by_key.pop(str(row.values[mine]), None)
        added = tuple(found.values[at] for at in fresh) if found is not None else ("",) * len(fresh)
        rows.append(Row(row.number, (*row.values, *added), row.surplus, row.hidden or bool(found and found.hidden)))
    columns = ", ".join(more.header[at] for at in fresh)
    notes = [Note(f"spreadsheets.note_joined_{what}", {"name": title, "columns": columns})]
    if by_key:
        notes.append(Note(f"spreadsheets.note_left_{what}", {"name": title, "rows": len(by_key)}))
    return Table((*table.header, *(more.header[at] for at in fresh)), tuple(rows), (*table.notes, *notes))


def _with_rows(
    table: Table, more: Table, places: Sequence[int | None], title: str, limits: Limits, what: str
) -> Table:
    """More rows of the same columns; they are numbered on from the last."""
    last = max((row.number for row in table.rows), default=1)
    if len(table.rows) + len(more.rows) > limits.rows:
        raise SpreadsheetError("spreadsheets.too_many_rows", rows=limits.rows)
    rows = [
        Row(last + at, tuple("" if place is None else row.values[place] for place in places), row.surplus, row.hidden)
        for at, row in enumerate(more.rows, 1)
    ]
    note = Note(f"spreadsheets.note_more_rows_{what}", {"name": title, "rows": len(rows), "first": last + 1})
    return Table(table.header, (*table.rows, *rows), (*table.notes, note))


def unread(table: Table, title: str, what: str = "sheet") -> Table:
    return Table(table.header, table.rows, (*table.notes, Note(f"spreadsheets.note_unread_{what}", {"name": title})))
