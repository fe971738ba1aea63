"""One spelling, and the way back to the citizen's own characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitext import fold, normalise, syllables, view

MIXED = st.text(
    alphabet=st.one_of(
        st.sampled_from("aàáăắâấbcdđeêệghiklmnoôơpqrstuưvxy   .,/-0123456789👍\u0301\u0323\n"),
        st.characters(),
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hoà thuỷ khoẻ", "hòa thủy khỏe"),
        ("hoàn thuyền quý giá gìn của", "hoàn thuyền quý giá gìn của"),
        ("đc ko ạ", "được không ạ"),
        ("ntn vậy", "như thế nào vậy"),
        ("lam khai sinh tn a", "lam khai sinh thế nào a"),
        ("co tn o nga tu", "co tai nạn o nga tu"),
        ("tn giao thong", "tai nạn giao thong"),
        ("gửi tn rồi", "gửi tn rồi"),
        ("hs TN-0452", "hồ sơ tn-0452"),
        ("quáaaa trờiii", "quá trời"),
        ("đườngggg", "đường"),
        ("ddoongf nuowcs dduwowngf", "đồng nước đường"),
        ("tieengs oonf", "tiếng ồn"),
        ("xe bus, máy xoong", "xe bus, máy xoong"),
        ("ubnd phường", "ủy ban nhân dân phường"),
        ("P.Bến Nghé, q 3", "phường.bến nghé, quận 3"),
        ("XIN CHÀO", "xin chào"),
        (unicodedata.normalize("NFD", "rác thải"), "rác thải"),
        ("  hai   khoảng\ntrắng ", "hai khoảng trắng"),
    ],
)
def test_typing_becomes_one_spelling(typed: str, meant: str) -> None:
    assert normalise(typed).text == meant


def test_a_span_of_the_normalised_text_maps_back_to_the_original() -> None:
    typed = "nhà tui ở gần UBND xã, ko có nuowcs"
    normalised = normalise(typed)
    start = normalised.text.index("ủy ban nhân dân")
    span = normalised.original_span(start, start + len("ủy ban nhân dân"))
    assert typed[slice(*span)] == "UBND"
    start = normalised.text.index("nước")
    assert typed[slice(*normalised.original_span(start, start + 4))] == "nuowcs"


def test_a_span_outside_of_the_text_is_refused() -> None:
    with pytest.raises(ValueError):
        normalise("ạ").original_span(0, 9)


@given(MIXED)
def test_normalising_never_raises_and_maps_every_character(text: str) -> None:
    normalised = normalise(text)
    assert len(normalised.offsets) == len(normalised.text)
    for start, end in normalised.offsets:
        assert 0 <= start < end <= len(text)


@given(MIXED)
def test_offsets_never_run_backwards(text: str) -> None:
    starts = [start for start, _end in normalise(text).offsets]
    assert starts == sorted(starts)


@given(MIXED)
def test_syllables_cover_everything_that_is_seen_but_white_space(text: str) -> None:
    covered = {at for one in syllables(text) for at in range(one.start, one.end)}
    left = "".join(char for at, char in enumerate(text) if at not in covered)
    assert not view(left).text.strip()


@given(st.lists(st.sampled_from("trước nhà tôi có cái ổ gà to lắm đường Trần Phú ngập".split())))
def test_correct_text_folds_to_the_same_text(words: list[str]) -> None:
    text = " ".join(words)
    assert fold(normalise(text).text) == fold(text)
