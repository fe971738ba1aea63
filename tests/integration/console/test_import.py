"""An administrator brings in tickets of another system: upload, preview, confirmation, rows to correct."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.gateway.database import Database
from feedback_store.service import imports_runs
from feedback_store.service.actor import Actor
from feedback_store.service.imports_columns import COLUMNS, OPTIONAL, heading
from feedback_store.spreadsheets import Column, read_table, write_xlsx
from feedback_store.tables import AuditEntry, ImportRun, Ticket
from tests.integration.console.conftest import Office, Person
from tests.integration.data.history import CLOSED, OPEN, SOURCE
from worker import upkeep

PLACE = "/nhap-du-lieu"
WRONG = {**OPEN, "old_code": "HP-3", "category": "Ngập lụt nặng", "phone": "0912345678"}


def xlsx(*rows: dict[str, Any]) -> bytes:
    columns = [Column(heading(name)) for name in COLUMNS]
    return write_xlsx(columns, [[row.get(name, "") for name in COLUMNS] for row in rows], title="Phản ánh")


@pytest.fixture
def admin(person: Callable[..., Person]) -> Person:
    return person("quantri", "administrator")


def send(admin: Person, content: bytes, source: str = SOURCE, name: str = "cũ.xlsx") -> Any:
    return admin.post(PLACE, files={"file": (name, io.BytesIO(content))}, source=source)


def work(office: Office) -> None:
    while imports_runs.work(office.store, clock=lambda: office.now):
        pass


def tickets(office: Office) -> int:
    with office.store.reading() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def last(office: Office) -> ImportRun:
    with office.store.reading() as session:
        return session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(1)).one()


def test_upload_preview_confirm_and_correct(office: Office, admin: Person) -> None:
    answer = send(admin, xlsx(CLOSED, OPEN, WRONG))
    assert "đang kiểm tra tệp" in answer.text
    assert 'http-equiv="refresh"' in answer.text
    work(office)
    place = f"{PLACE}/{last(office).id}"
    shown = admin.read(place)
    assert "3 dòng: 2 sẽ nhập, 0 đã có, 0 đã có nhưng khác, 1 bị từ chối." in shown
    assert "gần giống: " in shown
    assert "0912" not in shown
    assert "http-equiv" not in shown
    assert tickets(office) == 0
    confirmed = admin.post(f"{place}/xac-nhan", page=place)
    assert "Đã nhập 0 trên 2 phản ánh" in confirmed.text
    work(office)
    assert tickets(office) == 2
    assert "Đã nhập 2 phản ánh." in admin.read(place)
    file = admin.get(f"{place}/tu-choi.xlsx")
    assert "c%C5%A9.tu-choi.xlsx" in file.headers["content-disposition"]
    table = read_table(file.content)
    assert table.header[0] == "Lý do bị từ chối"
    assert "gần giống" in str(table.rows[0].values[0])
    assert "0912345678" in table.rows[0].values


def test_the_corrected_file_is_imported_as_it_is(office: Office, admin: Person) -> None:
    send(admin, xlsx(CLOSED, WRONG))
    work(office)
    table = read_table(admin.get(f"{PLACE}/{last(office).id}/tu-choi.xlsx").content)
    values = ["moi-truong.rac" if value == "Ngập lụt nặng" else value for value in table.rows[0].values]
    send(admin, write_xlsx([Column(name) for name in table.header], [values], title="Sửa"))
    work(office)
    shown = admin.read(f"{PLACE}/{last(office).id}")
    assert "1 dòng: 1 sẽ nhập" in shown


def test_the_ticket_page_and_the_queue_mark_what_was_imported(office: Office, admin: Person) -> None:
    office.ticket("Đèn hỏng ở ngã tư")
    send(admin, xlsx({**CLOSED, "told_at": ""}))
    work(office)
    place = f"{PLACE}/{last(office).id}"
    admin.post(f"{place}/xac-nhan", page=place)
    work(office)
    with office.store.reading() as session:
        code = session.scalars(select(Ticket.code).where(Ticket.is_imported)).one()
    shown = admin.read(f"/phan-anh/{code}")
    assert "Nhập từ hệ thống cũ" in shown
    assert "1022 cũ, mã HP-1" in shown
    assert "Không tính vào số liệu đúng hạn vì thiếu ngày giờ: hẹn với người dân" in shown
    assert code in admin.read("/phan-anh?muc=all&nguon=cu")
    assert code not in admin.read("/phan-anh?muc=all&nguon=moi")


def test_a_faulty_file_changes_nothing_and_says_why(office: Office, admin: Person) -> None:
    send(admin, xlsx(CLOSED, CLOSED))
    work(office)
    shown = admin.read(f"{PLACE}/{last(office).id}")
    assert "Bị lặp: HP-1 (dòng 2, 3)" in shown
    assert "Xem trước" not in shown
    send(admin, b"Ma cu;Noi dung\n1;R\xe1c", name="cũ.csv")
    work(office)
    assert last(office).state == "faulty"
    assert tickets(office) == 0


def test_a_form_without_file_or_name_keeps_what_was_typed(office: Office, admin: Person) -> None:
    answer = admin.post(PLACE, source="1022 cũ")
    assert answer.status_code == 409
    assert "chọn tệp" in answer.text
    assert 'value="1022 cũ"' in answer.text
    assert "tên hệ thống cũ" in send(admin, xlsx(CLOSED), source=" ").text


def test_a_cancelled_run_is_erased_and_cannot_be_confirmed(office: Office, admin: Person) -> None:
    send(admin, xlsx(CLOSED, WRONG))
    work(office)
    run = last(office)
    admin.post(f"{PLACE}/{run.id}/huy", page=f"{PLACE}/{run.id}")
    answer = admin.post(f"{PLACE}/{run.id}/xac-nhan", page=PLACE)
    assert answer.status_code == 409
    assert admin.get(f"{PLACE}/{run.id}/tu-choi.xlsx").status_code == 404
    work(office)
    assert tickets(office) == 0


def test_an_import_that_was_cut_off_goes_on(office: Office, admin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback_store.service.imports.BATCH", 2)
    send(admin, xlsx(*({**CLOSED, "old_code": f"HP-{n}"} for n in range(7))))
    work(office)
    run = last(office)
    admin.post(f"{PLACE}/{run.id}/xac-nhan", page=f"{PLACE}/{run.id}")
    asked = iter([False, False, True])
    assert imports_runs.work(office.store, clock=lambda: office.now, stopping=lambda: next(asked)) is False
    assert (tickets(office), last(office).done, last(office).state) == (4, 4, "confirmed")
    work(office)
    assert (tickets(office), last(office).state) == (7, "done")


def test_a_run_whose_worker_died_is_taken_up_when_its_claim_runs_out(office: Office, admin: Person) -> None:
    send(admin, xlsx(CLOSED))
    with office.store.transaction() as session:
        session.execute(update(ImportRun).values(claimed_until=office.now + dt.timedelta(minutes=1)))
    assert imports_runs.work(office.store, clock=lambda: office.now) is False
    assert imports_runs.work(office.store, clock=lambda: office.now + dt.timedelta(minutes=2)) is True


def test_files_are_encrypted_and_erased_after_a_week(office: Office, admin: Person) -> None:
    content = xlsx(WRONG)
    send(admin, content)
    work(office)
    with office.store.transaction() as session:
        kept, refused = session.execute(select(ImportRun.content, ImportRun.refused)).one()
        assert kept is not None
        assert refused is not None
        assert content[:50] not in kept
        imports_runs.erase_old(session, now=office.now + dt.timedelta(days=8))
        assert session.execute(select(ImportRun.content, ImportRun.refused, ImportRun.state)).one() == (
            None, None, "cancelled",
        )  # fmt: skip


def test_the_template_is_offered_and_can_be_given_back_empty(office: Office, admin: Person) -> None:
    table = read_table(admin.get(f"{PLACE}/mau.xlsx").content)
    assert table.header == tuple(heading(name) for name in (*COLUMNS, *OPTIONAL))
    assert read_table(admin.get(f"{PLACE}/mau.csv").content).header == table.header
    send(admin, admin.get(f"{PLACE}/mau.xlsx").content)
    work(office)
    assert "Tệp không có dòng nào." in admin.read(f"{PLACE}/{last(office).id}")


@pytest.mark.parametrize("role", ["operator", "supervisor", "manager"])
def test_nobody_but_an_administrator_sees_the_page(office: Office, person: Callable[..., Person], role: str) -> None:
    one = person("nguoi", role)
    for path in (PLACE, f"{PLACE}/1", f"{PLACE}/mau.xlsx", f"{PLACE}/1/tu-choi.xlsx"):
        assert one.get(path).status_code == 404
    with office.store.transaction() as session, pytest.raises(Exception, match="not_allowed"):
        imports_runs.confirm(session, run_id=1, actor=Actor("user", 1, "operator"), now=office.now)


def test_the_worker_takes_up_what_waits(office: Office, admin: Person) -> None:
    send(admin, xlsx(CLOSED))
    database, threads = Database(office.store, threads=1), ThreadPoolExecutor(1)
    try:
        asyncio.run(upkeep.import_tickets(database, threads, threading.Event()))
    finally:
        threads.shutdown()
        database.close()
    assert last(office).state == "checked"


DENOUNCED = {**OPEN, "old_code": "HP-4", "text": "Tôi tố cáo ông chủ tịch xã nhận hối lộ 50 triệu để cấp sổ đỏ"}


def test_what_may_be_a_denunciation_goes_back_to_be_decided_on(office: Office, admin: Person) -> None:
    send(admin, xlsx(CLOSED, DENOUNCED))
    work(office)
    place = f"{PLACE}/{last(office).id}"
    shown = admin.read(place)
    assert "2 dòng: 1 sẽ nhập, 0 đã có, 0 đã có nhưng khác, 1 bị từ chối." in shown
    assert "Trong số bị từ chối có 1 dòng có thể là tố cáo, chờ anh/chị xem." in shown
    assert "có thể là tố cáo nên chưa nhập" in shown
    assert "hối lộ" not in shown, "the page shows no word of it"
    admin.post(f"{place}/xac-nhan", page=place)
    work(office)
    assert tickets(office) == 1
    table = read_table(admin.get(f"{place}/tu-choi.xlsx").content)
    assert table.header[-1] == "Không phải tố cáo", "the column to decide in is there"
    values = [str(value) for value in table.rows[0].values]
    assert DENOUNCED["text"] in values
    decided = write_xlsx([Column(name) for name in table.header], [[*values[:-1], "Có"]], title="Phản ánh")
    send(admin, decided)
    work(office)
    again = f"{PLACE}/{last(office).id}"
    assert "1 dòng giống tố cáo được anh/chị ghi là không phải tố cáo." in admin.read(again)
    admin.post(f"{again}/xac-nhan", page=again)
    work(office)
    assert tickets(office) == 2
    with office.store.reading() as session:
        logged = select(AuditEntry.data).where(AuditEntry.action == "tickets_imported").order_by(AuditEntry.seq)
        first, second = session.scalars(logged)
    assert (first["held"], second["overruled"]) == (1, 1)


def test_a_row_that_is_in_is_known_whatever_its_words(office: Office, admin: Person) -> None:
    columns = [Column(heading(name)) for name in (*COLUMNS, *OPTIONAL)]
    row = [DENOUNCED.get(name, "") for name in COLUMNS]
    send(admin, write_xlsx(columns, [[*row, "có"]], title="Phản ánh"))
    work(office)
    place = f"{PLACE}/{last(office).id}"
    admin.post(f"{place}/xac-nhan", page=place)
    work(office)
    send(admin, xlsx(DENOUNCED))
    work(office)
    assert "1 dòng: 0 sẽ nhập, 1 đã có, 0 đã có nhưng khác, 0 bị từ chối." in admin.read(f"{PLACE}/{last(office).id}")


def test_an_import_is_taken_back_until_somebody_works_on_it(office: Office, admin: Person) -> None:
    send(admin, xlsx(CLOSED))
    work(office)
    place = f"{PLACE}/{last(office).id}"
    admin.post(f"{place}/xac-nhan", page=place)
    work(office)
    assert "Hoàn tác lần nhập này" in admin.read(place)
    answer = admin.post(f"{place}/hoan-tac", page=place)
    assert answer.status_code in (200, 303)
    assert tickets(office) == 0
    shown = admin.read(place)
    assert "đã hoàn tác" in shown
    assert "Hoàn tác lần nhập này" not in shown
    assert admin.post(f"{place}/hoan-tac", page=PLACE).status_code == 409
    send(admin, xlsx(CLOSED))
    work(office)
    again = f"{PLACE}/{last(office).id}"
    admin.post(f"{again}/xac-nhan", page=again)
    work(office)
    assert tickets(office) == 1


def test_files_that_belong_together_are_joined_by_the_old_code(office: Office, admin: Person) -> None:
    """The reports in one file, what was answered in another; both are chosen at once."""
    later = ("answered_at", "result", "told_at", "rating")
    names = [name for name in COLUMNS if name not in later]
    reports = write_xlsx(
        [Column(heading(name)) for name in names], [[CLOSED.get(name, "") for name in names]], title="Phản ánh"
    )
    answers = write_xlsx(
        [Column(heading(name)) for name in ("old_code", *later)],
        [[CLOSED.get(name, "") for name in ("old_code", *later)]], title="Kết quả",
    )  # fmt: skip
    admin.post(PLACE, source=SOURCE, files=[
        ("file", ("kết quả.xlsx", io.BytesIO(answers))), ("file", ("phản ánh.xlsx", io.BytesIO(reports))),
    ])  # fmt: skip
    work(office)
    place = f"{PLACE}/{last(office).id}"
    shown = admin.read(place)
    assert "Tệp “kết quả.xlsx” được ghép theo mã cũ" in shown
    assert "1 dòng: 1 sẽ nhập" in shown
    admin.post(f"{place}/xac-nhan", page=place)
    work(office)
    assert tickets(office) == 1
    with office.store.reading() as session:
        code = session.scalars(select(Ticket)).one().code
    assert CLOSED["result"] in admin.read(f"/phan-anh/{code}")


def test_one_bad_file_of_several_is_named(office: Office, admin: Person) -> None:
    admin.post(PLACE, source=SOURCE, files=[
        ("file", ("phản ánh.xlsx", io.BytesIO(xlsx(CLOSED)))), ("file", ("ảnh.xlsx", io.BytesIO(b"\x89PNG\r\n"))),
    ])  # fmt: skip
    work(office)
    shown = admin.read(f"{PLACE}/{last(office).id}")
    assert "Tệp “ảnh.xlsx”: Tệp không phải là bảng tính." in shown
    assert tickets(office) == 0
