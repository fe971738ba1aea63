"""Files of worked cases (reference sla.md, "Vector files")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from feedback_store.domain.calendar import Calendar, calendar_from_data
from feedback_store.domain.due import PauseSpan, due, target_from_data


class VectorFault(ValueError):
    """A case or the whole file cannot be read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case: what the file says, what the engine computed, or the error it met."""

    id: str
    expected: dt.datetime | None
    computed: dt.datetime | None
    error: str | None
    note: str | None

    @property
    def agrees(self) -> bool:
        return self.error is None and self.expected is not None and self.expected == self.computed


def parse_instant(value: object, calendar: Calendar) -> dt.datetime:
    """A time without an offset is local to the calendar's zone: the first where it exists twice,
    moved forward by the gap where it does not exist. Gives UTC."""
    if isinstance(value, dt.datetime):
        parsed = value
    else:
        try:
            parsed = dt.datetime.fromisoformat(str(value))
        except ValueError as error:
            raise VectorFault(f"not a time: {value!r}") from error
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=calendar.zone, fold=0)
    return parsed.astimezone(dt.UTC)


def check(document: Mapping[str, Any]) -> Iterator[Verdict]:
    """Run every case of a loaded vector file; a case that cannot be read is a disagreement."""
    try:
        calendars = {name: calendar_from_data(data) for name, data in document["calendars"].items()}
        cases = list(document["cases"])
    except (KeyError, TypeError, AttributeError) as error:
        raise VectorFault("a vector file has `calendars` and `cases`") from error
    for number, case in enumerate(cases, 1):
        yield _check_case(case, str(case.get("id", number)), calendars)


def _check_case(case: Mapping[str, Any], name: str, calendars: Mapping[str, Calendar]) -> Verdict:
    expected = computed = None
    try:
        calendar = calendars[case["calendar"]]
        expected = parse_instant(case["due"], calendar)
        pauses = [
            PauseSpan(parse_instant(low, calendar), None if high is None else parse_instant(high, calendar))
            for low, high in case.get("pauses") or ()
        ]
        now = parse_instant(case["now"], calendar) if case.get("now") is not None else None
        computed = due(
            calendar, target_from_data(dict(case["target"])), parse_instant(case["start"], calendar), pauses, now
        )
    except KeyError as error:
        return Verdict(name, expected, computed, f"{error.args[0]!r} is missing or unknown", case.get("note"))
    except (ValueError, TypeError) as error:
        return Verdict(name, expected, computed, str(error), case.get("note"))
    return Verdict(name, expected, computed, None, case.get("note"))
