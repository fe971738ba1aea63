"""An agency pauses for force majeure; the supervisor finds it in a list of its own and says yes or no."""

from __future__ import annotations

import re

import pytest

from feedback_store.tables import Ticket
from tests.integration.console.conftest import Office, Person, hidden

TAB = "/phan-anh?muc=pauses"
WHY = "Bão lớn, không ra hiện trường được"


@pytest.fixture
def ticket(office: Office) -> Ticket:
    made = office.ticket()
    leg = office.dispatch(made, "ubnd-xa-11383")
    officer, path = office.person("can-bo", "officer", "ubnd-xa-11383"), f"/phan-anh/{made.code}"
    answer = officer.post(f"{path}/tam-dung-phan-viec", page=path, leg=str(leg.id), pause_reason=WHY)
    assert "chờ lãnh đạo trực của tổng đài xác nhận" in answer.text
    assert "quyet-dinh-tam-dung" not in answer.text
    assert "Chờ lãnh đạo trực của tổng đài xác nhận trước" in answer.text
    return made


@pytest.fixture
def supervisor(office: Office) -> Person:
    return office.person("lanh-dao", "supervisor")


def waiting(page: str) -> str:
    found = re.search(r'muc=pauses"[^>]*>[^<]*Chờ xác nhận tạm dừng\s*<[^>]*>([^<]*)<', page)
    assert found is not None
    return found[1]


def decide(person: Person, ticket: Ticket, word: str, reason: str = "") -> tuple[int, str]:
    path = f"/phan-anh/{ticket.code}"
    answer = person.post(
        f"{path}/quyet-dinh-tam-dung", page=path, pause=hidden(person.read(path), "pause"), word=word,
        word_reason=reason,
    )  # fmt: skip
    return answer.status_code, answer.text


def test_a_waiting_pause_stands_in_the_tab_with_its_number_and_on_the_page(
    office: Office, ticket: Ticket, supervisor: Person
) -> None:
    page = supervisor.read(TAB)
    assert ticket.code in page
    assert waiting(page) == "1"
    shown = supervisor.read(f"/phan-anh/{ticket.code}")
    assert WHY in shown
    assert "24/11/2026" not in re.findall(r"Xác nhận trước <b>([^<]*)", shown)[0], "a day off (24 November)"
    assert "25/11/2026" in re.findall(r"Xác nhận trước <b>([^<]*)", shown)[0]
    assert "Lãnh đạo trực của tổng đài: xác nhận hoặc từ chối việc" in shown
    assert "pauses" not in office.person("tong-dai", "operator").read("/phan-anh")


def test_a_confirmed_pause_leaves_the_list_and_goes_on(ticket: Ticket, supervisor: Person) -> None:
    status, page = decide(supervisor, ticket, "confirm")
    assert status == 200
    assert "Đã xác nhận việc tạm dừng" in page
    assert "tạm dừng</span>" in page
    assert waiting(supervisor.read(TAB)) == "0"


def test_a_refusal_needs_its_reason_and_ends_the_pause(ticket: Ticket, supervisor: Person) -> None:
    status, page = decide(supervisor, ticket, "refuse")
    assert status == 409
    assert page.count('role="alert"') == 1
    status, page = decide(supervisor, ticket, "refuse", "Trời đã tạnh từ sáng")
    assert status == 200
    assert "Trời đã tạnh từ sáng" in page
    assert 'class="tag hot">tạm dừng' not in page


def test_an_operator_cannot_decide(office: Office, ticket: Ticket) -> None:
    operator, path = office.person("tong-dai", "operator"), f"/phan-anh/{ticket.code}"
    assert "quyet-dinh-tam-dung" not in operator.read(path)
    answer = operator.post(f"{path}/quyet-dinh-tam-dung", page=path, pause="1", word="confirm")
    assert answer.status_code == 409
