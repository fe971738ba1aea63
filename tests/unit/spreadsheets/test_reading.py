"""What is read from the files that people give in, and which are refused with a clear error."""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
import zipfile

import pytest
from openpyxl import Workbook

from feedback_store.spreadsheets import Column, Limits, Odd, SpreadsheetError, read_table, write_xlsx
from feedback_store.texts import render
from vitext.dates import VIET_NAM

TEXT = "Tên;Ghi chú\nNguyễn Ánh;Phường Lê Chân, Hải Phòng\n"


def refusal(data: bytes, limits: Limits = Limits()) -> str:
    with pytest.raises(SpreadsheetError) as error:
        read_table(data, limits)
    assert render(error.value.key, **error.value.params)
    return error.value.key


def book(*rows: list[object]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    for row in rows:
        made.worksheets[0].append(row)
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_csv_in_unicode_is_read_whatever_its_mark_and_delimiter(encoding: str, delimiter: str) -> None:
    table = read_table(TEXT.replace(";", delimiter).encode(encoding))
    assert table.header == ("Tên", "Ghi chú")
    assert [(row.number, row.values) for row in table.rows] == [(2, ("Nguyễn Ánh", "Phường Lê Chân, Hải Phòng"))]


def test_commas_quotes_and_lines_inside_a_field() -> None:
    table = read_table('Tên,Ghi chú\n\nLê,"a, ""b""\nc"\nMai,\n'.encode())
    assert [(row.number, row.values) for row in table.rows] == [(3, ("Lê", 'a, "b"\nc')), (4, ("Mai", ""))]


def test_an_unquoted_comma_is_seen() -> None:
    table = read_table("Tên,Xã\nLê,Phường A, Hải Phòng\nMai,B,\n".encode())
    assert [row.surplus for row in table.rows] == [True, False]


def test_text_is_nfc_and_without_blanks_around() -> None:
    decomposed = unicodedata.normalize("NFD", "Nguyễn Ánh")
    assert read_table(book(["Tên"], [f"  {decomposed}\u00a0"])).rows[0].values == ("Nguyễn Ánh",)
    assert read_table(f"Tên\n {decomposed} ".encode()).rows[0].values == ("Nguyễn Ánh",)


def test_numbers_dates_and_times_of_a_workbook() -> None:
    table = read_table(book(["A", "B", "C", "D", "E"],
                            [12, 3.0, 2.5, dt.datetime(2026, 11, 24, 7, 30), dt.date(2026, 11, 24)]))  # fmt: skip
    when = dt.datetime(2026, 11, 24, 7, 30, tzinfo=VIET_NAM)
    assert table.rows[0].values == ("12", "3", "2.5", when, dt.date(2026, 11, 24))
    assert isinstance(table.rows[0].values[3], dt.datetime)
    assert not isinstance(table.rows[0].values[4], dt.datetime)


def test_headings_are_found_without_diacritics_and_missing_ones_are_named() -> None:
    table = read_table(book(["TEN DANG NHAP", "Họ tên"], ["lan", "Lan"]))
    table.need(["Tên đăng nhập", "Họ tên"])
    found = table.values(table.rows[0], {"login": "Tên đăng nhập", "agency": "Đơn vị"})
    assert found == {"login": "lan", "agency": ""}
    with pytest.raises(SpreadsheetError) as error:
        table.need(["Họ tên", "Vai trò", "Đơn vị"])
    assert error.value.params == {"columns": "“Vai trò”, “Đơn vị”"}


def test_rows_keep_the_numbers_of_the_spreadsheet_program() -> None:
    assert [row.number for row in read_table(book([], ["Tên"], [], ["a"], [None], ["b"])).rows] == [4, 6]


def test_a_formula_is_read_as_its_last_value_never_as_its_text() -> None:
    values = read_table(book(["A", "B"], ["=1+1", "x"])).rows[0].values
    assert isinstance(values[0], Odd)
    assert (values[0].kind, values[1]) == ("formula", "x")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n \n", "empty"),
        (TEXT.replace("ễ", "e").encode("cp1258", "replace"), "encoding"),
        (b"%PDF-1.7\n\x00\x01\x02\xff\xfe\x80", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_a_table"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not_a_table"),
        (b"%PDF-1.7\n\x01\x02\x03", "not_a_table"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "locked"),
        (b"\xd0\xcf\x11\xe0" + b"Workbook", "old_excel"),
        (b"PK\x03\x04 and nothing more", "damaged"),
        (b'T\xc3\xaan,A\nL\xc3\xaa,"a', "broken_csv"),
        ("Tên,ten\na,b\n".encode(), "heading_twice"),
    ],
)
def test_a_faulty_file_is_refused_with_its_own_sentence(data: bytes, key: str) -> None:
    assert refusal(data) == f"spreadsheets.{key}"


def test_a_zip_that_is_no_workbook_and_a_damaged_workbook_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("word/document.xml", "<a/>")
    assert refusal(out.getvalue()) == "spreadsheets.not_a_table"
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", "<a/>")
    assert refusal(out.getvalue()) == "spreadsheets.open_document"
    good, broken = zipfile.ZipFile(io.BytesIO(book(["A"], ["b"]))), io.BytesIO()
    with zipfile.ZipFile(broken, "w") as parts:
        for name in good.namelist():
            parts.writestr(name, good.read(name)[: 300 if "sheet1" in name else None])
    assert refusal(broken.getvalue()) == "spreadsheets.damaged"


def test_a_zip_bomb_is_not_unpacked() -> None:
    out = io.BytesIO(book(["A"], ["b"]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/big.bin", b"\0" * 50_000_000)
    assert len(out.getvalue()) < 200_000
    assert refusal(out.getvalue(), Limits(unpacked=40_000_000)) == "spreadsheets.too_big_inside"


def test_limits_of_bytes_rows_and_columns_hold() -> None:
    many = "\n".join(["A", *"bcd"]).encode()
    assert refusal(many, Limits(size=5)) == "spreadsheets.too_big"
    assert refusal(many, Limits(rows=2)) == "spreadsheets.too_many_rows"
    assert len(read_table(many, Limits(rows=3)).rows) == 3
    assert refusal(book(["A"], ["b"], ["c"], ["d"]), Limits(rows=2)) == "spreadsheets.too_many_rows"
    wide = ["x"] * 11
    assert refusal(book(["A"], wide), Limits(columns=10)) == "spreadsheets.too_many_columns"
    assert refusal(f"A,B\n{','.join(wide)}".encode(), Limits(columns=10)) == "spreadsheets.too_many_columns"


def test_one_cell_far_below_is_refused_without_a_million_empty_rows() -> None:
    made, out = Workbook(), io.BytesIO()
    made.worksheets[0].append(["A"])
    made.worksheets[0].cell(1_000_000, 1, "b")
    made.save(out)
    assert refusal(out.getvalue(), Limits(rows=1_000)) == "spreadsheets.too_many_rows"


def test_what_is_written_is_read_back() -> None:
    rows = [["=1", dt.date(2026, 1, 2)], ["Đào", dt.date(2026, 12, 31)]]
    table = read_table(write_xlsx([Column("A"), Column("B", "date")], rows, title="Thử"))
    assert [list(row.values) for row in table.rows] == rows
