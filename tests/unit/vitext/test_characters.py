"""What is no writing: taken out of words, refused in identifiers."""

import unicodedata
from typing import Any

import pytest

from vitext import clean, clean_values, clean_words, is_identifier, is_writable

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"]


@pytest.mark.parametrize("control", CONTROLS, ids=[f"U+{ord(one):04X}" for one in CONTROLS])
def test_a_stray_control_code_leaves_the_words_as_they_were(control: str) -> None:
    cleaned = clean(f"ổ gà trước{control} cổng chợ")
    assert is_writable(cleaned)
    assert cleaned.split() == ["ổ", "gà", "trước", "cổng", "chợ"]


def test_tab_and_line_ends_stay_and_odd_line_ends_become_plain_ones() -> None:
    assert clean("một\thai\r\nba") == "một\thai\r\nba"
    assert clean("một\x0bhai\x0cba\x85bốn") == "một\nhai\nba\nbốn"


def test_half_a_character_is_shown_as_one_that_was_lost() -> None:
    assert clean("nhà \ud83d cháy \udc00") == "nhà \ufffd cháy \ufffd"
    assert clean("😀") == "😀"
    assert clean("a\ud800").encode()


def test_bytes_that_were_no_text_stay_recognisable() -> None:
    assert clean("\x00\x01\x02ab\x03") == "\ufffd\ufffd\ufffdab\ufffd"


def test_words_are_composed_and_cleaning_alone_composes_nothing() -> None:
    typed = unicodedata.normalize("NFD", "đường\0 hỏng nặng quá trời ơi")
    assert clean_words(typed) == "đường hỏng nặng quá trời ơi"
    assert clean(typed) == typed.replace("\0", "")


def test_every_string_of_a_value_is_cleaned_and_nothing_else() -> None:
    value = {"a\0 long key": ["một hai\0 ba", 1, None, {"x": "\ud800"}], "n": 1.5}
    assert clean_values(value) == {"a long key": ["một hai ba", 1, None, {"x": "\ufffd"}], "n": 1.5}


@pytest.mark.parametrize("value", ["", "a b", "a\0", "\ud800", "đ", "a\n", "x" * 65, None, 7])
def test_what_is_no_identifier_is_refused(value: Any) -> None:
    assert not is_identifier(value)


def test_a_token_is_an_identifier() -> None:
    assert is_identifier("Ab-_09:=")
