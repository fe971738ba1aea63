"""Returns, refusals, withdrawals, pauses, category changes and breaches by the rules of docs/sla.md."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries.tickets import ticket_page
from feedback_store.service import clocks, deadlines, legs, recategorising, results, tickets
from feedback_store.service.actor import BOT, Refused
from feedback_store.tables import Leg, Ticket, UserNotice
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at


def give_back(desk: Desk, leg: Leg, when: str) -> None:
    other = next(one for one in desk.agencies(5) if one.id != leg.agency_id)
    legs.return_leg(desk.session, leg_id=leg.id, reason="Thuộc đơn vị khác", proposed_agency_id=other.id,
                    actor=desk.officer(leg.agency_id), expected_version=None, now=at(when))


def hold(desk: Desk, ticket: Ticket, when: str, leg: Leg | None = None, kind: str = "citizen") -> None:
    tickets.pause(desk.session, ticket_id=ticket.id, kind=kind, reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                  expected_version=None, leg_id=leg.id if leg else None, now=at(when))


def go_on(desk: Desk, ticket: Ticket, when: str) -> None:
    tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at(when))


def test_a_return_within_the_accept_clock_leaves_no_trace_on_the_agencys_figures(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    leg = desk.dispatch(ticket, "2026-03-02 09:30")  # accept is due at 15:30
    give_back(desk, leg, "2026-03-02 15:30")
    assert desk.clock("resolve").standing_current == "left"
    assert desk.clock("accept").standing_current == "left"
    assert desk.clock("promise").standing_current == "running"
    assert ticket.state == "new"


def test_a_return_after_the_accept_clock_counts_the_leg_as_late(desk: Desk) -> None:
    leg = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:30")
    give_back(desk, leg, "2026-03-02 15:31")
    clock = desk.clock("resolve")
    assert (clock.standing_original, clock.standing_current) == ("late", "late")
    assert clock.breached_current_at == at("2026-03-02 15:31")
    assert desk.clock("accept").breached_current_at == at("2026-03-02 15:30")


def test_after_two_returns_a_supervisor_decides(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    first, second, third = desk.agencies(3)
    give_back(desk, desk.dispatch(ticket, "2026-03-02 09:10", first), "2026-03-02 09:20")
    give_back(desk, desk.dispatch(ticket, "2026-03-02 09:30", second), "2026-03-02 09:40")
    with pytest.raises(IllegalMove) as refused:
        desk.dispatch(ticket, "2026-03-02 09:50", third)
    assert refused.value.key == "tickets.supervisor_decides"
    desk.dispatch(ticket, "2026-03-02 09:50", third, SUPERVISOR)


def refuse(desk: Desk, ticket: Ticket, when: str) -> None:
    tickets.refuse(desk.session, ticket_id=ticket.id, reason="Ngoài phạm vi của tổng đài", actor=OPERATOR,
                   expected_version=None, now=at(when))


def test_a_refusal_within_the_triage_clock_leaves_the_promise_cohort_and_tells_the_reason(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    refuse(desk, ticket, "2026-03-02 10:00")
    assert (desk.clock("promise").standing_current, desk.clock("triage").standing_current) == ("left", "on_time")
    assert "Ngoài phạm vi của tổng đài" in desk.told(ticket)[-1][1]


def test_a_refusal_after_the_triage_clock_is_judged_by_its_delivery(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00", channel="telegram")
    refuse(desk, ticket, "2026-03-05 16:00")
    assert desk.clock("promise").standing_current == "running"
    tickets.refusal_delivered(desk.session, ticket_id=ticket.id, at=at("2026-03-05 17:01"))
    assert desk.clock("promise").breached_current_at == at("2026-03-05 17:00")
    assert desk.clock("triage").standing_current == "late"


def test_a_refusal_after_a_return_does_not_hide_the_promise(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    give_back(desk, desk.dispatch(ticket, "2026-03-02 09:10"), "2026-03-02 10:05")
    refuse(desk, ticket, "2026-03-02 10:30")
    assert desk.clock("promise").standing_current == "on_time"


def withdraw(desk: Desk, ticket: Ticket, when: str) -> None:
    tickets.withdraw(desk.session, ticket_id=ticket.id, reason=None, actor=BOT, now=at(when))


def test_a_withdrawn_report_leaves_every_cohort_whose_due_time_lies_after(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    leg = desk.dispatch(ticket, "2026-03-02 09:30")
    desk.answer(leg, "2026-03-03 09:00")
    withdraw(desk, ticket, "2026-03-03 09:30")
    kinds = {kind: desk.clock(kind).standing_current for kind in ("promise", "resolve", "triage", "accept")}
    assert kinds == {"promise": "left", "resolve": "left", "triage": "on_time", "accept": "late"}
    assert ticket.next_deadline_at is None


def test_a_withdrawal_after_the_due_time_does_not_undo_the_breach_even_before_the_job_saw_it(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    desk.dispatch(ticket, "2026-03-02 09:30")
    withdraw(desk, ticket, "2026-03-06 09:00")
    assert desk.clock("promise").breached_current_at == at("2026-03-05 17:00")
    assert desk.clock("resolve").standing_current == "late"


def test_a_pause_that_waits_for_the_citizen_moves_the_promise_and_other_pauses_do_not(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    desk.dispatch(ticket, "2026-03-02 09:00")
    hold(desk, ticket, "2026-03-03 07:30", kind="force_majeure")
    go_on(desk, ticket, "2026-03-03 17:00")
    assert desk.clock("promise").current_due == at("2026-03-05 17:00")
    assert desk.clock("resolve").current_due == at("2026-03-06 17:00")
    hold(desk, ticket, "2026-03-04 07:30")
    go_on(desk, ticket, "2026-03-04 17:00")
    assert desk.clock("promise").original_due == at("2026-03-06 17:00")
    assert desk.clock("promise").base_due == at("2026-03-05 17:00")


def test_a_result_given_during_a_pause_is_judged_with_the_pause(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 08:00", "tieng-on.karaoke")
    leg = desk.dispatch(ticket, "2026-03-02 08:00")  # 240 working minutes: due at 14:00
    hold(desk, ticket, "2026-03-02 09:00", leg)
    desk.answer(leg, "2026-03-02 16:00")
    clock = desk.clock("resolve")
    assert clock.standing_current == "on_time"
    assert clock.current_due == at("2026-03-03 09:30")


def test_the_job_finds_no_breach_while_a_pause_holds_the_clock(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 08:00", "tieng-on.karaoke")
    leg = desk.dispatch(ticket, "2026-03-02 08:00")
    hold(desk, ticket, "2026-03-02 09:00", leg)
    deadlines.handle_due(desk.session, now=at("2026-03-02 16:30"))
    assert desk.clock("resolve").standing_current == "running"


def test_a_pause_ends_by_itself_at_its_cap(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 08:00")
    leg = desk.dispatch(ticket, "2026-03-02 08:00")
    hold(desk, ticket, "2026-03-02 09:00", leg)
    deadlines.handle_due(desk.session, now=at("2026-03-30 09:00"))
    clock = desk.clock("resolve")
    assert clock.current_due == at("2026-03-13 15:30")  # ended on 9 March at 17:00 with 28.5 h left
    assert clock.breached_current_at == clock.current_due


def test_only_the_hotline_or_the_legs_own_agency_may_pause(desk: Desk) -> None:
    mine, other = desk.agencies(2)
    ticket = desk.file("2026-03-02 08:00")
    leg = desk.dispatch(ticket, "2026-03-02 08:00", mine)
    with pytest.raises(Refused):
        tickets.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh",
                      actor=desk.officer(other), expected_version=None, leg_id=leg.id, now=at("2026-03-02 09:00"))


def change(desk: Desk, ticket: Ticket, category: str, when: str) -> None:
    recategorising.change_category(desk.session, ticket_id=ticket.id, category_code=category,
                                   reason="Phân loại lại cho đúng", actor=OPERATOR, expected_version=None, now=at(when))


def test_a_faster_class_brings_the_promise_forward_and_a_slower_one_does_not_move_it(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    change(desk, ticket, "cap-nuoc.hoa-don", "2026-03-02 09:10")  # N7
    assert desk.clock("promise").current_due == at("2026-03-05 17:00")
    change(desk, ticket, "duong-bo.o-ga", "2026-03-02 09:20")  # H24
    assert desk.clock("promise").current_due == at("2026-03-03 09:00")


def test_a_slower_class_is_no_way_out_of_a_breach(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    desk.dispatch(ticket, "2026-03-02 09:10")
    change(desk, ticket, "cap-nuoc.hoa-don", "2026-03-05 17:01")
    assert desk.clock("resolve").breached_current_at == at("2026-03-05 17:00")


def test_several_agencies_sharing_a_case_of_ten_days_have_fifteen(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    desk.session.execute(text("UPDATE tickets SET service_class = 'P10'"))
    desk.session.execute(text("UPDATE clocks SET target_amount = 10 WHERE kind = 'promise'"))
    desk.session.expire_all()
    first = desk.dispatch(ticket, "2026-03-02 09:10", desk.agencies(2)[0])
    second = desk.dispatch(ticket, "2026-03-02 09:20", desk.agencies(2)[1])
    for leg in (first, second):
        assert desk.clock("resolve", leg=leg).original_due == at("2026-03-23 17:00")
    promise = desk.clock("promise")
    assert (promise.original_due, promise.current_due) == (at("2026-03-16 17:00"), at("2026-03-23 17:00"))
    assert "23/03/2026" in desk.told(ticket)[-1][1]


def test_a_breach_carries_its_true_instant_and_is_told_once_with_an_apology(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    desk.dispatch(ticket, "2026-03-02 09:10")
    for minutes in (0, 5, 60):
        deadlines.handle_due(desk.session, now=at("2026-03-09 08:00") + dt.timedelta(minutes=minutes))
    assert desk.clock("promise").breached_current_at == at("2026-03-05 17:00")
    assert [kind for kind, _ in desk.told(ticket)] == ["dispatched", "late"]
    assert "xin lỗi" in desk.told(ticket)[-1][1]
    assert desk.trail(ticket).count("breached") == 3  # promise, accept, resolve


def test_a_result_at_the_due_instant_is_on_time_and_a_second_later_is_late(desk: Desk) -> None:
    for when, standing in (("2026-03-05 17:00:00", "on_time"), ("2026-03-05 17:00:01", "late")):
        leg = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10")
        desk.answer(leg, when)
        assert desk.clock("resolve").standing_current == standing


def test_a_ticket_that_fails_is_put_aside_and_does_not_hold_up_the_others(desk: Desk) -> None:
    desk.by_hand = True
    bad, good = desk.file("2026-03-02 09:00"), desk.file("2026-03-02 09:01")
    desk.session.flush()
    desk.session.execute(
        text("UPDATE clocks SET target_kind = 'moons' WHERE ticket_id = :id"), {"id": bad.id}
    )
    desk.session.expire_all()
    now = at("2026-03-06 09:00")
    assert deadlines.handle_due(desk.session, now=now) == 2
    desk.session.expire_all()
    assert bad.deadline_failures == 1
    assert bad.next_deadline_at == now + deadlines.RETRY_AFTER
    assert desk.clock("promise", good).standing_current == "late"


def test_a_ticket_that_keeps_failing_is_tried_more_rarely_and_shown_to_administrators(desk: Desk) -> None:
    desk.by_hand = True
    bad = desk.file("2026-03-02 09:00")
    desk.session.flush()
    desk.session.execute(text("UPDATE clocks SET target_kind = 'moons' WHERE ticket_id = :id"), {"id": bad.id})
    desk.session.expire_all()
    now, waits = at("2026-03-06 09:00"), []
    for _ in range(5):
        assert deadlines.handle_due(desk.session, now=now) == 1
        desk.session.expire_all()
        assert bad.next_deadline_at is not None
        waits.append(int((bad.next_deadline_at - now).total_seconds() // 60))
        now = bad.next_deadline_at + dt.timedelta(seconds=1)
    assert waits == [10, 20, 40, 80, 160]
    told = desk.session.scalars(select(UserNotice).where(UserNotice.kind == "stuck")).one()
    assert (told.role, told.ticket_id) == ("administrator", bad.id)
    assert bad.code in told.text


def test_an_agency_that_accepted_may_still_return_within_the_accept_clocks_time(desk: Desk) -> None:
    leg = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:30")
    legs.accept(desk.session, leg_id=leg.id, actor=desk.officer(leg.agency_id), expected_version=None,
                now=at("2026-03-02 10:00"))
    give_back(desk, leg, "2026-03-02 15:00")
    assert desk.clock("resolve").standing_current == "left"


def test_a_report_withdrawn_at_the_due_instant_itself_was_not_late(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    withdraw(desk, ticket, "2026-03-05 17:00")
    assert desk.clock("promise").standing_current == "left"


def test_the_job_works_on_a_ticket_whose_pause_is_open(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    desk.dispatch(ticket, "2026-03-02 09:30")
    tickets.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                  expected_version=None, now=at("2026-03-02 10:00"))
    for hour in (14, 15, 16):
        deadlines.handle_due(desk.session, now=at(f"2026-03-02 {hour}:30"))
    assert ticket.deadline_failures == 0
    assert desk.trail(ticket).count("breached") == 1  # accept runs on
    tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None,
                   now=at("2026-03-02 17:00"))


def test_clocks_older_than_the_rule_are_told_in_an_event_of_their_own(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    desk.dispatch(ticket, "2026-03-02 09:30")
    desk.session.flush()
    desk.session.execute(text("UPDATE clocks SET noted_original = NULL, noted_current = NULL"))
    desk.session.execute(text("UPDATE ticket_events SET data = data - 'clocks'"))
    desk.session.expire_all()
    desk.session.info.clear()
    clocks.set_next_deadline(desk.session, ticket)
    assert desk.trail(ticket)[-1] == "clocks"
    page = ticket_page(desk.session, code=ticket.code, actor=OPERATOR)
    assert page is not None
    assert "clocks" not in {event.kind for event in page.events}


def shared(desk: Desk) -> tuple[Ticket, Leg, Leg]:
    ticket = desk.file("2026-03-02 09:00")  # three working days: Thursday 17:00
    first, second = desk.agencies(2)
    return ticket, desk.dispatch(ticket, "2026-03-02 09:30", first), desk.dispatch(ticket, "2026-03-02 10:00", second)


def test_when_the_last_awaited_agency_gives_the_case_back_the_result_that_is_out_keeps_the_promise(desk: Desk) -> None:
    ticket, one, other = shared(desk)
    desk.answer(one, "2026-03-03 09:00")
    desk.release(one, "2026-03-03 10:00")
    assert desk.clock("promise").standing_current == "running"
    give_back(desk, other, "2026-03-04 09:00")
    assert ticket.state == "released"
    promise = desk.clock("promise")
    assert (promise.standing_current, promise.stopped_at) == ("on_time", at("2026-03-03 10:00"))


def test_a_breach_found_before_the_case_was_given_back_is_taken_back_with_it(desk: Desk) -> None:
    ticket, one, other = shared(desk)
    desk.answer(one, "2026-03-03 09:00")
    desk.release(one, "2026-03-03 10:00")
    deadlines.handle_due(desk.session, now=at("2026-03-06 09:00"))
    assert desk.clock("promise").standing_current == "late"
    give_back(desk, other, "2026-03-06 10:00")
    promise = desk.clock("promise")
    assert (promise.standing_current, promise.breached_current_at) == ("on_time", None)
    assert desk.clock("resolve", leg=other).standing_current == "late"
    assert ticket.next_deadline_at is None


def test_a_result_sent_back_and_then_given_back_does_not_delay_the_promise(desk: Desk) -> None:
    _, one, other = shared(desk)
    desk.answer(one, "2026-03-03 09:00")
    desk.release(one, "2026-03-03 10:00")
    desk.answer(other, "2026-03-04 09:00")
    results.send_back(desk.session, leg_id=other.id, reason="Chưa rõ việc đã làm", actor=OPERATOR,
                      expected_version=None, now=at("2026-03-06 09:00"))  # fmt: skip
    give_back(desk, other, "2026-03-06 10:00")
    promise = desk.clock("promise")
    assert (promise.standing_current, promise.stopped_at) == ("on_time", at("2026-03-03 10:00"))
