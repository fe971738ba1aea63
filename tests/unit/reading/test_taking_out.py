"""Which words are to leave a report, and what is left of it."""

from __future__ import annotations

import pytest

from feedback_store.reading.taking_out import TakingOut, meant, taking_out, without

TOLD = (
    "rác chất đống trước nhà số 5 Tô Hiệu cả tuần, mấy ông môi trường toàn lũ ăn hại, hàng xóm nhà ông Tư thì đổ thêm",
    "trưa nào cũng có mùi, con tôi ho suốt",
)


def left(words: str) -> list[str]:
    wanted = taking_out(words)
    assert wanted is not None
    return without(TOLD, meant(wanted, TOLD))


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ("đừng ghi chỗ nói về ông Tư", "ông Tư"),
        ("bo cai doan hang xom di em", "hàng xóm"),
        ("bỏ chữ lũ ăn hại giùm", "lũ ăn hại"),
        ("xóa chữ “lũ ăn hại” đi", "lũ ăn hại"),
        ("cắt giùm câu con tôi ho", "ho suốt"),
        ("khỏi ghi chuyện con tôi ho nha", "ho suốt"),
    ],
)
def test_the_clause_that_is_named_leaves_and_the_rest_stays(words: str, gone: str) -> None:
    kept = " ".join(left(words))
    assert gone not in kept
    assert "rác chất đống trước nhà số 5 Tô Hiệu cả tuần" in kept
    assert "trưa nào cũng có mùi" in kept


def test_what_was_said_last_leaves_whole() -> None:
    assert left("bỏ câu vừa rồi đi") == [TOLD[0]]


def test_the_joint_of_what_is_gone_leaves_too() -> None:
    assert left("bỏ đoạn hàng xóm")[0].endswith("toàn lũ ăn hại")


@pytest.mark.parametrize("words", ["bỏ mấy câu chửi ra giùm", "xoa may chu tuc di", "khỏi ghi mấy lời nóng nảy nha"])
def test_rude_words_are_meant_whatever_they_were(words: str) -> None:
    wanted = taking_out(words)
    assert wanted is not None
    assert wanted.which == "rude"


@pytest.mark.parametrize(
    "words",
    ["bỏ qua", "xóa phản ánh", "bỏ số điện thoại tôi ra", "bỏ vụ này đi", "bỏ việc đó đi", "đừng ghi tên tôi", "hủy đi",
     "rác đổ bỏ chỗ gốc cây từ hôm qua mà phường chưa cho người xem gì hết, tôi nói câu này nữa là lần thứ ba"],
)  # fmt: skip
def test_nothing_of_the_text_is_to_leave(words: str) -> None:
    wanted = taking_out(words)
    assert wanted is None or not meant(wanted, TOLD)


def test_a_name_leaves_by_itself_where_it_stands_within_a_clause() -> None:
    told = ("quán nhậu của ông Bảy Sứt ở 14 Điện Biên Phủ mở nhạc tới hai giờ sáng",)
    wanted = taking_out("bỏ chữ ông Bảy Sứt ra giùm nghe, để rứa mích lòng")
    assert wanted is not None
    assert without(told, meant(wanted, told)) == ["quán nhậu ở 14 Điện Biên Phủ mở nhạc tới hai giờ sáng"]


def test_the_matter_itself_is_not_taken_out_but_given_up() -> None:
    assert meant(TakingOut("matter", ("rac",)), TOLD) == []


def test_two_clauses_that_fit_as_well_are_asked_about() -> None:
    assert meant(TakingOut("named", ("mui",)), ("mùi hôi ban trưa, mùi khét ban đêm",)) == []


def test_a_title_alone_points_to_nobody() -> None:
    told = ("rác chất đống cả tuần, mấy ông môi trường ngu như bò",)
    wanted = taking_out("đừng ghi chỗ nói về ông Tư")
    assert wanted is not None
    assert meant(wanted, told) == []
