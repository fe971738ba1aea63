"""No request of a stranger breaks the public side: every route of the gateway, seeded, so that a failure comes back."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text
from starlette.routing import Mount, Route
from structlog.testing import capture_logs

from bot.gateway import session_token
from feedback_store.store import Store
from hotline.bootstrap import create_app
from hotline.keys import Keys
from hotline.settings import Settings
from tests.integration.console.bad_forms import BAD, LONG, MULTIPART, multipart
from tests.integration.console.bad_values import ENCODED, SEED
from tests.integration.console.test_bad_forms import INNARDS
from tests.system import free_ports

SECRET = "webhook-secret-of-the-tests"
NUMBERS = (10**30, -1, 1.5, 1e308, True, None, [], {}, "²", "1" * 5000, 2**63, float("nan"), float("inf"))
KINDS = ("application/json", "", "text/plain", "multipart/form-data", MULTIPART, "application/json; charset=x", ";;=")
BROKEN = (b"", b"{", b"[" * 100_000, b"[]", b"null", b"\xff\xfe", b'{"id": 1e999}', b'"\\ud800"', b"\0" * 50)
TOO_BIG = b'{"text": "' + b"x" * 300_000 + b'"}'


@pytest.fixture
def client(loaded_url: str, loaded_store: Store, tmp_path: Path) -> Iterator[TestClient]:
    """The web process as it is served, behind no engine and no Telegram."""
    engine, telegram = free_ports(2)
    settings = Settings(
        var=tmp_path, DATABASE_URL=loaded_url, engine_port=engine, telegram_mode="webhook", public_url="http://testserver",
        telegram_token="1:a", telegram_secret=SECRET, telegram_api=f"http://127.0.0.1:{telegram}", engine_timeout=0.2,
    )  # type: ignore[call-arg]  # fmt: skip
    with TestClient(create_app(settings, loaded_store), raise_server_exceptions=False) as made:
        yield made


def fault(answer: Response) -> str | None:
    """What is wrong with an answer; None for a page or JSON in Vietnamese, a file, or an empty one."""
    if answer.status_code >= 500 and answer.status_code != 503:
        return str(answer.status_code)
    kind = answer.headers.get("content-type", "")
    if kind.startswith(("text/javascript", "image/", "text/css")) or not answer.content:
        return None
    if found := INNARDS.search(answer.text):
        return f"innards: {found[0]}"
    if kind.startswith("application/json"):
        told = answer.json()
        return "no words" if answer.status_code >= 400 and str(told.get("message", "")).isascii() else None
    return None if kind.startswith("text/html") and 'lang="vi"' in answer.text else f"no page: {kind}"


def faults(client: TestClient, calls: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    wrong = []
    for method, path, more in calls:
        with capture_logs() as lines:
            answer = client.request(method, path, **more)
        odd = next((str(line) for line in lines if line["event"] == "unforeseen_error"), None)
        if said := fault(answer) or odd:
            wrong.append(f"{method} {path[:100]} {answer.status_code} {said[:300]} after {ascii(more)[:300]}")
    return wrong


def bearer(conversation: uuid.UUID | None = None) -> dict[str, str]:
    return {"authorization": f"Bearer {session_token.issue(conversation or uuid.uuid4())}"}


def bad_header(chance: random.Random) -> bytes:
    """A value that a header can hold at all: no control codes."""
    value = chance.choice(BAD)[:3000].encode("utf-8", "surrogatepass")
    return bytes(byte for byte in value if byte >= 32 and byte != 127)


def message(chance: random.Random) -> dict[str, Any]:
    """A message with one or two bad values in it."""
    made: dict[str, Any] = {"id": str(uuid.UUID(int=chance.getrandbits(128))), "text": "Đường Lạch Tray ngập"}
    if chance.random() < 0.3:
        made = {"id": made["id"], "location": [20.8, 106.6]}
    for name in chance.sample(["id", "text", "button", "label", "location", "khac", ""], 2):
        made[name] = chance.choice([*BAD, *NUMBERS, LONG, ["a", "b"], [10**400, 1], ["nan", "1"], {"a": "\ud800"}])
    return made


def posted(path: str, chance: random.Random) -> list[tuple[str, str, dict[str, Any]]]:
    """Bodies of every kind to one route, with a good session."""
    calls = []
    for _ in range(40):
        head = {"content-type": "application/json", **bearer()}
        calls.append(("POST", path, {"content": json.dumps(message(chance)), "headers": head}))
    for body in (*BROKEN, TOO_BIG):
        for kind in chance.sample(KINDS, 2):
            calls.append(("POST", path, {"content": body, "headers": {"content-type": kind, **bearer()}}))
    key = str(uuid.UUID(int=chance.getrandbits(128)))
    for files in (("text",), ("photo", "text"), ("id",), (), ("photo",)):
        body = multipart([("id", key), ("text", chance.choice(BAD)), ("photo", "GIF89a")], files)
        calls.append(("POST", path, {"content": body, "headers": {"content-type": MULTIPART, **bearer()}}))
    return calls


def test_no_message_breaks_the_web_chat(client: TestClient) -> None:
    chance = random.Random(f"{SEED}:web")
    calls = [call for path in ("/web/messages", "/web/session") for call in posted(path, chance)]
    for value in (*NUMBERS, *BAD):
        head = {"content-type": "application/json", **bearer()}
        calls.append(("POST", "/web/ack", {"content": json.dumps({"seq": value}), "headers": head}))
    calls += [("POST", "/web/ack", {"content": body, "headers": bearer()}) for body in BROKEN]
    assert not (wrong := faults(client, calls)), "\n".join(wrong)


def test_no_address_or_header_breaks_the_web_chat(client: TestClient, tmp_path: Path) -> None:
    chance = random.Random(f"{SEED}:address")
    local = {"x-hotline-local": Keys(tmp_path / "keys").local_token()}
    calls: list[tuple[str, str, dict[str, Any]]] = []
    bad = ["nan", "inf", "-inf", "-1", "1e400", "abc", "²", "9" * 5000, str(2**63), "１２", "%00", "%FF", "%ED%A0%80"]
    for value in bad:
        shown = value if value.startswith("%") else quote(value)
        calls += [
            ("GET", f"/web/poll?after={shown}&wait=0", {"headers": bearer()}),
            ("GET", f"/web/stream?after={shown}", {"headers": bearer()}),
            ("GET", f"/web/turns/{shown}", {"headers": {**bearer(), **local}}),
            ("GET", f"/web/turns/{shown}", {}),
        ]
    for wait in ("nan", "inf", "-inf", "-1", "1e999", "abc", "%C2%B2", "%00", ""):
        calls.append(("GET", f"/web/poll?after=0&wait={wait}", {"headers": bearer()}))
        calls.append(("GET", f"/web/turns/1?wait={wait}", {"headers": {**bearer(), **local}}))
    for path, method in (("stream", "GET"), ("poll", "GET"), ("session", "DELETE"), ("messages", "POST")):
        for _ in range(8):
            head = {b"authorization": b"Bearer " + bad_header(chance)}
            calls.append((method, f"/web/{path}?wait=0", {"headers": head}))
            calls.append((method, f"/web/{path}", {"headers": {b"origin": bad_header(chance) or b"x"}}))
    assert not (wrong := faults(client, calls)), "\n".join(wrong)


@pytest.mark.parametrize("path", ["poll?after=0&wait=nan", "poll?after=0&wait=x", "poll?after=-1", "poll?after=1e3",
                                  "stream?after=x", f"poll?after={2**63}"])  # fmt: skip
def test_a_number_that_cannot_be_meant_is_refused_and_the_session_stays(client: TestClient, path: str) -> None:
    answer = client.get(f"/web/{path}", headers=bearer())
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


def test_an_unforeseen_error_of_the_web_chat_is_words_with_a_number(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("0912345678")

    monkeypatch.setattr("bot.gateway.web_chat.read_message", broken)
    with capture_logs() as lines:
        answer = client.post("/web/messages", json={}, headers={**bearer(), "origin": "http://testserver"})
    (line,) = [line for line in lines if line["event"] == "unforeseen_error"]
    assert answer.status_code == 500
    assert line["number"] in answer.json()["message"]
    assert line["route"] == "POST /web/messages"
    assert "0912345678" not in str(line) + answer.text
    assert answer.headers["access-control-allow-origin"] == "http://testserver"


def test_no_update_breaks_the_webhook(client: TestClient) -> None:
    chance = random.Random(f"{SEED}:telegram")
    wrong = []
    for number in range(120):
        update: dict[str, Any] = {
            "update_id": number,
            "message": {"message_id": number, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "a"},
        }
        holder = chance.choice([update, update["message"], update["message"]["chat"]])
        holder[chance.choice([*holder, "photo", "entities", "contact", "location"])] = chance.choice([*BAD, *NUMBERS])
        body: Any = json.dumps(update) if number % 5 else chance.choice(BROKEN)
        head = {"x-telegram-bot-api-secret-token": SECRET if number % 7 else "đoán".encode()}
        answer = client.post("/telegram/webhook", content=body, headers=head)
        if answer.status_code not in (200, 400, 401) or INNARDS.search(answer.text):
            wrong.append((answer.status_code, ascii(body)[:300]))
    assert wrong == []


def test_no_public_page_is_broken_by_an_address(client: TestClient, loaded_store: Store) -> None:
    pages = [route for route in client.app.routes if isinstance(route, Route) and not route.path.startswith("/web/")]
    assert {"/", "/tra-cuu", "/quyen-rieng-tu"} <= {route.path for route in pages}
    chance = random.Random(f"{SEED}:pages")
    bad = [*(quote(one, safe="", errors="surrogatepass") for one in BAD), *ENCODED, "%zz"]
    calls: list[tuple[str, str, dict[str, Any]]] = [("GET", f"/tra-cuu?ma={value}", {}) for value in bad]
    for path in [*(route.path for route in pages if "{" not in route.path), "/tra-cuu", "/web/media/", "/static/", "/"]:
        for value in chance.sample(bad, 6):
            method = chance.choice(["GET", "POST", "PUT", "DELETE", "HEAD"])
            more = {} if method == "GET" else {"content": chance.choice(BROKEN)}
            calls.append((method, chance.choice([f"{path}?ma={value}&ma=1&{value}", f"{path}{value}"]), more))
    before = _tickets(loaded_store)
    wrong = [one for one in faults(client, calls) if "/healthz" not in one and "/telegram" not in one]
    assert not wrong, "\n".join(wrong)
    assert _tickets(loaded_store) == before


def test_every_mount_and_route_of_the_web_process_is_known(client: TestClient) -> None:
    """A new way in belongs into the tests above."""
    known = {"/", "/tra-cuu", "/quyen-rieng-tu", "/widget.js", "/static", "/console", "/healthz", "/telegram/webhook"}
    for route in client.app.routes:
        assert isinstance(route, Route | Mount)
        assert route.path in known or route.path.startswith("/web/")
    ways = {route.path for route in client.app.routes if route.path.startswith("/web/")}
    wanted = {"session", "messages", "stream", "poll", "ack", "turns/{event_id}", "media/{media_id:uuid}"}
    assert ways == {f"/web/{name}" for name in wanted}


def _tickets(store: Store) -> int:
    with store.reading() as session:
        return session.execute(text("SELECT count(*) FROM tickets")).scalar_one()
