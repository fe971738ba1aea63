"""A small project trained once, a real action server, and the engine's HTTP edge in front of both.

Run in the engine's environment: `.venv-engine/bin/python -m pytest bot/engine/tests`. The tests of the
tracker store need a PostgreSQL: `HOTLINE_TEST_DATABASE_URL` (the main test run gives one).
"""

# ruff: noqa: E402
from bot.engine import quiet

quiet.prepare()

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.engine import action_call, training
from bot.engine.processor import Turn, TurnProcessor
from bot.engine.tracker_store import MemorySessionStore, executor

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the small project beside these tests, with the real pipeline of config.yml."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(HERE / "project", project, dirs_exist_ok=True)
    shutil.copy(ROOT / "config.yml", project / "config.yml")
    return training.train(project, tmp_path_factory.mktemp("model"))


class Actions:
    """An action server that does what a test tells it."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: Any = {"events": [], "responses": [{"text": "Đã nhận."}]}
        self.calls: list[dict[str, Any]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one action call."""
        self.calls.append(await request.json())
        return web.json_response(self.answer, status=self.status)


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One event loop for all tests: the action session lives in it."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(action_call.session.close())
    loop.close()


@pytest.fixture
def actions(loop: asyncio.AbstractEventLoop) -> Iterator[Actions]:
    """A running action server on a free port."""
    server = Actions()
    app = web.Application()
    app.router.add_post("/webhook", server.handle)
    runner = web.AppRunner(app)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}/webhook"
    yield server
    loop.run_until_complete(runner.cleanup())


@pytest.fixture(scope="session")
def loaded(model: Path) -> TurnProcessor:
    """The processor of the small model."""
    return TurnProcessor(model, MemorySessionStore(), executor(), "http://127.0.0.1:9/webhook")


class Conversation:
    """Takes turns with the processor, with event ids 1, 2, 3 …"""

    def __init__(self, loop: asyncio.AbstractEventLoop, processor: TurnProcessor, sender: str) -> None:
        self.loop, self.processor, self.sender, self.last = loop, processor, sender, 0

    def say(self, text: str = "", payload: str | None = None, **metadata: Any) -> dict[str, Any]:
        """Take one turn; `event_id=` repeats an earlier one."""
        self.last += 1
        event_id = str(metadata.pop("event_id", self.last))
        turn = Turn(self.sender, event_id, text, payload, metadata)
        return self.loop.run_until_complete(self.processor.take(turn))

    @property
    def events(self) -> list[dict[str, Any]]:
        """What the tracker holds."""
        return self.processor._store.load(self.sender).events


@pytest.fixture
def conversation(
    loop: asyncio.AbstractEventLoop,
    loaded: TurnProcessor,
    actions: Actions,
    request: pytest.FixtureRequest,
) -> Conversation:
    """A fresh conversation whose actions go to the `actions` fixture."""
    loaded.action_endpoint.url = actions.url
    return Conversation(loop, loaded, request.node.name)


@pytest.fixture(scope="session")
def database_url() -> str:
    """A real PostgreSQL; there is no substitute for one here."""
    return os.environ["HOTLINE_TEST_DATABASE_URL"]
