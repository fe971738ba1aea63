"""The figures counted from the trail agree with the product's, step by step; planted errors are reported."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from feedback_store.domain.kpi import Period, Ratio
from feedback_store.service import agencies, deadlines, legs, tickets
from feedback_store.service.actor import CITIZEN, Actor
from tests.integration.sla.test_second_path import ERRORS, filled
from tests.integration.tickets.conftest import LONG_AFTER, OPERATOR, Desk, at
from tests.integration.tickets.conftest import desk as desk
from tests.sla import second_figures

NOT_A_COUNT = {
    # past its due without a stored breach a clock is counted as overdue all the same
    "a breach of a leg dropped",
    "an accept breach dropped",
    # the instant of a breach, or a due within the same day, is no count; second_path reports them
    "a breach moved by a second",
    "an original due moved by a second",
    "a current due moved by a second",
    "an extension forgotten",
}


def test_lives_of_every_fate_count_the_same_at_every_instant(desk: Desk) -> None:
    filled(desk)
    assert second_figures.figure_differences(desk.session, LONG_AFTER) == []
    found = second_figures.days(desk.session, LONG_AFTER)
    assert sum(one.every for one in found if one.kind == "resolve" and one.side == "current") == 6
    assert {one.again for one in found if one.kind == "promise"} == {False, True}


def test_each_step_of_a_life_counts_the_same(desk: Desk) -> None:
    """After every act, and again after the deadline job: nothing that waits, left or was handed over is miscounted."""
    session, (first, second, third) = desk.session, desk.agencies(3)

    def check(when: str) -> None:
        session.flush()
        for _ in range(2):
            assert second_figures.figure_differences(session, at(when)) == [], when
            deadlines.handle_due(session, now=at(when))
            session.flush()

    paused = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", first)
    gone = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", second)
    wrong = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", first)
    check("2026-03-02 12:00")
    tickets.pause(session, ticket_id=paused.ticket_id, kind="citizen", reason="Chờ người dân gửi thêm ảnh",
                  actor=OPERATOR, expected_version=None, now=at("2026-03-03 08:00"))
    legs.return_leg(session, leg_id=wrong.id, reason="Không thuộc địa bàn", proposed_agency_id=second.id,
                    actor=desk.officer(first), expected_version=None, now=at("2026-03-03 15:00"))
    check("2026-03-05 18:00")
    agencies.dissolve(session, agency_id=second.id, at=at("2026-03-04 00:00"), successor_id=third.id,
                      reason="Sáp nhập", actor=Actor("user", 4, "administrator"), now=at("2026-03-03 16:00"))
    agencies.hand_over_due(session, now=at("2026-03-06 08:00"))
    check("2026-03-06 08:00")
    assert desk.clock("resolve", leg=gone).agency_id == third.id
    tickets.resume(session, ticket_id=paused.ticket_id, actor=OPERATOR, expected_version=None,
                   now=at("2026-03-06 09:00"))
    check("2026-03-06 18:00")
    desk.release(desk.answer(paused, "2026-03-09 09:00"), "2026-03-09 09:30")
    tickets.reopen(session, ticket_id=paused.ticket_id, reason="Rác vẫn còn nguyên", actor=CITIZEN,
                   expected_version=None, now=at("2026-03-10 08:00"))
    check("2026-03-20 08:00")


@pytest.mark.parametrize("planted", sorted(ERRORS.keys() - NOT_A_COUNT))
def test_a_planted_error_changes_a_figure_and_is_reported(desk: Desk, planted: str) -> None:
    filled(desk)
    desk.by_hand = True
    done = desk.session.execute(text(ERRORS[planted]))
    assert done.rowcount == 1, "nothing was planted"  # type: ignore[attr-defined]
    assert len(second_figures.figure_differences(desk.session, LONG_AFTER)) >= 1


def test_a_leg_counted_for_another_agency_is_reported_with_both_numbers(desk: Desk) -> None:
    first, second = desk.agencies(2)
    desk.answer(desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10", first), "2026-03-03 09:00")
    desk.by_hand = True
    desk.session.execute(text("UPDATE clocks SET agency_id = :id"), {"id": second.id})
    wrong = second_figures.figure_differences(desk.session, LONG_AFTER)
    told = {(one.agency, one.stored, one.computed) for one in wrong if one.period == Period.month(2026, 3)
            or one.period.first == dt.date(2026, 3, 1)}
    assert (first.id, Ratio(0, 0), Ratio(1, 1)) in told
    assert (second.id, Ratio(1, 1), Ratio(0, 0)) in told
