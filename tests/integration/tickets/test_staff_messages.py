"""What linked users are told, when, and what ends it; the clock is virtual, so that it can be two at night."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy import select, text

from feedback_store.service import deadlines, extensions, legs, results, staff_links, staff_relay, users
from feedback_store.service.actor import SYSTEM, Actor
from feedback_store.tables import Agency, OutboundMessage, StaffLink, Ticket, User, UserNotice
from feedback_store.texts import has
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at

MONDAY = "2026-03-02"  # a working day
EARLY = at("2026-03-01 09:00")


class Chats:
    """Linked users of a desk and what lies in their outboxes."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.session = desk, desk.session
        self.chats: dict[str, uuid.UUID] = {}

    def link(self, login: str, role: str, agency: Agency | None = None, *, when: dt.datetime = EARLY) -> int:
        made = users.create_user(
            self.session, login=login, name=login, role=role, agency_id=agency.id if agency else None, actor=SYSTEM,
            now=when,
        )  # fmt: skip
        self.chats[login] = self.desk.conversation("telegram")
        code = staff_links.new_code(self.session, user_id=made.user_id, now=when)
        answer = staff_links.redeem(self.session, conversation_id=self.chats[login], code=code.text, now=when)
        assert login in answer
        return made.user_id

    def pass_on(self, when: str) -> None:
        staff_relay.leave_to_the_console(self.session, now=at(when))
        while staff_relay.relay_next(
            self.session, channels={"telegram"}, base_url="http://hotline.example", now=at(when)
        ):
            pass

    def work(self, when: str) -> None:
        """The worker's two rounds at that time."""
        deadlines.handle_due(self.session, now=at(when))
        self.pass_on(when)

    def rows(self, login: str) -> list[OutboundMessage]:
        query = select(OutboundMessage).where(OutboundMessage.conversation_id == self.chats[login])
        return list(self.session.scalars(query.order_by(OutboundMessage.seq)))

    def kinds(self, login: str) -> list[str]:
        return [str(row.notice) for row in self.rows(login)]

    def wanted(self, login: str) -> list[bool]:
        return [
            staff_relay.still_wanted(self.session, body=row.body or {}, conversation_id=self.chats[login])
            for row in self.rows(login)
        ]


@pytest.fixture
def chats(desk: Desk) -> Chats:
    return Chats(desk)


def dangerous(desk: Desk, when: str) -> Ticket:
    return desk.file(when, "thoat-nuoc.nap-cong")


def test_a_five_hour_case_at_two_at_night_reaches_somebody_at_every_step(desk: Desk, chats: Chats) -> None:
    agency = desk.agencies(1)[0]
    for login, role in (("tong-dai", "operator"), ("lanh-dao-truc", "supervisor"), ("nguoi-quan-ly", "manager")):
        chats.link(login, role)
    chats.link("can-bo", "officer", agency)
    chats.link("lanh-dao", "leader", agency)
    ticket = dangerous(desk, f"{MONDAY} 02:00")
    for minute in range(8, 30):
        chats.work(f"{MONDAY} 02:{minute:02}")
    assert chats.kinds("tong-dai") == ["early_triage", "early_triage", "breach_triage"]
    assert chats.kinds("lanh-dao-truc") == ["early_triage", "breach_triage"]
    assert chats.kinds("nguoi-quan-ly") == ["breach_triage"]
    first = chats.rows("tong-dai")[0]
    assert first.created_at == at(f"{MONDAY} 02:08")
    said = first.body["text"]  # type: ignore[index]
    assert "Hạn phân phối: 02 giờ 15, thứ Hai, ngày 02/03/2026 (còn 7 phút)" in said
    assert "Việc cần làm: kiểm tra và phân phối." in said
    desk.dispatch(ticket, f"{MONDAY} 02:30", agency)
    chats.pass_on(f"{MONDAY} 02:30")
    assert chats.kinds("can-bo") == chats.kinds("lanh-dao") == ["dispatch"]
    for minute in range(31, 60):
        chats.work(f"{MONDAY} 02:{minute:02}")
    for minute in range(40):
        chats.work(f"{MONDAY} 03:{minute:02}")
    assert chats.kinds("can-bo") == ["dispatch", "early_accept", "early_accept", "breach_accept"]
    assert chats.kinds("lanh-dao") == ["dispatch", "early_accept", "breach_accept"]
    urged = chats.rows("lanh-dao-truc")[-1]
    assert urged.notice == "breach_accept"
    assert "Việc cần làm: đôn đốc đơn vị đang giữ phản ánh." in urged.body["text"]  # type: ignore[index]


def test_a_three_day_case_at_two_at_night_wakes_nobody(desk: Desk, chats: Chats) -> None:
    chats.link("tong-dai", "operator")
    desk.file(f"{MONDAY} 02:00")
    for hour in range(2, 7):
        chats.work(f"{MONDAY} {hour:02}:30")
    assert chats.kinds("tong-dai") == []
    chats.work(f"{MONDAY} 08:01")
    assert chats.kinds("tong-dai") == ["early_triage"]


def test_every_step_of_the_work_is_told_to_those_it_is_for(desk: Desk, chats: Chats) -> None:
    first, second = desk.agencies(2)
    chats.link("tong-dai", "operator")
    chats.link("lanh-dao-truc", "supervisor")
    chats.link("mot", "officer", first)
    chats.link("hai", "leader", second)
    ticket = desk.file(f"{MONDAY} 08:00")
    leg = desk.dispatch(ticket, f"{MONDAY} 08:05", first)
    legs.return_leg(desk.session, leg_id=leg.id, reason="bà Tư nói không đúng", proposed_agency_id=second.id,
                    actor=desk.officer(first), expected_version=None, now=at(f"{MONDAY} 08:30"))  # fmt: skip
    leg = desk.dispatch(ticket, f"{MONDAY} 08:40", second)
    leader = Actor("user", 9, "leader", second.id)
    asked = extensions.ask(desk.session, leg_id=leg.id, amount=1, reason="chờ vật tư thay", actor=leader,
                           expected_version=None, now=at(f"{MONDAY} 09:00"))  # fmt: skip
    extensions.decide(desk.session, extension_id=asked.id, grant=True, reason=None, actor=SUPERVISOR,
                      expected_version=None, now=at(f"{MONDAY} 09:10"))  # fmt: skip
    desk.answer(leg, f"{MONDAY} 10:00")
    results.send_back(desk.session, leg_id=leg.id, reason="ảnh chưa rõ việc", actor=OPERATOR, expected_version=None,
                      now=at(f"{MONDAY} 10:30"))  # fmt: skip
    chats.pass_on(f"{MONDAY} 10:31")
    assert chats.kinds("mot") == ["dispatch"]
    assert chats.kinds("hai") == ["dispatch", "extension_granted", "sent_back"]
    assert chats.kinds("tong-dai") == ["returned"]
    assert chats.kinds("lanh-dao-truc") == ["extension_asked"]
    everything = " ".join(str(row.body) for login in chats.chats for row in chats.rows(login))
    assert "bà Tư" not in everything, "a typed reason may name a citizen"
    assert "Rác đầu hẻm" not in everything


def test_an_administrator_addressed_twice_is_told_once(desk: Desk, chats: Chats) -> None:
    chats.link("quan-tri", "administrator")
    dangerous(desk, f"{MONDAY} 02:00")
    chats.work(f"{MONDAY} 02:16")
    told = desk.session.scalars(select(UserNotice.role).where(UserNotice.kind == "breach_triage")).all()
    assert set(told) == {"operator", "supervisor", "manager"}
    assert chats.kinds("quan-tri") == ["breach_triage"]
    desk.session.execute(text("UPDATE user_notices SET relayed_at = NULL"))
    chats.pass_on(f"{MONDAY} 02:17")
    assert chats.kinds("quan-tri") == ["breach_triage"], "passed on again after a crash it is not doubled"


def test_a_link_is_not_told_of_what_was_before_it(desk: Desk, chats: Chats) -> None:
    agency = desk.agencies(1)[0]
    chats.link("da-lien-ket", "officer", agency)
    desk.dispatch(desk.file(f"{MONDAY} 08:00"), f"{MONDAY} 08:05", agency)
    chats.link("moi", "officer", agency, when=at(f"{MONDAY} 08:06"))
    chats.pass_on(f"{MONDAY} 08:07")
    assert (chats.kinds("da-lien-ket"), chats.kinds("moi")) == (["dispatch"], [])


def test_after_a_change_of_agency_or_role_the_new_ones_notices_come_and_the_old_ones_stop_at_once(
    desk: Desk, chats: Chats
) -> None:
    first, second = desk.agencies(2)
    user = chats.link("can-bo", "officer", first)
    desk.dispatch(desk.file(f"{MONDAY} 08:00"), f"{MONDAY} 08:05", first)
    chats.pass_on(f"{MONDAY} 08:06")
    assert chats.wanted("can-bo") == [True]
    users.edit_user(desk.session, user_id=user, name="can-bo", role="officer", agency_id=second.id, actor=SYSTEM,
                    now=at(f"{MONDAY} 08:07"))  # fmt: skip
    assert chats.wanted("can-bo") == [False], "what still lay in the outbox is not sent"
    desk.dispatch(desk.file(f"{MONDAY} 08:10"), f"{MONDAY} 08:15", first)
    desk.dispatch(desk.file(f"{MONDAY} 08:10"), f"{MONDAY} 08:15", second)
    chats.pass_on(f"{MONDAY} 08:16")
    assert chats.wanted("can-bo") == [False, True]
    users.edit_user(desk.session, user_id=user, name="can-bo", role="supervisor", agency_id=None, actor=SYSTEM,
                    now=at(f"{MONDAY} 08:20"))  # fmt: skip
    desk.dispatch(desk.file(f"{MONDAY} 08:20"), f"{MONDAY} 08:25", second)
    dangerous(desk, f"{MONDAY} 08:25")
    chats.work(f"{MONDAY} 08:45")
    assert chats.kinds("can-bo") == ["dispatch", "dispatch", "breach_triage"]
    assert chats.wanted("can-bo") == [False, False, True]


def test_a_disabled_user_is_told_nothing_from_that_instant(desk: Desk, chats: Chats) -> None:
    agency = desk.agencies(1)[0]
    user = chats.link("can-bo", "officer", agency)
    desk.dispatch(desk.file(f"{MONDAY} 08:00"), f"{MONDAY} 08:05", agency)
    chats.pass_on(f"{MONDAY} 08:06")
    users.disable(desk.session, user_id=user, actor=SYSTEM, now=at(f"{MONDAY} 08:07"))
    assert chats.wanted("can-bo") == [False]
    desk.dispatch(desk.file(f"{MONDAY} 08:10"), f"{MONDAY} 08:15", agency)
    chats.pass_on(f"{MONDAY} 08:16")
    users.enable(desk.session, user_id=user, actor=SYSTEM, now=at(f"{MONDAY} 08:20"))
    assert chats.kinds("can-bo") == ["dispatch"]
    assert chats.wanted("can-bo") == [False], "enabled again, the person links again"
    link = desk.session.scalars(select(StaffLink)).one()
    assert link.end_reason == "disabled"


def test_a_code_of_a_disabled_user_links_nobody(desk: Desk) -> None:
    made = users.create_user(desk.session, login="can-bo", name="x", role="operator", actor=SYSTEM, now=EARLY)
    code = staff_links.new_code(desk.session, user_id=made.user_id, now=EARLY)
    desk.session.get_one(User, made.user_id).disabled_at = EARLY
    staff_links.redeem(desk.session, conversation_id=desk.conversation("telegram"), code=code.text, now=EARLY)
    assert desk.session.scalars(select(StaffLink)).all() == []


def test_a_notice_that_cannot_be_passed_on_holds_up_no_other(desk: Desk, chats: Chats) -> None:
    agency = desk.agencies(1)[0]
    chats.link("can-bo", "officer", agency)
    bad, good = (desk.file(f"{MONDAY} 08:00") for _ in range(2))
    for ticket in (bad, good):
        desk.dispatch(ticket, f"{MONDAY} 08:05", agency)
    class_before, bad.service_class = bad.service_class, "unknown"
    chats.pass_on(f"{MONDAY} 08:06")
    bad.service_class = class_before
    assert [row.ticket_id for row in chats.rows("can-bo")] == [good.id]
    waiting = select(UserNotice.id).where(UserNotice.relayed_at.is_(None))
    assert desk.session.scalars(waiting).all() == []


def test_what_is_older_than_a_day_is_left_to_the_console(desk: Desk, chats: Chats) -> None:
    agency = desk.agencies(1)[0]
    chats.link("can-bo", "officer", agency)
    desk.dispatch(desk.file(f"{MONDAY} 08:00"), f"{MONDAY} 08:05", agency)
    chats.pass_on("2026-03-03 08:06")
    assert chats.kinds("can-bo") == []


def test_every_kind_that_is_passed_on_says_what_to_do() -> None:
    for kind in staff_relay.kinds():
        for role in ("operator", "supervisor", "officer", "leader", "manager", "administrator"):
            assert has(f"staff.do_{staff_relay._to_do(kind, role)}"), (kind, role)
    assert {"dispatch", "early_accept", "breach_promise", "still_notify", "stuck"} <= set(staff_relay.kinds())
