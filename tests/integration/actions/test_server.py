"""The action server: for the engine alone, on events of their own conversation, silent about what failed."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from feedback_store.service import intake, limits, status
from feedback_store.service.effects import ForeignEvent, begin
from feedback_store.service.intake import NewEvent
from feedback_store.store import Store
from feedback_store.tables import InboundEvent
from hotline.keys import Keys
from tests.system import ROOT, free_ports

NOW = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)


def sent(
    store: Store, text: str = "rác đầu hẻm chưa ai dọn", *, channel: str = "web", chat: uuid.UUID | None = None,
    address: str | None = None,
) -> tuple[uuid.UUID, int]:  # fmt: skip
    """A conversation, new or ``chat``, with one more event: their ids."""
    conversation = chat or uuid.uuid4()
    event = NewEvent(
        channel, "", str(conversation), conversation, f"{conversation}:{uuid.uuid4()}", "text", {"text": text},
        address=address,
    )  # fmt: skip
    with store.transaction() as session:
        return conversation, intake.store_inbound(session.connection(), event, now=NOW).event_id


def call(conversation: uuid.UUID, event_id: int | str, **heard: object) -> dict[str, object]:
    """What the engine sends for one turn."""
    metadata = {"event_id": str(event_id), "conversation_id": str(conversation), "now": NOW.isoformat()}
    message = {"text": "xin chào", "intent": {"name": "greet", "confidence": 0.99}, "metadata": metadata, **heard}
    tracker = {"sender_id": f"{conversation}:0", "slots": {}, "latest_message": message, "events": []}
    return {"next_action": "action_converse", "sender_id": tracker["sender_id"], "tracker": tracker, "domain": {},
            "version": "3.6.21"}  # fmt: skip


class Server:
    def __init__(self, base: str, token: str, log: Path) -> None:
        self.base, self.token, self.log = base, token, log

    def post(self, body: object, token: str | None = None) -> httpx.Response:
        given = self.token if token is None else token
        return httpx.post(
            f"{self.base}/webhook", content=json.dumps(body), headers={"X-Hotline-Token": given}, timeout=60
        )


@pytest.fixture
def server(loaded_url: str, encryption_key: str, tmp_path: Path) -> Iterator[Server]:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    (keys / "encryption").write_text(encryption_key + "\n")
    (keys / "encryption").chmod(0o600)
    port = free_ports(1)[0]
    log = tmp_path / "actions.log"
    environment = {"DATABASE_URL": loaded_url, "HOTLINE_VAR": str(tmp_path), "HOTLINE_ACTIONS_PORT": str(port),
                   "PATH": "/usr/bin:/bin"}  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "actions"], cwd=ROOT, env=environment, stdout=output,
                                   stderr=output)  # fmt: skip
    made = Server(f"http://127.0.0.1:{port}", Keys(keys).actions_token(), log)
    end = time.monotonic() + 60
    try:
        while True:
            try:
                assert httpx.get(f"{made.base}/health").status_code == 200
                break
            except httpx.HTTPError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < end
                time.sleep(0.1)
        yield made
    finally:
        process.terminate()
        process.wait(20)


def test_without_the_secret_nothing_is_done_and_nothing_is_told(server: Server, loaded_store: Store) -> None:
    body = call(*sent(loaded_store))
    for wrong in ("", "x", server.token[:-1], server.token + "x", "ế"):
        answer = httpx.post(f"{server.base}/webhook", json=body, headers={b"X-Hotline-Token": wrong.encode()},
                            timeout=60)  # fmt: skip
        assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})
    assert httpx.get(f"{server.base}/actions").status_code == 401
    asked = httpx.options(f"{server.base}/webhook", headers={"Origin": "http://evil.example"})
    assert "access-control-allow-origin" not in asked.headers
    answer = server.post(body)
    assert answer.status_code == 200
    assert answer.json()["responses"]
    assert "access-control-allow-origin" not in answer.headers


def test_an_event_of_somebody_else_is_refused_without_a_word_of_sql(server: Server, loaded_store: Store) -> None:
    mine, _ = sent(loaded_store)
    _, theirs = sent(loaded_store, "bí mật của người khác")
    for event_id in (theirs, 10**9, 10**30, "không phải số"):
        answer = server.post(call(mine, event_id))
        assert (answer.status_code, answer.json()) == (500, {"error": "failed"})
    log = server.log.read_text()
    assert "ForeignEvent" in log
    for word in ("SELECT", "xin chào", "bí mật", str(mine)):
        assert word not in log


def test_bad_bodies_are_refused_without_a_word_of_what_they_held(server: Server) -> None:
    headers = {"X-Hotline-Token": server.token}
    for content in (b"", b"{", b"[" * 5000, b'{"next_action": "action_converse", "tracker": {"a": "mat-khau"}}',
                    b"x" * (5 * 2**20)):  # fmt: skip
        answer = httpx.post(f"{server.base}/webhook", content=content, headers=headers)
        assert answer.status_code >= 400
        assert "mat-khau" not in answer.text
        assert "Traceback" not in answer.text


def test_the_service_itself_checks_whose_event_it_is(loaded_store: Store) -> None:
    mine, event = sent(loaded_store)
    other, _ = sent(loaded_store)
    with loaded_store.reading() as session:
        assert begin(session, conversation_id=mine, event_id=event, action="a")[1] is None
        with pytest.raises(ForeignEvent):
            begin(session, conversation_id=other, event_id=event, action="a")


LIMITED = "utter_status_limited"
WRONG = "PA-482-109-376"


def guess(server: Server, store: Store, **sender: Any) -> str:
    """Ask for a code that is nobody's; gives the name of the answer."""
    text = f"tra cứu {WRONG}"
    entities = [{"entity": "ticket_code", "value": WRONG, "start": 8, "end": 22}]
    heard = {"text": text, "intent": {"name": "ask_ticket_status", "confidence": 0.99}, "entities": entities}
    answer = server.post(call(*sent(store, text, **sender), **heard))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["responses"][0]["response"])


def page_looks_up(store: Store, address: str) -> object:
    with store.transaction() as session:
        key = limits.address_key(address)
        return status.ticket_status(session, code=WRONG, conversation_id=None, limiter_key=key, now=NOW)


def test_conversations_of_one_address_share_their_guesses_with_the_look_up_page(
    server: Server, loaded_store: Store
) -> None:
    said = [guess(server, loaded_store, address="203.0.113.7") for _ in range(int(status.GUESSES) + 1)]
    assert [one == LIMITED for one in said] == [False] * int(status.GUESSES) + [True]
    assert guess(server, loaded_store, address="::ffff:203.0.113.7") == LIMITED, "the same address written otherwise"
    assert guess(server, loaded_store, address="203.0.113.8") != LIMITED
    # Another process asks the same count, which stands in the database: a restart forgets nothing.
    assert isinstance(page_looks_up(loaded_store, "203.0.113.7"), status.Limited)
    assert isinstance(page_looks_up(loaded_store, "203.0.113.8"), status.NotFound)


def test_one_customer_of_ipv6_is_one_asker(server: Server, loaded_store: Store) -> None:
    said = [guess(server, loaded_store, address=f"2001:db8:1:2::{one:x}") for one in range(1, int(status.GUESSES) + 2)]
    assert said[-1] == LIMITED
    assert guess(server, loaded_store, address="2001:db8:1:3::1") != LIMITED


def test_telegram_is_limited_by_chat(server: Server, loaded_store: Store) -> None:
    chat = uuid.uuid4()
    said = [guess(server, loaded_store, channel="telegram", chat=chat) for _ in range(int(status.GUESSES) + 1)]
    assert [one == LIMITED for one in said] == [False] * int(status.GUESSES) + [True]
    assert guess(server, loaded_store, channel="telegram") != LIMITED


def test_the_address_itself_is_stored_nowhere(loaded_store: Store) -> None:
    _, event = sent(loaded_store, address="203.0.113.7")
    with loaded_store.reading() as session:
        body = session.get_one(InboundEvent, event).body
        assert body is not None
        assert body["asker"] == limits.address_key("203.0.113.7")
        assert "203.0.113" not in str(body)
