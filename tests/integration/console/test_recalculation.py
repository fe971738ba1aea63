"""The page of recalculation: nothing happens before it was seen, and not what was seen before a change."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from feedback_store.service import calendar_edits
from feedback_store.tables import Clock, OutboundMessage, Ticket, TicketEvent, UserNotice
from tests.integration.console.calls import tell_by_phone
from tests.integration.console.conftest import Office, Person, hidden

PATH = "/tinh-lai"
PREVIEW = f"{PATH}?xem=1"
REASON = "Nghỉ bù theo Thông báo 12"


@pytest.fixture
def admin(office: Office) -> Person:
    return office.person("quan-tri", "administrator")


@pytest.fixture
def moved(office: Office, admin: Person) -> Ticket:
    """A ticket of a phone call at an agency, and a day off decided afterwards."""
    ticket = office.ticket(channel="phone")
    office.dispatch(ticket, "ubnd-xa-11383")
    for code in ("vn-office", "hotline"):
        close(office, admin, code, "2026-11-25")
    return ticket


def close(office: Office, admin: Person, code: str, day: str) -> None:
    with office.store.reading() as session:
        base = calendar_edits.newest(session, code).id
    path = f"/lich/{code}"
    done = admin.post(f"{path}/ngay", page=path, base=str(base), kind="closed", first=day, reason="Nghỉ bù bão số 9")
    assert done.status_code == 200


def dues(office: Office, kind: str) -> list[str]:
    with office.store.reading() as session:
        found = session.scalars(select(Clock.current_due).where(Clock.kind == kind).order_by(Clock.id))
        return [f"{one:%d/%m %H:%M}" for one in found]


def test_the_preview_shows_old_and_new_and_changes_nothing(office: Office, admin: Person, moved: Ticket) -> None:
    page = admin.read(PREVIEW)
    assert moved.code in page
    plain = re.sub(r"(\s*<[^>]+>\s*|\s)+", " ", page)
    assert "17:00 27/11/2026 → 17:00 30/11/2026" in plain
    assert "dời muộn hơn khi người dân đã được báo; hạn gốc giữ nguyên" in plain
    assert "1 phản ánh được tính lại" in plain
    assert dues(office, "resolve") == ["27/11 10:00"]
    assert moved.code not in admin.read(f"{PREVIEW}&nhom=H24")
    assert "Điện lực" not in admin.read(f"{PREVIEW}&lich=hotline")


def test_the_act_needs_a_reason_moves_the_due_times_and_is_listed(office: Office, admin: Person, moved: Ticket) -> None:
    digest = hidden(admin.read(PREVIEW), "digest")
    without = admin.post(PATH, page=PREVIEW, digest=digest, reason="bù", lich="", nhom="")
    assert without.status_code == 409
    assert 'name="reason" value="bù"' in without.text
    done = admin.post(PATH, page=PREVIEW, digest=digest, reason=REASON, lich="", nhom="")
    assert "Đã tính lại 1 phản ánh (2 thời hạn)." in done.text
    assert REASON in done.text
    assert "1 phản ánh, 2 thời hạn" in done.text
    assert dues(office, "resolve") == ["30/11 10:00"]
    assert dues(office, "promise") == ["27/11 10:00"], "nobody has called the citizen yet"
    with office.store.reading() as session:
        assert len(session.scalars(select(UserNotice.id).where(UserNotice.kind == "recalculated")).all()) == 1
        event = session.scalars(select(TicketEvent).where(TicketEvent.kind == "recalculated")).one()
        assert (event.reason, event.actor_kind) == (REASON, "user")
    again = admin.post(PATH, page=PREVIEW, digest=digest, reason=REASON, lich="", nhom="")
    assert again.status_code == 409
    assert dues(office, "resolve") == ["30/11 10:00"]


def test_the_operator_calls_the_citizen_and_the_later_promise_holds(
    office: Office, admin: Person, moved: Ticket
) -> None:
    digest = hidden(admin.read(PREVIEW), "digest")
    admin.post(PATH, page=PREVIEW, digest=digest, reason=REASON, lich="", nhom="")
    operator, path = office.person("tong-dai", "operator"), f"/phan-anh/{moved.code}"
    page = operator.read(path)
    assert "Hẹn với người dân được tính lại" in page
    assert "Tính lại thời hạn" in page
    assert "Báo lĩnh vực, hạn mới qua điện thoại: chưa báo" in page
    tell_by_phone(operator, part="khong-so")  # the number is known elsewhere
    assert "Hẹn với người dân được tính lại" not in operator.read(path)
    assert dues(office, "promise") == ["30/11 10:00"]
    officer = office.person("can-bo", "officer", "ubnd-xa-11383")
    assert "qua điện thoại" not in officer.read(path)


def test_what_changed_since_the_preview_shows_a_new_one_with_the_reason_still_there(
    office: Office, admin: Person, moved: Ticket
) -> None:
    digest = hidden(admin.read(PREVIEW), "digest")
    close(office, admin, "vn-office", "2026-11-26")
    answer = admin.post(PATH, page=PREVIEW, digest=digest, reason=REASON, lich="", nhom="")
    assert answer.status_code == 409
    assert "Có thay đổi từ lúc anh/chị xem trước" in answer.text
    assert f'name="reason" value="{REASON}"' in answer.text
    assert dues(office, "resolve") == ["27/11 10:00"]
    assert hidden(answer.text, "digest") != digest
    admin.post(PATH, page=PREVIEW, digest=hidden(answer.text, "digest"), reason=REASON, lich="", nhom="")
    assert dues(office, "resolve") == ["01/12 10:00"]


def test_the_list_is_downloaded_as_a_table(office: Office, admin: Person, moved: Ticket) -> None:
    answer = admin.get("/tinh-lai/danh-sach.xlsx")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)  # type: ignore[union-attr]
    assert rows[0][:3] == ("Mã phản ánh", "Thời hạn", "Đơn vị")
    told = {row[1]: row for row in rows[1:]}
    assert set(told) == {"Hẹn với người dân", "Xử lý"}
    assert told["Xử lý"][0] == moved.code
    assert [f"{one:%H:%M %d/%m}" for one in told["Xử lý"][3:7]] == [  # type: ignore[union-attr]
        "17:00 27/11", "17:00 30/11", "17:00 27/11", "17:00 30/11",
    ]  # fmt: skip


def test_with_nothing_to_do_the_page_says_so(office: Office, admin: Person) -> None:
    office.ticket()
    page = admin.read(PREVIEW)
    assert "Không có thời hạn nào của phản ánh đang xử lý thay đổi" in page
    assert "Chưa có lần tính lại nào" in page
    assert 'name="digest"' not in page


def test_others_see_the_preview_and_cannot_act(office: Office, admin: Person, moved: Ticket) -> None:
    digest = hidden(admin.read(PREVIEW), "digest")
    for role in ("supervisor", "manager"):
        person = office.person(f"nguoi-{role}", role)
        page = person.read(PREVIEW)
        assert moved.code in page
        assert 'name="digest"' not in page
        assert person.post(PATH, page="/thong-bao", digest=digest, reason=REASON).status_code == 404
    assert dues(office, "resolve") == ["27/11 10:00"]
    with office.store.reading() as session:
        assert session.scalars(select(OutboundMessage.id)).all() == []
