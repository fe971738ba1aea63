"""Due times a second over distinct inputs, beside the package ``businesstimedelta`` where both apply."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import time
from dataclasses import dataclass
from pathlib import Path

import holidays
import pytz
import yaml
from businesstimedelta import BusinessTimeDelta, HolidayRule, Rules, WorkDayRule

from feedback_store.calendars import calendar_data
from feedback_store.domain.calendar import Calendar, calendar_from_data
from feedback_store.domain.due import PauseSpan, Target, due

ROOT = Path(__file__).resolve().parents[2]
ZONE = "Asia/Ho_Chi_Minh"
YEARS = range(2025, 2029)
BESIDE = 3_000
PAUSED = 0.3


@dataclass(frozen=True, slots=True)
class Case:
    target: Target
    start: dt.datetime
    pauses: tuple[PauseSpan, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """The same working-time inputs given to both: their rates, and in how many the answers are the same instant."""

    ours: float
    theirs: float
    same: int
    count: int


def cases(count: int) -> list[Case]:
    """``count`` inputs, no two alike: three kinds in turn, three in ten with one to three pauses that may overlap."""
    chance = random.Random(1022)
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    starts = chance.sample(range(500 * 86_400), count)  # distinct seconds
    kinds = itertools.cycle(
        (
            lambda: Target("working_minutes", chance.randrange(30, 2_000)),
            lambda: Target("working_days", chance.randrange(1, 16)),
            lambda: Target("clock_minutes", chance.randrange(15, 3_000)),
        )
    )
    made = []
    for second in starts:
        start = begin + dt.timedelta(seconds=second)
        made.append(Case(next(kinds)(), start, _pauses(chance, start) if chance.random() < PAUSED else ()))
    return made


def _pauses(chance: random.Random, start: dt.datetime) -> tuple[PauseSpan, ...]:
    found = []
    for _ in range(chance.randrange(1, 4)):
        low = start + dt.timedelta(minutes=chance.randrange(-600, 6_000))
        found.append(PauseSpan(low, low + dt.timedelta(minutes=chance.randrange(10, 5_000))))
    return tuple(found)


def office() -> Calendar:
    document = yaml.safe_load((ROOT / "data" / "calendars.yaml").read_text(encoding="utf-8"))
    entry = document["calendars"]["vn-office"]
    return calendar_from_data(calendar_data(entry, document.get("overrides") or {}, YEARS))


def rates(count: int = 100_000) -> dict[str, float]:
    """Computations a second: all kinds mixed, each kind alone. The inputs are made before the clock starts."""
    calendar, every = office(), cases(count)
    found = {"all kinds, 30 % with pauses": _rate(calendar, every)}
    for kind in ("working_minutes", "working_days", "clock_minutes"):
        found[f"{kind.replace('_', ' ')} alone"] = _rate(calendar, [one for one in every if one.target.kind == kind])
    return found


def _rate(calendar: Calendar, chosen: list[Case]) -> float:
    began = time.perf_counter()
    for one in chosen:
        due(calendar, one.target, one.start, one.pauses)
    return len(chosen) / (time.perf_counter() - began)


def beside() -> Beside:
    """Working minutes without pauses on plain office hours and public holidays: all that the other package knows."""
    document = yaml.safe_load((ROOT / "data" / "calendars.yaml").read_text(encoding="utf-8"))
    calendar = calendar_from_data(calendar_data(document["calendars"]["vn-office"], {}, YEARS))
    zone = pytz.timezone(ZONE)
    week = [0, 1, 2, 3, 4]
    rules = Rules(
        [
            WorkDayRule(dt.time(7, 30), dt.time(17), week, tz=zone),
            WorkDayRule(dt.time(11, 30), dt.time(13, 30), week, tz=zone, time_off=True),
            HolidayRule(holidays.country_holidays("VN", years=list(YEARS)), tz=zone),
        ]
    )
    chosen = [one for one in cases(BESIDE * 10) if one.target.kind == "working_minutes" and not one.pauses][:BESIDE]
    began = time.perf_counter()
    mine = [due(calendar, one.target, one.start, ()) for one in chosen]
    between = time.perf_counter()
    theirs = [
        one.start + BusinessTimeDelta(rules, hours=one.target.amount // 60, seconds=one.target.amount % 60 * 60)
        for one in chosen
    ]
    ended = time.perf_counter()
    same = sum(a == b for a, b in zip(mine, theirs, strict=True))
    return Beside(len(chosen) / (between - began), len(chosen) / (ended - between), same, len(chosen))
