"""From a list to a ticket and back: tab, filter and page are kept, and the tickets beside it are one step away."""

from __future__ import annotations

import html
import re

import pytest

from tests.integration.console.conftest import Office, Person

CODE = re.compile(r'<td data-label="Mã"><a href="/console(/phan-anh/PA-[\d-]+\?[^"]*)"')
LIST = re.compile(r'<a href="/console([^"]*)">← Danh sách')


@pytest.fixture
def operator(office: Office) -> Person:
    return office.person("tong-dai", "operator")


def rows(page: str) -> list[str]:
    """Addresses of the tickets of a list."""
    return [html.unescape(one) for one in CODE.findall(page)]


def back(page: str) -> str:
    found = LIST.search(page)
    assert found is not None
    return html.unescape(found[1])


def code(address: object) -> str:
    found = re.search(r"PA-[\d-]+", str(address))
    assert found is not None, address
    return found[0]


def beside(address: str, side: str) -> str:
    path, query = address.split("?")
    return f"{path}/{side}?{query}"


def test_a_ticket_leads_back_to_the_tab_filter_and_page_it_was_opened_from(office: Office, operator: Person) -> None:
    for number in range(32):
        office.ticket(f"Rác & bụi ở ngõ {number}")
    office.ticket("Đèn hỏng", category_code="thoat-nuoc.nghet-ngap", channel="phone")
    listed = operator.read("/phan-anh?muc=new&tim=r%C3%A1c+%26+b%E1%BB%A5i&kenh=web&trang=2")
    opened = rows(listed)
    assert len(opened) == 2
    again = operator.read(back(operator.read(opened[1])))
    assert rows(again) == opened
    assert "trang 2/2" in again


def test_next_and_previous_walk_the_whole_list_over_its_pages(office: Office, operator: Person) -> None:
    for number in range(32):
        office.ticket(f"Rác ở ngõ {number}")
    every = rows(operator.read("/phan-anh?muc=new")) + rows(operator.read("/phan-anh?muc=new&trang=2"))
    here, walked = every[0], [code(every[0])]
    for _ in every[1:]:
        answer = operator.get(beside(here, "sau"))
        here = str(answer.url).partition("/console")[2]
        walked.append(code(here))
    assert walked == [code(one) for one in every]
    assert "Đã hết danh sách" in operator.get(beside(here, "sau")).text
    before = operator.get(beside(every[30], "truoc"))
    assert code(before.url) == code(every[29])
    assert "Đã hết danh sách" in operator.get(beside(every[0], "truoc")).text


def test_after_the_work_is_given_away_the_next_of_the_list_follows(office: Office, operator: Person) -> None:
    for number in range(3):
        office.ticket(f"Rác ở ngõ {number}")
    first, second, third = rows(operator.read("/phan-anh?muc=new"))
    path, query = second.split("?")
    answer = operator.post(
        f"{path}/phan-phoi?{query}", page=second, agency=str(office.agency("ubnd-xa-11383"))
    )
    assert "Đã phân phối" in answer.text
    assert str(answer.url).endswith(second)
    assert back(answer.text).startswith("/phan-anh?muc=new")
    assert code(operator.get(beside(second, "sau")).url) == code(third)
    assert code(operator.get(beside(second, "truoc")).url) == code(first)


@pytest.mark.parametrize(
    "written",
    ["https%3A%2F%2Fxau.example", "%2F%2Fxau.example", "muc%3Dla%26don_vi%3Dx%26trang%3D-1", "tim%3D%2500%26thu%3D9999",
     "%22%3E%3Cscript%3E", "javascript%3Aalert(1)"],
)  # fmt: skip
def test_a_place_written_by_hand_leads_to_the_list_alone(office: Office, operator: Person, written: str) -> None:
    ticket = office.ticket()
    page = operator.read(f"/phan-anh/{ticket.code}?ve={written}")
    assert back(page).startswith("/phan-anh?")
    assert "xau.example" not in page
    assert "<script" not in page
    answer = operator.get(f"/phan-anh/{ticket.code}/sau?ve={written}")
    assert answer.status_code in (200, 400, 422)
    assert answer.url.host == "testserver"


def test_without_a_place_the_list_opens_and_an_unknown_side_is_the_ticket(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    page = operator.read(f"/phan-anh/{ticket.code}")
    assert back(page) == "/phan-anh"
    assert "Phản ánh sau" not in page
    assert operator.get(f"/phan-anh/{ticket.code}/sau").url.path == "/console/phan-anh"
    assert operator.get(f"/phan-anh/{ticket.code}/ben?ve=muc%3Dnew").url.path == f"/console/phan-anh/{ticket.code}"
