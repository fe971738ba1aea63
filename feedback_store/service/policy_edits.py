"""Time targets edited in the console: every change is a new version, valid from now or later (decision 5)."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.due import Target, target_from_data
from feedback_store.domain.policy import RESERVE, in_order
from feedback_store.service import audit
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.extensions import in_words
from feedback_store.service.versions import Checked, begins, check_base, check_note, only_administrators
from feedback_store.tables import Clock, PolicyVersion, PromiseMove
from feedback_store.texts import render

UNITS: dict[str, tuple[str, int]] = {
    "working_days": ("working_days", 1),
    "working_hours": ("working_minutes", 60),
    "working_minutes": ("working_minutes", 1),
    "clock_hours": ("clock_minutes", 60),
    "clock_minutes": ("clock_minutes", 1),
}
"""What a form counts in → kind of target and how many of its units."""
TARGETS = ("resolve", "shared_resolve", "triage", "accept", "notify")
LIMITS = {"pause_days_each": (1, 60), "pause_days_total": (1, 120), "extensions": (0, 1), "reopen_days": (1, 365)}
"""Limit → least and most; rule 6 knows one extension at most."""
MOST_DAYS, MOST_MINUTES = 250, 60 * 24 * 365


@dataclass(frozen=True, slots=True)
class Change:
    """One value of the policy, before and after, in words. ``code`` None: a limit of all classes."""

    code: str | None
    what: str
    old: str
    new: str


def newest(session: Session, *, lock: bool = False) -> PolicyVersion:
    """The version that wins in the end: the one in force, or one that is scheduled. Raises ``Refused``."""
    query = select(PolicyVersion).order_by(PolicyVersion.valid_from.desc(), PolicyVersion.id.desc()).limit(1)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if lock and row is not None:  # while we waited for the lock another may have been made
        row = session.scalars(query).one_or_none()
    if row is None:
        raise Refused("tickets.no_policy")
    return row


def typed(data: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the form for a policy: ``N3.name``, ``N3.resolve.amount``, ``N3.resolve.unit``, ``reopen_days``,
    ``reserve_for_release``."""
    fields: dict[str, str] = {name: str(data.get("limits", {}).get(name, "")) for name in LIMITS}
    if data.get(RESERVE, True):  # a version older than the switch is edited into one that has it on
        fields[RESERVE] = "on"
    for code, entry in data["classes"].items():
        fields[f"{code}.name"] = entry["name"]
        for what in TARGETS:
            if what in entry:
                amount, unit = _unit(target_from_data(entry[what]))
                fields[f"{code}.{what}.amount"], fields[f"{code}.{what}.unit"] = str(amount), unit
    return fields


def _unit(target: Target) -> tuple[int, str]:
    for unit, (kind, size) in UNITS.items():
        if kind == target.kind and target.amount % size == 0:
            return target.amount // size, unit
    raise ValueError(f"no unit for {target.kind}")


def read(form: Mapping[str, str], data: Mapping[str, Any], checked: Checked) -> dict[str, Any]:
    """The policy that the form describes, with the classes of ``data``; faults are said at their fields."""
    made = copy.deepcopy(dict(data))
    for code, entry in made["classes"].items():
        entry["name"] = " ".join(form.get(f"{code}.name", "").split())
        if not 2 <= len(entry["name"]) <= 120:
            checked.fault(f"{code}.name", "policies.name_needed")
        entry.pop("shared_resolve", None)
        for what in TARGETS:
            target = _target(form, f"{code}.{what}", checked, optional=what == "shared_resolve")
            if target is not None:
                entry[what] = {target.kind: target.amount}
        _check_class(code, entry, checked)
    made["limits"] = {name: _limit(form, name, checked) for name in LIMITS}
    made[RESERVE] = bool(form.get(RESERVE))
    if made["limits"]["pause_days_each"] > made["limits"]["pause_days_total"]:
        checked.fault("pause_days_total", "policies.pause_total_less")
    return made


def _target(form: Mapping[str, str], field: str, checked: Checked, *, optional: bool) -> Target | None:
    text = form.get(f"{field}.amount", "").strip()
    if optional and not text:
        return None
    kind, size = UNITS.get(form.get(f"{field}.unit", ""), ("", 0))
    amount = int(text) * size if text.isascii() and text.isdigit() and len(text) < 8 else 0
    most = MOST_DAYS if kind == "working_days" else MOST_MINUTES
    if not kind or not 1 <= amount <= most:
        checked.fault(field, "policies.bad_amount", most=most // size if size else 0)
        return None
    return Target(kind, amount)  # type: ignore[arg-type]


def _check_class(code: str, entry: Mapping[str, Any], checked: Checked) -> None:
    """Round the clock is all or nothing for the result; a share never shortens the time (sla.md)."""
    if any(f"{code}.{what}" in checked.found for what in TARGETS):
        return
    if "clock_minutes" in entry["resolve"]:
        for what in TARGETS:
            if what in entry and "clock_minutes" not in entry[what]:
                checked.fault(f"{code}.{what}", "policies.round_the_clock")
    shared = entry.get("shared_resolve")
    if shared is not None:
        alone, together = target_from_data(entry["resolve"]), target_from_data(shared)
        if alone.kind != together.kind or together.amount < alone.amount:
            checked.fault(f"{code}.shared_resolve", "policies.shared_less")


def _limit(form: Mapping[str, str], name: str, checked: Checked) -> int:
    text, (least, most) = form.get(name, "").strip(), LIMITS[name]
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not least <= value <= most:
        checked.fault(name, "policies.bad_limit", least=least, most=most)
    return value


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What differs, class by class."""
    found = []
    for code in in_order(new["classes"]):
        entry = new["classes"][code]
        before = old["classes"].get(code, {})
        for what in ("name", *TARGETS):
            was, now = _words(before.get(what)), _words(entry.get(what))
            if was != now:
                found.append(Change(code, what, was, now))
    for name in LIMITS:
        was, now = str(old.get("limits", {}).get(name, "")), str(new["limits"][name])
        if was != now:
            found.append(Change(None, name, was, now))
    was, now = (render(f"policies.reserve_{'on' if data.get(RESERVE, False) else 'off'}") for data in (old, new))
    if was != now:
        found.append(Change(None, RESERVE, was, now))
    return found


def _words(value: Any) -> str:
    if isinstance(value, dict):
        target = target_from_data(value)
        return in_words(target.kind, target.amount)
    return value or ""


def propose(
    session: Session, *, base: int, form: Mapping[str, str], actor: Actor, now: dt.datetime
) -> tuple[list[Change], dt.datetime]:
    """Old and new of the form, and from when, before anything is stored. Raises ``Faults`` or ``Refused``."""
    only_administrators(actor)
    row = newest(session)
    data, at, _ = _checked(row, base, form, now)
    return changes(row.data, data), at


def save(
    session: Session, *, base: int, form: Mapping[str, str], actor: Actor, now: dt.datetime
) -> PolicyVersion:
    """A new version of the policy. Raises ``Faults`` or ``Refused``."""
    only_administrators(actor)
    row = newest(session, lock=True)
    data, at, note = _checked(row, base, form, now)
    made = PolicyVersion(data=data, valid_from=at, created_at=now, created_by=actor.user_id, note=note)
    session.add(made)
    session.flush()
    told = [[one.code, one.what, one.old, one.new] for one in changes(row.data, data)]
    audit.log(
        session,
        action="policy_changed",
        user_id=actor.user_id,
        subject=f"policy:{made.id}",
        data={"valid_from": at.isoformat(), "note": note, "changes": told},
        now=now,
    )
    return made


def _checked(
    row: PolicyVersion, base: int, form: Mapping[str, str], now: dt.datetime
) -> tuple[dict[str, Any], dt.datetime, str]:
    check_base(row, base)
    checked = Checked()
    data = read(form, row.data, checked)
    at = begins(form.get("valid_from", ""), newest=row, now=now, checked=checked)
    note = check_note(form.get("note", ""), checked)
    checked.done()
    if data == row.data:
        raise Refused("versions.nothing_changed")
    return data, at, note


def cancel(session: Session, *, version: int, actor: Actor, now: dt.datetime) -> None:
    """Take back a version that has not taken effect yet; nothing was computed with it."""
    only_administrators(actor)
    row = newest(session, lock=True)
    used = select(Clock.id).where(Clock.policy_version_id == version).limit(1)
    promised = select(PromiseMove.id).where(PromiseMove.policy_version_id == version).limit(1)
    if row.id != version or row.valid_from <= now or session.scalar(used) or session.scalar(promised):
        raise Refused("versions.in_force")
    audit.log(
        session,
        action="policy_version_cancelled",
        user_id=actor.user_id,
        subject=f"policy:{version}",
        data={"valid_from": row.valid_from.isoformat(), "note": row.note, "data": row.data},
        now=now,
    )
    session.delete(row)
