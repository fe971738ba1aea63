"""XLSX of every list and figure: what it is stands above it, cells are typed, nobody is named, each is recorded."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from feedback_store.downloads import MEDIA_TYPE, Column, Sheet, masked, workbook
from feedback_store.queries import exports
from feedback_store.service.actor import ROLES
from feedback_store.tables import AuditEntry
from tests.integration.console.conftest import Office, Person
from tests.integration.console.test_figures import numbers, visit
from tests.integration.console.test_figures import worked as worked

HOTLINE = {"operator", "supervisor", "administrator"}
READERS = set(ROLES)
FILES = {
    "/phan-anh.xlsx?muc=all": set(ROLES),
    "/thong-bao.xlsx": set(ROLES),
    "/qua-han.xlsx": READERS,
    "/so-lieu.xlsx": READERS,
    "/so-lieu/phieu.xlsx?so=k1b": READERS,
    "/so-lieu/phieu.xlsx?so=k1": READERS,
    "/goi-lai.xlsx": HOTLINE,
    "/goi-bao.xlsx": HOTLINE,
    "/khan-cap.xlsx": HOTLINE,
    "/khong-gui-duoc.xlsx": HOTLINE,
    "/nguoi-dung.xlsx": {"administrator"},
    "/don-vi.xlsx": {"administrator"},
    "/thu-tuc.xlsx": {"administrator"},
}
Rows = list[list[object]]


def sheets(person: Person, path: str) -> dict[str, Rows]:
    answer = person.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert ".xlsx" in answer.headers["content-disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    return {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in book}


def table(rows: Rows) -> list[dict[str, object]]:
    """The rows under the header, which follows the first empty row."""
    start = next(number for number, row in enumerate(rows) if not any(row)) + 1
    return [dict(zip([str(name) for name in rows[start]], row, strict=True)) for row in rows[start + 1 :]]


def facts(rows: Rows) -> dict[str, str]:
    start = next(number for number, row in enumerate(rows) if not any(row))
    return {str(row[0]): str(row[1]) for row in rows[1:start]}


@pytest.mark.parametrize("path", FILES)
def test_each_role_downloads_what_it_sees_and_no_more(office: Office, path: str) -> None:
    wrong = []
    for role in ROLES:
        person = office.person(f"nguoi-{role}", role, "ubnd-xa-11383" if role in ("officer", "leader") else None)
        if person.get(path).status_code != (200 if role in FILES[path] else 404):
            wrong.append(role)
    assert wrong == []


def test_the_queue_is_downloaded_as_it_is_filtered_and_without_who_reported(worked: Office) -> None:
    worked.ticket("Tôi là Nguyễn Văn Kín, gọi 0912345678", reporter_name="Nguyễn Văn Kín",
                  reporter_phone="0912345678", place_text="nhà số 5, gọi 091 234 5678")
    operator = worked.person("tong-dai", "operator")
    [(_, rows)] = sheets(operator, "/phan-anh.xlsx?muc=all").items()
    found = table(rows)
    assert len(found) == 6
    said = str(rows)
    assert "Kín" not in said
    assert "5678" not in said
    assert found[0]["Địa điểm"] == "nhà số 5, gọi •••"
    assert found[-1]["Nhận lúc"] == dt.datetime(2026, 11, 23, 9, 0), "Viet Nam's time, as a date"
    [(_, rows)] = sheets(operator, "/phan-anh.xlsx?muc=overdue&linh_vuc=cap-nuoc.mat-nuoc&tim=0912345678").items()
    assert facts(rows)["Bộ lọc"] == "Quá hạn; Lĩnh vực: Mất nước, nước yếu; Tìm: •••"
    [(_, rows)] = sheets(operator, "/phan-anh.xlsx?muc=overdue").items()
    assert [row["Quá hạn"] for row in table(rows)] == ["có"] * 3


def test_a_file_says_what_it_is_of_when_and_for_whom(worked: Office) -> None:
    manager = worked.person("quan-ly", "manager")
    book = sheets(manager, "/so-lieu.xlsx?ky=12-thang&han=original")
    above = facts(book["Tổng hợp"])
    assert above["Kỳ"] == "01/12/2025 – 30/11/2026"
    assert above["So với"] == "hạn ban đầu"
    assert above["Tính lúc"] == "09:00 29/11/2026"
    assert "quan-ly" in above["Người tải"]


@pytest.mark.parametrize("section", ["dung-han", "ket-qua", "tiep-nhan"])
def test_figures_are_numbers_with_numerator_and_denominator(worked: Office, section: str) -> None:
    manager = worked.person("quan-ly", "manager")
    book = sheets(manager, f"/so-lieu.xlsx?ky=12-thang&muc={section}&chia=linh-vuc")
    assert "Theo lĩnh vực" in book
    for row in table(book["Tổng hợp"]):
        assert isinstance(row["Tử số"], int)
        assert isinstance(row["Mẫu số"], int)
        if not row["Mẫu số"]:
            assert row["Tỷ lệ"] == "không có"
        elif not str(row["Số liệu"]).startswith("Đơn vị trả lại"):
            assert row["Tỷ lệ"] == int(row["Tử số"] * 1000 / row["Mẫu số"]) / 1000
    if section == "dung-han":
        kept = next(row for row in table(book["Tổng hợp"]) if "Lời hẹn với" in str(row["Số liệu"]))
        assert (kept["Tử số"], kept["Mẫu số"], kept["Tỷ lệ"], kept["Mục tiêu"]) == (2, 5, 0.4, 1)


@pytest.mark.parametrize("section", ["dung-han", "ket-qua", "tiep-nhan"])
def test_the_list_behind_a_number_is_downloaded_in_full(worked: Office, section: str) -> None:
    manager = worked.person("quan-ly", "manager")
    for link, number in numbers(visit(manager, section, "nhom", ky="12-thang")).items():
        [(_, rows)] = sheets(manager, link.replace("/phieu?", "/phieu.xlsx?")).items()
        assert len(table(rows)) == number, link
        assert "Cách tính" in facts(rows)


def test_a_long_list_is_cut_and_says_so(worked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST", 2)
    operator = worked.person("tong-dai", "operator")
    for path in ("/phan-anh.xlsx?muc=all", "/so-lieu/phieu.xlsx?so=k1b&ky=12-thang", "/qua-han.xlsx"):
        [(_, rows)] = sheets(operator, path).items()
        assert len(table(rows)) == 2
        assert facts(rows)["Ghi chú"].startswith("Chỉ có 2 trên"), path


def test_every_download_is_kept_in_the_audit_without_what_was_searched(worked: Office) -> None:
    operator = worked.person("tong-dai", "operator")
    operator.get("/phan-anh.xlsx?muc=all&tim=0912345678")
    operator.get("/so-lieu.xlsx")
    with worked.store.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "downloaded").order_by(AuditEntry.id)
        kept = list(session.scalars(query))
    assert [one.subject for one in kept] == ["xlsx:queue", "xlsx:figures-dung-han"]
    assert kept[0].data == {"rows": 0, "filters": {"muc": "all"}, "searched": True}
    assert all(one.user_id for one in kept)


def test_an_officer_downloads_the_own_agency_alone(worked: Office) -> None:
    leader = worked.person("lanh-dao", "leader", "ubnd-xa-11383")
    [(_, rows)] = sheets(leader, "/phan-anh.xlsx?muc=all").items()
    assert len(table(rows)) == 1
    assert "UBND Phường Lê Chân" in facts(rows)["Phạm vi"]
    assert "Cấp nước" not in str(sheets(leader, "/so-lieu.xlsx?ky=12-thang&chia=linh-vuc"))
    assert table(next(iter(sheets(leader, "/qua-han.xlsx").values()))) == []


def test_text_is_never_a_formula() -> None:
    columns = [Column("x"), Column("y", "number")]
    body = workbook([Sheet("a/b", "=1+1", [("Lọc", "=2")], columns, [("=HYPERLINK(1)", 3)])])
    page = load_workbook(io.BytesIO(body)).worksheets[0]
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s", "n"}
    assert page.title == "a b"


def test_what_looks_like_a_phone_number_is_masked_and_a_code_is_not() -> None:
    assert masked("gọi 0912.345.678 hoặc +84 912 345 678 nhé") == "gọi ••• hoặc ••• nhé"
    assert masked("PA-482-109-375 lúc 17:00 26/11/2026, số nhà 45") == "PA-482-109-375 lúc 17:00 26/11/2026, số nhà 45"
