"""A number that is given in a chat is understood or asked for again; it is never a part of the report's words."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from feedback_store.domain.codes import check_digit
from tests.integration.actions.chat import STORY, Chat
from tests.integration.actions.test_said_is_done import calls
from tests.integration.tickets.conftest import Desk

WRITTEN = (
    ("(0225) 384 2190", "02253842190"), ("O912345678", "0912345678"), ("0912–345–678", "0912345678"),
    ("+84 (0)912345678", "0912345678"), ("0912.345.678 ạ", "0912345678"), ("０９１２ ３４５ ６７８", "0912345678"),
    ("không chín một hai ba bốn năm sáu bảy tám", "0912345678"), ("0168 912 3456", "0389123456"),
)  # fmt: skip
UNREAD = ("0912 345 67", "0912 345 678 9", "(0225) 384", "09123456789", "sđt 91234567")


@pytest.fixture
def chat(unkept: Session) -> Chat:
    return Chat(Desk(unkept))


def to_the_number(chat: Chat) -> None:
    chat.says(STORY, "submit_feedback")
    chat.says("không rõ", "skip")
    said = chat.says("bỏ qua", "skip")
    assert "số điện thoại" in said.lower()


@pytest.mark.parametrize(("written", "kept"), WRITTEN)
def test_a_number_is_understood_however_it_is_written(chat: Chat, written: str, kept: str) -> None:
    to_the_number(chat)
    chat.says(written)
    data = chat.drafts[-1].data
    assert data["phone"] == kept
    assert data["text"] == [STORY]


@pytest.mark.parametrize("written", UNREAD)
@pytest.mark.parametrize("intent", ["inform", "submit_feedback", "nlu_fallback"])
def test_what_cannot_be_a_number_is_asked_for_again(chat: Chat, written: str, intent: str) -> None:
    to_the_number(chat)
    said = chat.says(written, intent)
    data = chat.drafts[-1].data
    assert data["phone"] is None
    assert data["text"] == [STORY]
    assert "chưa đọc được số điện thoại" in said
    assert "không tìm thấy" not in said


@pytest.mark.parametrize("written", UNREAD)
def test_the_number_for_a_call_is_asked_for_again(chat: Chat, written: str) -> None:
    chat.says("cho gặp tổng đài viên", "human_agent")
    said = chat.says(written, "nlu_fallback")
    assert "chưa đọc được số" in said
    assert "không tìm thấy" not in said
    chat.says("0912 345 678")
    chat.presses("Lúc nào cũng được")
    assert [one.phone for one in calls(chat)] == ["0912345678"]


@pytest.mark.parametrize("digits", ["012345674", "482109375"])
def test_a_code_of_this_chat_is_still_a_code_where_a_number_is_asked_for(chat: Chat, digits: str) -> None:
    first = chat.files()
    first.code = f"PA-{digits[:3]}-{digits[3:6]}-{digits[6:8]}{check_digit(digits[:8])}"
    chat.desk.session.flush()
    to_the_number(chat)
    assert first.code in chat.says(first.code.removeprefix("PA-"), "nlu_fallback")


@pytest.mark.parametrize("intent", ["inform", "edit_report"])
def test_a_number_after_a_wrong_press_is_the_number(chat: Chat, intent: str) -> None:
    to_the_number(chat)
    chat.says("bấm nhầm, số tui 0912 345 678 nè", intent)
    data = chat.drafts[-1].data
    assert data["phone"] == "0912345678"
    assert data["text"] == [STORY]


@pytest.mark.parametrize(("written", "kept"), WRITTEN)
def test_the_number_for_a_call_is_read_by_the_same_reader(chat: Chat, written: str, kept: str) -> None:
    chat.says("cho gặp tổng đài viên", "human_agent")
    chat.says(written)
    chat.presses("Lúc nào cũng được")
    assert [one.phone for one in calls(chat)] == [kept]


@pytest.mark.parametrize(
    ("words", "why"), [("mùng 3 tháng chạp", "dương lịch"), ("31/2 lúc 9h", "không có trong lịch")]
)
def test_a_time_that_cannot_be_placed_is_asked_back_once(chat: Chat, words: str, why: str) -> None:
    chat.says("cho gặp tổng đài viên, số 0912345678", "human_agent")
    assert why in chat.says(words)
    assert [one.good_time for one in calls(chat)] == [None]  # the request stands without a time
    assert "theo giờ anh/chị hẹn" in chat.says("9h sáng 4/3")
    assert [one.good_time for one in calls(chat)] == ["9h sáng 4/3"]


def test_a_time_that_cannot_be_placed_twice_is_kept_as_it_was_said(chat: Chat) -> None:
    words = "mùng 3 tháng chạp"
    chat.says("cho gặp tổng đài viên, số 0912345678", "human_agent")
    chat.says(words)
    assert words in chat.says(words)
    assert [one.good_time for one in calls(chat)] == [words]


DOSSIER = "000.00.15.H40-251130-0012"


@pytest.mark.parametrize("intent", ["nlu_fallback", "out_of_scope", "submit_feedback", "inform", "ask_ticket_status"])
@pytest.mark.parametrize("written", [DOSSIER, "mã hồ sơ h40 15 251130 0012", "Ｈ４０．１２－２５１１３０－０００１ ạ"])
def test_the_code_of_a_dossier_is_answered_whatever_was_understood(chat: Chat, written: str, intent: str) -> None:
    said = chat.says(written, intent)
    assert "dichvucong.gov.vn" in said
    assert not chat.drafts, "a code is no report"


def test_a_report_that_names_a_dossier_is_a_report(chat: Chat) -> None:
    chat.says(f"hồ sơ {DOSSIER} ở bộ phận một cửa trễ hẹn hai tháng rồi không ai trả lời tôi", "submit_feedback")
    assert DOSSIER in chat.drafts[-1].data["text"][0]
