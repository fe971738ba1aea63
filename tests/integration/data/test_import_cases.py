"""Files that were once read wrongly: what becomes of each row, through the importer that console and command share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from feedback_store.service.imports import Importer
from feedback_store.service.imports_columns import file_notes, headings, read_rows
from feedback_store.service.imports_runs import LIMITS
from feedback_store.spreadsheets import read_table
from feedback_store.store import Store
from feedback_store.tables import Agency, ImportedTicket, Leg, Ticket

CASES = Path(__file__).resolve().parents[4] / "shared" / "data" / "cases" / "import"
NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases is not beside the project: NOT RUN")


@dataclass
class Came:
    tickets: dict[str, Ticket]
    back: dict[str, str]
    notes: str


def bring(store: Store, name: str) -> Came:
    table = read_table((CASES / name).read_bytes(), LIMITS, headings())
    importer = Importer(store, read_rows(table), source="cũ", now=NOW, notes=file_notes(table))
    shown = importer.preview()
    importer.apply(run_id=_run(store), user_id=None)
    with store.reading() as session:
        rows = session.execute(
            select(ImportedTicket.old_code, Ticket).join(Ticket, Ticket.id == ImportedTicket.ticket_id)
        )
        tickets = {str(code): ticket for code, ticket in rows}
    back = {one.row.old_code: " ".join(one.reasons) for one in shown.back}
    return Came(tickets, back, "\n".join(shown.notes))


def _run(store: Store) -> int:
    from feedback_store.tables import ImportRun

    with store.transaction() as session:
        run = ImportRun(source="cũ", file_name="cu.xlsx", state="done", total=0, done=0, created_at=NOW)
        session.add(run)
        session.flush()
        return run.id


def test_a_house_number_that_became_a_date_is_refused_with_the_reason(loaded_store: Store) -> None:
    came = bring(loaded_store, "01-so-nha-thanh-ngay.xlsx")
    assert set(came.tickets) == {"SN1"}
    assert "Địa điểm: bảng tính đã đổi nội dung thành ngày (12/03/2026)" in came.back["SN2"]
    assert any("Mã cũ: bảng tính đã đổi nội dung thành ngày" in why for why in came.back.values())


def test_swapped_days_are_told_before_the_import(loaded_store: Store) -> None:
    assert "đảo ngày và tháng" in bring(loaded_store, "03-nua-ngay-nua-chu.xlsx").notes


def test_a_line_that_names_the_separator_is_no_row(loaded_store: Store) -> None:
    assert set(bring(loaded_store, "05-sep.csv").tickets) == {"S1"}


def test_a_column_that_counts_is_left_out(loaded_store: Store) -> None:
    came = bring(loaded_store, "06b-STT.xlsx")
    assert set(came.tickets) == {"TD1"}
    assert "“STT” chỉ đánh số" in came.notes


def test_the_visible_sheet_is_read(loaded_store: Store) -> None:
    came = bring(loaded_store, "07-trang-an.xlsx")
    assert set(came.tickets) == {"HIEN1"}
    assert "trang tính bị ẩn: “Cũ”" in came.notes


def test_error_cells_are_refused_by_their_names(loaded_store: Store) -> None:
    came = bring(loaded_store, "09-loi-cong-thuc.xlsx")
    assert not came.tickets
    for column, error in (("Nội dung", "#VALUE!"), ("Địa điểm", "#N/A"), ("Tên", "#REF!")):
        assert f"{column}: ô có lỗi công thức ({error})" in came.back["LOI1"]


def test_rows_below_a_merged_cell_have_its_value(loaded_store: Store) -> None:
    came = bring(loaded_store, "11-o-gop.xlsx")
    assert {came.tickets[code].commune_code for code in ("G1", "G2", "G3")} == {"11383"}
    assert "vùng gộp ô" in came.notes


def test_numbers_of_every_writing_are_read(loaded_store: Store) -> None:
    came = bring(loaded_store, "12-so-dien-thoai.csv")
    assert all("Số điện thoại" in why for why in came.back.values()), came.back
    assert {"P0", "P1", "P2", "P3", "P6", "P7", "P8"} <= set(came.tickets)


def test_agencies_are_found_however_their_name_is_written(loaded_store: Store) -> None:
    came = bring(loaded_store, "13-ten-don-vi.xlsx")
    with loaded_store.reading() as session:
        of_ticket = {ticket.id: code for code, ticket in came.tickets.items()}
        legs = session.execute(select(Leg.ticket_id, Agency.name).join(Agency, Agency.id == Leg.agency_id))
        given = {of_ticket[ticket_id]: name for ticket_id, name in legs}
    ward = {code for code, name in given.items() if name == "UBND Phường Lê Chân"}
    assert ward >= {f"A{n}" for n in range(8)}
    assert {given[code] for code in ("A10", "A11")} == {"Sở Nông nghiệp và Môi trường Hải Phòng"}
    assert {given[code] for code in ("A13", "A14")} == {"Sở Xây dựng Hải Phòng"}
    assert set(came.back) == {"A8", "A9", "A12"}  # agencies that are no more
    assert "không có “Sở Giao thông vận tải”" in came.back["A8"]


def test_old_encodings_are_righted_and_lost_letters_refused(loaded_store: Store) -> None:
    came = bring(loaded_store, "16-TCVN3-VNI.xlsx")
    texts = {code: (ticket.text, ticket.place_text) for code, ticket in came.tickets.items()}
    assert texts["TC1"] == ("Đường phố không có đèn", "Ngõ 12 Tô Hiệu")
    assert texts["VN1"] == ("Đường phố không có đèn", "Ngõ 12 Tô Hiệu")
    assert texts["MO1"] == ("Đường phố không có đèn", "Ngõ 12")
    assert "đã bị mất thành dấu hỏi" in came.back["Q1"]
    assert "TCVN3" in came.notes
    assert "VNI" in came.notes


def test_usual_words_for_states_are_read(loaded_store: Store) -> None:
    came = bring(loaded_store, "21-trang-thai.xlsx")
    unread = {code for code, why in came.back.items() if "không có trạng thái" in why}
    assert unread == {"TT5", "TT8", "TT9"}, came.back  # overdue, paused, doubled: no states of a report
