"""Instants as integer microseconds since 1970, so that due times are exact to the second."""

from __future__ import annotations

import datetime as dt

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
_STEP = dt.timedelta(microseconds=1)


class NaiveDatetime(ValueError):
    """A datetime without a time zone was given where an instant is needed."""


def require_aware(*values: dt.datetime | None) -> None:
    """Refuse naive datetimes at the door (STYLE.md, habit 14)."""
    for value in values:
        if value is not None and value.tzinfo is None:
            raise NaiveDatetime(f"naive datetime refused: {value.isoformat()}")


def to_micros(value: dt.datetime) -> int:
    if value.tzinfo is None:
        raise NaiveDatetime(f"naive datetime refused: {value.isoformat()}")
    delta = value - EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def from_micros(value: int) -> dt.datetime:
    return EPOCH + dt.timedelta(microseconds=value)
