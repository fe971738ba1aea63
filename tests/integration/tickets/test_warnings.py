"""Whom the deadline job warns and when: each level once, in working hours, the highest after downtime (rule 11)."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from sqlalchemy import func, select

from feedback_store.queries import desk as reads
from feedback_store.service import deadlines, tickets
from feedback_store.service.sessions import CurrentUser
from feedback_store.tables import Ticket, TicketEvent, UserNotice
from tests.integration.tickets.conftest import OPERATOR, Desk, at

Warned = tuple[str, str, list[int], list[str]]


def run_until(desk: Desk, end: str) -> None:
    """The job as it runs all day: whenever something is due."""
    for _ in range(500):
        desk.session.flush()
        wake = desk.session.scalar(select(func.min(Ticket.next_deadline_at)))
        if wake is None or wake >= at(end):
            return
        deadlines.handle_due(desk.session, now=wake + dt.timedelta(seconds=1))
    raise AssertionError("the job never comes to an end")


def warned(desk: Desk, kind: str = "resolve") -> list[Warned]:
    """(local time, level, superseded, roles) of the warnings of one kind of clock."""
    desk.session.flush()
    query = select(TicketEvent).where(TicketEvent.kind == "warned").order_by(TicketEvent.id)
    found: list[Warned] = []
    for event in desk.session.scalars(query):
        assert event.data is not None
        if event.data["clock"] == kind:
            when = (event.at + dt.timedelta(hours=7)).strftime("%d %H:%M")
            found.append((when, str(event.new), event.data["superseded"], event.data["to"]))
    return found


def test_the_circle_grows_from_the_officer_to_the_manager(desk: Desk) -> None:
    desk.dispatch(desk.file("2026-03-02 07:30"), "2026-03-02 07:30")
    run_until(desk, "2026-03-11 00:00")
    assert warned(desk) == [
        ("04 07:30", "50", [], ["officer"]),
        ("05 09:00", "80", [], ["officer", "leader"]),
        ("06 07:30", "100", [], ["officer", "leader", "supervisor"]),
        ("09 07:30", "101", [], ["officer", "leader", "supervisor", "manager"]),
        ("10 07:30", "102", [], ["officer", "leader", "supervisor", "manager"]),
    ]
    assert desk.clock("resolve").breached_current_at == at("2026-03-05 17:00")  # the fact waits for no opening


def test_triage_and_promise_are_the_hotlines_own(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 07:30")
    run_until(desk, "2026-03-07 00:00")
    assert [one[3] for one in warned(desk, "triage")][:4] == [
        ["operator"], ["operator", "supervisor"], ["operator", "supervisor", "manager"],
        ["operator", "supervisor", "manager"],
    ]  # fmt: skip
    assert warned(desk, "promise") == [("06 07:30", "100", [], ["operator", "supervisor"])]
    assert [notice for notice, _ in desk.told(ticket)] == ["late"]


def test_a_clock_round_the_clock_wakes_people_at_night(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 22:00", "dien-chieu-sang.den-duong", danger=True)  # H5
    desk.dispatch(ticket, "2026-03-02 22:05")
    run_until(desk, "2026-03-04 05:00")
    assert [(when, level) for when, level, _, _ in warned(desk)] == [
        ("03 00:35", "50"), ("03 02:05", "80"), ("03 03:05", "100"), ("04 03:05", "101"),
    ]  # fmt: skip


def test_after_days_of_downtime_only_the_highest_level_is_sent(desk: Desk) -> None:
    desk.dispatch(desk.file("2026-03-02 07:30"), "2026-03-02 07:30")
    deadlines.handle_due(desk.session, now=at("2026-03-10 09:00"))
    assert [(level, lower) for _, level, lower, _ in warned(desk)] == [("102", [50, 80, 100, 101])]
    told = desk.session.scalars(select(UserNotice).where(UserNotice.kind.like("%_resolve"))).all()
    assert Counter((one.kind, one.role) for one in told) == Counter(
        {("still_resolve", role): 1 for role in ("officer", "leader", "supervisor", "manager")}
    )
    for minute in range(1, 5):
        deadlines.handle_due(desk.session, now=at("2026-03-10 09:00") + dt.timedelta(minutes=minute))
    assert len(warned(desk)) == 1
    run_until(desk, "2026-03-12 00:00")
    assert [level for _, level, _, _ in warned(desk)] == ["102", "103"]


def test_nobody_is_warned_while_a_pause_holds_the_clock_and_what_was_missed_comes_once(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 07:30")
    desk.dispatch(ticket, "2026-03-02 07:30")
    tickets.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                  expected_version=None, now=at("2026-03-03 07:30"))
    run_until(desk, "2026-03-06 10:00")
    assert warned(desk) == []
    tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None,
                   now=at("2026-03-06 10:00"))
    run_until(desk, "2026-03-12 00:00")
    assert [one[1:3] for one in warned(desk)][:1] == [("50", [])]
    assert len({level for _, level, _, _ in warned(desk)}) == len(warned(desk))


def test_a_finished_clock_warns_nobody(desk: Desk) -> None:
    leg = desk.dispatch(desk.file("2026-03-02 07:30"), "2026-03-02 07:30")
    desk.answer(leg, "2026-03-03 10:00")
    desk.release(leg, "2026-03-03 10:05")
    run_until(desk, "2026-03-20 00:00")
    assert warned(desk) == []


def test_a_warning_is_read_by_its_role_in_its_agency_alone(desk: Desk) -> None:
    mine, other = desk.agencies(2)
    desk.dispatch(desk.file("2026-03-02 07:30"), "2026-03-02 07:30", mine)
    run_until(desk, "2026-03-04 08:00")  # 50 %: the officer of one agency

    def reads_warnings(role: str, agency_id: int | None) -> bool:
        user = CurrentUser(1, "x", "x", role, agency_id, None, "csrf", False)  # type: ignore[arg-type]
        mine = select(UserNotice.id).where(reads.addressed_to(user), UserNotice.kind == "early_resolve")
        return bool(desk.session.scalars(mine).all())

    assert reads_warnings("officer", mine.id)
    assert not reads_warnings("leader", mine.id)
    assert not reads_warnings("officer", other.id)
    assert not reads_warnings("supervisor", None)
    assert not reads_warnings("administrator", None)
