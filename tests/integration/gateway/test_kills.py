"""A process killed at the instant that matters: nothing is lost, nothing is doubled."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text

from feedback_store.store import Store
from feedback_store.tables import OutboundMessage
from hotline.postgres import free_port
from tests.e2e.fake_telegram import FakeTelegram
from tests.integration.gateway.conftest import Citizen
from tests.integration.gateway.fake_engine import FakeEngine
from tests.integration.gateway.serving import serving
from tests.integration.gateway.test_telegram import Bot
from tests.system import until

CHAT = 4242


class House:
    """A web and a worker process around one database; ``web`` may be told where to die."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, *, fault: str = "") -> tuple[subprocess.Popen[bytes], str]:
        port = free_port()
        env = os.environ | self._env | {"TEST_PORT": str(port), "HOTLINE_FAULT": fault}
        process = subprocess.Popen([sys.executable, "-m", "tests.integration.gateway.process", name], env=env)
        self._processes.append(process)
        base = f"http://127.0.0.1:{port}"
        assert until(lambda: answers(base)), f"{name} did not start"
        return process, base

    def end(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(60)


def answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/quyen-rieng-tu", timeout=1, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def house(
    database_url: str, encryption_key: str, engine: FakeEngine, telegram: FakeTelegram, tmp_path: Path
) -> Iterator[House]:
    with serving(engine.app, lifespan="off") as engine_url, serving(telegram.app, lifespan="off") as api:
        made = House({
            "TEST_DATABASE_URL": database_url, "TEST_KEY": encryption_key, "TEST_ENGINE": engine_url,
            "TEST_TELEGRAM": api, "TEST_MEDIA": str(tmp_path / "media"),
        })
        try:
            yield made
        finally:
            made.end()


@contextmanager
def a_citizen(base: str, token: str | None = None) -> Iterator[Citizen]:
    citizen = Citizen(base)
    if token is not None:
        citizen.token = token
        citizen.http.headers["Authorization"] = f"Bearer {token}"
    try:
        yield citizen
    finally:
        citizen.http.close()


@pytest.mark.parametrize("point", ["after_inbound_commit", "before_engine", "after_engine_reply"])
def test_a_web_process_killed_in_a_turn_loses_and_doubles_nothing(
    house: House, engine: FakeEngine, point: str
) -> None:
    web, base = house.start("web", fault=point)
    number = "11111111-2222-4333-8444-555555555555"
    with a_citizen(base) as citizen:
        token = citizen.token
        with contextlib.suppress(httpx.HTTPError):  # it died before the answer; the client repeats the number
            citizen.post(id=number, text="đèn đường hỏng")
        web.wait(60)
    _, base = house.start("web")
    house.start("worker")
    with a_citizen(base, token) as citizen:
        citizen.post(id=number, text="đèn đường hỏng")
        assert [one["text"] for one in citizen.wait_for(1)] == ["Đã nghe: đèn đường hỏng"]
        time.sleep(1)
        assert len(citizen.messages()) == 1
    assert len(engine.turns) == 1


def test_a_worker_killed_after_a_send_does_not_send_it_again(
    house: House, engine: FakeEngine, telegram: FakeTelegram, store: Store
) -> None:
    _, base = house.start("web")
    worker, _ = house.start("worker", fault="after_send")
    bot = Bot(base)
    bot(telegram.text(CHAT, "một"))
    worker.wait(60)
    house.start("worker")
    bot(telegram.text(CHAT, "hai"))
    assert until(lambda: "Đã nghe: hai" in telegram.texts(CHAT))
    bot.http.close()
    assert telegram.texts(CHAT) == ["Đã nghe: một", "Đã nghe: hai"]
    with store.reading() as session:
        statuses = session.scalars(select(OutboundMessage.status).order_by(OutboundMessage.seq)).all()
    assert statuses == ["uncertain", "delivered"]


def test_a_killed_worker_leaves_no_message_behind(
    house: House, engine: FakeEngine, telegram: FakeTelegram, store: Store
) -> None:
    _, base = house.start("web")
    bot = Bot(base)
    bot(telegram.text(CHAT, "một"))
    assert until(lambda: len(engine.turns) == 1)
    with store.transaction() as session:  # the job died with its worker
        session.execute(text("DELETE FROM procrastinate_jobs"))
    house.start("worker")
    assert until(lambda: telegram.texts(CHAT)) == ["Đã nghe: một"]
    bot.http.close()
