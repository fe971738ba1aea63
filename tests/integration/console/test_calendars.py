"""Calendars in the console: the year at a glance, every change a version, mistakes said beside what was typed."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import yaml
from sqlalchemy import select

from feedback_store.calendars import calendar_data, years_known
from feedback_store.domain.calendar import Calendar, calendar_from_data
from feedback_store.service import calendar_edits, clocks
from feedback_store.tables import AuditEntry, CalendarVersion
from tests.integration.console.conftest import NOW, Office, Person

PATH = "/lich/vn-office"
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "07:30-11:30, 13:30-17:00") | {"sat": "", "sun": ""}
HOURS = {**WEEK, "name": "Giờ hành chính", "tz": "Asia/Ho_Chi_Minh", "culture_day": "on", "note": "Quyết định 5/QĐ"}


@pytest.fixture
def admin(office: Office) -> Person:
    return office.person("quan-tri", "administrator")


def rows(office: Office, code: str = "vn-office") -> list[CalendarVersion]:
    with office.store.reading() as session:
        query = select(CalendarVersion).where(CalendarVersion.code == code).order_by(CalendarVersion.id)
        return list(session.scalars(query))


def calendar(office: Office, code: str = "vn-office") -> Calendar:
    return calendar_from_data(rows(office, code)[-1].data)


def base(office: Office, code: str = "vn-office") -> str:
    with office.store.reading() as session:
        return str(calendar_edits.newest(session, code).id)


def test_the_year_shows_every_kind_of_day_with_a_sign_and_its_name(office: Office, admin: Person) -> None:
    page = admin.read(f"{PATH}?nam=2026")
    assert page.count('<td class="day-') == 365
    assert re.search(r'<td class="day-holiday" title="01/01/2026[^>]*>1<i[^>]*>L</i>', page)
    assert "Tết Dương lịch" in page
    assert re.search(r'<td class="day-closed" title="02/01/2026[^>]*>2<i[^>]*>N</i>', page)
    assert re.search(r'<td class="day-extra" title="10/01/2026[^>]*>10<i[^>]*>B</i>', page)
    assert "10/01: Làm bù (07:30–11:30, 13:30–17:00)" in page
    assert "16/02: Giao thừa" in page
    assert re.search(r"Tháng 1 <small>21 ngày làm việc", page)
    assert "nam=2025" in page
    assert "nam=2027" in page
    assert admin.get(f"{PATH}?nam=hai").status_code == 200
    assert admin.get("/lich/khong-co").status_code == 404


def test_a_range_of_days_off_closes_those_that_are_worked_and_can_be_taken_back(office: Office, admin: Person) -> None:
    done = admin.post(f"{PATH}/ngay", page=PATH, base=base(office), nam="2027", kind="closed", first="2027-02-11",
                      last="2027-02-14", reason="Nghỉ Tết theo Thông báo 9")
    assert "Đã lưu phiên bản mới" in done.text
    assert "11/02 – 12/02: Nghỉ Tết theo Thông báo 9" in done.text, "a weekend needs no entry"
    made = rows(office)[-1]
    assert (made.note, made.created_by is not None) == ("11/02/2027 – 14/02/2027: Nghỉ Tết theo Thông báo 9", True)
    assert made.valid_from == NOW
    assert calendar(office).spans_on(dt.date(2027, 2, 11)) == ()
    nothing = admin.post(f"{PATH}/bo-ngay", page=PATH, base=base(office), nam="2027", note="Không nghỉ nữa")
    assert "chọn ít nhất một ngày" in nothing.text
    assert "Không nghỉ nữa" in nothing.text
    gone = admin.post(f"{PATH}/bo-ngay", page=PATH, base=base(office), nam="2027", note="Không nghỉ nữa",
                      days=["2027-02-11 2027-02-12"])
    assert gone.status_code == 200
    assert calendar(office).spans_on(dt.date(2027, 2, 11))


def test_a_saturday_is_worked_with_its_own_hours_and_a_holiday_can_be_too(office: Office, admin: Person) -> None:
    for day in ("2026-12-05", "2027-01-01"):
        admin.post(f"{PATH}/ngay", page=PATH, base=base(office), kind="worked", first=day,
                   spans="8h-11h30, 13:00–15:00", reason="Làm bù ngày bão")
    for day in (dt.date(2026, 12, 5), dt.date(2027, 1, 1)):
        assert calendar(office).spans_on(day) == ((28800, 41400), (46800, 54000))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("spans", "07:30-11:30, 11:00-12:00", "trùng hoặc đứng trước"),
        ("spans", "13:30-17:00, 07:30-11:30", "trùng hoặc đứng trước"),
        ("spans", "07:30-25:00", "“25:00” không phải là giờ"),
        ("spans", "07:75-08:00", "“07:75” không phải là giờ"),
        ("spans", "17:00-07:30", "giờ mở phải trước giờ đóng"),
        ("spans", "sáng", "chưa đúng"),
        ("spans", "", "nhập giờ làm việc"),
        ("first", "2026-02-30", "chọn ngày hợp lệ"),
        ("first", "1999-01-01", "Chỉ nhập được các năm"),
        ("last", "2026-12-01", "Ngày cuối phải bằng hoặc sau"),
        ("last", "2028-12-31", "nhiều nhất 366 ngày"),
        ("reason", "bù", "ghi lý do, ít nhất hai từ"),
        ("valid_from", "2026-11-22", "không được ở trước hôm nay"),
        ("valid_from", "mai", "chọn ngày hợp lệ"),
    ],
)
def test_a_mistake_is_said_beside_the_field_and_nothing_typed_is_lost(
    office: Office, admin: Person, field: str, value: str, said: str
) -> None:
    fields = {"kind": "worked", "first": "2026-12-05", "last": "", "spans": "08:00-11:00", "valid_from": "",
              "reason": "Làm bù ngày bão", field: value}  # fmt: skip
    answer = admin.post(f"{PATH}/ngay", page=PATH, base=base(office), **fields)
    assert answer.status_code == 409
    label = re.search(rf'<label>[^<]*<input[^>]*name="{field}"[^>]*>(<span class="fault"[^<]*</span>)', answer.text)
    assert label is not None
    assert said in label[1]
    for name, typed in fields.items():
        assert name == "kind" or f'name="{name}" value="{typed}"' in answer.text, name
    assert len(rows(office)) == 1


def test_new_hours_hold_from_their_day_and_a_calendar_that_never_opens_is_refused(
    office: Office, admin: Person
) -> None:
    path = f"{PATH}/gio"
    never = {**HOURS, **dict.fromkeys(WEEK, "")}
    refused = admin.post(path, base=base(office), **never)
    assert refused.status_code == 409
    assert "ít nhất một ngày trong tuần" in refused.text
    wrong = admin.post(path, base=base(office), **{**HOURS, "tz": "Hà Nội", "wed": "25:00-26:00", "name": ""})
    for said in ("Không có múi giờ “Hà Nội”", "“25:00” không phải là giờ", "Tên lịch gồm 2–80 ký tự"):
        assert said in wrong.text
    assert 'name="wed" value="25:00-26:00"' in wrong.text
    same = admin.post(path, base=base(office), **HOURS)
    assert "Chưa có gì thay đổi" in same.text
    saved = admin.post(path, base=base(office), **{**HOURS, "sat": "07:30-11:30", "valid_from": "2027-01-01"})
    assert "Phiên bản này áp dụng từ 00:00 01/01/2027" in saved.text
    with office.store.reading() as session:
        before, _ = clocks.load_calendar(session, "vn-office", NOW)
        after, newer = clocks.load_calendar(session, "vn-office", dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert before != after
    assert newer.spans_on(dt.date(2027, 3, 6)) == ((27000, 41400),)


def test_a_scheduled_version_is_edited_further_or_taken_back_but_not_overtaken(office: Office, admin: Person) -> None:
    admin.post(f"{PATH}/gio", base=base(office), **{**HOURS, "sat": "07:30-11:30", "valid_from": "2027-01-01"})
    fields = {"kind": "closed", "first": "2027-03-08", "reason": "Nghỉ hội nghị tỉnh"}
    early = admin.post(f"{PATH}/ngay", page=PATH, base=base(office), **fields)
    assert "Đã có phiên bản hẹn áp dụng từ 01/01/2027" in early.text
    admin.post(f"{PATH}/ngay", page=PATH, base=base(office), valid_from="2027-01-01", **fields)
    newest = rows(office)[-1]
    assert newest.data["week"]["sat"], "built upon the scheduled one"
    old = admin.post(f"{PATH}/bo-phien-ban", page=PATH, base=base(office), version=str(rows(office)[0].id))
    assert old.status_code == 409
    back = admin.post(f"{PATH}/bo-phien-ban", page=PATH, base=base(office), version=str(newest.id))
    assert "Đã bỏ phiên bản hẹn trước" in back.text
    assert len(rows(office)) == 2
    with office.store.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "calendar_version_cancelled")).one()
    assert entry.data is not None
    assert entry.data["data"] == newest.data


def test_the_second_of_two_people_is_told_and_keeps_what_was_typed(office: Office, admin: Person) -> None:
    shown = base(office)
    admin.post(f"{PATH}/ngay", page=PATH, base=shown, kind="closed", first="2026-12-01", reason="Nghỉ bão số 9")
    late = admin.post(f"{PATH}/ngay", page=PATH, base=shown, kind="closed", first="2026-12-02", reason="Nghỉ bão số 10")
    assert late.status_code == 409
    assert "Người khác vừa lưu" in late.text
    assert "Nghỉ bão số 10" in late.text
    assert len(rows(office)) == 2


def test_the_day_of_culture_is_a_switch(office: Office, admin: Person) -> None:
    day = dt.date(2027, 11, 24)
    assert calendar(office).spans_on(day) == ()
    admin.post(f"{PATH}/gio", base=base(office), **{**HOURS, "culture_day": ""})
    assert calendar(office).spans_on(day)
    admin.post(f"{PATH}/gio", base=base(office), **HOURS)
    assert calendar(office).spans_on(day) == ()
    assert "Ngày Văn hóa Việt Nam" in admin.read(f"{PATH}?nam=2027")


def test_administrators_are_asked_until_somebody_confirms_the_years_days_off(office: Office, admin: Person) -> None:
    page = admin.read("/thong-bao")
    assert "Ngày nghỉ năm 2026 chưa được xác nhận" in page
    assert "Ngày nghỉ năm 2027 chưa được xác nhận" in page
    assert "chưa được xác nhận" not in office.person("truc", "supervisor").read("/thong-bao")
    for code in ("vn-office", "hotline"):
        for year in ("2026", "2027"):
            assert f"Xác nhận ngày nghỉ năm {year}" in admin.read(f"/lich/{code}?nam={year}")
            admin.post(f"/lich/{code}/xac-nhan", page=f"/lich/{code}", year=year, nam=year)
    assert "chưa được xác nhận" not in admin.read("/thong-bao")
    assert "Ngày nghỉ năm 2027 được Người quan-tri xác nhận" in admin.read(PATH)
    assert len(rows(office)) == 1, "a confirmation changes no day"
    too_far = admin.post(f"{PATH}/xac-nhan", page=PATH, year="2031")
    assert too_far.status_code == 409
    for month, day, asked in ((9, 30, False), (10, 1, True)):
        office.now = dt.datetime(2027, month, day, tzinfo=dt.UTC)
        page = office.person(f"quan-tri-{day}", "administrator").read("/thong-bao")
        assert ("Ngày nghỉ năm 2028 chưa được xác nhận" in page) == asked


def test_a_confirmed_year_stays_confirmed_in_the_next_version(office: Office, admin: Person) -> None:
    admin.post(f"{PATH}/xac-nhan", page=PATH, year="2027")
    admin.post(f"{PATH}/ngay", page=PATH, base=base(office), kind="closed", first="2026-12-01", reason="Nghỉ bão số 9")
    assert rows(office)[-1].confirmed_years == [2027]


def test_a_year_the_calendar_does_not_hold_yet_is_taken_from_the_package_when_it_is_confirmed(
    office: Office, admin: Person
) -> None:
    admin.post(f"{PATH}/ngay", page=PATH, base=base(office), kind="closed", first="2026-12-01", reason="Nghỉ bão số 9")
    office.now = dt.datetime(2029, 10, 2, tzinfo=dt.UTC)
    later = office.person("quan-tri-2", "administrator")
    later.post(f"{PATH}/xac-nhan", page=f"{PATH}?nam=2030", year="2030")
    newest = rows(office)[-1]
    assert newest.confirmed_years == [2030]
    assert calendar(office).spans_on(dt.date(2030, 1, 1)) == ()
    assert calendar(office).spans_on(dt.date(2026, 12, 1)) == ()


def test_a_calendar_is_added_for_agencies_with_other_hours(office: Office, admin: Person) -> None:
    for code, said in (("Sáu ngày", "chữ thường không dấu"), ("hotline", "đã có lịch dùng")):
        wrong = admin.post("/lich", name="Sáu ngày một tuần", code=code, like="vn-office")
        assert wrong.status_code == 409
        assert said in wrong.text
        assert 'value="Sáu ngày một tuần"' in wrong.text
    made = admin.post("/lich", name="Sáu ngày một tuần", code="sau-ngay", like="vn-office")
    assert "Đã thêm lịch" in made.text
    assert calendar(office, "sau-ngay").spans_on(dt.date(2026, 1, 10))
    number = office.agency("ubnd-xa-11383")
    moved = admin.post("/lich/sau-ngay/don-vi", page="/lich/sau-ngay", agency=str(number))
    assert "UBND Phường Lê Chân" in moved.text
    listed = admin.read("/lich")
    assert "Sáu ngày một tuần" in listed
    assert "1 đơn vị" in listed


def test_what_is_downloaded_gives_the_same_calendars_again(office: Office, admin: Person) -> None:
    admin.post("/lich", name="Sáu ngày một tuần", code="sau-ngay", like="vn-office")
    admin.post("/lich/sau-ngay/gio", base=base(office, "sau-ngay"),
               **{**HOURS, "name": "Sáu ngày", "sat": "07:30-11:30", "culture_day": ""})
    admin.post(f"{PATH}/ngay", page=PATH, base=base(office), kind="closed", first="2026-12-01", reason="Nghỉ bão số 9")
    answer = admin.get("/lich/tai-ve.yaml")
    assert "attachment" in answer.headers["content-disposition"]
    document = yaml.safe_load(answer.text)
    assert set(document["calendars"]) == {"hotline", "sau-ngay", "vn-office"}
    assert "2026-01-02" in document["overrides"]["closed"]
    for code, entry in document["calendars"].items():
        data = calendar_data(entry, document["overrides"], years_known(NOW))
        assert data == rows(office, code)[-1].data, code


def test_supervisors_read_and_change_nothing(office: Office, admin: Person) -> None:
    supervisor = office.person("truc", "supervisor")
    page = supervisor.read(PATH)
    assert "Tháng 12" in page
    for word in ("Đặt ngày nghỉ", "Sửa tên, giờ làm việc", "Xác nhận ngày nghỉ", "Chuyển một đơn vị"):
        assert word not in page
    for path, fields in (("ngay", {"first": "2026-12-01"}), ("bo-ngay", {}), ("xac-nhan", {"year": "2027"}),
                         ("don-vi", {}), ("bo-phien-ban", {}), ("gio", HOURS)):  # fmt: skip
        answer = supervisor.post(f"{PATH}/{path}", page=PATH, base=base(office), **fields)
        assert answer.status_code == 404, path
    assert supervisor.post("/lich", page="/thong-bao", name="Lịch thử", code="thu", like="hotline").status_code == 404
    assert len(rows(office)) == 1
