"""Đổi lĩnh vực: chosen, shown with both dates, confirmed."""

from __future__ import annotations

import datetime as dt

import pytest

from feedback_store.tables import Category, Ticket
from tests.integration.console.conftest import Office, Person, hidden
from vitext.dates import spoken_time

FASTER, SLOWER = "duong-bo.o-ga", "cap-nuoc.hoa-don"


@pytest.fixture
def operator(office: Office) -> Person:
    return office.person("tong-dai", "operator")


def category_of(office: Office, ticket: Ticket) -> str:
    with office.store.reading() as session:
        return session.get_one(Ticket, ticket.id).category_code


def preview(operator: Person, ticket: Ticket, category: str) -> str:
    path = f"/phan-anh/{ticket.code}"
    answer = operator.post(f"{path}/doi-linh-vuc", page=path, category=category, reason="nhầm lĩnh vực")
    assert answer.status_code == 200
    return answer.text


def confirm(operator: Person, ticket: Ticket, page: str) -> str:
    fields = {name: hidden(page, name) for name in ("csrf", "once", "version", "category", "seen", "reason")}
    return operator.client.post(f"/console/phan-anh/{ticket.code}/doi-linh-vuc", data=fields).text


def test_nothing_is_saved_before_both_dates_were_shown(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    office.dispatch(ticket, "ubnd-xa-11383")
    page = preview(operator, ticket, FASTER)
    for words in (
        "Hiện nay", "Sau khi đổi", "27/11/2026", spoken_time(office.now + dt.timedelta(days=1)), "UBND Phường Lê Chân",
        "còn ",
    ):
        assert words in page, words
    assert "đã qua" not in page
    assert category_of(office, ticket) == "moi-truong.rac"
    assert "Đã đổi lĩnh vực" in confirm(operator, ticket, page)
    assert category_of(office, ticket) == FASTER


def test_a_date_that_would_have_passed_is_warned_of_and_can_still_be_confirmed(office: Office) -> None:
    ticket = office.ticket()
    office.now = office.now.replace(day=25)
    operator = office.person("tong-dai", "operator")
    page = preview(operator, ticket, FASTER)
    assert "phản ánh trở thành quá hạn ngay khi lưu" in page
    assert "Đã đổi lĩnh vực" in confirm(operator, ticket, page)


def test_a_later_date_leaves_the_promise_and_says_so(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    page = preview(operator, ticket, SLOWER)
    assert "không đổi" in page
    assert "hạn muộn hơn không thay thế" in page


def test_dates_that_changed_since_they_were_shown_are_shown_again(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    page = preview(operator, ticket, FASTER)
    with office.store.transaction() as session:
        category = session.get_one(Category, FASTER)
        category.service_class = "N3" if category.service_class != "N3" else "N7"
    again = confirm(operator, ticket, page)
    assert "vừa thay đổi" in again
    assert category_of(office, ticket) == "moi-truong.rac"
    assert "Đã đổi lĩnh vực" in confirm(operator, ticket, again)


def test_a_choice_without_reason_is_refused_where_it_was_made(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    path = f"/phan-anh/{ticket.code}"
    refused = operator.post(f"{path}/doi-linh-vuc", page=path, category=FASTER, reason="")
    assert refused.status_code == 409
    assert f'<option value="{FASTER}" selected>' in refused.text


def test_who_has_no_chat_is_owed_a_call_that_names_the_category(office: Office, operator: Person) -> None:
    ticket = office.ticket(channel="phone", reporter_phone="0912345678")
    said = confirm(operator, ticket, preview(operator, ticket, SLOWER))
    assert "Người dân chưa được báo" in said  # true until the call was made
    page = operator.read("/goi-bao")
    assert "Báo lĩnh vực, hạn mới" in page
    with office.store.reading() as session:
        assert f"Lĩnh vực: <b>{session.get_one(Category, SLOWER).name}</b>" in page


def test_a_class_is_told_in_words_where_one_is_looked_at_or_chosen(office: Office, operator: Person) -> None:
    page = operator.read(f"/phan-anh/{office.ticket().code}")
    assert '<span class="tag">N3</span> <small>3 ngày làm việc</small>' in page
    assert "(Hạ tầng thường (24 giờ, cả ngày đêm))</option>" in page
    assert "(H24)</option>" not in page
