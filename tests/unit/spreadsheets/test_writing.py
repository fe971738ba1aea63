"""What a spreadsheet program finds in the files that are written."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from feedback_store.spreadsheets import Column, Sheet, read_table, write_refused, write_sheets, write_xlsx


def sheet(data: bytes) -> object:
    return load_workbook(io.BytesIO(data)).worksheets[0]


FORMULAS = ["=1+1", "+84 912", "-1", "@cmd", "#N/A", '=HYPERLINK("http://x","y")', "0912", "\t=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_never_a_formula_a_number_or_an_error(text: str) -> None:
    cell = sheet(write_xlsx([Column("Nội dung")], [[text]], title="Thử"))["A2"]  # type: ignore[index]
    assert (cell.data_type, cell.value) == ("s", text)
    assert cell.quotePrefix or text == "0912"


def test_values_keep_their_type_and_times_are_those_of_viet_nam() -> None:
    columns = [Column("Chữ"), Column("Số", "integer"), Column("Ngày", "date"), Column("Lúc", "datetime"),
               Column("Tỷ lệ", "percent"), Column("Tỷ lệ trống", "percent")]  # fmt: skip
    late = dt.datetime(2026, 11, 24, 18, 30, tzinfo=dt.UTC)
    page = sheet(write_xlsx(columns, [["Lê", 7, dt.date(2026, 11, 24), late, 0.975, "không có"]], title="Thử"))
    row = next(page.iter_rows(min_row=2))  # type: ignore[attr-defined]
    assert [cell.value for cell in row] == [
        "Lê", 7, dt.datetime(2026, 11, 24), dt.datetime(2026, 11, 25, 1, 30), 0.975, "không có"]  # fmt: skip
    assert [cell.number_format for cell in row][1:5] == ["0", "dd/mm/yyyy", "dd/mm/yyyy hh:mm", "0.0%"]


def test_the_header_is_bold_and_stays_in_sight() -> None:
    page = sheet(write_xlsx([Column("Mã", width=9)], [], title="Thử"))
    assert page["A1"].font.b  # type: ignore[index]
    assert page.freeze_panes == "A2"  # type: ignore[attr-defined]
    assert page.column_dimensions["A"].width == 9  # type: ignore[attr-defined]


def test_a_naive_datetime_and_a_row_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError):
        write_xlsx([Column("Lúc", "datetime")], [[dt.datetime(2026, 1, 1)]], title="Thử")
    with pytest.raises(ValueError):
        write_xlsx([Column("A"), Column("B")], [["một"]], title="Thử")


def test_choices_are_offered_as_a_list() -> None:
    made = write_sheets([
        Sheet("Nhập", [Column("Vai trò", choices="'Danh mục'!$A$2:$A$3")]),
        Sheet("Danh mục", [Column("Vai trò")], [["Cán bộ"], ["Lãnh đạo"]]),
    ])
    offered = sheet(made).data_validations.dataValidation  # type: ignore[attr-defined]
    assert [(one.formula1, str(one.sqref)) for one in offered] == [("'Danh mục'!$A$2:$A$3", "A2:A5000")]


def test_control_characters_are_left_out_and_the_rest_is_read_back() -> None:
    table = read_table(write_xlsx([Column("Nội dung")], [["a\x00b\x0bc"], ["dòng 1\ndòng 2"]], title="Thử"))
    assert [row.values for row in table.rows] == [("abc",), ("dòng 1\ndòng 2",)]


def test_refused_rows_come_back_with_the_reason_and_can_be_given_again() -> None:
    given = write_xlsx(
        [Column("Tên"), Column("Ngày", "date"), Column("Lý do")],
        [["=Lê", dt.date(2026, 1, 2), "cũ"], ["Mai", None, None]], title="Thử",
    )  # fmt: skip
    table = read_table(given)
    again = read_table(write_refused(table, [(table.rows[0], "Sai tên")], title="Sửa", reason="Lý do"))
    assert again.header == ("Tên", "Ngày", "Lý do")
    assert [row.values for row in again.rows] == [("=Lê", dt.date(2026, 1, 2), "Sai tên")]
