"""How somebody wants to be spoken to."""

from __future__ import annotations

import pytest

from feedback_store.reading.address import address_of, addressed


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Cháu ơi cho bà hỏi cái này", "bà"),
        ("cháu xem giúp bà với", "bà"),
        ("Bà 72 tuổi rồi cháu ạ", "bà"),
        ("bà năm nay 72 rồi, cháu ơi", "bà"),
        ("chau oi cho ba hoi", "bà"),
        ("Bác hỏi chút nhé cháu", "bác"),
        ("ông cần làm giấy khai tử, cháu chỉ giúp ông", "ông"),
        ("con ơi chú muốn báo cái cống", "chú"),
        ("mệ hỏi cấy ni cháu hí", "mệ"),
    ],
)
def test_who_speaks_as_an_elder_is_spoken_to_as_one(text: str, who: str) -> None:
    assert address_of(text) == who


@pytest.mark.parametrize(
    "text",
    ["bà hàng xóm nói cháu nghe", "cho cháu hỏi bà cháu mất", "em hỏi cô chút", "bà nội cháu ơi", "con cho ba con hỏi",
     "Cháu cho bà nội nhập khẩu được không", "cháu nhờ bác xem giúp", "chau xem giup co gi khong", "rác ở ngõ 5", ""],
)  # fmt: skip
def test_another_person_changes_nothing(text: str) -> None:
    assert address_of(text) is None


def test_a_reply_is_spoken_to_them_and_what_it_quotes_stays() -> None:
    text = "Anh/chị xem lại, anh/chị nhé:\n• Nội dung: mong anh/chị xử lý\nĐã bỏ “gửi anh/chị” ạ."
    assert addressed(text, "bà") == "Bà xem lại, bà nhé:\n• Nội dung: mong anh/chị xử lý\nĐã bỏ “gửi anh/chị” ạ."
    assert addressed(text, None) == text
    assert addressed(text, "<b>") == text
