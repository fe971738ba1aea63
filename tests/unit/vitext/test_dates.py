"""Times as they are said in Vietnamese."""

import datetime as dt

import pytest

from vitext.dates import duration, short_time, spoken_date, spoken_time, working_duration

DUE = dt.datetime(2026, 11, 26, 10, 0, tzinfo=dt.UTC)


def test_a_due_time_is_said_in_words() -> None:
    assert spoken_time(DUE) == "17 giờ 00, thứ Năm, ngày 26/11/2026"
    assert short_time(DUE) == "17:00 26/11/2026"


def test_the_day_is_that_of_viet_nam() -> None:
    assert spoken_date(dt.datetime(2026, 11, 28, 17, 0, tzinfo=dt.UTC)) == "Chủ nhật, ngày 29/11/2026"


def test_durations_are_said_in_words() -> None:
    assert duration(dt.timedelta(minutes=200)) == "3 giờ 20 phút"
    assert duration(dt.timedelta(seconds=59)) == "dưới 1 phút"
    assert duration(dt.timedelta(hours=-50)) == "2 ngày 2 giờ"
    assert working_duration(dt.timedelta(hours=18)) == "2 ngày làm việc 3 giờ"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        spoken_time(dt.datetime(2026, 11, 26, 17, 0))
