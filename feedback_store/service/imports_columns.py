"""Columns of the import template and the faults of a whole file; a file with one changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from feedback_store.domain.history import Moment
from feedback_store.service.actor import Refused
from feedback_store.service.imports_dates import DateOrder, DatesJudged, judged_dates
from feedback_store.service.imports_values import Cell, moment, words
from feedback_store.spreadsheets import Column, Holds, Note, Row, Table, heading_key, stands_empty, write_xlsx
from feedback_store.texts import render

COLUMNS = (
    "old_code", "channel", "received_at", "text", "category", "commune", "place", "lat", "lon", "agency",
    "dispatched_at", "due_at", "answered_at", "result", "told_at", "state", "refusal_reason", "rating", "name",
    "phone", "anonymous",
)  # fmt: skip
OPTIONAL = ("no_denunciation",)
"""May be missing in a file, and is no part of what is compared at the next import."""
DATE_COLUMNS = ("received_at", "dispatched_at", "due_at", "answered_at", "told_at")
NEEDED = frozenset({"old_code", "received_at", "text", "category"})
PRIVATE = frozenset({"name", "phone"})
FLAG_COLUMNS = ("anonymous", "no_denunciation")
WORD_COLUMNS = ("text", "place", "result", "refusal_reason", "name")
SHOWN_FAULTS = 10


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of the file: its number there and its values, with the places of the columns that all rows share.
    ``surplus``: something stands beyond the last column."""

    line: int
    values: tuple[Cell, ...]
    places: Mapping[str, int]
    surplus: bool = False
    hidden: bool = False
    orders: Mapping[str, DateOrder] = field(default_factory=dict)

    def read_moment(self, column: str) -> Callable[[Cell], Moment | None]:
        """Reads a cell of this column as the whole column is written."""
        order = self.orders.get(column, "day")
        return lambda cell: moment(cell, order)

    @property
    def cells(self) -> dict[str, Cell]:
        """The filled cells by machine name."""
        return {column: cell for column, place in self.places.items() if filled(cell := self.values[place])}

    @property
    def old_code(self) -> str:
        cell = self.values[self.places["old_code"]]
        return words(cell) if filled(cell) else ""


def filled(cell: Cell) -> bool:
    return bool(words(cell)) and not stands_empty(cell)


def heading(column: str) -> str:
    """``old_code`` → "Mã cũ"."""
    return render(f"imports.column_{column}")


def known_headings() -> dict[str, str]:
    """Every accepted heading, folded → machine name; the reason of a refused file leads to ''."""
    found = {heading_key(render("imports.reason_heading")): "", heading_key("refused_because"): ""}
    for column in (*COLUMNS, *OPTIONAL):
        found[heading_key(column)] = found[heading_key(heading(column))] = column
    return found


def holds(column: str) -> Holds:
    """What a column is for; decides which cells are no plain ones."""
    if column in DATE_COLUMNS:
        return "dates"
    return "flags" if column in FLAG_COLUMNS else "words" if column in WORD_COLUMNS else "codes"


def headings() -> frozenset[str]:
    """Keys of the headings of a file of tickets, for ``read_table``."""
    return frozenset(known_headings())


def key_headings() -> frozenset[str]:
    """Keys of the headings of the column that names a row."""
    return frozenset(name for name, column in known_headings().items() if column == "old_code")


def read_rows(table: Table) -> list[SourceRow]:
    """Rows by machine names; empty rows are left out.

    Raises ``Refused`` for the faults of a whole file: a column missing, unknown or doubled, no row, a code twice.
    """
    places = {column: place for place, column in enumerate(_columns(table.header)) if column}
    orders = {name: judged.order for name, judged in judge_dates(table, places).items()}
    found = [
        SourceRow(row.number, row.values, places, row.surplus, row.hidden, orders)
        for row in table.rows
        if row.surplus or any(filled(row.values[place]) for place in places.values())
    ]
    if not found:
        raise Refused("imports.file_empty")
    _check_codes(found)
    return found


def judge_dates(table: Table, places: Mapping[str, int]) -> dict[str, DatesJudged]:
    """How the dates of each column are written, judged by all of its cells."""
    return {
        name: judged_dates([row.values[place] for row in table.rows])
        for name, place in places.items() if name in DATE_COLUMNS
    }  # fmt: skip


def file_notes(table: Table) -> list[str]:
    """What is told of a file before its rows are taken: what was left out, and what had to be assumed of dates."""
    places = {column: place for place, column in enumerate(_columns(table.header)) if column}
    told = [_told(note) for note in table.notes]
    if empty := sum(stands_empty(row.values[place]) for row in table.rows for place in places.values()):
        told.append(render("imports.cells_empty", cells=empty))
    for name, judged in judge_dates(table, places).items():
        told += [render(f"imports.dates_{doubt}", column=heading(name)) for doubt in judged.doubts]
    return told


def _told(note: Note) -> str:
    told = render(note.key, **note.params)
    return render("spreadsheets.of_file", name=note.file, note=told) if note.file else told


def _columns(titles: Sequence[str]) -> list[str]:
    known = known_headings()
    unknown = [title or "?" for title in titles if heading_key(title) not in known]
    if unknown:
        raise Refused("imports.file_unknown", columns=_listed(unknown))
    columns = [known[heading_key(title)] for title in titles]
    doubled = [column for column, count in Counter(columns).items() if count > 1]
    if doubled:
        names = [heading(one) if one else render("imports.reason_heading") for one in doubled]
        raise Refused("imports.file_doubled", columns=_listed(names))
    missing = [heading(column) for column in COLUMNS if column not in columns]
    if missing:
        raise Refused("imports.file_missing", columns=_listed(missing))
    return columns


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name[:60]}”" for name in names[:SHOWN_FAULTS])
    return f"{shown} …" if len(names) > SHOWN_FAULTS else shown


def _check_codes(rows: Sequence[SourceRow]) -> None:
    lines: dict[str, list[int]] = {}
    for row in rows:
        if row.old_code:
            lines.setdefault(row.old_code, []).append(row.line)
    twice = [
        render("imports.file_code_twice_one", code=code[:64], lines=", ".join(map(str, found[:5])))
        for code, found in lines.items()
        if len(found) > 1
    ]
    if twice:
        more = " …" if len(twice) > SHOWN_FAULTS else ""
        raise Refused("imports.file_code_twice", codes="; ".join(twice[:SHOWN_FAULTS]) + more)


def refused_file(table: Table, back: Mapping[int, str]) -> bytes:
    """The rows of the lines in ``back`` as they came, each with why it was refused in the first column: XLSX that can
    be corrected and given again. The columns that may be missing are all there."""
    reason = render("imports.reason_heading")
    known = known_headings()
    kept = [place for place, name in enumerate(table.header) if known.get(heading_key(name))]
    there = {known[heading_key(table.header[place])] for place in kept}
    more = [heading(column) for column in OPTIONAL if column not in there]
    columns = [Column(reason, width=60), *(Column(name) for name in (*(table.header[place] for place in kept), *more))]

    def values(row: Row) -> list[object]:
        return [back[row.number], *(row.values[place] for place in kept), *[""] * len(more)]

    rows = (values(row) for row in table.rows if row.number in back)
    return write_xlsx(columns, rows, title=render("imports.sheet_refused"))
