"""The work of a day: find, dispatch, answer, release, enter calls, call back, look at figures."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from feedback_store.service import callbacks, tickets, users
from feedback_store.service.actor import CITIZEN
from feedback_store.tables import Leg, Ticket
from tests.integration.console.calls import tell_by_phone
from tests.integration.console.conftest import Office, Person, jpeg

CODE = re.compile(r"PA-\d{3}-\d{3}-\d{3}")


@pytest.fixture
def operator(office: Office) -> Person:
    return office.person("tong-dai", "operator")


def codes(page: str) -> set[str]:
    return set(re.findall(r'href="/console/phan-anh/(PA-[\d-]+)["?]', page))


def test_the_queue_is_searched_with_and_without_diacritics_by_code_and_place(office: Office, operator: Person) -> None:
    garbage = office.ticket("Rác thải tràn ra đường", place_text="ngõ 45 Lạch Tray")
    flood = office.ticket("Nước ngập đến đầu gối", category_code="thoat-nuoc.nghet-ngap", place_text="Cầu Đất")
    for words, found in (
        ("rác thải", {garbage.code}),
        ("rac thai", {garbage.code}),
        ("LACH TRAY", {garbage.code}),
        ("cau dat", {flood.code}),
        (flood.code, {flood.code}),
        (flood.code.replace("-", "").removeprefix("PA"), {flood.code}),
        ("không có đâu", set()),
        ("'); DROP TABLE tickets; --", set()),
        ("& | ! :*", {garbage.code, flood.code}),
    ):
        assert codes(operator.client.get("/console/phan-anh", params={"tim": words}).text) == found, words


def test_filters_narrow_the_queue_and_an_empty_result_says_so(office: Office, operator: Person) -> None:
    office.ticket("Rác thải tràn ra đường")
    other = office.ticket("Nước ngập", category_code="thoat-nuoc.nghet-ngap", channel="phone", commune_code="11329")
    for query in ("linh_vuc=thoat-nuoc.nghet-ngap", "xa=11329", "kenh=phone", "nhom=H24"):
        assert codes(operator.read(f"/phan-anh?muc=all&{query}")) == {other.code}, query
    assert "Không có phản ánh nào khớp" in operator.read("/phan-anh?muc=all&tu=2030-01-01")
    assert "Chưa có phản ánh nào ở mục này" in operator.read("/phan-anh?muc=answered")
    assert operator.get("/phan-anh?muc=la&kenh=x&trang=-3").status_code == 200


def test_a_dispatch_suggests_the_agency_of_the_place_with_its_reason(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    path = f"/phan-anh/{ticket.code}"
    page = operator.read(path)
    chosen = re.search(r'<option value="(\d+)" selected>([^<]+)', page)
    assert chosen is not None
    assert chosen[2] == "UBND Phường Lê Chân (chưa có tài khoản nào)"
    assert "thuộc đơn vị cấp xã tại Phường Lê Chân" in page
    assert "Đã phân phối" in operator.post(f"{path}/phan-phoi", page=path, agency=chosen[1]).text
    officer = office.person("can-bo", "officer", "ubnd-xa-11383")
    assert ticket.code in officer.read("/thong-bao")


def test_a_result_needs_substance_and_evidence_or_the_reason_why_there_is_none(office: Office) -> None:
    ticket = office.ticket()
    leg = office.dispatch(ticket, "ubnd-xa-11383")
    officer = office.person("can-bo", "officer", "ubnd-xa-11383")
    path, text = f"/phan-anh/{ticket.code}", "Sáng nay phường đã thu gom hết rác ở ngõ 45 Lạch Tray."

    def submit(**more: object) -> str:
        answer = officer.post(f"{path}/ket-qua", page=path, leg=str(leg.id), **more)
        assert answer.status_code == 409, answer.status_code
        return answer.text

    assert "Đã chuyển" in submit(text="Đã chuyển", no_evidence="không")
    assert text in submit(text=text)
    fake = submit(text=text, files=[("files", ("anh.jpg", b"<html><script>", "image/jpeg"))])
    assert "không phải là ảnh" in fake
    assert text in fake
    assert not list(office.media.rglob("*.jpg"))
    done = officer.post(
        f"{path}/ket-qua", page=path, leg=str(leg.id), text=text, files=[("files", ("a.jpg", jpeg(), "image/jpeg"))]
    )
    assert done.status_code == 200
    with office.store.reading() as session:
        assert session.get_one(Leg, leg.id).state == "answered"


def test_the_second_of_two_people_is_told_and_keeps_the_words(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    path = f"/phan-anh/{ticket.code}"
    second = office.person("nguoi-hai", "supervisor")
    seen = re.search(r'name="version" value="(\d+)"', second.read(path))
    assert seen is not None
    operator.post(f"{path}/phan-phoi", page=path, agency=str(office.agency("ubnd-xa-11383")))
    answer = second.post(
        f"{path}/tu-choi", page=path, version=seen[1], reason="Nội dung không thuộc phạm vi tiếp nhận của tổng đài"
    )
    assert answer.status_code == 409
    assert "Nội dung không thuộc phạm vi tiếp nhận của tổng đài" in answer.text
    with office.store.reading() as session:
        assert session.get_one(Ticket, ticket.id).state == "dispatched"


def test_release_by_phone_rating_and_closing(office: Office, operator: Person) -> None:
    ticket = office.ticket(channel="phone", reporter_phone="0912345678")
    leg = office.dispatch(ticket, "ubnd-xa-11383")
    officer = office.person("can-bo", "officer", "ubnd-xa-11383")
    path = f"/phan-anh/{ticket.code}"
    officer.post(
        f"{path}/ket-qua", page=path, leg=str(leg.id), text="Đã thu gom toàn bộ rác ở ngõ 45 sáng nay.",
        no_evidence="Trời tối, ảnh không rõ",
    )  # fmt: skip
    operator.post(f"{path}/duyet", page=path, leg=str(leg.id))
    page = operator.read(path)
    assert "Báo kết quả qua điện thoại: chưa báo" in page
    tell_by_phone(operator)
    assert "qua điện thoại: chưa báo" not in operator.read(path)
    operator.post(f"{path}/dong", page=path)
    with office.store.reading() as session:
        assert session.get_one(Ticket, ticket.id).state == "closed"
    assert ticket.code in operator.read("/phan-anh?muc=done")


def test_a_phone_call_becomes_a_ticket_whose_receipt_is_the_opening_of_the_form(
    office: Office, operator: Person
) -> None:
    page = operator.read("/nhap-cuoc-goi")
    opened = office.now
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    office.now += dt.timedelta(minutes=7)
    report = {"text": "Bà con báo cống tắc trước chợ", "category": "thoat-nuoc.nghet-ngap", "place": "chợ Cố Đạo"}
    empty = operator.client.post("/console/nhap-cuoc-goi", data={**fields, "text": "", "category": ""})
    assert empty.status_code == 409
    answer = operator.client.post("/console/nhap-cuoc-goi", data={**fields, **report, "phone": "0912 345 678"})
    assert answer.status_code == 200
    code = CODE.search(answer.text)
    assert code is not None
    again = operator.client.post("/console/nhap-cuoc-goi", data={**fields, **report, "phone": "0912 345 678"})
    assert code[0] in again.text, "a form sent twice files once"
    with office.store.reading() as session:
        from sqlalchemy import select

        filed = session.scalars(select(Ticket)).all()
        assert [(t.channel, t.receipt_at, t.code) for t in filed] == [("phone", opened, code[0])]


def test_a_call_back_is_taken_once_and_closed_with_its_outcome(office: Office, operator: Person) -> None:
    from feedback_store.tables import CallbackTask
    from tests.integration.tickets.conftest import Desk

    with office.store.transaction() as session:
        chat = Desk(session).conversation()
        made = callbacks.create(
            session, conversation_id=chat, event_id=None, phone="0912345678", good_time="sau 14 giờ", topic=None,
            now=office.now,
        )  # fmt: skip
    colleague = office.person("dong-nghiep", "operator")
    page = operator.read("/goi-lai")
    assert "sau 14 giờ" in page
    assert "0912345678" not in page
    action = re.search(r'action="/console(/goi-lai/\d+/nhan)"', page)
    assert action is not None
    assert "0912345678" in operator.post(action[1], page="/goi-lai").text
    assert colleague.post(action[1], page="/goi-lai").status_code == 409
    close = action[1].replace("/nhan", "/xong")
    operator.post(close, page="/goi-lai", outcome="reached", note="Đã hướng dẫn")
    with office.store.reading() as session:
        task = session.get_one(CallbackTask, made.id)
        assert (task.outcome, task.outcome_note) == ("reached", "Đã hướng dẫn")


def test_an_addition_is_marked_until_it_was_seen(office: Office, operator: Person) -> None:
    ticket = office.ticket()
    with office.store.transaction() as session:
        tickets.add_addition(
            session, ticket_id=ticket.id, event_id=None, text="Hôm nay thêm một đống nữa", actor=CITIZEN, now=office.now
        )
    path = f"/phan-anh/{ticket.code}"
    assert "có bổ sung" in operator.read("/phan-anh?muc=new")
    assert "chưa xem" in operator.read(path)
    operator.post(f"{path}/da-xem-bo-sung", page=path)
    assert "chưa xem" not in operator.read(path)


def test_an_administrator_makes_resets_and_disables_users(office: Office) -> None:
    admin = office.person("quan-tri", "administrator")
    made = admin.post("/nguoi-dung", login="canbomoi", name="Lê Thị Mới", role="officer",
                      agency=str(office.agency("dien-luc")))  # fmt: skip
    assert made.status_code == 200
    assert "canbomoi" in made.text
    assert made.headers["cache-control"] == "no-store"
    refused = admin.post("/nguoi-dung", login="canbomoi", name="Trùng tên", role="officer", agency="")
    assert refused.status_code == 409
    with office.store.reading() as session:
        found = users.find(session, "canbomoi")
        assert found is not None
        admin_id = users.find(session, "quan-tri")
        assert admin_id is not None
    admin.post(f"/nguoi-dung/{found.id}/khoa", page="/nguoi-dung")
    with office.store.reading() as session:
        assert users.find(session, "canbomoi").disabled_at is not None  # type: ignore[union-attr]
    last = admin.post(f"/nguoi-dung/{admin_id.id}/khoa", page="/nguoi-dung")
    assert last.status_code == 409, "the last administrator cannot lock everybody out"
