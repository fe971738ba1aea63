"""Whoever has no chat is told by a call: nothing counts as told before it, and it counts from its own instant."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import calls_owed
from feedback_store.service import audit, deadlines, phone_desk, tickets
from feedback_store.service.actor import Actor, Refused
from feedback_store.tables import AuditEntry, Leg, Telling, Ticket, TicketEvent
from tests.integration.tickets.conftest import OPERATOR, Desk, at

COLLEAGUE = Actor("user", user_id=7, role="operator")
WHY = "Không thuộc phạm vi tiếp nhận"
RELEASED = "2026-03-04 09:00"


def released(desk: Desk, *, phone: str | None = "0912345678") -> tuple[Ticket, Leg]:
    """A report by telephone whose result was released on Wednesday at nine; it was promised for Thursday."""
    ticket = desk.file("2026-03-02 09:00", channel="phone", chat=False, reporter_phone=phone)
    leg = desk.dispatch(ticket, "2026-03-02 09:10")
    desk.answer(leg, "2026-03-04 08:50")
    return ticket, desk.release(leg, RELEASED)


def owed(desk: Desk, ticket: Ticket) -> Telling:
    desk.session.flush()
    [one] = calls_owed.of_ticket(desk.session, ticket.id)
    return one


def take(desk: Desk, one: Telling, when: str, actor: Actor = OPERATOR) -> None:
    phone_desk.take(desk.session, telling_id=one.id, actor=actor, now=at(when))


def counts(desk: Desk, when: str) -> dict[str, int]:
    desk.session.flush()
    page = calls_owed.calls(desk.session, actor=OPERATOR, part="now", page=1, at=at(when))
    return {part: number for part, number in page.counts.items() if number}


def test_a_released_result_is_told_when_the_call_was_made_and_not_when_it_was_entered(desk: Desk) -> None:
    ticket, leg = released(desk)
    notify, promise = desk.clock("notify", leg=leg), desk.clock("promise")
    assert (leg.delivered_at, notify.stopped_at, promise.stopped_at) == (None, None, None)
    deadlines.handle_due(desk.session, now=at("2026-03-06 08:00"))
    assert promise.standing_current == "late"
    desk.call(ticket, "2026-03-04 09:20", entered="2026-03-06 08:00")
    assert leg.delivered_at == notify.stopped_at == promise.stopped_at == at("2026-03-04 09:20")
    assert (notify.standing_current, promise.standing_current) == ("on_time", "on_time")
    assert counts(desk, "2026-03-06 09:00") == {}


def test_a_call_lies_neither_in_the_future_nor_before_there_was_something_to_tell(desk: Desk) -> None:
    ticket, leg = released(desk)
    one = owed(desk, ticket)
    take(desk, one, "2026-03-04 10:00")
    for wrong in ("2026-03-04 10:01", "2026-03-04 08:59"):
        with pytest.raises(IllegalMove):
            phone_desk.told(desk.session, telling_id=one.id, called_at=at(wrong), actor=OPERATOR,
                            now=at("2026-03-04 10:00"))
    assert leg.delivered_at is None
    phone_desk.told(desk.session, telling_id=one.id, called_at=at(RELEASED), actor=OPERATOR,
                    now=at("2026-03-04 10:00"))
    assert leg.delivered_at == at(RELEASED)


def test_a_refusal_after_triage_is_judged_by_the_call(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00", channel="phone", chat=False, reporter_phone="0912345678")
    tickets.refuse(desk.session, ticket_id=ticket.id, reason=WHY, actor=OPERATOR, expected_version=None,
                   now=at("2026-03-05 16:00"))
    promise = desk.clock("promise")
    assert promise.stopped_at is None, "nobody called yet"
    assert "refusal_told" not in desk.trail(ticket)
    desk.call(ticket, "2026-03-05 17:30")
    assert (promise.stopped_at, promise.standing_current) == (at("2026-03-05 17:30"), "late")
    assert "refusal_told" in desk.trail(ticket)


def test_a_refusal_within_triage_is_owed_to_the_citizen_all_the_same(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00", channel="phone", chat=False, reporter_phone="0912345678")
    tickets.refuse(desk.session, ticket_id=ticket.id, reason=WHY, actor=OPERATOR, expected_version=None,
                   now=at("2026-03-02 09:10"))
    assert desk.clock("promise").standing_current == "left"
    assert counts(desk, "2026-03-02 09:11") == {"now": 1}
    desk.call(ticket, "2026-03-02 09:30")
    assert counts(desk, "2026-03-02 09:31") == {}


def test_who_was_not_reached_is_called_again_later_and_every_attempt_is_kept(desk: Desk) -> None:
    ticket, leg = released(desk)
    one = owed(desk, ticket)
    for number, (when, again) in enumerate(
        (("2026-03-04 09:30", "2026-03-04 11:00"), ("2026-03-04 11:05", "2026-03-04 14:00")), 1
    ):
        take(desk, one, when)
        phone_desk.not_reached(desk.session, telling_id=one.id, again_at=at(again), actor=OPERATOR, now=at(when))
        assert (one.attempts, one.taken_by) == (number, None)
        assert counts(desk, when) == {"later": 1}
        assert counts(desk, again) == {"now": 1}
    assert leg.delivered_at is None
    desk.call(ticket, "2026-03-04 14:10")
    events = desk.session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind.startswith("phone_"))
        .order_by(TicketEvent.id)
    ).all()
    assert [(e.kind, (e.data or {})["attempt"]) for e in events] == [
        ("phone_missed", 1), ("phone_missed", 2), ("phone_told", 3),
    ]  # fmt: skip
    audit.write(desk.session)
    acts = desk.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject == f"ticket:{ticket.id}").order_by(AuditEntry.id)
    ).all()
    assert acts == ["call_phone_shown", "phone_missed", "call_phone_shown", "phone_missed", "call_phone_shown",
                    "phone_told"]  # fmt: skip


@pytest.mark.parametrize("again", ["2026-03-04 09:30", "2026-03-11 09:31"])
def test_the_next_try_lies_ahead_and_within_a_week(desk: Desk, again: str) -> None:
    one = owed(desk, released(desk)[0])
    take(desk, one, "2026-03-04 09:30")
    with pytest.raises(IllegalMove):
        phone_desk.not_reached(desk.session, telling_id=one.id, again_at=at(again), actor=OPERATOR,
                               now=at("2026-03-04 09:30"))


def test_a_wrong_number_stays_apart_and_never_counts_as_told(desk: Desk) -> None:
    ticket, leg = released(desk)
    one = owed(desk, ticket)
    take(desk, one, "2026-03-04 09:30")
    with pytest.raises(IllegalMove):
        phone_desk.wrong_number(desk.session, telling_id=one.id, reason="", actor=OPERATOR,
                                now=at("2026-03-04 09:31"))
    phone_desk.wrong_number(desk.session, telling_id=one.id, reason="Số của người khác", actor=OPERATOR,
                            now=at("2026-03-04 09:31"))
    assert counts(desk, "2026-03-20 09:00") == {"unreachable": 1}
    assert (leg.delivered_at, desk.clock("promise").stopped_at) == (None, None)
    deadlines.handle_due(desk.session, now=at("2026-03-20 09:00"))
    assert desk.clock("promise").standing_current == "late"


def test_one_takes_the_call_and_alone_sees_the_number(desk: Desk) -> None:
    ticket, _ = released(desk)
    one = owed(desk, ticket)
    with pytest.raises(Refused, match="take_first"):
        phone_desk.told(desk.session, telling_id=one.id, called_at=at("2026-03-04 09:30"), actor=OPERATOR,
                        now=at("2026-03-04 09:30"))
    take(desk, one, "2026-03-04 09:30")
    with pytest.raises(Refused, match="taken"):
        take(desk, one, "2026-03-04 09:31", COLLEAGUE)
    for actor, number in ((OPERATOR, "0912345678"), (COLLEAGUE, None)):
        page = calls_owed.calls(desk.session, actor=actor, part="now", page=1, at=at("2026-03-04 09:31"))
        assert [row.phone for row in page.rows] == [number]
    take(desk, one, "2026-03-04 10:00", COLLEAGUE)  # no outcome for half an hour: the call is free again


def test_a_report_without_any_number_is_listed_apart(desk: Desk) -> None:
    released(desk, phone=None)
    assert counts(desk, "2026-03-04 10:00") == {"no_phone": 1}


def test_a_reopened_report_owes_no_call_about_the_old_result(desk: Desk) -> None:
    ticket, _ = released(desk)
    tickets.reopen(desk.session, ticket_id=ticket.id, reason="Rác vẫn còn đó", actor=OPERATOR, expected_version=None,
                   now=at("2026-03-04 10:00"))
    assert counts(desk, "2026-03-04 10:01") == {}


def test_a_chat_gets_a_message_and_no_call(desk: Desk) -> None:
    for channel in ("web", "telegram"):
        ticket = desk.file("2026-03-02 09:00", channel=channel)
        leg = desk.dispatch(ticket, "2026-03-02 09:10")
        desk.answer(leg, "2026-03-04 08:50")
        desk.release(leg, RELEASED)
    assert counts(desk, "2026-03-04 10:00") == {}
    desk.call(ticket, "2026-03-04 10:00")
    assert leg.delivered_at is None
