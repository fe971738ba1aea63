"""Asking the citizen: the clocks wait from the proven delivery to the answer or the cap (sla.md, rules 5 and 8)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service import deadlines, deliveries, questions, tickets
from feedback_store.service.actor import CITIZEN, Actor, Refused
from feedback_store.tables import Leg, OutboundMessage, Pause, Question, Ticket, UserNotice
from tests.integration.tickets.conftest import OPERATOR, Desk, at
from tests.integration.tickets.test_warnings import run_until

WORDS = "Anh/chị cho biết rác nằm trước số nhà nào ạ?"


def begun(desk: Desk, channel: str = "telegram", chat: bool = True) -> tuple[Ticket, Leg]:
    ticket = desk.file("2026-03-02 09:15", channel=channel, chat=chat)
    return ticket, desk.dispatch(ticket, "2026-03-02 09:45")


def ask(desk: Desk, ticket: Ticket, when: str, leg: Leg | None = None, actor: Actor = OPERATOR) -> Question:
    return questions.ask(desk.session, ticket_id=ticket.id, text=WORDS, leg_id=leg.id if leg else None,
                         actor=desk.officer(leg.agency_id) if leg else actor, expected_version=None, now=at(when))


def prove(desk: Desk, when: str) -> None:
    desk.session.flush()
    row = desk.session.scalars(select(OutboundMessage).where(OutboundMessage.notice == "question")).one()
    deliveries.mark_sent(desk.session, message_id=row.id, provider_message_id="1", now=at(when))
    desk.session.flush()
    desk.session.expire_all()


def answer(desk: Desk, ticket: Ticket, when: str, later: int = 0) -> None:
    received = at(when)
    tickets.add_addition(desk.session, ticket_id=ticket.id, event_id=None, text="Trước số nhà 12 ạ", actor=CITIZEN,
                         received_at=received, now=received + dt.timedelta(seconds=later))


def test_the_clocks_wait_from_the_proof_of_delivery_to_the_moment_the_answer_came(desk: Desk) -> None:
    ticket, leg = begun(desk)
    found = ask(desk, ticket, "2026-03-03 08:00", leg)
    assert desk.session.scalars(select(Pause)).all() == []
    prove(desk, "2026-03-03 08:30")
    answer(desk, ticket, "2026-03-03 10:30", later=90)
    held = desk.session.scalars(select(Pause)).one()
    assert (held.kind, held.leg_id) == ("citizen", leg.id)
    assert (held.started_at, held.ended_at) == (at("2026-03-03 08:30"), at("2026-03-03 10:30"))
    assert (found.outcome, found.ended_at) == ("answered", at("2026-03-03 10:30"))
    for kind in ("resolve", "promise"):  # two hours of work are given back to both
        assert desk.clock(kind).current_due == at("2026-03-06 09:30")
    assert [kind for kind in desk.trail(ticket) if kind != "warned"][-4:] == ["asked", "paused", "addition", "resumed"]
    assert WORDS in desk.told(ticket)[-1][1]


def test_on_the_web_the_clients_acknowledgement_is_the_proof(desk: Desk) -> None:
    ticket, _ = begun(desk, "web")
    ask(desk, ticket, "2026-03-03 08:00")
    seq = len(desk.told(ticket))
    assert ticket.conversation_id is not None
    connection, chat = desk.session.connection(), ticket.conversation_id
    assert not deliveries.acknowledge_plain(connection, conversation_id=chat, seq=seq, now=at("2026-03-03 09:00"))
    deliveries.acknowledge(desk.session, conversation_id=chat, seq=seq, now=at("2026-03-03 09:00"))
    assert desk.session.scalars(select(Pause.started_at)).all() == [at("2026-03-03 09:00")]


def test_an_answer_before_the_proof_needs_no_pause(desk: Desk) -> None:
    ticket, _ = begun(desk)
    found = ask(desk, ticket, "2026-03-03 08:00")
    answer(desk, ticket, "2026-03-03 08:01")
    prove(desk, "2026-03-03 08:02")
    assert found.outcome == "answered"
    assert desk.session.scalars(select(Pause)).all() == []
    assert desk.clock("resolve").current_due == at("2026-03-05 17:00")


def test_without_an_answer_the_cap_ends_the_wait_and_both_sides_are_told(desk: Desk) -> None:
    ticket, leg = begun(desk)
    found = ask(desk, ticket, "2026-03-03 08:00", leg)
    prove(desk, "2026-03-03 08:30")
    run_until(desk, "2026-03-12 00:00")
    held = desk.session.scalars(select(Pause)).one()
    assert held.ended_at == held.limit_at == at("2026-03-10 17:00")  # five working days
    assert found.outcome == "expired"
    assert [notice for notice, _ in desk.told(ticket)].count("unanswered") == 1
    told = desk.session.scalars(select(UserNotice).where(UserNotice.kind == "unanswered")).one()
    assert told.agency_id == leg.agency_id
    assert WORDS in told.text
    answer(desk, ticket, "2026-03-12 09:00")  # late, and still welcome
    assert found.outcome == "expired"


def test_when_the_cap_of_all_pauses_is_used_up_the_question_goes_out_and_no_clock_waits(desk: Desk) -> None:
    ticket, _ = begun(desk)
    for start, end in (("2026-03-02 10:00", "2026-03-09 10:00"), ("2026-03-09 10:30", "2026-03-16 10:30")):
        tickets.pause(desk.session, ticket_id=ticket.id, kind="force_majeure", reason="Mưa bão lớn", actor=OPERATOR,
                      expected_version=None, now=at(start))
        tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at(end))
    found = ask(desk, ticket, "2026-03-16 11:00")
    prove(desk, "2026-03-16 11:01")
    assert found.delivered_at == at("2026-03-16 11:01")
    assert found.pause_id is None


def test_a_ticket_that_gets_its_result_waits_for_no_answer(desk: Desk) -> None:
    ticket, leg = begun(desk)
    found = ask(desk, ticket, "2026-03-03 08:00", leg)
    prove(desk, "2026-03-03 08:30")
    desk.release(desk.answer(leg, "2026-03-03 14:00"), "2026-03-03 14:10")
    deadlines.handle_due(desk.session, now=at("2026-03-20 09:00"))
    assert ticket.state == "released"
    assert [one.ended_at for one in desk.session.scalars(select(Pause))] == [at("2026-03-03 14:00")]
    assert found.outcome in (None, "over")
    assert questions.waiting_in(desk.session, ticket.conversation_id) is None  # type: ignore[arg-type]


def test_who_may_ask_and_what_is_no_question(desk: Desk) -> None:
    ticket, leg = begun(desk)
    stranger = desk.officer(desk.agencies(2)[1])
    for leg_id, actor in ((leg.id, stranger), (None, stranger), (None, Actor("user", 3, "manager"))):
        with pytest.raises(Refused):
            questions.ask(desk.session, ticket_id=ticket.id, text=WORDS, leg_id=leg_id, actor=actor,
                          expected_version=None, now=at("2026-03-03 08:00"))
    with pytest.raises(IllegalMove) as empty:
        questions.ask(desk.session, ticket_id=ticket.id, text="  ", actor=OPERATOR, expected_version=None,
                      now=at("2026-03-03 08:00"))
    assert empty.value.key == "tickets.question_empty"
    ask(desk, ticket, "2026-03-03 08:00")
    with pytest.raises(IllegalMove) as twice:
        ask(desk, ticket, "2026-03-03 08:05", leg)
    assert twice.value.key == "tickets.question_open_already"


def test_a_report_by_telephone_is_asked_by_telephone(desk: Desk) -> None:
    ticket, _ = begun(desk, "phone", chat=False)
    with pytest.raises(IllegalMove) as refused:
        ask(desk, ticket, "2026-03-03 08:00")
    assert refused.value.key == "tickets.question_no_chat"
