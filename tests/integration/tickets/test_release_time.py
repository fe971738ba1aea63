"""Legs leave time for their release (sla.md, rule 16): which legs, and what moves with what."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from feedback_store.queries.explain import explain
from feedback_store.service import clocks, deadlines, extensions, legs, pauses, recategorising, results, tickets
from feedback_store.service.actor import CITIZEN, Actor
from feedback_store.tables import Category, PolicyVersion, Ticket
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


def changed_to(desk: Desk, ticket: Ticket, category: str, when: str) -> None:
    recategorising.change_category(desk.session, ticket_id=ticket.id, category_code=category, reason="Đúng lĩnh vực",
                                   actor=OPERATOR, expected_version=None, now=at(when))


def test_an_answer_while_the_hotline_waits_for_the_citizen_is_not_late(desk: Desk) -> None:
    """The promise moves by working time, the release is counted round the clock: the instant that it leaves would lie
    behind the present for as long as the pause lasts."""
    ticket = desk.file("2026-03-24 13:29:44", "y-te-attp.thuc-pham")
    leg = desk.dispatch(ticket, "2026-03-24 13:32:06")
    assert resolve_due(desk, leg) == at("2026-03-25 07:00")
    pauses.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                 expected_version=None, now=at("2026-03-25 00:43"))
    desk.answer(leg, "2026-03-25 09:27:27")
    clock = desk.clock("resolve", leg=leg)
    assert (clock.standing_original, clock.standing_current) == ("on_time", "on_time")
    desk.release(leg, "2026-03-25 09:40")
    assert desk.clock("promise", ticket).standing_current == "on_time"


def test_a_review_that_the_promise_does_not_feel_gives_the_agency_its_time_back(desk: Desk) -> None:
    """The promise falls due in the evening: a quarter of an hour more changes nothing of when the release begins."""
    ticket = desk.file("2026-03-10 15:21:14", "dien-chieu-sang.day-ho")
    changed_to(desk, ticket, "xa-hoi.lao-dong", "2026-03-10 15:23")
    leg = desk.dispatch(ticket, "2026-03-10 15:26")
    assert resolve_due(desk, leg) == at("2026-03-10 16:00")
    desk.answer(leg, "2026-03-10 15:35")
    results.send_back(desk.session, leg_id=leg.id, reason="Chưa nêu kết quả kiểm tra", actor=OPERATOR,
                      expected_version=None, now=at("2026-03-10 16:01:40"))
    assert resolve_due(desk, leg) == at("2026-03-10 16:26:40")
    desk.answer(leg, "2026-03-10 16:26:40")
    assert desk.clock("resolve", leg=leg).standing_current == "on_time"


@pytest.mark.parametrize("decided", ["2026-03-09 09:00", "2026-03-09 17:51"])
def test_more_days_for_a_leg_before_a_promise_of_hours_move_it(desk: Desk, decided: str) -> None:
    ticket = desk.file("2026-03-09 01:34:18", "an-ninh.co-bac")
    changed_to(desk, ticket, "tieng-on.nha-xuong", "2026-03-09 01:39")
    leg = desk.dispatch(ticket, "2026-03-09 01:41")
    assert desk.clock("promise", ticket).current_due == at("2026-03-09 11:30")
    assert resolve_due(desk, leg) == at("2026-03-09 10:30")
    asked = extensions.ask(desk.session, leg_id=leg.id, amount=2, reason="Chờ thiết bị về", expected_version=None,
                           actor=Actor("user", 8, "leader", leg.agency_id), now=at("2026-03-09 07:02"))
    deadlines.handle_due(desk.session, now=at("2026-03-09 08:59"))
    extensions.decide(desk.session, extension_id=asked.id, grant=True, reason=None, actor=SUPERVISOR,
                      expected_version=None, now=at(decided))
    clock = desk.clock("resolve", leg=leg)
    assert (clock.original_due, clock.current_due) == (at("2026-03-09 10:30"), at("2026-03-11 10:30"))
    desk.answer(leg, "2026-03-11 10:30")
    assert clock.standing_current == "on_time"


def test_a_pause_between_the_old_due_and_the_granted_one_moves_it_whole(desk: Desk) -> None:
    """The release is counted round the clock, so the leg's due lies at seven in the morning, before the office opens,
    and half an hour more ends at 08:04."""
    ticket = desk.file("2026-03-24 13:30", "y-te-attp.thuc-pham")
    leg = desk.dispatch(ticket, "2026-03-24 13:35")
    assert resolve_due(desk, leg) == at("2026-03-25 07:00")
    asked = extensions.ask(desk.session, leg_id=leg.id, amount=34, reason="Chờ xe đến", expected_version=None,
                           actor=Actor("user", 8, "leader", leg.agency_id), now=at("2026-03-24 15:00"))
    extensions.decide(desk.session, extension_id=asked.id, grant=True, reason=None, actor=SUPERVISOR,
                      expected_version=None, now=at("2026-03-24 15:30"))
    assert resolve_due(desk, leg) == at("2026-03-25 08:04")
    pauses.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                 expected_version=None, now=at("2026-03-25 07:10"))
    pauses.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at("2026-03-25 09:00"))
    assert resolve_due(desk, leg) == at("2026-03-25 09:34")
