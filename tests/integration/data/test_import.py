"""Tickets of an old system: imported whole, once, with clocks only where the dates allow a verdict."""

from __future__ import annotations

import datetime as dt
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, text

from feedback_store.domain.kpi import Period
from feedback_store.queries import calls_owed, figures
from feedback_store.queries.explain import explain
from feedback_store.queries.list_filters import QueueFilter
from feedback_store.queries.listing import queue
from feedback_store.service import agencies, deadlines, legs, phone_desk, results, tickets
from feedback_store.service import clocks as clocks_service
from feedback_store.service.actor import Actor
from feedback_store.service.imports import Importer
from feedback_store.store import Store
from feedback_store.tables import (
    Agency,
    Clock,
    ImportedTicket,
    Leg,
    Rating,
    Ticket,
    TicketEvent,
    UserNotice,
)
from tests.integration.data.history import CLOSED, NOW, OPEN, SOURCE, fates, load, reasons, run_id, sheet
from tests.integration.tickets.conftest import untold
from tests.sla import second_path
from vitext.dates import VIET_NAM

OPERATOR = Actor("user", user_id=1, role="operator")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIET_NAM).astimezone(dt.UTC)


def only(store: Store, table: Any) -> Any:
    with store.reading() as session:
        return session.scalars(select(table)).one()


def clocks(store: Store) -> dict[str, Clock]:
    with store.reading() as session:
        return {clock.kind: clock for clock in session.scalars(select(Clock))}


def count(store: Store, table: Any) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def settled(store: Store, now: dt.datetime) -> None:
    """What the trail says equals what is stored, also after the deadline job ran until ``now``."""
    with store.transaction() as session:
        for _ in range(50):
            if not deadlines.handle_due(session, now=now):
                break
        assert untold(session) == {}
        assert second_path.differences(session, now) == []


def test_a_finished_report_arrives_whole_and_marked(loaded_store: Store) -> None:
    done = load(loaded_store, CLOSED)
    assert fates(done) == {"new": 1}, reasons(done)
    ticket = only(loaded_store, Ticket)
    assert (ticket.is_imported, ticket.state, ticket.channel) == (True, "closed", "phone")
    assert (ticket.text, ticket.reporter_name, ticket.reporter_phone) == (
        CLOSED["text"], "Trần Thị Bưởi", "0912345678",
    )  # fmt: skip
    assert ticket.receipt_at == at("2026-03-02 09:15")
    assert ticket.next_deadline_at is None
    assert only(loaded_store, Leg).result_text == CLOSED["result"]
    assert only(loaded_store, Rating).stars == 5
    assert only(loaded_store, ImportedTicket).old_code == "HP-1"


def test_its_promise_and_its_leg_are_judged_by_the_policy_of_then(loaded_store: Store) -> None:
    load(loaded_store, CLOSED)
    found = clocks(loaded_store)
    assert set(found) == {"promise", "resolve"}
    assert found["promise"].current_due == found["resolve"].current_due == at("2026-03-05 17:00")
    assert {clock.standing_current for clock in found.values()} == {"on_time"}
    with loaded_store.reading() as session:
        march = Period.month(2026, 3)
        kept = figures.promises_kept(session, period=march, at=NOW, scope=Actor("system"))
        legs_ = figures.k1b(session, period=march, at=NOW, scope=Actor("system"))
    assert (kept.numerator, kept.denominator, legs_.numerator, legs_.denominator) == (1, 1, 1, 1)
    settled(loaded_store, NOW)


def test_the_due_time_of_the_old_system_wins_over_the_policy(loaded_store: Store) -> None:
    load(loaded_store, {**CLOSED, "due_at": "04/03/2026 15:00"})
    found = clocks(loaded_store)
    assert found["promise"].current_due == found["resolve"].current_due == at("2026-03-04 15:00")
    assert {clock.standing_current for clock in found.values()} == {"late"}
    assert found["resolve"].breached_current_at == at("2026-03-04 15:00")
    settled(loaded_store, NOW)


def test_a_due_date_without_a_time_lasts_to_the_end_of_the_day(loaded_store: Store) -> None:
    load(loaded_store, {**CLOSED, "due_at": "05/03/2026", "told_at": "05/03/2026"})
    assert clocks(loaded_store)["promise"].current_due == at("2026-03-05 23:59:59")
    assert clocks(loaded_store)["promise"].standing_current == "on_time"
    settled(loaded_store, NOW)


@pytest.mark.parametrize(
    ("changes", "judged"),
    [
        ({"told_at": ""}, {"resolve"}),
        ({"dispatched_at": ""}, {"promise"}),
        ({"answered_at": "", "dispatched_at": "", "told_at": ""}, set()),
        ({"told_at": "05/03/2026"}, {"resolve"}),  # before or after 17:00?
        ({"told_at": "04/03/2026", "answered_at": "04/03/2026"}, {"promise", "resolve"}),
        ({"received_at": "02/03/2026"}, {"promise", "resolve"}),  # the day of receipt is not counted
        ({"agency": "", "dispatched_at": "", "answered_at": ""}, set()),
    ],
)
def test_what_the_dates_do_not_decide_is_not_counted(
    loaded_store: Store, changes: dict[str, str], judged: set[str]
) -> None:
    done = load(loaded_store, {**CLOSED, **changes})
    assert fates(done) == {"new": 1}, reasons(done)
    assert set(clocks(loaded_store)) == judged
    settled(loaded_store, NOW)


def test_minutes_are_judged_only_where_the_time_of_receipt_is_known(loaded_store: Store) -> None:
    hours = {"category": "duong-bo.o-ga", "answered_at": "03/03/2026 09:30", "told_at": "03/03/2026 09:40"}
    load(loaded_store, {**CLOSED, **hours, "received_at": "02/03/2026"})
    assert set(clocks(loaded_store)) == {"resolve"}


def test_years_whose_days_off_no_calendar_knows_are_not_judged(loaded_store: Store) -> None:
    past = {key: value.replace("2026", "2012") if isinstance(value, str) else value for key, value in CLOSED.items()}
    load(loaded_store, past)
    assert clocks(loaded_store) == {}
    load(loaded_store, {**past, "old_code": "HP-9", "due_at": "05/03/2012"})
    assert set(clocks(loaded_store)) == {"promise", "resolve"}


def test_an_open_report_becomes_live_work(loaded_store: Store) -> None:
    done = load(loaded_store, OPEN)
    assert fates(done) == {"new": 1}, reasons(done)
    found = clocks(loaded_store)
    assert set(found) == {"promise", "resolve", "accept"}
    assert found["promise"].started_at == at("2026-11-18 09:00")
    assert found["promise"].current_due == at("2026-11-23 17:00")
    assert found["accept"].started_at == NOW
    leg = only(loaded_store, Leg)
    with loaded_store.transaction() as session:
        officer = Actor("user", user_id=9, role="officer", agency_id=leg.agency_id)
        legs.accept(session, leg_id=leg.id, actor=officer, expected_version=None, now=NOW)
        answered = NOW + dt.timedelta(hours=1)
        results.submit(
            session, leg_id=leg.id, text="Đã vá xong ổ gà bằng nhựa nóng sáng nay", actor=officer,
            no_evidence_reason="Trời tối, ảnh mờ", expected_version=None, now=answered,
        )  # fmt: skip
        results.release(session, leg_id=leg.id, actor=OPERATOR, expected_version=None, now=answered)
        [owed] = calls_owed.of_ticket(session, leg.ticket_id)
        phone_desk.take(session, telling_id=owed.id, actor=OPERATOR, now=answered)
        phone_desk.told(session, telling_id=owed.id, called_at=answered, actor=OPERATOR, now=answered)
    assert {clock.standing_current for clock in clocks(loaded_store).values()} == {"on_time"}
    settled(loaded_store, NOW + dt.timedelta(days=1))


@pytest.mark.parametrize("due", ["", "25/11/2026", "25/11/2026 17:00", "25/11/2026 09:30:30", "19/11/2026 10:00"])
def test_an_open_report_can_be_paused_extended_and_returned(loaded_store: Store, due: str) -> None:
    load(loaded_store, {**OPEN, "state": "Đang xử lý", "due_at": due})
    leg = only(loaded_store, Leg)
    assert leg.state == "accepted"
    ticket = only(loaded_store, Ticket)
    with loaded_store.transaction() as session:
        tickets.pause(
            session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
            expected_version=None, now=NOW,
        )  # fmt: skip
        later = NOW + dt.timedelta(hours=2)
        tickets.resume(session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=later)
        officer = Actor("user", user_id=9, role="officer", agency_id=leg.agency_id)
        other = session.scalars(select(Agency.id).where(Agency.id != leg.agency_id).limit(1)).one()
        legs.return_leg(
            session, leg_id=leg.id, reason="Không đúng thẩm quyền", proposed_agency_id=other, actor=officer,
            expected_version=None, now=later,
        )  # fmt: skip
    assert clocks(loaded_store)["resolve"].standing_current == "late"  # it was accepted long ago
    settled(loaded_store, NOW + dt.timedelta(days=9))


def test_an_overdue_report_warns_once_a_ticket_and_not_for_the_past(loaded_store: Store) -> None:
    done = load(loaded_store, {**OPEN, "received_at": "02/03/2026 09:00", "dispatched_at": "02/03/2026 10:00",
                               "state": "Đang xử lý"})  # fmt: skip
    assert done.figures["overdue"] == 1
    assert {clock.breached_current_at for clock in clocks(loaded_store).values()} == {at("2026-03-05 17:00")}
    with loaded_store.transaction() as session:
        deadlines.handle_due(session, now=NOW + dt.timedelta(hours=5))
        assert session.scalars(select(TicketEvent).where(TicketEvent.kind == "warned")).all() == []
        for _ in range(5):
            deadlines.handle_due(session, now=at("2026-11-25 08:00"))  # 24 November is a day off
        warned = session.scalars(select(TicketEvent).where(TicketEvent.kind == "warned")).all()
        assert [event.data["clock"] for event in warned] == ["resolve"]
        for _ in range(5):
            deadlines.handle_due(session, now=at("2026-11-26 08:00"))
        warned = session.scalars(select(TicketEvent).where(TicketEvent.kind == "warned")).all()
        assert sorted(event.data["clock"] for event in warned) == ["promise", "resolve", "resolve"]
    settled(loaded_store, at("2026-12-01 08:00"))


def test_the_same_file_again_adds_nothing(loaded_store: Store) -> None:
    load(loaded_store, CLOSED, OPEN)
    again = load(loaded_store, CLOSED, OPEN)
    assert fates(again) == {"known": 2}
    assert count(loaded_store, Ticket) == 2
    assert fates(load(loaded_store, CLOSED, source="hệ thống khác")) == {"new": 1}


def test_the_same_row_written_another_way_is_the_same_row(loaded_store: Store) -> None:
    load(loaded_store, CLOSED)
    other = {**CLOSED, "category": "moi-truong.rac", "received_at": dt.datetime(2026, 3, 2, 9, 15, tzinfo=VIET_NAM),
             "phone": "912345678", "agency": "so-xay-dung", "state": ""}  # fmt: skip
    assert fates(load(loaded_store, other)) == {"known": 1}


def test_a_row_that_differs_from_what_came_in_before_is_reported_and_changes_nothing(loaded_store: Store) -> None:
    load(loaded_store, CLOSED)
    done = load(loaded_store, {**CLOSED, "text": "Khác hẳn", "rating": "1"})
    assert fates(done) == {"differs": 1}
    (reason,) = reasons(done)
    ticket = only(loaded_store, Ticket)
    assert ticket.code in reason
    assert "“Nội dung”, “Đánh giá”" in reason
    assert ticket.text == CLOSED["text"]


def test_a_preview_changes_nothing(loaded_store: Store) -> None:
    shown = Importer(loaded_store, sheet(CLOSED, OPEN, {**OPEN, "old_code": "HP-3", "category": "Lạ"}),
                     source=SOURCE, now=NOW).preview()  # fmt: skip
    assert fates(shown) == {"new": 2, "refused": 1}
    assert (shown.figures["promise"], shown.figures["promise_on_time"], shown.figures["open"]) == (2, 1, 1)
    assert count(loaded_store, Ticket) == 0
    assert "0912" not in str(shown.data())


def test_a_row_that_the_database_refuses_holds_up_no_other(loaded_store: Store) -> None:
    bad = {**CLOSED, "old_code": "HP-7", "lat": "20.8", "lon": "106.6"}
    with loaded_store.transaction() as session:
        session.execute(
            text("ALTER TABLE ratings ADD CONSTRAINT only_five CHECK (stars = 5)")
        )
    done = load(loaded_store, CLOSED, {**bad, "rating": "3"}, OPEN)
    assert fates(done) == {"new": 2, "refused": 1}
    assert count(loaded_store, Ticket) == count(loaded_store, ImportedTicket) == 2


def test_open_work_of_a_dissolved_agency_goes_to_its_successor(loaded_store: Store) -> None:
    with loaded_store.transaction() as session:
        query = select(Agency).where(Agency.code.in_(("so-xay-dung", "so-nnmt")))
        old, new = session.scalars(query.order_by(Agency.id))
        agencies.dissolve(
            session, agency_id=old.id, successor_id=new.id, at=at("2026-11-20 00:00"), reason="Quyết định 12/QĐ",
            actor=Actor("user", 1, "administrator"), now=at("2026-11-19 08:00"),
        )  # fmt: skip
    done = load(loaded_store, OPEN, CLOSED, {**OPEN, "old_code": "HP-8", "dispatched_at": "20/11/2026 09:00"})
    assert fates(done) == {"new": 2, "refused": 1}
    assert "đã ngừng hoạt động từ ngày 20/11/2026" in reasons(done)[0]
    with loaded_store.reading() as session:
        held = dict(session.execute(select(Ticket.state, Leg.agency_id).join(Leg, Leg.ticket_id == Ticket.id)).all())
    assert held == {"dispatched": new.id, "closed": old.id}
    settled(loaded_store, NOW + dt.timedelta(days=5))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"category": "Rác thai"}, "gần giống: Rác thải không thu gom, đổ rác bừa bãi; "),
        ({"commune": "Phường An Hưng"}, "ứng với nhiều nơi: "),
        (
            {"commune": "Phường An Biên", "received_at": "02/03/2025 09:00", "dispatched_at": "02/03/2025 10:00"},
            "ứng với nhiều nơi: Phường An Biên (11407)",
        ),
        ({"agency": "Sở Xây dụng"}, "gần giống: Sở Xây dựng Hải Phòng"),
        ({"answered_at": "01/03/2026 08:00"}, "“Ngày giờ trả lời” sớm hơn “Ngày giờ chuyển”"),
        ({"told_at": "25/12/2026 08:00"}, "ở tương lai"),
        ({"received_at": "02/03/1999"}, "trước năm 2000"),
        ({"received_at": "31/02/2026"}, "không đọc được ngày giờ"),
        ({"phone": "12345"}, "không phải số điện thoại của một người"),
        ({"rating": "6"}, "từ 1 đến 5"),
        ({"state": "Chờ phân phối"}, "phải để trống"),
        ({"state": "Từ chối"}, "cần có “Lý do từ chối”"),
        ({"text": ""}, "Nội dung: chưa có nội dung"),
        ({"lat": "20,84"}, "cả vĩ độ và kinh độ"),
        ({"due_at": "01/03/2026"}, "“Hạn xử lý” sớm hơn “Ngày giờ tiếp nhận”"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_the_reason(
    loaded_store: Store, changes: dict[str, str], said: str
) -> None:
    done = load(loaded_store, {**CLOSED, **changes})
    assert fates(done) == {"refused": 1}
    assert said in "; ".join(reasons(done))
    assert count(loaded_store, Ticket) == 0


def test_an_open_report_counted_in_hours_needs_the_time_or_a_due(loaded_store: Store) -> None:
    hours = {**OPEN, "category": "duong-bo.o-ga", "dispatched_at": "", "agency": "", "received_at": "22/11/2026"}
    assert "cần có giờ, hoặc ghi “Hạn xử lý”" in reasons(load(loaded_store, hours))[0]
    assert fates(load(loaded_store, {**hours, "due_at": "24/11/2026"})) == {"new": 1}


def test_an_old_ward_leads_to_its_successor(loaded_store: Store) -> None:
    load(loaded_store, {**CLOSED, "commune": "Phường An Dương, Quận Lê Chân"})
    assert only(loaded_store, Ticket).commune_code == "11407"


def test_refused_and_withdrawn_reports_are_kept_and_judged_by_nothing(loaded_store: Store) -> None:
    bare = {key: CLOSED[key] for key in ("received_at", "text", "category", "told_at")}
    load(
        loaded_store,
        {**bare, "old_code": "HP-4", "state": "Từ chối", "refusal_reason": "Ngoài địa bàn"},
        {**bare, "old_code": "HP-5", "state": "Đã rút"},
    )
    assert count(loaded_store, Ticket) == 2
    assert clocks(loaded_store) == {}
    settled(loaded_store, NOW)


def test_supervisors_get_one_notice_and_the_queue_finds_what_was_imported(loaded_store: Store) -> None:
    load(loaded_store, CLOSED, OPEN)
    assert "1 phản ánh còn mở, trong đó 0 đã quá hạn" in only(loaded_store, UserNotice).text
    with loaded_store.reading() as session:
        for imported, wanted in ((True, 2), (False, 0), (None, 2)):
            found = queue(session, actor=OPERATOR, filters=QueueFilter(imported=imported), at=NOW)
            assert found.total.number == wanted
        found = queue(session, actor=OPERATOR, filters=QueueFilter(search="hp-2"), at=NOW)
        assert found.total.number == 1


def test_old_levels_of_warnings_are_found_as_the_job_would_find_them(loaded_store: Store) -> None:
    dates = ["10/01/2022 09:00", "19/11/2026 14:00", "20/11/2026 16:59", "22/11/2026 10:00", "23/11/2026 08:59"]
    load(loaded_store, *({**OPEN, "old_code": f"HP-{n}", "received_at": day, "dispatched_at": day,
                          "category": "duong-bo.o-ga" if n % 2 else "moi-truong.rac", "state": "Đang xử lý"}
                         for n, day in enumerate(dates)))  # fmt: skip
    with loaded_store.reading() as session:
        for clock in session.scalars(select(Clock).where(Clock.kind == "resolve")):
            clock.warned_level, stored = 0, clock.warned_level
            assert (clocks_service.warning_levels(session, clock, NOW) or [0])[-1] == stored


STATES = ["", "Chờ phân phối", "Đã phân phối", "Đang xử lý", "Chờ duyệt", "Đã gửi kết quả", "Đã kết thúc", "Từ chối",
          "Đã rút"]
CATEGORIES = ["moi-truong.rac", "duong-bo.o-ga", "duong-bo.den-tin-hieu", "an-ninh.co-bac"]
TIMES = ("received_at", "dispatched_at", "answered_at", "told_at", "due_at")


def random_row(rng: random.Random, number: int) -> dict[str, Any]:
    """Dates in order, some left out, some without a time."""
    minutes = [rng.randrange(60 * 24 * 60) if rng.random() < 0.7 else rng.randrange(2 * 24 * 60) for _ in range(4)]
    if rng.random() < 0.8:
        minutes.sort()
    cells = {}
    for column, value in zip(TIMES, [*minutes, minutes[0] + rng.choice((0, 1, rng.randrange(10 * 24 * 60)))]):
        here = (at("2026-09-24 00:00") + dt.timedelta(minutes=value)).astimezone(VIET_NAM)
        shown = f"{here:%d/%m/%Y}" if rng.random() < 0.25 else f"{here:%d/%m/%Y %H:%M}"
        cells[column] = "" if column != "received_at" and rng.random() < 0.35 else shown
    state = rng.choice(STATES)
    if state in STATES[:5]:
        cells["told_at"] = ""
    if state in STATES[1:4]:
        cells["answered_at"] = ""
    return {**CLOSED, "old_code": f"R-{number}", "rating": "", "category": rng.choice(CATEGORIES), "state": state,
            "refusal_reason": "Ngoài địa bàn" if state == "Từ chối" else "", **cells}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_imported_the_second_path_finds_the_same_standings(loaded_store: Store, seed: int) -> None:
    """Rows of all states; some are refused, none is half in."""
    rng = random.Random(seed)
    done = load(loaded_store, *(random_row(rng, number) for number in range(150)))
    assert done.fates["new"] > 50
    assert count(loaded_store, Ticket) == done.fates["new"]
    settled(loaded_store, NOW)
    settled(loaded_store, NOW + dt.timedelta(days=40))


def test_two_imports_of_one_file_at_once_bring_each_row_once(loaded_store: Store) -> None:
    rows = [{**CLOSED, "old_code": f"HP-{number}"} for number in range(40)]
    importers = [Importer(loaded_store, sheet(*rows), source=SOURCE, now=NOW) for _ in range(2)]
    runs = [run_id(loaded_store) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda one, run: one.apply(run_id=run, user_id=None), importers, runs))
    assert count(loaded_store, Ticket) == 40
    assert sum(one.fates["new"] for one in done) == 40
    assert sum(one.fates["known"] for one in done) == 40


def test_explain_tells_of_an_imported_ticket(loaded_store: Store) -> None:
    load(loaded_store, {**CLOSED, "due_at": "04/03/2026"}, {**OPEN, "due_at": "25/11/2026 09:30:30"})
    with loaded_store.reading() as session:
        told = [one for ticket in session.scalars(select(Ticket)) for one in explain(session, ticket, now=NOW)]
    assert len(told) == 5
    assert all(one.used >= dt.timedelta() for one in told)
