"""One row of an import as a record that can be written, or the reasons why it is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from feedback_store.crypto import blind_index
from feedback_store.domain.history import Moment
from feedback_store.guards import find_denunciation
from feedback_store.reading.titles import name_key
from feedback_store.service.imports_catalogue import Catalogue
from feedback_store.service.imports_columns import COLUMNS, NEEDED, PRIVATE, WORD_COLUMNS, SourceRow, heading, holds
from feedback_store.service.imports_values import Cell, CellFault, coordinate, phone, stars, words, yes
from feedback_store.spreadsheets import odd_text
from feedback_store.tables import Agency, Category
from feedback_store.texts import render
from vitext.dates import VIET_NAM, local

MAX_CODE = 64
SHOWN = 40
"""Letters of a cell that a reason repeats."""
MERGER = dt.datetime(2025, 7, 1, tzinfo=VIET_NAM)
"""The first day of the communes of today; names in earlier rows may be those of abolished wards."""
STATES = ("new", "dispatched", "in_progress", "answered", "released", "closed", "refused", "withdrawn")
CHANNELS = ("web", "telegram", "zalo", "phone", "email", "in_person", "other")
OPEN = frozenset({"new", "dispatched", "in_progress", "answered"})
AT_AGENCY = frozenset({"dispatched", "in_progress", "answered"})
DONE = frozenset({"released", "closed"})
_FORBIDDEN = {
    "new": ("agency", "dispatched_at", "answered_at", "told_at"),
    "dispatched": ("answered_at", "told_at"),
    "in_progress": ("answered_at", "told_at"),
    "answered": ("told_at",),
    "refused": ("answered_at",),
}
_NEEDED = {
    "dispatched": ("agency", "dispatched_at"),
    "in_progress": ("agency", "dispatched_at"),
    "answered": ("agency", "dispatched_at", "answered_at", "result"),
    "refused": ("refusal_reason",),
}
T = TypeVar("T")


class RowRefused(ValueError):
    """The row cannot be imported; ``reasons`` are sentences for the person who corrects it.

    ``held``: among them that it may be a denunciation, which a person decides.
    """

    def __init__(self, reasons: list[str], *, held: bool = False) -> None:
        super().__init__("row refused")
        self.reasons = reasons
        self.held = held


@dataclass(frozen=True, slots=True)
class Record:
    """A row that can be written. ``agency`` is the one named, even where a successor has its work today."""

    line: int
    old_code: str
    channel: str
    received: Moment
    text: str
    category: Category
    commune: str | None
    place: str | None
    lat: float | None
    lon: float | None
    agency: Agency | None
    dispatched: Moment | None
    due: Moment | None
    answered: Moment | None
    result: str | None
    told: Moment | None
    state: str
    refusal_reason: str | None
    rating: int | None
    name: str | None
    phone: str | None
    anonymous: bool
    overruled: bool = False
    """It looks like a denunciation, and the person who imports says that it is none."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@lru_cache(maxsize=1)
def _state_words() -> dict[str, str]:
    return {name_key(word): code for code in STATES for word in render(f"imports.state_words_{code}").split("|")}


@lru_cache(maxsize=1)
def _channel_words() -> dict[str, str]:
    return {name_key(word): code for code in CHANNELS for word in render(f"imports.channel_words_{code}").split("|")}


def read_record(row: SourceRow, catalogue: Catalogue, now: dt.datetime, *, known: bool = False) -> Record:
    """Raises :class:`RowRefused` with every reason that was found. ``known``: it came in before, and is not judged
    again by its words."""
    reader = _Reader(row)
    cells = row.cells
    for column, cell in cells.items():
        if (odd := odd_text(cell, holds(column))) is not None:
            reader.fault(column, CellFault(odd[0], value=odd[1]))
    for column in ("text", "result", "refusal_reason", "name"):
        if column in cells and column not in reader.faulty and not any(map(str.isalpha, words(cells[column]))):
            reader.fault(column, CellFault("imports.no_letters"))
    if row.hidden:
        reader.reasons.append(render("imports.hidden_row"))
    if row.surplus:
        reader.reasons.append(render("imports.surplus"))
    for column in COLUMNS:
        if column in NEEDED and not words(cells.get(column)):
            reader.fault(column, CellFault("imports.cell_needed"))
    if len(row.old_code) > MAX_CODE:
        reader.fault("old_code", CellFault("imports.code_too_long"))
    times = {column: reader.read(column, row.read_moment(column)) for column in
             ("received_at", "dispatched_at", "due_at", "answered_at", "told_at")}  # fmt: skip
    lat, lon = reader.read("lat", lambda cell: coordinate(cell, 90)), reader.read("lon", lambda c: coordinate(c, 180))
    category = reader.read("category", lambda cell: catalogue.category(words(cell)))
    agency = reader.read("agency", lambda cell: catalogue.agency(words(cell)))
    old_names = times["received_at"] is not None and times["received_at"].low < MERGER
    commune = reader.read("commune", lambda cell: catalogue.commune(words(cell), before_merger=old_names))
    given_state = reader.read("state", lambda cell: _word(cell, _state_words(), "imports.bad_state"))
    channel = reader.read("channel", lambda cell: _word(cell, _channel_words(), "imports.bad_channel"))
    rating = reader.read("rating", stars)
    number = reader.read("phone", phone)
    anonymous = reader.read("anonymous", yes)
    alike = not known and find_denunciation(words(cells.get("text")), words(cells.get("place"))) is not None
    held = alike and not reader.read("no_denunciation", yes)
    if (lat is None) != (lon is None) and not reader.faulty & {"lat", "lon"}:
        reader.reasons.append(render("imports.coordinate_half"))
    received = times["received_at"]
    state = given_state or _derived_state(cells)
    if not reader.reasons:
        _check_order(times, now, reader.reasons)
        _check_state(state, cells, reader.reasons)
        _check_agency(state, agency, times["dispatched_at"], catalogue, now, reader.reasons)
    if held:
        reader.fault("text", CellFault("imports.looks_denunciation", column=heading("no_denunciation")))
    if reader.reasons or received is None or category is None:
        raise RowRefused(reader.reasons, held=held)
    return Record(
        line=row.line,
        old_code=row.old_code,
        channel=channel or "other",
        received=received,
        text=words(cells.get("text")),
        category=category,
        commune=commune,
        place=words(cells.get("place")) or None,
        lat=lat,
        lon=lon,
        agency=agency,
        dispatched=times["dispatched_at"],
        due=times["due_at"],
        answered=times["answered_at"],
        result=words(cells.get("result")) or None,
        told=times["told_at"],
        state=state,
        refusal_reason=words(cells.get("refusal_reason")) or None,
        rating=rating,
        name=words(cells.get("name")) or None,
        phone=number,
        anonymous=bool(anonymous),
        overruled=alike,
    )


class _Reader:
    """Reads cells and collects what is wrong with them."""

    def __init__(self, row: SourceRow) -> None:
        self._row, self._cells = row, row.cells
        self.reasons: list[str] = []
        self.faulty: set[str] = set()

    def read(self, column: str, parse: Callable[[Cell], T]) -> T | None:
        cell = self._cells.get(column)
        if cell is None or column in self.faulty:
            return None
        try:
            return parse(cell)
        except CellFault as fault:
            self.fault(column, fault)
            return None

    def fault(self, column: str, fault: CellFault) -> None:
        """The reason with its column and what the cell shows: not twice, and not the words of a person."""
        self.faulty.add(column)
        reason, shown = render(fault.key, **fault.params), words(self._row.values[self._row.places[column]])
        own = column in PRIVATE or (column in WORD_COLUMNS and any(map(str.isalpha, shown)))
        if not shown or "value" in fault.params or own:
            self.reasons.append(render("imports.in_column", column=heading(column), reason=reason))
        else:
            value = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
            self.reasons.append(render("imports.in_cell", column=heading(column), value=value, reason=reason))


def _word(cell: Cell, known: dict[str, str], key: str) -> str:
    found = known.get(name_key(words(cell)))
    if found is None:
        raise CellFault(key)
    return found


def _derived_state(cells: Mapping[str, Cell]) -> str:
    """From what is filled in, the furthest step first."""
    has = cells.__contains__
    if has("refusal_reason"):
        return "refused"
    for column, state in (("told_at", "closed"), ("answered_at", "answered"), ("dispatched_at", "dispatched")):
        if has(column):
            return state
    return "new"


def _check_order(times: dict[str, Moment | None], now: dt.datetime, reasons: list[str]) -> None:
    """What comes later cannot lie wholly before what comes earlier, and nothing but the due lies in the future."""
    steps = [(column, at) for column in ("received_at", "dispatched_at", "answered_at", "told_at")
             if (at := times[column]) is not None]  # fmt: skip
    for column, at in steps:
        if at.low > now:
            future = render("imports.date_future")
            reasons.append(render("imports.in_column", column=heading(column), reason=future))
    pairs = list(itertools.pairwise(steps))
    if times["due_at"] is not None and times["received_at"] is not None:
        pairs.append((("received_at", times["received_at"]), ("due_at", times["due_at"])))
    for (earlier, first), (later, second) in pairs:
        if second.high < first.low:
            reasons.append(render("imports.order", later=heading(later), earlier=heading(earlier)))


def _check_state(state: str, cells: Mapping[str, Cell], reasons: list[str]) -> None:
    has = cells.__contains__
    named = render(f"console.state_{state}")
    for column in _NEEDED.get(state, ()):
        if not has(column):
            reasons.append(render("imports.state_needs", state=named, column=heading(column)))
    for column in _FORBIDDEN.get(state, ()):
        if has(column):
            reasons.append(render("imports.state_without", state=named, column=heading(column)))
    if state != "refused" and has("refusal_reason"):
        reasons.append(render("imports.state_without", state=named, column=heading("refusal_reason")))
    if state not in DONE and has("rating"):
        reasons.append(render("imports.state_without", state=named, column=heading("rating")))
    for column in ("dispatched_at", "answered_at"):
        if has(column) and not has("agency") and "agency" not in _NEEDED.get(state, ()) and state != "new":
            reasons.append(render("imports.needs_with", given=heading(column), column=heading("agency")))


def _check_agency(
    state: str, agency: Agency | None, dispatched: Moment | None, catalogue: Catalogue, now: dt.datetime,
    reasons: list[str],
) -> None:  # fmt: skip
    if agency is None or agency.dissolved_at is None:
        return
    reason = None
    if dispatched is not None and dispatched.low >= agency.dissolved_at:
        reason = render("imports.agency_gone", day=f"{local(agency.dissolved_at):%d/%m/%Y}")
    elif state in AT_AGENCY and agency.dissolved_at <= now:
        heir = catalogue.heir(agency, now)
        if heir.dissolved_at is not None and heir.dissolved_at <= now:
            reason = render("imports.agency_no_heir")
    if reason is not None:
        reasons.append(render("imports.in_column", column=heading("agency"), reason=reason))


def digest(record: Record) -> bytes:
    """Four bytes of a keyed hash for each column, in the order of ``COLUMNS``: equal rows have equal digests."""
    key = _digest_key()
    parts: list[bytes] = []
    for column, value in zip(COLUMNS, _values(record)):
        said = f"{column}\0{value!r}".encode()
        parts.append(hmac.digest(key, said, hashlib.sha256)[:4])
    return b"".join(parts)


def _digest_key() -> bytes:
    return blind_index("import digest")


def _values(record: Record) -> tuple[object, ...]:
    one = record
    return (
        one.old_code, one.channel, _span(one.received), one.text, one.category.code, one.commune, one.place, one.lat,
        one.lon, one.agency.code if one.agency else None, _span(one.dispatched), _span(one.due), _span(one.answered),
        one.result, _span(one.told), one.state, one.refusal_reason, one.rating, one.name, one.phone, one.anonymous,
    )  # fmt: skip


def _span(at: Moment | None) -> str | None:
    return None if at is None else f"{at.low.isoformat()}/{at.high.isoformat()}"


def changed_columns(stored: bytes, fresh: bytes) -> list[str]:
    """Headings of the columns that differ between two digests."""
    return [
        heading(column)
        for number, column in enumerate(COLUMNS)
        if stored[4 * number : 4 * number + 4] != fresh[4 * number : 4 * number + 4]
    ]
