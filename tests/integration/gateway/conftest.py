"""A running gateway before a fake engine, on a real database."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.gateway.app import Gateway
from bot.gateway.config import GatewayConfig
from feedback_store.store import Store
from tests.integration.gateway.fake_engine import FakeEngine
from tests.integration.gateway.serving import serving

threads: list[threading.Thread] = []
LOCAL_TOKEN = "local-token-of-the-tests"


class Citizen:
    """A web citizen: a session, its messages, its stream."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = httpx.Client(base_url=base, timeout=60, trust_env=False)
        self.token = self.http.post("/web/session").json()["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def post(self, *, id: str | None = None, **message: Any) -> httpx.Response:
        return self.http.post("/web/messages", json={"id": id or str(uuid.uuid4()), **message})

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Post and wait for the turn; gives what the measuring view says of it."""
        answer = self.post(text=text, **more)
        assert answer.status_code == 200, answer.text
        return self.outcome(answer.json()["event"])

    def outcome(self, event: int, wait: float = 30) -> dict[str, Any]:
        found = self.http.get(
            f"/web/turns/{event}", params={"wait": wait}, headers={"X-Hotline-Local": LOCAL_TOKEN}
        )
        assert found.status_code == 200, found.text
        return dict(found.json())

    def messages(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        answer = self.http.get("/web/poll", params={"after": after, "wait": wait})
        return list(answer.json()["messages"])

    def texts(self, after: int = 0) -> list[str]:
        return [one["text"] for one in self.messages(after)]

    def wait_for(self, count: int, seconds: float = 60) -> list[dict[str, Any]]:
        end = time.monotonic() + seconds
        while len(found := self.messages()) < count and time.monotonic() < end:
            time.sleep(0.05)
        return found

    @contextmanager
    def stream(self, last: int | None = None) -> Iterator[list[dict[str, Any]]]:
        """Collects the events of the stream in the background."""
        events: list[dict[str, Any]] = []
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        opened = threading.Event()
        done = threading.Event()

        def read() -> None:
            plain = httpx.Client(timeout=None, trust_env=False)
            with contextlib.suppress(httpx.HTTPError), plain as client, client.stream(
                "GET", f"{self.base}/web/stream",
                headers={**headers, "Authorization": f"Bearer {self.token}"},
            ) as answer:
                event: dict[str, Any] = {}
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name in ("id", "event"):
                        event[name] = value
                    elif name == "data":
                        event["data"] = json.loads(value)
                    elif not line and event:
                        events.append(event)
                        opened.set()
                        event = {}
                    if done.is_set():
                        return

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        opened.wait(30)
        try:
            yield events
        finally:
            done.set()
            threads.append(thread)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> GatewayConfig:
    return GatewayConfig(
        database_url=database_url, engine_url="http://engine", engine_token="t",
        media=tmp_path / "media", public_url="http://hotline.example", local_token=LOCAL_TOKEN,
    )


@pytest.fixture
def gateway(config: GatewayConfig, store: Store, engine: FakeEngine) -> Gateway:
    return Gateway(config, store, engine_transport=httpx.ASGITransport(app=engine.app))


@contextmanager
def running(gateway: Gateway) -> Iterator[str]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        async with gateway.lifespan():
            yield

    with serving(Starlette(routes=gateway.routes(), lifespan=lifespan)) as base:
        yield base


@pytest.fixture
def base(gateway: Gateway) -> Iterator[str]:
    with running(gateway) as url:
        yield url


@pytest.fixture
def citizen(gateway: Gateway) -> Iterator[Citizen]:
    with running(gateway) as base:
        made = Citizen(base)
        yield made
        made.http.close()
    while threads:  # their streams ended with the server
        threads.pop().join(30)
