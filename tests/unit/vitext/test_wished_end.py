"""When somebody wants to be called, in words."""

from __future__ import annotations

import datetime as dt

import pytest

from vitext.dates import VIET_NAM
from vitext.times import wished_end

MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=VIET_NAM)


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("chiều nay", "2026-11-23 17:00"),
        ("sáng mai", "2026-11-24 11:30"),
        ("chieu mai", "2026-11-24 17:00"),
        ("tối", "2026-11-23 20:00"),
        ("sau 14 giờ", "2026-11-23 16:00"),
        ("2h chiều", "2026-11-23 16:00"),
        ("8h30 sáng thứ hai", "2026-11-23 10:30"),
        ("6h sáng thứ hai", "2026-11-30 08:00"),
        ("thứ năm", "2026-11-26 17:00"),
        ("chủ nhật", "2026-11-29 17:00"),
        ("ngày kia", "2026-11-25 17:00"),
        ("7 giờ", "2026-11-24 09:00"),
    ],
)
def test_a_wished_time_ends_at(words: str, end: str) -> None:
    assert wished_end(words, MONDAY) == dt.datetime.fromisoformat(end).replace(tzinfo=VIET_NAM)


@pytest.mark.parametrize("words", ["lúc nào cũng được", "", "khi rảnh", "gọi gấp"])
def test_no_time_is_no_wish(words: str) -> None:
    assert wished_end(words, MONDAY) is None
