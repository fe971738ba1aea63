"""People of an agency that ended are moved to its successor; an agency without people is said so."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import select

from feedback_store.service import agencies, officers
from feedback_store.service.actor import Actor, Refused
from feedback_store.tables import Agency, AuditEntry, User
from tests.integration.console.conftest import Office, Person

OLD, NEW = "ubnd-xa-11383", "ubnd-xa-11329"
ADMIN = Actor("user", user_id=1, role="administrator")
NOBODY = "chưa có tài khoản nào"


@pytest.fixture
def admin(office: Office) -> Person:
    return office.person("quan-tri", "administrator")


def end(office: Office, *, later: dt.timedelta = dt.timedelta()) -> int:
    """The old agency is merged into the new one, now or ``later``; gives its id."""
    with office.store.transaction() as session:
        agencies.dissolve(
            session, agency_id=office.agency(OLD), successor_id=office.agency(NEW), at=office.now + later,
            reason="Nghị quyết sáp nhập phường", actor=ADMIN, now=office.now,
        )  # fmt: skip
    return office.agency(OLD)


def agency_of(office: Office) -> dict[str, int | None]:
    with office.store.reading() as session:
        return dict(session.execute(select(User.login, User.agency_id)).all())  # type: ignore[arg-type]


def number(office: Office, login: str) -> str:
    with office.store.reading() as session:
        return str(session.scalars(select(User.id).where(User.login == login)).one())


def row(admin: Person) -> str:
    """Of the old agency in the list."""
    found = re.search(r"<td[^>]*>UBND Phường Lê Chân.*?</tr>", admin.read("/don-vi?tim=le+chan"), re.S)
    assert found is not None
    return found[0]


def test_chosen_people_are_moved_told_and_recorded_and_the_others_stay(office: Office, admin: Person) -> None:
    moved, stays = office.person("can-bo", "officer", OLD), office.account("lanh-dao", "leader", OLD)
    path = f"/don-vi/{end(office)}/nguoi-dung"
    assert stays
    assert f'href="/console{path}"' in admin.read("/don-vi")
    page = admin.read(path)
    assert "Người can-bo" in page
    assert "Người lanh-dao" in page
    answer = admin.post(path, who=[number(office, "can-bo")])
    assert "Đã chuyển 1 người dùng sang" in answer.text
    found = agency_of(office)
    assert (found["can-bo"], found["lanh-dao"]) == (office.agency(NEW), office.agency(OLD))
    assert "dang-nhap" in str(moved.get("/phan-anh").url), "the open session ended"
    moved.sign_in("can-bo", "Xe dap cu 17 mau rau")
    assert "được chuyển từ UBND Phường Lê Chân" in moved.read("/thong-bao")
    with office.store.reading() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "user_moved"))
    assert entry.data == {"from": office.agency(OLD), "to": office.agency(NEW)}
    assert "Chuyển người dùng sang đơn vị tiếp nhận" in admin.read("/nhat-ky")


def test_all_are_moved_in_one_step_but_who_was_locked(office: Office, admin: Person) -> None:
    for login in ("mot", "hai", "khoa"):
        office.account(login, "officer", OLD)
    admin.post(f"/nguoi-dung/{number(office, 'khoa')}/khoa", page="/nguoi-dung")
    path = f"/don-vi/{end(office)}/nguoi-dung"
    assert "Đã chuyển 2 người dùng" in admin.post(path, all="1").text
    found = agency_of(office)
    assert found["mot"] == found["hai"] == office.agency(NEW)
    assert found["khoa"] == office.agency(OLD)
    assert "Không còn người dùng nào" in admin.read(path)


def test_nobody_is_moved_from_an_agency_that_still_stands_nor_anybody_of_another(office: Office, admin: Person) -> None:
    office.account("mot", "officer", OLD)
    office.account("khac", "officer", "dien-luc")
    agency = end(office, later=dt.timedelta(days=3))
    path = f"/don-vi/{agency}/nguoi-dung"
    assert "Chuyển tất cả" not in admin.read(path)
    office.account("nua", "officer", OLD)
    refused = admin.client.post(
        f"/console{path}", data={"csrf": re.findall(r'name="csrf" value="([^"]*)', admin.read(path))[0], "all": "1"}
    )
    assert refused.status_code == 409
    office.now += dt.timedelta(days=3, minutes=1)
    with office.store.transaction() as session, pytest.raises(Refused, match="changed_meanwhile"):
        officers.move(session, agency_id=agency, user_ids={int(number(office, "khac"))}, actor=ADMIN, now=office.now)
    with office.store.transaction() as session, pytest.raises(Refused, match="nobody"):
        officers.move(session, agency_id=agency, user_ids=set(), actor=ADMIN, now=office.now)
    with office.store.transaction() as session, pytest.raises(Refused, match="not_allowed"):
        officers.move(session, agency_id=agency, user_ids=None, actor=Actor("user", 2, "supervisor"), now=office.now)
    assert agency_of(office)["khac"] == office.agency("dien-luc")


def test_an_agency_without_accounts_is_said_so_where_work_is_given_and_is_not_forbidden(
    office: Office, admin: Person
) -> None:
    operator, ticket = office.person("tong-dai", "operator"), office.ticket()
    path = f"/phan-anh/{ticket.code}"
    assert f"UBND Phường Lê Chân ({NOBODY})" in operator.read(path)
    assert f"UBND Phường Lê Chân ({NOBODY})" in admin.read("/phan-cong")
    tried = admin.read("/phan-cong?thu=1&thu_linh_vuc=moi-truong.rac&thu_xa=11383")
    assert re.search(rf'role="status"><b>UBND Phường Lê Chân</b> <span class="hot">{NOBODY}', tried)
    assert NOBODY in row(admin)
    done = operator.post(f"{path}/phan-phoi", page=path, agency=str(office.agency(OLD))).text
    assert "Đã phân phối phản ánh. Đơn vị UBND Phường Lê Chân chưa có tài khoản nào" in done


def test_with_an_account_nothing_is_said_until_it_is_locked(office: Office, admin: Person) -> None:
    office.account("can-bo", "officer", OLD)
    operator, ticket = office.person("tong-dai", "operator"), office.ticket()
    path = f"/phan-anh/{ticket.code}"
    assert f"UBND Phường Lê Chân ({NOBODY})" not in operator.read(path)
    assert NOBODY not in row(admin)
    admin.post(f"/nguoi-dung/{number(office, 'can-bo')}/khoa", page="/nguoi-dung")
    assert f"UBND Phường Lê Chân ({NOBODY})" in operator.read(path)
    with office.store.reading() as session:
        assert session.get_one(Agency, office.agency(OLD)).dissolved_at is None
