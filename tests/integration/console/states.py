"""Tickets in the states that the card "Thời hạn" must explain, lived through the real services and deadline job."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_store.service import deadlines, deliveries, extensions, legs, questions, ratings, results, tickets
from feedback_store.service.actor import BOT, CITIZEN, Actor
from feedback_store.store import Store
from feedback_store.tables import Agency, Conversation, Leg, OutboundMessage, Ticket
from tests.integration.tickets.conftest import at

OPERATOR = Actor("user", user_id=1, role="operator")
SUPERVISOR = Actor("user", user_id=2, role="supervisor")
NO_PHOTO = "Trời tối, ảnh chụp không rõ"


@dataclass
class Life:
    """One ticket and the instant up to which the deadline job looked after it."""

    store: Store
    code: str = ""
    id: int = 0
    now: dt.datetime = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def until(self, when: str) -> Life:
        """Time passes; the job does what falls due."""
        self.now = at(when)
        for _ in range(200):
            with self.store.transaction() as session:
                wake = deadlines.next_wake(session)
                if wake is None or wake >= self.now:
                    return self
                deadlines.handle_due(session, now=wake + dt.timedelta(seconds=1))
        raise AssertionError("the job does not come to rest")

    def do(self, when: str, move: Callable[..., Any], **more: Any) -> Any:
        self.until(when)
        if move not in (ratings.rate,):
            more.setdefault("expected_version", None)
        with self.store.transaction() as session:
            return move(session, now=self.now, **more)

    def filed(self, when: str, category: str, text: str, *, place: str, channel: str = "web") -> Life:
        self.until(when)
        with self.store.transaction() as session:
            chat = None if channel == "phone" else _chat(session, channel, self.now)
            report = tickets.NewReport(
                text=text, category_code=category, channel=channel, receipt_at=self.now, conversation_id=chat,
                place_text=place, commune_code="11383",
            )  # fmt: skip
            made = tickets.file_report(session, report=report, actor=BOT, now=self.now)
            self.id, self.code = made.ticket_id, made.code
        return self

    def dispatched(self, when: str, agency: str) -> int:
        with self.store.reading() as session:
            number = session.scalars(select(Agency.id).where(Agency.code == agency)).one()
        leg = self.do(when, legs.dispatch, ticket_id=self.id, agency_id=number, actor=OPERATOR)
        self.read()
        return int(leg.id)

    def agency(self, leg: int, role: str = "officer") -> Actor:
        with self.store.reading() as session:
            return Actor("user", user_id=9, role=role, agency_id=session.get_one(Leg, leg).agency_id)

    def accepted(self, when: str, leg: int) -> None:
        self.do(when, legs.accept, leg_id=leg, actor=self.agency(leg, "leader"))

    def returned(self, when: str, leg: int, reason: str, proposed: str) -> None:
        with self.store.reading() as session:
            number = session.scalars(select(Agency.id).where(Agency.code == proposed)).one()
        self.do(when, legs.return_leg, leg_id=leg, reason=reason, proposed_agency_id=number, actor=self.agency(leg))

    def answered(self, when: str, leg: int, text: str) -> None:
        actor = self.agency(leg, "leader")
        self.do(when, results.submit, leg_id=leg, text=text, no_evidence_reason=NO_PHOTO, actor=actor)

    def released(self, when: str, leg: int) -> None:
        self.do(when, results.release, leg_id=leg, actor=OPERATOR)
        self.read()

    def asked_citizen(self, when: str, text: str) -> None:
        self.do(when, questions.ask, ticket_id=self.id, text=text, actor=OPERATOR)
        self.read()

    def asked_time(self, when: str, leg: int, amount: int, reason: str) -> int:
        actor = self.agency(leg, "leader")
        return int(self.do(when, extensions.ask, leg_id=leg, amount=amount, reason=reason, actor=actor).id)

    def decided(self, when: str, extension: int, *, grant: bool, reason: str = "") -> None:
        self.do(when, extensions.decide, extension_id=extension, grant=grant, reason=reason, actor=SUPERVISOR)
        self.read()

    def reopened(self, when: str, reason: str) -> int:
        self.do(when, ratings.rate, ticket_id=self.id, stars=2)
        self.do(when, tickets.reopen, ticket_id=self.id, reason=reason, actor=CITIZEN)
        self.read()
        with self.store.reading() as session:
            newest = select(Leg.id).where(Leg.ticket_id == self.id).order_by(Leg.number.desc()).limit(1)
            return int(session.scalars(newest).one())

    def read(self) -> None:
        """The citizen's telephone or window shows what was sent."""
        with self.store.transaction() as session:
            chat = session.get_one(Ticket, self.id).conversation_id
            if chat is None:
                return
            conversation = session.get_one(Conversation, chat)
            if conversation.channel == "web":
                deliveries.acknowledge(session, conversation_id=chat, seq=conversation.last_out_seq, now=self.now)
                return
            query = select(OutboundMessage.id).where(
                OutboundMessage.conversation_id == chat, OutboundMessage.status == "pending"
            )
            for message in session.scalars(query).all():
                deliveries.mark_sent(session, message_id=message, provider_message_id=str(message), now=self.now)


def _chat(session: Session, channel: str, now: dt.datetime) -> uuid.UUID:
    made = Conversation(
        id=uuid.uuid4(), channel=channel, account="", peer_bidx=uuid.uuid4().bytes * 2, peer="chat", state="bot",
        epoch=0, engine_session=0, in_count=0, last_out_seq=0, created_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


# ---- the six states of docs/screens ------------------------------------------------------------


def running(store: Store) -> Life:
    """Three working days over a weekend and the holiday of 24 November; accepted, half the time is gone."""
    life = Life(store).filed(
        "2026-11-19 09:12", "moi-truong.rac", "Rác đầu hẻm cả tuần chưa ai thu gom, mùi rất hôi",
        place="Ngõ 45 Lạch Tray",
    )  # fmt: skip
    leg = life.dispatched("2026-11-19 09:40", "ubnd-xa-11383")
    life.accepted("2026-11-19 10:30", leg)
    return life.until("2026-11-20 14:00")


def paused(store: Store) -> Life:
    """The hotline asked the citizen for a photo; the question arrived."""
    life = Life(store).filed(
        "2026-11-02 08:20", "moi-truong.khoi-mui", "Xưởng gỗ đốt rác khói mù mịt mỗi tối", place="Cuối đường Bùi Viện",
        channel="telegram",
    )  # fmt: skip
    leg = life.dispatched("2026-11-02 08:50", "so-nnmt")
    life.accepted("2026-11-02 10:00", leg)
    life.asked_citizen("2026-11-04 10:00", "Anh/chị gửi thêm ảnh lúc xưởng đang đốt giúp tổng đài ạ")
    return life.until("2026-11-05 15:00")


def extended(store: Store) -> Life:
    """The agency's leader asked for three days more and got them."""
    life = Life(store).filed(
        "2026-11-02 14:05", "moi-truong.nuoc-thai", "Nước thải đen ngòm chảy ra mương sau chợ",
        place="Sau chợ Lạch Tray",
    )  # fmt: skip
    leg = life.dispatched("2026-11-02 14:30", "so-nnmt")
    life.accepted("2026-11-02 15:10", leg)
    asked = life.asked_time("2026-11-09 09:00", leg, 3, "Phải lấy mẫu nước và chờ kết quả phân tích")
    life.decided("2026-11-09 10:30", asked, grant=True)
    return life.until("2026-11-10 08:30")


def overdue(store: Store) -> Life:
    """A day and night target that ran out yesterday."""
    life = Life(store).filed(
        "2026-11-16 07:45", "duong-bo.o-ga", "Ổ gà sâu giữa đường, hôm qua có xe máy ngã",
        place="Trước số 210 Lạch Tray", channel="phone",
    )  # fmt: skip
    leg = life.dispatched("2026-11-16 08:10", "so-xay-dung")
    life.accepted("2026-11-16 08:40", leg)
    return life.until("2026-11-18 10:00")


def returned(store: Store) -> Life:
    """The first agency gave it back within its time; the hotline has to find another one."""
    life = Life(store).filed(
        "2026-11-11 13:40", "trat-tu-do-thi.via-he", "Quán nhậu bày bàn ghế kín vỉa hè", place="Số 12 Cầu Đất"
    )
    leg = life.dispatched("2026-11-11 14:00", "so-xay-dung")
    life.returned("2026-11-11 15:20", leg, "Vỉa hè phường quản lý, không thuộc Sở", "ubnd-xa-11383")
    return life.until("2026-11-11 15:50")


def reopened(store: Store) -> Life:
    """The citizen was not satisfied with the first result."""
    life = Life(store).filed(
        "2026-11-04 08:05", "moi-truong.rac", "Điểm tập kết rác sát trường học không ai dọn",
        place="Cổng trường Lạch Tray",
    )  # fmt: skip
    leg = life.dispatched("2026-11-04 08:30", "ubnd-xa-11383")
    life.accepted("2026-11-04 09:00", leg)
    life.answered("2026-11-06 10:00", leg, "Đã thu gom toàn bộ rác tại cổng trường lúc 8 giờ sáng 06/11.")
    life.released("2026-11-06 10:20", leg)
    again = life.reopened("2026-11-09 09:15", "Hôm nay rác lại chất đống như cũ")
    life.accepted("2026-11-09 10:00", again)
    return life.until("2026-11-10 09:00")


STATES: dict[str, Callable[[Store], Life]] = {
    one.__name__: one for one in (running, paused, extended, overdue, returned, reopened)
}
