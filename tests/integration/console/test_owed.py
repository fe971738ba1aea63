"""What is owed: calls to be made, the tabs of everything that waits, and one meaning of "quá hạn" everywhere."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select

from feedback_store.queries import figures
from feedback_store.service import extensions, legs, results, tellings, tickets
from feedback_store.service.actor import Actor
from feedback_store.tables import AuditEntry, Leg, Ticket
from tests.integration.console.calls import LIST, first, send, tell_by_phone
from tests.integration.console.conftest import Office, Person
from tests.integration.console.states import STATES, Life
from tests.integration.console.test_exports import sheets, table
from tests.integration.tickets.conftest import at

PHONE = "0912345678"
RESULT = "Đã thu gom toàn bộ rác ở ngõ 45 sáng nay và phun khử mùi."
NO_PHOTO = "Trời tối, ảnh không rõ"
MINE = "ubnd-xa-11383"
SUPERVISOR = Actor("user", user_id=2, role="supervisor")
OPERATOR = Actor("user", user_id=1, role="operator")


def counts(person: Person) -> dict[str, int]:
    """The tabs of the queue and their counts, as the page shows them."""
    page = person.read("/phan-anh")
    nav = page[page.index('<nav class="tabs"') :]
    found = re.findall(r"muc=(\w+)[^>]*>[^<]*<b class=\"count[^>]*>(\d+)</b>", nav[: nav.index("</nav>")])
    return {tab: int(number) for tab, number in found}


def listed(person: Person, tab: str) -> set[str]:
    page = person.read(f"/phan-anh?muc={tab}")
    return set(re.findall(r"/console/phan-anh/(PA-[\d-]+)", page))


def released(office: Office, **more: str) -> tuple[Ticket, Leg]:
    """A result of a report by telephone that nobody has told yet."""
    ticket = office.ticket(channel="phone", **{"reporter_phone": PHONE, **more})
    leg = office.dispatch(ticket, MINE)
    with office.store.transaction() as session:
        agency = Actor("user", user_id=9, role="officer", agency_id=leg.agency_id)
        results.submit(session, leg_id=leg.id, text=RESULT, no_evidence_reason=NO_PHOTO, actor=agency,
                       expected_version=None, now=office.now)  # fmt: skip
    with office.store.transaction() as session:
        results.release(session, leg_id=leg.id, actor=OPERATOR, expected_version=None, now=office.now)
    return ticket, leg


def given_back(office: Office, ticket: Ticket, agency: str, proposed: str) -> None:
    leg = office.dispatch(ticket, agency)
    with office.store.transaction() as session:
        legs.return_leg(
            session, leg_id=leg.id, reason="Không thuộc thẩm quyền", proposed_agency_id=office.agency(proposed),
            actor=Actor("user", user_id=9, role="officer", agency_id=leg.agency_id), expected_version=None,
            now=office.now,
        )  # fmt: skip


def chosen(page: str) -> str | None:
    """The agency that the form of dispatch offers."""
    select_ = page[page.index('<select name="agency"') :]
    found = re.search(r'<option value="(\d+)" selected', select_[: select_.index("</select>")])
    return found[1] if found else None


def test_the_navigation_counts_the_calls_and_only_the_taker_sees_the_number(office: Office) -> None:
    ticket, leg = released(office)
    operator, colleague = office.person("tong-dai", "operator"), office.person("dong-nghiep", "supervisor")
    assert 'Báo kết quả qua điện thoại <b class="count">1</b>' in operator.read("/phan-anh")
    page = operator.read(LIST)
    assert ticket.code in page
    assert RESULT in page
    assert PHONE not in page
    assert f"tel:{PHONE}" in send(operator, "nhan", first(operator)).text
    assert PHONE not in colleague.read(LIST)
    assert send(colleague, "nhan", first(colleague)).status_code == 409
    with office.store.reading() as session:
        shown = session.scalars(select(AuditEntry).where(AuditEntry.action == "call_phone_shown")).all()
        assert [one.subject for one in shown] == [f"ticket:{ticket.id}"]
        assert session.get_one(Leg, leg.id).delivered_at is None, "seeing the number is no call"


def test_a_call_of_the_future_is_refused_with_what_was_typed_and_a_true_one_is_kept(office: Office) -> None:
    ticket, leg = released(office)
    office.now += dt.timedelta(hours=2)
    operator = office.person("tong-dai", "operator")
    wrong = tell_by_phone(operator, called_at="2026-11-23T12:00")
    assert wrong.status_code == 409
    assert "Giờ gọi không thể ở tương lai" in wrong.text
    assert 'value="2026-11-23T12:00"' in wrong.text
    kept = send(operator, "da-bao", first(operator), called_at="2026-11-23T10:15")
    assert "Đã ghi nhận cuộc gọi báo người dân" in kept.text
    with office.store.reading() as session:
        assert session.get_one(Leg, leg.id).delivered_at == dt.datetime(2026, 11, 23, 3, 15, tzinfo=dt.UTC)
    assert "Báo kết quả qua điện thoại <b" not in operator.read("/phan-anh")
    assert "Đã gọi điện báo người dân" in operator.read(f"/phan-anh/{ticket.code}")


def test_who_was_not_reached_waits_and_a_wrong_number_stays_apart(office: Office) -> None:
    released(office)
    operator = office.person("tong-dai", "operator")
    number = first(operator)
    send(operator, "nhan", number)
    done = send(operator, "chua-gap", number, again_at="2026-11-23T14:00")
    assert "Đã ghi lần gọi chưa gặp" in done.text
    assert f'id="goi-{number}"' not in operator.read(LIST)
    assert "Đã gọi 1 lần" in operator.read(f"{LIST}?muc=hen")
    office.now += dt.timedelta(hours=5)
    operator = office.person("ca-chieu", "operator")
    send(operator, "nhan", first(operator))
    send(operator, "sai-so", number, reason="Số không có thật")
    page = operator.read(f"{LIST}?muc=khong-bao-duoc")
    assert "Số không có thật" in page
    assert f'id="goi-{number}"' in page
    [(_, rows)] = sheets(operator, "/goi-bao.xlsx").items()
    assert [row["Trạng thái"] for row in table(rows)] == ["không báo được"]
    assert PHONE not in str(rows)


def test_a_report_without_a_number_is_listed_apart(office: Office) -> None:
    ticket, _ = released(office, reporter_phone="")
    operator = office.person("tong-dai", "operator")
    assert ticket.code not in operator.read(LIST)
    assert ticket.code in operator.read(f"{LIST}?muc=khong-so")


def test_the_agency_that_the_return_named_is_offered_and_never_one_that_gave_it_back(office: Office) -> None:
    ticket = office.ticket()
    supervisor, path = office.person("truc-ca", "supervisor"), f"/phan-anh/{ticket.code}"
    given_back(office, ticket, MINE, "so-nnmt")
    assert chosen(supervisor.read(path)) == str(office.agency("so-nnmt"))
    given_back(office, ticket, "so-nnmt", MINE)
    assert chosen(supervisor.read(path)) is None, "both have refused it"


def test_a_second_return_is_the_supervisors(office: Office) -> None:
    once, twice = office.ticket(), office.ticket("Nước ngập nhà dân")
    for ticket in (once, twice):
        given_back(office, ticket, MINE, "so-nnmt")
    given_back(office, twice, "so-nnmt", "so-xay-dung")
    operator, supervisor = office.person("tong-dai", "operator"), office.person("truc-ca", "supervisor")
    assert listed(operator, "returned") == listed(supervisor, "returned") == {once.code}
    assert listed(supervisor, "returned_twice") == {twice.code}
    assert "returned_twice" not in counts(operator)


def test_each_thing_owed_has_its_tab_with_a_true_count(office: Office) -> None:
    waits, asks, added = office.ticket(), office.ticket("Đèn đường hỏng"), office.ticket("Cống nghẹt")
    leg = office.dispatch(asks, MINE)
    with office.store.transaction() as session:
        tickets.pause(session, ticket_id=waits.id, kind="citizen", reason="Chờ ảnh hiện trường", actor=OPERATOR,
                      expected_version=None, now=office.now)  # fmt: skip
        tickets.add_addition(session, ticket_id=added.id, event_id=None, text="Nay nặng hơn", actor=OPERATOR,
                             now=office.now)  # fmt: skip
        leader = Actor("user", user_id=9, role="leader", agency_id=leg.agency_id)
        extensions.ask(session, leg_id=leg.id, amount=1, reason="Chờ thiết bị về", actor=leader,
                       expected_version=None, now=office.now)  # fmt: skip
    supervisor = office.person("truc-ca", "supervisor")
    for tab, ticket in (("citizen", waits), ("extensions", asks), ("additions", added)):
        assert listed(supervisor, tab) == {ticket.code}, tab
        assert counts(supervisor)[tab] == 1, tab
    operator = office.person("tong-dai", "operator")
    assert set(counts(supervisor)) - set(counts(operator)) == {"extensions", "pauses", "returned_twice"}
    operator.post(f"/phan-anh/{added.code}/da-xem-bo-sung", page=f"/phan-anh/{added.code}")
    assert counts(operator)["additions"] == 0


def lives(office: Office) -> None:
    """Reports of every kind, looked at on Friday the 20th: late and in time, held, stopped, undecided, untold."""
    store = office.store

    def filed(when: str, text: str, channel: str = "web") -> Life:
        return Life(store).filed(when, "moi-truong.rac", text, place="Ngõ 45 Lạch Tray", channel=channel)

    for make in STATES.values():
        make(store)
    for channel in ("phone", "web"):  # released on time; told at once on the web, by telephone nobody called
        life = filed("2026-11-16 08:00", "Rác chất đống trước chợ", channel=channel)
        leg = life.dispatched("2026-11-16 08:20", MINE)
        life.accepted("2026-11-16 08:40", leg)
        life.answered("2026-11-17 09:00", leg, RESULT)
        life.released("2026-11-17 09:30", leg)
    answered = filed("2026-11-16 08:00", "Rác ven sông")  # the hotline alone is late
    leg = answered.dispatched("2026-11-16 08:20", MINE)
    answered.answered("2026-11-17 09:00", leg, RESULT)
    asked = filed("2026-11-16 08:00", "Rác trong ngõ")  # the leg waits for a decision
    leg = asked.dispatched("2026-11-16 08:20", MINE)
    asked.accepted("2026-11-16 08:40", leg)
    asked.asked_time("2026-11-18 09:00", leg, 2, "Chờ xe chuyên dụng")
    refused = filed("2026-11-13 08:00", "Rác ngoài tỉnh", channel="phone")
    refused.do("2026-11-18 09:00", tickets.refuse, ticket_id=refused.id, reason="Ngoài địa bàn tỉnh", actor=OPERATOR)
    filed("2026-11-20 07:00", "Rác mới sáng nay")  # triage alone has passed
    office.now = at("2026-11-20 14:00")


@pytest.mark.parametrize("role", ["operator", "supervisor", "administrator", "manager", "officer", "leader"])
def test_overdue_is_one_and_the_same_wherever_it_is_read(office: Office, role: str) -> None:
    lives(office)
    agency = MINE if role in ("officer", "leader") else None
    person = office.person("nguoi-xem", role, agency)
    late = listed(person, "overdue")
    every = person.read("/phan-anh?muc=all")
    red = set(re.findall(r'<tr class="late">\s*<td data-label="Mã"><a href="/console/phan-anh/(PA-[\d-]+)["?]', every))
    [(_, rows)] = sheets(person, "/phan-anh.xlsx?muc=all").items()
    [(_, tab)] = sheets(person, "/phan-anh.xlsx?muc=overdue").items()
    [(_, clocks)] = sheets(person, "/qua-han.xlsx").items()
    assert late == red
    assert late == {row["Mã"] for row in table(rows) if row["Quá hạn"] == "có"}
    assert late == {row["Mã"] for row in table(tab)}
    assert late == {row["Mã"] for row in table(clocks)}
    assert counts(person)["overdue"] == len(late)
    actor = Actor("user", user_id=99, role=role, agency_id=office.agency(agency) if agency else None)  # type: ignore[arg-type]
    with office.store.reading() as session:
        assert figures.count_overdue(session, at=office.now, scope=actor) == len(table(clocks))
        assert figures.count_overdue_tickets(session, at=office.now, scope=actor) == len(late)
    page = person.read("/so-lieu")
    assert f"Đang quá hạn: {len(late)} phản ánh ({len(table(clocks))} việc)" in page
    assert 0 < len(late) < every.count('data-label="Mã"')


def test_a_released_result_is_called_told_to_nobody_who_has_no_chat(office: Office) -> None:
    ticket = office.ticket(channel="phone", reporter_phone=PHONE)
    leg = office.dispatch(ticket, MINE)
    with office.store.transaction() as session:
        agency = Actor("user", user_id=9, role="officer", agency_id=leg.agency_id)
        results.submit(session, leg_id=leg.id, text=RESULT, no_evidence_reason=NO_PHOTO, actor=agency,
                       expected_version=None, now=office.now)  # fmt: skip
    path = f"/phan-anh/{ticket.code}"
    said = office.person("tong-dai", "operator").post(f"{path}/duyet", page=path, leg=str(leg.id)).text
    assert "Đã duyệt kết quả. Người dân chưa được báo" in said
    assert "gửi kết quả cho người dân." not in said


def test_more_time_granted_after_the_result_tells_the_citizen_nothing_and_says_so(office: Office) -> None:
    ticket = office.ticket(channel="phone", reporter_phone=PHONE)
    leg = office.dispatch(ticket, MINE)
    leader = Actor("user", user_id=9, role="leader", agency_id=leg.agency_id)
    with office.store.transaction() as session:
        asked = extensions.ask(session, leg_id=leg.id, amount=1, reason="chờ vật tư về kho", actor=leader,
                               expected_version=None, now=office.now)  # fmt: skip
        results.submit(session, leg_id=leg.id, text=RESULT, no_evidence_reason=NO_PHOTO, actor=leader,
                       expected_version=None, now=office.now)  # fmt: skip
        results.release(session, leg_id=leg.id, actor=OPERATOR, expected_version=None, now=office.now)
    office.now += dt.timedelta(minutes=5)
    with office.store.transaction() as session:
        extensions.decide(session, extension_id=asked.id, grant=True, reason=None, actor=SUPERVISOR,
                          expected_version=None, now=office.now)  # fmt: skip
        assert tellings.how_told(session, session.get_one(Ticket, ticket.id), office.now) == ""
