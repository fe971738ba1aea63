"""Long answers are cut at the channel's limit, counted as the channel counts."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import split_text


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_short_text_stays_whole() -> None:
    assert split_text("ngắn", 4096) == ["ngắn"]


def test_an_emoji_counts_twice() -> None:
    assert [units(part) for part in split_text("😀" * 5, 4)] == [4, 4, 2]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.integers(8, 40))
def test_no_part_is_too_long_and_no_word_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
