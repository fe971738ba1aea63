"""Queues, search and the ticket page; every read starts from what the actor may see (decision 17)."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from feedback_store.domain.codes import read_code
from feedback_store.persons.finding import canonical_phone, name_index, phone_index
from feedback_store.queries.overdue import overdue_among
from feedback_store.queries.queue_tabs import STATES_OF, tab_rule, tabs_of
from feedback_store.service.actor import Actor
from feedback_store.service.trail import DUES
from feedback_store.tables import (
    Addition,
    Agency,
    Category,
    Clock,
    Commune,
    EmergencyCall,
    Extension,
    Leg,
    Media,
    Pause,
    Question,
    Rating,
    Ticket,
    TicketEvent,
)
from vitext import fold

PAGE = 30
NEWEST_FIRST = ("done", "all")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue shows. ``days`` (from, to) are instants, half-open, on the receipt."""

    tab: str = "all"
    search: str = ""
    category: str | None = None
    agency_id: int | None = None
    commune: str | None = None
    service_class: str | None = None
    channel: str | None = None
    imported: bool | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class QueueRow:
    ticket: Ticket
    category: str
    commune: str | None
    agencies: tuple[str, ...]
    due: dt.datetime | None
    overdue: bool
    unseen_additions: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    rows: list[QueueRow]
    total: int
    page: int
    pages: int
    elsewhere: int = 0
    """What a search finds in other tabs."""


def visible(actor: Actor) -> ColumnElement[bool]:
    """Tickets the actor may see: the hotline and managers all, an agency those where it has or had a leg."""
    if actor.is_hotline or actor.role == "manager":
        return true()
    if actor.is_agency and actor.agency_id is not None:
        return exists().where(Leg.ticket_id == Ticket.id, Leg.agency_id == actor.agency_id)
    return false()


def visible_leg(actor: Actor) -> ColumnElement[bool]:
    """Legs the actor may see: an agency its own alone."""
    if actor.is_agency:
        return Leg.agency_id == (actor.agency_id or -1)
    return true()


CODE_END = re.compile(r"\s*(?:\d[\s.\-–—]*){6}")
CODE_END_COLUMN: ColumnElement[str] = func.right(func.replace(Ticket.code, "-", ""), 6)


def reporter_searched(words: str, actor: Actor) -> bool:
    """Whether the search looks for a person by phone number: the hotline alone may, and it is recorded."""
    return actor.is_hotline and canonical_phone(words) is not None and read_code(words) is None


def _search(words: str, actor: Actor) -> ColumnElement[bool]:
    """Code in any writing, also its last six digits; phone and whole name, for the hotline; else the words."""
    typed = read_code(words)
    if typed is not None and typed.code is not None:
        return Ticket.code == typed.code
    if reporter_searched(words, actor):
        return Ticket.phone_bidx == phone_index(words)
    if CODE_END.fullmatch(words):
        return CODE_END_COLUMN.op("=", is_comparison=True)(re.sub(r"\D", "", words))
    named = name_index(words) if actor.is_hotline else None
    found = _worded(words)
    return found if named is None else or_(found, Ticket.name_bidx == named)


def _worded(words: str) -> ColumnElement[bool]:
    folded = "".join(c if c.isalnum() else " " for c in fold(words)).split()
    vector = func.to_tsvector("simple", Ticket.search_text)
    query = " & ".join(f"{word}:*" for word in folded)
    return vector.op("@@")(func.to_tsquery("simple", query)) if query else true()


def matching(session: Session, filters: QueueFilter, actor: Actor, at: dt.datetime) -> list[ColumnElement[bool]]:
    """Tickets of a view of the queue, as the actor may see them."""
    found = [visible(actor), tab_rule(session, filters.tab, actor, at)]
    if filters.search.strip():
        found.append(_search(filters.search, actor))
    pairs: Sequence[tuple[Any, Any]] = (
        (Ticket.category_code, filters.category),
        (Ticket.commune_code, filters.commune),
        (Ticket.service_class, filters.service_class),
        (Ticket.channel, filters.channel),
    )
    found += [column == value for column, value in pairs if value]
    if filters.agency_id and not actor.is_agency:
        found.append(
            exists().where(
                Leg.ticket_id == Ticket.id,
                Leg.agency_id == filters.agency_id,
                Leg.state.not_in(("returned", "cancelled")),
            )
        )
    if filters.imported is not None:
        found.append(Ticket.is_imported == filters.imported)
    if filters.since:
        found.append(Ticket.receipt_at >= filters.since)
    if filters.until:
        found.append(Ticket.receipt_at < filters.until)
    return found


def next_due(actor: Actor) -> Any:
    """The earliest due of a ticket's running clocks; of the own legs, for an agency."""
    wanted = [Clock.ticket_id == Ticket.id, *_waiting(Clock, actor)]
    return select(func.min(Clock.current_due)).where(*wanted).correlate(Ticket).scalar_subquery()


def _waiting(clock: Any, actor: Actor) -> list[ColumnElement[bool]]:
    """Running clocks that the queue goes by."""
    if actor.is_agency:
        own = [clock.agency_id == actor.agency_id, clock.kind.in_(("accept", "resolve"))]
        return [clock.stopped_at.is_(None), *own]
    return [clock.stopped_at.is_(None)]


def _by_due(actor: Actor, conditions: Sequence[ColumnElement[bool]]) -> Any:
    """Tickets of a view in the order of their next due, read along the running clocks, so that a page needs no more
    of them than stand on it and before. Tickets without such a clock are missing."""
    running, sooner = aliased(Clock), aliased(Clock)
    earlier = exists().where(
        sooner.ticket_id == running.ticket_id,
        *_waiting(sooner, actor),
        tuple_(sooner.current_due, sooner.id) < tuple_(running.current_due, running.id),
    )
    query: Any = (
        select(Ticket, Category.name, Commune.name, running.current_due.label("due"))
        .join(running, running.ticket_id == Ticket.id)
        .where(*_waiting(running, actor), ~earlier.correlate(running), *conditions)
        .order_by(running.current_due, running.ticket_id)
    )
    found: Select[Any] = query
    return found


def _newest(actor: Actor, conditions: Sequence[ColumnElement[bool]], *, by_due: bool) -> Select[Any]:
    """Tickets of a view newest first, or by their next due with those that have none at the end."""
    due = next_due(actor)
    order = [due.asc().nulls_last(), Ticket.id] if by_due else [Ticket.id.desc()]
    return select(Ticket, Category.name, Commune.name, due.label("due")).where(*conditions).order_by(*order)


def queue(session: Session, *, actor: Actor, filters: QueueFilter, at: dt.datetime) -> QueuePage:
    """One page of the queue; open work by its next due, the rest newest first."""
    conditions = matching(session, filters, actor, at)
    total = session.scalar(select(func.count()).select_from(Ticket).where(*conditions)) or 0
    elsewhere = 0
    if filters.search.strip() and filters.tab != "all":
        anywhere = matching(session, replace(filters, tab="all"), actor, at)
        elsewhere = (session.scalar(select(func.count()).select_from(Ticket).where(*anywhere)) or 0) - total
    pages = max(1, -(-total // PAGE))
    page = min(max(1, filters.page), pages)
    by_due, offset = filters.tab not in NEWEST_FIRST, (page - 1) * PAGE
    found = _page(session, _by_due(actor, conditions), offset) if by_due else []
    if len(found) < min(PAGE, total - offset):
        found = _page(session, _newest(actor, conditions, by_due=by_due), offset)
    ids = [row[0].id for row in found]
    agencies = _agencies(session, ids, actor)
    additions = _unseen(session, ids)
    late = overdue_among(session, ids, actor=actor, at=at)
    rows = [
        QueueRow(
            ticket,
            category,
            commune,
            agencies.get(ticket.id, ()),
            due_at,
            ticket.id in late,
            additions.get(ticket.id, 0),
        )
        for ticket, category, commune, due_at in found
    ]
    return QueuePage(rows, total, page, pages, elsewhere)


def _page(session: Session, query: Any, offset: int) -> Sequence[Any]:
    """Rows of one page with the names of category and commune."""
    named = query.join(Category, Category.code == Ticket.category_code).outerjoin(
        Commune, Commune.code == Ticket.commune_code
    )
    return session.execute(named.limit(PAGE).offset(offset)).all()


def counts(session: Session, *, actor: Actor, at: dt.datetime) -> dict[str, int]:
    """How many tickets each tab of the actor's holds."""
    tabs = tabs_of(actor)
    if actor.is_agency:
        return {tab: _count(session, actor, tab, at) for tab in tabs}
    query = select(Ticket.state, func.count()).where(visible(actor)).group_by(Ticket.state)
    states: dict[str, int] = dict(session.execute(query).all())
    found = {tab: sum(states.get(one, 0) for one in of) for tab, of in STATES_OF.items()}
    found["all"] = sum(states.values())
    return {tab: found[tab] if tab in found else _count(session, actor, tab, at) for tab in tabs}


def _count(session: Session, actor: Actor, tab: str, at: dt.datetime) -> int:
    query = select(func.count()).select_from(Ticket).where(visible(actor), tab_rule(session, tab, actor, at))
    return session.scalar(query) or 0


def _agencies(session: Session, ids: Sequence[int], actor: Actor) -> dict[int, tuple[str, ...]]:
    query = (
        select(Leg.ticket_id, Agency.name)
        .join(Agency, Agency.id == Leg.agency_id)
        .where(Leg.ticket_id.in_(ids), Leg.state.not_in(("returned", "cancelled")), visible_leg(actor))
        .order_by(Leg.number)
    )
    found: dict[int, tuple[str, ...]] = {}
    for ticket_id, name in session.execute(query):
        found[ticket_id] = tuple(dict.fromkeys((*found.get(ticket_id, ()), name)))
    return found


def _unseen(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(Addition.ticket_id, func.count())
        .where(Addition.ticket_id.in_(ids), Addition.seen_at.is_(None))
        .group_by(Addition.ticket_id)
    )
    return dict(session.execute(query).all())


@dataclass(slots=True)
class TicketPage:
    """Everything the ticket page shows to this actor."""

    ticket: Ticket
    category: Category
    commune: Commune | None
    legs: list[tuple[Leg, Agency]]
    clocks: list[Clock]
    pauses: list[Pause]
    events: list[TicketEvent]
    additions: list[Addition]
    photos: list[Media]
    evidence: dict[int, list[Media]] = field(default_factory=dict)
    rating: Rating | None = None
    extensions: dict[int, Extension] = field(default_factory=dict)
    """The request for more time of each leg that has one."""
    question: Question | None = None
    """What the citizen was asked and has not answered."""


def find_ticket(session: Session, *, code: str, actor: Actor) -> Ticket | None:
    """The ticket when it exists and the actor may see it; one and the same None otherwise."""
    return session.scalars(select(Ticket).where(Ticket.code == code, visible(actor))).one_or_none()


def ticket_page(session: Session, *, code: str, actor: Actor) -> TicketPage | None:
    ticket = find_ticket(session, code=code, actor=actor)
    if ticket is None:
        return None
    legs = [
        (leg, agency)
        for leg, agency in session.execute(
            select(Leg, Agency)
            .join(Agency, Agency.id == Leg.agency_id)
            .where(Leg.ticket_id == ticket.id, visible_leg(actor))
            .order_by(Leg.number)
        )
    ]
    own = {leg.id for leg, _ in legs}
    agency = actor.is_agency
    clock_query = select(Clock).where(Clock.ticket_id == ticket.id).order_by(Clock.id)
    event_query = (
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind != DUES)
        .order_by(TicketEvent.id)
    )
    pause_query = select(Pause).where(Pause.ticket_id == ticket.id).order_by(Pause.id)
    if agency:
        clock_query = clock_query.where(or_(Clock.leg_id.in_(own), Clock.kind == "promise"))
        event_query = event_query.where(
            or_(TicketEvent.leg_id.in_(own), and_(TicketEvent.leg_id.is_(None), TicketEvent.scope == "all"))
        )
        pause_query = pause_query.where(or_(Pause.leg_id.in_(own), Pause.leg_id.is_(None)))
    media = list(
        session.scalars(
            select(Media)
            .where(Media.ticket_id == ticket.id, Media.status == "stored", ~Media.sealed)
            .order_by(Media.created_at)
        )
    )
    evidence: dict[int, list[Media]] = {}
    for one in media:
        if one.leg_id is not None and (not agency or one.leg_id in own):
            evidence.setdefault(one.leg_id, []).append(one)
    rating = session.scalars(
        select(Rating).where(Rating.ticket_id == ticket.id, ~Rating.superseded).order_by(Rating.id.desc()).limit(1)
    ).one_or_none()
    return TicketPage(
        ticket=ticket,
        category=session.get_one(Category, ticket.category_code),
        commune=session.get(Commune, ticket.commune_code) if ticket.commune_code else None,
        legs=legs,
        clocks=list(session.scalars(clock_query)),
        pauses=list(session.scalars(pause_query)),
        events=list(session.scalars(event_query)),
        additions=list(session.scalars(select(Addition).where(Addition.ticket_id == ticket.id).order_by(Addition.id))),
        photos=[one for one in media if one.leg_id is None],
        evidence=evidence,
        rating=rating,
        extensions={
            one.leg_id: one
            for one in session.scalars(select(Extension).where(Extension.ticket_id == ticket.id))
            if not agency or one.leg_id in own
        },
        question=session.scalars(
            select(Question).where(Question.ticket_id == ticket.id, Question.outcome.is_(None))
        ).one_or_none(),
    )


def find_leg(session: Session, *, leg_id: int, ticket_id: int, actor: Actor) -> Leg | None:
    """A leg of this ticket that the actor may see."""
    query = select(Leg).where(Leg.id == leg_id, Leg.ticket_id == ticket_id, visible_leg(actor))
    return session.scalars(query).one_or_none()


def listed(session: Session, ids: Sequence[int]) -> list[tuple[Ticket, str]]:
    """Tickets with the names of their categories, in the order of ``ids``."""
    query = (
        select(Ticket, Category.name).join(Category, Category.code == Ticket.category_code).where(Ticket.id.in_(ids))
    )
    found = {ticket.id: (ticket, name) for ticket, name in session.execute(query)}
    return [found[one] for one in ids if one in found]


def find_media(session: Session, *, media_id: uuid.UUID, actor: Actor) -> Media | None:
    """A photo that the actor may see: of a visible ticket, or one they uploaded themselves."""
    media = session.get(Media, media_id)
    if media is None or not (may_see_media(session, media=media, actor=actor) or media.uploaded_by == actor.user_id):
        return None
    return media


def may_see_media(session: Session, *, media: Media, actor: Actor) -> bool:
    """Photos of a ticket for who sees the ticket; an agency's evidence for it and the hotline.

    Before there is a ticket, the hotline sees the photos of a chat that told of a danger.
    """
    if media.sealed:
        return False
    if media.ticket_id is None:
        of_chat = select(EmergencyCall.id).where(EmergencyCall.conversation_id == media.conversation_id).limit(1)
        return actor.is_hotline and media.conversation_id is not None and session.scalar(of_chat) is not None
    ticket = session.scalars(select(Ticket).where(Ticket.id == media.ticket_id, visible(actor))).one_or_none()
    if ticket is None:
        return False
    if actor.is_agency and media.leg_id is not None:
        leg = session.get(Leg, media.leg_id)
        return leg is not None and leg.agency_id == actor.agency_id
    return True
