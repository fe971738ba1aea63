"""Calendars and policies as they are in force, in the form of ``data/calendars.yaml`` and ``data/policies.yaml``.

What the console changed can so become the default of another installation (decision 16): loading a file written here
gives the same versions again.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import yaml
from sqlalchemy.orm import Session

from feedback_store.calendars import WEEKDAYS, parts, usual_spans
from feedback_store.domain.policy import in_order
from feedback_store.queries.calendars import calendars
from feedback_store.service import clocks
from feedback_store.tables import PolicyVersion

CALENDARS = "# Working calendars as in force on {day}; a replacement of data/calendars.yaml.\n"
POLICIES = "# Service classes and their targets as in force on {day}; a replacement of data/policies.yaml.\n"


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def calendars_file(session: Session, now: dt.datetime) -> str:
    """Every calendar; days that all of them share, and that no reason was typed for, stand once under ``overrides``."""
    found = {one.code: parts(one.current.data) for one in calendars(session, now)}
    tables = list(found.values())
    shared = {day for day in tables[0]["days"] if all(_plain(had, day) for had in tables)} if tables else set()
    closed = [day for day in sorted(shared) if all(not had["days"][day]["spans"] for had in tables)]
    worked = [day for day in sorted(shared) if all(had["days"][day]["spans"] for had in tables)]
    entries = {code: _entry(had, {*closed, *worked}) for code, had in found.items()}
    document = {"calendars": entries, "overrides": {"closed": closed, "worked": worked}}
    return CALENDARS.format(day=now.date()) + _dump(document)


def policies_file(session: Session, now: dt.datetime) -> str:
    """The policy in force."""
    number, _ = clocks.load_policy(session, now)
    data = session.get_one(PolicyVersion, number).data
    classes = {code: data["classes"][code] for code in in_order(data["classes"])}
    return POLICIES.format(day=now.date()) + _dump({**data, "classes": classes})


def _plain(had: dict[str, Any], day: str) -> bool:
    own = had["days"].get(day)
    return own is not None and own["reason"] is None and own["spans"] in ([], usual_spans(had["week"]))


def _entry(had: dict[str, Any], shared: set[str]) -> dict[str, Any]:
    week = {day: had["week"][day] for day in WEEKDAYS if had["week"].get(day)}
    made: dict[str, Any] = {"name": had["name"], "tz": had["tz"], "week": week}
    if not had["culture_day"]:
        made["culture_day"] = False
    own = {day: {k: v for k, v in one.items() if v} for day, one in had["days"].items() if day not in shared}
    return {**made, "days": own} if own else made


def _dump(document: Any) -> str:
    return yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120
    )
