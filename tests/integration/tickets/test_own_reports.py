"""The reports of one chat: listed in pages, found and taken back by that chat alone."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service import own_reports, questions, tickets
from feedback_store.service.actor import BOT, Refused
from feedback_store.tables import Clock, Leg, Ticket, TicketEvent, UserNotice
from tests.integration.tickets.conftest import OPERATOR, Desk, at


def many(desk: Desk, count: int) -> tuple[uuid.UUID, list[Ticket]]:
    chat = desk.conversation()
    found = []
    for hour in range(count):
        when = at(f"2026-03-02 {8 + hour:02}:00")
        report = tickets.NewReport(text="Rác đầu hẻm", category_code="moi-truong.rac", channel="web", receipt_at=when,
                                   conversation_id=chat)  # fmt: skip
        filed = tickets.file_report(desk.session, report=report, actor=BOT, now=when)
        found.append(desk.session.get_one(Ticket, filed.ticket_id))
    return chat, found


def test_pages_hold_five_newest_first_and_miss_none(desk: Desk) -> None:
    chat, filed = many(desk, 12)
    desk.file("2026-03-02 09:00")  # somebody else's
    seen: list[str] = []
    before: int | None = None
    numbers = []
    while True:
        page = own_reports.page(desk.session, chat, before=before)
        seen += [row.code for row in page.rows]
        numbers.append((page.first, len(page.rows), page.total))
        if page.older is None:
            break
        before = page.older
    assert seen == [ticket.code for ticket in reversed(filed)]
    assert numbers == [(1, 5, 12), (6, 5, 12), (11, 2, 12)]


def test_a_page_of_exactly_five_has_no_next_one(desk: Desk) -> None:
    chat, _ = many(desk, 5)
    assert own_reports.page(desk.session, chat).older is None


def test_what_is_over_is_not_offered_to_be_taken_back(desk: Desk) -> None:
    chat, (first, second, third) = many(desk, 3)
    tickets.refuse(desk.session, ticket_id=first.id, reason="không thuộc phạm vi", actor=OPERATOR,
                   expected_version=None, now=at("2026-03-02 10:30"))  # fmt: skip
    own_reports.withdraw(desk.session, conversation_id=chat, code=second.code, reason=None, now=at("2026-03-02 10:40"))
    assert [row.code for row in own_reports.page(desk.session, chat, open_only=True).rows] == [third.code]
    assert own_reports.page(desk.session, chat).total == 3


def test_taken_back_the_agency_stops_and_the_clocks_leave_every_cohort(desk: Desk) -> None:
    chat, (ticket,) = many(desk, 1)
    leg = desk.dispatch(ticket, "2026-03-02 09:30")
    own_reports.withdraw(desk.session, conversation_id=chat, code=ticket.code.replace("-", " "), reason="đã dọn xong",
                         now=at("2026-03-02 10:00"))  # fmt: skip
    assert (ticket.state, ticket.close_reason) == ("withdrawn", "đã dọn xong")
    assert desk.session.get_one(Leg, leg.id).state == "cancelled"
    assert [row.kind for row in desk.session.scalars(select(UserNotice).where(UserNotice.kind == "withdrawn"))]
    open_ = select(Clock.kind).where(Clock.ticket_id == ticket.id, Clock.stopped_at.is_(None))
    assert desk.session.scalars(open_).all() == []
    event = desk.session.scalars(select(TicketEvent).where(TicketEvent.kind == "withdrawn")).one()
    assert (event.actor_kind, event.reason) == ("citizen", "đã dọn xong")
    assert [notice for notice, _ in desk.told(ticket)] == ["dispatched"], "the chat's own answer says it"


def test_asked_twice_it_happens_once(desk: Desk) -> None:
    chat, (ticket,) = many(desk, 1)
    for minute in (10, 20):
        done = own_reports.withdraw(desk.session, conversation_id=chat, code=ticket.code, reason=None,
                                    now=at(f"2026-03-02 09:{minute}"))  # fmt: skip
        assert done.state == "withdrawn"
    assert desk.trail(ticket).count("withdrawn") == 1


def test_another_chat_finds_nothing_by_the_code(desk: Desk) -> None:
    _, (ticket,) = many(desk, 1)
    stranger = desk.conversation()
    assert own_reports.find(desk.session, stranger, ticket.code) is None
    with pytest.raises(Refused):
        own_reports.withdraw(desk.session, conversation_id=stranger, code=ticket.code, reason=None,
                             now=at("2026-03-02 10:00"))  # fmt: skip
    assert ticket.state == "new"


def test_a_released_result_is_not_taken_back(desk: Desk) -> None:
    chat, (ticket,) = many(desk, 1)
    leg = desk.dispatch(ticket, "2026-03-02 09:30")
    desk.release(desk.answer(leg, "2026-03-02 10:00"), "2026-03-02 10:10")
    with pytest.raises(IllegalMove):
        own_reports.withdraw(desk.session, conversation_id=chat, code=ticket.code, reason=None,
                             now=at("2026-03-02 11:00"))  # fmt: skip


def test_a_question_waits_no_more_for_a_report_that_was_taken_back(desk: Desk) -> None:
    chat, (ticket,) = many(desk, 1)
    questions.ask(desk.session, ticket_id=ticket.id, text="Rác nằm bên nào ạ?", leg_id=None, actor=OPERATOR,
                  expected_version=None, now=at("2026-03-02 09:00"))  # fmt: skip
    questions.delivered(desk.session, ticket_id=ticket.id, at=at("2026-03-02 09:05"))
    own_reports.withdraw(desk.session, conversation_id=chat, code=ticket.code, reason=None, now=at("2026-03-02 09:30"))
    assert questions.waiting_in(desk.session, chat) is None
