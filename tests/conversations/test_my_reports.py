""" "Phản ánh của tôi" in the chat: the list, one report, adding to it, and taking one back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console_client import ConsoleUser
from tests.system import Citizen, System
from vitext import fold

PLACE = "phường Lê Chân"
LIST = "Phản ánh của tôi"
BACK, KEEP = "Rút phản ánh", "Không rút"


def files(citizen: Citizen, words: str) -> str:
    """A whole report; gives its code."""
    for said in (words, PLACE, "bỏ qua", "bỏ qua"):
        citizen.says(said)
        if "Gửi" in citizen.buttons:
            break
    citizen.presses("Gửi")
    assert citizen.ticket is not None
    return citizen.ticket


@pytest.fixture
def other(hotline: System) -> Iterator[Citizen]:
    person = Citizen(hotline.chat())
    yield person
    person.chat.close()


@pytest.fixture(scope="module")
def operator(hotline: System) -> Iterator[ConsoleUser]:
    made = hotline.run("user", "create", "xem-rut", "--name", "Người xem", "--role", "operator")
    one = ConsoleUser.first_time(hotline.base, "xem-rut", made.stdout.split()[-1])
    yield one
    one.http.close()


STORIES = (
    "rác chất đống trước cổng trường Nguyễn Trãi ba ngày chưa ai dọn",
    "ổ gà to giữa đường Tô Hiệu, xe máy sập hoài",
    "đèn đường ngõ 45 Tô Hiệu tắt cả tuần",
    "nước cống tràn ra ngõ 12 Lạch Tray hôi thối",
    "cây bàng đầu ngõ 7 Hồ Sen gãy cành treo lơ lửng",
    "quán ốc đầu ngõ 9 Cát Cụt hát karaoke đến khuya",
)


def test_nobody_who_filed_nothing_is_shown_a_list(citizen: Citizen) -> None:
    citizen.says("xin chào")
    said = citizen.presses(LIST)
    assert "chưa gửi phản ánh nào" in said
    assert citizen.buttons == []


def test_the_list_is_newest_first_in_pages_of_five_and_a_tap_shows_one(citizen: Citizen) -> None:
    codes = [files(citizen, words) for words in STORIES]
    for asked in ("danh sách phản ánh của tôi", "cho xem cac phan anh toi da gui"):
        said = citizen.says(asked)
        assert "1–5/6" in said
        assert [code for code in citizen.buttons if code.startswith("PA-")] == codes[:0:-1]
    said = citizen.presses("Xem thêm")
    assert "6–6/6" in said
    assert citizen.buttons == [codes[0]]
    assert "Rác" in said or "rác" in said
    assert "hạn" in said
    shown = citizen.presses(codes[0])
    assert codes[0] in shown
    assert "Bước tiếp theo:" in shown
    assert "Hạn trả lời" in shown
    assert citizen.buttons == ["Bổ sung", BACK, LIST]


def test_bo_sung_takes_the_next_words_into_that_report(citizen: Citizen, operator: ConsoleUser) -> None:
    first = files(citizen, STORIES[0])
    second = files(citizen, STORIES[1])
    citizen.says(f"{first} đến đâu rồi")
    assert first in citizen.presses("Bổ sung")
    said = citizen.says("còn có cả xác chuột nữa, hôi lắm")
    assert f"bổ sung vào phản ánh {first}" in said
    # The chat stands on both pages; the addition on that of its report alone.
    shown = [operator.read(f"/console/phan-anh/{code}").count("còn có cả xác chuột nữa") for code in (first, second)]
    assert shown == [2, 1]


def test_a_report_is_taken_back_by_words_after_a_question_with_its_reason(
    citizen: Citizen, operator: ConsoleUser
) -> None:
    code = files(citizen, STORIES[0])
    said = citizen.says(f"tôi muốn rút phản ánh {code}")
    assert f"muốn rút phản ánh {code} ạ?" in said
    assert "dừng xử lý" in said
    assert citizen.buttons == [BACK, KEEP]
    assert "Đã rút" not in operator.read(f"/console/phan-anh/{code}")
    said = citizen.says("sáng nay công nhân vệ sinh dọn sạch rồi")
    assert "“sáng nay công nhân vệ sinh dọn sạch rồi”" in said
    assert "chưa được rút" in said
    said = citizen.presses(BACK)
    assert f"đã rút phản ánh {code}" in said
    page = operator.read(f"/console/phan-anh/{code}")
    assert "Đã rút" in page
    assert "sáng nay công nhân vệ sinh dọn sạch rồi" in page
    assert "đã được rút" in citizen.says(f"{code} đến đâu rồi")
    assert BACK not in citizen.buttons


@pytest.mark.parametrize(
    "words", ["rút phản ánh", "toi muon rut lai phan anh da gui", "hủy phản ánh vừa gửi giúp em", "rut phan anh"]
)
def test_without_a_code_the_only_open_report_is_meant(citizen: Citizen, words: str) -> None:
    code = files(citizen, STORIES[1])
    assert f"muốn rút phản ánh {code} ạ?" in citizen.says(words)
    assert "giữ nguyên" in citizen.says("thôi không rút nữa")
    assert f"muốn rút phản ánh {code} ạ?" in citizen.says(words)
    assert f"đã rút phản ánh {code}" in citizen.says("rút")
    assert "không có phản ánh nào" in citizen.says(words)


def test_of_several_open_reports_one_is_chosen(citizen: Citizen) -> None:
    first, second = files(citizen, STORIES[0]), files(citizen, STORIES[1])
    said = citizen.says("tôi muốn rút phản ánh")
    assert "rút phản ánh nào" in said
    assert citizen.buttons == [second, first]
    assert f"muốn rút phản ánh {first} ạ?" in citizen.presses(first)


def test_old_buttons_pressed_again_do_nothing_more(citizen: Citizen) -> None:
    code = files(citizen, STORIES[0])
    citizen.says("rút phản ánh")
    older = list(citizen.chat.memory.buttons)
    citizen.says(f"rút phản ánh {code}")
    newer = list(citizen.chat.memory.buttons)
    assert f"đã rút phản ánh {code}" in citizen.presses(BACK)
    citizen.chat.memory.buttons[:] = newer
    assert "không có thêm tác dụng" in citizen.presses(BACK)
    citizen.chat.memory.buttons[:] = older
    assert "đã được rút trước đó" in citizen.presses(BACK)


def test_nobody_takes_back_a_report_of_another_chat_by_its_code(citizen: Citizen, other: Citizen) -> None:
    code = files(citizen, STORIES[0])
    said = other.says(f"rút phản ánh {code}")
    assert "không gửi từ cuộc trò chuyện này" in said
    assert BACK not in other.buttons
    assert "đã được rút" not in citizen.says(f"{code} đến đâu rồi")


def test_what_is_said_of_other_business_is_no_reason_and_takes_nothing_back(citizen: Citizen) -> None:
    code = files(citizen, STORIES[0])
    citizen.says("rút phản ánh")
    assert "Đăng ký khai sinh" in citizen.says("cho hỏi lệ phí làm khai sinh")
    citizen.says("có")
    assert "đã được rút" not in citizen.says(f"{code} đến đâu rồi")


def test_a_report_being_written_is_cancelled_and_the_filed_one_stays(citizen: Citizen) -> None:
    code = files(citizen, STORIES[0])
    citizen.says(STORIES[1])
    assert "chưa có gì được gửi đi" in citizen.says("hủy phản ánh")
    assert "đã được rút" not in citizen.says(f"{code} đến đâu rồi")


def test_an_answered_report_is_not_taken_back_and_says_why(
    hotline: System, citizen: Citizen, operator: ConsoleUser
) -> None:
    code = files(citizen, STORIES[0])
    path = f"/console/phan-anh/{code}"
    operator.send(f"{path}/tu-choi", page=path, reason="việc này không thuộc phạm vi 1022")
    assert "không tiếp nhận" in citizen.hears("Lý do: việc này không thuộc phạm vi 1022")
    said = citizen.says(f"rút phản ánh {code}")
    assert f"Phản ánh {code} không rút được nữa" in said
    assert BACK not in citizen.buttons


def test_the_words_are_understood_with_and_without_marks(citizen: Citizen) -> None:
    files(citizen, STORIES[0])
    files(citizen, STORIES[1])
    asked = ("phản ánh của tôi", "phan anh cua toi", "liệt kê giúp mấy cái phản ánh của tôi", "tôi đã gửi mấy phản ánh")
    for words in asked:
        said = citizen.says(words)
        assert fold("mới nhất trước") in fold(said), (words, said)
