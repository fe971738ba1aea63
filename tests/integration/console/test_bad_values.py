"""No value in an address breaks a page: every route, every role, and what no page asks for."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from structlog.testing import capture_logs

from console import asked
from feedback_store import unforeseen
from tests.integration.console.bad_values import SEED, paths, queries, routes
from tests.integration.console.conftest import Office, Person

ROLES = ("nobody", "operator", "supervisor", "officer", "leader", "manager", "administrator")
FILES = ("application/vnd.openxmlformats", "application/yaml", "text/csv", "image/jpeg", "text/css")
EACH = 2
"""Bad values for each field and path parameter, another choice for every role."""
CASES = (
    "/phan-anh?don_vi=99999999999999999999", "/phan-anh?don_vi=%C2%B2", "/phan-anh?tu=9999-12-31&den=9999-12-31",
    "/phan-anh?tu=0001-01-01", "/phan-anh?xa=%00", "/phan-anh?linh_vuc=%00", "/don-vi?tim=%00",
    "/phan-anh.xlsx?don_vi=99999999999999999999", "/don-vi/99999999999999999999/sua", "/nhap-du-lieu/%C2%B2",
    "/phan-anh?trang=99999999999999999999", "/so-lieu/phieu?trang=nan", "/anh/khong-phai-uuid", "/phan-anh/%00",
)  # fmt: skip


def member(office: Office, role: str) -> Person:
    """A signed-in person of a role; ``nobody`` is not signed in."""
    if role == "nobody":
        return office.visitor()
    return office.person(f"thu-{role}", role, "ubnd-xa-11383" if role in ("officer", "leader") else None)


def complaint(answer: Response) -> str | None:
    """What is wrong with an answer; None for a page in Vietnamese, a file, or a way to another page."""
    if answer.status_code >= 500:
        return str(answer.status_code)
    if answer.status_code == 303:
        return None if answer.headers["location"].startswith("/console/") else "leads elsewhere"
    kind = answer.headers.get("content-type", "")
    if kind.startswith(FILES) and answer.status_code == 200:
        return None
    if not kind.startswith("text/html") or '<html lang="vi">' not in answer.text or "<h1>" not in answer.text:
        return f"no page: {kind}"
    return "a traceback" if "Traceback" in answer.text else None


def complaints(send: Callable[[str], Response], addresses: list[str]) -> list[tuple[str, str]]:
    """Every address whose answer is not as it should be."""
    wrong = []
    for address in addresses:
        said = complaint(send(address))
        if said is not None:
            wrong.append((address[:200], said))
    return wrong


@pytest.fixture
def good(office: Office) -> dict[str, str]:
    """Path parameters that lead to a page."""
    ticket = office.ticket()
    office.dispatch(ticket, "ubnd-xa-11383")
    return {"code": ticket.code, "agency_id": str(office.agency("ubnd-xa-11383")), "kind": "csv"}


@pytest.mark.parametrize("role", ROLES)
def test_no_address_breaks_a_page(office: Office, good: dict[str, str], role: str) -> None:
    person = member(office, role)
    person.client.follow_redirects = False
    chance = random.Random(f"{SEED}:{role}")
    addresses = []
    for route in routes(office.app, "GET"):
        addresses += paths(route, good, chance, EACH)
        plain = paths(route, good, chance, 0)[0]
        if role != "nobody":
            addresses += [f"{plain}?{query}" for query in chance.sample(queries(route, chance, EACH), 8)]
    assert len(addresses) > 50
    assert complaints(person.get, addresses) == []


def test_every_page_is_among_the_routes_that_are_tried(office: Office) -> None:
    tried = {route.path for route in routes(office.app, "GET")}
    assert {"/phan-anh", "/phan-anh.xlsx", "/so-lieu/phieu", "/lich/{code}", "/dang-nhap", "/phan-cong"} <= tried
    assert len(tried) > 35


@pytest.mark.parametrize("case", CASES)
def test_a_known_bad_address_is_refused_with_a_page(office: Office, case: str) -> None:
    answer = member(office, "administrator").get(case)
    assert complaint(answer) is None
    assert answer.status_code in (200, 400, 404)


def test_an_unreadable_filter_is_named_instead_of_showing_the_whole_list(office: Office) -> None:
    operator = member(office, "operator")
    for query, name in (("don_vi=²", "Đơn vị"), ("tu=hom-nay", "Từ ngày"), ("den=9999-12-31", "Đến ngày")):
        answer = operator.get(f"/phan-anh?{query}")
        assert answer.status_code == 400
        assert f"Mục “{name}”" in answer.text


@pytest.mark.parametrize("cookie", ["\xe9\xff", "đ", "%00", "=", "x" * 3000, "a\tb"])
def test_a_cookie_of_any_signs_means_not_signed_in(office: Office, cookie: str) -> None:
    client = office.client()
    for name in ("hotline_console", "hotline_told", "hotline_sign_in", "hotline_device"):
        header = f"{name}={cookie}".encode()
        for path in ("/console/phan-anh", "/console/dang-nhap"):
            answer = client.get(path, headers={b"cookie": header})
            assert answer.status_code == 200
            assert "Tên đăng nhập" in answer.text


def test_an_unforeseen_error_has_a_number_that_stands_in_the_log(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = member(office, "operator")

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("Nguyễn Văn A 0912345678")

    monkeypatch.setattr("console.pages.queue.filters_of", broken)
    with capture_logs() as lines:
        answer = operator.get("/phan-anh?tim=0912345678")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"]
    (line,) = [line for line in lines if line["event"] == "unforeseen_error"]
    assert len(line["number"]) == 8
    assert line["number"] in answer.text
    assert line["error"] == "ZeroDivisionError"
    assert line["route"] == "GET /phan-anh"
    assert any(place.startswith("console/pages/queue.py:") for place in line["where"])
    assert "0912345678" not in str(line) + answer.text


def test_a_place_in_the_log_is_ours_before_a_librarys() -> None:
    try:
        Path("\0").stat()
    except ValueError as error:
        where = unforeseen._where(error)
    assert where[-1].startswith("tests/integration/console/test_bad_values.py:")


@pytest.mark.parametrize(
    ("typed", "read"),
    [("", None), ("7", 7), (" 7 ", 7), ("007", 7), (str(2**63 - 1), 2**63 - 1)],
)
def test_whole_numbers_are_read(typed: str, read: int | None) -> None:
    assert asked.whole({"so": typed}, "so") == read


@pytest.mark.parametrize("typed", ["²", "٣", "-1", "1.0", "1_0", "1e3", str(2**63), "NaN", "0x1", "9" * 5000])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    if len(typed) <= 200:
        with pytest.raises(asked.BadValue):
            asked.whole({"so": typed}, "so")
    assert asked.whole_or_none({"so": typed}, "so") is None


@pytest.mark.parametrize("typed", ["0001-01-01", "9999-12-31", "2026-02-30", "hom nay", "2026-13-01", "-2026-01-01"])
def test_a_day_that_cannot_be_meant_is_refused(typed: str) -> None:
    with pytest.raises(asked.BadValue):
        asked.date({"ngay": typed}, "ngay")
