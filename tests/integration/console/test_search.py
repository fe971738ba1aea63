"""Search looks everywhere: codes however written, people by number and name, words; and tells what stands elsewhere."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select, update

from feedback_store.reading.phones import canonical as canonical_phone
from feedback_store.service import tickets
from feedback_store.tables import AuditEntry, Ticket
from tests.integration.console.conftest import Office, Person

PHONE = "0912345678"
WRITINGS = (
    "0912345678", "0912 345 678", "0912.345.678", "0912-345-678", "0912–345–678", "+84912345678", "+84 912 345 678",
    "84912345678", "0084912345678", "+84 (0)912345678", "(+84) 912 345 678",
)  # fmt: skip


@pytest.fixture
def operator(office: Office) -> Person:
    return office.person("truc", "operator")


def codes(page: str) -> list[str]:
    return re.findall(r'data-label="Mã"><a href="/console/phan-anh/(PA-\d{3}-\d{3}-\d{3})', page)


def find(person: Person, words: str, **more: str) -> list[str]:
    answer = person.client.get("/console/phan-anh", params={"tim": words, **more})
    assert answer.status_code == 200
    return codes(answer.text)


@pytest.mark.parametrize("written", WRITINGS)
def test_a_caller_is_found_by_number_however_it_is_written(office: Office, operator: Person, written: str) -> None:
    wanted = office.ticket(reporter_phone=PHONE, reporter_name="Đỗ Thị Lan")
    office.ticket(reporter_phone="0987654321")
    office.ticket("gọi 0912345678 cho người khác")
    assert find(operator, written) == [wanted.code]


def test_every_search_by_number_is_recorded_and_the_number_is_not(office: Office, operator: Person) -> None:
    office.ticket(reporter_phone=PHONE)
    find(operator, PHONE)
    with office.store.reading() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "reporter_searched")).one()
        assert row.data == {"rows": 1}


def test_the_last_six_digits_of_a_code_are_enough(office: Office, operator: Person) -> None:
    wanted = office.ticket()
    end = wanted.code.replace("-", "")[-6:]
    for written in (end, f"{end[:3]} {end[3:]}", f"{end[:3]}-{end[3:]}"):
        assert wanted.code in find(operator, written)


def test_a_code_is_found_in_any_writing_and_from_any_tab(office: Office, operator: Person) -> None:
    wanted = office.ticket()
    for written in (wanted.code, wanted.code.lower(), wanted.code.replace("-", ""), wanted.code.replace("-", " ")):
        assert find(operator, written) == [wanted.code]


def test_a_whole_name_is_found_with_and_without_marks(office: Office, operator: Person) -> None:
    wanted = office.ticket(reporter_name="Đỗ Thị Lan")
    office.ticket(reporter_name="Đỗ Thị Lan Anh")
    assert find(operator, "Đỗ Thị Lan") == find(operator, "do thi lan") == [wanted.code]


def test_words_are_found_without_marks_and_streets_too(office: Office, operator: Person) -> None:
    wanted = office.ticket("Cống tắc cả tuần", place_text="số 5 Tô Hiệu")
    assert find(operator, "cong tac") == find(operator, "to hieu") == [wanted.code]


def test_nobody_but_the_hotline_finds_a_person(office: Office) -> None:
    ticket = office.ticket("Rác nhiều, gọi tôi số 0912345678", reporter_phone=PHONE, reporter_name="Đỗ Thị Lan")
    office.dispatch(ticket, "ubnd-xa-11383")
    for person in (office.person("can-bo", "officer", "ubnd-xa-11383"), office.person("quan-ly", "manager")):
        for words in (PHONE, "0912345678", "Đỗ Thị Lan"):
            assert find(person, words) == []
        assert ticket.code in find(person, "rac nhieu")


def test_a_tab_that_is_kept_says_how_many_stand_elsewhere(office: Office, operator: Person) -> None:
    first, second = office.ticket("đèn tắt"), office.ticket("đèn tắt")
    office.dispatch(second, "ubnd-xa-11383")
    shown = operator.client.get("/console/phan-anh", params={"tim": "den tat", "muc": "new"}).text
    assert codes(shown) == [first.code]
    assert "Có 1 phản ánh khác khớp ở các mục khác" in shown
    assert set(find(operator, "den tat")) == {first.code, second.code}


def test_tickets_from_before_the_indexes_get_them(office: Office, operator: Person) -> None:
    wanted = office.ticket("tôi tên là Đỗ Thị Lan, rác", reporter_phone=PHONE)
    with office.store.transaction() as session:
        session.execute(update(Ticket).values(phone_bidx=None, name_bidx=None, search_text="do thi lan"))
    assert find(operator, PHONE) == []
    last: int | None = 0
    while last is not None:
        with office.store.transaction() as session:
            last = tickets.index_reporters(session, after=last, limit=1)
    assert find(operator, PHONE) == [wanted.code]
    assert find(operator, "do thi lan") == []


@pytest.mark.parametrize("text", [None, "", "1022", "113", "19001022", "12345", "số 5", "0912", "09123456789012"])
def test_what_is_no_persons_number_is_none(text: str | None) -> None:
    assert canonical_phone(text) is None


def test_landlines_are_read_with_their_area() -> None:
    assert canonical_phone("(0225) 384 2190") == canonical_phone("0225/3842190") == "+842253842190"


def link(page: str, words: str) -> str:
    """Where the first link of these words leads, below ``/console``."""
    found = re.search(rf'<a href="/console([^"]*)">{words}</a>', page)
    assert found is not None, words
    return html.unescape(found[1])


def test_a_search_that_a_tab_does_not_hold_says_so_and_has_a_way_out(office: Office, operator: Person) -> None:
    first = office.ticket("đèn tắt")
    office.dispatch(office.ticket("cống tắc"), "ubnd-xa-11383")
    shown = operator.read("/phan-anh?muc=new&tim=c%E1%BB%91ng+t%E1%BA%AFc")
    assert codes(shown) == []
    assert "Đang tìm: <b>“cống tắc”</b>" in shown
    assert "Không có phản ánh nào khớp “cống tắc” trong mục này; mục có 1 phản ánh." in shown
    assert "bộ lọc" not in shown.partition('class="empty card"')[2]
    assert codes(operator.read(link(shown, "Bỏ tìm"))) == [first.code]
    assert "Đang tìm" not in operator.read("/phan-anh?muc=new")


def test_filters_are_named_and_left_without_opening_them_and_the_search_stays(office: Office, operator: Person) -> None:
    wanted = office.ticket("đèn tắt")
    shown = operator.read("/phan-anh?muc=new&tim=den&kenh=phone&tu=2026-11-20&den=2026-11-20")
    outside = re.sub(r"(?s)<details.*?</details>", "", shown)
    assert "Đang lọc: <b>Điện thoại; nhận ngày 20/11/2026</b>" in outside
    assert "khớp “den” và bộ lọc đã chọn" in outside
    again = operator.read(link(outside, "Bỏ lọc"))
    assert codes(again) == [wanted.code]
    assert "“den”" in again


def test_nothing_found_anywhere_names_the_words_that_stand_nowhere(office: Office, operator: Person) -> None:
    office.ticket("đèn tắt", place_text="Hàng Kênh")
    office.dispatch(office.ticket("cống tắc"), "ubnd-xa-11383")
    shown = operator.read("/phan-anh?tim=b%C3%A1c+n%C3%A0o+%C4%91%C3%A8n+h%C3%A0ng")
    assert "Không phản ánh nào có từ “bác”, từ “nào”." in shown
    assert "có đủ mọi từ đã nhập" in shown
    both = operator.read("/phan-anh?tim=den+cong")
    assert "có đủ mọi từ đã nhập" in both
    assert "Không phản ánh nào có" not in both
    assert "có đủ mọi từ" not in operator.read("/phan-anh?tim=den&muc=working")  # it stands elsewhere, and that is said
    assert "có đủ mọi từ" not in operator.read("/phan-anh?tim=123456")


def test_an_agency_learns_no_word_of_others(office: Office) -> None:
    office.ticket("đèn tắt")
    office.dispatch(office.ticket("cống tắc"), "ubnd-xa-11383")
    officer = office.person("can-bo", "officer", "ubnd-xa-11383")
    assert "Không phản ánh nào có từ “den”." in officer.read("/phan-anh?tim=cong+den")


@pytest.mark.parametrize(
    ("choice", "since", "until"),
    [
        ("hom-nay", "2026-11-23", "2026-11-23"),
        ("hom-qua", "2026-11-22", "2026-11-22"),
        ("bay-ngay", "2026-11-17", "2026-11-23"),
    ],
)
def test_days_are_one_press_and_keep_what_else_was_chosen(
    office: Office, operator: Person, choice: str, since: str, until: str
) -> None:
    assert f'formaction="/console/phan-anh-nhan/{choice}"' in operator.read("/phan-anh")
    answer = operator.get(f"/phan-anh-nhan/{choice}?tim=den&kenh=web&tu=&den=2020-01-01&muc=working")
    assert dict(answer.url.params) == {"muc": "working", "tim": "den", "kenh": "web", "tu": since, "den": until}


def test_the_subject_opens_the_ticket_and_a_list_of_one_has_no_next(office: Office, operator: Person) -> None:
    office.ticket("đèn tắt")
    subject = re.compile(r'<a class="title" href="/console([^"]*)"')
    one = subject.findall(operator.read("/phan-anh?tim=den"))
    assert len(one) == 1
    assert "Phản ánh sau" not in operator.read(html.unescape(one[0]))
    office.ticket("đèn hỏng")
    two = subject.findall(operator.read("/phan-anh?tim=den"))
    assert "Phản ánh sau" in operator.read(html.unescape(two[0]))
