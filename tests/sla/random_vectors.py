"""Random vector files whose answers come from the brute-force model.

    python -m tests.sla.random_vectors --count 5000 --seed 1 FILE.yaml
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tests.sla import brute

OFFICE = [["07:30", "11:30"], ["13:30", "17:00"]]
WORKDAYS = brute.WEEKDAYS[:5]
ZONES = (
    "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia",
    "America/St_Johns", "UTC",
)  # fmt: skip
FIRST = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
DAYS = 730


def calendars(rng: random.Random, count: int) -> dict[str, dict[str, Any]]:
    """Vietnamese office calendars with holidays and worked Saturdays, then ever odder ones."""
    made = {"vn-office": _vietnamese(rng, OFFICE, worked_saturdays=6)}
    made["vn-split"] = _vietnamese(rng, [["00:00", "01:10:30"], ["06:59:59", "07:00"], ["22:00", "24:00"]], 3)
    always = {day: [["00:00", "24:00"]] for day in brute.WEEKDAYS}
    made["vn-round-the-clock"] = {"tz": "Asia/Ho_Chi_Minh", "week": always}
    for number in range(count):
        zone = rng.choice(ZONES)
        week = {day: _spans(rng, zone) for day in brute.WEEKDAYS if rng.random() < 0.7}
        week.setdefault(rng.choice(brute.WEEKDAYS), [["08:00", "12:15:20"]])
        days = [(FIRST + dt.timedelta(days=rng.randrange(DAYS))).date().isoformat() for _ in range(60)]
        extra = {day: _spans(rng, zone) for day in days[:20]}
        if rng.random() < 0.5:
            extra[days[30]] = []
        made[f"odd-{number}"] = {"tz": zone, "week": week, "closed": days[15:40], "extra": extra}
    return made


def _vietnamese(rng: random.Random, spans: list[list[str]], worked_saturdays: int) -> dict[str, Any]:
    every = [(FIRST + dt.timedelta(days=n)).date() for n in range(DAYS)]
    saturdays = [day.isoformat() for day in every if day.weekday() == 5]
    workdays = [day.isoformat() for day in every if day.weekday() < 5]
    return {
        "tz": "Asia/Ho_Chi_Minh", "week": dict.fromkeys(WORKDAYS, spans),
        "closed": sorted(rng.sample(workdays, 30)),
        "extra": dict.fromkeys(sorted(rng.sample(saturdays, worked_saturdays)), spans),
    }  # fmt: skip


def _spans(rng: random.Random, zone: str) -> list[list[str]]:
    """One to four spans; now and then with edges inside the hours that daylight saving skips or repeats."""
    unit = rng.choice((1, 60, 900))
    edges = sorted(rng.sample(range(86_400 // unit + 1), 2 * rng.randint(1, 4)))
    edges = [edge * unit for edge in edges]
    if zone != "UTC" and rng.random() < 0.4:
        low = rng.randrange(0, 3 * 3600, 600)
        edges = [low, low + rng.randrange(600, 7200, 300), 30_000, 50_000]
    return [[_clock(a), _clock(b)] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _clock(seconds: int) -> str:
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return text if seconds % 60 == 0 else f"{text}:{seconds % 60:02}"


def case(rng: random.Random, number: int, name: str, calendar: dict[str, Any]) -> dict[str, Any]:
    """One case with its answer; a third has no pause."""
    zone = ZoneInfo(str(calendar["tz"]))
    start = FIRST + dt.timedelta(days=rng.randrange(DAYS - 60), seconds=rng.randrange(86_400))
    if rng.random() < 0.3:
        start = _near_a_change(rng, zone) or start
    kind = rng.choice(("working_minutes", "working_days", "working_days", "clock_minutes"))
    amounts = (1, 2, 3, 7, 10, 15) if kind == "working_days" else (0, 1, 15, 60, 240, 600, 1440, 4000)
    amount = rng.choice(amounts)
    target = {kind: amount}
    base = brute.due(calendar, start, target, [])
    pauses, open_since = _pauses(rng, calendar, zone, start, base)
    now = None
    closed = list(pauses)
    if open_since is not None:
        now = open_since + dt.timedelta(seconds=rng.randrange(20 * 86_400))
        closed.append((open_since, max(now, open_since)))
    made: dict[str, Any] = {
        "id": f"r{number}", "calendar": name, "start": _written(rng, start, zone), "target": target,
    }  # fmt: skip
    written = [[_written(rng, a, zone), _written(rng, b, zone)] for a, b in pauses]
    if open_since is not None:
        written.insert(rng.randrange(len(written) + 1), [_written(rng, open_since, zone), None])
        made["now"] = _written(rng, now or open_since, zone)
    if written:
        made["pauses"] = written
    made["due"] = brute.due(calendar, start, target, closed).isoformat()
    return made


def _near_a_change(rng: random.Random, zone: ZoneInfo) -> dt.datetime | None:
    """An instant within two days before or after a change of the zone's offset."""
    day = FIRST + dt.timedelta(days=rng.randrange(DAYS - 120))
    for _ in range(200):
        after = day + dt.timedelta(days=1)
        if day.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            return day + dt.timedelta(seconds=rng.randrange(-2 * 86_400, 2 * 86_400))
        day = after
        if day > FIRST + dt.timedelta(days=DAYS - 70):
            return None
    return None


def _pauses(
    rng: random.Random, calendar: dict[str, Any], zone: ZoneInfo, start: dt.datetime, base: dt.datetime
) -> tuple[list[tuple[dt.datetime, dt.datetime]], dt.datetime | None]:
    """Closed pauses, and the beginning of one that is still open."""
    kinds = rng.sample(("none", "none", "day", "before", "after", "at", "within", "overlap", "open"), rng.randint(1, 4))
    second = dt.timedelta(seconds=1)
    length = dt.timedelta(seconds=rng.randrange(1, 6 * 86_400))
    within = start + (base - start) * rng.random()
    within = within.replace(microsecond=0)
    found: list[tuple[dt.datetime, dt.datetime]] = []
    open_since = None
    for kind in kinds:
        if kind == "day":
            found.append((start + dt.timedelta(seconds=rng.randrange(0, 7200)), start + length / 3))
        elif kind == "before":
            found.append((start - length, start - length + length * rng.choice((0.5, 1, 1.5))))
        elif kind == "after":
            found.append((base + rng.choice((0, 1, 3600)) * second, base + length + 2 * dt.timedelta(hours=1)))
        elif kind == "at":
            found.append((base - second, base + length))
        elif kind == "within":
            found.append((within, within + length))
        elif kind == "overlap":
            found += [(within, within + length / 2), (within + length / 4, within + length)]
        elif kind == "open":
            open_since = rng.choice((start, within, base, base - second, start - second))
    whole = [(a.replace(microsecond=0), b.replace(microsecond=0)) for a, b in found]
    return [(a, b) for a, b in whole if a < b], open_since


def _written(rng: random.Random, moment: dt.datetime, zone: ZoneInfo) -> str:
    """With an offset, or local where that reads back as the same instant."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    if rng.random() < 0.5 and brute.instant(wall, zone) == moment:
        return wall.isoformat()
    return moment.astimezone(rng.choice((zone, dt.UTC))).isoformat()


def document(seed: int, count: int) -> dict[str, Any]:
    """A vector file as data."""
    rng = random.Random(seed)
    known = calendars(rng, max(4, count // 100))
    names = list(known)
    cases: list[dict[str, Any]] = []
    while len(cases) < count:
        name = rng.choice(names[:3] if rng.random() < 0.4 else names)
        try:
            cases.append(case(rng, len(cases) + 1, name, known[name]))
        except brute.NotReached:
            continue  # a calendar that opens too rarely for this target
    return {"calendars": known, "cases": cases}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    text = yaml.safe_dump(document(options.seed, options.count), allow_unicode=True, sort_keys=False)
    options.file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
