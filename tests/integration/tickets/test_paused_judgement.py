"""While a pause holds a clock, nothing that happens judges it by the due time from before the pause."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from feedback_store.service import extensions, pauses, results
from feedback_store.service.actor import Actor
from feedback_store.tables import Category, Leg, Ticket
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at
from tests.integration.tickets.conftest import desk as desk
from tests.sla import second_path

WHY = "Chờ người dân bổ sung ảnh"


def wait(desk: Desk, ticket: Ticket, when: str) -> None:
    """For the citizen, with the whole ticket."""
    pauses.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason=WHY, actor=OPERATOR, expected_version=None,
                 now=at(when))


def asked_for_time(desk: Desk, leg: Leg, when: str) -> int:
    boss = Actor("user", 8, "leader", leg.agency_id)
    return extensions.ask(desk.session, leg_id=leg.id, amount=1, reason=WHY, actor=boss, expected_version=None,
                          now=at(when)).id


def decide(desk: Desk, extension: int, grant: bool, when: str) -> None:
    extensions.decide(desk.session, extension_id=extension, grant=grant, reason=WHY, actor=SUPERVISOR,
                      expected_version=None, now=at(when))


def test_a_new_date_told_during_a_pause_breaks_no_promise(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 08:00", channel="telegram")
    leg = desk.dispatch(ticket, "2026-03-02 08:30")
    decide(desk, asked_for_time(desk, leg, "2026-03-03 09:00"), True, "2026-03-03 10:00")
    wait(desk, ticket, "2026-03-03 11:00")
    extensions.told(desk.session, ticket_id=ticket.id, at=at("2026-03-06 09:00"))
    promise = desk.clock("promise", ticket)
    assert (promise.standing_original, promise.standing_current) == ("running", "running")


@pytest.mark.parametrize("grant", [True, False])
def test_more_time_decided_during_a_pause_makes_no_leg_late(desk: Desk, grant: bool) -> None:
    ticket = desk.file("2026-03-02 08:00")
    leg = desk.dispatch(ticket, "2026-03-02 08:30")
    asked = asked_for_time(desk, leg, "2026-03-03 09:00")
    wait(desk, ticket, "2026-03-03 11:00")
    decide(desk, asked, grant, "2026-03-06 09:00")
    for clock in (desk.clock("resolve", leg=leg), desk.clock("promise", ticket)):
        assert (clock.standing_original, clock.standing_current) == ("running", "running")


def test_a_result_that_arrives_during_a_pause_keeps_the_promise(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 08:00", channel="telegram")
    leg = desk.dispatch(ticket, "2026-03-02 08:30")
    wait(desk, ticket, "2026-03-03 11:00")
    desk.answer(leg, "2026-03-03 16:00")
    desk.release(leg, "2026-03-03 16:30")
    results.mark_delivered(desk.session, leg_id=leg.id, at=at("2026-03-09 09:00"))
    assert desk.clock("promise", ticket).standing_current == "on_time"
    desk.session.flush()
    assert second_path.differences(desk.session, at("2026-03-09 10:00")) == []  # the pause is still open


@pytest.mark.parametrize(("answered", "standing"), [("2026-03-12 16:00", "on_time"), ("2026-03-20 16:00", "late")])
def test_a_pause_that_met_its_cap_holds_nothing_though_no_job_has_run(
    desk: Desk, answered: str, standing: str
) -> None:
    """Five working days at most: it ends on the 10th, whether or not somebody writes that down."""
    ticket = desk.file("2026-03-02 08:00")
    leg = desk.dispatch(ticket, "2026-03-02 08:30")
    wait(desk, ticket, "2026-03-03 11:00")
    desk.answer(leg, answered)
    clock = desk.clock("resolve", leg=leg)
    assert (clock.standing_original, clock.standing_current) == (standing, standing)
    assert clock.current_due == clock.original_due
    assert at("2026-03-12 16:00") <= clock.current_due <= at("2026-03-13 17:00")


def test_a_second_agency_during_a_pause_breaks_no_promise(desk: Desk) -> None:
    category = desk.session.scalars(select(Category.code).where(Category.service_class == "P10").limit(1)).one()
    ticket = desk.file("2026-03-02 08:00", category)
    desk.dispatch(ticket, "2026-03-02 08:30")
    wait(desk, ticket, "2026-03-13 11:00")
    desk.dispatch(ticket, "2026-03-18 09:00", desk.agencies()[1])
    promise = desk.clock("promise", ticket)
    assert (promise.standing_original, promise.standing_current) == ("running", "running")
