"""Nothing typed is lost: ended sessions, refused forms, and forms that are sent twice."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select, text, update

from console import carried, context
from feedback_store.service import sent_forms, users
from feedback_store.service.actor import SYSTEM
from feedback_store.tables import Agency, Base, Leg, SentForm, Ticket, TicketEvent, User
from feedback_store.texts import has
from tests.integration.console.conftest import PASSWORD, Office, Person, hidden, jpeg

NOTE = 'Đào lên, lấp lại & <b>gấp</b> "45"\n  dòng hai'
FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def form_of(page: str, action: str) -> tuple[str, dict[str, list[str]]]:
    """Address and hidden fields of the form whose address begins so."""
    begins = rf'<form novalidate method="post" action="({re.escape(action)}[^"]*)"[^>]*>'
    found = re.search(begins + "(.*?)</form>", page, re.S)
    assert found is not None, f"no form {action}"
    fields: dict[str, list[str]] = {}
    for name, value in FIELD.findall(found[2]):
        fields.setdefault(unescape(name), []).append(unescape(value))
    return unescape(found[1]), fields


@pytest.fixture
def operator(office: Office) -> Person:
    return office.person("trucban", "operator")


def dispatch_form(office: Office, person: Person, ticket: Ticket, **typed: Any) -> tuple[str, dict[str, Any]]:
    action, fields = form_of(person.read(f"/phan-anh/{ticket.code}"), f"/console/phan-anh/{ticket.code}/phan-phoi")
    return action, {**fields, "agency": str(agency_id(office)), "note": NOTE, **typed}


def agency_id(office: Office) -> int:
    with office.store.reading() as session:
        return session.scalars(select(Agency.id).where(Agency.dissolved_at.is_(None)).order_by(Agency.id)).first() or 0


def end_session(office: Office, how: str, person: Person) -> None:
    if how == "idle":
        office.now += dt.timedelta(hours=3)
    elif how == "signed out":
        person.post("/dang-xuat", page="/phan-anh")
    else:
        with office.store.transaction() as session:
            session.execute(text("UPDATE user_sessions SET revoked_at = now()"))


def sign_in_again(person: Person, page: str, password: str = PASSWORD) -> Response:
    action, fields = form_of(page, "/console/dang-nhap/gui-tiep")
    return person.client.post(action, data={**fields, "password": password})


def legs_of(office: Office, ticket: Ticket) -> list[Leg]:
    with office.store.reading() as session:
        return list(session.scalars(select(Leg).where(Leg.ticket_id == ticket.id)))


@pytest.mark.parametrize("how", ["idle", "signed out", "revoked"])
def test_a_form_sent_after_the_session_ended_is_sent_on_after_the_password(
    office: Office, operator: Person, how: str
) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    end_session(office, how, operator)
    asked = operator.client.post(action, data=data)
    assert asked.status_code == 401
    assert "lấp lại" not in asked.text, "what was typed is not shown before the password"
    shown = sign_in_again(operator, asked.text)
    assert shown.status_code == 200
    assert "Gửi tiếp" in shown.text
    assert "lấp lại &amp; &lt;b&gt;gấp" in shown.text
    assert not legs_of(office, ticket), "nothing is sent before the button"
    to, fields = form_of(shown.text, action)
    assert to == action
    done = operator.client.post(to, data=fields)
    assert "Đã phân phối phản ánh." in done.text
    assert [leg.dispatch_note for leg in legs_of(office, ticket)] == [NOTE]


def test_repeated_fields_are_kept_and_files_are_named_to_choose_again(office: Office) -> None:
    office.ticket()
    officer = office.person("canbo", "officer", office_agency(office))
    ticket = office.ticket("Cống tắc ở ngõ 12 phố Cát Cụt")
    leg = office.dispatch(ticket, office_agency(office))
    csrf = hidden(officer.read(f"/phan-anh/{ticket.code}"), "csrf")
    end_session(office, "idle", officer)
    asked = officer.client.post(
        f"/console/phan-anh/{ticket.code}/ket-qua?ve=muc%3Dmoi",
        data={"csrf": csrf, "leg": str(leg.id), "kept": ["một", "hai"], "text": "Đã thông cống"},
        files=[("files", ("ảnh cống.jpg", jpeg(), "image/jpeg"))],
    )
    shown = sign_in_again(officer, asked.text)
    to, fields = form_of(shown.text, f"/console/phan-anh/{ticket.code}/ket-qua")
    assert to.endswith("/ket-qua?ve=muc%3Dmoi")
    assert fields["kept"] == ["một", "hai"]
    assert "ảnh cống.jpg" in shown.text
    assert '<input type="file" name="files" multiple>' in shown.text
    assert 'enctype="multipart/form-data"' in shown.text


def office_agency(office: Office) -> str:
    with office.store.reading() as session:
        return session.scalars(select(Agency.code).where(Agency.id == agency_id(office))).one()


def test_a_wrong_password_keeps_the_form(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    end_session(office, "revoked", operator)
    wrong = sign_in_again(operator, operator.client.post(action, data=data).text, "khong-phai")
    assert wrong.status_code == 401
    office.now += dt.timedelta(seconds=10)
    assert "lấp lại" in sign_in_again(operator, wrong.text).text


def test_what_one_person_typed_is_never_sent_by_another(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    operator.post("/dang-xuat", page="/phan-anh")
    office.account("khac", "operator")
    with office.store.transaction() as session:
        session.execute(update(User).where(User.login == "khac").values(must_change_password=False,
                        password_hash=session.scalars(select(User.password_hash).where(User.login != "khac")).first()))
    operator.sign_in("khac", PASSWORD)
    refused = operator.client.post(action, data=data)
    assert refused.status_code == 409
    assert "Người khac đang đăng nhập" in refused.text
    assert "lấp lại" not in refused.text
    assert not legs_of(office, ticket)
    shown = sign_in_again(operator, refused.text)
    assert "Người khac" not in shown.text
    operator.client.post(action, data=form_of(shown.text, action)[1])
    with office.store.reading() as session:
        by = session.execute(select(User.login).join(TicketEvent, TicketEvent.actor_id == User.id)
                             .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "dispatched")).all()
    assert by == [("trucban",)]


def test_a_page_of_an_earlier_session_of_the_same_person_is_shown_to_send_on(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    operator.sign_in("trucban", PASSWORD)
    shown = operator.client.post(action, data=data)
    assert shown.status_code == 409
    assert not legs_of(office, ticket)
    operator.client.post(action, data=form_of(shown.text, action)[1])
    assert len(legs_of(office, ticket)) == 1


@pytest.mark.parametrize("csrf", ["", "x", "A" * 32])
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_form_without_our_token_is_lost(office: Office, operator: Person, csrf: str, signed_in: bool) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket, csrf=csrf)
    if not signed_in:
        end_session(office, "revoked", operator)
    answer = operator.client.post(action, data=data)
    assert "gui-tiep" not in answer.text
    assert "Gửi tiếp" not in answer.text
    assert "lấp lại" not in answer.text
    assert not legs_of(office, ticket)


@pytest.mark.parametrize("signed_in", [True, False])
def test_another_site_gets_no_form_carried_on(office: Office, operator: Person, signed_in: bool) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    if not signed_in:
        end_session(office, "revoked", operator)
    answer = operator.client.post(action, data=data, headers={"Origin": "https://la.example"})
    assert "gui-tiep" not in answer.text
    assert "lấp lại" not in answer.text


def test_the_sealed_form_is_bound_to_its_maker_its_time_and_the_browser(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    end_session(office, "revoked", operator)
    page = operator.client.post(action, data=data).text
    to, fields = form_of(page, "/console/dang-nhap/gui-tiep")
    stranger = office.visitor().client.post(to, data={**fields, "password": PASSWORD})
    assert "lấp lại" not in stranger.text, "another browser cannot be made to sign in"
    bent = fields["form"][0][:-9] + "AAAAAAAA="
    assert operator.client.post(to, data={**fields, "form": bent, "password": PASSWORD}).status_code == 409
    office.now += carried.LIFE + dt.timedelta(minutes=1)
    late = operator.client.post(to, data={**fields, "password": PASSWORD})
    assert late.status_code == 409
    assert "không còn đọc được" in late.text


def test_what_is_too_long_is_said_and_passwords_are_never_kept(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket, note="a" * (carried.LONGEST + 1))
    old = hidden(operator.read("/doi-mat-khau"), "csrf")
    end_session(office, "revoked", operator)
    assert "Nội dung quá dài" in operator.client.post(action, data=data).text
    nearly = {**data, "note": "ạ" * (carried.LONGEST // 3 - 200)}
    shown = sign_in_again(operator, operator.client.post(action, data=nearly).text)
    assert form_of(shown.text, action)[1]["note"] == [nearly["note"]]
    end_session(office, "revoked", operator)
    secret = {"csrf": old, "old": PASSWORD, "new": "Con meo 18 mau tim", "again": "Con meo 18 mau tim"}
    answer = operator.client.post("/console/doi-mat-khau", data=secret)
    assert "gui-tiep" not in answer.text


def test_nothing_typed_is_stored_or_stands_in_an_address(office: Office, operator: Person, tmp_path: Path) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket, note="Bimatkhongluu")
    end_session(office, "revoked", operator)
    asked = operator.client.post(action, data=data)
    shown = sign_in_again(operator, asked.text)
    for answer in (asked, shown, *asked.history, *shown.history):
        assert "Bimatkhongluu" not in str(answer.url) + str(answer.headers)
    with office.store.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = f"SELECT count(*) FROM {table.name} t WHERE t::text LIKE '%Bimatkhongluu%'"
            assert session.execute(text(rows)).scalar_one() == 0, table.name
    assert not list(tmp_path.rglob("*"))


def test_a_form_waits_while_a_one_time_password_is_changed(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    with office.store.transaction() as session:
        user_id = session.scalars(select(User.id).where(User.login == "trucban")).one()
        one_time = users.reset_password(session, user_id=user_id, actor=SYSTEM, now=office.now).password
    shown = sign_in_again(operator, operator.client.post(action, data=data).text, one_time)
    assert "Đổi mật khẩu trong cửa sổ mới trước" in shown.text
    fields = form_of(shown.text, action)[1]
    again = operator.client.post(action, data=fields)
    assert "Đổi mật khẩu trong cửa sổ mới trước" in again.text
    new = "Con meo 18 mau tim"
    operator.post("/doi-mat-khau", old=one_time, new=new, again=new)
    carried_on = operator.client.post(action, data=form_of(again.text, action)[1])
    operator.client.post(action, data=form_of(carried_on.text, action)[1])
    assert len(legs_of(office, ticket)) == 1


def test_every_field_that_a_person_writes_into_has_a_name() -> None:
    """Templates name their fields; those of a sign-in, of filters and of numbers per time target are not carried."""
    elsewhere = {"again", "new", "old", "password", "den", "tim", "tu", "ngay", "ve"}
    unseen = re.compile(r'type="(hidden|file|password|checkbox|radio)"')
    for path in (context.FOLDER / "templates").glob("*.html"):
        for tag in re.findall(r"<(?:input|textarea)\b[^>]*>", path.read_text(encoding="utf-8")):
            name = re.search(r'name="([\w-]+)"', tag)
            if name and not unseen.search(tag) and name[1] not in elsewhere:
                assert has(f"carried.field_{name[1]}"), (path.name, name[1])


# Refused forms


def test_a_refused_form_stands_open_alone_with_its_error_and_what_was_typed(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    refused = operator.post(f"/phan-anh/{ticket.code}/tu-choi", page=f"/phan-anh/{ticket.code}",
                            ground="area", reason="")  # fmt: skip
    assert refused.status_code == 409
    opened = re.findall(r"<details[^>]* open>.*?</details>", refused.text, re.S)
    assert len(opened) == 1
    assert "/tu-choi" in opened[0]
    assert 'class="error" role="alert" tabindex="-1" autofocus' in opened[0]
    assert '<option value="area" selected>' in opened[0]
    assert refused.text.count('role="alert"') == 1


def test_words_typed_into_one_form_stand_in_no_other(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    office.dispatch(ticket, office_agency(office))
    refused = operator.post(f"/phan-anh/{ticket.code}/doi-linh-vuc", page=f"/phan-anh/{ticket.code}",
                            category="khong-co", reason="gõ nhầm mục")  # fmt: skip
    assert refused.status_code == 409
    assert refused.text.count('value="gõ nhầm mục"') == 1


def test_words_of_a_form_that_the_page_no_longer_has_stand_at_its_head(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    fields = {"reason": "không rõ địa chỉ", "ground": "too_little"}
    page = operator.read(f"/phan-anh/{ticket.code}")
    stale = {"csrf": hidden(page, "csrf"), "version": hidden(page, "version")}
    here = f"/phan-anh/{ticket.code}"
    operator.post(f"{here}/tu-choi", page=here, ground="duplicate", reason="trùng rồi")
    refused = operator.client.post(f"/console/phan-anh/{ticket.code}/tu-choi", data={**stale, **fields})
    assert refused.status_code == 409
    assert "không rõ địa chỉ" in refused.text
    assert refused.text.index("không rõ địa chỉ") < refused.text.index("Việc cần làm")


def test_the_address_of_every_form_leads_back_to_a_page(office: Office) -> None:
    admin = office.person("quantri", "administrator")
    ticket = office.ticket()
    known = {"code": ticket.code, "move_name": "chuyen", "key": "x", "action": "sua"}
    tried = 0
    parts = [part.original_router for part in office.app.routes if hasattr(part, "original_router")]
    for route in (route for part in parts for route in part.routes):
        if "POST" in (getattr(route, "methods", None) or ()):
            path = re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], "1"), route.path)
            answer = admin.client.get(f"/console{path}", follow_redirects=False)
            assert answer.status_code != 405, path
            tried += answer.status_code == 303
    assert tried > 30
    back = admin.client.get(f"/console/phan-anh/{ticket.code}/chuyen?ve=muc%3Dmoi", follow_redirects=False)
    assert back.status_code == 303
    assert back.headers["location"] == f"/console/phan-anh/{ticket.code}?ve=muc%3Dmoi"


# The same form twice


def test_the_same_form_twice_acts_once_and_the_second_is_told_it_is_done(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    operator.client.post(action, data=data)
    second = operator.client.post(action, data=data)
    assert second.status_code == 200
    assert "Việc này đã xong từ lần gửi trước" in second.text
    assert "Đã phân phối phản ánh." in second.text
    assert len(legs_of(office, ticket)) == 1


def test_other_words_with_an_old_version_are_still_a_conflict(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    operator.client.post(action, data=data)
    assert operator.client.post(action, data={**data, "note": "ghi chú khác"}).status_code == 409
    other = office.person("khac", "operator")
    csrf = hidden(other.read(f"/phan-anh/{ticket.code}"), "csrf")
    assert other.client.post(action, data={**data, "csrf": csrf}).status_code == 409


def test_a_refused_form_may_be_sent_again(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket, agency="999999")
    assert operator.client.post(action, data=data).status_code in (404, 409)
    assert "đã xong" not in operator.client.post(action, data=data).text


def test_a_form_without_a_version_acts_once_for_each_page(office: Office) -> None:
    admin = office.person("quantri", "administrator")
    for number in (1, 2):
        action, fields = form_of(admin.read("/linh-vuc"), "/console/linh-vuc/nhom")
        sent = {**fields, "name": f"Nhóm mới {number}"}
        assert "Việc này đã xong" not in admin.client.post(action, data=sent).text
        second = admin.client.post(action, data=sent)
        assert second.status_code == 200
        assert "Việc này đã xong từ lần gửi trước" in second.text
    same_words = form_of(admin.read("/linh-vuc"), "/console/linh-vuc/nhom")[1]
    again = admin.client.post("/console/linh-vuc/nhom", data={**same_words, "name": "Nhóm mới 1"})
    assert "Việc này đã xong" not in again.text, "a page that was opened anew is a new form"


def test_concurrent_sendings_act_once(office: Office, operator: Person) -> None:
    times, ticket = 6, office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    clients = [office.client() for _ in range(times)]
    for client in clients:
        client.cookies.set(context.COOKIE, operator.client.cookies[context.COOKIE], path="/console")
    with ThreadPoolExecutor(times) as pool:
        answers = list(pool.map(lambda client: client.post(action, data=data), clients))
    assert [answer.status_code for answer in answers] == [200] * times
    assert sum("đã xong từ lần gửi trước" in answer.text for answer in answers) == times - 1
    assert len(legs_of(office, ticket)) == 1


def test_a_form_cut_off_in_the_middle_does_not_act_again(
    office: Office, operator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.once.LONGEST_WAIT", 0.1)
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    operator.client.post(action, data=data)
    with office.store.transaction() as session:
        session.execute(update(SentForm).values(outcome=None))
    answer = operator.client.post(action, data=data)
    assert answer.status_code == 409
    assert "chưa báo kết quả" in answer.text


def test_kept_outcomes_are_unreadable_and_pruned(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    action, data = dispatch_form(office, operator, ticket)
    operator.client.post(action, data=data)
    with office.store.transaction() as session:
        rows = "SELECT count(*) FROM sent_forms t WHERE encode(outcome, 'escape') LIKE '%phan-anh%'"
        assert session.execute(text(rows)).scalar_one() == 0
        assert session.scalar(select(func.count()).select_from(SentForm)) == 1
        sent_forms.prune(session, now=office.now + dt.timedelta(days=3))
        assert session.scalar(select(func.count()).select_from(SentForm)) == 0
