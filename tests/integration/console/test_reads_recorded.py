"""Whoever reads what a citizen gave leaves one entry for each reading, and no entry where nothing was shown."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from httpx import Response
from sqlalchemy import func, select

from feedback_store.crypto import keyring
from feedback_store.queries import audit as proofs
from feedback_store.service import callbacks, emergencies, intake
from feedback_store.service.actor import ROLES
from feedback_store.service.emergencies import EmergencyHit
from feedback_store.service.intake import NewEvent
from feedback_store.tables import AuditEntry, Media, Ticket
from tests.integration.console.conftest import Office, Person, hidden, jpeg
from tests.integration.tickets.conftest import Desk

TIMES = 100
"""Reads of each role, shared among the kinds that it may do."""
FEW = 3
PHONE = "0912345678"
AGENCY = "ubnd-xa-11383"
HOTLINE = frozenset({"operator", "supervisor", "administrator"})
AT_WORK = HOTLINE | {"officer", "leader"}
EVERYBODY = frozenset(ROLES)


@dataclass(frozen=True)
class World:
    """One citizen with a report, a photo, a call to be made, an alert."""

    ticket: Ticket
    photo: uuid.UUID
    alert: int
    source: str


@pytest.fixture
def world(office: Office) -> World:
    chat = uuid.uuid4()
    event = NewEvent("web", "", str(chat), chat, f"{chat}:1", "text", {"text": "cháy nhà"}, handled=True)
    with office.store.transaction() as session:
        stored = intake.store_inbound(session.connection(), event, now=office.now)
        alert = emergencies.record(
            session, conversation_id=chat, event_id=stored.event_id, hit=EmergencyHit("fire", ("114",), False),
            address="203.0.113.7", now=office.now,
        )  # fmt: skip
        assert alert is not None
        calling = Desk(session).conversation()
        callbacks.create(session, conversation_id=calling, event_id=None, phone=PHONE, good_time=None, topic=None,
                         now=office.now)  # fmt: skip
    ticket = office.ticket(conversation_id=chat, reporter_phone=PHONE, reporter_name="Đỗ Thị Lan")
    office.dispatch(ticket, AGENCY)
    photo = uuid.uuid4()
    (office.media / "one.jpg").write_bytes(keyring().encrypt(jpeg()))
    with office.store.transaction() as session:
        session.add(
            Media(id=photo, conversation_id=chat, ticket_id=ticket.id, status="stored", public_path="one.jpg",
                  created_at=office.now)
        )  # fmt: skip
    return World(ticket, photo, alert, emergencies.source_of(chat, "203.0.113.7"))


Read = Callable[[Person, World, str], Response]


def identity(person: Person, world: World, csrf: str) -> Response:
    path = f"/console/phan-anh/{world.ticket.code}/nguoi-phan-anh"
    return person.client.post(path, data={"csrf": csrf, "reason": "gọi lại hỏi thêm"})


def opens(path: str) -> Read:
    return lambda person, world, _: person.get(
        path.format(code=world.ticket.code, photo=world.photo, alert=world.alert, source=world.source)
    )


READS: dict[str, tuple[str, frozenset[str], Read]] = {
    "identity": ("identity_viewed", AT_WORK, identity),
    "chat": ("chat_viewed", HOTLINE, opens("/phan-anh/{code}")),
    "photo": ("photo_viewed", EVERYBODY, opens("/anh/{photo}")),
    "call-backs": ("callbacks_viewed", HOTLINE, opens("/goi-lai")),
    "emergencies": ("emergencies_viewed", HOTLINE, opens("/khan-cap")),
    "export": ("downloaded", EVERYBODY, opens("/phan-anh.xlsx")),
    "search by phone": ("reporter_searched", HOTLINE, opens(f"/phan-anh?tim={PHONE}")),
}
OTHER_WAYS: dict[str, tuple[str, frozenset[str], Read]] = {
    "chat of an alert": ("chat_viewed", HOTLINE, opens("/khan-cap/{alert}")),
    "sender of an alert": ("emergencies_viewed", HOTLINE, opens("/khan-cap/nguon?nguon={source}")),
    "export of call-backs": ("downloaded", HOTLINE, opens("/goi-lai.xlsx")),
    "search by phone into a file": ("reporter_searched", HOTLINE, opens(f"/phan-anh.xlsx?tim={PHONE}")),
}


def entries(office: Office) -> Counter[str]:
    with office.store.reading() as session:
        rows = session.execute(select(AuditEntry.action, func.count()).group_by(AuditEntry.action))
        return Counter(dict(rows.all()))


@pytest.mark.parametrize("role", ROLES)
def test_a_hundred_reads_are_a_hundred_entries_and_a_refused_one_is_none(
    office: Office, world: World, role: str
) -> None:
    person = office.person("nguoi-doc", role, AGENCY if role in ("officer", "leader") else None)
    csrf = hidden(person.read("/tai-khoan"), "csrf")
    found, wanted = {}, {}
    share = -(-TIMES // sum(role in allowed for _, allowed, _ in READS.values()))
    every = [(one, share if role in one[1][1] else FEW) for one in READS.items()]
    every += [(one, FEW) for one in OTHER_WAYS.items()]
    for (name, (action, allowed, read)), times in every:
        before = entries(office)[action]
        for _ in range(times):
            answer = read(person, world, csrf)
            assert answer.status_code in ((200,) if role in allowed else (200, 404)), (name, answer.status_code)
        found[name] = entries(office)[action] - before
        wanted[name] = times if role in allowed else 0
    assert found == wanted
    assert sum(found[name] for name in READS) >= TIMES
    with office.store.reading() as session:
        assert list(proofs.verify(session)) == []


@pytest.mark.parametrize("role", sorted(EVERYBODY - AT_WORK))
def test_who_may_not_read_it_is_shown_neither_name_nor_number(office: Office, world: World, role: str) -> None:
    person = office.person("nguoi-doc", role)
    csrf = hidden(person.read("/tai-khoan"), "csrf")
    for name, (_, _, read) in {**READS, **OTHER_WAYS}.items():
        answer = read(person, world, csrf)
        if "export" not in name and "file" not in name and name != "photo":
            shown = answer.text.replace(f'value="{PHONE}"', "").replace(f"tim={PHONE}", "").replace(f"“{PHONE}”", "")
            assert "Đỗ Thị Lan" not in shown, name
            assert PHONE not in shown, name


def test_a_number_that_stands_in_full_in_a_list_is_named_in_the_entry(office: Office, world: World) -> None:
    operator = office.person("nguoi-goi", "operator")
    assert PHONE not in operator.read("/goi-lai")
    shown = operator.post("/goi-lai/1/nhan", page="/goi-lai")
    assert PHONE in shown.text
    with office.store.reading() as session:
        query = select(AuditEntry.data).where(AuditEntry.action == "callbacks_viewed").order_by(AuditEntry.seq)
        assert [data["numbers"] for data in session.scalars(query)] == [[], [], [1]]


def test_an_empty_list_shows_nobody_and_leaves_no_entry(office: Office) -> None:
    operator = office.person("nguoi-xem", "operator")
    for path in ("/goi-lai", "/goi-bao", "/khan-cap"):
        operator.read(path)
    assert not {"callbacks_viewed", "calls_viewed", "emergencies_viewed"} & set(entries(office))
