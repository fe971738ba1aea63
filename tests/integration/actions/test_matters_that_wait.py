"""Another matter of the same message waits until the report in hand is sent, cancelled or dropped."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from feedback_store.service import drafts
from tests.integration.actions.chat import Chat
from tests.integration.tickets.conftest import Desk

LAMP = "đèn đường trước số 7 Cầu Đất không sáng cả tuần"


@pytest.fixture
def chat(unkept: Session) -> Chat:
    """At the summary of a report about rubbish, with a street lamp that waits."""
    chat = Chat(Desk(unkept))
    chat.writes()
    data = drafts.data_of(chat.drafts[-1])
    data.issues = [{"text": LAMP, "category": "dien-chieu-sang.den-duong"}]
    drafts.save(chat.drafts[-1], data, now=chat.now, summary_event_id=chat.drafts[-1].summary_event_id)
    return chat


def waiting(chat: Chat) -> list[str]:
    """The words of what waits behind the open report."""
    return [str(one["text"]) for one in drafts.data_of(chat.drafts[-1]).issues]


def opened(chat: Chat) -> list[str]:
    return [" ".join(drafts.data_of(one).text) for one in chat.drafts if one.state == "open"]


@pytest.mark.parametrize("intent", ["cancel_request", "deny", "submit_feedback"])
def test_what_waits_is_taken_up_when_the_report_in_hand_is_cancelled(chat: Chat, intent: str) -> None:
    said = chat.says("thôi hủy đi", intent)
    assert "đã hủy" in said
    assert "còn nêu một việc khác" in said
    assert opened(chat) == [LAMP]
    assert chat.tickets == []


def test_all_is_given_up_when_all_is_said(chat: Chat) -> None:
    said = chat.says("hủy hết đi", "cancel_request")
    assert "đã hủy" in said
    assert opened(chat) == []


@pytest.mark.parametrize("said", ["không phải đèn đường đâu, bỏ đi", "bỏ vụ đèn đường giúp em", "việc kia khỏi gửi"])
@pytest.mark.parametrize("intent", ["cancel_request", "submit_feedback", "edit_report", "nlu_fallback"])
def test_what_waits_is_dropped_by_its_name_whatever_is_understood(chat: Chat, said: str, intent: str) -> None:
    answer = chat.says(said, intent)
    assert "không gửi việc này" in answer
    assert "Gửi" in answer  # the summary of the other stands again
    assert waiting(chat) == []
    assert "rác chất đống" in opened(chat)[0]


def test_what_was_taken_up_is_dropped_and_what_was_sent_stays(chat: Chat) -> None:
    assert "còn nêu một việc khác" in chat.presses("Gửi")
    assert "không gửi việc này" in chat.says("có nói đèn đường gì đâu, bỏ đi", "cancel_request")
    assert opened(chat) == []
    assert len(chat.tickets) == 1
    assert chat.tickets[0].code in chat.says("đã gửi chưa", "ask_ticket_status")


def test_other_words_drop_nothing(chat: Chat) -> None:
    chat.says("đèn đường chỗ đó bỏ hoang lâu rồi", "submit_feedback")
    assert waiting(chat) == [LAMP]


def test_a_yes_with_dung_before_gui_drops_nothing_of_what_was_taken_up(chat: Chat) -> None:
    chat.presses("Gửi")
    chat.says("bỏ qua", "skip")
    for _ in range(3):
        if "Đúng thì anh/chị chọn" in chat.says("bỏ qua", "skip"):
            break
    assert "đã được gửi" in chat.says("cái này cũng đúng, gửi nốt", "deny", sure=0.9)
    assert len(chat.tickets) == 2


def test_of_several_the_one_in_hand_is_named_when_it_is_gone_on_with(chat: Chat) -> None:
    chat.presses("Gửi")
    said = chat.says("rác này ai lo vậy", "ask_ticket_status")
    assert "Mình tiếp tục phản ánh đang soạn nhé: Đèn đường không sáng." in said


def test_a_lane_of_another_matter_has_its_street(chat: Chat) -> None:
    data = drafts.data_of(chat.drafts[-1])
    data.place_text = "nhà số 9 ngõ 81 Hồ Sen"
    data.issues = [{"text": "giữa ngõ 81 mất nắp cống sâu hoắm", "category": "thoat-nuoc.nap-cong"}]
    drafts.save(chat.drafts[-1], data, now=chat.now, summary_event_id=chat.drafts[-1].summary_event_id)
    chat.presses("Gửi")
    assert drafts.data_of(chat.drafts[-1]).place_text == "giữa ngõ 81 Hồ Sen"
