"""A send that takes longer than the delivery lease is not taken for a dead one."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.base import OutboundMessage
from bot.gateway.config import GatewayConfig
from bot.gateway.database import Database
from feedback_store.service import deliveries
from feedback_store.store import Store
from feedback_store.tables import OutboundMessage as Row
from tests.e2e.fake_telegram import FakeTelegram
from tests.integration.gateway.fake_engine import FakeEngine
from tests.integration.gateway.test_telegram import CHAT, Bot
from tests.integration.gateway.test_telegram import bot as bot
from tests.integration.gateway.test_telegram import telegram as telegram
from tests.integration.gateway.test_telegram import tg_config as tg_config
from tests.system import until
from worker import delivery
from worker.delivery import Delivery
from worker.sweeper import sweep_outbox


class SlowSender:
    """Takes its time over every message."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.sent: list[str] = []

    async def send(self, peer: str, message: OutboundMessage) -> str:
        await asyncio.sleep(self.seconds)
        self.sent.append(message.text)
        return "1"

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    made = Database(store, threads=4)
    yield made
    made.close()


def test_a_send_longer_than_its_lease_is_left_to_the_worker_that_makes_it(
    bot: Bot, telegram: FakeTelegram, engine: FakeEngine, store: Store, database: Database,
    tg_config: GatewayConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr(deliveries, "DELIVERY_LEASE", dt.timedelta(seconds=0.6))
    monkeypatch.setattr(delivery, "RENEW_SECONDS", 0.15)
    bot(telegram.text(CHAT, "một"))
    assert until(lambda: len(engine.turns) == 1)

    def rows() -> list[Row]:
        with store.reading() as session:
            return list(session.scalars(select(Row).order_by(Row.seq)))

    assert until(rows)
    slow, hasty, seen = SlowSender(2.0), SlowSender(0.0), set[str]()

    async def two_workers() -> None:
        first = asyncio.create_task(
            Delivery(database, {"telegram": slow}, tmp_path).deliver(rows()[0].conversation_id)
        )
        second = Delivery(database, {"telegram": hasty}, tmp_path)
        while not first.done():
            await asyncio.sleep(0.1)
            await sweep_outbox(database, second, now=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2))
            seen.update(row.status for row in rows())
        await first

    asyncio.run(two_workers())
    assert (slow.sent, hasty.sent) == (["Đã nghe: một"], [])
    assert seen <= {"pending", "sending", "delivered"}
    assert [row.status for row in rows()] == ["delivered"]
