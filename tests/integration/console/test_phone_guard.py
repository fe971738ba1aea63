"""A call that an operator types in meets the guard of the chat: a denunciation is asked about, a danger said first."""

from __future__ import annotations

import re

import pytest
from httpx import Response
from sqlalchemy import func, select

from feedback_store.tables import AuditEntry, Ticket
from feedback_store.texts import render
from tests.integration.console.conftest import Office, Person

PATH = "/nhap-cuoc-goi"
DENOUNCED = "Tôi tố cáo ông chủ tịch xã nhận hối lộ 50 triệu để cấp sổ đỏ"
TYPED = {
    "text": DENOUNCED, "category": "thoat-nuoc.nghet-ngap", "place": "chợ Cố Đạo", "name": "Lê Thị Na",
    "phone": "0912345678", "anonymous": "on",
}  # fmt: skip


@pytest.fixture
def operator(office: Office) -> Person:
    return office.person("truc", "operator")


def send(operator: Person, **fields: str) -> Response:
    shown = operator.read(PATH)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    return operator.client.post(f"/console{PATH}", data={**hidden, **TYPED, **fields})


def filed(office: Office) -> int:
    with office.store.reading() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def entries(office: Office, action: str) -> list[AuditEntry]:
    with office.store.reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_a_denunciation_is_asked_about_before_anything_is_stored(office: Office, operator: Person) -> None:
    answer = send(operator)
    assert answer.status_code == 409
    assert "Đây có phải là tố cáo không?" in answer.text
    assert "“tố cáo”, “hối lộ”" in answer.text, "it says why"
    assert render("guards.denunciation_channel") in answer.text, "and what to read to the caller"
    for value in (DENOUNCED, "chợ Cố Đạo", "Lê Thị Na", "0912345678"):
        assert value in answer.text
    assert '<option value="thoat-nuoc.nghet-ngap" selected' in answer.text
    assert 'name="anonymous" checked' in answer.text
    assert filed(office) == 0


def test_the_caller_is_told_the_channel_that_the_chat_tells() -> None:
    channel = render("guards.denunciation_channel")
    assert channel in render("guards.denunciation", channel=channel)


def test_what_is_no_denunciation_is_filed_for_a_reason_that_is_recorded(office: Office, operator: Person) -> None:
    reason = "Người dân kể chuyện trên báo"
    answer = send(operator, denunciation="none", no_denunciation=reason)
    assert "Đã lưu phản ánh" in answer.text
    with office.store.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
    (entry,) = entries(office, "denunciation_overruled")
    assert (entry.subject, entry.data) == (f"ticket:{ticket.id}", {"reason": reason})


@pytest.mark.parametrize("reason", ["", "   ", "ừ"])
def test_without_a_reason_it_is_asked_again(office: Office, operator: Person, reason: str) -> None:
    answer = send(operator, denunciation="none", no_denunciation=reason)
    assert answer.status_code == 409
    assert render("tickets.reason_needed") in answer.text
    assert "Đây có phải là tố cáo không?" in answer.text
    assert DENOUNCED in answer.text
    assert filed(office) == 0


def test_a_caller_who_was_guided_leaves_the_fact_and_no_word(office: Office, operator: Person) -> None:
    answer = send(operator, denunciation="guided", no_denunciation="")
    assert render("phone.guided") in answer.text
    assert DENOUNCED not in answer.text
    assert filed(office) == 0
    (entry,) = entries(office, "denunciation_guided")
    assert (entry.subject, entry.data) == (None, None)


def test_a_denunciation_in_the_place_is_seen_too(office: Office, operator: Person) -> None:
    answer = send(operator, text="Cống tắc trước chợ", place=DENOUNCED)
    assert answer.status_code == 409
    assert filed(office) == 0


def test_a_form_sent_twice_is_recorded_once(office: Office, operator: Person) -> None:
    shown = operator.read(PATH)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    fields = {**hidden, **TYPED, "denunciation": "none", "no_denunciation": "không nói về ai"}
    for _ in range(2):
        assert operator.client.post(f"/console{PATH}", data=fields).status_code == 200
    assert filed(office) == 1
    assert len(entries(office, "denunciation_overruled")) == 1


def test_words_that_are_ordinary_need_no_reason_and_leave_no_entry(office: Office, operator: Person) -> None:
    answer = send(operator, text="Bà con báo cống tắc trước chợ")
    assert "Đã lưu phản ánh" in answer.text
    assert 'role="alert"' not in answer.text
    assert entries(office, "denunciation_overruled") == []


def test_a_danger_is_filed_and_its_numbers_stand_before_the_code(office: Office, operator: Person) -> None:
    answer = send(operator, text="Cháy nhà rồi, có người mắc kẹt, cứu với")
    assert answer.status_code == 200
    assert filed(office) == 1
    assert render("phone.danger_first") in answer.text
    assert answer.text.index("114") < answer.text.index("Đã lưu phản ánh")


def test_a_danger_is_said_also_where_the_form_comes_back(office: Office, operator: Person) -> None:
    answer = send(operator, text="Cháy nhà rồi, có người mắc kẹt, cứu với", phone="12")
    assert answer.status_code == 409
    assert answer.text.index(render("phone.danger_first")) < answer.text.index("<form novalidate method=\"post\">")
