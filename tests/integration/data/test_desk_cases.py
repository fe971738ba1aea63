"""Addresses, sign-ins, numbers and wished times that once went wrong, through console and chat as they stand."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from feedback_store.reading.phones import canonical
from feedback_store.store import Store
from feedback_store.tables import CallbackTask, Ticket
from feedback_store.texts import render
from tests.integration.actions.chat import Chat
from tests.integration.console.conftest import PASSWORD, Office, office
from tests.integration.tickets.conftest import Desk, at
from vitext.dates import VIET_NAM

CASES = Path(__file__).resolve().parents[4] / "shared" / "data" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases is not beside the project: NOT RUN")
__all__ = ["office"]
WEDNESDAY = "2026-11-25 10:00"


def lines(name: str) -> list[str]:
    """The lines of a case but for what is expected of them."""
    path = CASES / name
    read = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [line for line in read if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("role", ["operator", "supervisor", "administrator"])
@pytest.mark.parametrize("path", lines("52-dia-chi-trang.txt"))
def test_an_odd_address_gives_a_page_in_vietnamese(office: Office, role: str, path: str) -> None:
    answer = office.person("truc", role).client.get(path)
    assert answer.status_code < 500
    assert 'lang="vi"' in answer.text or "spreadsheet" in answer.headers["content-type"], answer.text[:200]


def test_forty_right_sign_ins_of_one_address_succeed(office: Office) -> None:
    people = [office.person(f"nguoi{n}", "operator", address="10.0.0.9") for n in range(6)]
    for person in people:
        person.post("/dang-xuat", page="/phan-anh")
    answers = [
        office.visitor("10.0.0.9").sign_in(f"nguoi{n % 6}", PASSWORD).status_code for n in range(42)
    ]  # all at the same moment of the office's clock
    assert answers == [200] * 42
    wrong = [office.visitor("10.0.0.9").sign_in("nguoi0", "sai").status_code for _ in range(4)]
    assert wrong[0] == 401
    assert wrong[-1] == 429


@pytest.mark.parametrize("path", lines("54-tim-so-dien-thoai.txt"))
def test_a_caller_and_the_end_of_a_code_are_found(office: Office, path: str) -> None:
    asked = path.rsplit("=", 1)[1]
    of_a_code = len(asked) == 6  # a code is drawn by lot: its own end stands for that of the case
    wanted, other = office.ticket(reporter_phone=None if of_a_code else asked), office.ticket()
    if of_a_code:
        path = path.replace(asked, re.sub(r"\D", "", wanted.code)[-6:])
    page = office.person("truc", "operator").client.get(path).text
    assert wanted.code in page
    assert other.code not in page


@pytest.mark.parametrize("written", lines("55-sdt-nhap-cuoc-goi.txt"))
def test_a_number_is_taken_at_the_phone_desk(office: Office, written: str) -> None:
    number = written.replace("<NBSP>", "\u00a0")
    operator, path = office.person("truc", "operator"), "/nhap-cuoc-goi"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', operator.read(path)))
    typed = {"text": "cống nghẹt trước cổng chợ", "category": "thoat-nuoc.nghet-ngap", "place": "chợ Cố Đạo"}
    page = operator.client.post(f"/console{path}", data={**hidden, **typed, "phone": number}).text
    assert render("phone.bad_number") not in page
    with office.store.reading() as session:
        kept = session.scalars(select(Ticket)).one().reporter_phone
    assert kept is not None
    assert canonical(kept) == canonical(number)


@pytest.mark.parametrize("line", lines("56-gio-hen-goi-lai.txt"))
def test_nobody_is_called_at_another_time_than_they_said(loaded_store: Store, line: str) -> None:
    words, wanted = line.split(" -> ")
    with loaded_store.reading() as session:
        chat = Chat(Desk(session), now=at(WEDNESDAY))
        chat.says("gọi lại cho tôi", "human_agent")
        chat.says("0912345678")
        chat.says(words)
        task = session.scalars(select(CallbackTask).where(CallbackTask.conversation_id == chat.id)).one()
        found = re.fullmatch(r"\w{3} (\d+)/(\d+) (not before )?(\d+):(\d+)", wanted)
        assert task.good_time == words
        if found is None:
            assert wanted == "not None"
            assert task.due_at is not None
            return
        day, month, floor, hour, minute = found.groups()
        moment = dt.datetime(2026, int(month), int(day), int(hour), int(minute), tzinfo=VIET_NAM)
        assert task.due_at.astimezone(VIET_NAM).date() == moment.date()
        assert task.due_at >= moment if floor else task.due_at == moment
