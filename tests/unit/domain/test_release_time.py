"""A promise that can be kept: every clock on time keeps it, whatever class, calendar and instant (sla.md, rule 16)."""

import datetime as dt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feedback_store.defaults import read_yaml
from feedback_store.domain.calendar import Calendar, calendar_from_data
from feedback_store.domain.due import PauseSpan, Target, due, share_of_time
from feedback_store.domain.policy import ServiceClass, policy_from_data
from feedback_store.domain.release_time import Kept, holds, latest_start, leg_due

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def opened(*spans: tuple[str, str], days: tuple[str, ...] = WORKDAYS, closed: tuple[str, ...] = ()) -> Calendar:
    week = {day: [list(span) for span in spans] for day in days}
    return calendar_from_data({"tz": "Asia/Ho_Chi_Minh", "week": week, "closed": list(closed)})


OFFICE = opened(("07:30", "11:30"), ("13:30", "17:00"))
CALENDARS = {
    "office": OFFICE,
    "six days": opened(("08:00", "12:00"), ("13:00", "17:30"), days=(*WORKDAYS, "sat")),
    "with a long holiday": opened(
        ("07:30", "11:30"), ("13:30", "17:00"), closed=tuple(f"2026-02-{n}" for n in range(16, 21))
    ),
    "at night too": opened(("00:00", "24:00"), days=(*WORKDAYS, "sat", "sun")),
}
POLICY = policy_from_data(read_yaml("policies.yaml"))
INSTANTS = st.integers(0, 400 * 86_400 * 10**6).map(
    lambda n: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=n)
)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=OFFICE.zone).astimezone(dt.UTC)


def due_of_leg(one: ServiceClass, agency: Calendar, hotline: Calendar, receipt: dt.datetime, sent: dt.datetime):
    class_due = due(agency, one.resolve, sent)
    promise = due(hotline, one.resolve, receipt)
    kept = Kept(promise, promise, one.notify, hotline)
    return class_due, leg_due(agency, one.resolve, sent, class_due, kept)


@settings(max_examples=300, deadline=None)
@given(
    code=st.sampled_from(sorted(POLICY.classes)), agency=st.sampled_from(sorted(CALENDARS)),
    hotline=st.sampled_from(sorted(CALENDARS)), receipt=INSTANTS, share=st.floats(0, 1), early=st.floats(0, 1),
)  # fmt: skip
def test_triage_resolve_and_notify_on_time_keep_the_promise(code, agency, hotline, receipt, share, early) -> None:
    one, theirs, ours = POLICY.service_class(code), CALENDARS[agency], CALENDARS[hotline]
    promise, triage = due(ours, one.resolve, receipt), due(ours, one.triage, receipt)
    sent = receipt + (triage - receipt) * share
    assert holds(sent, triage)
    _, resolve = due_of_leg(one, theirs, ours, receipt, sent)
    assume(latest_start(ours, one.notify, promise) > sent)  # else triage and notify alone are longer than the promise
    answered = sent + (resolve - sent) * early
    assert due(ours, one.notify, answered) <= promise
    assert due(ours, one.notify, resolve) <= promise


@settings(max_examples=300, deadline=None)
@given(code=st.sampled_from(sorted(POLICY.classes)), calendar=st.sampled_from(sorted(CALENDARS)), end=INSTANTS)
def test_the_latest_start_ends_in_time_and_a_microsecond_later_would_not(code, calendar, end) -> None:
    target, ours = POLICY.service_class(code).notify, CALENDARS[calendar]
    start = latest_start(ours, target, end)
    assert due(ours, target, start) <= end
    assert due(ours, target, start + dt.timedelta(microseconds=1)) > end


@settings(max_examples=300, deadline=None)
@given(calendar=st.sampled_from(sorted(CALENDARS)), end=INSTANTS, more=st.integers(0, 10**7))
def test_the_latest_start_moves_with_a_promise_by_parts_of_a_second(calendar, end, more) -> None:
    """A pause of any length moves both alike, so that neither gains on the other."""
    target, ours = Target("working_minutes", 60), CALENDARS[calendar]
    first, second = (latest_start(ours, target, one) for one in (end, end + dt.timedelta(microseconds=more)))
    assert ours.working_time(first, second) == ours.working_time(end, end + dt.timedelta(microseconds=more))


@settings(max_examples=300, deadline=None)
@given(code=st.sampled_from(sorted(POLICY.classes)), receipt=INSTANTS, late=st.integers(0, 3 * 86_400))
def test_no_leg_gets_more_than_its_class_target(code, receipt, late) -> None:
    one, sent = POLICY.service_class(code), receipt + dt.timedelta(seconds=late)
    class_due, resolve = due_of_leg(one, OFFICE, OFFICE, receipt, sent)
    assert resolve <= class_due
    assert resolve > sent


def test_an_agency_of_three_days_leaves_the_last_working_hour_to_the_release() -> None:
    receipt, sent = local("2026-03-02 09:15"), local("2026-03-02 09:40")
    class_due, resolve = due_of_leg(POLICY.service_class("N3"), OFFICE, OFFICE, receipt, sent)
    assert class_due == local("2026-03-05 17:00")
    assert resolve == local("2026-03-05 16:00")


def test_an_hour_before_an_early_promise_reaches_back_over_the_night() -> None:
    assert latest_start(OFFICE, Target("working_minutes", 60), local("2026-03-03 07:45")) == local("2026-03-02 16:15")


def test_an_hour_that_begins_with_the_opening_begins_there_and_not_at_closing_time() -> None:
    assert latest_start(OFFICE, Target("working_minutes", 60), local("2026-03-03 08:30")) == local("2026-03-03 07:30")


def test_round_the_clock_an_hour_is_an_hour() -> None:
    assert latest_start(OFFICE, Target("clock_minutes", 60), local("2026-03-03 03:10")) == local("2026-03-03 02:10")


def test_a_release_counted_in_days_begins_on_the_day_before() -> None:
    start = latest_start(OFFICE, Target("working_days", 1), local("2026-03-03 17:00"))
    assert start == local("2026-03-02 23:59:59")


def test_a_leg_dispatched_after_the_triage_clock_has_its_full_time() -> None:
    assert holds(local("2026-03-02 10:00"), local("2026-03-02 10:00"))
    assert not holds(local("2026-03-02 10:00:01"), local("2026-03-02 10:00"))


@pytest.mark.parametrize("promise", ["2026-03-02 10:00", "2026-03-03 09:00", "2026-03-05 17:00"])
def test_a_further_leg_never_has_less_than_half_its_class_target(promise: str) -> None:
    target, sent = Target("working_days", 3), local("2026-03-02 09:40")
    class_due = due(OFFICE, target, sent)
    kept = Kept(local(promise), local(promise), Target("working_minutes", 60), OFFICE, at_least_half=True)
    half = share_of_time(OFFICE, target, sent, class_due, 0.5)
    assert leg_due(OFFICE, target, sent, class_due, kept) >= half


def test_a_pause_moves_the_half_by_its_whole_length() -> None:
    target, sent = Target("working_minutes", 480), local("2026-03-02 07:30")
    promise = local("2026-03-02 08:00")
    kept = Kept(promise, promise, Target("working_minutes", 60), OFFICE, at_least_half=True)
    pause = PauseSpan(local("2026-03-02 10:30"), local("2026-03-03 10:30"))  # an hour before the half is over
    class_due = due(OFFICE, target, sent, [pause])
    assert leg_due(OFFICE, target, sent, class_due, kept, [pause]) == local("2026-03-03 11:30")
    open_yet = PauseSpan(pause.start, None)
    for now in (local("2026-03-03 10:30"), local("2026-03-20 10:30")):
        assert leg_due(OFFICE, target, sent, due(OFFICE, target, sent, [open_yet], now), kept, [open_yet], now) > now


def test_where_nothing_would_be_left_the_class_target_stands() -> None:
    target, sent = Target("working_minutes", 30), local("2026-03-02 09:40")
    class_due = due(OFFICE, target, sent)
    kept = Kept(local("2026-03-02 10:10"), local("2026-03-02 10:10"), Target("working_minutes", 60), OFFICE)
    assert leg_due(OFFICE, target, sent, class_due, kept) == class_due


@settings(max_examples=300, deadline=None)
@given(
    code=st.sampled_from(sorted(POLICY.classes)), promised=st.sampled_from(sorted(POLICY.classes)),
    agency=st.sampled_from(sorted(CALENDARS)), receipt=INSTANTS, sent_after=st.integers(0, 3 * 3600),
    begin=st.floats(0, 1), length=st.integers(1, 20 * 86_400), citizen=st.booleans(),
)  # fmt: skip
def test_a_pause_takes_no_time_from_a_leg(
    code, promised, agency, receipt, sent_after, begin, length, citizen
) -> None:
    """Whatever kinds of time the promise, the leg and the release are counted in, as after a change of category."""
    one, theirs = POLICY.service_class(code), CALENDARS[agency]
    whole, sent = POLICY.service_class(promised).resolve, receipt + dt.timedelta(seconds=sent_after)
    plain = due(OFFICE, whole, receipt)
    kept = Kept(plain, plain, one.notify, OFFICE)
    unpaused = leg_due(theirs, one.resolve, sent, due(theirs, one.resolve, sent), kept)
    start = sent + (unpaused - sent) * begin
    assume(start < unpaused)
    pause = PauseSpan(start, start + dt.timedelta(seconds=length))
    assume(pause.start < due(theirs, one.resolve, sent))
    kept = Kept(due(OFFICE, whole, receipt, [pause]) if citizen else plain, plain, one.notify, OFFICE)

    def paused(pause: PauseSpan, now: dt.datetime) -> dt.datetime:
        return leg_due(theirs, one.resolve, sent, due(theirs, one.resolve, sent, [pause], now), kept, [pause], now)

    found = paused(pause, pause.end)
    assert found >= unpaused
    assert found >= pause.end
    assert paused(PauseSpan(pause.start, None), pause.end) == found
    if one.resolve.round_the_clock:
        assert found - pause.end >= unpaused - pause.start
    else:
        assert theirs.working_time(pause.end, found) >= theirs.working_time(pause.start, unpaused)
