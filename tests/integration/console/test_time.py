"""More time, questions and pauses on the ticket page: who sees which form, and nothing typed is lost."""

from __future__ import annotations

import re
import uuid

import pytest

from feedback_store.service import deliveries
from feedback_store.tables import Conversation, Leg, Ticket
from tests.integration.console.conftest import NOW, Office, Person, hidden

AGENCY = "ubnd-xa-11383"


@pytest.fixture
def chat(office: Office) -> uuid.UUID:
    with office.store.transaction() as session:
        made = Conversation(
            id=uuid.uuid4(), channel="web", account="", peer_bidx=uuid.uuid4().bytes * 2, peer="chat", state="bot",
            epoch=0, engine_session=0, in_count=0, last_out_seq=0, created_at=NOW,
        )  # fmt: skip
        session.add(made)
        return made.id


@pytest.fixture
def begun(office: Office, chat: uuid.UUID) -> tuple[Ticket, Leg]:
    ticket = office.ticket(conversation_id=chat)
    return ticket, office.dispatch(ticket, AGENCY)


def leader(office: Office) -> Person:
    return office.person("lanh-dao", "leader", AGENCY)


def test_the_leader_asks_the_supervisor_grants_and_both_dates_stand_on_the_page(
    office: Office, begun: tuple[Ticket, Leg]
) -> None:
    ticket, leg = begun
    path = f"/phan-anh/{ticket.code}"
    boss, officer = leader(office), office.person("can-bo", "officer", AGENCY)
    assert "Xin gia hạn" not in officer.read(path)
    too_much = boss.post(f"{path}/xin-gia-han", page=path, leg=str(leg.id), more="9", more_reason="Chờ thiết bị về")
    assert too_much.status_code == 409
    assert "nhiều nhất 3 ngày làm việc" in too_much.text
    assert "Chờ thiết bị về" in too_much.text
    asked = boss.post(f"{path}/xin-gia-han", page=path, leg=str(leg.id), more="2", more_reason="Chờ thiết bị về")
    assert "chờ lãnh đạo trực" in asked.text
    assert "2 ngày làm việc" in asked.text
    operator, supervisor = office.person("tong-dai", "operator"), office.person("truc", "supervisor")
    assert "Đồng ý gia hạn" not in operator.read(path)
    assert ticket.code in supervisor.read("/thong-bao")
    number = hidden(supervisor.read(path), "extension")
    empty = supervisor.post(f"{path}/quyet-dinh-gia-han", page=path, extension=number, decision="refuse")
    assert empty.status_code == 409
    done = supervisor.post(f"{path}/quyet-dinh-gia-han", page=path, extension=number, decision="grant")
    assert "Đã gia hạn" in done.text
    for person in (boss, operator, supervisor):
        page = person.read(path)
        assert "hạn ban đầu 17 giờ 00, thứ Sáu, ngày 27/11/2026" in page
        assert "17 giờ 00, thứ Ba, ngày 01/12/2026" in page
    other = office.person("khac", "leader", "ubnd-xa-11329")
    assert other.get(path).status_code == 404


def test_a_request_of_another_ticket_is_not_decided_here(office: Office, begun: tuple[Ticket, Leg]) -> None:
    ticket, leg = begun
    path = f"/phan-anh/{ticket.code}"
    leader(office).post(f"{path}/xin-gia-han", page=path, leg=str(leg.id), more="1", more_reason="Chờ thiết bị về")
    supervisor = office.person("truc", "supervisor")
    number = hidden(supervisor.read(path), "extension")
    other = f"/phan-anh/{office.ticket('Đèn hỏng ngoài ngõ').code}"
    refused = supervisor.post(f"{other}/quyet-dinh-gia-han", page=other, extension=number, decision="grant")
    assert refused.status_code == 409
    assert "Đồng ý gia hạn" in supervisor.read(path)


def test_an_officer_asks_the_citizen_and_the_page_says_since_when_the_clock_waits(
    office: Office, begun: tuple[Ticket, Leg], chat: uuid.UUID
) -> None:
    ticket, leg = begun
    path = f"/phan-anh/{ticket.code}"
    officer = office.person("can-bo", "officer", AGENCY)
    blank = officer.post(f"{path}/hoi-nguoi-dan", page=path, leg=str(leg.id), question="  ")
    assert blank.status_code == 409
    sent = officer.post(f"{path}/hoi-nguoi-dan", page=path, leg=str(leg.id), question="Rác trước số nhà nào ạ?")
    assert "Rác trước số nhà nào ạ?" in sent.text
    assert "người dân chưa nhận được; thời hạn vẫn tính" in sent.text
    assert "<summary>Hỏi người dân" not in sent.text
    with office.store.transaction() as session:
        deliveries.acknowledge(session, conversation_id=chat, seq=99, now=NOW)
    page = officer.read(path)
    assert "thời hạn tạm dừng từ lúc đó" in page
    assert "đang tạm dừng" in page


def test_a_report_by_telephone_shows_no_form_for_a_question(office: Office) -> None:
    ticket = office.ticket(channel="phone")
    assert "Hỏi người dân" not in office.person("tong-dai", "operator").read(f"/phan-anh/{ticket.code}")


def test_an_agency_pauses_and_resumes_its_own_work(office: Office, begun: tuple[Ticket, Leg]) -> None:
    ticket, leg = begun
    path = f"/phan-anh/{ticket.code}"
    officer = office.person("can-bo", "officer", AGENCY)
    short = officer.post(f"{path}/tam-dung-phan-viec", page=path, leg=str(leg.id), pause_reason="bão")
    assert short.status_code == 409
    assert re.search(r'name="pause_reason" value="bão"', short.text)
    done = officer.post(f"{path}/tam-dung-phan-viec", page=path, leg=str(leg.id), pause_reason="Bão số 9 đổ bộ")
    assert "Tạm dừng: Bão số 9 đổ bộ" in done.text
    again = officer.post(f"{path}/tam-dung-phan-viec", page=path, leg=str(leg.id), resume="1")
    assert "Đã kết thúc tạm dừng" in again.text


def test_an_administrator_names_the_successor_of_an_agency(office: Office, begun: tuple[Ticket, Leg]) -> None:
    admin = office.person("quan-tri", "administrator")
    number, heir = office.agency(AGENCY), office.agency("ubnd-xa-11329")
    path = f"/don-vi/{number}/ngung"
    assert "1 phần việc đang mở" in admin.read(path)
    refused = admin.post(path, page=path, agency=str(number), day="2026-11-25", reason="Nghị quyết sáp nhập")
    assert refused.status_code == 409
    assert "Nghị quyết sáp nhập" in refused.text
    assert "chọn ngày" in admin.post(path, page=path, agency=str(heir), day="mai", reason="Nghị quyết sáp nhập").text
    done = admin.post(path, page=path, agency=str(heir), day="2026-11-25", reason="Nghị quyết sáp nhập")
    assert "Ngừng hoạt động từ 25/11/2026" in done.text
    assert office.person("tong-dai", "operator").get(path).status_code == 404
