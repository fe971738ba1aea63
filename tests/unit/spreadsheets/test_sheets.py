"""Sheets of one file that belong together: more rows, or more columns of the same rows."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook

from feedback_store.spreadsheets import Table, heading_key, read_table
from feedback_store.texts import render

HEADINGS = [heading_key(one) for one in ("Mã cũ", "Nội dung", "Địa điểm", "Nội dung trả lời", "old_code", "text")]
KEY = [heading_key("Mã cũ"), heading_key("old_code")]
FIRST = [["Mã cũ", "Nội dung", "Địa điểm"], ["A", "đèn", "số 1"], ["B", "rác", "số 2"]]


def read(*sheets: tuple[str, list[list[Any]]]) -> Table:
    book, out = Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(out)
    return read_table(out.getvalue(), headings=HEADINGS, key=KEY)


def told(table: Table) -> str:
    return " ".join(render(note.key, **note.params) for note in table.notes)


def test_a_sheet_with_the_same_columns_in_any_order_brings_more_rows() -> None:
    table = read(("T1", FIRST), ("T2", [["Địa điểm", "Mã cũ", "Nội dung"], ["số 3", "C", "nước"]]))
    assert [row.values for row in table.rows] == [("A", "đèn", "số 1"), ("B", "rác", "số 2"), ("C", "nước", "số 3")]
    assert [row.number for row in table.rows] == [2, 3, 4]
    assert "“T2”" in told(table)


def test_a_sheet_with_other_columns_brings_them_by_the_code() -> None:
    table = read(("PA", FIRST), ("Trả lời", [["Mã cũ", "Nội dung trả lời"], ["B", "đã dọn"], ["X", "?"]]))
    assert table.header == ("Mã cũ", "Nội dung", "Địa điểm", "Nội dung trả lời")
    assert [row.values[3] for row in table.rows] == ["", "đã dọn"]
    assert "1 dòng mang mã cũ không có ở trang đầu" in told(table)


def test_a_sheet_that_fits_neither_way_is_told_and_not_read() -> None:
    twice = [["Mã cũ", "Nội dung trả lời"], ["A", "một"], ["A", "hai"]]
    without_key = [["Nội dung", "Nội dung trả lời"], ["x", "y"]]
    both = [[*FIRST[0], "Nội dung trả lời"], ["A", "", "", "z"]]
    for more in (twice, without_key, both):
        table = read(("PA", FIRST), ("Khác", more))
        assert [row.values for row in table.rows] == [("A", "đèn", "số 1"), ("B", "rác", "số 2")]
        assert "Không đọc trang tính “Khác”" in told(table)


@pytest.mark.parametrize(
    "rows",
    [
        [["Giải thích"], ["Điền từ dòng hai"]],
        [["Cột", "Cột"], ["a", "b"]],
        [["", "x"], ["y"]],
        [["Cột", "Tên máy"], ["Mã cũ", "old_code"], ["Nội dung", "text"]],
        [],
    ],
)
def test_a_sheet_that_is_no_table_refuses_nothing(rows: list[list[object]]) -> None:
    table = read(("PA", FIRST), ("Giải thích", rows))
    assert [row.values for row in table.rows] == [("A", "đèn", "số 1"), ("B", "rác", "số 2")]
