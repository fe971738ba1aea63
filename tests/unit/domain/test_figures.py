"""The further figures by their definitions (docs/sla.md, Figures)."""

import datetime as dt

from feedback_store.domain.figures import (
    CATALOGUE,
    Event,
    PerTicket,
    Spread,
    k2,
    percentile,
    place_key,
    satisfied,
    share,
    slower,
    spread,
)  # fmt: skip
from feedback_store.domain.kpi import Period, Ratio

MARCH = Period.month(2026, 3)
LAST = dt.datetime(2026, 3, 31, 16, 59, 59, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def test_a_share_counts_what_happened_in_the_period_and_by_the_instant_asked() -> None:
    events = [Event(LAST, True), Event(LAST - SECOND, False), Event(LAST + SECOND, True)]
    assert share(events, MARCH, LAST) == Ratio(1, 2)
    assert share(events, MARCH, LAST - SECOND) == Ratio(0, 1)
    assert share([], MARCH, LAST).percent is None


def test_a_closed_ticket_is_told_when_every_standing_result_is_proven() -> None:
    assert k2([("released", LAST)])
    assert k2([("returned", None), ("superseded", None), ("released", LAST)])
    assert not k2([("released", LAST), ("released", None)])
    assert not k2([("returned", None)])


def test_three_stars_are_neutral() -> None:
    assert [satisfied(stars) for stars in range(1, 6)] == [False, False, False, True, True]


def test_a_change_to_a_class_with_more_time_is_known_as_slower() -> None:
    assert slower("N3", "P10")
    assert not slower("N3", "H24")
    assert not slower("N3", "N3")
    assert not slower("", "P10")


def test_a_place_is_compared_without_case_and_outer_spaces() -> None:
    assert place_key("  Ngõ 45 LẠCH TRAY ") == place_key("ngõ 45 Lạch Tray")
    assert place_key("   ") is None


def test_percentiles_are_of_the_nearest_rank() -> None:
    ten = {60: 1, 1: 5, 2: 4}
    assert percentile({}, 50) is None
    assert percentile({7: 1}, 90) == 7
    assert percentile(ten, 50) == 1
    assert percentile(ten, 90) == 2
    assert percentile(ten, 91) == 60
    assert spread(4, [(10, 1)]) == Spread(4, 1, 10, 10)
    assert spread(12, [(1, 2), (60, 1), (2, 4), (1, 3)]) == Spread(12, 10, 1, 2)


def test_an_average_is_cut_to_two_decimals() -> None:
    assert PerTicket(2, 3).each == 0.66
    assert PerTicket(0, 0).each is None


def test_every_figure_that_judges_the_hotline_is_kept_from_division_by_agency() -> None:
    assert [code for code, one in CATALOGUE.items() if one.hotline and "agency" in one.dimensions] == []
