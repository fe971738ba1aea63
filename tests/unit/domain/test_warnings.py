"""Warnings at 50, 80 and 100 % of the time and daily after, never outside working hours (sla.md, rule 11)."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_store.domain import warnings
from feedback_store.domain.calendar import calendar_from_data
from feedback_store.domain.due import Target, due, used
from vitext.dates import VIET_NAM

OFFICE = calendar_from_data(
    {
        "tz": "Asia/Ho_Chi_Minh",
        "week": {day: [["07:30", "11:30"], ["13:30", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "closed": ["2026-03-06"],
    }
)
N3, H24, U4 = Target("working_days", 3), Target("clock_minutes", 1440), Target("working_minutes", 240)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIET_NAM)


@pytest.mark.parametrize(
    ("target", "start", "level", "expected"),
    [
        # 30 h of work from Monday 07:30 to Thursday 17:00; half of them have passed on Tuesday at closing time: the
        # warning waits for Wednesday's opening.
        (N3, "2026-03-02T07:30", 50, "2026-03-04T07:30"),
        (N3, "2026-03-02T07:30", 80, "2026-03-05T09:00"),
        # Due at Thursday's close; Friday is a holiday, so the supervisor hears of it on Monday, the manager on Tuesday.
        (N3, "2026-03-02T07:30", 100, "2026-03-09T07:30"),
        (N3, "2026-03-02T07:30", 101, "2026-03-10T07:30"),
        (N3, "2026-03-02T07:30", 104, "2026-03-13T07:30"),
        (U4, "2026-03-02T22:00", 50, "2026-03-03T09:30"),
        (U4, "2026-03-02T22:00", 100, "2026-03-03T13:30"),
        # Round the clock: nights and holidays count and wake people.
        (H24, "2026-03-05T22:00", 50, "2026-03-06T10:00"),
        (H24, "2026-03-05T22:00", 80, "2026-03-06T17:12"),
        (H24, "2026-03-05T22:00", 100, "2026-03-06T22:00"),
        (H24, "2026-03-05T22:00", 102, "2026-03-08T22:00"),
    ],
)
def test_when_each_level_is_sent(target: Target, start: str, level: int, expected: str) -> None:
    due_at = due(OFFICE, target, at(start))
    assert warnings.instant(OFFICE, target, at(start), due_at, level) == at(expected)


def test_after_downtime_all_levels_passed_are_known_and_the_highest_is_last() -> None:
    start, due_at = at("2026-03-02T07:30"), at("2026-03-05T17:00")
    assert warnings.passed(OFFICE, N3, start, due_at, at("2026-03-11T08:00"), sent=0) == [50, 80, 100, 101, 102]
    assert warnings.passed(OFFICE, N3, start, due_at, at("2026-03-11T08:00"), sent=100) == [101, 102]
    assert warnings.passed(OFFICE, N3, start, due_at, at("2026-03-05T17:00"), sent=80) == []


@settings(max_examples=60, deadline=None)
@given(
    target=st.sampled_from([N3, H24, U4, Target("working_minutes", 7), Target("working_days", 10)]),
    minutes=st.integers(0, 60 * 24 * 60), level=st.sampled_from([50, 80, 100, 101, 102, 110]),
)
def test_levels_come_in_order_within_working_hours_and_not_before_their_share(
    target: Target, minutes: int, level: int
) -> None:
    start = at("2026-01-05T00:00") + dt.timedelta(minutes=minutes)
    due_at = due(OFFICE, target, start)
    here = warnings.instant(OFFICE, target, start, due_at, level)
    assert here <= warnings.instant(OFFICE, target, start, due_at, warnings.after(level))
    assert here >= start
    whole = used(OFFICE, target, start, due_at)
    share = used(OFFICE, target, start, here)
    assert share >= whole * min(level, 100) / 100 - dt.timedelta(seconds=1)
    if not target.round_the_clock:
        local = here.astimezone(VIET_NAM)
        spans = OFFICE.spans_on(local.date())
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        assert any(low <= seconds < high for low, high in spans)
        if level < 100:
            assert share <= whole * level / 100 + dt.timedelta(seconds=1)
    assert warnings.passed(OFFICE, target, start, due_at, here, sent=0)[-1] >= level
