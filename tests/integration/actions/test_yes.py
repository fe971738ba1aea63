"""A yes to the summary files the report, in whatever way it is said; everything else does not."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.integration.actions.chat import Chat
from tests.integration.tickets.conftest import Desk


@pytest.fixture
def chat(unkept: Session) -> Chat:
    return Chat(Desk(unkept))


def to_the_summary(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân ba ngày rồi", "submit_feedback")
    for _ in range(4):
        if "Đúng thì anh/chị chọn" in chat.says("bỏ qua", "skip"):
            return
    raise AssertionError("no summary")


@pytest.mark.parametrize("intent", ["affirm", "send_now", "submit_feedback", "nlu_fallback", "thanks", "deny"])
@pytest.mark.parametrize("said", ["ừa đúng rồi gửi giùm nghen", "ok lun", "👍", "cứ thế mà gửi, em cảm ơn"])
def test_a_yes_files_whatever_was_understood(chat: Chat, said: str, intent: str) -> None:
    to_the_summary(chat)
    assert "PA-" in chat.says(said, intent)
    assert len(chat.tickets) == 1


@pytest.mark.parametrize(
    ("said", "intent"),
    [("đừng gửi", "deny"), ("dung gui", "deny"), ("khoan, để coi lại đã", "deny"), ("gửi chưa?", "ask_ticket_status"),
     ("ok nhưng sửa số nhà thành 7", "edit_report"), ("đúng rồi, thêm là hôi lắm", "submit_feedback"),
     ("😡", "nlu_fallback")],
)  # fmt: skip
def test_what_is_no_yes_files_nothing_and_loses_nothing(chat: Chat, said: str, intent: str) -> None:
    to_the_summary(chat)
    chat.says(said, intent)
    assert not chat.tickets
    assert chat.drafts[-1].state == "open"
    assert "rác chất đống" in chat.drafts[-1].data["text"][0]


@pytest.mark.parametrize("intent", ["cancel_request", "deny", "nlu_fallback", "submit_feedback", "out_of_scope"])
@pytest.mark.parametrize("said", ["khoan, để coi lại đã", "đừng gửi", "dung gui", "không gửi nhưng đừng hủy"])
def test_who_wants_to_wait_loses_nothing_and_may_send_later(chat: Chat, said: str, intent: str) -> None:
    to_the_summary(chat)
    assert "chưa gửi" in chat.says(said, intent)
    assert chat.drafts[-1].state == "open"
    assert "PA-" in chat.says("rồi, gửi đi em", "send_now")


def test_waiting_at_another_question_leaves_it_open(chat: Chat) -> None:
    chat.says("rác chất đống ba ngày rồi", "submit_feedback")
    assert "thong thả" in chat.says("khoan đã", "deny")
    chat.says("số 5 Tô Hiệu, phường Lê Chân")
    assert chat.drafts[-1].data["place_text"] == "số 5 Tô Hiệu, phường Lê Chân"


MAY_GIVE_UP = "chắc hủy quách cho rồi, chờ các anh mệt quá"


def test_what_may_be_giving_up_is_asked_about_and_nothing_is_lost(chat: Chat) -> None:
    to_the_summary(chat)
    assert "muốn hủy" in chat.says(MAY_GIVE_UP, "cancel_request", sure=0.5)
    assert chat.drafts[-1].state == "open"
    assert "Nội dung" in chat.presses("Làm tiếp")
    assert chat.drafts[-1].state == "open"
    chat.says(MAY_GIVE_UP, "cancel_request", sure=0.5)
    assert "đã hủy" in chat.presses("Hủy phản ánh")
    assert chat.drafts[-1].state == "cancelled"


def test_a_weak_guess_at_giving_up_without_its_words_changes_nothing(chat: Chat) -> None:
    to_the_summary(chat)
    said = chat.says("thưởng huy chương được rồi đấy nhỉ", "cancel_request", sure=0.5)
    assert "vẫn chưa gửi" in said
    assert "muốn hủy" not in said
    assert chat.drafts[-1].state == "open"


def test_plain_words_of_giving_up_need_no_sure_engine(chat: Chat) -> None:
    to_the_summary(chat)
    assert "đã hủy" in chat.says("hủy đi em", "nlu_fallback", sure=0.2)


def test_giving_up_still_cancels(chat: Chat) -> None:
    to_the_summary(chat)
    assert "đã hủy" in chat.says("thôi không gửi nữa, hủy đi", "cancel_request")
    assert chat.drafts[-1].state == "cancelled"


@pytest.mark.parametrize("report", [True, False])
def test_a_thumb_to_no_question_is_no_answer(chat: Chat, report: bool) -> None:
    if report:
        chat.says("rác chất đống ba ngày rồi", "submit_feedback")
    said = chat.says("👍", "nlu_fallback")
    assert "không có chữ" not in said
    assert not chat.tickets
    if report:
        assert chat.drafts[-1].data["place_text"] is None
        assert chat.drafts[-1].data["text"] == ["rác chất đống ba ngày rồi"]


@pytest.mark.parametrize("asked", ["bao lâu nữa mới xong", "bên nào lo vậy", "có mất tiền không"])
def test_a_short_question_after_a_report_is_about_it(chat: Chat, asked: str) -> None:
    to_the_summary(chat)
    chat.says("gửi đi", "send_now")
    said = chat.says(asked, "ask_procedure")
    assert "thủ tục này" not in said
    assert "miễn phí" in said if "tiền" in asked else chat.tickets[-1].code in said


@pytest.mark.parametrize("said", ["khỏi", "thôi khỏi em", "không cần đâu", "thoi khoi", "khỏi cần nha"])
@pytest.mark.parametrize("intent", ["cancel_request", "deny", "skip", "nlu_fallback"])
def test_what_is_declined_at_an_optional_question_is_that_question(chat: Chat, said: str, intent: str) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân ba ngày rồi", "submit_feedback")
    assert "số điện thoại" in chat.says(said, intent)
    assert "Đúng thì anh/chị chọn" in chat.says(said, intent)
    assert chat.drafts[-1].state == "open"


@pytest.mark.parametrize("intent", ["cancel_request", "deny"])
def test_what_is_declined_at_the_summary_is_asked_about(chat: Chat, intent: str) -> None:
    to_the_summary(chat)
    assert "muốn hủy" in chat.says("khỏi", intent)
    assert chat.drafts[-1].state == "open"
    assert not chat.tickets
