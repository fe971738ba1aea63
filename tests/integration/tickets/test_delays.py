"""What a citizen is told of time: a delay, a new date, a late answer; once, with the reason, and not at night."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from feedback_store.domain.apologies import waking
from feedback_store.service import deadlines, pauses, recategorising, tickets
from feedback_store.service.actor import CITIZEN
from feedback_store.tables import Category, Ticket
from tests.integration.tickets.conftest import OPERATOR, Desk, at
from vitext.dates import spoken_time

# N3, filed on a Monday: the promise is due on Thursday 2026-03-05 at 17:00.
FILED, DUE = "2026-03-02 09:00", "2026-03-05 17:00"


def work(desk: Desk, first: str, last: str, *, every: dt.timedelta = dt.timedelta(minutes=15)) -> None:
    """The deadline job from ``first`` to ``last``."""
    now = at(first)
    while now <= at(last):
        deadlines.handle_due(desk.session, now=now)
        now += every


def late(desk: Desk, ticket: Ticket) -> list[str]:
    return [text for notice, text in desk.told(ticket) if notice == "late"]


def test_a_broken_promise_is_told_once_with_an_apology_who_has_it_and_what_comes(desk: Desk) -> None:
    ticket = desk.file(FILED)
    desk.dispatch(ticket, "2026-03-02 09:30")
    work(desk, "2026-03-05 16:00", "2026-03-06 12:00")
    agency = desk.agencies(1)[0].name
    told = late(desk, ticket)
    assert len(told) == 1
    assert told[0].startswith(f"Tổng đài xin lỗi anh/chị: phản ánh {ticket.code} chưa có kết quả dù đã quá hạn")
    assert spoken_time(at(DUE)) in told[0]
    assert f"Phản ánh đang ở {agency}, chờ tiếp nhận." in told[0]
    assert "sẽ báo anh/chị ngay khi có kết quả" in told[0]


def test_it_is_told_again_every_week_while_nothing_came_and_no_more_with_the_result(desk: Desk) -> None:
    ticket = desk.file(FILED)
    leg = desk.dispatch(ticket, "2026-03-02 09:30")
    work(desk, "2026-03-05 16:00", "2026-03-20 16:00", every=dt.timedelta(hours=1))
    assert len(late(desk, ticket)) == 3  # on the 5th, the 12th and the 19th
    assert "vẫn chưa có kết quả" in late(desk, ticket)[1]
    desk.release(desk.answer(leg, "2026-03-20 16:10"), "2026-03-20 16:20")
    work(desk, "2026-03-21 08:00", "2026-04-20 08:00", every=dt.timedelta(hours=6))
    assert len(late(desk, ticket)) == 3


def test_after_a_month_of_downtime_it_is_told_once(desk: Desk) -> None:
    ticket = desk.file(FILED)
    work(desk, "2026-04-08 10:00", "2026-04-08 12:00")
    assert len(late(desk, ticket)) == 1
    assert "chờ tổng đài phân phối" in late(desk, ticket)[0]


def test_nobody_is_woken_but_for_a_case_that_runs_round_the_clock(desk: Desk) -> None:
    # Filed at 21:30, five hours round the clock: broken at 02:30.
    dangerous = desk.file("2026-03-02 21:30", "thoat-nuoc.nap-cong")
    desk.dispatch(dangerous, "2026-03-02 21:35")
    work(desk, "2026-03-03 02:00", "2026-03-03 03:00")
    assert len(late(desk, dangerous)) == 1
    ordinary = desk.file(FILED)
    work(desk, "2026-03-05 23:10", "2026-03-06 06:55")  # the worker was down when it broke
    assert late(desk, ordinary) == []
    work(desk, "2026-03-06 07:00", "2026-03-06 07:15")
    assert len(late(desk, ordinary)) == 1


@pytest.mark.parametrize(
    ("at_", "round_the_clock", "wanted"),
    [
        ("2026-03-05 17:00", False, "2026-03-05 17:00"),
        ("2026-03-05 02:00", False, "2026-03-05 07:00"),
        ("2026-03-05 07:00", False, "2026-03-05 07:00"),
        ("2026-03-05 21:00", False, "2026-03-06 07:00"),
        ("2026-03-05 20:59", False, "2026-03-05 20:59"),
        ("2026-03-05 02:00", True, "2026-03-05 02:00"),
    ],
)
def test_the_hour_of_an_apology(at_: str, round_the_clock: bool, wanted: str) -> None:
    assert waking(at(at_), round_the_clock=round_the_clock) == at(wanted)


def test_a_promise_that_waits_for_the_citizen_is_not_apologised_for(desk: Desk) -> None:
    ticket = desk.file(FILED)
    leg = desk.dispatch(ticket, "2026-03-02 09:30")
    pauses.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="chờ người dân gửi ảnh", actor=OPERATOR,
                 leg_id=None, expected_version=None, now=at("2026-03-04 09:00"))  # fmt: skip
    work(desk, "2026-03-05 16:00", "2026-03-06 16:00")
    assert late(desk, ticket) == []
    pauses.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at("2026-03-06 16:30"))
    work(desk, "2026-03-06 17:00", "2026-03-12 12:00")
    assert len(late(desk, ticket)) == 1
    assert leg.state == "dispatched"


def test_a_phone_call_and_a_withdrawn_report_get_no_apology(desk: Desk) -> None:
    call, gone = desk.file(FILED, chat=False, channel="phone"), desk.file(FILED)
    tickets.withdraw(desk.session, ticket_id=gone.id, reason=None, actor=CITIZEN, now=at("2026-03-03 09:00"))
    work(desk, "2026-03-05 16:00", "2026-03-06 12:00")
    assert desk.told(call) == []
    assert desk.told(gone) == []


def test_a_late_result_and_a_late_refusal_begin_with_an_apology(desk: Desk) -> None:
    answered, refused = desk.file(FILED), desk.file(FILED)
    leg = desk.dispatch(answered, "2026-03-02 09:30")
    desk.release(desk.answer(leg, "2026-03-06 09:00"), "2026-03-06 09:10")
    tickets.refuse(desk.session, ticket_id=refused.id, reason="không thuộc phạm vi 1022", actor=OPERATOR,
                   expected_version=None, now=at("2026-03-06 09:00"))  # fmt: skip
    for ticket in (answered, refused):
        last = desk.told(ticket)[-1][1]
        assert last.startswith("Tổng đài xin lỗi anh/chị vì"), last
        assert spoken_time(at(DUE)) in last
    assert "Lý do: không thuộc phạm vi 1022" in desk.told(refused)[-1][1]


def test_a_result_and_a_refusal_in_time_apologise_for_nothing(desk: Desk) -> None:
    answered, refused = desk.file(FILED), desk.file(FILED)
    leg = desk.dispatch(answered, "2026-03-02 09:30")
    desk.release(desk.answer(leg, "2026-03-05 09:00"), "2026-03-05 09:10")
    tickets.refuse(desk.session, ticket_id=refused.id, reason="không thuộc phạm vi 1022", actor=OPERATOR,
                   expected_version=None, now=at("2026-03-05 09:00"))  # fmt: skip
    assert "xin lỗi" not in desk.told(answered)[-1][1] + desk.told(refused)[-1][1]


def test_a_later_date_because_agencies_share_the_case_is_told_with_its_reason(desk: Desk) -> None:
    ticket = desk.file(FILED, ten_days(desk))
    first, second = desk.agencies(2)
    desk.dispatch(ticket, "2026-03-02 09:30", first)
    before = desk.clock("promise", ticket).current_due
    desk.dispatch(ticket, "2026-03-02 10:00", second)
    after = desk.clock("promise", ticket).current_due
    assert after > before
    last = desk.told(ticket)[-1][1]
    assert "cần nhiều đơn vị cùng giải quyết" in last
    assert spoken_time(after) in last
    assert "xin lỗi" in last


def test_an_earlier_date_after_a_change_of_category_is_told_with_its_reason(desk: Desk) -> None:
    ticket = desk.file(FILED)
    recategorising.change_category(desk.session, ticket_id=ticket.id, category_code="duong-bo.o-ga",
                                   reason="nhầm lĩnh vực", actor=OPERATOR, expected_version=None,
                                   now=at("2026-03-02 09:10"))  # fmt: skip
    notice, words = desk.told(ticket)[-1]
    assert notice == recategorising.NOTICE
    assert spoken_time(at("2026-03-03 09:00")) in words
    assert "Ổ gà" in words
    assert "nhầm lĩnh vực" not in words


def ten_days(desk: Desk) -> str:
    """A category of the class that several agencies may share."""
    return desk.session.scalars(select(Category.code).where(Category.service_class == "P10").limit(1)).one()
