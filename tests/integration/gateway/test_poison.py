"""Events whose turn breaks: counted, backed off, ended, seen; and nobody else waits for them."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

import bot.gateway.runner as runner_module
from bot.gateway.database import Database
from bot.gateway.engine_client import EngineClient
from bot.gateway.runner import GIVE_UP_AFTER_ATTEMPTS, TurnRunner, utc_now
from feedback_store.service import buttons, failures, intake, turns
from feedback_store.service.intake import NewEvent
from feedback_store.store import Store
from feedback_store.tables import Conversation, InboundEvent, OutboundMessage
from tests.integration.gateway.conftest import Citizen
from tests.integration.gateway.fake_engine import FakeEngine
from tests.system import until
from worker.sweeper import TurnSweeper


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    made = Database(store)
    yield made
    made.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "BACK_OFF", (0.1, 0.1, 0.2, 0.3))


def stored(store: Store) -> list[InboundEvent]:
    with store.reading() as session:
        return list(session.scalars(select(InboundEvent).order_by(InboundEvent.id)))


def send(citizen: Citizen, **message: str) -> httpx.Response:
    """As ``Citizen.post``; escapes what JSON can hold and UTF-8 cannot."""
    body = json.dumps({"id": str(uuid.uuid4()), **message})
    return citizen.http.post("/web/messages", content=body, headers={"Content-Type": "application/json"})


def plant(store: Store, count: int, *, kind: str = "payload", words: str | None = None, ago: float = 600) -> list[Any]:
    """Conversations with one waiting event each; of kind "payload" without one its turn must fail."""
    events = [
        NewEvent("web", "", peer, uuid.UUID(peer), peer, kind, {} if words is None else {"text": words})
        for peer in (str(uuid.uuid4()) for _ in range(count))
    ]
    at = utc_now() - dt.timedelta(seconds=ago)
    with store.transaction() as session:
        done = intake.store_together(session, [(one, None) for one in events], now=at, lease_until=at)
    return [one.conversation_id for one in done]


def test_a_turn_that_breaks_is_counted_backs_off_ends_in_an_apology_and_is_listed(
    citizen: Citizen, engine: FakeEngine, store: Store, quick: None
) -> None:
    engine.script["vỡ"] = {"replies": ["no reply of Rasa's at all"]}
    event = citizen.post(text="vỡ").json()["event"]
    after = citizen.post(text="sau đó").json()["event"]
    assert until(lambda: stored(store)[0].attempts >= 1)
    assert citizen.outcome(event)["failure"].startswith(f"gave up after {GIVE_UP_AFTER_ATTEMPTS} attempts: Attribute")
    assert citizen.outcome(after)["failure"] is None
    assert [one["text"] for one in citizen.messages() if "đang xử lý" not in one["text"]] == [
        "Xin lỗi anh/chị, tổng đài gặp lỗi khi xử lý tin nhắn này nên chưa trả lời được. "
        "Lỗi đã được ghi lại để kiểm tra. "
        "Anh/chị nhắn lại bằng lời khác giúp tổng đài, hoặc gọi số 1022 ạ.",
        "Đã nghe: sau đó",
    ]
    with store.reading() as session:
        listed = failures.failed_turns(session)
    assert [(one.channel, one.conversation) for one in listed] == [("web", str(stored(store)[0].conversation_id))]
    assert "turn.py:" in listed[0].reason
    assert "vỡ" not in listed[0].reason


def test_the_wait_grows_and_a_new_message_does_not_shorten_it(
    citizen: Citizen, engine: FakeEngine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "BACK_OFF", (1, 600, 600, 600))
    engine.script["vỡ"] = {"replies": ["no reply"]}
    citizen.post(text="vỡ")
    assert until(lambda: stored(store)[0].attempts == 2)
    first = stored(store)[0]
    assert first.retry_at is not None
    assert first.retry_at > utc_now() + dt.timedelta(seconds=300)
    citizen.post(text="nữa")
    citizen.post(text="và nữa")
    time.sleep(0.5)
    assert [one.attempts for one in stored(store)] == [2, 0, 0]
    with store.reading() as session:
        conversation = session.scalars(select(Conversation)).one()
    assert conversation.next_try_at == first.retry_at
    assert conversation.lease_owner is None


def test_a_body_that_no_key_opens_ends_in_an_apology_and_the_next_message_is_answered(
    citizen: Citizen, engine: FakeEngine, store: Store, quick: None
) -> None:
    engine.down = True
    event = citizen.post(text="một").json()["event"]
    with store.transaction() as session:
        session.execute(text("UPDATE inbound_events SET body = 'garbage'::bytea"))
    engine.down = False
    second = citizen.post(text="hai").json()["event"]
    assert citizen.outcome(second)["handled"]
    assert citizen.outcome(event)["handled"]
    assert citizen.texts()[-1] == "Đã nghe: hai"


def test_what_the_engine_answers_is_cleaned_before_it_is_written(
    citizen: Citizen, engine: FakeEngine, store: Store
) -> None:
    engine.script["bẩn"] = {
        "replies": [{"text": "Anh/chị viết: \x00abc", "buttons": [{"title": "G\x00ửi", "payload": "/a\x00"}]}],
        "parse": {"intent": {"name": "in\x00form", "confidence": 0.9}, "entities": [{"value": "a\x00"}]},
    }
    outcome = citizen.say("bẩn")
    assert (outcome["failure"], outcome["intent"]) == (None, "inform")
    shown = citizen.messages()[0]
    assert (shown["text"], shown["buttons"][0]["label"]) == ("Anh/chị viết: abc", "Gửi")


def test_a_button_with_a_nul_is_refused_and_one_that_was_stored_is_answered_as_forged(
    citizen: Citizen, store: Store
) -> None:
    for token in ("a\x00b", "\ud800", "", "x" * 65, "nút"):
        assert send(citizen, button=token).status_code == 400
    assert send(citizen, text="m\x00ột \ud800 hai").status_code == 200
    assert stored(store)[0].body["text"] == "một \ufffd hai"


def test_an_old_press_with_a_nul_in_it_is_answered(store: Store) -> None:
    with store.transaction() as session:
        pressed = buttons.press(
            session.connection(), conversation_id=uuid.uuid4(), token="a\x00", event_id=1, now=utc_now()
        )
    assert pressed.state == "unknown"


def test_a_thousand_poisoned_conversations_keep_nobody_from_being_answered(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "BACK_OFF", (600, 600, 600, 600))  # no try of this test comes due in it
    plant(store, 1000)
    ordinary = set(plant(store, 20, kind="text", words="chào", ago=60))
    began: list[uuid.UUID] = []

    async def run() -> int:
        runner = TurnRunner(database, EngineClient("http://127.0.0.1:9", "t", timeout=1), slots=4)
        kick = runner.kick
        runner.kick = lambda one: (began.append(one), kick(one))[1]  # type: ignore[method-assign]
        sweeper, rounds = TurnSweeper(database, runner), 0
        while not ordinary <= set(began) and rounds < 50:
            rounds += 1
            await sweeper.sweep(now=utc_now())
            await runner.idle()
        await runner.close(grace=0)
        return rounds

    assert asyncio.run(run()) <= 3
    with store.reading() as session:
        tried = list(session.scalars(select(InboundEvent).where(InboundEvent.attempts > 0)))
        due = turns.left_behind(session.connection(), now=utc_now(), limit=10_000)
    assert tried
    assert not {one.conversation_id for one in tried} & set(due), "what failed waits for its next try"


def test_whoever_waits_longest_is_begun_though_newer_ones_come_all_the_time(database: Database, store: Store) -> None:
    oldest = plant(store, 1, ago=900)[0]
    plant(store, 300, ago=30)
    with store.reading() as session:
        begun = turns.left_behind(session.connection(), now=utc_now(), limit=100)
    assert begun[0] == oldest
    assert len(begun) == 100


def test_nothing_waits_once_all_is_handled(citizen: Citizen, store: Store) -> None:
    citizen.say("một")
    with store.reading() as session:
        row = session.scalars(select(Conversation)).one()
    assert (row.pending_since, row.next_try_at) == (None, None)


def test_an_apology_is_sent_once(citizen: Citizen, engine: FakeEngine, store: Store, quick: None) -> None:
    engine.script["vỡ"] = {"replies": ["no reply"]}
    citizen.outcome(citizen.post(text="vỡ").json()["event"])
    time.sleep(0.5)
    with store.reading() as session:
        said = list(session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "reply")))
    assert len(said) == 1
