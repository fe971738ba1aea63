"""A hotline desk over a real database: files, dispatches and answers in one line each."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.crypto import keyring
from feedback_store.queries import calls_owed
from feedback_store.service import deadlines, legs, phone_desk, results, tickets
from feedback_store.service.actor import BOT, Actor
from feedback_store.tables import Agency, Clock, Conversation, Leg, Media, OutboundMessage, Pause, Ticket, TicketEvent
from tests.sla import second_figures, second_kept, second_lists, second_path
from vitext.dates import VIET_NAM

OPERATOR = Actor("user", user_id=1, role="operator")
SUPERVISOR = Actor("user", user_id=2, role="supervisor")
MANAGER = Actor("user", user_id=3, role="manager")
RESULT = "Đội môi trường đã thu gom toàn bộ rác ở đầu hẻm lúc 9 giờ sáng nay và phun khử mùi."
WHY_NO_PHOTO = "Trời tối, ảnh chụp không rõ"


LONG_AFTER = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    """``2026-03-02 08:00`` on a clock in Viet Nam."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIET_NAM).astimezone(dt.UTC)


@dataclass
class Desk:
    session: Session
    numbers: Iterator[int] = field(default_factory=itertools.count)
    by_hand: bool = False
    """The test sets clocks itself, so the trail cannot tell of them."""

    def conversation(self, channel: str = "web") -> uuid.UUID:
        made = Conversation(
            id=uuid.uuid4(), channel=channel, account="", peer_bidx=uuid.uuid4().bytes * 2, peer="chat",
            state="bot", epoch=0, engine_session=0, in_count=0, last_out_seq=0, created_at=at("2026-03-01 00:00"),
        )
        self.session.add(made)
        self.session.flush()
        return made.id

    def file(self, when: str, category: str = "moi-truong.rac", *, channel: str = "web", chat: bool = True,
             **more: object) -> Ticket:
        report = tickets.NewReport(
            text="Rác đầu hẻm cả tuần chưa ai thu gom", category_code=category, channel=channel, receipt_at=at(when),
            conversation_id=self.conversation(channel) if chat else None, **more,  # type: ignore[arg-type]
        )
        filed = tickets.file_report(self.session, report=report, actor=BOT, now=at(when))
        return self.session.get_one(Ticket, filed.ticket_id)

    def agencies(self, count: int = 3) -> list[Agency]:
        return list(self.session.scalars(select(Agency).order_by(Agency.id).limit(count)))

    def officer(self, agency: Agency | int) -> Actor:
        return Actor("user", user_id=9, role="officer", agency_id=agency if isinstance(agency, int) else agency.id)

    def dispatch(self, ticket: Ticket, when: str, agency: Agency | None = None, actor: Actor = OPERATOR) -> Leg:
        chosen = agency or self.agencies(1)[0]
        return legs.dispatch(self.session, ticket_id=ticket.id, agency_id=chosen.id, actor=actor,
                             expected_version=None, now=at(when))

    def answer(self, leg: Leg, when: str, text: str = RESULT) -> Leg:
        return results.submit(self.session, leg_id=leg.id, text=text, no_evidence_reason=WHY_NO_PHOTO,
                              actor=self.officer(leg.agency_id), expected_version=None, now=at(when))

    def release(self, leg: Leg, when: str) -> Leg:
        return results.release(self.session, leg_id=leg.id, actor=OPERATOR, expected_version=None, now=at(when))

    def call(self, ticket: Ticket, when: str, *, entered: str | None = None, actor: Actor = OPERATOR) -> None:
        """Tell the citizen by telephone all that is owed; ``entered``: when the call was written down."""
        self.session.flush()
        for one in calls_owed.of_ticket(self.session, ticket.id):
            phone_desk.take(self.session, telling_id=one.id, actor=actor, now=at(entered or when))
            phone_desk.told(self.session, telling_id=one.id, called_at=at(when), actor=actor, now=at(entered or when))

    def photo(self, ticket: Ticket) -> uuid.UUID:
        made = uuid.uuid4()
        self.session.add(Media(id=made, ticket_id=ticket.id))
        return made

    def clock(self, kind: str, ticket: Ticket | None = None, leg: Leg | None = None) -> Clock:
        """The newest clock of that kind."""
        self.session.flush()
        query = select(Clock).where(Clock.kind == kind).order_by(Clock.id.desc()).limit(1)
        if ticket is not None:
            query = query.where(Clock.ticket_id == ticket.id)
        if leg is not None:
            query = query.where(Clock.leg_id == leg.id)
        return self.session.scalars(query).one()

    def told(self, ticket: Ticket) -> list[tuple[str, str]]:
        """(notice, text) of what was sent to the citizen, in order."""
        query = select(OutboundMessage).where(OutboundMessage.ticket_id == ticket.id).order_by(OutboundMessage.id)
        return [(row.notice or "", row.body["text"]) for row in self.session.scalars(query)]

    def trail(self, ticket: Ticket) -> list[str]:
        self.session.flush()
        query = select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
        return list(self.session.scalars(query))


@pytest.fixture
def desk(unkept: Session) -> Iterator[Desk]:
    """A day at the hotline, rolled back at the end, when all that was counted is counted a second way."""
    assert keyring() is not None
    made = Desk(unkept)
    yield made
    unkept.flush()
    assert second_lists.differences(unkept) == []
    assert second_kept.differences(unkept) == []
    if not made.by_hand:
        assert untold(unkept) == {}
        settle(unkept)
        assert second_path.differences(unkept, LONG_AFTER) == []
        assert second_figures.figure_differences(unkept, LONG_AFTER) == []
        assert unkept.scalars(select(Ticket.code).where(Ticket.deadline_failures > 0)).all() == []
        assert second_lists.differences(unkept) == []


def settle(session: Session) -> None:
    """Let the deadline job store what fell due, so that nothing but facts is compared."""
    for _ in range(20):
        if not deadlines.handle_due(session, now=LONG_AFTER):
            return
    raise AssertionError("the job never comes to an end")


def untold(session: Session) -> dict[int, object]:
    """Clocks whose due instants the trail does not tell as they are stored: clock → (stored, told)."""
    told: dict[int, tuple[str, str]] = {}
    events = select(TicketEvent.data).where(TicketEvent.data.has_key("clocks")).order_by(TicketEvent.id)
    for data in session.scalars(events):
        for one in (data or {})["clocks"]:
            told[one["id"]] = (one["original"], one["current"])
    wrong = {}
    paused = select(Pause.ticket_id).where(Pause.ended_at.is_(None))
    for clock in session.scalars(select(Clock).where(Clock.ticket_id.not_in(paused))):
        stored = (clock.original_due.isoformat(), clock.current_due.isoformat())
        if told.get(clock.id) != stored:
            wrong[clock.id] = (clock.kind, stored, told.get(clock.id))
    return wrong
