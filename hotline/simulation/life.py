"""The life of one report. What is drawn by chance is when people act and what they want, never what follows from it."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.service import (
    deliveries,
    extensions,
    legs,
    pauses,
    questions,
    ratings,
    recategorising,
    results,
    routing,
    tickets,
)
from feedback_store.service.actor import BOT, CITIZEN, Actor, Refused
from feedback_store.tables import Category, Clock, Conversation, Leg, OutboundMessage, Ticket
from hotline.simulation.people import call_all, peer, share_of, stretch

if TYPE_CHECKING:
    from hotline.simulation.people import Crowd

T = TypeVar("T")
READ = frozenset({"released", "asked", "refused", "extension decided", "withdrawn"})
WHY = "Lý do được ghi rõ trong hồ sơ"
RESULT = "Tổ công tác đã đến hiện trường lúc 9 giờ, khắc phục xong và dọn sạch khu vực bị ảnh hưởng."
NO_PHOTO = "Trời tối, ảnh chụp không rõ"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


class Life:
    """Steps are put on the crowd's agenda; each looks at the database for what is true when its time comes."""

    def __init__(self, crowd: Crowd, number: int, rng: random.Random) -> None:
        self.crowd, self.number, self.rng = crowd, number, rng
        self.ticket_id = 0
        self.chat: uuid.UUID | None = None
        self.channel = rng.choices(("web", "telegram", "phone"), weights=(5, 3, 2))[0]
        self.operator = Actor("user", user_id=rng.randint(1, 12), role="operator")
        self.supervisor = Actor("user", user_id=rng.randint(20, 23), role="supervisor")
        self.returns = 0

    # ---- the beginning

    def file(self, now: dt.datetime) -> None:
        town, rng = self.crowd.town, self.rng
        code = rng.choices(town.categories, weights=town.weights)[0]

        def work(session: Session) -> dt.datetime:
            if self.channel != "phone":
                self.chat = self._open_chat(session, now)
            category = session.get_one(Category, code)
            filed = tickets.file_report(
                session, actor=self.operator if self.chat is None else BOT, now=now, report=tickets.NewReport(
                    text=f"{category.name}: đề nghị kiểm tra và xử lý (phản ánh số {self.number + 1})",
                    category_code=code, channel=self.channel, receipt_at=now, conversation_id=self.chat,
                    entered_by=self.operator.user_id if self.chat is None else None, danger=rng.random() < 0.01,
                ),
            )  # fmt: skip
            self.ticket_id = filed.ticket_id
            return share_of(stretch(session, "triage", ticket_id=self.ticket_id), rng, 0.05)

        triaged = self.crowd.act("filed", work)
        if triaged is None:
            return
        fate = rng.random()
        if fate < 0.05:
            self._then(triaged, self.refuse)
            return
        if fate < 0.13:
            self._then(now + (triaged - now) * rng.uniform(0.3, 0.9), self.change)
        if 0.13 < fate < 0.17:
            self._then(now + (triaged - now) * 0.5, self.ask_citizen)
        self._then(triaged, self.dispatch)
        if rng.random() < 0.02:
            self._then(now + DAY * rng.uniform(0, 6), self.withdraw)
        if rng.random() < 0.06:
            self._then(now + DAY * rng.uniform(0, 5), self.change)
        if rng.random() < 0.08:
            self._then(now + DAY * rng.uniform(0, 8), self.add)

    def _open_chat(self, session: Session, now: dt.datetime) -> uuid.UUID:
        made = Conversation(
            id=uuid.uuid4(), channel=self.channel, account="", peer_bidx=peer(), peer=str(self.number), state="bot",
            epoch=0, engine_session=0, in_count=0, last_out_seq=0, created_at=now,
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id

    # ---- the hotline

    def refuse(self, now: dt.datetime) -> None:
        if self._do("refused", now, lambda s: tickets.refuse(
                s, ticket_id=self.ticket_id, reason=WHY, actor=self.operator, expected_version=None,
                now=now)) is not None and self.channel == "phone":  # fmt: skip
            self._then(now + HOUR, lambda at: self._do(
                "refusal told", at, lambda s: call_all(s, self.ticket_id, self.operator, at)))  # fmt: skip

    def change(self, now: dt.datetime) -> None:
        other = self.rng.choice(self.crowd.town.categories)
        self._do("category changed", now, lambda s: recategorising.change_category(
            s, ticket_id=self.ticket_id, category_code=other, reason=WHY, actor=self.operator, expected_version=None,
            now=now))  # fmt: skip

    def dispatch(self, now: dt.datetime) -> None:
        rng, wrong = self.rng, self.rng.random() < 0.07

        def work(session: Session) -> int:
            ticket = session.get_one(Ticket, self.ticket_id)
            found = routing.suggest_agency(
                session, category_code=ticket.category_code, commune_code=ticket.commune_code, at=now
            )
            agency = found.agency_id if found.agency_id and not wrong else rng.choice(list(self.crowd.town.agencies))
            actor = self.supervisor if self.returns >= legs.RETURNS_BEFORE_SUPERVISOR else self.operator
            return legs.dispatch(
                session, ticket_id=self.ticket_id, agency_id=agency, actor=actor, expected_version=None, now=now
            ).id

        leg = self._do("dispatched", now, work)
        if leg is None:
            if self._is_new():
                self._then(now + HOUR * rng.uniform(0.1, 3), self.dispatch)
            return
        self._work(leg, now)
        if rng.random() < 0.03:
            self._then(now + HOUR * rng.uniform(0.1, 30), self.share)
        if rng.random() < 0.05:
            self._then(now + HOUR * rng.uniform(1, 60), self.pause)

    def share(self, now: dt.datetime) -> None:
        """A second agency takes part."""
        agency = self.rng.choice(list(self.crowd.town.agencies))
        leg = self._do("shared", now, lambda s: legs.dispatch(
            s, ticket_id=self.ticket_id, agency_id=agency, actor=self.operator, expected_version=None, now=now,
        ).id)  # fmt: skip
        if leg is not None:
            self._work(leg, now)

    def pause(self, now: dt.datetime) -> None:
        kind = self.rng.choice(("citizen", "citizen", "force_majeure"))
        made = self._do("paused", now, lambda s: tickets.pause(
            s, ticket_id=self.ticket_id, kind=kind, reason=WHY, actor=self.operator, expected_version=None, now=now,
        ))  # fmt: skip
        if made is not None and self.rng.random() < 0.8:
            self._then(now + HOUR * self.rng.uniform(1, 150), self.resume)

    def resume(self, now: dt.datetime) -> None:
        self._do("resumed", now, lambda s: tickets.resume(
            s, ticket_id=self.ticket_id, actor=self.operator, expected_version=None, now=now))  # fmt: skip

    def ask_citizen(self, now: dt.datetime) -> None:
        asked = self._do("asked", now, lambda s: questions.ask(
            s, ticket_id=self.ticket_id, text="Anh/chị gửi thêm ảnh giúp tổng đài ạ", actor=self.operator,
            expected_version=None, now=now))  # fmt: skip
        if asked is not None and self.rng.random() < 0.7:
            self._then(now + HOUR * self.rng.uniform(0.2, 120), self.add)

    def review(self, leg_id: int, now: dt.datetime) -> None:
        """The operator releases a result, or sends it back."""
        if self.rng.random() < 0.06:
            sent = self._do("sent back", now, lambda s: results.send_back(
                s, leg_id=leg_id, reason=WHY, actor=self.operator, expected_version=None, now=now))  # fmt: skip
            if sent is not None:
                self._then(now + HOUR * self.rng.uniform(1, 40), lambda at: self.answer(leg_id, at))
            return
        if self._do("released", now, lambda s: results.release(
                s, leg_id=leg_id, actor=self.operator, expected_version=None, now=now)) is None:  # fmt: skip
            return
        if self.channel == "phone":
            self._then(now + HOUR * self.rng.expovariate(1.5), lambda at: self.call(leg_id, at))
        if self.rng.random() < 0.4:
            self._then(now + HOUR * self.rng.uniform(0.2, 90), self.rate)
        self._then(now + DAY * self.rng.uniform(3, 9), self.close)

    def call(self, leg_id: int, now: dt.datetime) -> None:
        self._do("told by phone", now, lambda s: call_all(s, self.ticket_id, self.operator, now, leg_id=leg_id))

    def close(self, now: dt.datetime) -> None:
        self._do("closed", now, lambda s: tickets.close(
            s, ticket_id=self.ticket_id, actor=self.operator, expected_version=None, now=now))  # fmt: skip

    def decide(self, extension_id: int, now: dt.datetime) -> None:
        grant = self.rng.random() < 0.65
        if self._do("extension decided", now, lambda s: extensions.decide(
                s, extension_id=extension_id, grant=grant, reason=WHY, actor=self.supervisor, expected_version=None,
                now=now)) is not None and grant and self.channel == "phone":  # fmt: skip
            self._then(now + HOUR, lambda at: self._do(
                "new date told", at, lambda s: call_all(s, self.ticket_id, self.operator, at)))  # fmt: skip

    # ---- the agency

    def _work(self, leg_id: int, now: dt.datetime) -> None:
        rng = self.rng

        def times(session: Session) -> tuple[dt.datetime, dt.datetime, dt.datetime, dt.datetime]:
            agency = session.scalar(select(Leg.agency_id).where(Leg.id == leg_id))
            late = self.crowd.town.agencies.get(agency or 0, 3) / 100
            accept = stretch(session, "accept", ticket_id=self.ticket_id, leg_id=leg_id)
            resolve = stretch(session, "resolve", ticket_id=self.ticket_id, leg_id=leg_id)
            first, second, third, fourth = (
                share_of(clock, rng, share)
                for clock, share in ((accept, 0.07), (resolve, late), (resolve, 0.04), (resolve, 0.0))
            )
            return first, second, third, fourth

        with self.crowd.store.reading() as session:
            accepted, answered, asked, paused = times(session)
        if rng.random() < 0.06:
            self._then(accepted if rng.random() < 0.7 else accepted + DAY * rng.uniform(0, 2),
                       lambda at: self.give_back(leg_id, at))  # fmt: skip
        elif rng.random() < 0.93:
            self._then(accepted, lambda at: self.accept(leg_id, at))
        if rng.random() < 0.07:
            self._then(asked, lambda at: self.ask_time(leg_id, at))
        if rng.random() < 0.04:
            self._then(paused, lambda at: self.agency_pause(leg_id, at))
        if rng.random() > 0.004:  # a few are never answered
            self._then(answered, lambda at: self.answer(leg_id, at))

    def accept(self, leg_id: int, now: dt.datetime) -> None:
        self._do("accepted", now, lambda s: legs.accept(
            s, leg_id=leg_id, actor=self._of(s, leg_id), expected_version=None, now=now))  # fmt: skip

    def give_back(self, leg_id: int, now: dt.datetime) -> None:
        proposed = self.rng.choice(list(self.crowd.town.agencies))
        if self._do("returned", now, lambda s: legs.return_leg(
                s, leg_id=leg_id, reason=WHY, proposed_agency_id=proposed, actor=self._of(s, leg_id),
                expected_version=None, now=now)) is not None:  # fmt: skip
            self.returns += 1
            self._then(now + HOUR * self.rng.uniform(0.05, 9), self.dispatch)

    def ask_time(self, leg_id: int, now: dt.datetime) -> None:
        def work(session: Session) -> int:
            query = select(Clock.target_amount).where(Clock.leg_id == leg_id, Clock.kind == "resolve")
            most = session.scalars(query).one()
            return extensions.ask(
                session, leg_id=leg_id, amount=self.rng.randint(1, most), reason=WHY, actor=self._of(session, leg_id),
                expected_version=None, now=now,
            ).id  # fmt: skip

        asked = self._do("extension asked", now, work)
        if asked is not None and self.rng.random() < 0.95:
            self._then(now + HOUR * self.rng.expovariate(1 / 9), lambda at: self.decide(asked, at))

    def agency_pause(self, leg_id: int, now: dt.datetime) -> None:
        made = self._do("agency paused", now, lambda s: tickets.pause(
            s, ticket_id=self.ticket_id, kind="force_majeure", reason=WHY, actor=self._of(s, leg_id), leg_id=leg_id,
            expected_version=None, now=now))  # fmt: skip
        if made is not None and self.rng.random() < 0.8:
            number, confirm = made.id, self.rng.random() < 0.8
            self._then(now + HOUR * self.rng.uniform(0.5, 40), lambda at: self._do(
                "word on a pause", at, lambda s: pauses.decide(
                    s, pause_id=number, confirm=confirm, reason=WHY, actor=self.supervisor, expected_version=None,
                    now=at)))  # fmt: skip
        if made is not None and self.rng.random() < 0.7:
            self._then(now + HOUR * self.rng.uniform(2, 100), lambda at: self._do(
                "agency resumed", at, lambda s: tickets.resume(
                    s, ticket_id=self.ticket_id, actor=self._of(s, leg_id), expected_version=None, now=at,
                )))  # fmt: skip

    def answer(self, leg_id: int, now: dt.datetime) -> None:
        def work(session: Session) -> dt.datetime:
            leg = results.submit(
                session, leg_id=leg_id, text=RESULT, no_evidence_reason=NO_PHOTO, actor=self._of(session, leg_id),
                expected_version=None, now=now,
            )  # fmt: skip
            return share_of(stretch(session, "notify", ticket_id=leg.ticket_id, leg_id=leg.id), self.rng, 0.04)

        reviewed = self._do("answered", now, work)
        if reviewed is not None:
            self._then(reviewed, lambda at: self.review(leg_id, at))

    def _of(self, session: Session, leg_id: int) -> Actor:
        """The leader of the agency that has the leg now."""
        agency = session.scalar(select(Leg.agency_id).where(Leg.id == leg_id))
        if agency is None:
            raise Refused("tickets.not_found")
        return Actor("user", user_id=1000 + agency, role="leader", agency_id=agency)

    # ---- the citizen

    def withdraw(self, now: dt.datetime) -> None:
        self._do("withdrawn", now, lambda s: tickets.withdraw(
            s, ticket_id=self.ticket_id, reason=None, actor=CITIZEN, now=now))  # fmt: skip

    def add(self, now: dt.datetime) -> None:
        self._do("added", now, lambda s: tickets.add_addition(
            s, ticket_id=self.ticket_id, event_id=None, text="Bổ sung: gần cổng trường học", actor=CITIZEN, now=now,
        ))  # fmt: skip

    def rate(self, now: dt.datetime) -> None:
        stars = self.rng.choices((1, 2, 3, 4, 5), weights=(5, 6, 9, 35, 45))[0]
        if self._do("rated", now, lambda s: ratings.rate(s, ticket_id=self.ticket_id, stars=stars, now=now)) is None:
            return
        if stars <= 2 and self.rng.random() < 0.6:
            self._then(now + HOUR * self.rng.uniform(0, 30), self.reopen)

    def reopen(self, now: dt.datetime) -> None:
        def work(session: Session) -> int:
            tickets.reopen(
                session, ticket_id=self.ticket_id, reason=WHY, actor=CITIZEN, expected_version=None, now=now
            )
            query = select(Leg.id).where(Leg.ticket_id == self.ticket_id).order_by(Leg.number.desc()).limit(1)
            return session.scalars(query).one()

        leg = self._do("reopened", now, work)
        if leg is not None:
            self._work(leg, now)

    def read(self, now: dt.datetime) -> None:
        """What waits in the chat arrives: sent to the telephone, or shown by the widget when the citizen looks."""
        chat = self.chat
        if chat is None:
            return

        def work(session: Session) -> None:
            if self.channel == "web":
                newest = select(Conversation.last_out_seq).where(Conversation.id == chat)
                deliveries.acknowledge(
                    session, conversation_id=chat, seq=session.scalars(newest).one(), now=now
                )
                return
            query = select(OutboundMessage.id).where(
                OutboundMessage.conversation_id == chat, OutboundMessage.status == "pending"
            )
            for message in session.scalars(query.order_by(OutboundMessage.seq)).all():
                deliveries.mark_sent(session, message_id=message, provider_message_id=str(message), now=now)

        self.crowd.act("read", work, ticket_id=self.ticket_id)

    # ----

    def _do(self, name: str, now: dt.datetime, work: Callable[[Session], T]) -> T | None:
        """One move; what it sends to the citizen is read a little later."""
        made = self.crowd.act(name, work, ticket_id=self.ticket_id)
        if made is not None and name in READ and self.chat is not None:
            at_once = self.channel == "telegram" and self.rng.random() < 0.97
            wait = dt.timedelta(seconds=self.rng.uniform(1, 30)) if at_once else HOUR * self.rng.expovariate(0.15)
            if self.channel == "telegram" or self.rng.random() < 0.8:
                self._then(now + wait, self.read)
        return made

    def _is_new(self) -> bool:
        with self.crowd.store.reading() as session:
            return session.get_one(Ticket, self.ticket_id).state == "new"

    def _then(self, at: dt.datetime, step: Callable[[dt.datetime], object]) -> None:
        self.crowd.later(at, self.number, step)
