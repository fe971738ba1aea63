"""The library of broken spreadsheets: no row is stored wrongly without a word, every refusal names its column."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from feedback_store.service.imports_catalogue import Catalogue, load_catalogue
from feedback_store.service.imports_columns import file_notes, heading, headings, read_rows
from feedback_store.service.imports_rows import Record, RowRefused, read_record
from feedback_store.service.imports_runs import LIMITS
from feedback_store.spreadsheets import read_table
from feedback_store.store import Store
from tests.integration.data.broken_files import GOOD, Case, cases, csv_of, file_of
from vitext.dates import VIET_NAM

NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
LIBRARY = list(cases())


_kept: list[Catalogue] = []


@pytest.fixture
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    """Read once from the default data; rows are judged without the database."""
    if not _kept:
        store: Store = request.getfixturevalue("loaded_store")
        with store.reading() as session:
            made = load_catalogue(session)
            session.expunge_all()
        _kept.append(made)
    return _kept[0]


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


def same(value: Any, case: Case) -> bool:
    if case.wanted is not None:
        return bool(value == case.wanted)
    wanted = {"commune": "11383", "state": "closed", "channel": "phone"}.get(case.column, GOOD[case.column])
    return bool(value == wanted)


def test_the_library_is_large_enough() -> None:
    assert len(LIBRARY) >= 200
    assert len({case.name for case in LIBRARY}) == len(LIBRARY)


@pytest.mark.parametrize("case", LIBRARY, ids=lambda case: case.name)
def test_no_row_is_stored_wrongly_without_a_word(case: Case, catalogue: Catalogue) -> None:
    records, back, notes = judged(file_of(case), catalogue)
    assert "DUNG" in records, back
    bad = [code for code in (*records, *back) if code != "DUNG"]
    assert len(bad) == 1, (records, back)
    if case.fate == "refused":
        assert bad[0] in back, records[bad[0]]
        assert heading(case.column) in back[bad[0]], back
        return
    assert bad[0] in records, back
    assert same(stored(records[bad[0]], case.column), case), stored(records[bad[0]], case.column)
    if case.fate == "told":
        assert notes


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("named", [True, False])
def test_the_same_as_text_with_every_separator(separator: str, named: bool, catalogue: Catalogue) -> None:
    texts = [case for case in LIBRARY if isinstance(case.cell, str) and case.frame == "plain" and "=" not in case.cell]
    for case in texts[::3]:
        records, back, _ = judged(csv_of(case, separator=separator, named=named), catalogue)
        bad = next(code for code in (*records, *back) if code != "DUNG")
        assert (bad in back) == (case.fate == "refused"), (case, back)
