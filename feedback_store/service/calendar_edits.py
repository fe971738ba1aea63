"""Working calendars edited in the console: every change is a new version, valid from now or later (decision 5)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.calendars import CULTURE_DAY, FIRST_YEAR, WEEKDAYS, composed, parts, public_holidays, years_known
from feedback_store.domain.calendar import DAY
from feedback_store.service import audit
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.versions import Checked, begins, check_base, check_note, only_administrators
from feedback_store.tables import Agency, CalendarVersion, Clock, PromiseMove
from vitext.dates import local

LONGEST_RANGE = 366
_CODE = re.compile(r"[a-z][a-z0-9-]{1,31}")
_TIME = re.compile(r"(\d{1,2})(?:[:hg](\d{2})?)?(?::(\d{2}))?")


def newest(session: Session, code: str, *, lock: bool = False) -> CalendarVersion:
    """The version that wins in the end: the one in force, or one that is scheduled. Raises ``Refused``."""
    query = (
        select(CalendarVersion)
        .where(CalendarVersion.code == code)
        .order_by(CalendarVersion.valid_from.desc(), CalendarVersion.id.desc())
        .limit(1)
    )
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if lock and row is not None:  # while we waited for the lock another may have been made
        row = session.scalars(query).one_or_none()
    if row is None:
        raise Refused("calendars.unknown")
    return row


def read_spans(text: str, checked: Checked, field: str) -> list[list[str]]:
    """``07:30-11:30, 13:30-17:00`` → ``[["07:30", "11:30"], …]``; empty: closed. Faults are said at ``field``."""
    spans: list[list[str]] = []
    last = -1
    for part in filter(None, (one.strip() for one in re.split(r"[,;\n]", text))):
        ends = [one.strip() for one in re.split(r"\s*(?:-|–|—|đến)\s*", part)]
        times = [_time(one) for one in ends]
        if len(ends) != 2:
            checked.fault(field, "calendars.bad_span", span=part)
            return []
        for said, value in zip(ends, times, strict=True):
            if value is None:
                checked.fault(field, "calendars.bad_time", time=said)
                return []
        start, end = times[0] or 0, times[1] or 0
        if start >= end:
            checked.fault(field, "calendars.span_backwards", span=part)
            return []
        if start < last:
            checked.fault(field, "calendars.spans_overlap", span=part)
            return []
        last = end
        spans.append([_clock(start), _clock(end)])
    return spans


def _time(text: str) -> int | None:
    """Seconds since midnight of ``7:30``, ``07h30``, ``7h``, ``24:00``; None where it is no time of day."""
    found = _TIME.fullmatch(text)
    if found is None or not text[-1:].strip():
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    value = hours * 3600 + minutes * 60 + seconds
    return value if minutes < 60 and seconds < 60 and value <= DAY else None


def _clock(value: int) -> str:
    hours, rest = divmod(value, 3600)
    return f"{hours:02}:{rest // 60:02}" + (f":{rest % 60:02}" if rest % 60 else "")


def change_hours(
    session: Session, *, code: str, base: int, form: Mapping[str, str], actor: Actor, now: dt.datetime
) -> CalendarVersion:
    """A new version with the name, time zone, weekly hours (``mon`` … ``sun``) and day of culture of ``form``.

    Raises ``Faults`` with every field that cannot be used, ``Refused`` where somebody else was faster.
    """
    only_administrators(actor)
    row = newest(session, code, lock=True)
    check_base(row, base)
    checked, had = Checked(), parts(row.data)
    name = _name(form.get("name", ""), checked)
    tz = _zone(form.get("tz", ""), checked)
    week = {day: spans for day in WEEKDAYS if (spans := read_spans(form.get(day, ""), checked, day))}
    if not week and not any(day in checked.found for day in WEEKDAYS):
        checked.fault("week", "calendars.never_opens")
    culture_day = form.get("culture_day") == "on"
    public = dict(had["public"])
    if culture_day:
        public |= {day: title for day, title in public_holidays(years_known(now)).items() if day[5:] == CULTURE_DAY}
    values = {**had, "name": name, "tz": tz, "week": week, "culture_day": culture_day, "public": public}
    return _save(session, row, values, form, check_note(form.get("note", ""), checked), checked, actor, now)


def change_days(
    session: Session, *, code: str, base: int, form: Mapping[str, str], actor: Actor, now: dt.datetime
) -> CalendarVersion:
    """A new version in which the days ``first`` … ``last`` are closed (``kind`` ``closed``: those that would be worked)
    or have the ``spans`` of the form (``worked``). The reason is kept with each day and as the note."""
    only_administrators(actor)
    row = newest(session, code, lock=True)
    check_base(row, base)
    checked, had = Checked(), parts(row.data)
    reason = check_note(form.get("reason", ""), checked, "reason")
    first, last = _range(form, checked, now)
    spans: list[list[str]] = []
    if form.get("kind") == "worked":
        spans = read_spans(form.get("spans", ""), checked, "spans")
        if not spans and "spans" not in checked.found:
            checked.fault("spans", "calendars.spans_needed")
    days = dict(had["days"])
    for number in range(first.toordinal(), last.toordinal() + 1):
        day = dt.date.fromordinal(number)
        if spans or _opens(had, day):
            days[day.isoformat()] = {"spans": spans, "reason": reason}
    if days == had["days"]:
        checked.fault("first", "calendars.nothing_to_close")
    note = f"{first:%d/%m/%Y}" + (f" – {last:%d/%m/%Y}" if last != first else "") + f": {reason}"
    values = {**had, "days": {day: days[day] for day in sorted(days)}}
    return _save(session, row, values, form, note, checked, actor, now)


def drop_days(
    session: Session,
    *,
    code: str,
    base: int,
    days: Sequence[str],
    form: Mapping[str, str],
    actor: Actor,
    now: dt.datetime,
) -> CalendarVersion:
    """A new version without the local table's entries for ``days``: they follow the week and the holidays again."""
    only_administrators(actor)
    row = newest(session, code, lock=True)
    check_base(row, base)
    checked, had = Checked(), parts(row.data)
    gone = set(days) & set(had["days"])
    if not gone:
        checked.fault("days", "calendars.no_day_chosen")
    note = check_note(form.get("note", ""), checked)
    values = {**had, "days": {day: own for day, own in had["days"].items() if day not in gone}}
    return _save(session, row, values, form, note, checked, actor, now)


def create(session: Session, *, form: Mapping[str, str], actor: Actor, now: dt.datetime) -> CalendarVersion:
    """A calendar for agencies with other hours, at first a copy of ``like``. Its code is for good."""
    only_administrators(actor)
    row = newest(session, form.get("like", ""), lock=True)
    checked, code = Checked(), form.get("code", "").strip()
    if not _CODE.fullmatch(code):
        checked.fault("code", "calendars.bad_code")
    elif session.scalar(select(CalendarVersion.id).where(CalendarVersion.code == code).limit(1)) is not None:
        checked.fault("code", "calendars.code_taken", code=code)
    name = _name(form.get("name", ""), checked)
    checked.done()
    values = {**parts(row.data), "name": name}
    return _add(session, code, composed(**values), list(row.confirmed_years), now, name, actor, now)


def confirm_year(session: Session, *, code: str, year: int, actor: Actor, now: dt.datetime) -> None:
    """Somebody vouches for the days off of ``year``. Where the calendar doesn't hold the holidays of that year yet,
    a new version takes them from the package first."""
    only_administrators(actor)
    row = newest(session, code, lock=True)
    this = local(now).year
    if not this <= year <= this + 1:
        raise Refused("calendars.year_out_of_reach", first=this, last=this + 1)
    if year in row.confirmed_years:
        return
    had = parts(row.data)
    missing = [one for one in years_known(now) if not any(day.startswith(f"{one}-") for day in had["public"])]
    if missing:
        values = {**had, "public": {**had["public"], **public_holidays(missing)}}
        at = max(now, row.valid_from)
        note = f"+ {', '.join(map(str, missing))}"
        row = _add(session, code, composed(**values), list(row.confirmed_years), at, note, actor, now)
    row.confirmed_years = sorted({*row.confirmed_years, year})
    audit.log(
        session,
        action="calendar_year_confirmed",
        user_id=actor.user_id,
        subject=f"calendar:{code}",
        data={"year": year, "version": row.id},
        now=now,
    )


def cancel(session: Session, *, code: str, version: int, actor: Actor, now: dt.datetime) -> None:
    """Take back a version that has not taken effect yet; nothing was computed with it."""
    only_administrators(actor)
    row = newest(session, code, lock=True)
    used = select(Clock.id).where(
        (Clock.calendar_version_id == version) | (Clock.original_calendar_version_id == version)
    )
    promised = select(PromiseMove.id).where(PromiseMove.calendar_version_id == version)
    if row.id != version or row.valid_from <= now or session.scalar(used.limit(1)) or session.scalar(promised.limit(1)):
        raise Refused("versions.in_force")
    audit.log(
        session,
        action="calendar_version_cancelled",
        user_id=actor.user_id,
        subject=f"calendar:{code}",
        data={"version": row.id, "valid_from": row.valid_from.isoformat(), "note": row.note, "data": row.data},
        now=now,
    )
    session.delete(row)


def assign(session: Session, *, code: str, agency_id: int, actor: Actor, now: dt.datetime) -> Agency:
    """The agency works by this calendar from now on; clocks that run keep theirs until a recalculation."""
    only_administrators(actor)
    newest(session, code)
    agency = session.get(Agency, agency_id)
    if agency is None:
        raise Refused("tickets.unknown_agency")
    old, agency.calendar_code, agency.edited_at = agency.calendar_code, code, now
    audit.log(
        session,
        action="agency_calendar_changed",
        user_id=actor.user_id,
        subject=f"agency:{agency.id}",
        data={"old": old, "new": code},
        now=now,
    )
    return agency


def _save(
    session: Session,
    row: CalendarVersion,
    values: Mapping[str, Any],
    form: Mapping[str, str],
    note: str,
    checked: Checked,
    actor: Actor,
    now: dt.datetime,
) -> CalendarVersion:
    at = begins(form.get("valid_from", ""), newest=row, now=now, checked=checked)
    checked.done()
    covered = {int(day[:4]) for day in values["public"]}
    more = public_holidays([year for year in years_known(now) if year not in covered])
    data = composed(**{**values, "public": {**values["public"], **more}})
    if data == row.data:
        raise Refused("versions.nothing_changed")
    return _add(session, row.code, data, list(row.confirmed_years), at, note, actor, now)


def _add(
    session: Session,
    code: str,
    data: dict[str, Any],
    confirmed: list[int],
    at: dt.datetime,
    note: str,
    actor: Actor,
    now: dt.datetime,
) -> CalendarVersion:
    made = CalendarVersion(
        code=code,
        data=data,
        confirmed_years=confirmed,
        valid_from=at,
        created_at=now,
        created_by=actor.user_id,
        note=note,
    )
    session.add(made)
    session.flush()
    audit.log(
        session,
        action="calendar_changed",
        user_id=actor.user_id,
        subject=f"calendar:{code}",
        data={"version": made.id, "valid_from": at.isoformat(), "note": note},
        now=now,
    )
    return made


def _name(text: str, checked: Checked) -> str:
    name = " ".join(text.split())
    if not 2 <= len(name) <= 80:
        checked.fault("name", "calendars.name_needed")
    return name


def _zone(text: str, checked: Checked) -> str:
    name = text.strip()
    try:
        ZoneInfo(name)
    except Exception:  # an unknown key, a path, or a name that is no key at all: each raises something else
        checked.fault("tz", "calendars.unknown_zone", tz=name)
    return name


def _range(form: Mapping[str, str], checked: Checked, now: dt.datetime) -> tuple[dt.date, dt.date]:
    """``first`` and ``last`` of the form; the last may be empty: one day."""
    found = []
    for field in ("first", "last"):
        text = form.get(field, "").strip() or (form.get("first", "").strip() if field == "last" else "")
        try:
            found.append(dt.date.fromisoformat(text))
        except ValueError:
            checked.fault(field, "versions.bad_day")
            found.append(local(now).date())
    first, last = found
    if "first" in checked.found or "last" in checked.found:
        return first, first
    if last < first:
        checked.fault("last", "calendars.range_backwards")
    elif (last - first).days >= LONGEST_RANGE:
        checked.fault("last", "calendars.range_too_long", most=LONGEST_RANGE)
    elif first.year < FIRST_YEAR or last.year not in years_known(now):
        checked.fault("first", "calendars.year_out_of_reach", first=FIRST_YEAR, last=years_known(now)[-1])
    return first, first if "last" in checked.found or "first" in checked.found else last


def _opens(had: Mapping[str, Any], day: dt.date) -> bool:
    """Whether the calendar is open on ``day`` before the change."""
    own = had["days"].get(day.isoformat())
    if own is not None:
        return bool(own["spans"])
    public = day.isoformat() in had["public"] and (had["culture_day"] or day.isoformat()[5:] != CULTURE_DAY)
    return not public and bool(had["week"].get(WEEKDAYS[day.weekday()]))
