"""What of a text becomes a piece, and what makes no difference."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitext.pieces import SIZE, WEIGHTS, blocks


@given(st.text(max_size=200))
def test_any_text_has_a_counter_for_each_weight_and_numbers_that_fit(text: str) -> None:
    found = blocks(text)
    assert len(found) == len(WEIGHTS)
    assert all(0 <= number < SIZE and count > 0 for block in found for number, count in block.items())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cháy nhà!!!", "cháy nhà"),
        ("CHÁY NHÀ", "cháy nhà"),
        ("cháy nhà số 12", "cháy nhà số 75"),
        ("cháyyyyyy nhà", "cháyy nhà"),
        ("cha\u0301y nhà", "cháy nhà"),
    ],
)
def test_case_signs_digits_drawn_out_letters_and_decomposition_make_no_difference(one: str, other: str) -> None:
    assert blocks(one) == blocks(other)


def test_marks_are_seen_on_one_side_and_not_on_the_other() -> None:
    burning, running = blocks("cháy"), blocks("chạy")
    assert burning[0] != running[0]
    assert burning[1] != running[1]
    assert burning[2:] == running[2:]


def test_what_stands_twice_is_counted_twice() -> None:
    once, twice = blocks("cứu"), blocks("cứu tôi cứu")
    assert {2 * count for count in once[0].values()} <= set(twice[0].values())


def test_a_word_said_again_at_once_counts_once() -> None:
    assert blocks("Cháy cháy nhà tôi tôi cháy") == blocks("cháy nhà tôi cháy")


def test_pairs_of_words_have_an_order() -> None:
    assert blocks("chó cắn người")[0].keys() != blocks("người cắn chó")[0].keys()


def test_words_and_their_pairs_are_all_there() -> None:
    words = "dây điện rớt xuống đường".split()
    assert sum(blocks(" ".join(words))[0].values()) == len(words) + len(list(pairwise(words)))
