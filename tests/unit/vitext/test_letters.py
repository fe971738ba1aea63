"""Folding, composition and telling text that says nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitext import fold, has_letters, has_marks, nfc

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"


def test_every_vietnamese_letter_folds_to_a_plain_one() -> None:
    assert set(fold(VIETNAMESE + VIETNAMESE.upper())) <= set("abcdefghijklmnopqrstuvxyz")


def test_folding_gives_what_people_type_on_a_plain_keyboard() -> None:
    assert fold("Đường Nguyễn Huệ, Thủ Đức") == "duong nguyen hue, thu duc"


def test_decomposed_text_folds_like_composed_text() -> None:
    assert fold(unicodedata.normalize("NFD", "phường Hồng Bàng")) == "phuong hong bang"


def test_the_icelandic_look_alike_becomes_the_vietnamese_letter() -> None:
    assert nfc("ðường Ðà Nẵng") == "đường Đà Nẵng"


@given(st.text())
def test_folding_keeps_the_number_of_composed_characters(text: str) -> None:
    assert len(fold(text)) == len(nfc(text))


@given(st.text(alphabet=VIETNAMESE + " "))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("text", ["", " ", "👍", "...", "0912 345 678", "!?", "\u0301", "❤️🙏🏽"])
def test_text_without_letters_is_told(text: str) -> None:
    assert not has_letters(text)


@pytest.mark.parametrize("text", ["ạ", "ok 👍", "12a", "đ"])
def test_one_letter_is_enough(text: str) -> None:
    assert has_letters(text)


def test_a_writer_without_marks_is_told_from_one_with_them() -> None:
    assert not has_marks("duong Tran Phu ngap 3 ngay roi")
    assert has_marks("duong Trần Phú")
    assert not has_marks("di")
    assert has_marks("đi")
