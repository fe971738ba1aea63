"""The two lists of calls, worked through by somebody who sees them for the first time."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from httpx import Response

from console.words import when
from feedback_store.service import callbacks, tickets
from feedback_store.tables import CalendarVersion, Ticket
from feedback_store.texts import render
from tests.integration.console.calls import card, first, send
from tests.integration.console.conftest import Office, Person
from tests.integration.console.test_owed import OPERATOR, PHONE, released
from tests.integration.tickets.conftest import Desk, at
from vitext.dates import VIET_NAM

TAKE = render("phone_desk.take")
LISTS = ("/goi-bao", "/goi-lai")


def one_on_each_list(office: Office) -> None:
    released(office)
    with office.store.transaction() as session:
        callbacks.create(
            session, conversation_id=Desk(session).conversation(), event_id=None, phone=PHONE,
            good_time="sau 14 giờ", topic=None, now=office.now,
        )  # fmt: skip


def take(person: Person, path: str) -> Response:
    return person.post(f"{path}/{first(person, path=path)}/nhan", page=path)


@pytest.mark.parametrize("path", LISTS)
def test_who_takes_a_call_comes_back_at_its_card_which_says_so(office: Office, path: str) -> None:
    one_on_each_list(office)
    operator = office.person("tong-dai", "operator")
    number = first(operator, path=path)
    assert f"<button>{TAKE}</button>" in card(operator.read(path), number)
    assert "Nhận cuộc gọi" not in operator.read(path)
    answer = take(operator, path)
    assert answer.url.fragment == f"goi-{number}"
    shown = card(answer.text, number)
    assert render("phone_desk.taken_now") in shown
    assert f'href="tel:{PHONE}"' in shown
    assert "Người tong-dai nhận gọi lúc 09:00" in shown
    assert answer.text.count(render("phone_desk.taken_now")) == 1


@pytest.mark.parametrize("path", LISTS)
def test_a_call_that_a_colleague_took_says_so_in_its_card(office: Office, path: str) -> None:
    one_on_each_list(office)
    operator, colleague = office.person("tong-dai", "operator"), office.person("dong-nghiep", "operator")
    number = first(operator, path=path)
    token = colleague.get(path).text  # the page that still has the button
    assert TAKE in token
    take(operator, path)
    late = take(colleague, path)
    assert late.status_code == 409
    shown = card(late.text, number)
    assert 'role="alert" tabindex="-1" autofocus' in shown
    assert "Người tong-dai nhận gọi lúc 09:00" in shown
    assert PHONE not in late.text


def test_a_call_that_left_the_list_is_said_on_top(office: Office) -> None:
    one_on_each_list(office)
    operator = office.person("tong-dai", "operator")
    number = first(operator)
    send(operator, "nhan", number)
    send(operator, "da-bao", number, called_at="2026-11-23T09:00")
    again = send(operator, "sai-so", number, reason="Nhầm số")
    assert again.status_code == 409
    assert render("phone_desk.closed") in again.text


def test_both_lists_are_counted_in_the_menu_say_their_purpose_and_name_the_other(office: Office) -> None:
    one_on_each_list(office)
    operator = office.person("tong-dai", "operator")
    names = {"/goi-bao": render("phone_desk.list"), "/goi-lai": render("phone_desk.list_asked")}
    purposes = {"/goi-bao": render("phone_desk.list_for"), "/goi-lai": render("phone_desk.list_asked_for")}
    for path, name in names.items():
        page = operator.read(path)
        assert f"<h1>{name}</h1>" in page
        assert purposes[path] in page
        main = page[page.index("<main") :]
        [other] = set(names) - {path}
        assert f'<a href="/console{other}">{names[other]}</a>' in main
        for each in names.values():
            assert f'{each} <b class="count">1</b>' in page, "one call waits on each list"
        assert "mới mới" not in page
    words = {render(f"phone_desk.part_{part}") for part in ("now", "later", "no_phone", "unreachable")}
    assert not any("gọi lại" in word.lower() for word in words), "the other list is called so"


@pytest.mark.parametrize("key", ["tellings.by_phone", "category.told"])
def test_whoever_names_the_list_uses_its_name(key: str) -> None:
    assert f"“{render('phone_desk.list')}”" in render(key)


def offered(page: str, field: str) -> str:
    found = re.search(rf'name="{field}" required value="([^"]+)"', page)
    assert found is not None, f"nothing is proposed for {field}"
    return found[1]


@pytest.mark.parametrize(
    ("now", "proposed"),
    [
        ("2026-11-23 09:00", "2026-11-23T11:00"),
        ("2026-11-23 10:00", "2026-11-23T13:30"),  # the hotline rests at noon
        ("2026-11-23 15:30", "2026-11-25T07:30"),  # the 24th is a holiday
        ("2026-11-27 16:00", "2026-11-30T07:30"),  # Friday
        ("2027-02-05 16:00", "2027-02-11T07:30"),  # Tết
    ],
)
def test_a_time_to_call_again_is_proposed_and_can_be_taken_as_it_is(office: Office, now: str, proposed: str) -> None:
    ticket, _ = released(office)
    office.now = at(now)
    operator = office.person("tong-dai", "operator")
    number = first(operator)
    page = send(operator, "nhan", number).text
    assert offered(page, "again_at") == proposed
    done = send(operator, "chua-gap", number, again_at=proposed)
    instant = dt.datetime.fromisoformat(proposed).replace(tzinfo=VIET_NAM)
    assert render("phone_desk.noted_missed", code=ticket.code, at=when(instant)) in done.text
    assert when(instant) in card(operator.read("/goi-bao?muc=hen"), number)


@pytest.mark.parametrize(
    ("act", "typed", "field"),
    [
        ("da-bao", {"called_at": ""}, "called_at"),
        ("da-bao", {"called_at": "2026-11-23T23:00"}, "called_at"),
        ("chua-gap", {"again_at": ""}, "again_at"),
        ("chua-gap", {"again_at": "2026-11-22T09:00"}, "again_at"),
        ("chua-gap", {"again_at": "2026-12-23T09:00"}, "again_at"),
        ("sai-so", {"reason": ""}, "reason"),
    ],
)
def test_a_refused_entry_says_why_beside_its_field_and_keeps_what_was_typed(
    office: Office, act: str, typed: dict[str, str], field: str
) -> None:
    one_on_each_list(office)
    operator = office.person("tong-dai", "operator")
    number = first(operator)
    send(operator, "nhan", number)
    answer = send(operator, act, number, **typed)
    assert answer.status_code == 409
    forms = re.findall(r"<form[^>]*/goi-bao.*?</form>", answer.text, re.S)
    [mine] = [form for form in forms if 'role="alert"' in form]
    assert f'name="{field}"' in mine
    assert "novalidate" in mine
    assert typed[field] in mine
    assert answer.text.count('role="alert"') == 1


def test_the_proposed_time_stays_within_the_days_that_are_allowed(office: Office) -> None:
    released(office)
    rare = {"week": {"mon": [["07:30", "11:30"]]}, "closed": ["2026-11-30"]}
    with office.store.transaction() as session:
        session.add(
            CalendarVersion(
                code="hotline", data=rare, confirmed_years=[], valid_from=office.now, created_at=office.now
            )
        )
    office.now += dt.timedelta(hours=3)
    operator = office.person("tong-dai", "operator")
    page = send(operator, "nhan", first(operator)).text
    assert offered(page, "again_at") == "2026-11-30T12:00"


def refused(office: Office) -> Ticket:
    """A rejection to be told, without a due."""
    ticket = office.ticket(channel="phone", reporter_phone=PHONE)
    with office.store.transaction() as session:
        tickets.refuse(session, ticket_id=ticket.id, reason="Ngoài địa bàn tỉnh", actor=OPERATOR,
                       expected_version=None, now=office.now)  # fmt: skip
    return ticket


def test_calls_with_a_due_stand_by_it_and_those_without_after_them(office: Office) -> None:
    without = refused(office)
    office.now += dt.timedelta(minutes=10)
    later, _ = released(office, category_code="dien-chieu-sang.den-duong")
    office.now += dt.timedelta(minutes=10)
    last, _ = released(office)
    page = office.person("tong-dai", "operator").read("/goi-bao")
    codes = re.findall(r"<h2>[^<]*<a[^>]*>(PA-[\d-]+)</a> <small>(báo chậm nhất|từ)", page)
    assert [code for code, _ in codes] == [later.code, last.code, without.code]
    assert [said for _, said in codes] == ["báo chậm nhất", "báo chậm nhất", "từ"]


def test_the_last_calls_are_named_with_caller_time_and_outcome(office: Office) -> None:
    for _ in range(3):
        released(office)
    operator = office.person("tong-dai", "operator")
    assert "Đã gọi gần đây" not in operator.read("/goi-bao")
    entries = {"da-bao": {"called_at": "2026-11-23T09:00"}, "chua-gap": {"again_at": "2026-11-23T14:00"},
               "sai-so": {"reason": "Số không có thật"}}  # fmt: skip
    for act, typed in entries.items():
        number = first(operator)
        send(operator, "nhan", number)
        send(operator, act, number, **typed)
    page = office.person("dong-nghiep", "operator").read("/goi-bao")
    done = page[page.index('id="da-goi"') :]
    shown = re.findall(r">PA-[\d-]+</a>: ([^<]+?) <small>([^<]+)</small>", done)
    by = "09:00 23/11/2026 · Người tong-dai"
    outcomes = ("phone_wrong_number", "phone_missed", "phone_told")
    assert shown == [(render(f"audit.{outcome}"), by) for outcome in outcomes]
    assert PHONE not in page


@pytest.mark.parametrize(
    ("channel", "key"), [("phone", "tellings.reason_by_phone"), ("web", "tellings.reason_by_message")]
)
def test_the_reason_of_a_rejection_says_how_the_citizen_gets_it(office: Office, channel: str, key: str) -> None:
    ticket = office.ticket(**{"channel": channel} | ({"reporter_phone": PHONE} if channel == "phone" else {}))
    if channel == "web":
        with office.store.transaction() as session:
            session.get_one(Ticket, ticket.id).conversation_id = Desk(session).conversation()
    page = office.person("tong-dai", "operator").read(f"/phan-anh/{ticket.code}")
    form = page[page.index('/tu-choi"') :]
    assert f'<label>{render(key)} <textarea name="reason" rows="2" required>' in form[: form.index("</form>")]
