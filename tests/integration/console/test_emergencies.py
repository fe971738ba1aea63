"""The emergency list: nothing is hidden by a flood, nothing is closed unseen, every act leaves its trace."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from feedback_store.service import emergencies, intake
from feedback_store.service.emergencies import EmergencyHit
from feedback_store.service.intake import NewEvent
from feedback_store.tables import AuditEntry, EmergencyCall, Media, OutboundMessage, Ticket
from tests.integration.console.conftest import Office, Person

FIRE = "Cháy nhà số 12 ngõ 45 phường Lê Chân, gọi tôi 0912 345 678"
REASON = "Tin quấy rối, đã kiểm tra"


@dataclass
class Alerts:
    """Citizens who tell of dangers, each message a second later than the one before."""

    office: Office
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def send(self, text: str, *, chat: uuid.UUID | None = None, address: str | None = None, kind: str = "fire",
             channel: str = "web", self_harm: bool = False) -> int:
        self.office.now += dt.timedelta(seconds=1)
        chat = chat or uuid.uuid4()
        event = NewEvent(
            channel, "", str(chat), chat, f"{chat}:{next(self.numbers)}", "text", {"text": text}, guard="emergency",
            handled=True,
        )  # fmt: skip
        with self.office.store.transaction() as session:
            stored = intake.store_inbound(session.connection(), event, now=self.office.now)
            call = emergencies.record(
                session, conversation_id=stored.conversation_id, event_id=stored.event_id,
                hit=EmergencyHit(kind, ("114",), self_harm), address=address, now=self.office.now,
            )  # fmt: skip
            if call is None:  # it joined the alert that nobody has seen yet
                query = select(EmergencyCall.id).where(EmergencyCall.conversation_id == stored.conversation_id)
                call = session.scalars(query.order_by(EmergencyCall.id.desc()).limit(1)).one()
        return call

    def call(self, call_id: int) -> EmergencyCall:
        with self.office.store.reading() as session:
            return session.get_one(EmergencyCall, call_id)

    def open(self) -> int:
        with self.office.store.reading() as session:
            query = select(func.count()).select_from(EmergencyCall).where(EmergencyCall.closed_at.is_(None))
            return session.scalar(query) or 0

    def audited(self, action: str) -> list[AuditEntry]:
        with self.office.store.reading() as session:
            return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.fixture
def alerts(office: Office) -> Alerts:
    return Alerts(office)


@pytest.fixture
def operator(office: Office) -> Person:
    return office.person("tong-dai", "operator")


def every_page(person: Person, path: str) -> list[str]:
    """All pages from the first one on, by their own links."""
    read = [person.read(path)]
    while link := re.search(r'href="/console([^"]+)">Trang sau', read[-1]):
        read.append(person.read(link[1].replace("&amp;", "&")))
    return read


def cards(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'name="tin" value="(\d+)"', page)]


@pytest.mark.parametrize("address", ["203.113.7.9", None])
def test_two_hundred_alerts_of_one_sender_leave_an_older_fire_on_the_first_screen(
    alerts: Alerts, operator: Person, address: str | None
) -> None:
    fire = alerts.send(FIRE)
    chat = uuid.uuid4()
    for _ in range(200):
        alerts.send("cứu cứu cứu", chat=None if address else chat, address=address)
    page = operator.read("/khan-cap")
    assert fire in cards(page)[: 1 if address else 2], "one sender's many alerts stand below what nobody has seen"
    assert "Cháy nhà số 12" in page
    # one chat's messages are one alert as long as nobody has read it; other chats of an address are alerts of their own
    assert f"{201 if address else 2} tin chưa đóng của 2 nguồn gửi" in page


def test_what_comes_after_an_alert_was_read_is_new(alerts: Alerts, operator: Person) -> None:
    chat = uuid.uuid4()
    first = alerts.send("cháy to lắm", chat=chat)
    assert alerts.send("khói đầy cầu thang", chat=chat) == first
    page = operator.read("/khan-cap")
    assert "cháy to lắm" in page
    assert "khói đầy cầu thang" in page
    second = alerts.send("có người mắc kẹt tầng 3", chat=chat)
    assert second != first
    again = operator.read("/khan-cap")
    assert cards(again) == [second]
    assert "mắc kẹt tầng 3" in again


def test_a_new_fire_stands_above_two_hundred_alerts_of_as_many_senders_and_all_are_reachable(
    alerts: Alerts, operator: Person
) -> None:
    sent = [alerts.send(f"cháy giả {number}", channel="telegram") for number in range(200)]
    first = operator.read("/khan-cap")
    fire = alerts.send(FIRE)
    again = operator.read("/khan-cap")
    assert cards(first)[0] == sent[-1]
    assert cards(again)[0] == fire
    assert not set(cards(again)[1:]) & set(cards(first)), "what was seen goes below what was not"
    pages = every_page(operator, "/khan-cap")
    listed = [number for page in pages for number in cards(page)]
    assert sorted(listed) == sorted([*sent, fire]), "each one once, though reading them marks them as seen"
    assert all("201 tin chưa đóng của 201 nguồn gửi" in page for page in pages)


def test_the_header_counts_all_that_are_open_and_names_the_newest_unseen(alerts: Alerts, operator: Person) -> None:
    for number in range(60):
        alerts.send(f"tai nạn {number}", kind="accident")
    operator.read("/khan-cap")
    alerts.send(FIRE)
    page = operator.read("/phan-anh")
    assert "61 tin khẩn cấp chưa đóng của 61 nguồn gửi, 41 tin chưa xem. Mới nhất: Cháy, nổ" in page
    assert re.search(r'Khẩn cấp <b class="count">61</b>', page)


def test_repeated_alerts_of_one_person_are_one_card_with_their_count(alerts: Alerts, operator: Person) -> None:
    chat = uuid.uuid4()
    calls = [alerts.send(f"cháy to lắm lần {number}", chat=chat) for number in range(7)]
    page = operator.read("/khan-cap")
    assert cards(page) == [calls[-1]]
    assert "7 tin</b>" in page
    whole = operator.read(f"/khan-cap/{calls[-1]}")
    assert all(f"lần {number}" in whole for number in range(7))


def test_every_alert_of_a_long_chat_can_be_read_and_the_same_words_stand_once(
    alerts: Alerts, operator: Person
) -> None:
    chat = uuid.uuid4()
    for number in range(60):
        alerts.send(f"cháy lần {number}.", chat=chat)
    last = [alerts.send("cứu cứu cứu", chat=chat) for _ in range(4)][-1]
    assert operator.read("/khan-cap").count('<p class="words">cứu cứu cứu') == 1
    pages = every_page(operator, f"/khan-cap/{last}")
    assert len(pages) == 2
    assert all(f'<p class="words">cháy lần {number}.' in "".join(pages) for number in range(60))


def test_every_conversation_of_an_address_is_reachable_and_a_shared_one_hides_no_words(
    alerts: Alerts, operator: Person
) -> None:
    sent = [alerts.send(f"cháy giả {number}", address="2405:4800:1::7") for number in range(120)]
    page = operator.read("/khan-cap")
    assert "120 tin trong 120 hội thoại" in page
    link = re.search(r'href="/console(/khan-cap/nguon[^"]+)"', page)
    assert link is not None
    pages = every_page(operator, link[1])
    assert sorted(number for one in pages for number in cards(one)) == sent
    assert all(f"cháy giả {number}<" in "".join(pages) for number in range(120))


def test_an_address_that_all_senders_share_behind_a_proxy_groups_nobody() -> None:
    chat = uuid.uuid4()
    for address in ("127.0.0.1", "10.0.0.7", "192.168.1.4", "fe80::1", "", "unix:", None):
        assert emergencies.source_of(chat, address) == f"c:{chat}", address
    one, other = (emergencies.source_of(chat, f"2405:4800:1:2::{end}") for end in "12")
    assert one == other != emergencies.source_of(chat, "2405:4800:1:3::1")
    assert "203.113" not in emergencies.source_of(chat, "203.113.7.9")


def test_closing_in_bulk_needs_a_reason_takes_closes_and_is_recorded(alerts: Alerts, operator: Person) -> None:
    fire = alerts.send(FIRE)
    sent = [alerts.send(f"cháy giả {number}") for number in range(12)]
    operator.read("/khan-cap")
    refused = operator.post("/khan-cap/dong-nhieu", page="/khan-cap", tin=[str(one) for one in sent], reason=" ")
    assert refused.status_code == 409
    assert operator.post("/khan-cap/dong-nhieu", page="/khan-cap", reason=REASON).status_code == 409
    assert alerts.open() == 13
    answer = operator.post("/khan-cap/dong-nhieu", page="/khan-cap", tin=[str(one) for one in sent], reason=REASON)
    assert answer.status_code == 200
    assert alerts.open() == 1
    assert alerts.call(fire).closed_at is None
    for call in map(alerts.call, sent):
        assert (call.outcome, call.closed_at, call.taken_at) == (REASON, alerts.office.now, alerts.office.now)
        assert call.taken_by is not None
    [entry] = alerts.audited("emergencies_closed_together")
    assert entry.data == {"calls": sent, "reason": REASON}


def test_a_whole_address_is_closed_at_once_but_for_what_nobody_has_seen_or_a_colleague_holds(
    alerts: Alerts, office: Office, operator: Person
) -> None:
    sent = [alerts.send(f"cháy giả {number}", address="203.113.7.9") for number in range(20)]
    page = operator.read("/khan-cap")
    source = re.search(r'name="nguon" value="([^"]+)"', page)
    assert source is not None
    held = cards(page)[0]
    office.person("dong-nghiep", "operator").post(f"/khan-cap/{held}/nhan", page=f"/khan-cap/{held}")
    late = alerts.send("cháy thật rồi", address="203.113.7.9")
    operator.post("/khan-cap/dong-nhieu", page="/phan-anh", nguon=[source[1]],
                  reason=REASON)  # fmt: skip
    closed = [one for one in sent if alerts.call(one).closed_at]
    assert sorted(closed) == sorted(set(cards(page)) - {held}), "three were shown, one of them is a colleague's"
    assert alerts.call(late).closed_at is None


def test_an_alert_that_came_after_the_card_was_shown_is_not_closed_with_it(alerts: Alerts, operator: Person) -> None:
    chat = uuid.uuid4()
    shown = alerts.send("cứu tôi", chat=chat)
    operator.post(f"/khan-cap/{shown}/nhan", page=f"/khan-cap/{shown}")
    newer = alerts.send("cháy lan sang nhà bên", chat=chat)
    operator.post(f"/khan-cap/{shown}/dong", page=f"/khan-cap/{shown}", outcome="Đã gọi 114")
    assert alerts.call(shown).closed_at is not None
    assert alerts.call(newer).closed_at is None


def test_an_alert_is_taken_before_it_is_closed_and_by_one_person(
    alerts: Alerts, office: Office, operator: Person
) -> None:
    call = alerts.send(FIRE)
    path = f"/khan-cap/{call}"
    colleague, supervisor = office.person("dong-nghiep", "operator"), office.person("truong-ca", "supervisor")
    early = operator.post(f"{path}/dong", page=path, outcome="Đã gọi 114")
    assert early.status_code == 409
    assert "Nhận việc" in early.text
    operator.post(f"{path}/nhan", page=path)
    assert colleague.post(f"{path}/nhan", page=path).status_code == 409
    assert colleague.post(f"{path}/dong", page=path, outcome="Đã gọi 114").status_code == 409
    assert operator.post(f"{path}/dong", page=path, outcome="").status_code == 409
    assert supervisor.post(f"{path}/nhan", page=path).status_code == 200, "who went home is relieved"
    assert operator.post(f"{path}/dong", page=path, outcome="Đã gọi 114").status_code == 409
    assert supervisor.post(f"{path}/dong", page=path, outcome="Đã gọi 114").status_code == 200
    assert alerts.call(call).outcome == "Đã gọi 114"
    taken = alerts.audited("emergency_taken")
    assert [entry.subject for entry in taken] == [f"emergency:{call}"] * 2
    assert taken[1].data == {"from": taken[0].user_id}
    assert len(alerts.audited("emergency_closed")) == 1


def test_a_number_is_masked_everywhere_until_taken_and_each_showing_is_recorded(
    alerts: Alerts, office: Office, operator: Person
) -> None:
    call = alerts.send(FIRE)
    path = f"/khan-cap/{call}"
    for page in (operator.read("/khan-cap"), operator.read(path)):
        assert "Lê Chân" in page
        assert "09••••••78" in page
        assert "345 678" not in page
        assert "0912345678" not in page
    assert operator.post(f"{path}/so-dien-thoai", page=path).status_code == 409
    assert not alerts.audited("emergency_numbers_viewed")
    assert 'href="tel:0912345678"' in operator.post(f"{path}/nhan", page=path).text
    assert "0912345678" not in operator.read(path)
    assert 'href="tel:0912345678"' in operator.post(f"{path}/so-dien-thoai", page=path).text
    viewed = alerts.audited("emergency_numbers_viewed")
    assert [entry.subject for entry in viewed] == [f"emergency:{call}"] * 2
    colleague = office.person("dong-nghiep", "operator")
    assert colleague.post(f"{path}/so-dien-thoai", page=path).status_code == 409


def test_an_alert_becomes_exactly_one_report_and_the_citizen_is_told_its_code(
    alerts: Alerts, office: Office, operator: Person
) -> None:
    chat = uuid.uuid4()
    call = alerts.send(FIRE, chat=chat)
    photo = uuid.uuid4()
    with office.store.transaction() as session:
        session.add(Media(id=photo, conversation_id=chat, status="stored", created_at=office.now))
    path = f"/khan-cap/{call}"
    page = operator.read(path)
    assert f"/console/anh/{photo}" in page
    text = re.search(r'<textarea name="text"[^>]*>([^<]*)</textarea>', page)
    commune = re.search(r'<option value="(\d+)" selected>', page)
    assert text is not None
    assert commune is not None
    form = {"text": text[1], "category": "khac.khac", "commune": commune[1], "place": "số 12 ngõ 45"}
    first = operator.post(f"{path}/phan-anh", page=path, **form)
    second = operator.post(f"{path}/phan-anh", page=path, **form)
    newer = alerts.send("cháy to hơn rồi", chat=chat)
    third = operator.post(f"/khan-cap/{newer}/phan-anh", page=path, **form)
    assert {answer.status_code for answer in (first, second, third)} == {200}
    with office.store.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        told = session.scalars(select(OutboundMessage).where(OutboundMessage.notice == "filed")).all()
        assert session.get_one(Media, photo).ticket_id == ticket.id
    assert (ticket.text, ticket.danger, ticket.service_class) == (FIRE, True, "H5"), "filed as written, not masked"
    assert (ticket.conversation_id, ticket.commune_code, ticket.channel) == (chat, commune[1], "web")
    assert len(told) == 1
    assert ticket.code in (told[0].body or {})["text"]
    assert {alerts.call(one).ticket_id for one in (call, newer)} == {ticket.id}
    assert alerts.call(call).taken_by is not None
    assert ticket.code in operator.read(path)
    assert len(alerts.audited("emergency_reported")) == 1


def test_photos_of_a_chat_are_the_hotlines_only_where_it_told_of_a_danger(alerts: Alerts, office: Office) -> None:
    from feedback_store.queries.tickets import may_see_media
    from feedback_store.service.actor import Actor
    from tests.integration.tickets.conftest import Desk

    chat = uuid.uuid4()
    alerts.send(FIRE, chat=chat)
    with office.store.transaction() as session:
        other = Desk(session).conversation()
        operator, officer = Actor("user", 1, "operator"), Actor("user", 2, "officer", 1)
        photos = [Media(id=uuid.uuid4(), conversation_id=one, created_at=office.now) for one in (chat, other)]
        session.add_all(photos)
        session.flush()
        assert [may_see_media(session, media=one, actor=operator) for one in photos] == [True, False]
        assert not any(may_see_media(session, media=one, actor=officer) for one in photos)


def test_strange_addresses_of_the_list_give_a_page(operator: Person) -> None:
    for path in ("?luc=x", "?luc=9" + "9" * 30, "?luc=%C2%B2", "?trang=-4", "?trang=999999", "/nguon?nguon=%27%3B--"):
        assert operator.get(f"/khan-cap{path}").status_code == 200, path
    for path in ("/999999", "/" + "9" * 30, "/-1", "/x", "/nguon?nguon=a%00b"):
        assert operator.get(f"/khan-cap{path}").status_code in (400, 404), path


def test_a_refused_form_of_an_alert_stands_there_with_what_was_typed(alerts: Alerts, operator: Person) -> None:
    call = alerts.send(FIRE)
    path = f"/khan-cap/{call}"
    operator.post(f"{path}/nhan", page=path)
    empty = operator.post(f"{path}/dong", page=path, outcome=" ")
    assert empty.status_code == 409
    assert re.search(r'/dong">.*role="alert"[^>]*>.*name="outcome"', empty.text)
    filed = operator.post(f"{path}/phan-anh", page=path, text="", category="khac.khac", place="Ngõ 7 vừa gõ")
    assert filed.status_code == 409
    assert 'role="alert"' in filed.text
    assert "Ngõ 7 vừa gõ" in filed.text
    many = operator.post("/khan-cap/dong-nhieu", page="/khan-cap", tin=str(call), reason="")
    assert many.status_code == 409
    assert 'role="alert"' in many.text
    assert f'value="{call}" form="bulk" checked' in many.text
