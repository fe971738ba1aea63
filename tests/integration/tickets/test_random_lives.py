"""Random lives of tickets through the real services; afterwards the trail and the stored standings agree."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service import deadlines, extensions, legs, pauses, questions, recategorising, results, tickets
from feedback_store.service.actor import CITIZEN, Actor, Refused
from feedback_store.tables import Agency, Category, Extension, Leg, Pause, Ticket
from tests.integration.tickets.conftest import OPERATOR, RESULT, SUPERVISOR, WHY_NO_PHOTO, Desk, at

LIVES = 14
WHY = "Lý do được ghi rõ"


class Lives:
    """A hotline whose people do random things; ``now`` only moves forward and the job runs as it goes."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.rng, self.session = desk, random.Random(seed), desk.session
        self.now = at("2026-03-02 07:30")
        self.agencies = desk.agencies(5)
        self.categories = list(self.session.scalars(select(Category.code).order_by(Category.code)))
        self.tickets: list[Ticket] = []
        self.done: Counter[str] = Counter()
        self.moves: list[Callable[[Ticket], object]] = [
            self.dispatch, self.dispatch, self.accept, self.accept, self.answer, self.answer, self.release,
            self.release, self.send_back, self.give_back, self.pause, self.own_pause, self.word,
            self.resume, self.ask_time, self.decide,
            self.refuse, self.withdraw, self.reopen, self.change, self.question, self.addition, self.close,
        ]  # fmt: skip

    def live(self, steps: int) -> None:
        for _ in range(steps):
            self.later()
            if len(self.tickets) < LIVES and self.rng.random() < 0.3:
                channel = self.rng.choice(("web", "web", "phone"))
                filed = tickets.file_report(
                    self.session, actor=CITIZEN, now=self.now, report=tickets.NewReport(
                        text="Việc cần giải quyết ở đây", category_code=self.rng.choice(self.categories),
                        channel=channel, receipt_at=self.now,
                        conversation_id=self.desk.conversation() if channel == "web" else None,
                    ),
                )  # fmt: skip
                self.tickets.append(self.session.get_one(Ticket, filed.ticket_id))
                continue
            if not self.tickets:
                continue
            for _ in range(8):  # until something is possible
                if self.tries(self.rng.choice(self.moves), self.rng.choice(self.tickets)):
                    break

    def tries(self, move: Callable[[Ticket], object], ticket: Ticket) -> bool:
        try:
            with self.session.begin_nested():
                move(ticket)
        except (IllegalMove, Refused) as error:
            self.done[f"refused {error.key}"] += 1
            return False
        self.done[move.__name__] += 1
        return True

    def later(self) -> None:
        """Minutes, hours or a weekend pass; the job runs whenever something is due, or only after downtime."""
        step = dt.timedelta(minutes=self.rng.choice((1, 7, 30, 60, 180, 600)))
        end = self.now + (step if self.rng.random() < 0.97 else dt.timedelta(days=3))
        while self.rng.random() < 0.95:
            self.session.flush()
            wake = self.session.scalar(select(func.min(Ticket.next_deadline_at)))
            if wake is None or wake >= end:
                break
            deadlines.handle_due(self.session, now=max(wake, self.now) + dt.timedelta(seconds=1))
        self.now = end

    def leg(self, ticket: Ticket, *states: str) -> Leg:
        found = self.session.scalars(select(Leg).where(Leg.ticket_id == ticket.id, Leg.state.in_(states))).all()
        if not found:
            raise Refused("no leg")
        return self.rng.choice(list(found))

    def boss(self, leg: Leg) -> Actor:
        return Actor("user", 8, "leader", leg.agency_id)

    def agency(self) -> Agency:
        return self.rng.choice(self.agencies)

    def dispatch(self, ticket: Ticket) -> object:
        return legs.dispatch(self.session, ticket_id=ticket.id, agency_id=self.agency().id, actor=SUPERVISOR,
                             expected_version=None, now=self.now)

    def accept(self, ticket: Ticket) -> object:
        leg = self.leg(ticket, "dispatched")
        return legs.accept(self.session, leg_id=leg.id, actor=self.boss(leg), expected_version=None, now=self.now)

    def answer(self, ticket: Ticket) -> object:
        leg = self.leg(ticket, "dispatched", "accepted")
        return results.submit(self.session, leg_id=leg.id, text=RESULT, no_evidence_reason=WHY_NO_PHOTO,
                              actor=self.boss(leg), expected_version=None, now=self.now)

    def release(self, ticket: Ticket) -> object:
        leg = self.leg(ticket, "answered")
        results.release(self.session, leg_id=leg.id, actor=OPERATOR, expected_version=None, now=self.now)
        if ticket.conversation_id is None or self.rng.random() < 0.5:
            results.mark_delivered(self.session, leg_id=leg.id, at=self.now)
        return leg

    def send_back(self, ticket: Ticket) -> object:
        leg = self.leg(ticket, "answered")
        return results.send_back(self.session, leg_id=leg.id, reason=WHY, actor=OPERATOR, expected_version=None,
                                 now=self.now)

    def give_back(self, ticket: Ticket) -> object:
        leg = self.leg(ticket, "dispatched", "accepted")
        return legs.return_leg(self.session, leg_id=leg.id, reason=WHY, proposed_agency_id=self.agency().id,
                               actor=self.boss(leg), expected_version=None, now=self.now)

    def pause(self, ticket: Ticket) -> object:
        leg = self.leg(ticket, "dispatched", "accepted") if self.rng.random() < 0.5 else None
        return tickets.pause(self.session, ticket_id=ticket.id, kind=self.rng.choice(("citizen", "force_majeure")),
                             reason=WHY, actor=OPERATOR, leg_id=leg.id if leg else None, expected_version=None,
                             now=self.now)

    def own_pause(self, ticket: Ticket) -> object:
        leg = self.leg(ticket, "dispatched", "accepted")
        return pauses.pause(self.session, ticket_id=ticket.id, kind="force_majeure", reason=WHY, actor=self.boss(leg),
                            leg_id=leg.id, expected_version=None, now=self.now)

    def word(self, ticket: Ticket) -> object:
        found = self.session.scalars(
            select(Pause.id).where(Pause.ticket_id == ticket.id, Pause.ended_at.is_(None))
        ).first()
        return pauses.decide(self.session, pause_id=found or 0, confirm=self.rng.random() < 0.6, reason=WHY,
                             actor=SUPERVISOR, expected_version=None, now=self.now)

    def resume(self, ticket: Ticket) -> object:
        return tickets.resume(self.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=self.now)

    def ask_time(self, ticket: Ticket) -> object:
        leg = self.leg(ticket, "dispatched", "accepted")
        return extensions.ask(self.session, leg_id=leg.id, amount=self.rng.choice((1, 2, 60, 240)), reason=WHY,
                              actor=self.boss(leg), expected_version=None, now=self.now)

    def decide(self, ticket: Ticket) -> object:
        open_ = select(Extension.id).where(Extension.ticket_id == ticket.id, Extension.decision.is_(None))
        found = self.session.scalars(open_).first()
        return extensions.decide(self.session, extension_id=found or 0, grant=self.rng.random() < 0.6, reason=WHY,
                                 actor=SUPERVISOR, expected_version=None, now=self.now)

    def refuse(self, ticket: Ticket) -> object:
        return tickets.refuse(self.session, ticket_id=ticket.id, reason=WHY, actor=OPERATOR, expected_version=None,
                              now=self.now)

    def withdraw(self, ticket: Ticket) -> object:
        return tickets.withdraw(self.session, ticket_id=ticket.id, reason=None, actor=CITIZEN, now=self.now)

    def reopen(self, ticket: Ticket) -> object:
        return tickets.reopen(self.session, ticket_id=ticket.id, reason=WHY, actor=CITIZEN, expected_version=None,
                              now=self.now)

    def change(self, ticket: Ticket) -> object:
        return recategorising.change_category(self.session, ticket_id=ticket.id, reason=WHY, actor=OPERATOR,
                                       category_code=self.rng.choice(self.categories), expected_version=None,
                                       now=self.now)

    def question(self, ticket: Ticket) -> object:
        asked = questions.ask(self.session, ticket_id=ticket.id, text=WHY, actor=OPERATOR, expected_version=None,
                              now=self.now)
        questions.delivered(self.session, ticket_id=ticket.id, at=self.now)
        return asked

    def addition(self, ticket: Ticket) -> object:
        return tickets.add_addition(self.session, ticket_id=ticket.id, event_id=None, text="Bổ sung", actor=CITIZEN,
                                    now=self.now)

    def close(self, ticket: Ticket) -> object:
        return tickets.close(self.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=self.now)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.release_time)])
def test_after_random_lives_every_standing_follows_from_the_trail(desk: Desk, seed: int) -> None:
    lives = Lives(desk, seed)
    lives.live(160)
    made = {name for name in lives.done if not name.startswith("refused ")}
    assert len(made) >= 14, lives.done  # the fixture compares the standings when the test ends
