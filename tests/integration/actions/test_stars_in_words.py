"""Stars that are written instead of pressed: for the result that waits for them, asked about where two do."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.tables import Rating, Ticket
from tests.integration.actions.chat import Chat
from tests.integration.tickets.conftest import Desk


@pytest.fixture
def chat(unkept: Session) -> Chat:
    return Chat(Desk(unkept))


def told(chat: Chat, story: str = "rác chất đống ở số 5 Tô Hiệu, phường Lê Chân ba ngày rồi") -> Ticket:
    """A report whose result was told."""
    ticket = chat.files(story)
    chat.desk.release(chat.desk.answer(chat.desk.dispatch(ticket, "2026-03-02 10:00"), "2026-03-02 14:00"),
                      "2026-03-02 15:00")  # fmt: skip
    return ticket


def stars(chat: Chat) -> list[tuple[int, int, str | None]]:
    query = select(Rating.ticket_id, Rating.stars, Rating.comment).where(~Rating.superseded).order_by(Rating.id)
    return [tuple(row) for row in chat.desk.session.execute(query)]


@pytest.mark.parametrize("intent", ["rate_service", "submit_feedback", "nlu_fallback", "praise", "out_of_scope"])
@pytest.mark.parametrize(("said", "count"), [("5 sao", 5), ("1*", 1), ("4", 4), ("tạm được", 3), ("★★★☆☆", 3)])
def test_stars_are_kept_whatever_was_understood(chat: Chat, said: str, count: int, intent: str) -> None:
    ticket = told(chat)
    chat.says(said, intent)
    assert stars(chat) == [(ticket.id, count, None)]


def test_words_beside_the_stars_are_the_comment(chat: Chat) -> None:
    ticket = told(chat)
    chat.says("5 sao, làm nhanh lắm cảm ơn các chú", "praise")
    assert stars(chat) == [(ticket.id, 5, "5 sao, làm nhanh lắm cảm ơn các chú")]


def test_the_last_stars_count(chat: Chat) -> None:
    ticket = told(chat)
    chat.says("tạm được", "nlu_fallback")
    chat.says("à thôi 2 sao", "rate_service")
    assert stars(chat) == [(ticket.id, 2, None)]


def test_of_two_results_it_is_asked_which_is_meant(chat: Chat) -> None:
    first, second = told(chat), told(chat, "ổ gà sâu ở số 9 Cầu Đất, phường Ngô Quyền tuần này")
    said = chat.says("5 sao", "rate_service")
    assert "phản ánh nào" in said
    assert stars(chat) == []
    chat.presses(first.code)
    assert stars(chat) == [(first.id, 5, None)]
    assert second.code in chat.buttons


@pytest.mark.parametrize("said", ["5", "tạm được", "5 sao"])
def test_without_a_result_nothing_is_rated(chat: Chat, said: str) -> None:
    chat.files("rác chất đống ở số 5 Tô Hiệu, phường Lê Chân ba ngày rồi")
    chat.says(said, "rate_service")
    assert stars(chat) == []


def test_a_number_that_answers_the_open_report_is_no_rating(chat: Chat) -> None:
    told(chat)
    chat.says("đèn đường tắt cả tuần nay", "submit_feedback")
    chat.says("5", "inform")
    assert stars(chat) == []


def test_stars_that_read_like_a_house_are_stars(chat: Chat) -> None:
    ticket = told(chat)
    chat.says("5 sao nha", "rate_service")
    assert stars(chat)[0][:2] == (ticket.id, 5)
