"""Due times against the published cases and against a model that walks second by second."""

import datetime as dt
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback_store.domain.calendar import CalendarError, calendar_from_data
from feedback_store.domain.due import PauseSpan, Target, due, remaining, share_of_time, used
from feedback_store.domain.instants import NaiveDatetime
from feedback_store.domain.vectors import check

HERE = Path(__file__).parent
OFFICE = calendar_from_data(
    {
        "tz": "Asia/Ho_Chi_Minh",
        "week": {day: [["07:30", "11:30"], ["13:30", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=OFFICE.zone)


def test_every_published_case_agrees() -> None:
    document = yaml.safe_load((HERE / "sla_vectors.yaml").read_text(encoding="utf-8"))
    verdicts = list(check(document))
    assert [v for v in verdicts if not v.agrees] == []
    assert len(verdicts) == 42


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(NaiveDatetime):
        due(OFFICE, Target("working_minutes", 5), dt.datetime(2026, 3, 2, 8, 0))


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(CalendarError, match="never opens"):
        calendar_from_data({"week": {}})


def test_a_calendar_that_opens_once_ends_in_an_error_and_not_in_a_loop() -> None:
    once = calendar_from_data({"tz": "UTC", "extra": {"2026-03-02": [["08:00", "09:00"]]}})
    start = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
    assert due(once, Target("working_minutes", 60), start).hour == 9
    with pytest.raises(CalendarError, match="often enough"):
        due(once, Target("working_minutes", 61), start)


@pytest.mark.parametrize(
    "week",
    [{"mon": [["09:00", "08:00"]]}, {"mon": [["08:00", "10:00"], ["09:00", "11:00"]]}, {"monday": []},
     {"mon": [["8h", "9h"]]}, {"mon": [["08:00", "24:30"]]}],
)
def test_odd_spans_are_refused(week: dict[str, list[list[str]]]) -> None:
    with pytest.raises(CalendarError):
        calendar_from_data({"tz": "UTC", "week": {"tue": [["08:00", "09:00"]], **week}})


def test_closing_time_is_due_at_closing_time() -> None:
    assert due(OFFICE, Target("working_minutes", 60), local("2026-03-02T16:00")) == local("2026-03-02T17:00")


def test_remaining_working_time_is_negative_when_overdue() -> None:
    target = Target("working_minutes", 60)
    assert remaining(OFFICE, target, local("2026-03-02T09:00"), local("2026-03-02T10:30")) == -dt.timedelta(minutes=90)


def test_half_of_the_time_is_counted_in_working_time() -> None:
    at = share_of_time(OFFICE, Target("working_days", 1), local("2026-03-02T13:30"), local("2026-03-03T17:00"), 0.5)
    assert at == local("2026-03-03T09:30")  # 11 h of work, half of it 3 h 30 + 2 h


def test_paused_time_is_not_used_time() -> None:
    pause = PauseSpan(local("2026-03-02T09:00"), None)
    target = Target("working_minutes", 240)
    assert used(OFFICE, target, local("2026-03-02T08:00"), local("2026-03-02T15:00"), [pause]) == dt.timedelta(hours=1)


# --- the brute-force model: minutes, one at a time -------------------------------------------

ZONES = ("Asia/Ho_Chi_Minh", "America/New_York", "Europe/Berlin", "UTC")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
quarter = st.integers(0, 95)


@st.composite
def spans(draw: st.DrawFn) -> list[list[str]]:
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
    edges = edges[: len(edges) // 2 * 2]
    return [[clock(a), clock(b)] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def clock(quarters: int) -> str:
    return f"{quarters // 4:02d}:{quarters % 4 * 15:02d}"


@st.composite
def calendars(draw: st.DrawFn) -> dict[str, object]:
    week = {day: draw(spans()) for day in DAYS if draw(st.booleans())}
    week.setdefault("wed", [["08:00", "12:00"]])
    base = dt.date(2026, 3, 1)
    closed = draw(st.sets(st.integers(0, 20), max_size=3))
    extra = {
        (base + dt.timedelta(days=n)).isoformat(): draw(spans()) for n in draw(st.sets(st.integers(0, 20), max_size=2))
    }
    return {
        "tz": draw(st.sampled_from(ZONES)),
        "week": week,
        "closed": [(base + dt.timedelta(days=n)).isoformat() for n in closed],
        "extra": extra,
    }


def hours_of(data: dict, day: dt.date) -> list:
    iso = day.isoformat()
    week = data["week"].get(DAYS[day.weekday()], [])
    return data["extra"].get(iso, [] if iso in data["closed"] else week)


def instant(day: dt.date, clock_time: str, zone: dt.tzinfo) -> dt.datetime:
    """A local time as an instant; one that doesn't exist moves forward by the gap, of two the first counts."""
    hours, minutes = map(int, clock_time.split(":"))
    wall = dt.datetime(day.year, day.month, day.day) + dt.timedelta(hours=hours, minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(dt.UTC)


def walk(data: dict, zone: dt.tzinfo, start: dt.datetime, target: Target, pauses: list) -> dt.datetime:
    """Walk minute by minute (calendars and pauses lie on whole minutes)."""
    minute = dt.timedelta(minutes=1)
    known: dict[dt.date, list[tuple[dt.datetime, dt.datetime]]] = {}

    def counts(at: dt.datetime) -> bool:
        if target.kind == "clock_minutes":
            return True
        day = at.astimezone(zone).date()
        if day not in known:
            known[day] = [(instant(day, a, zone), instant(day, b, zone)) for a, b in hours_of(data, day)]
        return any(a <= at < b for a, b in known[day])

    amount = target.amount
    if target.kind == "working_days" and amount:
        day, seen = start.astimezone(zone).date(), 0
        while seen < amount:
            day += dt.timedelta(days=1)
            today = hours_of(data, day)
            seen += bool(today)
        close = instant(day, today[-1][1], zone)
        at, amount = start, 0
        while at < close:
            amount += counts(at)
            at += minute
    at, passed = start, 0
    while passed < amount:
        passed += counts(at) and not any(a <= at < b for a, b in pauses)
        at += minute
    return at


def test_a_span_that_ends_in_a_gap_of_the_clock_ends_an_hour_later() -> None:
    """Found by the property below: on 8 March 2026 New York has no 02:15; the span goes on for its whole half hour."""
    data = {"tz": "America/New_York", "week": {"sun": [["01:45", "02:15"]], "wed": [["08:00", "12:00"]]}}
    calendar, start = calendar_from_data(data), dt.datetime(2026, 3, 8, tzinfo=dt.UTC)
    target = Target("working_minutes", 30)
    assert due(calendar, target, start) == dt.datetime(2026, 3, 8, 7, 15, tzinfo=dt.UTC)
    assert walk(data | {"closed": [], "extra": {}}, calendar.zone, start, target, []) == due(calendar, target, start)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=calendars(), offset=st.integers(0, 14 * 96),
    kind=st.sampled_from(["working_minutes", "working_days", "clock_minutes"]), amount=st.integers(1, 8),
    pause_edges=st.lists(st.tuples(st.integers(-96, 12 * 96), st.integers(1, 200)), max_size=3),
)
def test_due_times_equal_those_of_a_model_that_walks_minute_by_minute(
    data: dict, offset: int, kind: str, amount: int, pause_edges: list[tuple[int, int]]
) -> None:
    calendar = calendar_from_data(data)
    start = dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=15 * offset)
    target = Target(kind, amount if kind == "working_days" else amount * 45)
    pauses = [
        (start + dt.timedelta(minutes=15 * a), start + dt.timedelta(minutes=15 * (a + b))) for a, b in pause_edges
    ]
    spans_given = [PauseSpan(a, b) for a, b in pauses]
    assert due(calendar, target, start, spans_given) == walk(data, calendar.zone, start, target, pauses)
