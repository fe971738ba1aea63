"""The list "Báo kết quả qua điện thoại": who must be told by telephone, what and by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from feedback_store.service.actor import Actor
from feedback_store.service.tellings import phone_of
from feedback_store.tables import Agency, AuditEntry, Category, Clock, Extension, Leg, PromiseMove, Telling, Ticket

Part = Literal["now", "later", "no_phone", "unreachable"]
PARTS: tuple[Part, ...] = ("now", "later", "no_phone", "unreachable")
PAGE = 30
RECENT = 10
OUTCOMES = ("phone_told", "phone_missed", "phone_wrong_number")
"""Entries of the audit, one for each call."""


@dataclass(frozen=True, slots=True)
class CallOwed:
    """One call. ``due``: of the leg's notify clock, or of the promise where the ticket itself is told; None where no
    clock runs. ``phone`` is there for who took the call and for nobody else."""

    telling: Telling
    ticket: Ticket
    category: str
    agency: str | None
    result: str | None
    due: dt.datetime | None
    new_due: dt.datetime | None
    phone: str | None
    name: str | None
    taken_by: int | None


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call that somebody entered. ``outcome``: one of :data:`OUTCOMES`."""

    outcome: str
    code: str
    at: dt.datetime
    by: int | None


@dataclass(frozen=True, slots=True)
class CallsPage:
    """One page of a part and how many calls each part holds."""

    part: Part
    rows: list[CallOwed]
    counts: dict[Part, int]
    page: int
    pages: int


def _part(part: Part, at: dt.datetime) -> list[ColumnElement[bool]]:
    if part == "unreachable":
        return [Telling.state == "unreachable"]
    open_ = [Telling.state == "open", Telling.has_phone.is_(part != "no_phone")]
    if part == "now":
        open_.append(or_(Telling.next_try_at.is_(None), Telling.next_try_at <= at))
    elif part == "later":
        open_.append(Telling.next_try_at > at)
    return open_


def waiting(session: Session, *, at: dt.datetime) -> int:
    """How many calls can be made now: the badge in the navigation."""
    return _count(session, "now", at)


def _count(session: Session, part: Part, at: dt.datetime) -> int:
    return session.scalar(select(func.count()).select_from(Telling).where(*_part(part, at))) or 0


def calls(session: Session, *, actor: Actor, part: Part, page: int, at: dt.datetime) -> CallsPage:
    """Calls of a part: those to be made by their due, those without one after them; those that wait by when to try
    again."""
    counts = {one: _count(session, one, at) for one in PARTS}
    pages = max(1, -(-counts[part] // PAGE))
    page = min(max(1, page), pages)
    due = _due()
    order = {"later": Telling.next_try_at, "unreachable": Telling.closed_at.desc()}.get(part)
    first = due.asc().nulls_last() if order is None else order
    query: Any = (
        select(Telling, Ticket, Category.name, Agency.name, Leg.result_text, due, _promised())
        .join(Ticket, Ticket.id == Telling.ticket_id)
        .join(Category, Category.code == Ticket.category_code)
        .outerjoin(Leg, Leg.id == Telling.leg_id)
        .outerjoin(Agency, Agency.id == Leg.agency_id)
        .where(*_part(part, at))
        .order_by(first, Telling.ready_at, Telling.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    rows = [_shown(session, actor, *row) for row in session.execute(query)]
    return CallsPage(part, rows, counts, page, pages)


def made(session: Session) -> list[CallMade]:
    """The last calls that were entered, newest first."""
    found: list[AuditEntry] = []
    for outcome in OUTCOMES:  # one after the other: each is a walk along the index
        query = select(AuditEntry).where(AuditEntry.action == outcome).order_by(AuditEntry.seq.desc())
        found += session.scalars(query.limit(RECENT))
    newest = sorted(found, key=lambda entry: entry.seq, reverse=True)[:RECENT]
    of = {entry.seq: int(str(entry.subject).removeprefix("ticket:")) for entry in newest}
    codes = dict(session.execute(select(Ticket.id, Ticket.code).where(Ticket.id.in_(of.values()))).all())
    return [
        CallMade(entry.action, codes[of[entry.seq]], entry.at, entry.user_id)
        for entry in newest
        if of[entry.seq] in codes
    ]


def of_ticket(session: Session, ticket_id: int) -> Sequence[Telling]:
    """Calls about a ticket that were not made yet."""
    query = select(Telling).where(Telling.ticket_id == ticket_id, Telling.state.in_(("open", "unreachable")))
    return session.scalars(query.order_by(Telling.id)).all()


def _shown(
    session: Session, actor: Actor, telling: Telling, ticket: Ticket, category: str, agency: str | None,
    result: str | None, due: dt.datetime | None, promised: dt.datetime | None,
) -> CallOwed:  # fmt: skip
    mine = telling.taken_by is not None and telling.taken_by == actor.user_id
    return CallOwed(
        telling=telling,
        ticket=ticket,
        category=category,
        agency=agency,
        result=result,
        due=due,
        new_due=promised if telling.kind == "new_date" else None,
        phone=phone_of(session, ticket) if mine else None,
        name=ticket.reporter_name if mine else None,
        taken_by=telling.taken_by,
    )


def _due() -> Any:
    """Until when the citizen must be told."""
    its = case(
        (Telling.kind == "result", and_(Clock.kind == "notify", Clock.leg_id == Telling.leg_id)),
        else_=Clock.kind == "promise",
    )
    query = select(func.min(Clock.current_due)).where(
        Clock.ticket_id == Telling.ticket_id, Clock.stopped_at.is_(None), its
    )
    return query.correlate(Telling).scalar_subquery()


def _promised() -> Any:
    """The date to be told: the one that a recalculation computed, else that of the legs with more time, else the
    promise as it stands."""
    moved = select(func.max(PromiseMove.due)).where(
        PromiseMove.ticket_id == Telling.ticket_id, PromiseMove.told_at.is_(None), PromiseMove.dropped_at.is_(None)
    )
    longer = select(func.max(Clock.current_due)).where(
        Clock.ticket_id == Telling.ticket_id,
        Clock.kind == "resolve",
        exists().where(
            Extension.leg_id == Clock.leg_id, Extension.decision == "granted", Extension.told_at.is_(None)
        ),
    )
    stands = select(func.max(Clock.current_due)).where(
        Clock.ticket_id == Telling.ticket_id, Clock.kind == "promise", Clock.stopped_at.is_(None)
    )
    asked = (one.correlate(Telling).scalar_subquery() for one in (moved, longer, stands))
    return func.coalesce(*asked)
