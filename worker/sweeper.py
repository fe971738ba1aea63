"""Takes over what a dead process left: turns whose lease ran out, messages nobody sends."""

from __future__ import annotations

import datetime as dt

from bot.gateway.database import Database
from bot.gateway.runner import TurnRunner
from feedback_store.service import deliveries, turns
from worker.delivery import Delivery

PATIENCE = dt.timedelta(seconds=2)  # the web process that stored the event is given this long to begin


async def sweep_turns(database: Database, runner: TurnRunner, *, now: dt.datetime, limit: int = 20) -> int:
    """Start the turns that wait and that nobody holds; gives how many."""
    if not runner.has_slot:
        return 0
    found = await database.statement(turns.left_behind, before=now - PATIENCE, now=now, limit=limit)
    for conversation_id in found:
        runner.kick(conversation_id)
    return len(found)


async def sweep_outbox(database: Database, delivery: Delivery, *, now: dt.datetime, limit: int = 20) -> int:
    """Deliver what is overdue although its job is lost or stalled; gives how many conversations."""
    found = await database.statement(deliveries.late, now=now - PATIENCE, limit=limit)
    for conversation_id in found:
        await delivery.deliver(conversation_id)
    return len(found)
