"""More time for an agency: who asks and decides, both due times, and when the promise moves (sla.md, rule 6)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service import deadlines, deliveries, extensions, legs, tickets
from feedback_store.service.actor import CITIZEN, Actor, Refused
from feedback_store.tables import Extension, Leg, OutboundMessage, Ticket, UserNotice
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at

WHY = "Phải chờ thiết bị chuyên dùng"
DUE = "2026-03-05 17:00"  # N3, dispatched on 2026-03-02
LONGER = "2026-03-09 17:00"  # two working days more: Friday and Monday


def leader(leg: Leg) -> Actor:
    return Actor("user", user_id=8, role="leader", agency_id=leg.agency_id)


def begun(desk: Desk, channel: str = "web", chat: bool = True) -> tuple[Ticket, Leg]:
    ticket = desk.file("2026-03-02 09:15", channel=channel, chat=chat)
    return ticket, desk.dispatch(ticket, "2026-03-02 09:45")


def ask(desk: Desk, leg: Leg, when: str, amount: int = 2) -> Extension:
    return extensions.ask(desk.session, leg_id=leg.id, amount=amount, reason=WHY, actor=leader(leg),
                          expected_version=None, now=at(when))


def decide(desk: Desk, found: Extension, when: str, *, grant: bool = True) -> Extension:
    return extensions.decide(desk.session, extension_id=found.id, grant=grant, actor=SUPERVISOR, expected_version=None,
                             reason=None if grant else "Chưa đủ lý do", now=at(when))


def standings(desk: Desk, leg: Leg) -> tuple[str, str]:
    clock = desk.clock("resolve", leg=leg)
    return clock.standing_original, clock.standing_current


def test_a_granted_extension_moves_the_current_due_and_leaves_the_original(desk: Desk) -> None:
    ticket, leg = begun(desk)
    decide(desk, ask(desk, leg, "2026-03-04 10:00"), "2026-03-04 11:00")
    clock = desk.clock("resolve")
    assert (clock.base_due, clock.original_due, clock.current_due) == (at(DUE), at(DUE), at(LONGER))
    assert desk.clock("promise").current_due == at(LONGER)
    assert desk.clock("promise").original_due == at(DUE)
    notice, text = desk.told(ticket)[-1]
    assert notice == "extended"
    assert WHY in text
    assert "17 giờ 00, thứ Hai, ngày 09/03/2026" in text
    deadlines.handle_due(desk.session, now=at("2026-03-06 08:00"))
    assert standings(desk, leg) == ("late", "running")
    assert desk.clock("resolve").breached_original_at == at(DUE)
    desk.answer(leg, LONGER)
    assert standings(desk, leg) == ("late", "on_time")
    assert desk.trail(ticket)[2:5] == ["extension_asked", "extension_granted", "promise_moved"]


def test_asked_in_time_and_undecided_at_the_due_time_breaches_the_original_alone(desk: Desk) -> None:
    _, leg = begun(desk)
    found = ask(desk, leg, "2026-03-05 16:59")
    deadlines.handle_due(desk.session, now=at("2026-03-05 18:00"))
    assert standings(desk, leg) == ("late", "running")
    decide(desk, found, "2026-03-06 08:00", grant=False)
    clock = desk.clock("resolve")
    assert (clock.standing_current, clock.breached_current_at) == ("late", at(DUE))


def test_granted_after_the_due_time_the_current_one_was_never_breached(desk: Desk) -> None:
    _, leg = begun(desk)
    found = ask(desk, leg, "2026-03-05 16:59")
    deadlines.handle_due(desk.session, now=at("2026-03-05 18:00"))
    decide(desk, found, "2026-03-06 08:00")
    clock = desk.clock("resolve")
    assert (clock.standing_current, clock.breached_current_at, clock.current_due) == ("running", None, at(LONGER))
    deadlines.handle_due(desk.session, now=at("2026-03-10 08:00"))
    assert desk.clock("resolve").breached_current_at == at(LONGER)


@pytest.mark.parametrize(("grant", "standing"), [(True, "on_time"), (False, "late")])
def test_a_result_that_came_before_the_decision_is_judged_by_it(desk: Desk, grant: bool, standing: str) -> None:
    _, leg = begun(desk)
    found = ask(desk, leg, "2026-03-05 16:00")
    desk.answer(leg, "2026-03-06 09:00")
    assert standings(desk, leg) == ("late", "running")
    decide(desk, found, "2026-03-06 10:00", grant=grant)
    assert standings(desk, leg) == ("late", standing)


def test_a_result_given_in_time_stays_on_time_whatever_is_decided(desk: Desk) -> None:
    _, leg = begun(desk)
    found = ask(desk, leg, "2026-03-04 16:00")
    desk.answer(leg, "2026-03-05 17:00")
    decide(desk, found, "2026-03-06 10:00", grant=False)
    assert standings(desk, leg) == ("on_time", "on_time")


def test_on_telegram_the_promise_moves_when_the_new_date_is_proven_delivered(desk: Desk) -> None:
    ticket, leg = begun(desk, "telegram")
    found = decide(desk, ask(desk, leg, "2026-03-04 10:00"), "2026-03-04 11:00")
    assert desk.clock("promise").current_due == at(DUE)
    message = desk.session.scalars(
        select(OutboundMessage).where(OutboundMessage.notice == "extended", OutboundMessage.ticket_id == ticket.id)
    ).one()
    deliveries.mark_sent(desk.session, message_id=message.id, provider_message_id="1", now=at("2026-03-04 11:01"))
    assert desk.clock("promise").current_due == at(LONGER)
    desk.session.refresh(found)
    assert found.told_at == at("2026-03-04 11:01")


def test_told_after_the_promise_fell_due_it_stays_broken(desk: Desk) -> None:
    ticket, leg = begun(desk, "telegram")
    decide(desk, ask(desk, leg, "2026-03-05 16:30"), "2026-03-05 16:50")
    extensions.told(desk.session, ticket_id=ticket.id, at=at("2026-03-05 17:30"))
    promise = desk.clock("promise")
    assert (promise.standing_current, promise.breached_current_at) == ("late", at(DUE))


def test_without_a_chat_the_operator_says_that_the_citizen_was_called(desk: Desk) -> None:
    ticket, leg = begun(desk, "phone", chat=False)
    decide(desk, ask(desk, leg, "2026-03-04 10:00"), "2026-03-04 11:00")
    assert desk.clock("promise").current_due == at(DUE)
    with pytest.raises(Refused):
        desk.call(ticket, "2026-03-04 12:00", actor=leader(leg))
    desk.call(ticket, "2026-03-04 12:00")
    assert desk.clock("promise").current_due == at(LONGER)


def test_a_pause_after_the_old_due_time_moves_the_extended_one(desk: Desk) -> None:
    ticket, leg = begun(desk)
    decide(desk, ask(desk, leg, "2026-03-04 10:00"), "2026-03-04 11:00")
    tickets.pause(desk.session, ticket_id=ticket.id, kind="force_majeure", reason="Mưa bão lớn", actor=OPERATOR,
                  expected_version=None, now=at("2026-03-06 07:30"))
    tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None,
                   now=at("2026-03-06 17:00"))
    assert desk.clock("resolve").current_due == at("2026-03-10 17:00")
    assert desk.clock("resolve").original_due == at(DUE)


@pytest.mark.parametrize(
    ("when", "amount", "key"),
    [
        ("2026-03-05 17:00", 2, "tickets.extension_too_late"),
        ("2026-03-09 08:00", 2, "tickets.extension_too_late"),
        ("2026-03-04 10:00", 4, "tickets.extension_over_cap"),
        ("2026-03-04 10:00", 0, "tickets.extension_over_cap"),
    ],
)
def test_too_late_or_too_much_is_refused(desk: Desk, when: str, amount: int, key: str) -> None:
    _, leg = begun(desk)
    with pytest.raises(IllegalMove) as refused:
        ask(desk, leg, when, amount)
    assert refused.value.key == key


def test_only_once_also_after_a_refusal(desk: Desk) -> None:
    _, leg = begun(desk)
    decide(desk, ask(desk, leg, "2026-03-03 10:00"), "2026-03-03 11:00", grant=False)
    with pytest.raises(IllegalMove) as refused:
        ask(desk, leg, "2026-03-04 10:00")
    assert refused.value.key == "tickets.extension_used_up"


def test_the_leader_asks_the_supervisor_decides_and_nobody_else(desk: Desk) -> None:
    _, leg = begun(desk)
    other = desk.agencies(2)[1]
    for actor in (desk.officer(leg.agency_id), Actor("user", 8, "leader", other.id), OPERATOR):
        with pytest.raises(Refused):
            extensions.ask(desk.session, leg_id=leg.id, amount=1, reason=WHY, actor=actor, expected_version=None,
                           now=at("2026-03-03 10:00"))
    found = ask(desk, leg, "2026-03-03 10:00")
    for actor in (leader(leg), OPERATOR):
        with pytest.raises(Refused):
            extensions.decide(desk.session, extension_id=found.id, grant=True, reason=None, actor=actor,
                              expected_version=None, now=at("2026-03-03 11:00"))
    with pytest.raises(IllegalMove) as needs:
        extensions.decide(desk.session, extension_id=found.id, grant=False, reason=" ", actor=SUPERVISOR,
                          expected_version=None, now=at("2026-03-03 11:00"))
    assert needs.value.key == "tickets.reason_needed"
    decide(desk, found, "2026-03-03 11:00")
    with pytest.raises(IllegalMove) as twice:
        decide(desk, found, "2026-03-03 12:00", grant=False)
    assert twice.value.key == "tickets.extension_decided_already"
    notices = desk.session.scalars(select(UserNotice).where(UserNotice.kind.like("extension%"))).all()
    assert [(one.kind, one.role, one.agency_id) for one in notices] == [
        ("extension_asked", "supervisor", None), ("extension_granted", None, leg.agency_id),
    ]
    assert "2 ngày làm việc" in notices[0].text


def test_a_leg_that_is_given_back_lets_the_request_lapse(desk: Desk) -> None:
    _, leg = begun(desk)
    found = ask(desk, leg, "2026-03-05 16:00")
    legs.return_leg(desk.session, leg_id=leg.id, reason="Không thuộc địa bàn",
                    proposed_agency_id=desk.agencies(2)[1].id, actor=desk.officer(leg.agency_id),
                    expected_version=None, now=at("2026-03-06 09:00"))
    assert found.decision == "lapsed"
    clock = desk.clock("resolve", leg=leg)
    assert (clock.standing_current, clock.breached_current_at) == ("late", at(DUE))


def test_a_withdrawn_report_leaves_what_falls_due_later_and_keeps_what_was_late(desk: Desk) -> None:
    ticket, leg = begun(desk)
    found = ask(desk, leg, "2026-03-05 16:00")
    tickets.withdraw(desk.session, ticket_id=ticket.id, reason=None, actor=CITIZEN, now=at("2026-03-06 09:00"))
    assert found.decision == "lapsed"
    assert standings(desk, leg) == ("late", "late")
