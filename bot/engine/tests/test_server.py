"""The HTTP edge: who may call, what is refused, and how failures look."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.engine.processor import TurnProcessor
from bot.engine.server import ENGINE, HEADER, create_app
from bot.engine.tests.conftest import Actions

TOKEN = {HEADER: "secret"}


class Caller:
    """Calls the edge and gives (status, body)."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client: TestClient) -> None:
        self.loop, self.client = loop, client

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        """Send one request."""

        async def send() -> tuple[int, Any]:
            headers = options.get("headers", TOKEN)
            data = options.get("data")
            async with self.client.request(method, path, json=body, data=data, headers=headers) as got:
                return got.status, json.loads(await got.read())

        return self.loop.run_until_complete(send())

    def turn(self, text: str, sender: str, event_id: str = "1") -> tuple[int, Any]:
        """POST /turn"""
        body = {"sender": sender, "text": text, "metadata": {"event_id": event_id}}
        return self("POST", "/turn", body)


@pytest.fixture
def call(
    loop: asyncio.AbstractEventLoop, loaded: TurnProcessor, actions: Actions
) -> Iterator[Caller]:
    app = create_app("secret")
    loaded.action_endpoint.url = actions.url
    app[ENGINE].processor = loaded
    client = TestClient(TestServer(app, loop=loop), loop=loop)
    loop.run_until_complete(client.start_server())
    yield Caller(loop, client)
    loop.run_until_complete(client.close())


def test_health_needs_no_token_and_names_the_model(call: Caller) -> None:
    status, body = call("GET", "/health", headers={})
    assert (status, body["status"]) == (200, "ok")
    assert body["model"]


def test_health_says_when_the_model_is_not_loaded(call: Caller) -> None:
    call.client.app[ENGINE].processor = None
    assert call("GET", "/health")[0] == 503
    assert call.turn("xin chào", "a") == (
        503, {"error": "loading", "detail": "the model is not loaded yet"},
    )


@pytest.mark.parametrize("headers", [{}, {HEADER: "wrong"}, {HEADER: "sécret"}])
def test_everything_else_needs_the_token(call: Caller, headers: dict[str, str]) -> None:
    status, body = call("POST", "/parse", {"text": "x"}, headers=headers)
    assert (status, body["error"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "body",
    [[], {"sender": "a"}, {"sender": "a", "metadata": {}}, {"metadata": {"event_id": "1"}},
     {"sender": "a", "text": 5, "metadata": {"event_id": "1"}},
     {"sender": "a", "payload": {}, "metadata": {"event_id": "1"}}],
)
def test_a_turn_that_is_not_one_is_refused(call: Caller, body: Any) -> None:
    assert call("POST", "/turn", body)[0] == 400


def test_a_body_that_is_not_json_is_refused(call: Caller) -> None:
    assert call("POST", "/turn", data=b"\xff\x00")[0] == 400


def test_text_that_is_too_long_is_refused(call: Caller) -> None:
    status, body = call.turn("a" * 4001, "long")
    assert (status, body["error"]) == (400, "too_long")


def test_a_turn_can_be_looked_up_and_its_session_forgotten(call: Caller) -> None:
    assert call("GET", "/turn/looked:1/1") == (200, {"status": "absent"})
    status, body = call.turn("xin chào", "looked:1")
    assert (status, body["status"]) == (200, "done")
    assert call("GET", "/turn/looked:1/1")[1]["replies"] == body["replies"]
    assert call("DELETE", "/tracker/looked:1") == (200, {"deleted": True})
    assert call("GET", "/turn/looked:1/1") == (200, {"status": "absent"})


def test_an_action_that_broke_is_a_500_and_one_that_is_away_a_502_without_personal_data(
    call: Caller, actions: Actions
) -> None:
    for answered, told in ((500, (500, "action_broke")), (503, (502, "action_failed"))):
        actions.status = answered
        status, body = call.turn("đường Lê Lợi có ổ gà", f"failing-{answered}")
        assert (status, body["error"]) == told
        assert "Lê Lợi" not in body["detail"]


def test_a_second_turn_of_a_busy_conversation_waits_outside(call: Caller) -> None:
    call.client.app[ENGINE].busy.add("busy")
    assert call.turn("xin chào", "busy")[1]["error"] == "busy"
    assert call.turn("xin chào", "free")[0] == 200


def test_an_engine_without_a_token_does_not_start() -> None:
    with pytest.raises(ValueError):
        create_app("")
