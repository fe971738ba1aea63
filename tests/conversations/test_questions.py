"""An operator asks about a filed report; the citizen's next words are the answer and the clock goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.console_client import ConsoleUser
from tests.system import Citizen, System

FILED = ("rác chất đống trước cổng trường Nguyễn Trãi ba ngày chưa ai dọn", "phường Lê Chân", "bỏ qua", "bỏ qua")


@pytest.fixture
def user(hotline: System) -> Iterator[ConsoleUser]:
    made = hotline.run("user", "create", "hoi-dan", "--name", "Người hỏi", "--role", "operator")
    one = ConsoleUser.first_time(hotline.base, "hoi-dan", made.stdout.split()[-1])
    yield one
    one.http.close()


def test_the_answer_to_a_question_joins_the_report_and_other_business_does_not(
    citizen: Citizen, user: ConsoleUser
) -> None:
    for words in FILED:
        citizen.says(words)
    citizen.presses("Gửi")
    code = citizen.ticket
    path = f"/console/phan-anh/{code}"
    asked = "Anh/chị cho biết rác nằm bên trái hay bên phải cổng trường ạ?"
    user.send(f"{path}/hoi-nguoi-dan", page=path, question=asked)
    assert "thời hạn giải quyết tạm dừng" in citizen.hears(asked)
    assert "đang tạm dừng" in user.read(path)
    other = citizen.says("cho hỏi lệ phí làm khai sinh")
    assert "Đăng ký khai sinh" in other
    assert "Đã hỏi người dân" in user.read(path)
    thanks = citizen.says("bên trái cổng, cạnh cột điện nhé")
    assert f"ghi câu trả lời vào phản ánh {code}" in thanks
    assert citizen.ticket == code
    page = user.read(path)
    assert "bên trái cổng, cạnh cột điện nhé" in page
    assert "Đã hỏi người dân" not in page
    assert "đang tạm dừng" not in page
    again = citizen.says("đèn đường ở ngõ 5 Tô Hiệu phường Lê Chân hỏng cả tháng nay tối om")
    assert "soạn phản ánh" in again or "ảnh" in again
    assert not re.search(rf"vào phản ánh {code}", again)
