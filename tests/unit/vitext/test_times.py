"""When somebody wants something, in words: a grid of over 400 forms at different moments, none earlier than said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from vitext.dates import VIET_NAM
from vitext.letters import fold
from vitext.times import Unclear, Wish, read_time

MOMENTS = [
    dt.datetime(2026, 11, 23, 6, 30, tzinfo=VIET_NAM), dt.datetime(2026, 11, 25, 10, 0, tzinfo=VIET_NAM),
    dt.datetime(2026, 11, 26, 14, 20, tzinfo=VIET_NAM), dt.datetime(2026, 11, 27, 18, 45, tzinfo=VIET_NAM),
    dt.datetime(2026, 11, 29, 9, 5, tzinfo=VIET_NAM), dt.datetime(2026, 12, 31, 22, 30, tzinfo=VIET_NAM),
    dt.datetime(2027, 2, 28, 11, 59, tzinfo=VIET_NAM),
]  # fmt: skip
Day = Callable[[dt.date], dt.date]


def ahead(days: int) -> Day:
    return lambda today: today + dt.timedelta(days=days)


def weekday(wanted: int) -> Day:
    return lambda today: today + dt.timedelta(days=(wanted - today.weekday()) % 7)


def next_week(wanted: int) -> Day:
    return lambda today: today + dt.timedelta(days=7 + wanted - today.weekday())


def date(day: int, month: int) -> Day:
    def found(today: dt.date) -> dt.date:
        this = dt.date(today.year, month, day)
        return this if this >= today else dt.date(today.year + 1, month, day)

    return found


def of_month(day: int) -> Day:
    def found(today: dt.date) -> dt.date:
        one = today
        while one.day != day:
            one += dt.timedelta(days=1)
        return one

    return found


# words, day (None: today, or the next one where it has passed), from, to, days after which it comes again
FORMS: list[tuple[str, Day | None, float, float, int]] = [
    ("lúc 15h", None, 15, 17, 1), ("15 giờ", None, 15, 17, 1), ("15g", None, 15, 17, 1), ("15h30", None, 15.5, 17.5, 1),
    ("15:30", None, 15.5, 17.5, 1), ("15 giờ 30 phút", None, 15.5, 17.5, 1), ("tầm 2 giờ", None, 14, 16, 1),
    ("khoảng 3h chiều", None, 15, 17, 1), ("3 giờ rưỡi chiều", None, 15.5, 17.5, 1),
    ("3 giờ kém 15 chiều", None, 14.75, 16.75, 1), ("hai giờ chiều", None, 14, 16, 1), ("8h tối", None, 20, 22, 1),
    ("7 giờ tối", None, 19, 21, 1), ("1h trưa", None, 13, 15, 1), ("12h trưa", None, 12, 14, 1),
    ("11 giờ trưa", None, 11, 13, 1), ("9h sáng", None, 9, 11, 1), ("chín giờ sáng", None, 9, 11, 1),
    ("5 giờ chiều", None, 17, 19, 1), ("sáng mai", ahead(1), 7.5, 11.5, 0), ("trưa mai", ahead(1), 11.5, 13.5, 0),
    ("chiều mai", ahead(1), 13, 17, 0), ("tối mai", ahead(1), 18, 20, 0), ("mai", ahead(1), 8, 17, 0),
    ("ngày mai", ahead(1), 8, 17, 0), ("ngày kia", ahead(2), 8, 17, 0), ("ngày mốt", ahead(2), 8, 17, 0),
    ("sáng mốt", ahead(2), 7.5, 11.5, 0), ("1h trưa mai", ahead(1), 13, 15, 0), ("9h sáng mai", ahead(1), 9, 11, 0),
    ("mai 9h", ahead(1), 9, 11, 0), ("2h mai", ahead(1), 14, 16, 0), ("chiều mai 3h", ahead(1), 15, 17, 0),
    ("thứ hai", weekday(0), 8, 17, 7), ("thứ 2", weekday(0), 8, 17, 7), ("thứ ba 9h", weekday(1), 9, 11, 7),
    ("sáng thứ tư", weekday(2), 7.5, 11.5, 7), ("chiều thứ 5", weekday(3), 13, 17, 7),
    ("chiều tối thứ Sáu", weekday(4), 17, 19, 7), ("t7 9h", weekday(5), 9, 11, 7), ("chủ nhật", weekday(6), 8, 17, 7),
    ("sáng CN", weekday(6), 7.5, 11.5, 7), ("thứ sáu 3 giờ chiều", weekday(4), 15, 17, 7),
    ("thứ hai tuần sau", next_week(0), 8, 17, 0), ("chiều thứ năm tuần tới", next_week(3), 13, 17, 0),
    ("30/11 9h", date(30, 11), 9, 11, 0), ("9h ngày 30/11", date(30, 11), 9, 11, 0),
    ("ngày 30 tháng 11 lúc 9 giờ", date(30, 11), 9, 11, 0), ("sáng 2/1", date(2, 1), 7.5, 11.5, 0),
    ("chiều ngày 15", of_month(15), 13, 17, 0), ("mùng 3", of_month(3), 8, 17, 0),
    ("từ 2h đến 4h chiều mai", ahead(1), 14, 16, 0), ("9h-11h sáng mai", ahead(1), 9, 11, 0),
    ("9:00 - 11:00 ngày mai", ahead(1), 9, 11, 0), ("3 ngày nữa", ahead(3), 8, 17, 0),
    ("1 tuần nữa", ahead(7), 8, 17, 0),
    ("sau giờ hành chính", None, 17, 20, 1), ("ngoài giờ", None, 17, 20, 1), ("giờ hành chính", None, 8, 17, 1),
    ("chiều", None, 13, 17, 1), ("tối nay", None, 18, 20, 1), ("giờ nghỉ trưa", None, 11.5, 13.5, 1),
    ("sáng mai, à nhầm chiều mai", ahead(1), 13, 17, 0), ("chị Mai 15h", None, 15, 17, 1),
    ("gặp một lát lúc 15h", None, 15, 17, 1), ("gọi một cuộc lúc 9h sáng mai", ahead(1), 9, 11, 0),
    ("anh Sáu lúc 16h", None, 16, 18, 1), ("cô Tư chiều mai", ahead(1), 13, 17, 0),
]  # fmt: skip
AROUND = ("{}", "gọi cho em {} nhé", "em rảnh {}", "{} ạ, cảm ơn")


def _expected(form: tuple[str, Day | None, float, float, int], now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    _, day, low, high, again = form
    first = (day or ahead(0))(now.date())

    def at(one: dt.date, hour: float) -> dt.datetime:
        return dt.datetime.combine(one, dt.time(), VIET_NAM) + dt.timedelta(minutes=round(hour * 60))

    if at(first, high) <= now:
        first += dt.timedelta(days=again)
    return max(at(first, low), now), at(first, high)


GRID = [(form, now) for form in FORMS for now in MOMENTS]


def test_the_grid_is_large_nothing_is_earlier_than_said_and_nearly_all_is_right() -> None:
    early, wrong = [], []
    for number, (form, now) in enumerate(GRID):
        words = AROUND[number % len(AROUND)].format(form[0])
        start, end = _expected(form, now)
        found = read_time(words, now)
        if end <= now:
            continue  # a date of today whose hour has passed
        if not isinstance(found, Wish) or (found.start, found.end) != (start, end):
            wrong.append((words, f"{now:%a %d/%m %H:%M}", found))
        if isinstance(found, Wish) and found.start < start:
            early.append((words, f"{now:%a %d/%m %H:%M}", found))
    assert len(GRID) >= 400
    assert not early
    assert len(wrong) <= len(GRID) * 3 // 100, wrong


def test_the_same_without_marks_where_words_stay_apart() -> None:
    wrong = []
    for form, now in GRID:
        if any(name in form[0] for name in ("Mai", "một", "Sáu lúc", "Tư")):
            continue
        start, end = _expected(form, now)
        found = read_time(fold(form[0]), now)
        if end > now and (not isinstance(found, Wish) or (found.start, found.end) != (start, end)):
            wrong.append((fold(form[0]), f"{now:%a %d/%m %H:%M}", found))
    assert len(wrong) <= len(GRID) * 3 // 100, wrong


@pytest.mark.parametrize(
    "words", ["", "lúc nào cũng được", "khi rảnh", "gọi gấp", "tôi ở nhà", "sang tên xe", "một lần", "4 người"]
)
def test_no_time_is_none(words: str) -> None:
    assert read_time(words, MOMENTS[1]) is None


@pytest.mark.parametrize("words", ["mùng 3 tháng Chạp", "rằm tháng này", "mùng 5 tết", "10/3 âm lịch", "ra tết"])
def test_the_lunar_calendar_is_asked_about(words: str) -> None:
    assert read_time(words, MOMENTS[1]) == Unclear("lunar")


@pytest.mark.parametrize("words", ["31/2", "ngày 30 tháng 2", "31/11 lúc 9h"])
def test_a_date_that_does_not_exist_is_asked_about(words: str) -> None:
    assert read_time(words, MOMENTS[1]) == Unclear("date")


@pytest.mark.parametrize(
    ("words", "assumed"),
    [
        ("lúc 2h", {"day", "half", "hours"}), ("14h mai", {"hours"}), ("chiều mai", set()),
        ("trước 11h", {"day", "half"}),
    ],
)
def test_what_was_assumed_is_said(words: str, assumed: set[str]) -> None:
    found = read_time(words, MOMENTS[1])
    assert isinstance(found, Wish)
    assert found.assumed == assumed


def test_before_an_hour_is_until_then() -> None:
    found = read_time("trước 11h", MOMENTS[1])
    assert isinstance(found, Wish)
    assert (found.start, found.end) == (MOMENTS[1], MOMENTS[1].replace(hour=11))


def test_from_now_on_counts_from_now() -> None:
    for words, minutes in (("2 tiếng nữa", 120), ("nửa tiếng nữa", 30), ("30 phút nữa", 30), ("1 tiếng rưỡi nữa", 90)):
        found = read_time(words, MOMENTS[1])
        assert isinstance(found, Wish)
        assert found.start == MOMENTS[1] + dt.timedelta(minutes=minutes), words
