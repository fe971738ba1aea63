"""One's own page: the link to Telegram, made, shown and ended."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from console.app import create_console
from feedback_store.service import staff_links
from feedback_store.tables import Conversation
from tests.integration.console.conftest import Office, Person


def with_bot(office: Office, name: str | None = "tong_dai_1022_bot") -> Office:
    """The same office with a Telegram bot."""

    async def bot_name() -> str | None:
        return name

    app = create_console(
        office.store, media=office.media, base_url="http://testserver", secure_cookies=False,
        now=lambda: office.now, bot_name=bot_name,
    )  # fmt: skip
    office.outer = Starlette(routes=[Mount("/console", app)])
    return office


def shown_code(page: str) -> str:
    found = re.search(r"<code>/start (nv-[a-z0-9-]+)<", page)
    assert found is not None
    return found[1]


def redeem(office: Office, code: str) -> uuid.UUID:
    """The code arrives in a chat."""
    with office.store.transaction() as session:
        chat = Conversation(
            id=uuid.uuid4(), channel="telegram", account="1", peer_bidx=uuid.uuid4().bytes * 2, peer="777",
            created_at=office.now,
        )  # fmt: skip
        session.add(chat)
        session.flush()
        staff_links.redeem(session, conversation_id=chat.id, code=code, now=office.now)
        return chat.id


@pytest.fixture
def officer(office: Office) -> Person:
    return with_bot(office).person("can-bo", "officer", "ubnd-xa-11383")


def test_a_code_is_shown_once_as_link_and_as_text(office: Office, officer: Person) -> None:
    assert "Lấy mã liên kết" in officer.read("/tai-khoan")
    page = officer.post("/tai-khoan/lay-ma", page="/tai-khoan").text
    code = shown_code(page)
    assert f"https://t.me/tong_dai_1022_bot?start={code}" in page
    assert f"/start {code}" in page
    assert "09:10 23/11/2026" in page, "ten minutes from now"
    assert code not in officer.read("/tai-khoan")


def test_linked_the_page_says_so_and_ends_it(office: Office, officer: Person) -> None:
    redeem(office, shown_code(officer.post("/tai-khoan/lay-ma", page="/tai-khoan").text))
    assert "Đã liên kết từ 09:00 23/11/2026" in officer.read("/tai-khoan")
    administrator = office.person("quan-tri", "administrator")
    rows = re.findall(r"<tr.*?</tr>", administrator.read("/nguoi-dung"), re.S)
    assert ["đã liên kết" in row for row in rows if ">can-bo<" in row] == [True]
    assert ["đã liên kết" in row for row in rows if ">quan-tri<" in row] == [False]
    page = officer.post("/tai-khoan/huy-lien-ket", page="/tai-khoan").text
    assert "Đã hủy liên kết Telegram." in page
    assert "Lấy mã liên kết" in page
    again = officer.post("/tai-khoan/huy-lien-ket", page="/tai-khoan")
    assert again.status_code == 200


def test_a_lost_chat_is_told_on_the_page_and_in_the_notices(office: Office, officer: Person) -> None:
    chat = redeem(office, shown_code(officer.post("/tai-khoan/lay-ma", page="/tai-khoan").text))
    office.now += dt.timedelta(minutes=5)
    with office.store.statement() as connection:
        staff_links.chat_lost(connection, conversation_id=chat, now=office.now)
    assert "Liên kết trước đã kết thúc lúc 09:05 23/11/2026" in officer.read("/tai-khoan")
    assert "Không gửi được tin đến Telegram của anh/chị" in officer.read("/thong-bao")


def test_without_telegram_the_page_says_what_to_do(office: Office) -> None:
    person = office.person("tong-dai", "operator")
    page = person.read("/tai-khoan")
    assert "chưa nối với Telegram" in page
    assert "Lấy mã" not in page
    assert "chưa nối với Telegram" in person.post("/tai-khoan/lay-ma", page="/tai-khoan").text


def test_a_bot_whose_name_cannot_be_had_still_takes_the_typed_code(office: Office) -> None:
    person = with_bot(office, None).person("tong-dai", "operator")
    page = person.post("/tai-khoan/lay-ma", page="/tai-khoan").text
    assert "t.me" not in page
    assert f"/start {shown_code(page)}" in page


def test_a_form_without_its_token_makes_no_code(office: Office, officer: Person) -> None:
    assert officer.client.post("/console/tai-khoan/lay-ma", data={"csrf": "x"}).status_code == 409
