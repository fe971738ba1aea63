"""What a recalculation would do: every running clock whose newest calendar or policy gives another due time."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, literal, or_, select
from sqlalchemy.orm import Session

from feedback_store.domain.due import Target, due
from feedback_store.domain.policy import HOTLINE_CLOCKS, Policy, ServiceClass
from feedback_store.domain.recalculation import MOVING, Effect, Side, effect_of, newer_target
from feedback_store.service import clocks
from feedback_store.tables import Agency, AuditEntry, CalendarVersion, Clock, Leg, Pause, PromiseMove, Ticket

CHUNK = 1000
SHARING = ("dispatched", "accepted", "answered", "released")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which running clocks: all, those of one calendar, or those of one service class."""

    calendar: str | None = None
    service_class: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One clock of an open ticket: its due times as they are, and as the newest versions have them."""

    ticket_id: int
    code: str
    version: int
    clock_id: int
    kind: str
    agency: str | None
    effect: Effect
    original: Side
    current: Side
    target: Target
    extra: int
    calendar_id: int
    policy_id: int
    held: bool

    def told(self) -> str:
        """What must stay the same from the preview to the act; due times of a paused clock move with the time."""
        versions = (self.calendar_id, self.policy_id)
        said: list[object] = [self.clock_id, self.version, self.effect, self.target, self.extra, versions]
        if not self.held:
            said += [side.old.isoformat() for side in (self.original, self.current)]
            said += [side.new.isoformat() for side in (self.original, self.current)]
        return repr(said)


@dataclass(frozen=True, slots=True)
class Preview:
    """``moves``: clocks that would move, or stay for a reason; ``same``: those whose due times stay the same."""

    moves: list[Move]
    same: list[Move]
    digest: str
    counts: dict[Effect, int] = field(default_factory=dict)

    @property
    def tickets(self) -> list[int]:
        """Tickets with a clock that moves, in order."""
        return sorted({move.ticket_id for move in self.moves if move.effect in MOVING})


@dataclass(frozen=True, slots=True)
class _Newest:
    """The versions in force."""

    policy_id: int
    policy: Policy
    calendars: dict[str, int]


def preview(session: Session, *, scope: Scope, now: dt.datetime) -> Preview:
    """The whole list; the digest changes when anything of it does."""
    moves: list[Move] = []
    same: list[Move] = []
    for move in moves_of(session, scope=scope, now=now):
        if move.effect != "none":
            moves.append(move)
        elif move.original.new == move.original.old and move.current.new == move.current.old:
            same.append(move)
    counts: dict[Effect, int] = defaultdict(int)
    for move in moves:
        counts[move.effect] += 1
    said = "\n".join([repr(scope), *(move.told() for move in moves)])
    return Preview(moves, same, hashlib.sha256(said.encode()).hexdigest()[:24], dict(counts))


def moves_of(session: Session, *, scope: Scope, now: dt.datetime, ticket_id: int | None = None) -> Iterator[Move]:
    """Clocks of the scope that were computed with older versions, by ticket; nothing is changed."""
    newest = _newest(session, now)
    wanted: Any = _older(newest).order_by(Clock.ticket_id, Clock.id)
    if ticket_id is not None:
        wanted = wanted.where(Clock.ticket_id == ticket_id)
    if scope.calendar is not None:
        wanted = wanted.where(_code() == scope.calendar)
    if scope.service_class is not None:
        wanted = wanted.where(Ticket.service_class == scope.service_class)
    ids = list(session.scalars(wanted))
    for first in range(0, len(ids), CHUNK):
        yield from _chunk(session, newest, ids[first : first + CHUNK], now)


def acts(session: Session, limit: int = 20) -> list[AuditEntry]:
    """Recalculations that were done, the last first; one that only began was broken off."""
    query = select(AuditEntry).where(AuditEntry.subject.like("recalculation:%")).order_by(AuditEntry.id.desc())
    found: dict[str | None, AuditEntry] = {}
    for entry in session.scalars(query.limit(2 * limit)):
        found.setdefault(entry.subject, entry)
    return list(found.values())[:limit]


def _newest(session: Session, now: dt.datetime) -> _Newest:
    policy_id, policy = clocks.load_policy(session, now)
    codes = session.scalars(select(CalendarVersion.code).where(CalendarVersion.valid_from <= now).distinct())
    return _Newest(policy_id, policy, {code: clocks.load_calendar(session, code, now)[0] for code in codes})


def _code() -> Any:
    """The calendar that a clock runs on: the hotline's, or its agency's."""
    return case((Clock.kind.in_(HOTLINE_CLOCKS), literal(clocks.HOTLINE_CALENDAR)), else_=Agency.calendar_code)


def _older(newest: _Newest) -> Any:
    numbers = case(newest.calendars, value=_code(), else_=Clock.calendar_version_id)
    return (
        select(Clock.id)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .outerjoin(Leg, Leg.id == Clock.leg_id)
        .outerjoin(Agency, Agency.id == Leg.agency_id)
        .where(
            Clock.stopped_at.is_(None),
            or_(Clock.policy_version_id != newest.policy_id, Clock.calendar_version_id != numbers),
        )
    )


def _chunk(session: Session, newest: _Newest, ids: Sequence[int], now: dt.datetime) -> Iterator[Move]:
    query = (
        select(Clock, Ticket.code, Ticket.version, Ticket.service_class, Agency.name, _code())
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .outerjoin(Leg, Leg.id == Clock.leg_id)
        .outerjoin(Agency, Agency.id == Leg.agency_id)
        .where(Clock.id.in_(ids))
        .order_by(Clock.ticket_id, Clock.id)
    )
    rows = session.execute(query).all()
    tickets = {row[0].ticket_id for row in rows}
    pauses: dict[int, list[Pause]] = defaultdict(list)
    for pause in session.scalars(select(Pause).where(Pause.ticket_id.in_(tickets))):
        pauses[pause.ticket_id].append(pause)
    counted = select(Leg.ticket_id, func.count()).where(Leg.ticket_id.in_(tickets), Leg.state.in_(SHARING))
    legs: dict[int, int] = dict(session.execute(counted.group_by(Leg.ticket_id)).all())
    waiting = select(PromiseMove).where(
        PromiseMove.ticket_id.in_(tickets), PromiseMove.told_at.is_(None), PromiseMove.dropped_at.is_(None)
    )
    announced = {move.clock_id: move.due for move in session.scalars(waiting)}
    for clock, code, version, service_class, agency, calendar in rows:
        shared = legs.get(clock.ticket_id, 0) > 1
        found = _move(session, newest, clock, calendar, service_class, shared, pauses[clock.ticket_id], now)
        effect, original, current, target, extra, number, held = found
        if effect == "promise_later" and announced.get(clock.id) == current.new:
            effect = "none"  # the citizen is being told of just this date
        yield Move(
            clock.ticket_id, code, version, clock.id, clock.kind, agency, effect, original, current, target, extra,
            number, newest.policy_id, held,
        )  # fmt: skip


def _move(
    session: Session,
    newest: _Newest,
    clock: Clock,
    calendar: str,
    service_class: str,
    shared: bool,
    pauses: list[Pause],
    now: dt.datetime,
) -> tuple[Effect, Side, Side, Target, int, int, bool]:
    """The clock by the newest versions, side by side with what it is."""
    moving = [pause for pause in pauses if clock.kind in ("resolve", "promise") and clocks.moves(pause, clock)]
    spans = [clocks.span_at(pause, now) for pause in moving]
    held = any(pause.ended_at is None for pause in moving)
    old_class = _class(clocks.policy_version(session, clock.policy_version_id), service_class)
    base = Target(clock.target_kind, clock.target_amount)  # type: ignore[arg-type]
    target, share = newer_target(
        clock.kind, base, old=old_class, new=_class(newest.policy, service_class),
        shared=shared and (clock.kind != "promise" or clock.extra_amount > 0),
    )  # fmt: skip
    follows = target != base or clock.policy_version_id != newest.policy_id
    if target.kind != base.kind and (clock.extended_amount or clock.extension_pending):
        target, follows = base, False  # more time was granted in the old unit
    kept = clock.kind == "promise" and old_class is not None and base != old_class.resolve
    extra = share if clock.kind == "promise" and follows and not kept else clock.extra_amount
    number = newest.calendars.get(calendar, clock.calendar_version_id)
    newer = clocks.calendar_version(session, number)
    more = extra + (clock.extended_amount if target.kind == base.kind else 0)

    def side(name: str, amount: int) -> Side:
        old = getattr(clock, f"{name}_due")
        if held and getattr(clock, f"standing_{name}") == "running":
            old = clocks.due_of(session, clock, name, now=now, known=pauses)
        new = due(newer, Target(target.kind, amount), clock.started_at, spans, now)
        new = clocks.with_release_kept(
            session, clock, name, new, calendar=newer, target=Target(target.kind, amount), now=now, known=pauses
        )
        return Side(getattr(clock, f"standing_{name}"), old, new)

    original, current = side("original", target.amount), side("current", target.amount + more)
    same_unit = target.kind == base.kind
    effect = effect_of(
        promise=clock.kind == "promise", same_unit=same_unit, original=original, current=current, now=now
    )
    return effect, original, current, target, extra, number, held


def _class(policy: Policy, code: str) -> ServiceClass | None:
    return policy.classes.get(code)
