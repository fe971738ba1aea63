"""What the bot says was done was done: its sentences against the rows of the database."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.guards import opinion
from feedback_store.service import denunciations, pauses, questions, tickets
from feedback_store.tables import Addition, CallbackTask, Conversation, Draft, InboundEvent, OutboundMessage, Question
from tests.integration.actions.chat import STORY, Chat
from tests.integration.tickets.conftest import OPERATOR, Desk, at
from tests.integration.tickets.test_questions import prove
from tests.integration.tickets.test_warnings import run_until

ASKED = "Anh/chị cho biết rác nằm trước số nhà nào ạ?"


@pytest.fixture
def chat(unkept: Session) -> Chat:
    return Chat(Desk(unkept))


def calls(chat: Chat) -> list[CallbackTask]:
    return list(chat.desk.session.scalars(select(CallbackTask).where(CallbackTask.conversation_id == chat.id)))


def refuse(chat: Chat) -> None:
    tickets.refuse(chat.desk.session, ticket_id=chat.tickets[-1].id, reason="không thuộc phạm vi", actor=OPERATOR,
                   expected_version=None, now=chat.now)


def additions(chat: Chat) -> list[tuple[int, str | None, bool]]:
    query = select(Addition).order_by(Addition.id)
    return [(one.ticket_id, one.text, one.lat is not None) for one in chat.desk.session.scalars(query)]


def ask(chat: Chat, *, proven: bool = True) -> Question:
    made = questions.ask(chat.desk.session, ticket_id=chat.tickets[-1].id, text=ASKED, actor=OPERATOR,
                         expected_version=None, now=chat.now)
    if proven:
        prove(chat.desk, "2026-03-02 09:30")
    return made


# --- calls ------------------------------------------------------------------------------------


def test_any_time_as_the_time_to_call_makes_the_call_and_names_no_time_that_was_agreed(chat: Chat) -> None:
    chat.says("cho gặp tổng đài viên, số 0912345678", "human_agent")
    said = chat.presses("Lúc nào cũng được")
    assert [(one.phone, one.good_time) for one in calls(chat)] == [("0912345678", None)]
    assert "sẽ gọi số 0912345678" in said
    assert "đã hẹn" not in said
    assert "sẽ gọi" not in chat.presses("Lúc nào cũng được")
    assert len(calls(chat)) == 1


def test_any_time_pressed_late_leaves_no_question_of_the_report_out(chat: Chat) -> None:
    chat.says("cho gặp tổng đài viên, số 0912345678", "human_agent")
    chat.says("thôi", "cancel_request")
    chat.says(STORY, "submit_feedback")
    chat.presses("Lúc nào cũng được")
    assert chat.drafts[-1].data["skipped"] == []
    assert [one.closed_at is None for one in calls(chat)] == [False]  # taken back, and stays so


def test_a_time_is_called_agreed_only_where_it_was_understood(chat: Chat) -> None:
    chat.says("cho gặp tổng đài viên, số 0912345678", "human_agent")
    assert "đã hẹn" not in (said := chat.says("khi nào cháu nó ngủ"))
    assert "theo giờ anh/chị hẹn" not in said
    (call,) = calls(chat)
    assert call.good_time is None
    assert "khi nào cháu nó ngủ" in (call.topic or "")  # who calls reads it all the same
    assert "theo giờ anh/chị hẹn (“sáng mai”)" in chat.says("sáng mai")
    assert call.good_time == "sáng mai"


# --- filing -----------------------------------------------------------------------------------


def test_an_old_send_button_of_a_cancelled_report_says_that_nothing_was_sent(chat: Chat) -> None:
    first = chat.files()
    chat.writes("đèn đường ngõ 5 tắt cả tháng nay")
    chat.says("hủy", "cancel_request")
    said = chat.presses("Gửi")
    assert "chưa được gửi" in said
    assert first.code not in said
    assert chat.tickets == [first]


def test_an_old_send_button_of_a_filed_report_files_no_other_one(chat: Chat) -> None:
    first = chat.files()
    old = chat.buttons["Gửi"]
    chat.writes("đèn đường ngõ 5 tắt cả tháng nay")
    assert f"đã được gửi rồi ạ, mã là {first.code}" in chat.sends(old)
    assert chat.tickets == [first]
    assert "đã được gửi" in chat.presses("Gửi")
    assert len(chat.tickets) == 2


def test_a_second_press_promises_no_answer_to_a_report_that_is_over(chat: Chat) -> None:
    chat.files()
    assert "được trả lời chậm nhất" in chat.presses("Gửi")
    refuse(chat)
    assert "được trả lời chậm nhất" not in chat.presses("Gửi")


def test_words_that_change_no_part_are_said_to_be_added_and_not_corrected(chat: Chat) -> None:
    chat.writes()
    said = chat.says("à nhầm, mùi hôi lắm ạ")
    assert "đã thêm vào nội dung" in said
    assert "đã sửa" not in said


def test_words_under_a_seal_join_the_report_that_is_being_written(chat: Chat) -> None:
    chat.says("chủ tịch phường nhận tiền", "thanks")
    session = chat.desk.session
    event = session.scalars(select(InboundEvent).order_by(InboundEvent.id.desc()).limit(1)).one()
    denunciations.seal_event(session, event_id=event.id, now=chat.now)
    chat.says(STORY, "submit_feedback")
    said = chat.sends("/denunciation_is_report")
    assert "đang soạn, chưa gửi đi" in said
    assert [one.data["text"] for one in chat.drafts] == [[STORY, "chủ tịch phường nhận tiền"]]
    assert "đã được xóa" not in chat.sends("/denunciation_is_report")  # it was given back, not erased


# --- pins, photos and words about a filed report ------------------------------------------------


def test_a_pin_is_said_to_be_where_it_went(chat: Chat) -> None:
    chat.pins()
    assert chat.drafts[-1].data["lat"] == 20.85
    chat.says("hủy", "cancel_request")
    chat.says(STORY, "submit_feedback")
    assert "đã nhận vị trí" in chat.pins()
    assert chat.drafts[-1].data["lat"] == 20.85
    chat.says("hủy", "cancel_request")
    ticket = chat.files()
    assert f"bổ sung vào phản ánh {ticket.code}" in chat.pins()
    assert additions(chat) == [(ticket.id, None, True)]
    refuse(chat)
    assert "bổ sung vào" not in chat.pins()
    assert len(additions(chat)) == 1
    assert chat.drafts[-1].data["lat"] == 20.85


def test_after_bo_sung_a_pin_joins_the_report_that_was_chosen_whatever_else_is_open(chat: Chat) -> None:
    first, second = chat.files(), chat.files("đèn đường ngõ 5 tắt cả tháng nay")
    chat.says(STORY, "submit_feedback")
    ask(chat)  # about the second one
    for ticket, told in ((first, "bổ sung vào"), (second, "câu trả lời vào")):
        chat.sends(f'/add_to_report{{"ticket": "{ticket.code}"}}')
        assert f"{told} phản ánh {ticket.code}" in chat.pins()
        assert additions(chat)[-1] == (ticket.id, None, True)
    assert chat.drafts[-1].data["lat"] is None


def test_words_for_a_refused_report_are_told_that_they_did_not_join_it(chat: Chat) -> None:
    chat.files()
    refuse(chat)
    said = chat.says("bổ sung: cạnh cột điện", "submit_feedback")
    assert "không bổ sung được nữa" in said
    assert additions(chat) == []


def test_bo_sung_for_a_report_that_is_refused_meanwhile_adds_nothing(chat: Chat) -> None:
    ticket = chat.files()
    chat.sends(f'/add_to_report{{"ticket": "{ticket.code}"}}')
    refuse(chat)
    assert "không bổ sung được nữa" in chat.pins()
    assert additions(chat) == []


# --- questions to the citizen -------------------------------------------------------------------


def test_an_answer_is_said_to_start_the_clock_only_where_the_clock_stood(chat: Chat) -> None:
    ticket = chat.files()
    ask(chat)
    assert f"vào phản ánh {ticket.code}; thời hạn giải quyết được tính tiếp" in chat.says("trước số nhà 12")
    ask(chat, proven=False)
    said = chat.says("trước số nhà 14")
    assert f"vào phản ánh {ticket.code}" in said
    assert "được tính tiếp" not in said


def test_an_answer_starts_no_clock_that_stands_for_another_reason(chat: Chat) -> None:
    ticket = chat.files()
    leg = chat.desk.dispatch(ticket, "2026-03-02 09:20")
    ask(chat)
    tickets.pause(chat.desk.session, ticket_id=ticket.id, kind="force_majeure", reason="bão lớn đổ bộ", leg_id=leg.id,
                  actor=OPERATOR, expected_version=None, now=at("2026-03-02 09:40"))
    chat.now = at("2026-03-02 10:00")
    assert "được tính tiếp" not in chat.says("trước số nhà 12")


def test_a_report_with_a_result_waits_for_no_answer_and_a_late_one_joins_it(chat: Chat) -> None:
    ticket = chat.files()
    leg = chat.desk.dispatch(ticket, "2026-03-02 09:20")
    ask(chat)
    chat.now = at("2026-03-03 10:00")
    chat.desk.answer(leg, "2026-03-03 09:00")
    chat.desk.release(leg, "2026-03-03 09:30")
    shown = chat.sends(f'/ask_ticket_status{{"ticket": "{ticket.code}"}}')
    assert "tổng đài chờ anh/chị trả lời" not in shown
    said = chat.says("bổ sung: trước số nhà 12")
    assert "được tính tiếp" not in said
    assert additions(chat) == [(ticket.id, "trước số nhà 12", False)]


def test_no_pause_is_announced_where_none_is_left(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    def used_up(*_: object) -> None:
        raise IllegalMove("tickets.pause_used_up", days=10)

    ticket = chat.files()
    monkeypatch.setattr(pauses, "_limit", used_up)
    ask(chat)
    assert "tạm dừng" not in chat.desk.told(ticket)[-1][1]
    shown = chat.sends(f'/ask_ticket_status{{"ticket": "{ticket.code}"}}')
    assert "chờ anh/chị trả lời" in shown
    assert "tạm dừng" not in shown


# --- taking back, rating, opening again -----------------------------------------------------------


def test_khong_rut_pressed_late_does_not_say_that_the_work_goes_on(chat: Chat) -> None:
    ticket = chat.files()
    chat.says("rút phản ánh", "withdraw_report")
    refuse(chat)
    said = chat.presses("Không rút")
    assert ticket.code in said
    assert "tiếp tục được xử lý" not in said


def test_a_report_that_no_agency_had_is_withdrawn_and_no_agency_is_said_to_be_told(chat: Chat) -> None:
    chat.files()
    chat.says("rút phản ánh", "withdraw_report")
    said = chat.presses("Rút phản ánh")
    assert chat.tickets[-1].state == "withdrawn"
    assert "báo các đơn vị" not in said


def test_a_reason_without_words_is_refused_and_the_next_one_still_opens_the_report(chat: Chat) -> None:
    ticket = chat.files()
    leg = chat.desk.dispatch(ticket, "2026-03-02 09:20")
    chat.now = at("2026-03-03 10:00")
    chat.desk.answer(leg, "2026-03-03 09:00")
    chat.desk.release(leg, "2026-03-03 09:30")
    chat.sends(f'/dissatisfied_reopen{{"ticket": "{ticket.code}"}}')
    assert "ghi rõ lý do" in chat.says("chưa")
    assert ticket.state == "released"
    assert "đã ghi lý do" in chat.says("rác vẫn còn nguyên ở đầu hẻm")
    assert ticket.state == "dispatched"


def test_a_rating_is_thanked_for_only_where_it_was_kept(chat: Chat) -> None:
    ticket = chat.files()
    rate = f'/rate{{"stars": 2, "ticket": "{ticket.code}"}}'
    assert "Cảm ơn" not in chat.sends(rate)
    leg = chat.desk.dispatch(ticket, "2026-03-02 09:20")
    chat.now = at("2026-03-03 10:00")
    chat.desk.answer(leg, "2026-03-03 09:00")
    chat.desk.release(leg, "2026-03-03 09:30")
    assert "(2 điểm)" in chat.sends(rate)
    assert "5 điểm" in chat.sends(rate.replace("2,", "5,"))
    assert "đã ghi ý kiến" in chat.says("làm nhanh lắm", "praise")
    kept = chat.desk.session.connection().exec_driver_sql(
        "SELECT stars, superseded FROM ratings ORDER BY id").all()
    assert [tuple(row) for row in kept] == [(2, True), (5, False)]
    assert "pending" not in (chat.desk.session.get_one(Conversation, chat.id).context or {})


def test_an_answer_after_the_time_to_wait_is_called_no_answer_until_it_is_added(chat: Chat) -> None:
    chat.channel = "telegram"
    ticket = chat.files()
    chat.desk.dispatch(ticket, "2026-03-02 09:20")
    ask(chat)
    run_until(chat.desk, "2026-03-20 09:00")
    chat.now = at("2026-03-20 09:00")
    notice, text = next(one for one in chat.desk.told(ticket) if one[0] == "unanswered")
    assert "được tính tiếp" not in text  # another pause may hold the clock
    assert "vào phản ánh" not in chat.says("trước số nhà 12", "out_of_scope")
    assert additions(chat) == []
    row = chat.desk.session.scalars(select(OutboundMessage).where(OutboundMessage.notice == notice)).one()
    assert [one["label"] for one in row.body["buttons"]] == ["Bổ sung"]
    chat.sends(f'/add_to_report{{"ticket": "{ticket.code}"}}')
    assert f"đã bổ sung vào phản ánh {ticket.code}" in chat.says("trước số nhà 12")
    assert additions(chat) == [(ticket.id, "trước số nhà 12", False)]


def test_words_after_bo_sung_join_the_report_that_is_being_written(chat: Chat) -> None:
    chat.says(STORY, "submit_feedback")
    assert "đã thêm vào nội dung" in chat.says("bo sung: co chuot nua", "edit_report")
    draft = chat.desk.session.scalars(select(Draft).where(Draft.conversation_id == chat.id)).one()
    assert draft.data["text"] == [STORY, "co chuot nua"]
    assert "muốn sửa phần nào" in chat.says("sửa", "edit_report")


@pytest.mark.parametrize(
    ("now", "words", "due"),
    [
        ("2026-03-02 09:15", "trước 10h", "2026-03-02 10:00"),
        ("2026-03-02 09:15", "trước trưa", "2026-03-02 11:30"),
        ("2026-03-02 09:15", "chiều nay", "2026-03-02 17:00"),
        ("2026-03-02 09:15", "lúc nào cũng được", None),
    ],
)
def test_a_call_is_due_by_the_hour_that_was_set_for_it(chat: Chat, now: str, words: str, due: str | None) -> None:
    chat.now = at(now)
    chat.says("cho gặp tổng đài viên, số 0912345678", "human_agent")
    chat.says(words, "inform")
    (made,) = calls(chat)
    assert made.due_at == (at(due) if due else at("2026-03-02 11:15"))


def test_a_danger_that_is_doubted_is_asked_about_with_the_numbers(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opinion, "chance", lambda text, on=opinion.DANGER: 0.02 if on == opinion.DANGER else None)
    said = chat.says("con mẹ giúp việc bế con em đi từ sáng, máy thì khoá", "emergency", sure=0.7)
    assert "Có ai đang gặp nguy hiểm" in said.splitlines()[0]
    assert "113" in said
    assert "Đang nguy hiểm" in chat.buttons
