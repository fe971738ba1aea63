"""A library of spreadsheets as people break them: every kind of cell in every column it can hurt, in every frame.

Each file has one row that is right (``DUNG``) and one with the fault (``HONG``). What must become of the second is said
beside it: ``refused`` with the name of its column, or ``told`` (taken, and something said of it before the import), or
``read``: taken with exactly this value.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from feedback_store.service.imports_columns import COLUMNS, heading

Fate = Literal["refused", "told", "read"]
GOOD: dict[str, Any] = {
    "old_code": "DUNG", "channel": "Điện thoại", "received_at": "25/10/2026 09:15", "text": "Đèn đường tắt cả tuần nay",
    "category": "Đèn đường không sáng", "commune": "Phường Lê Chân", "place": "12 Tô Hiệu", "lat": "", "lon": "",
    "agency": "Sở Xây dựng Hải Phòng", "dispatched_at": "25/10/2026 10:00", "due_at": "", "answered_at":
    "26/10/2026 16:00", "result": "Đã thay bóng", "told_at": "27/10/2026 08:00", "state": "Đã kết thúc",
    "refusal_reason": "", "rating": "5", "name": "Trần Thị Bưởi", "phone": "0912345678", "anonymous": "Không",
}  # fmt: skip
TEXTS = ("old_code", "text", "place", "result", "name")
NAMES = ("category", "commune", "agency", "state", "channel")
DATES = ("received_at", "dispatched_at", "answered_at", "told_at")


@dataclass(frozen=True)
class Case:
    """``wanted``: the value of the column as it must be stored, for ``read``."""

    name: str
    column: str
    cell: Any
    fate: Fate
    wanted: Any = None
    frame: str = "plain"
    other: Any = None
    """What the good row has in that column, where the column as a whole is judged."""


def cases() -> Iterator[Case]:
    """Every kind of cell in its columns, then every frame."""
    day = dt.datetime(2026, 3, 12)
    for column in (*TEXTS, "phone", "agency", "category", "commune"):
        yield Case(f"date in {column}", column, day, "refused")
        yield Case(f"date and time in {column}", column, dt.datetime(2026, 3, 12, 8, 5), "refused")
        yield Case(f"formula without a value in {column}", column, "=A1&B1", "refused")
        yield Case(f"TRUE in {column}", column, True, "refused")
        for error in ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"):
            yield Case(f"{error} in {column}", column, error, "refused")
    for column in TEXTS:  # what a file of text keeps of a cell that a spreadsheet program changed
        for written in ("2026-03-12 00:00:00", "2026-03-12 00:00:00+07:00", "2026-03-12", "12/03/2026", "12.3.2026",
                        "12-Mar", "12-Thg3", "12-thg 3", "Mar-12", "Thg3-12", "05/12/26", "12/03/2026 08:05",
                        "1.23E+11", "9,13E+08", "TRUE", "######", dt.time(12, 30)):  # fmt: skip
            yield Case(f"written {written} in {column}", column, written, "refused")
    for column in ("text", "result", "name"):
        yield Case(f"no letter in {column}", column, 1, "refused")
    for written in ("-", "—", "...", "NULL", "(null)", "NaN", "N/A"):
        yield Case(f"nothing in place, written {written}", "place", written, "told", "")
        yield Case(f"nothing in phone, written {written}", "phone", written, "told", "")
        yield Case(f"nothing in old_code, written {written}", "old_code", written, "refused")
    for column in ("text", "place", "result", "name"):
        yield Case(f"the number of a day in {column}", column, "46093", "refused")
        yield Case(f"the number of a day and hour in {column}", column, 46093.5, "refused")
    for written in ("12/3", "12/3/26", "12/3/26A Tô Hiệu", "số 46093", "12-14", "May 12", "E12", "K12/3/5"):
        yield Case(f"place {written}", "place", written, "read", written)
    yield Case("a code of the old system that is a number", "old_code", "46093", "read", "46093")
    for column in DATES:
        yield Case(f"an hour in {column}", column, dt.time(12, 30), "refused")
        yield Case(f"error in {column}", column, "#VALUE!", "refused")
        yield Case(f"formula in {column}", column, "=NOW()", "refused")
        yield Case(f"words in {column}", column, "hôm qua", "refused")
        yield Case(f"no such day in {column}", column, "31/02/2026", "refused")
        yield Case(f"a number in {column}", column, 12, "refused")
    for written in ("25-Thg10-2026 09:15", "25 tháng 10 năm 2026 09:15", "25-Oct-2026 09:15", "9:15 SA 25/10/2026",
                    "25/10/2026 9:15 AM", "2026-10-25 09:15:00", "25.10.2026 09:15", "25/10/2026 9h15",
                    "ngày 25 tháng 10 năm 2026 lúc 9 giờ 15"):  # fmt: skip
        yield Case(f"received {written}", "received_at", written, "read", "2026-10-25 09:15")
    yield Case("received 2:15 CH", "received_at", "24/10/2026 2:15 CH", "read", "2026-10-24 14:15")
    yield Case("received 2:15 PM", "received_at", "24/10/2026 2:15 PM", "read", "2026-10-24 14:15")
    yield Case("afternoon in the morning", "received_at", "24/10/2026 14:15 SA", "refused")
    yield Case("short year", "received_at", "24/10/26 09:15", "told", "2026-10-24 09:15")
    yield Case("month first", "received_at", "10/24/2026 09:15", "told", "2026-10-24 09:15", other="10/25/2026 09:15")
    yield Case("a day and a month that both fit, month first", "received_at", "10/09/2026 09:15", "told",
               "2026-10-09 09:15", other="10/25/2026 09:15")  # fmt: skip
    yield Case("both orders", "received_at", "10/24/2026 09:15", "refused")
    for column, (value, wanted) in {
        "phone": (912345678, "0912345678"), "old_code": (123456, "123456"), "rating": (5.0, 5),
        "text": ("a_x000D_\nb", "a\nb"),
        "place": ("12 Tô_x0020_Hiệu", "12 Tô Hiệu"), "name": ("  Trần  Thị Bưởi\u200b ", "Trần  Thị Bưởi"),
    }.items():  # fmt: skip
        yield Case(f"as a spreadsheet keeps it: {column}", column, value, "read", wanted)
    yield Case("a code of 17 digits kept as a number", "old_code", 12345678901234567, "refused")
    yield Case("a phone kept as a large number", "phone", 9.12345678912345e15, "refused")
    yield Case("a text as long as a cell", "text", "ô" * 32_767, "refused")
    for column, spellings in {
        "agency": ("SỞ XÂY DỰNG HẢI PHÒNG", "Sở  Xây dựng Hải Phòng.", "Sở Xây\u00a0dựng Hải Phòng",
                   "so xay dung hai phong", "Sở Xây dựng", "Sở XD Hải Phòng", "Sở Xây dựng TP Hải Phòng"),
        "commune": ("P. Lê Chân", "phường lê chân", "PHƯỜNG LÊ CHÂN", "Phuong Le Chan", "Phường Lê Chân, Hải Phòng"),
        "state": ("Đã xử lí", "đã xử lý xong", "Hoàn thành", "Closed", "ĐÃ ĐÓNG", "Đã xử lý."),
        "category": ("đèn đường không sáng", "Den duong khong sang", "Đèn đường  không sáng."),
        "channel": ("điện thoại", "DIEN THOAI", "Gọi điện"),
    }.items():  # fmt: skip
        for written in spellings:
            yield Case(f"{column}: {written!r}", column, written, "read")
    for column in NAMES:
        yield Case(f"unknown {column}", column, "không hề có", "refused")
    for written in ("Tr�n Thị B��i", "Tr?n Th? B??i"):
        yield Case(f"lost letters {written!r}", "name", written, "refused")
    for written, wanted in (("§Ìn ®­êng t¾t", "Đèn đường tắt"), ("Ñeøn ñöôøng taét", "Đèn đường tắt"),
                            ("ÄÃ¨n Ä‘Æ°á»ng táº¯t", "Đèn đường tắt")):  # fmt: skip
        yield Case(f"old encoding {written!r}", "text", written, "told", wanted)
    for written in ("0912 345 67", "không có", "1022", "0912345678 / 0987654321 / 0901"):
        yield Case(f"phone {written!r}", "phone", written, "refused")
    for written in ("+84 912 345 678", "O912345678", "(84) 0912.345.678", "0912–345–678", "０９１２３４５６７８"):
        yield Case(f"phone {written!r}", "phone", written, "read", "0912345678")
    for column, value in (("lat", "95"), ("lat", "20 độ"), ("rating", "9"), ("anonymous", "chắc là có")):
        yield Case(f"{column}: {value}", column, value, "refused")
    for frame in FRAMES:
        if frame != "plain":
            yield Case(f"frame {frame}", "place", "12 Tô Hiệu", "read", "12 Tô Hiệu", frame)
            if frame != "a web page":  # where a date is text like any other
                yield Case(f"frame {frame} with a date", "place", day, "refused", None, frame)


Maker = Callable[[list[list[Any]]], bytes]


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _book(rows: list[list[Any]]) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    return book, sheet


def plain(rows: list[list[Any]]) -> bytes:
    return _saved(_book(rows)[0])


def titled(rows: list[list[Any]]) -> bytes:
    return plain([["ỦY BAN NHÂN DÂN THÀNH PHỐ"], ["BÁO CÁO PHẢN ÁNH QUÝ IV"], [], *rows])


def counted(rows: list[list[Any]]) -> bytes:
    return plain([["STT", *rows[0]], *([n, *row] for n, row in enumerate(rows[1:], 1))])


def totalled(rows: list[list[Any]]) -> bytes:
    return plain([*rows, ["Tổng cộng", "", "", 2]])


def hidden_sheet(rows: list[list[Any]]) -> bytes:
    book, _ = _book(rows)
    first = book.create_sheet("Nháp", 0)
    first.append(rows[0])
    first.append(["NHAP", *rows[1][1:]])
    first.sheet_state = "hidden"
    return _saved(book)


def other_sheet(rows: list[list[Any]]) -> bytes:
    book, _ = _book(rows)
    cover = book.create_sheet("Bìa", 0)
    cover.append(["Báo cáo"])
    return _saved(book)


def between_blanks(rows: list[list[Any]]) -> bytes:
    return plain([[], rows[0], [], rows[1], [], [], *rows[2:]])


def merged_communes(rows: list[list[Any]]) -> bytes:
    place = COLUMNS.index("commune") + 1
    book, sheet = _book([rows[0], rows[1], [*rows[2][: place - 1], None, *rows[2][place:]]])
    sheet.merge_cells(start_row=2, start_column=place, end_row=3, end_column=place)
    return _saved(book)


def markup(rows: list[list[Any]]) -> bytes:
    """What many systems give out as .xls."""
    def shown(value: Any) -> str:
        return html.escape("" if value is None else f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value))

    lines = ["<tr>" + "".join(f"<td>{shown(value)}</td>" for value in row) + "</tr>" for row in rows]
    return f"<html><meta charset=utf-8><body><table>{''.join(lines)}</table></body></html>".encode()


FRAMES: dict[str, Maker] = {
    "plain": plain, "titles above": titled, "a column that counts": counted, "a row of totals": totalled,
    "a hidden sheet first": hidden_sheet, "a cover sheet first": other_sheet, "blank rows": between_blanks,
    "a merged column": merged_communes, "a web page": markup,
}  # fmt: skip


def rows_of(case: Case) -> list[list[Any]]:
    good = GOOD if case.other is None else {**GOOD, case.column: case.other}
    bad = {**GOOD, "old_code": "HONG", case.column: case.cell}
    return [[heading(name) for name in COLUMNS], *([row[name] for name in COLUMNS] for row in (good, bad))]


def file_of(case: Case) -> bytes:
    return FRAMES[case.frame](rows_of(case))


def csv_of(case: Case, *, separator: str = ",", named: bool = False) -> bytes:
    """The same as CSV, where the cell is text."""
    out = io.StringIO()
    if named:
        out.write(f"sep={separator}\r\n")
    csv.writer(out, delimiter=separator).writerows(rows_of(case))
    return out.getvalue().encode("utf-8-sig")
