"""Who comes in, how, and how long."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import threading

import pytest
from sqlalchemy import select

from console.hash_gate import Busy, HashGate
from feedback_store.service import users
from feedback_store.service.actor import SYSTEM
from feedback_store.tables import AuditEntry
from tests.integration.console.conftest import PASSWORD, Office, hidden

WRONG = "khong-phai-mat-khau"


def test_without_signing_in_every_page_leads_to_the_form_and_back(office: Office) -> None:
    answer = office.client().get("/console/so-lieu")
    assert str(answer.url).endswith("/console/dang-nhap?den=/console/so-lieu")
    assert "Tên đăng nhập" in answer.text


def test_a_one_time_password_opens_nothing_but_its_own_change(office: Office) -> None:
    one_time = office.account("moi", "operator")
    visitor = office.visitor()
    visitor.sign_in("moi", one_time)
    assert "Đổi mật khẩu" in visitor.get("/phan-anh").text
    assert str(visitor.get("/phan-anh").url).endswith("/doi-mat-khau")


def test_wrong_name_and_wrong_password_read_the_same(office: Office) -> None:
    office.person("co-that", "operator")
    answers = [office.visitor().sign_in(login, WRONG) for login in ("co-that", "khong-co")]
    assert {a.status_code for a in answers} == {401}
    pages = {
        re.sub(r'name="csrf" value="[^"]*"', "", a.text.replace("khong-co", "?").replace("co-that", "?"))
        for a in answers
    }
    assert len(pages) == 1


def test_the_wait_grows_as_zero_one_two_four_seconds(office: Office) -> None:
    office.account("dem", "operator")
    visitor = office.visitor()
    waits = []
    for _ in range(12):
        while (answer := visitor.sign_in("dem", WRONG)).status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            office.now += dt.timedelta(seconds=waits[-1])
        assert answer.status_code == 401
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_the_right_password_too_waits_its_turn_and_is_never_locked(office: Office) -> None:
    office.person("quen-mat", "operator", address="10.0.0.9")
    visitor = office.visitor()
    for _ in range(3):
        office.now += dt.timedelta(seconds=4)
        visitor.sign_in("quen-mat", WRONG)
    refused = visitor.sign_in("quen-mat", PASSWORD)
    assert refused.status_code == 429
    assert "thử lại sau 2 giây" in refused.text
    office.now += dt.timedelta(seconds=2)
    assert visitor.sign_in("quen-mat", PASSWORD).status_code == 200


def test_forty_right_sign_ins_from_one_office_in_a_minute_all_succeed(office: Office) -> None:
    for number in range(6):
        office.person(f"nguoi{number}", "operator")
    answers = [office.visitor().sign_in(f"nguoi{turn % 6}", PASSWORD) for turn in range(42)]
    assert {answer.status_code for answer in answers} == {200}
    assert all("Đăng xuất" in answer.text for answer in answers)


def test_nobody_locks_another_out(office: Office) -> None:
    """A colleague at the same address, and strangers at many, try wrong passwords all the time."""
    victim = office.person("nan-nhan", "operator")
    victim.post("/dang-xuat", page="/phan-anh")
    for number in range(80):
        for address in ("10.0.0.1", f"172.16.0.{number}"):
            office.visitor(address).sign_in("nan-nhan", WRONG)
    assert victim.sign_in("nan-nhan", PASSWORD).status_code == 200
    assert office.visitor("192.168.7.7").sign_in("nan-nhan", PASSWORD).status_code == 200
    assert office.visitor("10.0.0.1").sign_in("nan-nhan", PASSWORD).status_code == 429


def test_an_attacked_account_gives_each_stranger_one_try_a_minute(office: Office) -> None:
    office.account("bi-vay", "operator")
    for number in range(60):
        assert office.visitor(f"172.16.1.{number}").sign_in("bi-vay", WRONG).status_code == 401
    stranger = office.visitor("172.16.2.1")
    assert stranger.sign_in("bi-vay", WRONG).status_code == 401
    assert int(stranger.sign_in("bi-vay", WRONG).headers["Retry-After"]) == 60


def test_one_address_cannot_try_a_password_on_every_account(office: Office) -> None:
    known = office.person("quen", "operator", address="10.9.9.9")
    known.post("/dang-xuat", page="/phan-anh")
    sprayed = [office.visitor("10.9.9.9").sign_in(f"ten{number}", WRONG).status_code for number in range(66)]
    assert 429 in sprayed[60:]
    assert set(sprayed[:60]) == {401}
    assert office.visitor("10.9.9.9").sign_in("quen", PASSWORD).status_code == 200


def test_addresses_of_one_household_count_as_one(office: Office) -> None:
    office.account("sau", "operator")
    for ending in range(3):
        last = office.visitor(f"2001:db8:1:2::{ending + 1}").sign_in("sau", WRONG)
    assert last.status_code == 429


def test_wrong_tries_are_recorded_and_seen_by_administrator_and_user(office: Office) -> None:
    user = office.person("bi-thu", "operator")
    admin = office.person("quantri", "administrator")
    user.post("/dang-xuat", page="/phan-anh")
    for _ in range(3):
        office.now += dt.timedelta(seconds=10)
        office.visitor("203.0.113.5").sign_in("bi-thu", WRONG)
    office.visitor("203.0.113.5").sign_in("khong-co-ai", "mat-khau-cua-ai-do")
    said = "3 lần nhập sai mật khẩu từ 203.0.113.5, lần cuối"
    assert said in admin.read("/nguoi-dung")
    answer = user.sign_in("bi-thu", PASSWORD)
    assert "Lần đăng nhập trước" in answer.text
    assert said in answer.text
    assert said in user.read("/tai-khoan")
    with office.store.reading() as session:
        rows = session.scalars(select(AuditEntry.data).where(AuditEntry.action == "sign_in_wrong")).all()
    assert rows == [{"login": "bi-thu", "address": "203.0.113.5"}] * 3


def test_a_weak_password_is_refused_in_words(office: Office) -> None:
    one_time = office.account("minhchau", "operator")
    person = office.visitor()
    person.sign_in("minhchau", one_time)
    reasons = {
        "ngan": "10 ký tự",
        "x" * 129: "dài nhất 128",
        "aaaaaaaaaaaa": "lặp lại",
        "matkhau123456": "nhiều người dùng",
        "Mật khẩu 1022": "nhiều người dùng",
        "Haiphong2026": "nhiều người dùng",
        "minhchau2026": "tên đăng nhập",
        "Người minhchau": "tên đăng nhập",
        "qwertyuiop12": "dễ đoán",
        "1234567890": "dễ đoán",
        "01-01-1990": "ngày tháng",
        one_time: "đã dùng",
    }
    for new, reason in reasons.items():
        answer = person.post("/doi-mat-khau", old=one_time, new=new, again=new)
        assert answer.status_code == 409, new
        assert reason in answer.text, new
    unequal = person.post("/doi-mat-khau", old=one_time, new=PASSWORD, again=PASSWORD + "x")
    assert "không giống nhau" in unequal.text
    assert person.post("/doi-mat-khau", old=one_time, new=PASSWORD, again=PASSWORD).status_code == 200


def test_an_earlier_password_cannot_be_set_again(office: Office) -> None:
    person = office.person("quay-lai", "operator")
    other = "bảy con mèo trên mái 9"
    assert person.post("/doi-mat-khau", old=PASSWORD, new=other, again=other).status_code == 200
    again = person.post("/doi-mat-khau", old=other, new=PASSWORD, again=PASSWORD)
    assert again.status_code == 409
    assert "đã dùng" in again.text


def test_the_present_password_cannot_be_guessed_through_a_session_left_open(office: Office) -> None:
    person = office.person("bo-quen", "operator")
    answers = [person.post("/doi-mat-khau", old=WRONG, new=PASSWORD + "y", again=PASSWORD + "y") for _ in range(4)]
    assert "chưa đúng" in answers[0].text
    assert "thử lại sau" in answers[-1].text


def test_the_sign_in_form_works_only_from_the_browser_that_was_given_it(office: Office) -> None:
    one_time = office.account("bieu-mau", "operator")
    visitor, other = office.visitor(), office.visitor()
    token = hidden(visitor.get("/dang-nhap").text, "csrf")
    fields = {"login": "bieu-mau", "password": one_time}
    for client, data, headers in (
        (other.client, {**fields, "csrf": token}, {}),
        (visitor.client, fields, {}),
        (visitor.client, {**fields, "csrf": "9" * 10 + ".²"}, {}),
        (visitor.client, {**fields, "csrf": token}, {"Origin": "https://noi-khac.example"}),
    ):
        answer = client.post("/console/dang-nhap", data=data, headers=headers)
        assert answer.status_code == 409
        assert 'value="bieu-mau"' in answer.text
        assert one_time not in answer.text
    assert "Đổi mật khẩu" in visitor.client.post("/console/dang-nhap", data={**fields, "csrf": token}).text


def test_a_form_left_open_for_hours_works_and_an_older_one_is_shown_again(office: Office) -> None:
    office.person("de-lau", "operator")
    visitor = office.visitor()
    token = hidden(visitor.get("/dang-nhap").text, "csrf")
    visitor.get("/dang-nhap?den=/console/so-lieu")  # another tab
    fields = {"login": "de-lau", "password": PASSWORD, "csrf": token}
    office.now += dt.timedelta(hours=13)
    stale = visitor.client.post("/console/dang-nhap", data=fields)
    assert stale.status_code == 409
    assert "mở quá lâu" in stale.text
    assert 'value="de-lau"' in stale.text
    office.now -= dt.timedelta(hours=3)
    assert "Đăng xuất" in visitor.client.post("/console/dang-nhap", data=fields).text


def test_an_address_can_make_no_page_say_anything(office: Office) -> None:
    operator = office.person("nghe", "operator")
    said = "Gọi ngay 0900000000"
    assert said not in operator.read(f"/phan-anh?bao={said}")
    operator.client.cookies.set("hotline_told", "Z2lhLW1hbw", path="/console")
    assert "Z2lhLW1hbw" not in operator.read("/phan-anh")


def test_the_word_on_what_was_done_is_shown_once(office: Office) -> None:
    admin = office.person("mot-lan", "administrator")
    other = office.account("hai", "operator")
    assert other
    with office.store.reading() as session:
        found = users.find(session, "hai")
    assert found is not None
    answer = admin.post(f"/nguoi-dung/{found.id}/khoa", page="/nguoi-dung")
    assert "Đã lưu." in answer.text
    assert "Đã lưu" not in admin.read("/nguoi-dung")


def test_a_form_without_its_token_or_from_elsewhere_does_nothing(office: Office) -> None:
    operator = office.person("tongdai", "operator")
    ticket = office.ticket()
    path = f"/console/phan-anh/{ticket.code}/phan-phoi"
    agency = office.agency("ubnd-xa-11383")
    token = hidden(operator.read(f"/phan-anh/{ticket.code}"), "csrf")
    for sent, headers in (
        (None, {}), ("²đ", {}), (token, {"Origin": "https://noi-khac.example"}), (token, {"Origin": "http://[x"}),
    ):  # fmt: skip
        data = {"agency": agency, "version": 0, **({"csrf": sent} if sent else {})}
        assert operator.client.post(path, data=data, headers=headers).status_code == 409
    assert "Chờ phân phối" in operator.read(f"/phan-anh/{ticket.code}")


def test_signing_out_ends_the_session_for_its_cookie(office: Office) -> None:
    operator = office.person("di-ra", "operator")
    cookie = operator.client.cookies["hotline_console"]
    operator.post("/dang-xuat", page="/phan-anh")
    again = office.client()
    again.cookies.set("hotline_console", cookie)
    assert "Tên đăng nhập" in again.get("/console/phan-anh").text


def test_disabling_and_resetting_end_sessions_at_once(office: Office) -> None:
    for move in (users.disable, users.reset_password):
        login = f"bi-{move.__name__.replace('_', '-')}"
        user = office.person(login, "operator")
        with office.store.transaction() as session:
            found = users.find(session, login)
            assert found is not None
            move(session, user_id=found.id, actor=SYSTEM, now=office.now)
        assert "Tên đăng nhập" in user.read("/phan-anh")


def test_a_disabled_account_is_refused_like_a_wrong_password(office: Office) -> None:
    office.person("da-khoa", "operator")
    with office.store.transaction() as session:
        found = users.find(session, "da-khoa")
        assert found is not None
        users.disable(session, user_id=found.id, actor=SYSTEM, now=office.now)
    assert office.visitor().sign_in("da-khoa", PASSWORD).status_code == 401


def test_a_session_ends_by_itself(office: Office) -> None:
    operator = office.person("lau", "operator")
    office.now += dt.timedelta(days=8)
    assert "Tên đăng nhập" in operator.read("/phan-anh")


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(office: Office) -> None:
    one_time = office.account("banh", "operator")
    visitor = office.visitor()
    visitor.client.follow_redirects = False
    answer = visitor.sign_in("banh", one_time)
    cookies = [cookie.lower() for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.split("=")[0] for cookie in cookies} == {"hotline_console", "hotline_device"}
    for cookie in cookies:
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/console" in cookie


@pytest.mark.parametrize(
    "target",
    [
        "https://xau.example/", "//xau.example", "/console/\\xau.example", "/console//xau.example",
        "/console/%0d%0aSet-Cookie:xau=1", "/console/\r\nLocation: https://xau.example", "/console/../xau",
        "/console/%2e%2e/xau", "/console@xau.example", "/console/%5c%5cxau.example", "javascript:xau", "",
    ],
)  # fmt: skip
def test_coming_back_never_leads_to_another_site(office: Office, target: str) -> None:
    office.person("lui", "operator")
    visitor = office.visitor()
    visitor.client.follow_redirects = False
    answer = visitor.sign_in("lui", PASSWORD, den=target)
    assert answer.headers["location"] == "/console/"


def test_a_flood_of_sign_ins_is_turned_away_politely(office: Office) -> None:
    office.account("dong", "operator")
    gate = HashGate(threads=1, waiting=1)
    visitor = office.visitor()
    visitor.get("/dang-nhap")
    object.__setattr__(office.app.state.deps, "gate", gate)
    gate._places.acquire()
    busy = visitor.sign_in("dong", WRONG)
    assert busy.status_code == 503
    assert "Nhiều người đang đăng nhập" in busy.text
    gate._places.release()
    assert visitor.sign_in("dong", WRONG).status_code == 401


async def _second_in_line(gate: HashGate, free: threading.Event) -> None:
    first = asyncio.ensure_future(gate.run(free.wait))
    await asyncio.sleep(0)
    try:
        with pytest.raises(Busy):
            await gate.run(lambda: None)
    finally:
        free.set()
        await first


def test_who_waits_too_long_for_a_turn_is_told_and_the_one_at_work_ends() -> None:
    asyncio.run(_second_in_line(HashGate(threads=1, seconds=0.05), threading.Event()))


