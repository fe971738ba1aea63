"""Whether another report is announced."""

from __future__ import annotations

import pytest

from feedback_store.reading.announcing import announced, wants_as_report


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Thôi việc đó tôi tự gửi đơn. Giờ tôi báo việc khác: đèn đường trước số 9 tắt",
         "đèn đường trước số 9 tắt"),
        ("phản ánh thêm chuyện nữa là: rác ở ngõ 5 chất đống", "rác ở ngõ 5 chất đống"),
        ("cho toi bao viec nay, cong tac ba hom roi", "cong tac ba hom roi"),
    ],
)  # fmt: skip
def test_the_words_after_the_announcement_are_found(text: str, rest: str) -> None:
    assert announced(text) == rest


@pytest.mark.parametrize("text", ["tôi báo việc khác", "việc khác: không có gì", "vụ này báo rồi: sao chưa ai làm", ""])
def test_what_announces_nothing(text: str) -> None:
    assert announced(text) is None


@pytest.mark.parametrize(
    "text",
    ["ghi lai phan anh giup tau", "lập giúp tôi phản ánh nhé", "chuyển thành phản ánh đi", "làm đơn phản ánh vụ này"],
)
def test_what_was_said_is_wanted_as_a_report(text: str) -> None:
    assert wants_as_report(text)


@pytest.mark.parametrize("text", ["ghi phản ánh chưa", "khỏi gửi phản ánh", "ghi lại số nhà", "phản ánh gì nữa", ""])
def test_no_report_is_wanted(text: str) -> None:
    assert not wants_as_report(text)
