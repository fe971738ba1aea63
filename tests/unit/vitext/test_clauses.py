"""Where one thing that is said ends and the next begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitext import clauses, sentences


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
