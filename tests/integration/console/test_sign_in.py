"""Who comes in, how, and how long."""

from __future__ import annotations

import datetime as dt

from feedback_store.service import users
from feedback_store.service.actor import SYSTEM
from tests.integration.console.conftest import PASSWORD, Office, Person


def test_without_signing_in_every_page_leads_to_the_form_and_back(office: Office) -> None:
    answer = office.client().get("/console/so-lieu")
    assert str(answer.url).endswith("/console/dang-nhap?den=/console/so-lieu")
    assert "Tên đăng nhập" in answer.text


def test_a_one_time_password_opens_nothing_but_its_own_change(office: Office) -> None:
    one_time = office.account("moi", "operator")
    client = office.client()
    client.post("/console/dang-nhap", data={"login": "moi", "password": one_time})
    assert "Đổi mật khẩu" in client.get("/console/phan-anh").text
    assert str(client.get("/console/phan-anh").url).endswith("/doi-mat-khau")


def test_wrong_name_and_wrong_password_read_the_same(office: Office) -> None:
    office.person("co-that", "operator")
    client = office.client()
    answers = [
        client.post("/console/dang-nhap", data={"login": login, "password": "sai-mat-khau"})
        for login in ("co-that", "khong-co")
    ]
    assert {a.status_code for a in answers} == {401}
    pages = {a.text.replace("khong-co", "?").replace("co-that", "?") for a in answers}
    assert len(pages) == 1


def test_guessing_is_slowed_down_and_the_right_password_waits_too(office: Office) -> None:
    office.person("bi-do", "operator")
    client = office.client()
    for _ in range(12):
        last = client.post("/console/dang-nhap", data={"login": "bi-do", "password": "sai"})
    assert last.status_code == 429
    assert client.post("/console/dang-nhap", data={"login": "bi-do", "password": PASSWORD}).status_code == 429
    office.now += dt.timedelta(minutes=30)
    assert client.post("/console/dang-nhap", data={"login": "bi-do", "password": PASSWORD}).status_code == 200


def test_a_short_or_mistyped_new_password_is_refused_in_words(office: Office) -> None:
    one_time = office.account("ngan", "operator")
    person = Person(office.client())
    person.client.post("/console/dang-nhap", data={"login": "ngan", "password": one_time})
    short = person.post("/doi-mat-khau", old=one_time, new="ngan", again="ngan")
    unequal = person.post("/doi-mat-khau", old=one_time, new="mot-mat-khau-dai", again="mot-mat-khau-khac")
    assert (short.status_code, unequal.status_code) == (409, 409)
    assert "10 ký tự" in short.text
    assert "không giống nhau" in unequal.text


def test_a_form_without_its_token_or_from_elsewhere_does_nothing(office: Office) -> None:
    operator = office.person("tongdai", "operator")
    ticket = office.ticket()
    path = f"/console/phan-anh/{ticket.code}/phan-phoi"
    agency = office.agency("ubnd-xa-11383")
    bare = operator.client.post(path, data={"agency": agency, "version": 0})
    shown = operator.read(f"/phan-anh/{ticket.code}")
    token = shown.split('name="csrf" value="')[1].split('"')[0]
    foreign = operator.client.post(
        path, data={"agency": agency, "version": 0, "csrf": token}, headers={"Origin": "https://noi-khac.example"}
    )
    assert (bare.status_code, foreign.status_code) == (409, 409)
    assert "Chờ phân phối" in operator.read(f"/phan-anh/{ticket.code}")


def test_signing_out_ends_the_session_for_its_cookie(office: Office) -> None:
    operator = office.person("di-ra", "operator")
    cookie = dict(operator.client.cookies)
    operator.post("/dang-xuat", page="/phan-anh")
    again = office.client()
    again.cookies.update(cookie)
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


def test_a_session_ends_by_itself(office: Office) -> None:
    operator = office.person("lau", "operator")
    office.now += dt.timedelta(days=8)
    assert "Tên đăng nhập" in operator.read("/phan-anh")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(office: Office) -> None:
    office.account("banh", "operator")
    one_time = office.account("banh2", "operator")
    answer = office.client().post(
        "/console/dang-nhap", data={"login": "banh2", "password": one_time}, follow_redirects=False
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/console" in cookie


def test_coming_back_never_leads_to_another_site(office: Office) -> None:
    one_time = office.account("lui", "operator")
    office.client().post("/console/dang-nhap", data={"login": "lui", "password": one_time})
    for target in ("https://xau.example/", "//xau.example", "/console/\\xau.example"):
        answer = office.client().post(
            "/console/dang-nhap", data={"login": "lui", "password": one_time, "den": target}, follow_redirects=False
        )
        assert answer.headers["location"].startswith("/console/")
        assert "xau" not in answer.headers["location"]
