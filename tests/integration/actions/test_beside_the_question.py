"""What is said beside a question of a report: remarks, anxiety with the answer in it, a place of another matter."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.tables import CallbackTask
from tests.integration.actions.chat import Chat
from tests.integration.tickets.conftest import Desk


@pytest.fixture
def chat(unkept: Session) -> Chat:
    return Chat(Desk(unkept))


def test_remarks_are_no_part_of_the_report_and_the_third_leaves_the_question_open(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân", "submit_feedback")
    chat.says("bỏ qua", "skip")
    heard = [chat.says(one, "out_of_scope") for one in ("trời nóng quá", "hôm nay mệt ghê", "chán thật")]
    assert "đã thêm" not in " ".join(heard)
    assert heard[0] != heard[1], "put differently"
    assert "Anh/chị xem lại" in heard[2]
    assert chat.drafts[-1].data["text"] == ["rác chất đống ở số 5 Tô Hiệu, phường Lê Chân"]


def test_a_place_said_with_the_wish_to_stay_unnamed_is_kept(chat: Chat) -> None:
    chat.says("có sòng bạc tối nào cũng tụ tập", "submit_feedback")
    chat.says("ở sau nhà văn hóa thôn Trung, xã An Lão, mà em sợ người ta biết là em báo lắm", "stay_anonymous")
    data = chat.drafts[-1].data
    assert "nhà văn hóa thôn Trung" in data["place_text"]
    assert data["anonymous"]


def test_a_rule_asked_about_opens_no_report(chat: Chat) -> None:
    said = chat.says("Ô tô đậu trên vỉa hè có bị phạt không em?", "submit_feedback")
    assert not chat.drafts
    assert "Mức phạt" in said
    assert "thủ tục này" not in chat.says("thế chó thả rông thì phạt bao nhiêu?", "ask_procedure")


def test_an_address_corrected_without_marks_is_corrected(chat: Chat) -> None:
    chat.says("karaoke am am o 70 Cat Cut", "submit_feedback")
    chat.says("bo qua", "skip")
    chat.says("sua dia chi thanh 77 Cat Cut nha", "edit_report")
    assert chat.drafts[-1].data["place_text"] == "77 Cat Cut"


def test_an_addition_leaves_its_courtesy_out(chat: Chat) -> None:
    chat.says("nước máy đục ngầu ở hẻm 14 Đà Nẵng", "submit_feedback")
    for _ in range(3):
        if "Đúng thì" in chat.says("bỏ qua", "skip"):
            break
    chat.says("mà ghi thêm giùm con là bị từ hôm mùng 3 tới giờ nghen", "submit_feedback")
    assert chat.drafts[-1].data["text"][-1] == "bị từ hôm mùng 3 tới giờ"


def test_a_procedure_that_was_asked_about_and_not_answered_does_not_take_a_later_yes(chat: Chat) -> None:
    chat.says("làm giấy tạm trú cho phòng trọ", "ask_procedure")
    asked = bool(chat.buttons)
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân", "submit_feedback")
    said = chat.says("chuẩn cmnr", "affirm")
    assert asked
    assert "Đăng ký tạm trú" not in said


def test_what_is_right_stands_after_what_is_not_without_a_word_of_place(chat: Chat) -> None:
    chat.says("ổ gà to ở đường Phan Đăng Lưu, phường Kiến An", "submit_feedback")
    chat.says("à mà nhầm, nỏ phải Phan Đăng Lưu, Trần Nhân Tông", "edit_report")
    assert "Trần Nhân Tông" in chat.drafts[-1].data["place_text"]
    assert "Phan Đăng Lưu" not in chat.drafts[-1].data["place_text"]


def test_a_text_said_anew_takes_the_place_of_the_old_one_with_its_place(chat: Chat) -> None:
    chat.says("cái hố ở trước ngõ nhà bà to lắm", "submit_feedback")
    chat.says("sửa nội dung lại là: mặt đường trước nhà 37 Trần Nhân Tông sụt một hố to", "edit_report")
    data = chat.drafts[-1].data
    assert data["text"] == ["mặt đường trước nhà 37 Trần Nhân Tông sụt một hố to"]
    assert "37 Trần Nhân Tông" in data["place_text"]


def test_a_part_named_in_words_is_asked_for_at_once(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân", "submit_feedback")
    assert "ở đâu" in chat.says("sửa cái địa điểm", "edit_report")


def test_a_status_asked_while_a_report_is_written_is_that_of_the_report(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân", "submit_feedback")
    said = chat.says("pa den duong hoi nay gui cho e di", "ask_ticket_status")
    assert "chưa được gửi" in said
    assert "nhập mã" not in said


def test_to_be_torn_between_sending_and_giving_up_gives_nothing_up(chat: Chat) -> None:
    chat.says("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân", "submit_feedback")
    chat.says("hủy thì tiếc mà gửi thì ngại", "cancel_request")
    assert chat.drafts[-1].state == "open"


def test_two_exchanges_in_one_sentence_are_both_made(chat: Chat) -> None:
    chat.says("vỉa hè trước số 21 Hoàng Văn Thụ, phường Hồng Bàng bị lấn hết", "submit_feedback")
    chat.says("nhầm rồi, số 112 chứ không phải số 21, phường Hồng An chứ không phải Hồng Bàng", "edit_report")
    place = chat.drafts[-1].data["place_text"]
    assert "112" in place
    assert "Hồng An" in place


def test_who_hears_of_a_request_for_a_person_is_told_what_was_asked_before(chat: Chat) -> None:
    chat.says("làm giấy xác nhận độc thân cần gì", "ask_procedure")
    if "Có phải" in chat.says("đúng rồi", "affirm"):
        chat.says("đúng", "affirm")
    chat.says("cho tôi gặp người thật đi", "human_agent")
    assert "hôn nhân" in str(_calls(chat)[-1].topic)


def _calls(chat: Chat) -> list[CallbackTask]:
    return list(chat.desk.session.scalars(select(CallbackTask).where(CallbackTask.conversation_id == chat.id)))
