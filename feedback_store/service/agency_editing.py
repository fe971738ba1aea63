"""Agencies added and changed by an administrator; an end that is still to come can be taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service.actor import Actor, Refused
from feedback_store.service.editing import administrators_only, log_change, named, new_code
from feedback_store.tables import Agency, CalendarVersion, Commune
from vitext import fold

OWN_KIND = ""
"""A kind of its own, for an agency unlike the others: the kind then has the agency's code."""


def add(
    session: Session,
    *,
    name: str,
    kind: str,
    commune_code: str | None,
    calendar_code: str,
    actor: Actor,
    now: dt.datetime,
) -> Agency:
    """A new agency, confirmed by who enters it. ``kind``: one in use, or ``OWN_KIND``."""
    administrators_only(actor)
    name = named(name)
    _check(session, name, kind, commune_code, calendar_code, None)
    codes = {*session.scalars(select(Agency.code)), *session.scalars(select(Agency.kind).distinct())}
    code = new_code(name, codes.__contains__)
    made = Agency(
        code=code, name=name, search_name=fold(name), kind=kind or code, commune_code=commune_code,
        calendar_code=calendar_code, is_sample=False, edited_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    log_change(session, action="agency_added", subject=f"agency:{made.id}", old=None, new=_values(made), actor=actor,
               now=now)  # fmt: skip
    return made


def edit(
    session: Session,
    *,
    agency_id: int,
    name: str,
    kind: str,
    commune_code: str | None,
    calendar_code: str,
    actor: Actor,
    now: dt.datetime,
) -> bool:
    """Change an agency; gives whether anything changed. Running clocks keep the due times they have."""
    administrators_only(actor)
    agency = session.get(Agency, agency_id, with_for_update=True)
    if agency is None:
        raise Refused("tickets.unknown_agency")
    name = named(name)
    _check(session, name, kind, commune_code, calendar_code, agency_id)
    old = _values(agency)
    agency.name, agency.search_name, agency.kind = name, fold(name), kind or agency.code
    agency.commune_code, agency.calendar_code = commune_code, calendar_code
    changed = log_change(session, action="agency_edited", subject=f"agency:{agency_id}", old=old, new=_values(agency),
                         actor=actor, now=now)  # fmt: skip
    if changed:
        agency.edited_at = now
    return changed


def keep(session: Session, *, agency_id: int, actor: Actor, now: dt.datetime) -> None:
    """Take back an end whose date has not come."""
    administrators_only(actor)
    agency = session.get(Agency, agency_id, with_for_update=True)
    if agency is None:
        raise Refused("tickets.unknown_agency")
    if agency.dissolved_at is None:
        raise IllegalMove("agencies.not_ending", agency=agency.name)
    if agency.dissolved_at <= now:
        raise IllegalMove("agencies.dissolved_already", agency=agency.name)
    old = {"at": agency.dissolved_at.isoformat(), "successor": agency.successor_id}
    agency.dissolved_at, agency.successor_id, agency.edited_at = None, None, now
    log_change(session, action="agency_kept", subject=f"agency:{agency_id}", old=old, new=None, actor=actor, now=now)


def _values(agency: Agency) -> dict[str, Any]:
    return {
        "name": agency.name,
        "kind": agency.kind,
        "commune": agency.commune_code,
        "calendar": agency.calendar_code,
    }


def _check(session: Session, name: str, kind: str, commune: str | None, calendar: str, own_id: int | None) -> None:
    if kind != OWN_KIND and session.scalar(select(Agency.id).where(Agency.kind == kind).limit(1)) is None:
        raise Refused("agencies.unknown_kind")
    if commune is not None and session.get(Commune, commune) is None:
        raise Refused("agencies.unknown_commune")
    if session.scalar(select(CalendarVersion.id).where(CalendarVersion.code == calendar).limit(1)) is None:
        raise Refused("agencies.unknown_calendar")
    twin = select(Agency.id).where(Agency.search_name == fold(name), Agency.id != (own_id or 0))
    if session.scalar(twin.limit(1)) is not None:
        raise Refused("agencies.name_taken", name=name)
