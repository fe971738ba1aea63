"""A burst of Telegram updates at a fixed rate, and the backlog it leaves."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.bench.load import Connection
from tests.bench.scripts import TELEGRAM
from tests.bench.world import SECRET, World

CONVERSATIONS = 1000
RATE = 310.0
REPEATED = 25  # every so many updates one is sent twice, as Telegram does after a lost answer
CONNECTIONS = 40  # as many as Telegram opens by default
FIRST_CHAT = 5_000_000
WORKED_OFF_SECONDS = 900.0


@dataclass
class Burst:
    """What was sent and answered. ``late``: seconds from an update's planned moment to its 200."""

    sent: int = 0
    repeated: int = 0
    spent: float = 0.0
    handled_meanwhile: int = 0
    client_cpu: float = 0.0
    late: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    keys: list[int] = field(default_factory=list)


def update(number: int) -> dict[str, Any]:
    """Update ``number`` of the burst: conversations in turn, each through its nine messages."""
    chat = FIRST_CHAT + number % CONVERSATIONS
    person = {"id": chat, "is_bot": False, "first_name": "Dân"}
    message = {
        "message_id": 1 + number // CONVERSATIONS, "date": int(time.time()), "from": person,
        "chat": {"id": chat, "type": "private", "first_name": "Dân"},
        "text": TELEGRAM[number // CONVERSATIONS % len(TELEGRAM)],
    }
    return {"update_id": 1_000_000 + number, "message": message}


async def burst(world: World, seconds: float) -> Burst:
    """Offer RATE updates a second on a clock that does not wait for answers."""
    found = Burst()
    total = int(RATE * seconds)
    plan = [(n / RATE, n) for n in range(total)]
    plan += [(n / RATE + 0.4, n) for n in range(0, total, REPEATED)]
    plan.sort()
    turns = itertools.count()
    before, cpu = world.handled(), time.process_time()
    began = time.perf_counter()

    async def line() -> None:
        connection = Connection(*world.web)
        while (at := next(turns)) < len(plan):
            due, number = plan[at]
            await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
            status, _ = await connection.request(
                "POST", "/telegram/webhook", update(number), {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            )
            found.late.append(time.perf_counter() - began - due)
            if status == 200:
                found.keys.append(number)
            else:
                found.refused[status] += 1
        connection.close()

    await asyncio.gather(*(line() for _ in range(CONNECTIONS)))
    found.spent = time.perf_counter() - began
    found.client_cpu = time.process_time() - cpu
    found.handled_meanwhile = world.handled() - before
    found.sent, found.repeated = total, len(plan) - total
    return found


@dataclass
class Stored:
    """What the database says of the burst once it is worked off."""

    lost: int
    doubled: int
    turns_doubled: int
    failed: int
    tickets: int


def stored(world: World, found: Burst) -> Stored:
    """Every acknowledged update is one event with one set of replies."""
    rows = world.rows(
        "SELECT event_key, count(*), count(handled_at), count(failure) FROM inbound_events"
        " WHERE channel = 'telegram' GROUP BY event_key"
    )
    known = {str(key): int(count) for key, count, _, _ in rows}
    wanted = {str(1_000_000 + number) for number in found.keys}
    doubled = world.rows(
        "SELECT count(*) FROM (SELECT event_id, count(*) - max(split_part(dedupe_key, ':', 3)::int) AS more"
        " FROM outbound_messages WHERE dedupe_key LIKE 'turn:%%' GROUP BY event_id) AS one WHERE more <> 0"
    )[0][0]
    return Stored(
        lost=len(wanted - known.keys()),
        doubled=sum(count > 1 for count in known.values()),
        turns_doubled=int(doubled),
        failed=sum(int(failures) for _, _, _, failures in rows),
        tickets=int(world.rows("SELECT count(*) FROM tickets")[0][0]),
    )


async def worked_off(world: World) -> tuple[int, float, dict[str, float]]:
    """Wait until no event waits: ``(turns, seconds, CPU seconds by process)``."""
    cpu = world.cpu()
    left = before = _waiting(world)
    began = time.perf_counter()
    while left and time.perf_counter() - began < WORKED_OFF_SECONDS:
        await asyncio.sleep(0.5)
        left = _waiting(world)
    spent = time.perf_counter() - began
    used = {name: value - cpu[name] for name, value in world.cpu().items()}
    return before - left, spent, used


def _waiting(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM inbound_events WHERE handled_at IS NULL")[0][0])
