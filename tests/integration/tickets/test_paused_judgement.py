"""While a pause holds the promise, nothing that happens judges it by the due time from before the pause."""

from __future__ import annotations

from feedback_store.service import extensions, legs, pauses, results
from feedback_store.service.actor import Actor
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at

WHY = "Chờ người dân bổ sung ảnh"


def test_a_new_date_told_during_a_pause_breaks_no_promise_that_the_pause_holds(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 08:00", channel="telegram")
    leg = desk.dispatch(ticket, "2026-03-02 08:30")
    promise = desk.clock("promise", ticket)
    boss = Actor("user", 8, "leader", leg.agency_id)
    asked = extensions.ask(desk.session, leg_id=leg.id, amount=1, reason=WHY, actor=boss, expected_version=None,
                           now=at("2026-03-03 09:00"))
    extensions.decide(desk.session, extension_id=asked.id, grant=True, reason=None, actor=SUPERVISOR,
                      expected_version=None, now=at("2026-03-03 10:00"))
    pauses.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason=WHY, actor=OPERATOR, expected_version=None,
                 now=at("2026-03-03 11:00"))
    print(promise.current_due)
    extensions.told(desk.session, ticket_id=ticket.id, at=at("2026-03-06 09:00"))
    assert promise.standing_current == "running"


def test_a_result_delivered_during_a_pause_keeps_the_promise_that_the_pause_holds(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 08:00", channel="telegram")
    leg = desk.dispatch(ticket, "2026-03-02 08:30")
    pauses.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason=WHY, actor=OPERATOR, expected_version=None,
                 now=at("2026-03-03 11:00"))
    desk.answer(leg, "2026-03-03 16:00")
    desk.release(leg, "2026-03-03 16:30")
    results.mark_delivered(desk.session, leg_id=leg.id, at=at("2026-03-09 09:00"))
    assert desk.clock("promise", ticket).standing_current == "on_time"


def test_a_second_agency_during_a_pause_breaks_no_promise_that_the_pause_holds(desk: Desk) -> None:
    from sqlalchemy import text
    code = desk.session.scalar(text("SELECT code FROM categories WHERE service_class = 'P10' LIMIT 1"))
    ticket = desk.file("2026-03-02 08:00", code)
    desk.dispatch(ticket, "2026-03-02 08:30")
    promise = desk.clock("promise", ticket)
    pauses.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason=WHY, actor=OPERATOR, expected_version=None,
                 now=at("2026-03-13 11:00"))
    print(promise.current_due)
    legs.dispatch(desk.session, ticket_id=ticket.id, agency_id=desk.agencies()[1].id, actor=OPERATOR,
                  expected_version=None, now=at("2026-03-18 09:00"))
    assert promise.standing_current == "running"
