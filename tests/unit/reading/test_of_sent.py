"""What is said of a report that was sent."""

from __future__ import annotations

import pytest

from feedback_store.reading.of_sent import asks_for_code, nobody_came, sets_right


@pytest.mark.parametrize(
    "text",
    ["sửa lại địa chỉ, ngõ 139 mới đúng", "a so 122 moi dung, sua lai dc k", "tôi viết nhầm chỗ, sau trường mới phải",
     "sua so nha cai den duong thanh 122 tran nguyen han"],
)  # fmt: skip
def test_a_correction_sets_right(text: str) -> None:
    assert sets_right(text)


@pytest.mark.parametrize(
    "text",
    ["rác chất đống trước cổng trường ba ngày chưa ai dọn", "chó sủa cả đêm ở địa chỉ số 5", "sửa đường giúp dân với",
     "xe đậu sai chỗ trước nhà số 12"],
)  # fmt: skip
def test_another_report_does_not(text: str) -> None:
    assert not sets_right(text)


def test_a_code_is_asked_for_and_a_ma_is_none() -> None:
    assert asks_for_code("cho e xin lai ma vs")
    assert asks_for_code("nhắc lại mã giùm")
    assert not asks_for_code("xin cảm ơn mà tôi quên")


def test_nobody_came_the_last_time() -> None:
    assert nobody_came("Mà lần trước báo mà hổng thấy ai xuống hết trơn á")
    assert not nobody_came("lần trước báo xong thợ xuống ngay")
