"""The ticket page and who may see what; every read starts from what the actor may see (decision 17)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session

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
