"""The rows that each figure counts: where they stand, what places them in a period, which of them are good.

One function a cohort of ``domain.figures``; counting, dividing and listing is in ``figures_counts``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    join,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from feedback_store.domain.figures import CATALOGUE, SATISFIED, Dimension, Figure
from feedback_store.domain.kpi import Against, Period
from feedback_store.domain.policy import URGENCY
from feedback_store.queries.figures_cohort import (
    LOCAL_ZONE,
    agency_of,
    check_reader,
    due_of,
    samples,
    seen,
    standing_of,
)
from feedback_store.queries.figures_cohort import cohort as due_cohort
from feedback_store.queries.lookups import is_sample_database
from feedback_store.service.actor import Actor, Refused
from feedback_store.tables import (
    CallbackTask,
    Category,
    Clock,
    Conversation,
    EmergencyCall,
    InboundEvent,
    Leg,
    OutboundMessage,
    ProcedureFeedback,
    Rating,
    Ticket,
    TicketEvent,
)

CHATS = ("web", "telegram", "zalo")
NOT_UNDERSTOOD = ("nlu_fallback", "human_agent", "denunciation", "formal_complaint")
"""Turns that no answer of the bot closed: not understood, a person was asked for, or the matter is not the bot's."""
IN_A_ROUND = ("dispatched", "accepted", "answered", "released", "superseded")


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure of a period at an instant, as ``scope`` may see it; ``where`` narrows it to one part of a division."""

    figure: Figure
    period: Period
    at: dt.datetime
    scope: Actor
    against: Against = "current"
    where: tuple[Dimension, str] | None = None

    @property
    def of_agency(self) -> bool:
        return self.scope.kind == "user" and self.scope.is_agency


@dataclass(frozen=True, slots=True)
class Source:
    """Counted rows. ``row`` tells two of them apart, but for an event that happened to several agencies
    (``repeated``); ``own`` are divisions that only this figure has.

    ``ticket`` None: rows of no ticket. ``bad``: those that are not good, as an index knows them; None: not ``good``.
    """

    start: Any
    rules: list[ColumnElement[bool]]
    row: Any
    ticket: Any
    instant: Any
    good: ColumnElement[bool]
    bad: ColumnElement[bool] | None = None
    repeated: bool = False
    agency: Any = None
    has_ticket: bool = False
    own: Mapping[str, Any] = field(default_factory=dict)
    ended: Any = field(default_factory=null)
    note: Any = field(default_factory=null)
    channel: Any = field(default_factory=null)


def source(session: Session, asked: Asked, *, by_agency: bool = False) -> Source:
    """The rows of a figure; ``by_agency``: each agency's part is a row of its own.

    Raises ``Refused`` for a reader who may not have it.
    """
    check_reader(asked.scope)
    definition = CATALOGUE[asked.figure]
    if asked.of_agency and definition.hotline:
        raise Refused("tickets.not_allowed")
    parts = by_agency or asked.of_agency or (asked.where is not None and asked.where[0] == "agency")
    if definition.cohort == "due":
        return _clocks(session, asked)
    made: Source = _SOURCES[asked.figure](session, asked, parts)
    made.rules.extend(samples(session, made.ticket) if made.ticket is not None else [])
    if asked.of_agency:
        made.rules.append(made.agency == asked.scope.agency_id)
    return made


def agency_source(session: Session, asked: Asked) -> Source:
    """The rows of every agency at once: those that ``source`` gives its own people, with the agency beside.

    Raises ``Refused`` for a figure that agencies don't have.
    """
    definition = CATALOGUE[asked.figure]
    if definition.hotline:
        raise Refused("tickets.not_allowed")
    made = source(session, asked, by_agency=True)
    if definition.unit != "promise":
        return made
    other = aliased(Leg)
    before = exists().where(
        other.ticket_id == Leg.ticket_id, other.agency_id == Leg.agency_id, other.state != "returned",
        other.id < Leg.id,
    )  # fmt: skip
    made.rules.extend([Leg.state != "returned", or_(Leg.number == 1, ~before.correlate(Leg))])
    return replace(made, start=join(Clock, Leg, Leg.ticket_id == Clock.ticket_id), agency=Leg.agency_id)


def earlier_month(leg: Any) -> Any:
    """The local month of the ticket's last dispatch before the month of this one; null of a first leg."""
    other = aliased(Leg)
    month = func.date_trunc("month", func.timezone(LOCAL_ZONE, leg.dispatched_at))
    before = select(func.max(other.dispatched_at)).where(
        other.ticket_id == leg.ticket_id, other.dispatched_at < func.timezone(LOCAL_ZONE, month)
    )
    last = func.date_trunc("month", func.timezone(LOCAL_ZONE, before.correlate(leg).scalar_subquery()))
    return case((leg.number > 1, cast(last, Date)))


def _within(instant: Any, asked: Asked) -> list[ColumnElement[bool]]:
    low, high = asked.period.bounds()
    return [instant >= low, instant < high, instant <= asked.at]


def _clocks(session: Session, asked: Asked) -> Source:
    figure: Any = asked.figure
    rules = due_cohort(figure, asked.period, asked.at, asked.against)
    return Source(
        start=Clock,
        rules=[*rules, *seen(session, figure, asked.scope, asked.against)],
        row=Clock.id,
        ticket=Clock.ticket_id,
        instant=due_of(asked.against),
        good=standing_of(asked.against) == "on_time",
        agency=agency_of(asked.against),
        ended=Clock.stopped_at,
    )


# ---- K2: tickets closed in the period ----------------------------------------------------------


def _closed(session: Session, asked: Asked, parts: bool) -> Source:
    """Tickets that an operator closed after their result; those imported have no proof of ours and stay out.

    A ticket cannot be closed without a released result, so one without proof is looked for and none is counted.
    """
    rules = [Ticket.state == "closed", ~Ticket.is_imported, *_within(Ticket.closed_at, asked)]
    dead = select(OutboundMessage.ticket_id).where(
        OutboundMessage.notice == "result", OutboundMessage.status == "dead", OutboundMessage.ticket_id.is_not(None)
    )
    if parts:
        told: ColumnElement[bool] = Leg.delivered_at.is_not(None)
        start: Any = Ticket.__table__.join(Leg.__table__, and_(Leg.ticket_id == Ticket.id, Leg.state == "released"))
    else:
        leg = aliased(Leg)
        untold = select(leg.ticket_id).where(leg.state == "released", leg.delivered_at.is_(None))
        told, start = Ticket.id.not_in(untold), Ticket
    return Source(
        start=start,
        rules=rules,
        row=Leg.id if parts else Ticket.id,
        ticket=Ticket.id,
        instant=Ticket.closed_at,
        good=told if asked.figure == "k2" else and_(~told, Ticket.id.in_(dead)),
        bad=Leg.delivered_at.is_(None) if parts and asked.figure == "k2" else None,
        agency=Leg.agency_id if parts else None,
        has_ticket=True,
    )


# ---- results: K3, response rate, reopenings ----------------------------------------------------


def _results(session: Session, asked: Asked, parts: bool) -> Source:
    """Results (a ticket's round) placed by the instant at which the last agency's part was delivered, or released.

    With ``parts`` every agency's own part is counted.
    """
    instant: Any = Leg.released_at if asked.figure == "reopened" else Leg.delivered_at
    rules = _within(instant, asked)
    if not parts:
        rules.append(or_(Leg.ticket_id.not_in(_shared_or_reopened()), _last_part(instant)))
    start: Any = Leg
    own: dict[str, Any] = {}
    if asked.figure == "reopened":
        again = select(Clock.ticket_id, Clock.round).where(Clock.kind == "promise", Clock.round > 1)
        good: ColumnElement[bool] = tuple_(Leg.ticket_id, round_of(Leg) + 1).in_(again)
    else:
        rating = and_(Rating.ticket_id == Leg.ticket_id, Rating.round == round_of(Leg), ~Rating.superseded)
        start = Leg.__table__.join(Rating.__table__, rating, isouter=asked.figure == "response")
        good = Rating.id.is_not(None) if asked.figure == "response" else Rating.stars >= SATISFIED
        own = {"stars": Rating.stars}
    return Source(
        start=start, rules=rules, row=Leg.id, ticket=Leg.ticket_id, instant=instant, good=good,
        agency=Leg.agency_id, own=own, note=cast(Rating.stars, String) if own else null(),
    )  # fmt: skip


def round_of(leg: Any) -> Any:
    """The round that a leg belongs to: the first one unless its clock says a later one."""
    clock = aliased(Clock)
    later = select(clock.round).where(clock.leg_id == leg.id, clock.kind == "resolve", clock.round > 1)
    return case((leg.number == 1, 1), else_=func.coalesce(later.correlate(leg).scalar_subquery(), 1))


def _shared_or_reopened() -> Any:
    """Tickets with more than one leg; of all others the one leg is the last part of the one result."""
    more = aliased(Leg)
    return select(more.ticket_id).where(more.number > 1)


def _last_part(instant: Any) -> ColumnElement[bool]:
    """No other part of the same result is still missing or came later."""
    other = aliased(Leg)
    theirs = other.released_at if instant is Leg.released_at else other.delivered_at
    return ~(
        exists()
        .where(
            other.ticket_id == Leg.ticket_id,
            other.id != Leg.id,
            other.state.in_(IN_A_ROUND),
            round_of(other) == round_of(Leg),
            or_(theirs.is_(None), theirs > instant, and_(theirs == instant, other.id > Leg.id)),
        )
        .correlate(Leg)
    )


# ---- what the hotline does with a report -------------------------------------------------------


def _dispatched(session: Session, asked: Asked, parts: bool) -> Source:
    return Source(
        start=Leg,
        rules=_within(Leg.dispatched_at, asked),
        row=Leg.id,
        ticket=Leg.ticket_id,
        instant=Leg.dispatched_at,
        good=Leg.state == "returned",
        agency=Leg.agency_id,
        ended=Leg.returned_at,
        note=Leg.return_reason,
        own={"earlier": earlier_month(Leg)},
    )


def _received(session: Session, asked: Asked, parts: bool) -> Source:
    goods: dict[str, ColumnElement[bool]] = {
        "refusals": Ticket.state == "refused",
        "first_response": Ticket.first_response_at.is_not(None),
        "recurrence": Ticket.recurs.expression,
    }
    refused = case((Ticket.state == "refused", func.coalesce(Ticket.refusal_ground, "unknown")))
    waited = func.ceil(func.date_part("epoch", Ticket.first_response_at - Ticket.receipt_at) / 60.0)
    return Source(
        start=Ticket,
        rules=_within(Ticket.receipt_at, asked),
        row=Ticket.id,
        ticket=Ticket.id,
        instant=Ticket.receipt_at,
        good=goods[asked.figure],
        has_ticket=True,
        ended=Ticket.first_response_at if asked.figure == "first_response" else null(),
        note=Ticket.close_reason if asked.figure == "refusals" else null(),
        own={"minutes": cast(waited, Integer)} if asked.figure == "first_response" else {"reason": refused},
    )


def _changes(session: Session, asked: Asked, parts: bool) -> Source:
    """Changes of category; each agency that had the ticket open at that moment, with ``parts``."""
    start: Any = TicketEvent.__table__
    if parts:
        had = and_(
            Leg.ticket_id == TicketEvent.ticket_id,
            Leg.dispatched_at <= TicketEvent.at,
            or_(Leg.returned_at.is_(None), Leg.returned_at > TicketEvent.at),
            or_(Leg.answered_at.is_(None), Leg.answered_at > TicketEvent.at),
        )
        start = start.join(Leg.__table__, had, isouter=not asked.of_agency)
    return Source(
        start=start,
        rules=[TicketEvent.kind == "category_changed", *_within(TicketEvent.at, asked)],
        row=TicketEvent.id,
        ticket=TicketEvent.ticket_id,
        instant=TicketEvent.at,
        repeated=parts,
        good=_rank(TicketEvent.data["class"].astext) > _rank(TicketEvent.data["old_class"].astext),
        agency=Leg.agency_id if parts else null(),
        note=_called(TicketEvent.old) + " → " + _called(TicketEvent.new),
        own={"person": func.coalesce(TicketEvent.actor_id, 0)},
    )


def _called(code: Any) -> Any:
    named = aliased(Category)
    return func.coalesce(select(named.name).where(named.code == code).correlate(TicketEvent).scalar_subquery(), code)


def _rank(service_class: Any) -> Any:
    """Place of a class in the order of urgency; null for one that is not named."""
    return case({code: number for number, code in enumerate(URGENCY)}, value=service_class)


# ---- conversations -----------------------------------------------------------------------------


def _conversations(session: Session, asked: Asked, parts: bool) -> Source:
    """Chats begun in the period in which a citizen wrote; good: the bot answered and nothing was left to a person."""
    chat = Conversation.id
    left = (
        exists().where(Ticket.conversation_id == chat),
        exists().where(CallbackTask.conversation_id == chat),
        exists().where(EmergencyCall.conversation_id == chat),
        exists().where(OutboundMessage.conversation_id == chat, OutboundMessage.kind == "operator"),
        exists().where(
            InboundEvent.conversation_id == chat,
            or_(
                InboundEvent.intent.in_(NOT_UNDERSTOOD),
                InboundEvent.sealed,
                InboundEvent.failure.is_not(None),
                InboundEvent.handled_at.is_(None),
            ),
        ),
        exists().where(
            InboundEvent.conversation_id == chat,
            ProcedureFeedback.event_id == InboundEvent.id,
            ProcedureFeedback.verdict.in_(("wrong", "nothing_found")),
        ),
    )
    rules = [Conversation.channel.in_(CHATS), Conversation.in_count > 0, *_within(Conversation.created_at, asked)]
    if not is_sample_database(session):
        rules.append(~Conversation.is_sample)
    return Source(
        start=Conversation,
        rules=rules,
        row=chat,
        ticket=None,
        channel=Conversation.channel,
        instant=Conversation.created_at,
        good=and_(
            Conversation.last_out_seq > 0, Conversation.state.in_(("bot", "closed")), *(~reason for reason in left)
        ),
    )


_SOURCES: Mapping[str, Any] = {
    "k2": _closed,
    "undelivered": _closed,
    "k3": _results,
    "response": _results,
    "reopened": _results,
    "returns": _dispatched,
    "refusals": _received,
    "first_response": _received,
    "recurrence": _received,
    "recategorised": _changes,
    "bot_alone": _conversations,
}
