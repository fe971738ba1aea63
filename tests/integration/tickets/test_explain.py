"""Why a clock is due when it is, in full (``hotline sla explain``)."""

from __future__ import annotations

import datetime as dt

from feedback_store.queries.explain import ClockTold, explain
from feedback_store.service import extensions, tickets
from feedback_store.service.actor import Actor
from feedback_store.tables import Ticket
from hotline.sla_cli import _lines
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at
from tests.integration.tickets.test_warnings import run_until


def told(desk: Desk, ticket: Ticket, when: str) -> dict[str, ClockTold]:
    desk.session.flush()
    return {one.kind: one for one in explain(desk.session, ticket, now=at(when))}


def test_everything_that_moved_a_clock_is_named(desk: Desk) -> None:
    ticket = desk.file("2026-03-05 09:15")
    leg = desk.dispatch(ticket, "2026-03-05 09:45")
    tickets.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                  expected_version=None, now=at("2026-03-06 07:30"))
    tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at("2026-03-06 17:00"))
    found = extensions.ask(desk.session, leg_id=leg.id, amount=1, reason="Chờ thiết bị về",
                           actor=Actor("user", 8, "leader", leg.agency_id), expected_version=None,
                           now=at("2026-03-09 08:00"))
    extensions.decide(desk.session, extension_id=found.id, grant=True, reason=None, actor=SUPERVISOR,
                      expected_version=None, now=at("2026-03-09 09:00"))
    run_until(desk, "2026-03-11 10:00")
    clock = told(desk, ticket, "2026-03-11 10:00")["resolve"]
    days = [(day.day, day.month) for day in clock.counted]
    assert days == [(6, 3), (9, 3), (10, 3)]
    assert [day.day for day in clock.skipped] == [7, 8]
    assert (clock.base, clock.original, clock.current) == (
        at("2026-03-10 17:00"), at("2026-03-11 17:00"), at("2026-03-12 17:00"),
    )  # fmt: skip
    assert [pause.taken for pause in clock.pauses] == [dt.timedelta(hours=7, minutes=30)]
    assert clock.used == dt.timedelta(hours=5, minutes=15) + 2 * dt.timedelta(hours=7, minutes=30) + dt.timedelta(
        hours=2, minutes=30
    )
    assert clock.left == dt.timedelta(hours=5) + dt.timedelta(hours=7, minutes=30)
    assert [(one.level, one.to) for one in clock.warnings] == [(50, ["officer"])]
    assert clock.next_warning is not None
    text = "\n".join(_lines(clock))
    for words in (
        "resolve of", "3 working days", "counted   Fri 06/03, Mon 09/03, Tue 10/03", "closed    Sat 07/03, Sun 08/03",
        "7 h 30 min (citizen: Chờ người dân gửi ảnh)", "due       Thu 12/03/2026 17:00:00",
        "base Tue 10/03/2026 17:00:00, original Wed 11/03/2026 17:00:00", "asked for 1 more", "granted",
        "22 h 45 min, 12 h 30 min left", "at level 50: officer",
    ):  # fmt: skip
        assert words in text, text


def test_an_overdue_clock_says_by_how_much_and_since_when(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    run_until(desk, "2026-03-09 09:30")
    text = "\n".join(_lines(told(desk, ticket, "2026-03-09 09:30")["resolve"]))
    assert "late, breached Thu 05/03/2026 17:00:00" in text
    assert "9 h 30 min over" in text
    assert "at level 101: officer, leader, supervisor, manager" in text


def test_an_open_pause_and_a_clock_that_left_are_said_so(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    tickets.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                  expected_version=None, now=at("2026-03-03 07:30"))
    assert "still open" in "\n".join(_lines(told(desk, ticket, "2026-03-03 09:30")["promise"]))
    other = desk.file("2026-03-02 09:15")
    tickets.refuse(desk.session, ticket_id=other.id, reason="Ngoài phạm vi", actor=OPERATOR, expected_version=None,
                   now=at("2026-03-02 09:30"))
    assert "left the figures (refused_in_triage)" in "\n".join(_lines(told(desk, other, "2026-03-02 10:00")["promise"]))
