"""Where one thing that is said ends and the next begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitext import clauses, joints, sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in clauses(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("đèn tắt, rác đầy, à mà hồ sơ của tôi tới đâu rồi", ["đèn tắt", "rác đầy", "à mà hồ sơ của tôi tới đâu rồi"]),
        ("nước dâng 3,5 m ở P.Lê Chân", ["nước dâng 3,5 m ở P.Lê Chân"]),
        ("mất điện rồi cho tôi hỏi làm khai sinh ở đâu", ["mất điện rồi", "cho tôi hỏi làm khai sinh ở đâu"]),
        ("Báo sự cố: cột điện nghiêng", ["Báo sự cố", "cột điện nghiêng"]),
        ("ủa... vậy hả?? gửi rồi", ["ủa", "vậy hả", "gửi rồi"]),
        ("số 12. ngõ 3", ["số 12. ngõ 3"]),
        ("", []),
        ("👍 !!", []),
    ],
)
def test_a_message_is_cut_where_people_pause_or_begin_anew(text: str, pieces: list[str]) -> None:
    assert cut(text) == pieces


def test_sentences_hold_their_clauses() -> None:
    text = "Đèn tắt, tối om. Mà hồ sơ của tôi tới đâu rồi?"
    assert [text[start:end] for start, end in sentences(text)] == ["Đèn tắt, tối om", "Mà hồ sơ của tôi tới đâu rồi"]
    assert sentences("👍") == []


@given(st.text(max_size=200))
def test_sentences_are_spans_in_order_that_do_not_overlap(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        last = end


@given(st.text(max_size=200))
def test_clauses_are_spans_in_order_that_do_not_overlap(text: str) -> None:
    last = 0
    for start, end in clauses(text):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize("text", ["", " ", ".", "👍", "\u0301"])
def test_a_text_without_words_has_neither_sentences_nor_clauses(text: str) -> None:
    assert sentences(text) == []
    assert clauses(text) == []


@pytest.mark.parametrize(
    ("text", "cut_at"),
    [
        ("den duong hem 5 hu vs nuoc thai tran ra lun", ["vs nuoc"]),
        ("cây trước cổng nghiêng lắm rồi mà dây mạng còn võng xuống đường", ["rồi mà", "mà dây", "còn võng"]),
        ("vẫn còn tối", []),
        ("", []),
    ],
)
def test_another_thing_may_begin_at_a_joint_with_words_enough_on_both_sides(text: str, cut_at: list[str]) -> None:
    assert [text[at:].startswith(words) for at, words in zip(joints(text, 0, len(text)), cut_at, strict=True)] == [
        True for _ in cut_at
    ]


def test_joints_are_looked_for_within_the_clause_alone() -> None:
    text = "đèn hư cả tuần nay mà chưa ai sửa, rác đầy cả đường còn cống thì hôi quá"
    start = text.index("rác")
    assert [text[at:].split()[0] for at in joints(text, start, len(text))] == ["còn"]
