"""Which of several matters words drop."""

from __future__ import annotations

import pytest

from feedback_store.reading.dropping import dropped, drops_taken_up, subjects

SCHOOL = subjects("Trường học, học phí, tuyển sinh trường thu tiền ngoài danh mục")
LAMP = subjects("Đèn tín hiệu giao thông hỏng đèn đỏ ngã tư nhấp nháy cả ngày")


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("không phải học phí mô anh ơi, bỏ đi", [0]),
        ("bo viec hoc phi di em", [0]),
        ("đèn tín hiệu thì thôi khỏi gửi", [1]),
        ("thôi bỏ vụ đèn đỏ ngã tư giúp tui", [1]),
        ("không phải đèn đâu em, bỏ việc đèn đi", [1]),
        ("chỉ gửi việc này thôi", [0, 1]),
    ],
)
def test_a_matter_that_waits_is_dropped_by_its_name(said: str, numbers: list[int]) -> None:
    assert dropped(said, [SCHOOL, LAMP]) == numbers


@pytest.mark.parametrize("said", ["việc kia bỏ đi", "thôi khỏi làm cái việc thứ hai", "chuyện kia thì thôi nha"])
def test_the_only_one_that_waits_needs_no_name(said: str) -> None:
    assert dropped(said, [LAMP]) == [0]
    assert dropped(said, [SCHOOL, LAMP]) == []


@pytest.mark.parametrize(
    "said",
    [
        "rác người ta bỏ đi không ai dọn",
        "bỏ qua ảnh đi",
        "không phải số 12, là số 14",
        "đèn tín hiệu hỏng cả tuần",
        "hủy phản ánh",
        "gửi đi",
        "",
        "nhà trường thu học phí mà tiền ghế, tiền điều hòa thì bỏ lửng đó không nói năng gì hết, cuối năm mới đi thu",
    ],
)
def test_other_words_drop_nothing(said: str) -> None:
    assert dropped(said, [SCHOOL, LAMP]) == []
    assert dropped(said, []) == []
    assert not drops_taken_up(said, LAMP)


@pytest.mark.parametrize(
    "said", ["Bà có nói đèn đóm tín hiệu gì đâu cháu, bỏ đi", "khỏi gửi việc này nhé", "bỏ cái này đi em"]
)
def test_a_matter_that_was_taken_up_is_dropped(said: str) -> None:
    assert drops_taken_up(said, LAMP)


@pytest.mark.parametrize(
    "said",
    [
        "bỏ qua cái này đi",
        "đừng nói việc này cho ai",
        "có nói rác đâu, bỏ việc đó đi",
        "không phải đèn tín hiệu, là đèn đường",
        "cái này cũng đúng, gửi nốt",
        "cai nay cung dung, gui not",
        "việc này đúng gửi luôn đi",
    ],
)
def test_a_skipped_question_or_a_correction_drops_no_matter(said: str) -> None:
    assert not drops_taken_up(said, LAMP)


def test_words_that_name_the_matter_in_hand_drop_none_that_waits() -> None:
    street = subjects("Đèn đường hỏng đèn đường tối")
    assert dropped("bỏ việc đèn đi", [LAMP], street) == []
    assert dropped("bỏ vụ đèn đỏ ngã tư đi", [LAMP], street) == [0]
