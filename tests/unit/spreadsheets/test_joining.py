"""Files that belong together: more rows, more columns, what does not belong, what cannot be read."""

from __future__ import annotations

import io
import zipfile

import pytest

from feedback_store.spreadsheets import Limits, SpreadsheetError, Table, packed, read_table

HEADINGS = frozenset(("ma", "ten", "ketqua", "diem"))
KEY = frozenset(("ma",))


def read(*files: tuple[str, str], limits: Limits = Limits()) -> Table:
    return read_table(packed([(name, text.encode()) for name, text in files]), limits, HEADINGS, KEY)


def told(table: Table) -> list[tuple[str, object]]:
    return [(note.key.removeprefix("spreadsheets.note_"), note.file or note.params.get("name")) for note in table.notes]


def refusal(data: bytes, limits: Limits = Limits()) -> SpreadsheetError:
    with pytest.raises(SpreadsheetError) as error:
        read_table(data, limits, HEADINGS, KEY)
    return error.value


REPORTS = ("phan-anh.csv", "Mã,Tên\nA1,Đèn\nA2,Rác\n")


def test_one_file_stays_as_it_is() -> None:
    assert packed([("a.csv", b"x")]) == b"x"
    assert len(read(REPORTS).rows) == 2


def test_another_file_with_the_same_codes_brings_columns() -> None:
    table = read(("ket-qua.csv", "Mã,Kết quả\nA2,đã dọn\nA1,đã thay\n"), REPORTS)
    rows = {row.values[0]: dict(zip(table.header, row.values, strict=True)) for row in table.rows}
    assert rows["A1"] == {"Mã": "A1", "Tên": "Đèn", "Kết quả": "đã thay"}
    assert rows["A2"]["Kết quả"] == "đã dọn"
    assert [key for key, _ in told(table)] == ["joined_file"]


def test_another_file_with_the_same_columns_brings_rows() -> None:
    table = read(REPORTS, ("quy-2.csv", "Tên,Mã\nCống,A3\n"))
    assert [row.values for row in table.rows] == [("A1", "Đèn"), ("A2", "Rác"), ("A3", "Cống")]
    assert [row.number for row in table.rows] == [2, 3, 4]
    assert told(table) == [("more_rows_file", "quy-2.csv")]


def test_rows_that_the_main_file_lacks_are_told_of() -> None:
    table = read(REPORTS, ("ket-qua.csv", "Mã,Kết quả\nA1,đã thay\nB9,lạc\n"))
    assert ("left_file", "ket-qua.csv") in told(table)
    assert [row.values[0] for row in table.rows] == ["A1", "A2"]


def test_a_file_of_something_else_is_told_of_and_left_out() -> None:
    table = read(REPORTS, ("luong.csv", "Nhân viên,Lương\nAn,9\n"))
    assert told(table) == [("unread_file", "luong.csv")]
    assert len(table.rows) == 2


def test_what_is_told_of_a_file_names_it() -> None:
    table = read(REPORTS, ("quy-2.csv", "BÁO CÁO\nMã,Tên\nA3,Cống\n"))
    assert ("titles", "quy-2.csv") in told(table)


@pytest.mark.parametrize("name", ["anh.xlsx", "anh.png", "mimetype"])
def test_a_file_that_cannot_be_read_is_named_with_the_reason(name: str) -> None:
    error = refusal(packed([(REPORTS[0], REPORTS[1].encode()), (name, b"\x89PNG\r\n")]))
    assert error.key == "spreadsheets.in_file"
    assert error.params["name"] == name
    assert "không phải là bảng tính" in str(error.params["fault"])


def test_names_may_be_equal_or_have_folders() -> None:
    table = read(("C:\\a\\t.csv", REPORTS[1]), ("/b/t.csv", "Mã,Tên\nA3,Cống\n"))
    assert len(table.rows) == 3


def test_other_archives_are_no_tables_and_large_ones_are_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("a.csv", "Mã\n" + "x" * 5_000_000)
        parts.writestr("b.csv", "Mã\n1\n")
    assert refusal(out.getvalue(), Limits(unpacked=1_000_000)).key == "spreadsheets.too_big_inside"
    nested = packed([("a.csv", b"Ma\n1\n"), ("b.xlsx", packed([("c.csv", b"Ma\n1\n"), ("d.csv", b"Ma\n2\n")]))])
    assert refusal(nested).key == "spreadsheets.in_file"
    with zipfile.ZipFile(out := io.BytesIO(), "w") as parts:
        parts.writestr("a.exe", "MZ")
    assert refusal(out.getvalue()).key == "spreadsheets.not_a_table"
