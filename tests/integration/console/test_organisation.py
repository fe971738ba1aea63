"""Editors of categories, agencies and routing rules, and users in bulk, as an administrator meets them."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
from httpx import Response
from openpyxl import load_workbook
from sqlalchemy import func, select

from feedback_store.spreadsheets import Column, read_table, write_xlsx
from feedback_store.tables import Agency, AuditEntry, Category, RoutingRule, User, UserFile
from tests.integration.console.conftest import Office, Person

HEAD = ("Tên đăng nhập", "Họ tên", "Vai trò", "Đơn vị")
LE_CHAN = "UBND Phường Lê Chân"
UPLOAD = "/nguoi-dung/tu-tep"


@pytest.fixture
def admin(office: Office) -> Person:
    return office.person("quan-tri", "administrator")


def book(*rows: tuple[str, ...]) -> bytes:
    return write_xlsx([Column(one) for one in HEAD], rows, title="Người dùng")


def upload(admin: Person, data: bytes, name: str = "a.xlsx") -> Response:
    return admin.post(UPLOAD, files={"file": (name, data, "application/octet-stream")})


def confirm(admin: Person, shown: Response) -> Response:
    digest = re.search(r'name="digest" value="([^"]+)"', shown.text)
    assert digest is not None, shown.text
    path = shown.url.path.removeprefix("/console")
    return admin.post(path, digest=digest[1])


def logins(office: Office) -> set[str]:
    with office.store.reading() as session:
        return set(session.scalars(select(User.login)))


def test_users_of_a_file_are_made_once_with_passwords_given_once(office: Office, admin: Person) -> None:
    data = book(("canbo1", "Lê Thị Một", "Cán bộ đơn vị", LE_CHAN), ("truc2", "=Trần Hai", "tong dai vien", ""))
    shown = upload(admin, data)
    assert "<b>2</b> tạo mới" in shown.text
    assert "canbo1" not in logins(office)
    answer = confirm(admin, shown)
    table = read_table(answer.content)
    assert [row.values[:2] for row in table.rows] == [("canbo1", "Lê Thị Một"), ("truc2", "=Trần Hai")]
    password = str(table.rows[0].values[-1])
    signed = office.visitor().sign_in("canbo1", password)
    assert "/doi-mat-khau" in str(signed.url)
    with office.store.reading() as session:
        assert session.scalars(select(UserFile.content)).all() == [{}]
        assert password not in str(session.execute(select(AuditEntry.data)).all())
    again = admin.client.post(str(shown.url), data={"csrf": re.findall(r'name="csrf" value="([^"]+)', shown.text)[0],
                                                   "digest": "x"})  # fmt: skip
    assert again.status_code == 409
    assert password not in again.text
    repeated = upload(admin, data)
    assert "<b>2</b> giữ nguyên" in repeated.text
    assert 'name="digest"' not in repeated.text


def test_each_refused_row_says_why_and_comes_back_ready_to_correct(office: Office, admin: Person) -> None:
    office.account("da-co", "operator")
    rows = [
        ("A!", "Lê A", "Tổng đài viên", ""),
        ("trung", "Lê B", "Tổng đài viên", ""),
        ("trung", "Lê C", "Tổng đài viên", ""),
        ("sai-vai", "Lê D", "Thủ trưởng", ""),
        ("khong-dv", "Lê E", "Cán bộ đơn vị", ""),
        ("gan-giong", "Lê G", "Cán bộ đơn vị", "UBND Phường Lê Trân"),
        ("da-co", "Người khác hẳn", "Tổng đài viên", ""),
        ("quan-tri-2", "Lê H", "Quản trị viên", ""),
        ("duoc", "Lê I", "Lãnh đạo đơn vị", "ubnd-xa-11383"),
    ]
    shown = upload(admin, book(*rows))
    assert '<b class="hot">8</b> không nhận' in shown.text
    path = shown.url.path.removeprefix("/console")
    table = read_table(admin.get(f"{path}/chua-nhan.xlsx").content)
    assert table.header == (*HEAD, "Lý do chưa nhận")
    reasons = [str(row.values[-1]) for row in table.rows]
    for reason, words in zip(reasons, ("Tên đăng nhập gồm", "dòng 4", "dòng 3", "“Thủ trưởng”", "phải thuộc một đơn vị",
                                       f"“{LE_CHAN}”", "là của Người da-co", "quản trị viên")):  # fmt: skip
        assert words in reason
    confirm(admin, shown)
    assert {"duoc"} == logins(office) & {row[0] for row in rows if row[0] != "da-co"}


def test_what_changed_since_the_preview_is_shown_again_and_nothing_is_done(office: Office, admin: Person) -> None:
    shown = upload(admin, book(("moi", "Lê Mới", "Tổng đài viên", ""), ("khac", "Lê Khác", "Tổng đài viên", "")))
    office.account("khac", "operator")
    answer = confirm(admin, shown)
    assert answer.status_code == 409
    assert "vừa thay đổi" in answer.text
    assert "moi" not in logins(office)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "không có dữ liệu"), (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
     ("Họ tên;Vai trò\na;b".encode(), "Tên đăng nhập"), (b"x" * 2_000_001, "quá lớn"), (b"PK\x03\x04x", "hỏng")],
)  # fmt: skip
def test_a_faulty_file_is_refused_in_words(admin: Person, data: bytes, words: str) -> None:
    answer = upload(admin, data)
    assert answer.status_code == 409
    assert words in answer.text


def test_another_administrator_does_not_see_or_confirm_the_file(office: Office, admin: Person) -> None:
    shown = upload(admin, book(("moi", "Lê Mới", "Tổng đài viên", "")))
    other = office.person("quan-tri-hai", "administrator")
    assert "Lê Mới" not in other.get(shown.url.path.removeprefix("/console")).text


def test_the_template_offers_roles_and_agencies_and_is_itself_readable(admin: Person) -> None:
    data = admin.get(f"{UPLOAD}/mau.xlsx").content
    made = load_workbook(io.BytesIO(data))
    assert made.sheetnames == ["Người dùng", "Vai trò", "Đơn vị"]
    assert len(made.worksheets[0].data_validations.dataValidation) == 2
    assert "Anh/chị xóa dòng này" in upload(admin, data).text


def one(office: Office, query: Any) -> Any:
    with office.store.reading() as session:
        return session.scalars(query).one()


def test_a_category_is_added_edited_and_refused_with_what_was_typed(office: Office, admin: Person) -> None:
    values = {"group": "moi-truong", "name": "Rác nhựa", "class": "N3", "kind": "ubnd-xa"}
    assert "Đã thêm lĩnh vực" in admin.post("/linh-vuc", **values).text
    row = one(office, select(Category).where(Category.name == "Rác nhựa"))
    assert row.code == "moi-truong.rac-nhua"
    twice = admin.post("/linh-vuc", **values)
    assert twice.status_code == 409
    assert 'value="Rác nhựa"' in twice.text
    assert "Không có gì thay đổi" in admin.post(f"/linh-vuc/sua/{row.code}", page="/linh-vuc", active="on",
                                                **values).text  # fmt: skip
    admin.post(f"/linh-vuc/sua/{row.code}", page="/linh-vuc", **values)
    assert "Rác nhựa" not in office.person("truc", "operator").read("/nhap-cuoc-goi")
    assert "ngừng dùng" in admin.read("/linh-vuc")


def test_a_rule_is_added_tried_refused_and_ended(office: Office, admin: Person) -> None:
    agency = office.agency("dien-luc")
    values = {"category": "moi-truong.rac", "commune": "11383", "agency": str(agency), "first": "2026-11-23",
              "last": "", "note": "QĐ 12"}  # fmt: skip
    assert "Đã thêm quy tắc" in admin.post("/phan-cong", **values).text
    tried = admin.read("/phan-cong?thu=1&thu_linh_vuc=moi-truong.rac&thu_xa=11383")
    assert "Theo quy tắc phân công lĩnh vực" in tried
    refused = admin.post("/phan-cong", **{**values, "first": "2026-12-01", "note": "QĐ 99"})
    assert refused.status_code == 409
    assert "Trùng thời gian" in refused.text
    assert 'value="QĐ 99"' in refused.text
    found = one(office, select(RoutingRule))
    office.now += dt.timedelta(hours=1)
    assert "Đã kết thúc" in admin.post(f"/phan-cong/{found.id}/ket-thuc", page="/phan-cong", last="").text
    supervisor = office.person("truc-ban", "supervisor")
    assert "Thêm quy tắc" not in supervisor.read("/phan-cong")
    assert supervisor.post("/phan-cong", page="/thong-bao", **values).status_code == 404
    with office.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(RoutingRule)) == 1


def test_an_agency_is_added_found_without_diacritics_edited_and_kept(office: Office, admin: Person) -> None:
    values = {"name": "Ban Quản lý vịnh", "kind": "", "commune": "", "calendar": "vn-office"}
    admin.post("/don-vi", **values)
    row = one(office, select(Agency).where(Agency.name == "Ban Quản lý vịnh"))
    assert "Ban Quản lý vịnh" in admin.read("/don-vi?tim=quan+ly+vinh")
    path = f"/don-vi/{row.id}"
    assert admin.post(f"{path}/sua", **{**values, "name": LE_CHAN}).status_code == 409
    assert "Đã lưu" in admin.post(f"{path}/sua", **{**values, "commune": "11383"}).text
    admin.post(f"{path}/ngung", agency=str(office.agency("dien-luc")), day="2026-12-01", reason="Sáp nhập đơn vị")
    assert "Ngừng hoạt động từ 01/12/2026" in admin.read("/don-vi?tim=vinh")
    assert "tiếp tục như cũ" in admin.post(f"{path}/tiep-tuc", page="/don-vi").text
    assert "Ngừng hoạt động từ" not in admin.read("/don-vi?tim=vinh")
