"""Cells of an import: what is read, and what is refused rather than guessed."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_store.service.imports_values import Cell, CellFault, coordinate, moment, phone, stars, yes
from vitext.dates import VIET_NAM


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=VIET_NAM)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("25/11/2026 09:15", at(2026, 11, 25, 9, 15)),
        ("25/11/2026 09:15:30", at(2026, 11, 25, 9, 15, 30)),
        ("5/1/2026 7:05", at(2026, 1, 5, 7, 5)),
        ("25-11-2026 9h15", at(2026, 11, 25, 9, 15)),
        ("09:15 25/11/2026", at(2026, 11, 25, 9, 15)),
        ("2026-11-25T09:15:30.250", at(2026, 11, 25, 9, 15, 30)),
        ("2026-11-25 09:15:00+07:00", at(2026, 11, 25, 9, 15)),
        ("2026-11-25T02:15:00Z", at(2026, 11, 25, 9, 15)),
        (at(2026, 11, 25, 9, 15), at(2026, 11, 25, 9, 15)),
        ("46351.385416666664", at(2026, 11, 25, 9, 15)),
        ("25/11/2026 00:00", at(2026, 11, 25)),
    ],
)
def test_a_time_is_read_as_the_clock_in_viet_nam_shows_it(cell: Cell, wanted: dt.datetime) -> None:
    found = moment(cell)
    assert found is not None
    assert found.exact
    assert found.low == wanted


@pytest.mark.parametrize(
    "cell", ["25/11/2026", "2026-11-25", "25.11.2026", dt.date(2026, 11, 25), at(2026, 11, 25), "46351"]
)
def test_a_date_alone_is_a_stretch_of_a_day(cell: Cell) -> None:
    found = moment(cell)
    assert found is not None
    assert (found.low, found.high) == (at(2026, 11, 25), at(2026, 11, 25, 23, 59, 59))


@pytest.mark.parametrize("cell", ["31/02/2026", "11/25/2026", "hôm qua", "25/11/2026 25:00", "12", "nan"])
def test_what_is_no_date_is_refused(cell: Cell) -> None:
    with pytest.raises(CellFault, match="bad_date"):
        moment(cell)


def test_a_date_before_2000_is_refused() -> None:
    for cell in ("31/12/1999", "1999-12-31 10:00", "1999-12-31T10:00:00Z"):
        with pytest.raises(CellFault, match="date_too_old"):
            moment(cell)


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 12, 31)))
def test_every_local_time_survives_three_ways_of_writing(naive: dt.datetime) -> None:
    naive = naive.replace(microsecond=0)
    ways = [moment(f"{naive:%d/%m/%Y %H:%M:%S}"), moment(naive.isoformat()), moment(f"{naive:%H:%M:%S %d/%m/%Y}")]
    assert {way and way.low for way in ways} == {naive.replace(tzinfo=VIET_NAM)}


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_never_breaks(text: str) -> None:
    for parse in (moment, phone, stars, yes, lambda cell: coordinate(cell, 90)):
        with contextlib.suppress(CellFault):
            parse(text)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("0912 345 678", "0912345678"), ("+84 912.345.678", "0912345678"), ("84912345678", "0912345678"),
        ("0084912345678", "0912345678"), ("912345678", "0912345678"), ("02253822616", "02253822616"),
        ("(0225) 3822616", "02253822616"), ("01689123456", "0389123456"), ("+84 0912345678", "0912345678"), ("", None),
    ],
)  # fmt: skip
def test_vietnamese_numbers_are_brought_into_one_form(cell: str, wanted: str | None) -> None:
    assert phone(cell) == wanted


@pytest.mark.parametrize("cell", ["12345", "0112345678", "091234567", "09123456789", "abc", "19001022"])
def test_other_numbers_are_refused_and_not_quoted(cell: str) -> None:
    with pytest.raises(CellFault, match="bad_phone") as fault:
        phone(cell)
    assert fault.value.params == {}


def test_of_two_numbers_in_a_cell_one_is_asked_for() -> None:
    with pytest.raises(CellFault, match="two_phones"):
        phone("0912345678; 0987654321")


def test_stars_and_yes_and_degrees() -> None:
    assert [stars(cell) for cell in ("5", "4 sao", "3/5", "")] == [5, 4, 3, None]
    assert [yes(cell) for cell in ("Có", "x", "Không", "")] == [True, True, False, False]
    assert coordinate("20,8449", 90) == 20.8449
    for bad in ("91", "nan", "inf", "1e999", "bắc"):
        with pytest.raises(CellFault):
            coordinate(bad, 90)
