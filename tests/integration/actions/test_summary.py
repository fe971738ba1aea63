"""The summary of a report: six lines at the most, every word a tap away, and what the agency will read."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.integration.actions.chat import Chat
from tests.integration.tickets.conftest import Desk

LONG = (
    "rác chất đống ở số 5 Tô Hiệu, phường Lê Chân ba ngày rồi, ruồi bay đầy nhà, bà cụ nhà tôi tám mươi tuổi không "
    "ngồi ăn cơm nổi, xe thu gom chạy qua không dừng, tổ trưởng đã gọi hai lần, họ hẹn chiều đến mà vẫn chưa thấy ai"
)


@pytest.fixture
def chat(unkept: Session) -> Chat:
    return Chat(Desk(unkept))


def summary(chat: Chat, text: str, phone: str = "bỏ qua") -> str:
    chat.says(text, "submit_feedback")
    for answer in ("bỏ qua", phone):
        if "Đúng thì anh/chị chọn" in (said := chat.says(answer, "inform" if answer == phone != "bỏ qua" else "skip")):
            return said
    raise AssertionError("no summary")


def lines(said: str) -> list[str]:
    return said[said.index("Anh/chị xem lại") :].splitlines()


def test_a_long_report_is_six_lines_and_its_whole_a_tap_away(chat: Chat) -> None:
    said = summary(chat, LONG)
    assert len(lines(said)) == 6
    assert "vẫn chưa thấy ai" not in said
    assert "vẫn chưa thấy ai" in chat.presses("Xem toàn văn")
    assert "PA-" in chat.says("ok gửi đi em", "affirm"), "the summary that was seen still holds"
    assert "vẫn chưa thấy ai" in chat.tickets[-1].text


def test_a_short_report_stands_whole_and_has_no_button_for_it(chat: Chat) -> None:
    said = summary(chat, "rác chất đống ở số 5 Tô Hiệu, phường Lê Chân ba ngày rồi")
    assert len(lines(said)) == 6
    assert "Xem toàn văn" not in chat.buttons


def test_words_sent_one_after_the_other_stand_in_one_line(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân", "submit_feedback")
    said = summary(chat, "bổ sung: hôi lắm, ruồi nhiều")
    assert len(lines(said)) == 6


def test_the_summary_says_what_the_agency_reads(chat: Chat) -> None:
    said = summary(chat, "rác chất đống ở số 5 Tô Hiệu, phường Lê Chân, căn cước của tôi 031099001234")
    assert "đã ẩn thông tin cá nhân" in lines(said)[-1]
    whole = chat.presses("Xem toàn văn")
    kept, read = whole.split("đơn vị xử lý chỉ đọc")
    assert "031099001234" in kept
    assert "031099001234" not in read


def test_a_number_that_was_given_is_seen_by_the_agency_when_needed_alone(chat: Chat) -> None:
    said = summary(chat, "rác chất đống ở số 5 Tô Hiệu, phường Lê Chân", phone="0912000111")
    assert "chỉ xem số điện thoại khi cần liên hệ" in lines(said)[-1]


def test_a_nameless_report_says_that_nobody_learns_who_sent_it(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân", "submit_feedback")
    chat.says("giấu tên cho tôi", "stay_anonymous")
    said = chat.says("bỏ qua", "skip")
    assert "không biết ai gửi" in lines(said)[-1]


def test_a_button_of_a_report_that_is_gone_says_so(chat: Chat) -> None:
    summary(chat, LONG)
    chat.says("hủy đi em", "cancel_request")
    assert "Toàn văn" not in chat.presses("Xem toàn văn")
