"""The default calendars: the package's holidays with the override table over them."""

import datetime as dt

from feedback_store.calendars import calendar_data
from feedback_store.defaults import read_yaml
from feedback_store.domain.calendar import Calendar, calendar_from_data
from feedback_store.domain.policy import policy_from_data


def office(*years: int) -> Calendar:
    document = read_yaml("calendars.yaml")
    return calendar_from_data(calendar_data(document["calendars"]["vn-office"], document["overrides"], years))


def test_tet_hung_vuong_and_the_day_of_culture_are_off_in_2026() -> None:
    calendar = office(2026)
    for day in ("2026-01-01", "2026-02-17", "2026-04-27", "2026-04-30", "2026-05-01", "2026-09-02", "2026-11-24"):
        assert calendar.spans_on(dt.date.fromisoformat(day)) == (), day


def test_swapped_days_are_off_and_worked() -> None:
    calendar = office(2025, 2026)
    for off, worked in (("2025-05-02", "2025-04-26"), ("2026-01-02", "2026-01-10"), ("2026-08-31", "2026-08-22")):
        assert calendar.spans_on(dt.date.fromisoformat(off)) == (), off
        assert calendar.spans_on(dt.date.fromisoformat(worked)), worked


def test_no_worked_saturday_of_another_year_leaks_in() -> None:
    calendar = office(2026)
    saturdays = [day for day, spans in calendar.extra if spans]
    assert {day.year for day in saturdays} == {2026}


def test_the_default_policy_has_every_class_of_the_categories() -> None:
    policy = policy_from_data(read_yaml("policies.yaml"))
    used = {leaf["sla"] for leaf in read_yaml("categories.yaml")["leaves"]}
    assert used <= set(policy.classes)
    assert policy.service_class("P10").target("promise", shared=True).amount == 15
