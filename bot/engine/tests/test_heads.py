"""The vocabulary and the heads: what is read of a part is what the part alone would give."""

from __future__ import annotations

import numpy as np
import pytest

from bot.engine.heads import Head, Together, View, Vocabulary

TEXTS = [
    "đèn đường trước nhà tắt cả tuần rồi",
    "rác đầy đường trước nhà mà chẳng ai dọn",
    "đèn tắt , rác đầy , đường trước nhà tối",
    "mở quán ăn cần giấy gì",
    "giấy khai sinh cần giấy gì",
]


def view(text: str) -> View:
    return View(text.split(), [word.replace("đ", "d") for word in text.split()])


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.fit([view(text) for text in TEXTS])


def dense(vocabulary: Vocabulary, text: str, first: int = 0, last: int | None = None) -> np.ndarray:
    words = view(text)
    passage = vocabulary.lay(words)
    end = len(words.accented) if last is None else last
    row = np.zeros(vocabulary.matrix([words]).shape[1], dtype=np.float32)
    row[passage.columns] = passage.values((first, end), (first, end))
    return row


@pytest.mark.parametrize("text", [*TEXTS, "đèn đèn đèn tắt tắt"])
@pytest.mark.parametrize(("first", "last"), [(0, 1), (1, 4), (2, 3), (0, 3), (3, 3)])
def test_a_part_is_read_as_if_it_stood_alone(vocabulary: Vocabulary, text: str, first: int, last: int) -> None:
    alone = " ".join(text.split()[first:last])
    assert np.allclose(dense(vocabulary, text, first, last), dense(vocabulary, alone), atol=1e-6)


def test_a_row_of_the_matrix_is_the_whole_text(vocabulary: Vocabulary) -> None:
    rows = vocabulary.matrix([view(text) for text in TEXTS]).toarray()
    for row, text in zip(rows, TEXTS):
        assert np.allclose(row, dense(vocabulary, text))
        assert row.any()


def test_every_block_is_of_its_weight(vocabulary: Vocabulary) -> None:
    passage = vocabulary.lay(view(TEXTS[2]))
    values = passage.values((0, 9), (0, 9))
    assert np.isclose(values @ values, 1.0 + 1.0 + 0.25 + 0.25)


def test_words_that_nobody_knows_and_no_words_at_all_give_nothing(vocabulary: Vocabulary) -> None:
    assert not dense(vocabulary, "").any()
    assert np.count_nonzero(dense(vocabulary, "żółć")) <= 2  # the edges of a word


def test_a_word_said_a_thousand_times_is_still_a_number(vocabulary: Vocabulary) -> None:
    row = dense(vocabulary, " ".join(["đèn"] * 1000))
    assert np.isfinite(row).all()


def test_heads_asked_together_say_what_each_says_alone(vocabulary: Vocabulary) -> None:
    features = vocabulary.matrix([view(text) for text in TEXTS])
    kinds = Head.fit(features, ["report"] * 3 + ["question"] * 2, range(5))
    things = Head.fit(features, ["lamp", "rubbish", "lamp", "none", "none"], range(5))
    together = Together({"kind": kinds, "thing": things}, "none")
    for text in TEXTS:
        passage = vocabulary.lay(view(text))
        count = len(text.split())
        values = passage.values((0, count), (0, count))
        margins = together.margins(values, together.at(passage))
        (kind, sure), *_ = together.likeliest("kind", margins, 1)
        assert kind == ("question" if "giấy" in text else "report")
        assert 0.5 < sure <= 1
        assert "none" not in [name for name, _ in together.likeliest("thing", margins, 3)]
    assert together.likeliest("missing", margins, 1) == []
