"""A user of the console links a Telegram chat, is told there of work and of time, and is left alone again."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, text

from feedback_store.queries.conversations import transcript
from feedback_store.service import legs, staff_links, tickets, users
from feedback_store.service.actor import BOT, SYSTEM, Actor
from feedback_store.store import Store
from feedback_store.tables import Agency, Conversation, InboundEvent, OutboundMessage, StaffLink, Ticket, UserNotice
from feedback_store.texts import render
from tests.e2e.fake_telegram import FakeTelegram
from tests.integration.gateway.fake_engine import FakeEngine
from tests.integration.gateway.test_telegram import Bot
from tests.integration.gateway.test_telegram import bot as bot
from tests.integration.gateway.test_telegram import telegram as telegram
from tests.integration.gateway.test_telegram import tg_config as tg_config
from tests.integration.gateway.test_telegram import worker as worker
from tests.system import until

OFFICER, STRANGER = 501, 502
OPERATOR = Actor("user", user_id=1, role="operator")
WORDS, PHONE = "Nắp cống vỡ trước nhà bà Tư Bí Mật", "0912345678"


@pytest.fixture
def database_url(loaded_url: str) -> str:
    return loaded_url


@pytest.fixture
def store(loaded_store: Store) -> Store:
    return loaded_store


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class Staff:
    """People of the hotline and of agencies, their codes and their work."""

    store: Store
    bot: Bot
    telegram: FakeTelegram

    def agency(self, code: str = "cong-ty-thoat-nuoc") -> int:
        with self.store.reading() as session:
            return session.scalars(select(Agency.id).where(Agency.code == code)).one()

    def user(self, login: str, role: str, agency: str | None = None) -> int:
        with self.store.transaction() as session:
            return users.create_user(
                session, login=login, name=f"Người {login}", role=role,
                agency_id=self.agency(agency) if agency else None, actor=SYSTEM, now=now(),
            ).user_id  # fmt: skip

    def officer(self, login: str = "can-bo") -> int:
        return self.user(login, "officer", "cong-ty-thoat-nuoc")

    def code(self, user_id: int) -> str:
        with self.store.transaction() as session:
            return staff_links.new_code(session, user_id=user_id, now=now()).text

    def link(self, user_id: int, chat: int) -> None:
        self.bot(self.telegram.text(chat, f"/start {self.code(user_id)}"))
        assert until(lambda: any("Đã liên kết" in one for one in self.telegram.texts(chat)))
        self.telegram.sent.clear()

    def ticket(self, agency: str = "cong-ty-thoat-nuoc") -> str:
        """A dangerous report, filed and dispatched now; gives its code."""
        with self.store.transaction() as session:
            report = tickets.NewReport(
                text=WORDS, category_code="thoat-nuoc.nap-cong", channel="phone", receipt_at=now(),
                reporter_name="Bà Tư Bí Mật", reporter_phone=PHONE,
            )  # fmt: skip
            filed = tickets.file_report(session, report=report, actor=BOT, now=now())
            chosen = session.scalars(select(Agency.id).where(Agency.code == agency)).one()
            legs.dispatch(
                session, ticket_id=filed.ticket_id, agency_id=chosen, actor=OPERATOR, expected_version=None, now=now()
            )
            return filed.code

    def live(self, user_id: int) -> bool:
        with self.store.reading() as session:
            return user_id in staff_links.linked_since(session)

    def read(self, query: Callable[[Any], Any]) -> Any:
        with self.store.reading() as session:
            return query(session)


@pytest.fixture
def staff(store: Store, bot: Bot, telegram: FakeTelegram) -> Staff:
    return Staff(store, bot, telegram)


def quiet(telegram: FakeTelegram, chat: int, seconds: float = 2.5) -> bool:
    """Longer than the worker's round of notices and a delivery take."""
    time.sleep(seconds)
    return telegram.texts(chat) == []


def test_a_dispatch_reaches_the_linked_officer_and_nobody_elses_chat(
    staff: Staff, worker: None, telegram: FakeTelegram
) -> None:
    staff.link(staff.officer(), OFFICER)
    staff.link(staff.user("nguoi-la", "officer", "dien-luc"), STRANGER)
    code = staff.ticket()
    told = until(lambda: telegram.texts(OFFICER))
    assert len(told) == 1
    lines = told[0].splitlines()
    assert lines[0] == f"Phản ánh mới {code} được phân phối đến đơn vị."
    assert lines[1] == "Loại: Hạ tầng nguy hiểm (5 giờ, cả ngày đêm)"
    assert re.fullmatch(r"Hạn tiếp nhận: \d\d giờ \d\d, .+ \(còn (59 phút|1 giờ)\)", lines[2])
    assert re.fullmatch(r"Hạn xử lý: .+ \(còn (4 giờ 59 phút|5 giờ)\)", lines[3])
    assert lines[4] == "Việc cần làm: tiếp nhận, hoặc trả lại nếu không đúng thẩm quyền."
    assert lines[5] == f"Xem: http://hotline.example/console/phan-anh/{code}"
    assert not any(secret in told[0] for secret in (WORDS, PHONE, "Bí Mật"))
    assert quiet(telegram, STRANGER)


def test_a_code_links_once_and_is_kept_as_no_words_of_a_citizen(
    staff: Staff, worker: None, telegram: FakeTelegram, engine: FakeEngine, store: Store
) -> None:
    officer = staff.officer()
    code = staff.code(officer)
    update = telegram.text(OFFICER, f"/start {code}")
    assert [staff.bot(update).status_code for _ in range(3)] == [200, 200, 200]
    assert until(lambda: telegram.texts(OFFICER))
    staff.bot(telegram.text(STRANGER, f"/start {code.upper()}"))
    assert until(lambda: telegram.texts(STRANGER)) == [render("staff.link_used")]
    assert len(telegram.texts(OFFICER)) == 1
    assert "can-bo" in telegram.texts(OFFICER)[0]
    assert staff.live(officer)
    assert not engine.turns
    with store.reading() as session:
        assert [row.body for row in session.scalars(select(InboundEvent))] == [{}, {}]
        chats = session.scalars(select(Conversation.id)).all()
        shown = [line.body for chat in chats for line in transcript(session, conversation_id=chat)]
        stored = session.execute(text("SELECT code_hash FROM staff_link_codes")).scalar_one()
    assert shown == [{}, {}], "answers to staff are no part of a citizen's chat"
    assert code.encode() not in bytes(stored)


def test_the_bare_code_links_too_and_an_edited_one_is_only_kept_out_of_the_store(
    staff: Staff, worker: None, telegram: FakeTelegram, engine: FakeEngine
) -> None:
    officer = staff.officer()
    edited = telegram.text(OFFICER, staff.code(officer))
    staff.bot({"update_id": 9001, "edited_message": edited["message"]})
    staff.bot(telegram.text(OFFICER, f" {staff.code(officer)} "))
    assert until(lambda: staff.live(officer))
    assert not engine.turns
    assert staff.read(lambda session: [row.body for row in session.scalars(select(InboundEvent))]) == [{}, {}]


def test_an_expired_code_links_nobody(staff: Staff, worker: None, telegram: FakeTelegram, store: Store) -> None:
    officer = staff.officer()
    code = staff.code(officer)
    with store.transaction() as session:
        session.execute(text("UPDATE staff_link_codes SET expires_at = now() - interval '1 second'"))
    staff.bot(telegram.text(OFFICER, f"/start {code}"))
    assert until(lambda: telegram.texts(OFFICER)) == [render("staff.link_expired")]
    assert not staff.live(officer)


def test_a_newer_code_ends_the_older_one(staff: Staff, worker: None, telegram: FakeTelegram) -> None:
    officer = staff.officer()
    older = staff.code(officer)
    staff.code(officer)
    staff.bot(telegram.text(OFFICER, f"/start {older}"))
    assert until(lambda: telegram.texts(OFFICER)) == [render("staff.link_wrong")]


def test_guessing_is_stopped_after_five_codes_and_only_in_that_chat(
    staff: Staff, worker: None, telegram: FakeTelegram
) -> None:
    officer = staff.officer()
    for n in range(5):
        staff.bot(telegram.text(STRANGER, f"/start nv-aaaa-bbbb-ccc{n + 2}"))
    right = staff.code(officer)
    staff.bot(telegram.text(STRANGER, f"/start {right}"))
    assert until(lambda: len(telegram.texts(STRANGER)) == 6)
    assert telegram.texts(STRANGER) == [render("staff.link_wrong")] * 5 + [render("staff.link_limited")]
    assert not staff.live(officer)
    staff.bot(telegram.text(OFFICER, f"/start {right}"))
    assert until(lambda: staff.live(officer))


def test_a_group_links_nobody_and_its_words_are_not_kept(
    staff: Staff, worker: None, telegram: FakeTelegram, store: Store
) -> None:
    officer = staff.officer()
    staff.bot(telegram.text(-900, f"/start {staff.code(officer)}"))
    assert until(lambda: telegram.texts(-900)) == [render("gateway.group")]
    assert not staff.live(officer)
    assert staff.read(lambda session: [row.body for row in session.scalars(select(InboundEvent))]) == [{}]


def test_other_payloads_of_start_are_greeted_as_ever(staff: Staff, worker: None, telegram: FakeTelegram) -> None:
    for words in ("/start", "/start to-roi-phuong"):
        staff.bot(telegram.text(STRANGER, words))
    assert until(lambda: len(telegram.texts(STRANGER)) == 2)
    assert all(one.startswith("Xin chào") for one in telegram.texts(STRANGER))


def test_what_else_is_written_in_a_linked_chat_is_a_citizens_turn(
    staff: Staff, worker: None, telegram: FakeTelegram, engine: FakeEngine
) -> None:
    staff.link(staff.officer(), OFFICER)
    staff.bot(telegram.text(OFFICER, "đèn đường trước nhà tôi hỏng"))
    assert until(lambda: telegram.texts(OFFICER)) == ["Đã nghe: đèn đường trước nhà tôi hỏng"]
    assert len(engine.turns) == 1


def test_the_command_in_the_chat_ends_the_link(staff: Staff, worker: None, telegram: FakeTelegram) -> None:
    officer = staff.officer()
    staff.link(officer, OFFICER)
    staff.bot(telegram.text(OFFICER, "/huylienket"))
    assert until(lambda: telegram.texts(OFFICER)) == [render("staff.unlinked")]
    assert not staff.live(officer)
    telegram.sent.clear()
    staff.ticket()
    assert quiet(telegram, OFFICER)
    staff.bot(telegram.text(OFFICER, "/huylienket"))
    assert until(lambda: telegram.texts(OFFICER)) == [render("staff.not_linked")]


def test_a_chat_serves_one_user_and_a_user_has_one_chat(staff: Staff, worker: None, telegram: FakeTelegram) -> None:
    first, second = staff.officer("nguoi-mot"), staff.officer("nguoi-hai")
    staff.link(first, OFFICER)
    staff.link(second, OFFICER)
    assert (staff.live(first), staff.live(second)) == (False, True)
    staff.link(second, STRANGER)
    code = staff.ticket()
    assert until(lambda: [one for one in telegram.texts(STRANGER) if code in one])
    assert telegram.texts(OFFICER) == []


def test_a_blocked_bot_ends_the_link_says_so_in_the_console_and_harms_no_ticket(
    staff: Staff, worker: None, telegram: FakeTelegram, store: Store
) -> None:
    officer = staff.officer()
    staff.link(officer, OFFICER)
    telegram.fail["sendMessage"] = [(403, {"description": "Forbidden: bot was blocked by the user"})]
    code = staff.ticket()
    assert until(lambda: not staff.live(officer))
    with store.reading() as session:
        assert session.scalars(select(Ticket.state).where(Ticket.code == code)).one() == "dispatched"
        assert session.scalars(select(StaffLink.end_reason)).one() == "blocked"
        told = session.scalars(select(UserNotice).where(UserNotice.user_id == officer)).one()
        failed = session.scalars(select(OutboundMessage.status).where(OutboundMessage.notice == "dispatch")).all()
    assert told.kind == "chat_lost"
    assert failed == ["dropped"], "nothing an operator could send again"
    telegram.sent.clear()
    staff.ticket()
    assert quiet(telegram, OFFICER)


def test_leaving_the_chat_ends_the_link_too(staff: Staff, worker: None, telegram: FakeTelegram) -> None:
    officer = staff.officer()
    staff.link(officer, OFFICER)
    change = {
        "chat": {"id": OFFICER, "type": "private"}, "date": int(time.time()),
        "new_chat_member": {"status": "kicked"},
    }  # fmt: skip
    staff.bot({"update_id": 9100, "my_chat_member": change})
    assert until(lambda: not staff.live(officer))


def test_a_passing_failure_of_telegram_loses_nothing(staff: Staff, worker: None, telegram: FakeTelegram) -> None:
    staff.link(staff.officer(), OFFICER)
    telegram.fail["sendMessage"] = [(502, {}), (429, {"parameters": {"retry_after": 1}})]
    code = staff.ticket()
    assert until(lambda: telegram.texts(OFFICER))
    assert [code in one for one in telegram.texts(OFFICER)] == [True]


def test_an_emergency_of_a_citizen_is_told_to_linked_operators_without_the_words(
    staff: Staff, worker: None, telegram: FakeTelegram
) -> None:
    staff.link(staff.user("tong-dai", "operator"), OFFICER)
    staff.link(staff.user("quan-tri", "administrator"), STRANGER)
    staff.bot(telegram.text(777, "cháy nhà số 9 ngõ 12 rồi cứu với"))
    for chat in (OFFICER, STRANGER):
        told = until(lambda chat=chat: telegram.texts(chat))  # type: ignore[misc]
        assert len(told) == 1, "an administrator is told once although operators and supervisors are"
        assert "khẩn cấp" in told[0]
        assert "ngõ 12" not in told[0]
        assert "http://hotline.example/console/khan-cap" in told[0]
