"""What a reader sees of a text, with the map back to what was typed."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitext import normalise, syllables, view

WORDS = "cháy nhà, gọi cứu hỏa giúp với 0912345678"
UNSEEN = [
    chr(code)
    for code in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xAD, 0x34F, 0xFEFF,
                 0xFE0F, 0xFE0E, 0xE0061, 0xE0100, 0x180E, 0x115F, 0x3164)
]  # fmt: skip
TWINS = dict(zip("aeocpxyi", "\u0430\u0435\u043e\u0441\u0440\u0445\u0443\u0456", strict=True))
ANY = st.characters(codec=None) | st.sampled_from(["\u0301", "\u200b", "a", "ấ", " ", "\u0430", "."])


def _styled(text: str, first: int) -> str:
    return "".join(
        chr(first + ord(char) - 97) if "a" <= char <= "z" else char for char in unicodedata.normalize("NFD", text)
    )


@pytest.mark.parametrize("mark", UNSEEN, ids=[f"U+{ord(one):04X}" for one in UNSEEN])
def test_a_mark_that_shows_nothing_is_gone_wherever_it_stands(mark: str) -> None:
    for at in range(len(WORDS) + 1):
        assert view(WORDS[:at] + mark + WORDS[at:]).text == WORDS


@pytest.mark.parametrize("first", [0x1D41A, 0x1D482, 0x1D5BA, 0x1D68A, 0xFF41, 0x24D0])
def test_styled_letters_are_plain_ones(first: int) -> None:
    assert view(_styled("cháy nhà gọi cứu giúp", first)).text == "cháy nhà gọi cứu giúp"


def test_letters_of_other_scripts_among_latin_ones_are_read_as_they_look() -> None:
    text = unicodedata.normalize("NFD", WORDS)
    shown = "".join(TWINS.get(char, char) for char in text)
    assert shown != text
    assert view(shown).text == WORDS


def test_words_of_another_script_stay() -> None:
    assert view("Привет, кот и мышь").text.startswith("Привет")
    assert view("東京 한국").text == "東京 한국"


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("c h á y to", "cháy to"), ("c.h.á.y", "cháy"), ("12–3—4−5", "12-3-4-5"),
        ("một\u00a0hai\u3000ba", "một hai ba"),
        ("０９１２", "0912"), ("0️⃣9️⃣", "09"), ("٠٩١", "091"), ("m² №5", "m2 No5"), ("‘a’ “b”", "'a' \"b\""),
        ("hoả", "hoả"), ("🏠 nhà 👩\u200d👧", "🏠 nhà 👩👧"), ("", ""),
    ],
)  # fmt: skip
def test_odd_signs_are_plain_ones(typed: str, seen: str) -> None:
    assert view(typed).text == seen


@given(st.text(ANY, max_size=60))
def test_every_character_has_its_place_in_the_original(text: str) -> None:
    shown = view(text)
    assert len(shown.text) == len(shown.spans)
    assert all(0 <= start < end <= len(text) for start, end in shown.spans)
    assert [start for start, _ in shown.spans] == sorted(start for start, _ in shown.spans)
    assert view(shown.text).text == view(view(shown.text).text).text


def test_a_word_is_found_where_it_was_typed() -> None:
    rng = random.Random(1)
    for _ in range(300):
        typed = "".join(char + rng.choice(UNSEEN) * rng.randint(0, 2) for char in WORDS)
        shown = view(typed)
        at = shown.text.index("cứu hỏa")
        start, end = shown.original(at, at + 7)
        assert view(typed[start:end]).text == "cứu hỏa"
        assert [one.norm for one in syllables(typed)] == [one.norm for one in syllables(WORDS)]
        assert normalise(typed).text == normalise(WORDS).text
