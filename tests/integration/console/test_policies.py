"""Time targets in the console: old and new before saving, every change a version, mistakes beside the field."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
import yaml
from sqlalchemy import select

from feedback_store.domain.policy import policy_from_data
from feedback_store.service import clocks
from feedback_store.tables import AuditEntry, PolicyVersion
from tests.integration.console.conftest import NOW, Office, Person

PATH = "/thoi-han/sua"
NOTE = {"note": "Quyết định 20/QĐ-UBND"}


@pytest.fixture
def admin(office: Office) -> Person:
    return office.person("quan-tri", "administrator")


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    form = page.split('action="/console/thoi-han/sua"')[1].split("</form>")[0]
    inputs = re.findall(r'<input[^>]*name="([^"]+)" value="([^"]*)"', form)
    found = {name: html.unescape(value) for name, value in inputs if name != "once"}
    found |= dict.fromkeys(re.findall(r'<input type="checkbox" name="([^"]+)" checked', form), "on")
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        assert chosen is not None, name
        found[name] = chosen[1]
    return found


def rows(office: Office) -> list[PolicyVersion]:
    with office.store.reading() as session:
        return list(session.scalars(select(PolicyVersion).order_by(PolicyVersion.id)))


def test_the_page_says_every_target_in_words(office: Office, admin: Person) -> None:
    page = admin.read("/thoi-han")
    for said in ("10 ngày làm việc", "nhiều đơn vị: 15 ngày làm việc", "4 giờ làm việc", "Được mở lại trong"):
        assert said in page


def test_old_and_new_are_shown_before_anything_is_saved(office: Office, admin: Person) -> None:
    typed = {**fields(admin.read(PATH)), "N3.resolve.amount": "4", "N3.accept.amount": "90",
             "N3.accept.unit": "working_minutes", "reopen_days": "45", **NOTE}  # fmt: skip
    shown = admin.post(PATH, step="look", **typed)
    plain = re.sub(r"<[^>]+>", "|", shown.text)
    assert re.search(r"N3\|+Xử lý và lời hẹn\|+3 ngày làm việc\|+4 ngày làm việc", plain)
    assert re.search(r"N3\|+Tiếp nhận\|+4 giờ làm việc\|+90 phút làm việc", plain)
    assert "Được mở lại trong (ngày, từ khi có kết quả)" in plain
    assert len(rows(office)) == 1
    hidden = fields(shown.text)
    edited = admin.post(PATH, step="edit", **hidden)
    assert 'name="N3.resolve.amount" value="4"' in edited.text
    saved = admin.post(PATH, step="save", **hidden)
    assert "Đã lưu thời hạn mới" in saved.text
    assert "Quyết định 20/QĐ-UBND" in saved.text
    made = rows(office)[-1]
    policy = policy_from_data(made.data)
    assert (policy.service_class("N3").resolve.amount, policy.service_class("N3").accept.amount) == (4, 90)
    assert (policy.reopen_days, made.valid_from, made.created_by is not None) == (45, NOW, True)
    with office.store.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "policy_changed")).one()
    assert entry.data is not None
    assert ["N3", "resolve", "3 ngày làm việc", "4 ngày làm việc"] in entry.data["changes"]


@pytest.mark.release_time
def test_the_form_as_it_stands_changes_nothing(office: Office, admin: Person) -> None:
    answer = admin.post(PATH, step="look", **{**fields(admin.read(PATH)), **NOTE})
    assert answer.status_code == 409
    assert "Chưa có gì thay đổi" in answer.text


def test_a_version_older_than_the_time_kept_for_the_release_is_edited_into_one_that_has_it(
    office: Office, admin: Person
) -> None:
    typed = {**fields(admin.read(PATH)), **NOTE}
    assert "Dành thời gian báo kết quả trước lời hẹn" in admin.post(PATH, step="look", **typed).text
    assert "Đã lưu thời hạn mới" in admin.post(PATH, step="save", **typed).text
    assert [row.data.get("reserve_for_release") for row in rows(office)] == [None, True]


@pytest.mark.release_time
def test_the_switch_can_be_taken_off(office: Office, admin: Person) -> None:
    typed = {**fields(admin.read(PATH)), **NOTE}
    del typed["reserve_for_release"]
    assert "Đã lưu thời hạn mới" in admin.post(PATH, step="save", **typed).text
    assert rows(office)[-1].data["reserve_for_release"] is False


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("N3.resolve.amount", "0", "số nguyên từ 1 đến 250"),
        ("N3.resolve.amount", "ba", "số nguyên từ 1 đến 250"),
        ("N3.resolve.amount", "-3", "số nguyên từ 1 đến 250"),
        ("N3.resolve.amount", "251", "số nguyên từ 1 đến 250"),
        ("H24.accept.unit", "working_hours", "cả đêm và ngày nghỉ"),
        ("P10.shared_resolve.amount", "9", "không ngắn hơn"),
        ("N7.name", "", "Tên nhóm"),
        ("pause_days_total", "4", "không được ít hơn"),
        ("extensions", "2", "từ 0 đến 1"),
        ("reopen_days", "", "từ 1 đến 365"),
        ("note", "xong", "ít nhất hai từ"),
        ("valid_from", "2026-11-01", "không được ở trước hôm nay"),
    ],
)
def test_a_mistake_is_said_beside_the_field_and_nothing_typed_is_lost(
    office: Office, admin: Person, field: str, value: str, said: str
) -> None:
    typed = {**fields(admin.read(PATH)), "N7.resolve.amount": "8", **NOTE, field: value}
    answer = admin.post(PATH, step="look", **typed)
    assert answer.status_code == 409
    faults = re.findall(r'<span class="fault"[^>]*>([^<]*)</span>', answer.text)
    assert any(said in one for one in faults), faults
    assert {name: got for name, got in fields(answer.text).items() if got != typed[name]} == {}
    assert len(rows(office)) == 1


def test_a_version_of_a_later_day_can_be_taken_back_and_holds_only_from_then_on(office: Office, admin: Person) -> None:
    typed = {**fields(admin.read(PATH)), "N3.resolve.amount": "4", "valid_from": "2027-01-01", **NOTE}
    page = admin.post(PATH, step="save", **typed).text
    assert "hẹn từ 00:00 01/01/2027" in page
    made = rows(office)[-1]
    with office.store.reading() as session:
        assert clocks.load_policy(session, NOW)[0] != made.id
        assert clocks.load_policy(session, dt.datetime(2027, 1, 1, tzinfo=dt.UTC))[0] == made.id
    overtaking = {**fields(admin.read(PATH)), "N3.resolve.amount": "5", **NOTE}
    assert "Đã có phiên bản hẹn áp dụng từ 01/01/2027" in admin.post(PATH, step="look", **overtaking).text
    admin.post("/thoi-han/bo-phien-ban", page="/thoi-han", version=str(made.id))
    assert len(rows(office)) == 1
    again = admin.post("/thoi-han/bo-phien-ban", page="/thoi-han", version=str(rows(office)[0].id))
    assert again.status_code == 409
    assert len(rows(office)) == 1


def test_the_second_of_two_people_is_told_and_keeps_what_was_typed(office: Office, admin: Person) -> None:
    typed = {**fields(admin.read(PATH)), "N3.resolve.amount": "4", **NOTE}
    admin.post(PATH, step="save", **typed)
    late = admin.post(PATH, step="save", **{**typed, "N7.resolve.amount": "9"})
    assert late.status_code == 409
    assert "Người khác vừa lưu" in late.text
    assert 'name="N7.resolve.amount" value="9"' in late.text
    assert len(rows(office)) == 2


def test_what_is_downloaded_is_the_policy_in_force(office: Office, admin: Person) -> None:
    admin.post(PATH, step="save", **{**fields(admin.read(PATH)), "N3.resolve.amount": "4", **NOTE})
    assert yaml.safe_load(admin.get("/thoi-han/tai-ve.yaml").text) == rows(office)[-1].data


def test_managers_read_and_change_nothing(office: Office, admin: Person) -> None:
    manager = office.person("quan-ly", "manager")
    assert "Sửa thời hạn" not in manager.read("/thoi-han")
    typed = {**fields(admin.read(PATH)), "N3.resolve.amount": "4", **NOTE}
    del typed["csrf"]
    assert manager.post(PATH, page="/thong-bao", step="save", **typed).status_code == 404
    assert manager.post("/thoi-han/bo-phien-ban", page="/thong-bao", version="1").status_code == 404
    assert len(rows(office)) == 1
