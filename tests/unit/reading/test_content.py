"""What of a message is the matter, and what leaves it: greetings, fright, a wish to stay unnamed."""

from __future__ import annotations

import pytest

from feedback_store.reading.content import Content, content
from feedback_store.reading.feelings import feeling_in


@pytest.mark.parametrize(
    "wish",
    ["đừng có để tên tui ra nghe", "khỏi đưa tên em lên nha", "tui sợ ổng biết tui méc lắm", "không muốn lộ danh tính",
     "xin bí mật giúp tui nha", "bi mat gium em nhe"],
)
def test_a_wish_to_stay_unnamed_is_no_word_of_the_report(wish: str) -> None:
    found = content(f"trại heo sát nhà thúi quá. {wish}", own_number=False)
    assert found.nameless
    assert found.text.rstrip(".") == "trại heo sát nhà thúi quá"


@pytest.mark.parametrize(
    "text",
    ["nắp cống bị mất hở hoác luôn", "nap cong bi mat ho hoac luon", "cống bị mất hộp nắp",
     "đừng để tên đường viết sai như vậy", "hàng xóm sợ chó nên không dám ra ngõ"],
)  # fmt: skip
def test_a_report_that_speaks_of_names_and_fear_is_one(text: str) -> None:
    assert content(text, own_number=False) == Content(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [("thôi chết, trước cửa số 139 cơ", "trước cửa số 139 cơ"), ("à quên, đèn tắt ở ngõ 7", "đèn tắt ở ngõ 7"),
     ("chết chó ngoài bờ mương", "chết chó ngoài bờ mương")],
)  # fmt: skip
def test_being_startled_is_no_word_of_the_report(text: str, left: str) -> None:
    assert content(text, own_number=False).text == left


@pytest.mark.parametrize(
    ("text", "left"),
    [("ok nhưng ghi thêm là tối thứ bảy nào cũng vậy nha", "tối thứ bảy nào cũng vậy"),
     ("mà ghi thêm giùm dì là nước tràn vô sân nhà số 90 nữa", "nước tràn vô sân nhà số 90 nữa"),
     ("ghi chú: đêm qua có người ngã", "đêm qua có người ngã"), ("vào là thấy rác", "vào là thấy rác")],
)  # fmt: skip
def test_to_have_something_added_is_no_word_of_it(text: str, left: str) -> None:
    assert content(text, own_number=False).text == left


def test_who_suffers_by_it_is_met_with_a_word(subtests: pytest.Subtests) -> None:
    for text in ("mấy đêm rồi tui khóc vì cúp điện", "mất nước ba ngày, bé nhà em mới sinh không có nước tắm"):
        with subtests.test(text):
            assert feeling_in(text) == "hard"
    for text in ("trẻ con khóc", "em bé chạy xe qua bị ngã"):
        with subtests.test(text):
            assert feeling_in(text) is None


def test_a_southern_i_is_no_misery() -> None:
    assert feeling_in("tui giận lắm") is None
    assert feeling_in("khổ quá không biết kêu ai") == "hard"


@pytest.mark.parametrize(
    ("text", "unheard"),
    [
        ("gọi chục cuộc chẳng ai nghe, xóm 3 mất nước 5 ngày rồi", True),
        ("báo mấy lần rồi mà không ai xử lý", True),
        ("tui kêu phường hai ba bận rồi mà có ai xuống mô", True),
        ("phan anh 3 lan van the", True),
        ("rác 3 ngày không ai hốt", False),
        ("gọi 2 lần là có người tới liền", False),
        ("nhà em mất điện 3 lần", False),
    ],
)
def test_who_told_it_again_and_again_for_nothing(text: str, unheard: bool) -> None:
    assert (feeling_in(text) == "unheard") is unheard
