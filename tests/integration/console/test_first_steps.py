"""The first steps of a new installation: what is open, what closes each step, and who sees them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from sqlalchemy import event, select

from feedback_store.defaults import load_defaults
from feedback_store.queries.first_steps import STEPS, FirstSteps, first_steps
from feedback_store.service import agency_editing, calendar_edits, categories, confirming, routing, users
from feedback_store.service import first_steps as service
from feedback_store.service.actor import Actor, Refused
from feedback_store.store import Store
from feedback_store.tables import Agency, AuditEntry, CalendarVersion, Category, Setting, User
from tests.integration.console.conftest import NOW, Office, Person

PATH = "/buoc-dau"
LINE = "bước trước khi dùng thật"
ADMIN = Actor("user", user_id=1, role="administrator")


@pytest.fixture
def admin(office: Office) -> Person:
    return office.person("quan-tri", "administrator")


def steps(office: Office) -> FirstSteps:
    with office.store.reading() as session:
        return first_steps(session, office.now)


def done(office: Office) -> set[str]:
    found = steps(office)
    return {step for step in STEPS if found.done(step)}


def card(page: str, step: str) -> str:
    """The card of a step as text."""
    found = re.search(rf'<section class="card" id="{step}">(.*?)</section>', page, re.S)
    assert found is not None, step
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def confirm_agencies(office: Office, *, whole_province: bool = True) -> None:
    with office.store.transaction() as session:
        place = Agency.commune_code.is_(None) if whole_province else Agency.commune_code.is_not(None)
        for agency_id in session.scalars(select(Agency.id).where(place)).all():
            confirming.confirm_agency(session, agency_id=agency_id, name=None, user_id=1, now=office.now)


def man_agencies(office: Office) -> None:
    """Somebody at every agency of the whole province."""
    with office.store.transaction() as session:
        for number in session.scalars(select(Agency.id).where(Agency.commune_code.is_(None))).all():
            session.add(
                User(login=f"cb{number}", name="Cán bộ", role="officer", agency_id=number, password_hash="x",
                     created_at=office.now)
            )  # fmt: skip


def confirm_calendars(office: Office, *years: int) -> None:
    with office.store.transaction() as session:
        for code in session.scalars(select(CalendarVersion.code).distinct()).all():
            for year in years:
                calendar_edits.confirm_year(session, code=code, year=year, actor=ADMIN, now=office.now)


def press(person: Person, which: str, page: str = PATH) -> str:
    return person.post(f"{PATH}/{which}", page=page, confirmed="on").text


def test_a_fresh_installation_shows_what_is_open(office: Office, admin: Person) -> None:
    page = admin.read(PATH)
    assert [state for _, state in re.findall(r'class="tag (good|hot)">(xong|còn việc)<', page)] == ["còn việc"] * 5
    assert "Thành phố Hải Phòng: 114 đơn vị hành chính cấp xã (" in card(page, "province")
    assert "người dân gọi 0225 1022" in card(page, "province")
    assert "HOTLINE_PROVINCE=hai-phong" in card(page, "province")
    assert "16/16 đơn vị cấp tỉnh, 228/228 đơn vị cấp xã" in card(page, "agencies")
    assert "Tổng đài viên 0, " in card(page, "users")
    assert "Quản trị viên 1." in card(page, "users")
    assert "16 đơn vị cấp tỉnh chưa có người dùng" in card(page, "users")
    with office.store.reading() as session:
        calendars = len(session.scalars(select(CalendarVersion.code).distinct()).all())
    assert f"Năm 2026: đã xác nhận 0/{calendars} lịch. Năm 2027: đã xác nhận 0/{calendars} lịch." in card(
        page, "calendars"
    )
    assert re.search(r"\d+ lĩnh vực, trong đó 0 ngừng dùng, 0 đã sửa", card(page, "categories"))
    for href in ("don-vi", "nguoi-dung", "lich", "linh-vuc"):
        assert f'class="button" href="/console/{href}"' in page


def test_the_first_page_of_an_administrator_counts_what_is_left(office: Office, admin: Person) -> None:
    assert f'<a href="/console/buoc-dau">Còn 5 {LINE}</a>' in admin.read("/")
    press(admin, "linh-vuc")
    assert f"Còn 4 {LINE}" in admin.read("/phan-anh")
    assert LINE not in admin.read("/nguoi-dung")


@pytest.mark.parametrize("role", ["operator", "supervisor", "officer", "leader", "manager"])
def test_other_roles_see_and_change_nothing_of_it(office: Office, role: str) -> None:
    person = office.person("nguoi", role, "ubnd-xa-11383" if role in ("officer", "leader") else None)
    home = person.read("/")
    assert LINE not in home
    assert "/console/buoc-dau" not in home
    assert person.get(PATH).status_code == 404  # as for a page that is not there: the console tells nobody more
    answer = person.post(f"{PATH}/tinh-thanh-pho", page="/tai-khoan", confirmed="on")
    assert answer.status_code == 404
    assert done(office) == set()


def test_the_use_case_itself_refuses_others_and_unknown_steps(office: Office) -> None:
    with office.store.transaction() as session:
        for step, role in (("province", "supervisor"), ("users", "administrator"), ("", "administrator")):
            with pytest.raises(Refused):
                service.confirm(session, step=step, confirmed=True, actor=Actor("user", 1, role), now=NOW)  # type: ignore[arg-type]
        assert session.get(Setting, service.KEY) is None


def test_a_button_without_its_token_changes_nothing(office: Office, admin: Person) -> None:
    admin.client.post(f"/console{PATH}/linh-vuc", data={"confirmed": "on", "csrf": "khac"})
    assert done(office) == set()


@pytest.mark.parametrize(("which", "step"), [("tinh-thanh-pho", "province"), ("linh-vuc", "categories")])
def test_a_step_is_confirmed_by_its_button_and_taken_back(
    office: Office, admin: Person, which: str, step: str
) -> None:
    page = press(admin, which)
    assert "Đã xác nhận." in page
    assert "Người quan-tri đã xác nhận lúc" in card(page, step)
    assert done(office) == {step}
    with office.store.reading() as session:
        assert session.get_one(Setting, "first_steps").value == {step: {"at": NOW.isoformat(), "by": 1}}
    assert "Đã bỏ xác nhận." in admin.post(f"{PATH}/{which}", page=PATH).text
    assert done(office) == set()
    with office.store.reading() as session:
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "first_steps")).all()
    assert acts == [f"{step}_confirmed", f"{step}_unconfirmed"]
    assert "trang “Bước đầu”" in admin.read("/nhat-ky")


def test_a_second_confirmation_keeps_the_first(office: Office, admin: Person) -> None:
    press(admin, "linh-vuc")
    press(admin, "tinh-thanh-pho")
    other = office.person("quan-tri-hai", "administrator")
    office.now = NOW + dt.timedelta(minutes=5)
    assert "Không có gì thay đổi" in press(other, "linh-vuc")
    assert steps(office).confirmed["categories"].by == "Người quan-tri"
    assert done(office) == {"province", "categories"}


def test_an_unknown_step_is_refused_in_words(office: Office, admin: Person) -> None:
    answer = admin.post(f"{PATH}/don-vi", page=PATH, confirmed="on")
    assert answer.status_code == 409
    assert "Không có bước này." in answer.text


def test_agencies_are_done_when_none_of_the_province_is_a_sample(office: Office, admin: Person) -> None:
    confirm_agencies(office, whole_province=False)
    assert "16/16 đơn vị cấp tỉnh, 0/228 đơn vị cấp xã" in card(admin.read(PATH), "agencies")
    confirm_agencies(office)
    assert done(office) == {"agencies"}
    with office.store.transaction() as session:
        session.get_one(Agency, office.agency("bhxh")).is_sample = True
    assert "1/16 đơn vị cấp tỉnh" in card(admin.read(PATH), "agencies")
    with office.store.transaction() as session:
        session.get_one(Agency, office.agency("bhxh")).dissolved_at = NOW
    assert "agencies" in done(office)


def test_users_need_an_operator_and_a_manager_who_can_sign_in(office: Office) -> None:
    office.account("truc", "operator")
    assert "users" not in done(office)
    office.account("quan-ly", "manager")
    assert "users" in done(office)
    with office.store.transaction() as session:
        session.scalars(select(User).where(User.login == "truc")).one().disabled_at = NOW
    assert "users" not in done(office)


def test_a_confirmed_agency_with_work_needs_a_user(office: Office, admin: Person) -> None:
    office.account("truc", "operator")
    office.account("quan-ly", "manager")
    confirm_agencies(office)
    page = card(admin.read(PATH), "users")
    assert "có việc mà chưa có người dùng: " in page
    assert "Sở Xây dựng Hải Phòng" in page.split("có việc mà")[1]
    man_agencies(office)
    assert "users" in done(office)


def test_work_is_an_open_part_a_rule_or_a_category(office: Office) -> None:
    with office.store.transaction() as session:
        made = agency_editing.add(
            session, name="Ban Quản lý Vịnh", kind="csgt", commune_code=None, calendar_code="vn-office", actor=ADMIN,
            now=NOW,
        )  # fmt: skip
        made.kind = "ban-vinh"
        code = made.code

    def lacking() -> bool:
        return "Ban Quản lý Vịnh" in steps(office).people.lacking

    assert not lacking()
    with office.store.transaction() as session:
        rule = routing.add_rule(
            session, category_code="moi-truong.rac", commune_code=None, agency_id=office.agency(code),
            first_day=NOW.date(), last_day=None, note="", actor=ADMIN, now=NOW,
        )  # fmt: skip
        rule_id = rule.id
    assert lacking()
    with office.store.transaction() as session:
        routing.end_rule(session, rule_id=rule_id, last_day=None, actor=ADMIN, now=NOW)
    assert not lacking()
    office.dispatch(office.ticket(), code)
    assert lacking()
    office.account("can-bo", "officer", code)
    assert not lacking()


def test_calendars_are_done_when_this_year_and_from_october_the_next_are_confirmed(office: Office) -> None:
    confirm_calendars(office, 2026)
    assert "calendars" not in done(office)
    office.now = dt.datetime(2026, 9, 30, 2, tzinfo=dt.UTC)
    assert "calendars" in done(office)
    office.now = NOW
    confirm_calendars(office, 2027)
    assert "calendars" in done(office)


def test_categories_that_were_edited_or_switched_off_are_named(office: Office, admin: Person) -> None:
    with office.store.transaction() as session:
        for code, name, active in (("moi-truong.rac", "Rác thải", True), ("moi-truong.mui", "Mùi hôi", False)):
            row = session.get(Category, code) or session.scalars(
                select(Category).where(Category.group_code == "moi-truong", Category.edited_at.is_(None))
            ).first()
            assert row is not None
            categories.edit(
                session, code=row.code, group_code=row.group_code, name=name, service_class=row.service_class,
                agency_kind=row.agency_kind, active=active, actor=ADMIN, now=NOW,
            )  # fmt: skip
    page = card(admin.read(PATH), "categories")
    assert "trong đó 1 ngừng dùng, 1 đã sửa hoặc thêm mới." in page
    assert "Ngừng dùng: Mùi hôi." in page
    assert "Đã sửa hoặc thêm mới: Rác thải." in page


def test_the_line_disappears_when_all_is_done_and_the_page_stays(office: Office, admin: Person) -> None:
    confirm_agencies(office)
    man_agencies(office)
    office.account("truc", "operator")
    office.account("quan-ly", "manager")
    confirm_calendars(office, 2026, 2027)
    press(admin, "tinh-thanh-pho")
    assert f"Còn 1 {LINE}" in admin.read("/phan-anh")
    press(admin, "linh-vuc")
    home = admin.read("/phan-anh")
    assert LINE not in home
    assert '<a href="/console/buoc-dau">Bước đầu</a>' in home
    page = admin.read(PATH)
    assert "Đã xong cả năm bước" in page
    assert "còn việc" not in page
    admin.post(f"{PATH}/linh-vuc", page=PATH)
    assert f"Còn 1 {LINE}" in admin.read("/phan-anh")


def test_another_province_shows_its_own_name(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        load_defaults(session, now=NOW, province="an-giang")
    office = Office(store, tmp_path)
    page = card(office.person("quan-tri", "administrator").read(PATH), "province")
    assert "Tỉnh An Giang: 102 đơn vị hành chính cấp xã (" in page
    assert "HOTLINE_PROVINCE=an-giang" in page
    assert "Hải Phòng" not in page
    for client in office.clients:
        client.close()


def test_an_empty_database_leaves_every_step_open(store: Store) -> None:
    with store.reading() as session:
        assert first_steps(session, NOW).left == 5


def test_the_figures_take_a_fixed_number_of_statements(office: Office, admin: Person) -> None:
    press(admin, "linh-vuc")
    sent: list[str] = []

    def count() -> int:
        sent.clear()
        steps(office)
        return len([one for one in sent if one.startswith("SELECT")])

    event.listen(office.store.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    before = count()
    with office.store.transaction() as session:
        for number in range(5):
            users.create_user(session, login=f"truc{number}", name="Trực", role="operator", actor=ADMIN, now=NOW)
    confirm_agencies(office)
    confirm_calendars(office, 2026, 2027)
    assert count() == before <= 10
