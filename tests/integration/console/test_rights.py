"""No page, search, count or error shows an officer another agency's ticket; no role does another's work."""

from __future__ import annotations

import itertools
import re

import pytest

from feedback_store.service.actor import ROLES
from feedback_store.tables import Leg, Ticket
from tests.integration.console.conftest import Office, Person, jpeg

HOTLINE = {"operator", "supervisor", "administrator"}
READERS = {"administrator", "supervisor", "manager"}
PAGES = {
    "/phan-anh": set(ROLES),
    "/thong-bao": set(ROLES),
    "/tai-khoan": set(ROLES),
    "/nhap-cuoc-goi": HOTLINE,
    "/goi-lai": HOTLINE,
    "/goi-bao": HOTLINE,
    "/khan-cap": HOTLINE,
    "/khong-gui-duoc": HOTLINE,
    "/so-lieu": set(ROLES),
    "/so-lieu/phieu": set(ROLES),
    "/buoc-dau": {"administrator"},
    "/nguoi-dung": {"administrator"},
    "/nguoi-dung/tu-tep": {"administrator"},
    "/don-vi": {"administrator", "supervisor"},
    "/don-vi/1/ngung": {"administrator"},
    "/don-vi/1/nguoi-dung": {"administrator"},
    "/linh-vuc": {"administrator", "supervisor"},
    "/phan-cong": {"administrator", "supervisor"},
    "/thu-tuc": {"administrator"},
    "/lich": READERS,
    "/lich/hotline": READERS,
    "/lich/tai-ve.yaml": READERS,
    "/lich/hotline/gio": {"administrator"},
    "/thoi-han": READERS,
    "/thoi-han/tai-ve.yaml": READERS,
    "/thoi-han/sua": {"administrator"},
    "/tinh-lai": READERS,
    "/tinh-lai?xem=1": READERS,
    "/tinh-lai/danh-sach.xlsx": READERS,
}
SECRET = "Bí mật của đơn vị khác"


@pytest.fixture
def everybody(office: Office) -> dict[str, Person]:
    return {
        role: office.person(f"nguoi-{role}", role, "ubnd-xa-11383" if role in ("officer", "leader") else None)
        for role in ROLES
    }


def test_each_role_opens_its_pages_and_no_other(office: Office, everybody: dict[str, Person]) -> None:
    wrong = []
    for (path, allowed), (role, person) in itertools.product(PAGES.items(), everybody.items()):
        status = person.get(path).status_code
        if status != (200 if role in allowed else 404):
            wrong.append((role, path, status))
    assert wrong == []


@pytest.fixture
def foreign(office: Office) -> tuple[Ticket, Leg]:
    """A ticket of another agency alone."""
    ticket = office.ticket(SECRET, category_code="dien-chieu-sang.mat-dien")
    leg = office.dispatch(ticket, "dien-luc")
    with office.store.reading() as session:
        return session.get_one(Ticket, ticket.id), leg


def test_an_officer_meets_a_foreign_ticket_nowhere(office: Office, foreign: tuple[Ticket, Leg]) -> None:
    ticket, _ = foreign
    officer = office.person("canbo", "officer", "ubnd-xa-11383")
    for path in ("/phan-anh?muc=all", f"/phan-anh?tim={ticket.code}", "/phan-anh?tim=bi+mat", "/thong-bao"):
        page = officer.read(path)
        assert SECRET not in page
        assert f"/phan-anh/{ticket.code}" not in page
    assert "0 phản ánh" in officer.read("/phan-anh?tim=bi+mat")
    there, nowhere = officer.get(f"/phan-anh/{ticket.code}"), officer.get("/phan-anh/PA-482-109-375")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.text == nowhere.text, "an error must not tell that the ticket exists"


MOVES = (
    ("phan-phoi", {"agency": "1"}),
    ("tiep-nhan", {}),
    ("tra-lai", {"reason": "không đúng thẩm quyền", "proposed": "1"}),
    ("ket-qua", {"text": "Đã xử lý xong toàn bộ sự việc hôm nay", "no_evidence": "không chụp"}),
    ("duyet", {}),
    ("gui-lai", {"reason": "chưa rõ ràng"}),
    ("tu-choi", {"reason": "không thuộc phạm vi"}),
    ("dong", {}),
    ("mo-lai", {"reason": "chưa xong việc"}),
    ("tam-dung", {"reason": "chờ bổ sung", "kind": "citizen"}),
    ("tiep-tuc", {}),
    ("doi-linh-vuc", {"category": "khac.khac", "reason": "nhầm lĩnh vực"}),
    ("nguoi-phan-anh", {"reason": "gọi để hỏi thêm"}),
    ("da-xem-bo-sung", {}),
)


@pytest.mark.parametrize("role", ["officer", "leader", "manager"])
def test_a_foreign_ticket_cannot_be_moved_by_guessing_its_address(
    office: Office, foreign: tuple[Ticket, Leg], role: str
) -> None:
    ticket, leg = foreign
    person = office.person("nguoi-thu", role, "ubnd-xa-11383" if role != "manager" else None)
    for move, fields in MOVES:
        answer = person.post(
            f"/phan-anh/{ticket.code}/{move}", page="/phan-anh", version=str(ticket.version), leg=str(leg.id), **fields
        )
        assert answer.status_code in (404, 409), move
        assert role == "manager" or SECRET not in answer.text, move
        with office.store.reading() as session:
            after = session.get_one(Ticket, ticket.id)
        assert (after.state, after.version) == (ticket.state, ticket.version), move


def test_two_agencies_of_one_ticket_see_their_own_part_alone(office: Office) -> None:
    ticket = office.ticket("Cột điện nghiêng vào nhà văn hóa")
    office.dispatch(ticket, "ubnd-xa-11383")
    office.dispatch(ticket, "dien-luc")
    officer = office.person("canbo", "officer", "ubnd-xa-11383")
    page = officer.read(f"/phan-anh/{ticket.code}")
    cards = re.findall(r"<h2>([^<]*)", page)
    assert any("UBND Phường Lê Chân" in title for title in cards)
    assert not any("Điện lực" in title for title in cards)
    assert "Điện lực" not in page.split("Diễn biến")[1]


def test_contact_data_is_shown_for_a_reason_and_never_of_an_anonymous_report(office: Office) -> None:
    named = office.ticket(reporter_name="Nguyễn Văn Kín", reporter_phone="0912345678")
    hidden = office.ticket(reporter_name="Trần Thị Giấu", reporter_phone="0987654321", anonymous=True)
    for one in (named, hidden):
        office.dispatch(one, "ubnd-xa-11383")
    officer = office.person("canbo", "officer", "ubnd-xa-11383")
    operator = office.person("tongdai", "operator")
    for reader, one in itertools.product((officer, operator), (named, hidden)):
        page = reader.read(f"/phan-anh/{one.code}")
        assert "Văn Kín" not in page
        assert "Thị Giấu" not in page
        assert "0912345678" not in page
        assert "0987654321" not in page
    path = f"/phan-anh/{named.code}"
    assert officer.post(f"{path}/nguoi-phan-anh", page=path, reason="x").status_code == 409
    assert "0912345678" in officer.post(f"{path}/nguoi-phan-anh", page=path, reason="gọi hỏi vị trí").text
    path = f"/phan-anh/{hidden.code}"
    answer = officer.post(f"{path}/nguoi-phan-anh", page="/phan-anh", reason="gọi hỏi vị trí")
    assert answer.status_code == 404
    assert "0987654321" not in answer.text
    assert "0987654321" in operator.post(f"{path}/nguoi-phan-anh", page=path, reason="xác minh vụ việc").text


def test_evidence_is_for_those_who_may_see_its_ticket(office: Office) -> None:
    ticket = office.ticket()
    leg = office.dispatch(ticket, "ubnd-xa-11383")
    officer = office.person("canbo", "officer", "ubnd-xa-11383")
    stranger = office.person("nguoila", "officer", "dien-luc")
    path = f"/phan-anh/{ticket.code}"
    answer = officer.post(
        f"{path}/ket-qua", page=path, leg=str(leg.id), text="Đã thu gom toàn bộ rác ở ngõ 45 sáng nay.",
        files=[("files", ("a.jpg", jpeg(), "image/jpeg"))],
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    address = officer.read(path).split('<img src="/console')[1].split('"')[0]
    own = officer.get(address)
    assert own.status_code == 200
    assert b"noi chup bi mat" not in own.content
    assert stranger.get(address).status_code == 404
    assert office.client().get(f"/console{address}", follow_redirects=False).status_code == 303
