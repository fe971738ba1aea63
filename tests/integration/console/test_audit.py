"""The audit page: every act has a name, the filters narrow, older entries are reached, the file is an entry too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from feedback_store.queries import audit as proofs
from feedback_store.service import audit
from feedback_store.texts import has
from tests.integration.console.conftest import NOW, Office, Person

ROOT = Path(__file__).resolve().parents[3]
PATH = "/nhat-ky"


@pytest.fixture
def admin(office: Office) -> Person:
    return office.person("quantri", "administrator")


def fill(office: Office, count: int, **more: object) -> None:
    with office.store.transaction() as session:
        for number in range(count):
            values = {"action": "identity_viewed", "user_id": 1, "subject": f"ticket:{number}", "data": {"n": number}}
            audit.log(session, now=NOW, **{**values, **more})  # type: ignore[arg-type]


def test_every_act_that_the_program_logs_has_a_name_in_vietnamese() -> None:
    folders = ("feedback_store", "console", "bot", "worker", "actions", "hotline")
    sources = [path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    names = {name for source in sources for call in re.findall(r"audit\.log\((.*?)\n?\s*\)", source, re.S)
             for name in re.findall(r'action="([a-z_]+)"', call)}  # fmt: skip
    assert len(names) > 15
    assert {name for name in names if not has(f"audit.{name}")} == set()


def test_older_entries_are_reached_page_by_page(office: Office, admin: Person) -> None:
    fill(office, 120)
    seen: list[str] = []
    path: str | None = f"{PATH}?viec=identity_viewed"
    while path:
        shown = admin.read(path)
        seen += re.findall(r'data-label="Đối tượng">phản ánh số (\d+)<', shown)
        older = re.search(r'href="/console(/nhat-ky\?[^"]*truoc=\d+)"', shown)
        path = older[1].replace("&amp;", "&") if older else None
    assert seen == [str(number) for number in reversed(range(120))]


def test_filters_narrow_by_act_person_subject_and_day(office: Office, admin: Person) -> None:
    fill(office, 1, subject="ticket:77")
    assert "phản ánh số 77" in admin.read(f"{PATH}?ve=ticket:77")
    assert "phản ánh số 77" not in admin.read(f"{PATH}?viec=signed_in")
    assert "Không có dòng nào" in admin.read(f"{PATH}?tu=2031-01-01")
    assert admin.get(f"{PATH}?nguoi=²").status_code == 400


def test_a_ticket_is_named_by_its_code_and_people_by_their_role(office: Office, admin: Person) -> None:
    ticket = office.ticket()
    fill(office, 1, subject=f"ticket:{ticket.id}", data={"role": "operator", "reason": "gọi lại"})
    shown = admin.read(f"{PATH}?viec=identity_viewed")
    assert f'<a href="/console/phan-anh/{ticket.code}">{ticket.code}</a>' in shown
    assert "vai trò: Tổng đài viên; lý do: gọi lại" in shown


def test_words_in_the_data_are_shown_as_words(office: Office, admin: Person) -> None:
    fill(office, 1, data={"note": "<script>alert(1)</script>"})
    assert "&lt;script&gt;" in admin.read(PATH)


def test_the_file_is_given_and_its_download_is_the_next_entry(office: Office, admin: Person) -> None:
    fill(office, 3)
    answer = admin.get(f"{PATH}.xlsx?viec=identity_viewed")
    assert answer.status_code == 200
    with office.store.reading() as session:
        last = proofs.entries(session, proofs.Filter(), limit=1)[0]
        assert (last.action, last.subject) == ("downloaded", "xlsx:audit")
        assert last.data == {"rows": 3, "filters": {"viec": "identity_viewed"}}
        assert list(proofs.verify(session)) == []


@pytest.mark.parametrize("role", ["operator", "supervisor", "manager"])
def test_nobody_but_the_administrator_reads_it(office: Office, role: str) -> None:
    person = office.person("nguoi", role)
    assert person.get(PATH).status_code == 404
    assert person.get(f"{PATH}.xlsx").status_code == 404
