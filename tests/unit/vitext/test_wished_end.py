"""When somebody wants to be called, in words."""

from __future__ import annotations

import datetime as dt

import pytest

from vitext.dates import VIET_NAM
from vitext.times import Wish, read_time, wished_end

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


WEDNESDAY = dt.datetime(2026, 11, 25, 10, 0, tzinfo=VIET_NAM)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("trước trưa", "2026-11-25 10:00", "2026-11-25 11:30"),
        ("trước trưa mai", "2026-11-26 08:00", "2026-11-26 11:30"),
        ("truoc buoi trua mai", "2026-11-26 08:00", "2026-11-26 11:30"),
        ("trước chiều thứ sáu", "2026-11-27 08:00", "2026-11-27 13:00"),
        ("gọi trước thứ sáu giúp em", "2026-11-25 10:00", "2026-11-26 17:00"),
        ("truoc ngay 30/11 nhe", "2026-11-25 10:00", "2026-11-29 17:00"),
        ("trước tuần sau", "2026-11-25 10:00", "2026-11-29 17:00"),
        ("sau trưa", "2026-11-25 13:30", "2026-11-25 15:30"),
        ("sau giờ nghỉ trưa thứ 2", "2026-11-30 13:30", "2026-11-30 15:30"),
        ("tuần sau chiều thứ 2", "2026-11-30 13:00", "2026-11-30 17:00"),
        ("hôm trước gọi không được, chiều nay nhé", "2026-11-25 13:00", "2026-11-25 17:00"),
        ("trước 9h thứ sáu", "2026-11-27 08:00", "2026-11-27 09:00"),
    ],
)
def test_before_a_day_or_a_part_of_one_is_over_when_it_begins(words: str, start: str, end: str) -> None:
    found = read_time(words, WEDNESDAY)
    assert isinstance(found, Wish)
    assert [found.start, found.end] == [dt.datetime.fromisoformat(one).replace(tzinfo=VIET_NAM) for one in (start, end)]
