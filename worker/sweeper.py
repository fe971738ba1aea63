"""Takes over what a dead process left: turns whose lease ran out, messages nobody sends."""

from __future__ import annotations

import datetime as dt
import time

from bot.gateway.arrivals import CROWD_PER_SECOND
from bot.gateway.database import Database
from bot.gateway.runner import TurnRunner
from feedback_store.service import deliveries, turns
from worker.delivery import Delivery

PATIENCE = dt.timedelta(seconds=2)  # a delivery job is given this long to begin


class TurnSweeper:
    """Starts the turns that wait and that nobody holds, those whose next try has come.

    While a crowd arrives it starts none: the web process, which takes the messages, needs the processor. Nor while
    the engine is known to be away.
    """

    def __init__(self, database: Database, runner: TurnRunner) -> None:
        self._db = database
        self._runner = runner
        self._arrived: int | None = None
        self._at = 0.0

    async def sweep(self, *, now: dt.datetime, limit: int = 100) -> int:
        """Gives how many conversations were started."""
        if await self._crowd() or not self._runner.free_slots or await self._runner.engine_gone():
            return 0
        found = await self._db.statement(turns.left_behind, now=now, limit=limit)
        for conversation_id in found:
            self._runner.kick(conversation_id)
        return len(found)

    async def _crowd(self) -> bool:
        before, since = self._arrived, self._at
        self._arrived, self._at = await self._db.statement(turns.arrived_so_far), time.monotonic()
        return before is not None and (self._arrived - before) / max(self._at - since, 0.01) > CROWD_PER_SECOND


async def sweep_outbox(database: Database, delivery: Delivery, *, now: dt.datetime, limit: int = 20) -> int:
    """Deliver what is overdue although its job is lost or stalled; gives how many conversations."""
    found = await database.statement(deliveries.late, now=now - PATIENCE, limit=limit)
    for conversation_id in found:
        await delivery.deliver(conversation_id)
    return len(found)
