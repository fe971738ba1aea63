"""The figures by their definitions (docs/sla.md)."""

import datetime as dt

import pytest

from feedback_store.domain.instants import NaiveDatetime
from feedback_store.domain.kpi import Fact, Period, Ratio, Tally, in_cohort, k1, k1b, promises_kept, tally

MARCH = Period.month(2026, 3)
LAST = dt.datetime(2026, 3, 31, 16, 59, 59, tzinfo=dt.UTC)  # 23:59:59 on 31 March in Viet Nam
SECOND = dt.timedelta(seconds=1)


def test_a_period_is_local_and_half_open() -> None:
    assert in_cohort(Fact(LAST, "on_time"), MARCH, LAST)
    assert not in_cohort(Fact(LAST + SECOND, "on_time"), MARCH, LAST + SECOND)
    assert in_cohort(Fact(LAST + SECOND, "on_time"), Period.month(2026, 4), LAST + SECOND)


def test_what_is_due_later_than_the_instant_asked_does_not_count_yet() -> None:
    assert not in_cohort(Fact(LAST, "on_time"), MARCH, LAST - SECOND)


def test_what_left_the_cohort_does_not_count() -> None:
    assert tally([Fact(LAST, "left"), Fact(LAST, "late"), Fact(LAST, "running")], MARCH, LAST) == Tally(0, 1, 1)


def test_an_empty_period_has_no_percentage() -> None:
    assert promises_kept(Tally()).percent is None
    assert k1([]).percent is None
    assert k1([Tally()]) == Ratio(0, 0)


def test_one_late_or_overdue_leg_makes_an_agency_late() -> None:
    assert k1([Tally(9), Tally(9, late=1), Tally(9, overdue=1)]) == Ratio(1, 3)
    assert k1b(Tally(27, 1, 1)) == Ratio(27, 29)


def test_a_percentage_is_cut_so_that_less_than_all_never_reads_a_hundred() -> None:
    assert Ratio(9999, 10000).percent == 99.9
    assert Ratio(3, 3).percent == 100.0


def test_months_cover_the_period() -> None:
    now = dt.datetime(2026, 1, 31, 17, tzinfo=dt.UTC)  # 1 February in Viet Nam
    assert Period.months_until(now, 3) == Period(dt.date(2025, 12, 1), dt.date(2026, 3, 1))
    assert [p.first.month for p in Period.year(2026).months()] == list(range(1, 13))
    with pytest.raises(NaiveDatetime):
        Period.months_until(dt.datetime(2026, 1, 1), 3)
    with pytest.raises(ValueError, match="cannot end"):
        Period(dt.date(2026, 2, 1), dt.date(2026, 1, 1))
