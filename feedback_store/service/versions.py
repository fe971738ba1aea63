"""Versions of calendars and policies: from when one holds, what is wrong with a form that makes one."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from feedback_store.service.actor import Actor, Refused
from vitext.dates import VIET_NAM, local

LONGEST_NOTE = 500


class Faults(Exception):
    """What is wrong with the fields of a form. ``of``: field → (key of the sentence, its parameters)."""

    def __init__(self, of: dict[str, tuple[str, dict[str, object]]]) -> None:
        super().__init__(", ".join(of))
        self.of = of


class Checked:
    """Collects the faults of one form, so that all are said at once."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, dict[str, object]]] = {}

    def fault(self, field: str, key: str, **params: object) -> None:
        self.found.setdefault(field, (key, params))

    def done(self) -> None:
        """Raises :class:`Faults` where there was one."""
        if self.found:
            raise Faults(self.found)


class Version(Protocol):
    """A row of ``calendar_versions`` or ``policy_versions``."""

    id: int
    valid_from: dt.datetime


def only_administrators(actor: Actor) -> None:
    if actor.role != "administrator":
        raise Refused("tickets.not_allowed")


def check_base(newest: Version, base: int) -> None:
    """The form was filled over the newest version. Raises ``Refused`` where somebody made another meanwhile."""
    if newest.id != base:
        raise Refused("versions.changed_meanwhile")


def begins(text: str, *, newest: Version, now: dt.datetime, checked: Checked) -> dt.datetime:
    """When a new version takes effect: empty or today means at once, else 00:00 of that day; never in the past.

    Nor before the newest version does: that one would win again from its own day on.
    """
    at = now
    if text.strip():
        try:
            day = dt.date.fromisoformat(text.strip())
        except ValueError:
            checked.fault("valid_from", "versions.bad_day")
            return now
        today = local(now).date()
        if day < today or day.year > today.year + 5:
            checked.fault("valid_from", "versions.day_past" if day < today else "versions.bad_day")
            return now
        at = now if day == today else dt.datetime(day.year, day.month, day.day, tzinfo=VIET_NAM).astimezone(dt.UTC)
    if at < newest.valid_from:
        checked.fault("valid_from", "versions.before_scheduled", day=f"{local(newest.valid_from):%d/%m/%Y}")
    return at


def check_note(text: str, checked: Checked, field: str = "note") -> str:
    """Why the version was made; at least two words."""
    said = " ".join(text.split())
    if len(said.split()) < 2 or len(said) > LONGEST_NOTE:
        checked.fault(field, "versions.note_needed", most=LONGEST_NOTE)
    return said
