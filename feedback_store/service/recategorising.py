"""Another category for an open report: seen before it is saved, and told to the citizen (sla.md, rule 14)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from feedback_store.domain.calendar import Calendar
from feedback_store.domain.due import Target, due
from feedback_store.domain.lifecycle import IllegalMove, check_reason, check_ticket_move
from feedback_store.domain.policy import faster
from feedback_store.service import clocks, notices, tellings
from feedback_store.service.actor import Actor, Refused, hotline_only
from feedback_store.service.tickets import promise_due, search_text
from feedback_store.service.trail import begin_change, forget, record
from feedback_store.tables import Category, Clock, Ticket
from vitext.dates import spoken_time

NOTICE = "category"
MOVED = ("promise", "resolve")


@dataclass(frozen=True, slots=True)
class DueSeen:
    """A due time with what it was computed from."""

    due: dt.datetime
    target: Target
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class DueChange:
    """One running clock before and after; ``agency_id`` None for the promise."""

    kind: str
    agency_id: int | None
    old: DueSeen
    new: DueSeen


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do. ``basis`` names class and policy: where it is the same, so are the targets."""

    category: Category
    basis: str
    changes: list[DueChange]

    def passed(self, at: dt.datetime) -> bool:
        """Whether a date that still lies ahead would have passed already."""
        return any(one.new.due < at <= one.old.due for one in self.changes)


def preview(
    session: Session,
    *,
    ticket: Ticket,
    category_code: str,
    reason: str,
    actor: Actor,
    expected_version: int | None,
    now: dt.datetime,
) -> Preview:
    """The running dues before and after the change, by the computation that makes it; nothing is written.

    Raises what :func:`change_category` would raise.
    """
    hotline_only(actor)
    check_reason(reason)
    if expected_version is not None and ticket.version != expected_version:
        raise Refused("tickets.changed_meanwhile", code=ticket.code)
    check_ticket_move("change_category", ticket.state)
    category = _category(session, ticket, category_code)
    session.flush()
    forget(session, ticket.id)
    found = [one for one in clocks.running(session, ticket.id) if one.kind in MOVED]
    with session.no_autoflush:
        try:
            before = [_seen(session, one) for one in found]
            _give(session, ticket, category, now)
            after = [_seen(session, one) for one in found]
            basis = f"{ticket.service_class}.{clocks.load_policy(session, now)[0]}"
        finally:
            for one in (ticket, *found):
                session.expire(one)
            forget(session, ticket.id)
    changes = [
        DueChange(clock.kind, clock.agency_id, old, new) for clock, old, new in zip(found, before, after, strict=True)
    ]
    return Preview(category, basis, sorted(changes, key=lambda one: (one.kind != "promise", one.new.due)))


def change_category(
    session: Session,
    *,
    ticket_id: int,
    category_code: str,
    reason: str,
    actor: Actor,
    expected_version: int | None,
    now: dt.datetime,
) -> Ticket:
    """The class is computed again from receipt; only an earlier promise replaces the one that was told. The citizen is
    told of the category and the date in every case; the reason is for the hotline alone."""
    hotline_only(actor)
    reason = check_reason(reason)
    ticket = begin_change(session, ticket_id, expected_version, now)
    check_ticket_move("change_category", ticket.state)
    category = _category(session, ticket, category_code)
    old, old_class, promised = ticket.category_code, ticket.service_class, promise_due(session, ticket.id)
    _give(session, ticket, category, now)
    record(
        session,
        ticket_id=ticket.id,
        kind="category_changed",
        actor=actor,
        now=now,
        old=old,
        new=category.code,
        reason=reason,
        data={"class": ticket.service_class, "old_class": old_class},
    )
    clocks.set_next_deadline(session, ticket)
    _tell(session, ticket, category, promised, now)
    return ticket


def _category(session: Session, ticket: Ticket, code: str) -> Category:
    category = session.get(Category, code)
    if category is None:
        raise Refused("tickets.unknown_category", category=code)
    if not category.active and category.code != ticket.category_code:
        raise Refused("categories.switched_off", name=category.name)
    if category.code == ticket.category_code and _class(ticket, category) == ticket.service_class:
        raise IllegalMove("tickets.category_same", name=category.name)
    return category


def _class(ticket: Ticket, category: Category) -> str:
    return faster(category.service_class, "H5") if ticket.danger else category.service_class


def _give(session: Session, ticket: Ticket, category: Category, now: dt.datetime) -> None:
    """The category on the ticket and its targets on the running clocks."""
    ticket.category_code, ticket.service_class = category.code, _class(ticket, category)
    ticket.search_text = search_text(ticket.code, ticket.text, ticket.place_text, category.name)
    _retarget(session, ticket, now)


def _retarget(session: Session, ticket: Ticket, now: dt.datetime) -> None:
    """Targets of the ticket's present class, each counted from the clock's own start. What is past
    its due stays late: a slower class is no way out."""
    policy_id, policy = clocks.load_policy(session, now)
    service_class = policy.service_class(ticket.service_class)
    clocks.count_pauses(session, ticket, now=now)
    for clock in clocks.running(session, ticket.id):
        if clock.kind not in MOVED:
            continue
        clocks.mark_breach(clock, now)
        target = service_class.target("promise" if clock.kind == "promise" else "resolve")
        if clock.kind == "promise":
            spans = clocks.pause_spans(session, clock, now)
            again = due(clocks.calendar_of(session, clock), target, clock.started_at, spans, now)
            if again >= clock.current_due:
                continue
        else:
            clocks.dispatched_late_after_all(session, ticket, clock, now=now)
        clocks.retarget(session, clock, policy_id=policy_id, target=target, now=now)
        clocks.mark_breach(clock, now)


def _seen(session: Session, clock: Clock) -> DueSeen:
    return DueSeen(clock.current_due, clocks.target_of(clock, "current"), clocks.calendar_of(session, clock))


def _tell(
    session: Session, ticket: Ticket, category: Category, promised: dt.datetime | None, now: dt.datetime
) -> None:
    """One message, or one call, with the category and the date as they are now."""
    date = promise_due(session, ticket.id)
    if date is None or promised is None:  # imported without its dates
        key = "tickets.told_category_undated"
    elif date < now:
        key = "tickets.told_category_late"
    else:
        key = "tickets.told_category_earlier" if date < promised else "tickets.told_category"
    notices.tell_citizen(
        session,
        ticket=ticket,
        notice=NOTICE,
        key=key,
        dedupe=str(ticket.version),
        category=category.name,
        due=spoken_time(date or now),
        now=now,
    )
    tellings.owe(session, ticket=ticket, kind="new_date", now=now)
