"""What in a correcting sentence is right and what is wrong, by its words alone."""

from __future__ import annotations

import pytest

from actions.correcting import _parted


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("ấy chết, số 17 chứ không phải số 7", "số 17", "số 7"),
        ("hổng phải 58, 85 lận", "85", "58"),
        ("em gõ sót, số 19A Quang Trung", "số 19A Quang Trung", ""),
        ("à số 45", "số 45", ""),
        ("tui ở ngõ 79 lận", "tui ở ngõ 79", ""),
        ("cháu tôi bảo không phải Trần Phú, phải là số 17 Cầu Đất", "số 17 Cầu Đất", "Trần Phú"),
    ],
)
def test_the_right_is_told_from_the_wrong(text: str, right: str, wrong: str) -> None:
    assert _parted(text) == (right, wrong)


@pytest.mark.parametrize(
    "text",
    [
        "à còn chuyện này: khu nhà em mất điện từ 3 giờ chiều",
        "à em sống ở gần đó nên ngày nào cũng phải đi qua chỗ đấy cả",
        "nước ngập lút bánh xe từ sáng",
    ],
)
def test_more_that_is_told_corrects_nothing(text: str) -> None:
    assert _parted(text) is None
