"""Verdicts on clocks whose dates are partly known."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from feedback_store.domain.calendar import calendar_from_data
from feedback_store.domain.due import Target, due
from feedback_store.domain.history import LOCAL, Moment, due_of, instant, judge, target_reaching, whole_day

OFFICE = calendar_from_data({
    "tz": "Asia/Ho_Chi_Minh",
    "week": {day: [["07:30", "11:30"], ["13:30", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "closed": [], "extra": {},
})  # fmt: skip
TARGETS = st.sampled_from(
    [Target("working_days", 3), Target("working_minutes", 240), Target("clock_minutes", 300)]
)
TIMES = st.datetimes(dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 20)).map(lambda one: one.replace(microsecond=0))
MOMENTS = st.one_of(TIMES.map(instant), TIMES.map(lambda one: whole_day(one.date())))


def within(moment: Moment, share: float) -> dt.datetime:
    return moment.low + dt.timedelta(seconds=int((moment.high - moment.low).total_seconds() * share))


@given(TARGETS, MOMENTS, MOMENTS, st.floats(0, 1), st.floats(0, 1))
def test_a_verdict_holds_for_every_instant_the_dates_allow(
    target: Target, start: Moment, done: Moment, first: float, second: float
) -> None:
    verdict = judge(due_of(OFFICE, target, start), done)
    late = within(done, second) > due(OFFICE, target, within(start, first))
    assert verdict in (None, "late" if late else "on_time")


def test_exact_dates_always_have_a_verdict() -> None:
    due_at = instant(dt.datetime(2026, 3, 5, 17))
    assert judge(due_at, instant(dt.datetime(2026, 3, 5, 17))) == "on_time"
    assert judge(due_at, instant(dt.datetime(2026, 3, 5, 17, 0, 1))) == "late"
    assert judge(due_at, whole_day(dt.date(2026, 3, 5))) is None


@given(TIMES, TIMES)
def test_a_given_due_becomes_a_target_that_never_ends_later(start: dt.datetime, end: dt.datetime) -> None:
    low, high = sorted((start, end))
    begin, given_due = instant(low).low, instant(high).low
    for usual in (Target("working_days", 3), Target("working_minutes", 240), Target("clock_minutes", 300)):
        target = target_reaching(OFFICE, usual, begin, given_due)
        again = due(OFFICE, target, begin)
        assert again <= given_due or target.amount == 1
        if usual.round_the_clock:
            assert given_due - again < dt.timedelta(minutes=1)


def test_a_closing_time_becomes_whole_working_days() -> None:
    start = instant(dt.datetime(2026, 3, 2, 9, 15)).low
    due_at = dt.datetime(2026, 3, 5, 17, tzinfo=LOCAL)
    assert target_reaching(OFFICE, Target("working_days", 7), start, due_at) == Target("working_days", 3)
    nearly = due_at - dt.timedelta(minutes=30)
    found = target_reaching(OFFICE, Target("working_days", 7), start, nearly)
    assert found.kind == "working_minutes"
    assert due(OFFICE, found, start) == nearly
