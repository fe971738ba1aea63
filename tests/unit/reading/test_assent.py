"""What says yes to the summary, in every age's and region's way, and what does not."""

from __future__ import annotations

import pytest

from feedback_store.reading.assent import gives_up, leans_yes, says_wait, says_yes
from vitext import fold

YES = [
    "đúng", "đúng rồi", "Đúng rồi ạ", "ừa đúng rồi gửi giùm nghen", "ok lun", "OK", "okê gửi đi",
    "vâng thế gửi hộ em nhá", "chuẩn", "chuẩn luôn", "đúng, gửi luôn", "dạ đúng ạ", "ừ", "ừa", "ừm gửi đi", "vâng",
    "vâng ạ", "dạ vâng, nhờ cháu gửi giúp bác", "được rồi gửi đi em", "đồng ý", "tôi đồng ý gửi", "xác nhận",
    "nhất trí", "y vậy luôn đó", "rứa là đúng rồi, gửi giùm o hí", "phải rồi đó con", "chính xác", "gửi", "gửi đi",
    "gửi luôn đi", "gởi giùm tui nghe", "gửi giúp em với ạ, em cảm ơn", "cứ thế mà gửi", "cứ vậy gửi đi nha",
    "như vậy là đúng rồi", "thôi gửi đi", "okeee", "điiii gửi", "gửi lẹ lên", "ok em gửi đi nhé", "ok r gửi ik",
    "uk gửi đi", "dạ phải rồi anh ơi gửi giùm em nha", "vâng đúng như thế, cho tôi gửi", "chốt", "duyệt luôn", "👍",
    "👍🏻👍🏻", "👌", "✅", "chuẩn rồi bạn ơi gửi đi", "có, gửi đi", "gửi mẹ nó đi", "rứa đó, gửi đi mệ", "Vâng anh",
    "thông tin đúng rồi, gửi nhé", "nội dung đúng, gửi",
]  # fmt: skip
NOT = [
    "đừng gửi", "Đừng có gửi nha", "khoan", "khoan đã", "khoan, để coi lại đã", "chưa đúng", "không", "không đúng",
    "ko gửi", "sai rồi", "gửi chưa?", "đúng không?", "gửi đi đâu", "gửi cho ai vậy", "ok nhưng sửa số nhà",
    "đúng rồi, thêm là họ làm cả chủ nhật", "để mai gửi", "thôi", "thôi khỏi", "hủy", "bỏ đi", "ừ mà khoan",
    "đúng rồi mà địa chỉ sai", "để xem lại", "chờ chút", "từ từ đã", "dạ", "em", "anh ơi", "cảm ơn", "xin chào",
    "nha", "", "   ", "…", "🔥", "😡", "😂😂", "12", "gửi 12 Tô Hiệu", "đúng số 5", "sao lâu thế", "ai gửi",
    "vậy là gửi được mấy cái rồi em", "gửi mấy việc rồi",
    "gửi thì bao giờ có kết quả", "nếu gửi thì sao", "không phải, gửi nhầm", "sửa lại rồi gửi", "gửi ảnh",
    "đổi số điện thoại rồi gửi", "chớ gửi", "hổng gửi đâu",
    "ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ",
]  # fmt: skip


@pytest.mark.parametrize("text", YES)
def test_a_yes(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize("text", [one for one in YES if fold(one).isascii() and "đúng gửi" not in one])
def test_a_yes_without_marks_and_in_capitals(text: str) -> None:
    unclear = any("dung gui" in " ".join(piece.split()) for piece in fold(text).split(","))
    assert says_yes(fold(text)) is not unclear
    assert says_yes(text.upper())


@pytest.mark.parametrize("text", NOT)
def test_no_yes(text: str) -> None:
    assert not says_yes(text)
    assert not says_yes(fold(text))


@pytest.mark.parametrize(
    ("text", "yes"),
    [("đúng gửi", True), ("đừng gửi", False), ("dung gui", False), ("dung, gui", True), ("dung roi gui di", True)],
)
def test_marks_decide_where_they_are_written(text: str, yes: bool) -> None:
    assert says_yes(text) is yes


@pytest.mark.parametrize(
    "text",
    ["khoan", "khoan đã", "khoan, để coi lại đã", "đừng gửi", "Đừng gửi vội nha em", "dung gui", "chờ chút",
     "từ từ để tôi xem lại", "chưa gửi nhé", "không gửi nhưng đừng hủy", "để em coi lại đã", "khoan khoan đừng gửi",
     "đợi xíu nha", "khoan da de coi lai"],
)  # fmt: skip
def test_waiting(text: str) -> None:
    assert says_wait(text)
    assert not says_yes(text)


@pytest.mark.parametrize(
    "text",
    ["hủy", "thôi hủy đi", "đừng gửi nữa, hủy đi", "không gửi nữa", "khoan, sửa số nhà thành 7", "gửi đi", "đúng rồi",
     "chờ lâu quá", "khoan giếng gây ồn", "cho toi hoi", "doi so dien thoai", "em chờ 2 tuần rồi", "", "ok"],
)  # fmt: skip
def test_no_waiting(text: str) -> None:
    assert not says_wait(text)


@pytest.mark.parametrize(
    "said",
    ["khỏi gửi", "khỏi gửi nữa", "thôi khỏi gửi", "viec kia khoi gui", "khỏi chuyển đi", "không cần gửi", "bỏ gửi đi"],
)
def test_to_give_up_sending_is_no_yes(said: str) -> None:
    assert not says_yes(said)
    assert not leans_yes(said)
    assert gives_up(said)


@pytest.mark.parametrize("said", ["khỏi, gửi luôn", "khỏi sửa gửi đi", "khoi sua gui luon", "không sai gì, gửi đi"])
def test_to_give_up_something_else_leaves_the_yes(said: str) -> None:
    assert says_yes(said)


def test_a_yes_may_name_what_is_agreed_to_and_nothing_new() -> None:
    naming = frozenset("nuoc may cay truoc".split())
    assert says_yes("đúng rồi, gửi cấy nước máy ni trước đi", naming=naming)
    assert not says_yes("đúng rồi, gửi cấy nước máy ni trước đi")
    assert not says_yes("đúng rồi, nước máy còn hôi nữa", naming=naming)
    assert not says_yes("khỏi gửi cấy nước máy ni", naming=naming)
