"""Legs leave time for their release (sla.md, rule 16): which legs, and what moves with what."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from feedback_store.queries.explain import explain
from feedback_store.service import clocks, extensions, legs, pauses, recategorising, tickets
from feedback_store.service.actor import CITIZEN, Actor
from feedback_store.tables import Category, PolicyVersion
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at
from tests.integration.tickets.conftest import desk as desk

pytestmark = pytest.mark.release_time
RECEIVED, SENT = "2026-03-02 09:00", "2026-03-02 09:10"


def resolve_due(desk: Desk, leg) -> dt.datetime:
    return desk.clock("resolve", leg=leg).current_due


def test_an_agency_that_answers_on_its_due_minute_leaves_the_hotline_its_hour(desk: Desk) -> None:
    ticket = desk.file(RECEIVED)
    leg = desk.dispatch(ticket, SENT)
    clock, promise = desk.clock("resolve", leg=leg), desk.clock("promise", ticket)
    assert promise.current_due == at("2026-03-05 17:00")
    assert {clock.base_due, clock.original_due, clock.current_due} == {at("2026-03-05 16:00")}
    desk.answer(leg, "2026-03-05 16:00")
    assert desk.clock("notify", ticket).current_due == promise.current_due
    desk.release(leg, "2026-03-05 17:00")
    assert (clock.standing_current, promise.standing_current) == ("on_time", "on_time")


def test_a_leg_dispatched_late_keeps_its_full_class_target(desk: Desk) -> None:
    leg = desk.dispatch(desk.file(RECEIVED), "2026-03-02 10:01")
    assert desk.clock("resolve", leg=leg).kept_promise_id is None
    assert resolve_due(desk, leg) == at("2026-03-05 17:00")


def test_under_a_version_older_than_the_rule_nothing_is_kept_back(desk: Desk) -> None:
    row = desk.session.scalars(select(PolicyVersion)).one()
    row.data = {key: value for key, value in row.data.items() if key != "reserve_for_release"}
    desk.session.flush()
    clocks._policies.clear()
    assert resolve_due(desk, desk.dispatch(desk.file(RECEIVED), SENT)) == at("2026-03-05 17:00")


def test_waiting_for_the_citizen_moves_leg_and_promise_alike(desk: Desk) -> None:
    ticket = desk.file(RECEIVED)
    leg = desk.dispatch(ticket, SENT)
    pauses.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                 expected_version=None, now=at("2026-03-03 08:00"))
    pauses.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at("2026-03-03 10:00"))
    assert resolve_due(desk, leg) == at("2026-03-06 08:30")
    assert desk.clock("promise", ticket).current_due == at("2026-03-06 09:30")


def test_force_majeure_moves_the_leg_though_not_the_promise(desk: Desk) -> None:
    ticket = desk.file(RECEIVED)
    leg = desk.dispatch(ticket, SENT)
    pauses.pause(desk.session, ticket_id=ticket.id, kind="force_majeure", reason="Bão, không đi lại được",
                 actor=SUPERVISOR, expected_version=None, now=at("2026-03-03 08:00"))
    pauses.resume(desk.session, ticket_id=ticket.id, actor=SUPERVISOR, expected_version=None,
                  now=at("2026-03-03 10:00"))
    assert resolve_due(desk, leg) == at("2026-03-06 08:30")
    assert desk.clock("promise", ticket).current_due == at("2026-03-05 17:00")


def test_a_pause_that_begins_after_the_legs_own_due_gives_nothing_back(desk: Desk) -> None:
    ticket = desk.file(RECEIVED)
    leg = desk.dispatch(ticket, SENT)
    pauses.pause(desk.session, ticket_id=ticket.id, kind="force_majeure", reason="Bão, không đi lại được",
                 actor=SUPERVISOR, expected_version=None, now=at("2026-03-05 16:30"))
    pauses.resume(desk.session, ticket_id=ticket.id, actor=SUPERVISOR, expected_version=None,
                  now=at("2026-03-06 10:00"))
    assert resolve_due(desk, leg) == at("2026-03-05 16:00")


def test_a_granted_extension_is_the_agencys_at_once(desk: Desk) -> None:
    ticket = desk.file(RECEIVED, channel="telegram")
    leg = desk.dispatch(ticket, SENT)
    asked = extensions.ask(desk.session, leg_id=leg.id, amount=2, reason="Chờ thiết bị về", expected_version=None,
                           actor=Actor("user", 8, "leader", leg.agency_id), now=at("2026-03-03 09:00"))
    extensions.decide(desk.session, extension_id=asked.id, grant=True, reason=None, actor=SUPERVISOR,
                      expected_version=None, now=at("2026-03-03 10:00"))
    assert resolve_due(desk, leg) == at("2026-03-09 16:00")
    assert desk.clock("promise", ticket).current_due == at("2026-03-05 17:00"), "the citizen was not told yet"
    extensions.told(desk.session, ticket_id=ticket.id, at=at("2026-03-03 10:01"))
    assert desk.clock("promise", ticket).current_due == at("2026-03-09 17:00")
    assert resolve_due(desk, leg) == at("2026-03-09 16:00")
    assert desk.clock("resolve", leg=leg).original_due == at("2026-03-05 16:00")


def test_a_second_leg_within_the_triage_clock_follows_the_rule_a_later_one_does_not(desk: Desk) -> None:
    first, second = desk.agencies(2)
    for again, due in (("2026-03-02 09:50", "2026-03-05 16:00"), ("2026-03-02 11:00", "2026-03-05 17:00")):
        ticket = desk.file(RECEIVED)
        wrong = desk.dispatch(ticket, SENT, first)
        legs.return_leg(desk.session, leg_id=wrong.id, reason="Không thuộc địa bàn", proposed_agency_id=second.id,
                        actor=desk.officer(first), expected_version=None, now=at("2026-03-02 09:40"))
        assert resolve_due(desk, desk.dispatch(ticket, again, second)) == at(due)


def test_after_a_reopening_the_leg_leaves_time_before_the_second_promise(desk: Desk) -> None:
    ticket = desk.file(RECEIVED)
    desk.release(desk.answer(desk.dispatch(ticket, SENT), "2026-03-03 10:00"), "2026-03-03 10:10")
    tickets.reopen(desk.session, ticket_id=ticket.id, reason="Rác vẫn còn nguyên", actor=CITIZEN,
                   expected_version=None, now=at("2026-03-04 08:00"))
    clock = desk.clock("resolve", ticket)
    assert (clock.round, clock.kept_half) == (2, True)
    assert desk.clock("promise", ticket).current_due == at("2026-03-09 17:00")
    assert clock.current_due == at("2026-03-09 16:00")


def test_a_share_moves_promise_and_legs_and_the_hour_stays_between_them(desk: Desk) -> None:
    first, second = desk.agencies(2)
    ticket = desk.file(RECEIVED, p10(desk))
    one = desk.dispatch(ticket, SENT, first)
    other = desk.dispatch(ticket, "2026-03-02 09:20", second)
    promise = desk.clock("promise", ticket).current_due
    assert promise == at("2026-03-23 17:00")
    assert resolve_due(desk, one) == resolve_due(desk, other) == promise - dt.timedelta(hours=1)


def p10(desk: Desk) -> str:
    return desk.session.scalars(select(Category.code).where(Category.service_class == "P10").limit(1)).one()


@pytest.mark.parametrize(("when", "kept"), [("2026-03-02 09:30", True), ("2026-03-02 10:30", False)])
def test_a_change_of_category_after_the_triage_clock_gives_the_leg_its_full_time(
    desk: Desk, when: str, kept: bool
) -> None:
    ticket = desk.file(RECEIVED, p10(desk))
    leg = desk.dispatch(ticket, SENT)
    recategorising.change_category(desk.session, ticket_id=ticket.id, category_code="moi-truong.rac",
                                   reason="Đúng lĩnh vực", actor=OPERATOR, expected_version=None, now=at(when))
    assert desk.clock("promise", ticket).current_due == at("2026-03-05 17:00")
    assert resolve_due(desk, leg) == at("2026-03-05 16:00" if kept else "2026-03-05 17:00")


def test_the_explanation_names_what_is_kept_back(desk: Desk) -> None:
    ticket = desk.file(RECEIVED)
    desk.dispatch(ticket, SENT)
    told = {one.kind: one for one in explain(desk.session, ticket, now=at("2026-03-02 10:00"))}
    assert told["resolve"].kept is not None
    assert told["resolve"].class_due == at("2026-03-05 17:00")
    assert told["promise"].kept is None
