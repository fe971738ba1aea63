"""Whether another report is announced."""

from __future__ import annotations

import pytest

from feedback_store.reading.announcing import announced


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
