"""What a Vietnamese syllable can be, and where its tone mark goes."""

import pytest

from vitext import is_syllable, respell
from vitext.telex import untelex


@pytest.mark.parametrize("word", "nghiêng Quyển giếng khuya ưỡn ạ yêu thuở xoong gì oách".split())
def test_vietnamese_syllables_are_known(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", "wifi bus clb đườngg xyz khàc stress".split())
def test_what_no_vietnamese_mouth_says_is_not_a_syllable(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("old", "new"),
    [("Hoà", "Hòa"), ("THUỶ", "THỦY"), ("khoẻ", "khỏe"), ("huỷ", "hủy"), ("quý", "quý"),
     ("hoàng", "hoàng"), ("già", "già"), ("loè", "lòe"), ("của", "của"), ("mía", "mía")],
)
def test_the_tone_mark_goes_to_one_place(old: str, new: str) -> None:
    assert respell(old) == new


@pytest.mark.parametrize(
    ("keys", "word"),
    [("ddoongf", "đồng"), ("nuowcs", "nước"), ("dduwowngf", "đường"), ("xoong", None),
     ("phair", "phải"), ("khoong", "không"), ("tieengs", "tiếng"), ("bus", None), ("test", None),
     ("nuoc", None), ("xin", None), ("facebook", None), ("chair", "chải")],
)
def test_telex_keys_are_read_only_where_they_make_a_syllable(keys: str, word: str | None) -> None:
    assert untelex(keys) == word
