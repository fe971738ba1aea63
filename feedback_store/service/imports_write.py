"""Planned tickets as rows: many in one go, each whole or not at all."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from feedback_store.domain.codes import make_code
from feedback_store.persons.finding import name_index, phone_index
from feedback_store.service.imports_plan import Plan, PlannedClock
from feedback_store.service.imports_rows import digest
from feedback_store.service.tickets import search_text
from feedback_store.tables import Base, Clock, ImportedTicket, Leg, Rating, Ticket, TicketEvent
from vitext import fold

_LEG_STATES = {
    "dispatched": "dispatched", "in_progress": "accepted", "answered": "answered", "released": "released",
    "closed": "released", "withdrawn": "cancelled",
}  # fmt: skip
_ORDER = (Ticket, Leg, Clock, TicketEvent, Rating, ImportedTicket)
KIND = "imported"
Unwritten = Literal["known", "refused"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What the written tickets say of where they come from."""

    run_id: int
    source: str
    user_id: int | None
    sample: bool
    now: dt.datetime


def write_batch(session: Session, plans: Sequence[Plan], origin: Origin) -> dict[int, Unwritten]:
    """Write the tickets; gives the lines that were not written: refused by the database, or known because another
    import of the same source brought them meanwhile. One fault does not hold up the others: then every row has a
    savepoint of its own."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"import:{origin.source}"))))
    known = set(_known(session, origin.source, [plan.record.old_code for plan in plans]))
    fresh = [plan for plan in plans if plan.record.old_code not in known]
    left: dict[int, Unwritten] = {plan.record.line: "known" for plan in plans if plan.record.old_code in known}
    if not fresh:
        return left
    try:
        with session.begin_nested():
            _insert(session, fresh, origin)
        return left
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
    for plan in fresh:
        try:
            with session.begin_nested():
                _insert(session, [plan], origin)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            left[plan.record.line] = "refused"
    return left


def _known(session: Session, source: str, codes: Sequence[str]) -> Sequence[str]:
    query = select(ImportedTicket.old_code).where(ImportedTicket.source == source, ImportedTicket.old_code.in_(codes))
    return session.scalars(query).all()


def _insert(session: Session, plans: Sequence[Plan], origin: Origin) -> None:
    legs = sum(plan.holder is not None for plan in plans)
    clocks = sum(len(plan.clocks) for plan in plans)
    keys = {
        Ticket: _keys(session, "tickets", len(plans)),
        Leg: _keys(session, "legs", legs),
        Clock: _keys(session, "clocks", clocks),
    }
    codes = _codes(session, len(plans))
    rows: dict[type[Base], list[dict[str, Any]]] = {table: [] for table in _ORDER}
    for plan in plans:
        leg_id = next(keys[Leg]) if plan.holder is not None else None
        _Writer(plan, origin, rows, next(keys[Ticket]), leg_id, next(codes), keys[Clock]).add()
    for table in _ORDER:
        if rows[table]:
            target: Table = table.__table__  # type: ignore[assignment]
            session.execute(insert(target), rows[table])


def _keys(session: Session, table: str, count: int) -> Iterator[int]:
    found = session.scalars(
        text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"),
        {"table": table, "count": count},
    )
    return iter(found.all())


def _codes(session: Session, count: int) -> Iterator[str]:
    """Free ticket codes that differ from each other; should one be taken meanwhile, its row is written again alone."""
    found: dict[str, None] = {}
    while len(found) < count:
        made = {make_code(secrets.randbelow) for _ in range(count - len(found))}
        made -= set(session.scalars(select(Ticket.code).where(Ticket.code.in_(made))))
        found.update(dict.fromkeys(made))
    return iter(found)


def _searched(code: str) -> str:
    """The old code as the search splits it."""
    return " ".join("".join(char if char.isalnum() else " " for char in fold(code)).split())


class _Writer:
    """All rows of one ticket."""

    def __init__(
        self, plan: Plan, origin: Origin, rows: dict[type[Base], list[dict[str, Any]]], ticket_id: int,
        leg_id: int | None, code: str, clock_keys: Iterator[int],
    ) -> None:  # fmt: skip
        self._plan, self._record, self._origin, self._rows = plan, plan.record, origin, rows
        self._ticket_id, self._leg_id, self._code, self._clock_keys = ticket_id, leg_id, code, clock_keys

    def add(self) -> None:
        self._ticket()
        if self._leg_id is not None:
            self._leg()
        self._history()
        told = [self._clock(clock) for clock in self._plan.clocks]
        self._mark(told)
        if self._record.rating is not None and (at := self._plan.told or self._plan.answered):
            self._rows[Rating].append({
                "ticket_id": self._ticket_id, "round": 1, "stars": self._record.rating, "created_at": at,
            })  # fmt: skip
        self._rows[ImportedTicket].append({
            "ticket_id": self._ticket_id, "run_id": self._origin.run_id, "source": self._origin.source,
            "old_code": self._record.old_code, "digest": digest(self._record),
        })  # fmt: skip

    def _ticket(self) -> None:
        plan, one, now = self._plan, self._record, self._origin.now
        over = one.state in ("closed", "refused", "withdrawn")
        exact = [at.low for at in (one.dispatched, one.told) if at is not None and at.exact]
        self._rows[Ticket].append({
            "id": self._ticket_id, "code": self._code, "kind": "report", "state": one.state, "version": 0,
            "channel": one.channel, "anonymous": one.anonymous, "reporter_name": one.name,
            "reporter_phone": one.phone, "phone_bidx": phone_index(one.phone), "name_bidx": name_index(one.name),
            "text": one.text, "place_text": one.place, "lat": one.lat, "lon": one.lon,
            "commune_code": one.commune, "category_code": one.category.code,
            "service_class": one.category.service_class, "danger": False,
            "search_text": search_text(self._code, one.text, one.place, one.category.name)
            + f" {_searched(one.old_code)}",
            "receipt_at": plan.received, "first_response_at": exact[0] if exact else None,
            "closed_at": plan.told if over else None, "close_reason": one.refusal_reason,
            "next_deadline_at": plan.next_deadline(), "deadline_failures": 0, "is_sample": self._origin.sample,
            "is_imported": True, "created_at": now, "updated_at": now,
        })  # fmt: skip

    def _leg(self) -> None:
        plan, named = self._plan, self._record.agency
        moved = named is not None and plan.holder is not None and named.id != plan.holder.id
        self._rows[Leg].append({
            "id": self._leg_id, "ticket_id": self._ticket_id, "agency_id": plan.holder.id if plan.holder else None,
            "number": 1, "state": _LEG_STATES[self._record.state], "dispatched_at": plan.dispatched or plan.received,
            "answered_at": plan.answered, "result_text": self._record.result, "released_at": self._released(),
            "delivered_at": plan.told if self._record.state in ("released", "closed") else None,
            "for_leader": False, "handed_from_id": named.id if moved and named else None,
            "handed_over_at": named.dissolved_at if moved and named else None,
        })  # fmt: skip

    def _released(self) -> dt.datetime | None:
        return (self._plan.told or self._plan.answered) if self._record.state in ("released", "closed") else None

    def _history(self) -> None:
        """What happened there and when, as far as it is known."""
        plan, one, leg = self._plan, self._record, self._leg_id is not None
        self._event("filed", plan.received, new="new", data={
            "category": one.category.code, "class": one.category.service_class, "channel": one.channel, "chat": False,
        })  # fmt: skip
        if leg and plan.dispatched is not None and one.agency is not None:
            self._event("dispatched", plan.dispatched, new="dispatched", leg=True, agency=one.agency.id,
                        data={"agency": one.agency.name})  # fmt: skip
            if plan.holder is not None and one.agency.id != plan.holder.id and one.agency.dissolved_at is not None:
                self._event("handed_over", one.agency.dissolved_at, leg=True, old=str(one.agency.id),
                            new=str(plan.holder.id), scope="leg",
                            data={"agency": plan.holder.name, "from": one.agency.name})  # fmt: skip
        if leg and plan.answered is not None:
            self._event("answered", plan.answered, new="answered", leg=True, scope="leg",
                        data={"agency": one.agency.name if one.agency else None, "files": 0})  # fmt: skip
        if one.state in ("released", "closed") and plan.told is not None:
            self._event("released", plan.told, new="released", leg=leg)
            self._event("delivered", plan.told, leg=leg)
        if one.state in ("closed", "refused", "withdrawn") and plan.told is not None:
            self._event(one.state, plan.told, new=one.state, reason=one.refusal_reason)
        at = plan.told or plan.answered
        if one.rating is not None and at is not None:
            self._event("rated", at, new=str(one.rating))

    def _clock(self, clock: PlannedClock) -> dict[str, Any]:
        """Adds the row; gives what the trail tells of it."""
        key, promise = next(self._clock_keys), clock.kind in ("promise", "triage")
        leg_id = None if promise else self._leg_id
        self._rows[Clock].append({
            "id": key, "ticket_id": self._ticket_id, "leg_id": leg_id, "agency_id": clock.agency_id,
            "kind": clock.kind, "round": 1, "target_kind": clock.target.kind, "target_amount": clock.target.amount,
            "extra_amount": 0, "extended_amount": 0, "extension_pending": False,
            "policy_version_id": clock.policy_id, "calendar_version_id": clock.calendar_id,
            "started_at": clock.start, "stopped_at": clock.stopped, "base_due": clock.due,
            "original_due": clock.due, "current_due": clock.due, "breached_original_at": clock.breached,
            "breached_current_at": clock.breached, "standing_original": clock.standing,
            "standing_current": clock.standing, "warned_level": clock.warned, "noted_original": clock.due,
            "noted_current": clock.due,
        })  # fmt: skip
        due = clock.due.astimezone(dt.UTC).isoformat()
        return {"id": key, "kind": clock.kind, "leg": leg_id, "round": 1, "start": clock.start.isoformat(),
                "original": due, "current": due}  # fmt: skip

    def _mark(self, told: list[dict[str, Any]]) -> None:
        """The import itself: where the ticket comes from, the dues it set, what was missed before."""
        plan, one = self._plan, self._record
        silent = {clock["id"]: planned.superseded for clock, planned in zip(told, plan.clocks) if planned.superseded}
        data = {
            "source": self._origin.source, "old_code": one.old_code, "unjudged": plan.unjudged, "clocks": told,
            "superseded": {str(key): list(levels) for key, levels in silent.items()},
            "due": one.due.high.isoformat() if one.due else None,
            "rating": one.rating,
        }  # fmt: skip
        self._event(KIND, self._origin.now, new=one.state, leg=self._leg_id is not None, data=data)
        for planned in plan.clocks:
            if planned.stopped is None and planned.standing == "late":
                self._event("breached", self._origin.now, new=planned.kind, leg=planned.kind == "resolve",
                            scope="all" if planned.kind == "promise" else "leg",
                            data={"due": planned.due.isoformat()})  # fmt: skip

    def _event(
        self, kind: str, at: dt.datetime, *, leg: bool = False, agency: int | None = None, old: str | None = None,
        new: str | None = None, reason: str | None = None, data: dict[str, Any] | None = None, scope: str = "all",
    ) -> None:  # fmt: skip
        mine = self._origin.user_id if kind == KIND else None
        holder = self._plan.holder.id if leg and self._plan.holder else None
        self._rows[TicketEvent].append({
            "ticket_id": self._ticket_id, "leg_id": self._leg_id if leg else None, "at": at, "kind": kind,
            "actor_kind": "user" if mine is not None else "system", "actor_id": mine, "agency_id": agency or holder,
            "old": old, "new": new, "reason": reason, "data": data or {}, "scope": scope,
        })  # fmt: skip
