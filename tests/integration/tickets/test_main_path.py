"""A report from filing to rating, with its clocks, its audit trail and what the citizen is told."""

import pytest
from sqlalchemy import select

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service import deadlines, deliveries, legs, ratings, results, tickets
from feedback_store.service.actor import BOT, Actor, Refused
from feedback_store.store import Store
from feedback_store.tables import InboundEvent, Ticket, UserNotice
from tests.integration.tickets.conftest import OPERATOR, RESULT, WHY_NO_PHOTO, Desk, at


def test_a_report_goes_from_filing_to_a_rated_result(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    assert ticket.state == "new"
    assert desk.clock("promise").current_due == at("2026-03-05 17:00")
    assert desk.clock("triage").current_due == at("2026-03-02 10:15")
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    assert (ticket.state, leg.state) == ("dispatched", "dispatched")
    assert desk.clock("triage").standing_current == "on_time"
    assert desk.clock("accept").current_due == at("2026-03-02 15:45")
    assert desk.clock("resolve").current_due == at("2026-03-05 17:00")
    legs.accept(desk.session, leg_id=leg.id, actor=desk.officer(leg.agency_id), expected_version=ticket.version,
                now=at("2026-03-02 10:00"))
    assert ticket.state == "in_progress"
    desk.answer(leg, "2026-03-04 16:00")
    assert ticket.state == "answered"
    assert desk.clock("resolve").standing_current == "on_time"
    assert desk.clock("notify").current_due == at("2026-03-04 17:00")
    assert desk.clock("promise").stopped_at is None
    desk.release(leg, "2026-03-04 16:30")
    assert ticket.state == "released"
    assert desk.clock("promise").standing_current == "on_time"
    rated = ratings.rate(desk.session, ticket_id=ticket.id, stars=5, now=at("2026-03-04 18:00"))
    assert not rated.dissatisfied
    tickets.close(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at("2026-03-05 08:00"))
    assert ticket.state == "closed"
    assert ticket.next_deadline_at is None
    assert desk.trail(ticket) == ["filed", "dispatched", "accepted", "answered", "released", "rated", "closed"]
    assert [kind for kind, _ in desk.told(ticket)] == ["dispatched", "result"]
    assert "17 giờ 00, thứ Năm, ngày 05/03/2026" in desk.told(ticket)[0][1]


def test_the_same_event_files_once(loaded_store: Store) -> None:
    with loaded_store.transaction() as session:
        desk = Desk(session)
        chat = desk.conversation()
        event = InboundEvent(conversation_id=chat, channel="web", account="", event_key="1", kind="button",
                             received_at=at("2026-03-02 09:00"), attempts=0)
        session.add(event)
        session.flush()
        report = tickets.NewReport(
            text="Đèn đường hỏng", category_code="dien-chieu-sang.den-duong", channel="web", conversation_id=chat,
            filing_event_id=event.id, receipt_at=at("2026-03-02 09:00"),
        )
        first = tickets.file_report(session, report=report, actor=BOT, now=at("2026-03-02 09:00"))
        again = tickets.file_report(session, report=report, actor=BOT, now=at("2026-03-02 09:05"))
    assert first.created
    assert not again.created
    assert (again.ticket_id, again.code, again.promise_due) == (first.ticket_id, first.code, first.promise_due)


def test_filing_after_an_emergency_answer_takes_the_class_of_danger(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 22:00", "dien-chieu-sang.den-duong", danger=True)
    assert ticket.service_class == "H5"
    assert desk.clock("promise").current_due == at("2026-03-03 03:00")


def test_a_second_person_acting_on_an_older_version_is_told_and_changes_nothing(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00")
    seen = ticket.version
    desk.dispatch(ticket, "2026-03-02 09:10")
    with pytest.raises(Refused) as refused:
        tickets.refuse(desk.session, ticket_id=ticket.id, reason="Không thuộc phạm vi", actor=OPERATOR,
                       expected_version=seen, now=at("2026-03-02 09:11"))
    assert refused.value.key == "tickets.changed_meanwhile"
    assert ticket.state == "dispatched"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đã chuyển", "tickets.result_no_substance"),
        ("đã nhắc nhở", "tickets.result_no_substance"),
        ("Đã chuyển UBND phường xử lý theo thẩm quyền.", "tickets.result_no_substance"),
        ("  ", "tickets.result_empty"),
    ],
)
def test_a_result_without_substance_is_refused_and_the_clock_runs_on(desk: Desk, text: str, key: str) -> None:
    leg = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10")
    with pytest.raises(IllegalMove) as refused:
        desk.answer(leg, "2026-03-02 10:00", text)
    assert refused.value.key == key
    assert desk.clock("resolve").stopped_at is None


def test_a_result_needs_evidence_or_the_reason_why_there_is_none(desk: Desk) -> None:
    leg = desk.dispatch(desk.file("2026-03-02 09:00"), "2026-03-02 09:10")
    with pytest.raises(IllegalMove) as refused:
        results.submit(desk.session, leg_id=leg.id, text="Đội môi trường đã thu gom hết rác lúc 9 giờ.",
                       actor=desk.officer(leg.agency_id), expected_version=None, now=at("2026-03-02 10:00"))
    assert refused.value.key == "tickets.result_no_evidence"
    desk.answer(leg, "2026-03-02 10:00")
    assert leg.no_evidence_reason == WHY_NO_PHOTO


def test_a_result_sent_back_resumes_resolve_from_where_it_stopped(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:00", "tieng-on.karaoke")  # U4: 240 working minutes
    leg = desk.dispatch(ticket, "2026-03-02 09:30")
    assert desk.clock("resolve").current_due == at("2026-03-02 15:30")
    desk.answer(leg, "2026-03-02 14:30")
    results.send_back(desk.session, leg_id=leg.id, reason="Chưa rõ đã nhắc ai", actor=OPERATOR, expected_version=None,
                      now=at("2026-03-02 15:00"))
    clock = desk.clock("resolve")
    assert (clock.standing_current, clock.stopped_at) == ("running", None)
    assert clock.current_due == at("2026-03-02 16:00")
    assert ticket.state == "in_progress"
    desk.answer(leg, "2026-03-02 16:00")
    assert desk.clock("resolve").standing_current == "on_time"


def test_a_late_result_that_is_sent_back_stays_late(desk: Desk) -> None:
    leg = desk.dispatch(desk.file("2026-03-02 09:00", "tieng-on.karaoke"), "2026-03-02 09:30")
    desk.answer(leg, "2026-03-02 15:31")
    results.send_back(desk.session, leg_id=leg.id, reason="Chưa rõ đã nhắc ai", actor=OPERATOR, expected_version=None,
                      now=at("2026-03-02 16:00"))
    clock = desk.clock("resolve")
    assert (clock.standing_current, clock.breached_current_at) == ("late", at("2026-03-02 15:30"))


def test_on_telegram_the_promise_waits_for_the_proof_of_delivery(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15", channel="telegram")
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    desk.release(desk.answer(leg, "2026-03-05 16:00"), "2026-03-05 16:30")
    assert desk.clock("promise").standing_current == "running"
    deadlines.handle_due(desk.session, now=at("2026-03-05 17:01"))
    assert desk.clock("promise").standing_current == "late"
    results.mark_delivered(desk.session, leg_id=leg.id, at=at("2026-03-05 16:59"))
    clock = desk.clock("promise")
    assert (clock.standing_current, clock.breached_current_at) == ("on_time", None)  # the proof is of 16:59


def test_showing_a_result_in_the_web_chat_proves_its_delivery_and_showing_anything_else_proves_nothing(
    desk: Desk,
) -> None:
    ticket = desk.file("2026-03-02 09:15")
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    connection, chat = desk.session.connection(), ticket.conversation_id
    assert chat is not None
    seq = len(desk.told(ticket))
    shown = {"conversation_id": chat, "now": at("2026-03-02 09:50")}
    assert deliveries.acknowledge_plain(connection, seq=seq, **shown)  # type: ignore[arg-type]
    assert leg.delivered_at is None
    desk.release(desk.answer(leg, "2026-03-04 16:00"), "2026-03-04 16:30")
    shown["now"] = at("2026-03-04 16:40")
    assert not deliveries.acknowledge_plain(connection, seq=seq + 1, **shown)  # type: ignore[arg-type]
    assert leg.delivered_at is None
    assert deliveries.acknowledge(desk.session, seq=seq + 1, **shown) == 1  # type: ignore[arg-type]
    desk.session.refresh(leg)
    assert leg.delivered_at == at("2026-03-04 16:40")
    assert deliveries.acknowledge_plain(connection, seq=seq + 1, **shown)  # type: ignore[arg-type]


def test_with_several_legs_the_promise_stops_with_the_last_result(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    first, second = (desk.dispatch(ticket, "2026-03-02 09:45", agency) for agency in desk.agencies(2))
    desk.release(desk.answer(first, "2026-03-03 10:00"), "2026-03-03 10:10")
    assert desk.clock("promise").stopped_at is None
    assert ticket.state == "in_progress"
    desk.release(desk.answer(second, "2026-03-04 10:00"), "2026-03-04 10:10")
    assert desk.clock("promise").stopped_at == at("2026-03-04 10:10")
    assert ticket.state == "released"


def test_an_officer_cannot_touch_another_agencys_leg(desk: Desk) -> None:
    mine, other = desk.agencies(2)
    leg = desk.dispatch(desk.file("2026-03-02 09:15"), "2026-03-02 09:45", mine)
    for move in (legs.accept,):
        with pytest.raises(Refused):
            move(desk.session, leg_id=leg.id, actor=desk.officer(other), expected_version=None,
                 now=at("2026-03-02 10:00"))
    assert leg.state == "dispatched"


def test_reopening_keeps_the_code_and_makes_a_second_promise(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    desk.release(desk.answer(leg, "2026-03-03 10:00"), "2026-03-03 10:30")
    assert ratings.rate(desk.session, ticket_id=ticket.id, stars=1, now=at("2026-03-03 11:00")).dissatisfied
    code = ticket.code
    tickets.reopen(desk.session, ticket_id=ticket.id, reason="Rác vẫn còn y nguyên", actor=BOT, expected_version=None,
                   now=at("2026-03-06 08:00"))
    assert ticket.code == code
    assert ticket.state == "dispatched"
    promise = desk.clock("promise")
    assert (promise.round, promise.current_due) == (2, at("2026-03-11 17:00"))
    assert desk.clock("resolve").started_at == at("2026-03-06 08:00")


def test_reopening_later_than_the_policy_allows_is_refused(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.release(desk.answer(desk.dispatch(ticket, "2026-03-02 09:45"), "2026-03-03 10:00"), "2026-03-03 10:30")
    with pytest.raises(IllegalMove) as refused:
        tickets.reopen(desk.session, ticket_id=ticket.id, reason="Rác vẫn còn y nguyên", actor=BOT,
                       expected_version=None, now=at("2026-04-03 10:00"))
    assert refused.value.key == "tickets.reopen_too_late"


def test_the_last_rating_of_a_result_counts(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.release(desk.answer(desk.dispatch(ticket, "2026-03-02 09:45"), "2026-03-03 10:00"), "2026-03-03 10:30")
    ratings.rate(desk.session, ticket_id=ticket.id, stars=2, comment="Chậm", now=at("2026-03-03 11:00"))
    last = ratings.rate(desk.session, ticket_id=ticket.id, stars=4, now=at("2026-03-03 12:00"))
    counting = desk.session.execute(
        ratings.select(ratings.Rating.id, ratings.Rating.stars).where(~ratings.Rating.superseded)
    ).all()
    assert [tuple(row) for row in counting] == [(last.rating_id, 4)]


def test_an_open_ticket_cannot_be_rated_closed_or_reopened(desk: Desk) -> None:
    ticket: Ticket = desk.file("2026-03-02 09:15")
    now = at("2026-03-02 10:00")
    with pytest.raises(IllegalMove):
        ratings.rate(desk.session, ticket_id=ticket.id, stars=5, now=now)
    with pytest.raises(IllegalMove):
        tickets.close(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=now)
    with pytest.raises(IllegalMove):
        tickets.reopen(desk.session, ticket_id=ticket.id, reason="Còn nguyên đó", actor=OPERATOR,
                       expected_version=None, now=now)


def test_from_the_second_reopening_on_the_agencys_leader_answers(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    for day in (4, 6):
        desk.release(desk.answer(leg, f"2026-03-0{day} 10:00"), f"2026-03-0{day} 10:30")
        tickets.reopen(desk.session, ticket_id=ticket.id, reason="Rác vẫn còn y nguyên", actor=BOT,
                       expected_version=None, now=at(f"2026-03-0{day} 15:00"))
        leg = tickets.active_legs(desk.session, ticket.id)[-1]
    assert leg.for_leader
    for move in (lambda: desk.answer(leg, "2026-03-09 10:00"),
                 lambda: legs.accept(desk.session, leg_id=leg.id, actor=desk.officer(leg.agency_id),
                                     expected_version=None, now=at("2026-03-09 09:00"))):
        with pytest.raises(Refused) as refused:
            move()
        assert refused.value.key == "tickets.leader_answers"
    boss = Actor("user", 8, "leader", leg.agency_id)
    legs.accept(desk.session, leg_id=leg.id, actor=boss, expected_version=None, now=at("2026-03-09 09:00"))
    results.submit(desk.session, leg_id=leg.id, text=RESULT, no_evidence_reason=WHY_NO_PHOTO, actor=boss,
                   expected_version=None, now=at("2026-03-09 10:00"))
    told = desk.session.scalars(select(UserNotice).where(UserNotice.kind == "reopened_again")).all()
    assert {(one.role, one.agency_id) for one in told} == {("leader", leg.agency_id), ("supervisor", None)}
