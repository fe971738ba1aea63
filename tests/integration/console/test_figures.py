"""The figures page: every number leads to as many rows, empty periods say so, each role sees its own."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest

from feedback_store.service import ratings, results, tickets
from feedback_store.service.actor import Actor
from tests.integration.console.conftest import OPERATOR, Office, Person

LINK = re.compile(r'<a href="/console(/so-lieu/phieu\?[^"]+)">([\d.]+)</a>')
SECTIONS = {"dung-han": 5, "ket-qua": 5, "tiep-nhan": 5}
WATER = {"category_code": "cap-nuoc.mat-nuoc"}


def numbers(page: str) -> dict[str, int]:
    """Address → the number that is its link."""
    return {html.unescape(link): int(said.replace(".", "")) for link, said in LINK.findall(page)}


def total(page: str) -> int:
    found = re.search(r'<p role="status">([\d.]+)', page)
    assert found is not None
    return int(found[1].replace(".", ""))


@pytest.fixture
def worked(office: Office) -> Office:
    """Three reports dispatched and left, one answered, told, rated and closed, one refused; six days later."""
    for _ in range(3):
        office.dispatch(office.ticket("Mất nước từ sáng", **WATER), "cong-ty-cap-nuoc")
    leg = office.dispatch(office.ticket(), "ubnd-xa-11383")
    refused, officer = office.ticket("Gọi phá"), Actor("user", 9, "officer", office.agency("ubnd-xa-11383"))
    later = office.now + dt.timedelta(hours=2)
    common = {"expected_version": None, "now": later}
    with office.store.transaction() as session:
        results.submit(session, leg_id=leg.id, text="Đã thu gom toàn bộ rác ở ngõ 45 lúc 10 giờ.",
                       no_evidence_reason="Trời tối, ảnh chụp không rõ", actor=officer, **common)
        results.release(session, leg_id=leg.id, actor=OPERATOR, **common)
        results.mark_delivered(session, leg_id=leg.id, at=later)
        ratings.rate(session, ticket_id=leg.ticket_id, stars=5, now=later)
        tickets.close(session, ticket_id=leg.ticket_id, actor=OPERATOR, **common)
        tickets.refuse(session, ticket_id=refused.id, reason="Không có thật", ground="prank", actor=OPERATOR, **common)
        tickets.refusal_delivered(session, ticket_id=refused.id, at=later)
    office.now += dt.timedelta(days=6)
    return office


def visit(person: Person, section: str, division: str, **more: str) -> str:
    rest = "".join(f"&{key}={value}" for key, value in more.items())
    return person.read(f"/so-lieu?muc={section}&chia={division}{rest}")


@pytest.mark.parametrize("section", SECTIONS)
def test_every_number_leads_to_as_many_rows(worked: Office, section: str) -> None:
    manager = worked.person("quan-ly", "manager")
    seen = 0
    for division in ("thang", "don-vi", "linh-vuc", "nhom", "xa"):
        for link, number in numbers(visit(manager, section, division, ky="12-thang")).items():
            page = manager.read(link)
            assert total(page) == number, link
            assert page.count("<tr><td") == number, link
            seen += number
    assert seen > 20


def test_the_promise_and_the_agencies_stand_first_against_their_goal(worked: Office) -> None:
    page = re.sub(r"<[^>]+>", "", worked.person("quan-ly", "manager").read("/so-lieu"))
    assert page.index("Lời hẹn với người dân được giữ") < page.index("K1: đơn vị") < page.index("Phân phối đúng hạn")
    assert "2 trên 5 lời hẹn · mục tiêu 100 %" in page
    assert "1 trên 2 đơn vị · mục tiêu 100 %" in page
    assert "Đang quá hạn: 3 phản ánh (6 việc)" in page


def test_an_empty_period_says_so_and_shows_no_percentage(worked: Office) -> None:
    manager = worked.person("quan-ly", "manager")
    for section in SECTIONS:
        page = visit(manager, section, "thang", ky="tu-chon", tu="2025-01-01", den="2025-01-31")
        body = re.sub(r"<[^>]+>", "", page.split("Trong kỳ:")[1])
        assert "không có" in body
        assert not re.search(r"\d %(?!\D*sau)", body.split("Cách tính")[0]), section


def test_dates_that_are_no_period_are_told_and_kept(worked: Office) -> None:
    manager = worked.person("quan-ly", "manager")
    for tu, den in (("2026-12-01", "2026-11-01"), ("hôm qua", ""), ("1700-01-01", "2026-01-01")):
        page = manager.read(f"/so-lieu?ky=tu-chon&tu={tu}&den={den}")
        assert "Ngày chưa đúng" in page
        assert f'name="tu" value="{tu}"' in page


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("thang-nay", "01/11/2026 – 30/11/2026"),
        ("thang-truoc", "01/10/2026 – 31/10/2026"),
        ("quy-nay", "01/10/2026 – 31/12/2026"),
        ("nam-nay", "01/01/2026 – 31/12/2026"),
        ("12-thang", "01/12/2025 – 30/11/2026"),
        ("tu-chon&tu=2026-11-23&den=2026-11-23", "23/11/2026 – 23/11/2026"),
    ],
)
def test_periods_are_whole_local_days(worked: Office, key: str, shown: str) -> None:
    assert shown in worked.person("quan-ly", "manager").read(f"/so-lieu?ky={key}")


def test_the_standing_against_the_original_due_can_be_asked(worked: Office) -> None:
    manager = worked.person("quan-ly", "manager")
    page = manager.read("/so-lieu?han=original")
    assert "han=original&amp;" in page
    link = next(iter(numbers(page)))
    assert "so với hạn ban đầu" in manager.read(link)


@pytest.mark.parametrize("role", ["leader", "officer"])
def test_an_agency_sees_its_own_and_no_figure_of_the_hotline(worked: Office, role: str) -> None:
    leader = worked.person("nguoi-don-vi", role, "ubnd-xa-11383")
    page = leader.read("/so-lieu")
    plain = re.sub(r"<[^>]+>", "", page)
    assert "1 trên 1 phần việc" in plain
    assert "Phân phối đúng hạn" not in plain
    assert "muc=tiep-nhan" not in page
    for code in ("triage", "refusals", "first_response", "bot_alone"):
        assert leader.get(f"/so-lieu/phieu?so={code}&ky=12-thang").status_code == 404
    foreign = worked.agency("cong-ty-cap-nuoc")
    assert total(leader.read(f"/so-lieu/phieu?so=k1b&ky=12-thang&chia=don-vi&ma={foreign}")) == 0
    assert leader.read("/so-lieu?muc=tiep-nhan").count("Lời hẹn với người dân") >= 1, "falls back to what is theirs"


def test_an_unknown_figure_or_division_is_a_missing_page(worked: Office) -> None:
    manager = worked.person("quan-ly", "manager")
    for query in ("so=xx", "so=promises&chia=don-vi&ma=1", "so=k2&chia=nguoi&ma=1"):
        assert manager.get(f"/so-lieu/phieu?{query}").status_code == 404
    assert total(manager.read("/so-lieu/phieu?so=k1b&chia=don-vi&ma=abc")) == 0
    assert manager.get("/so-lieu/phieu?so=k1b&trang=99999999999").status_code in (200, 404)


def test_each_figure_says_how_it_is_worked_out(worked: Office) -> None:
    manager = worked.person("quan-ly", "manager")
    for section in SECTIONS:
        page = visit(manager, section, "thang")
        assert page.count("Cách tính") >= 5, section


def test_a_refusal_keeps_the_ground_that_the_figures_count(office: Office) -> None:
    operator = office.person("tong-dai", "operator")
    for ground in ("duplicate", "duplicate", "khong-co-trong-danh-sach"):
        path = f"/phan-anh/{office.ticket().code}"
        assert "Trùng phản ánh đã có" in operator.read(path)
        answer = operator.post(f"{path}/tu-choi", page=path, reason="Đã có phản ánh như vậy", ground=ground)
        assert answer.status_code == 200
    page = operator.read("/so-lieu?muc=tiep-nhan")
    shares = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("Từ chối theo lý do")[1]))
    assert "Trùng phản ánh đã có 66,6 % 2 / 3" in shares
    assert "Lý do khác 33,3 % 1 / 3" in shares
