"""Latency and throughput of whole turns, ours and stock Rasa's, over the same sentences."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from tests.bench.citizens import Citizen
from tests.bench.load import Connection, percentile
from tests.bench.scripts import QUESTIONS, REPORT, SEND
from tests.bench.world import World, machine_seconds

TURNS_A_CONVERSATION = 5
PARALLEL = 24


async def latency(world: World, turns: int) -> dict[str, list[float]]:
    """Seconds per turn of one citizen at a time: procedure questions, then whole reports."""
    asked: list[float] = []
    reported: list[float] = []
    while len(asked) < turns:
        person = await Citizen(*world.web).open()
        for question in itertools.islice(itertools.cycle(QUESTIONS), len(QUESTIONS)):
            asked.append(await person.says(question))
            await asyncio.sleep(0.05)
        await person.close()
    while len(reported) < turns:
        person = await Citizen(*world.web).open()
        for line in REPORT:
            reported.append(await person.says(line))
            await asyncio.sleep(0.05)
        reported.append(await person.presses(SEND))
        if "PA-" not in " ".join(person.texts):
            raise RuntimeError(f"no ticket was filed: {person.texts}")
        await person.close()
    return {"question": asked, "report": reported}


@dataclass(frozen=True)
class Throughput:
    """Turns a second, seconds to each reply meanwhile, CPU ms a turn by process (``load`` is the
    benchmark itself), and how many cores were busy on the whole machine."""

    rate: float
    took: list[float]
    cpu: dict[str, float]
    busy: float

    @property
    def at_most(self) -> float:
        """Turns a second when nothing else runs, were every core used to the full."""
        return (os.cpu_count() or 1) * 1000 / sum(self.cpu.values())

    @property
    def foreign(self) -> float:
        """How many cores everything else on the machine had."""
        return max(0.0, self.busy - self.cores)

    @property
    def cores(self) -> float:
        """How many cores hotline and load together had."""
        return self.rate * sum(self.cpu.values()) / 1000


async def throughput(world: World, seconds: float, *, reports: bool) -> Throughput:
    """Many citizens talking at once; the count of turns is the database's own."""

    async def questions(number: int, took: list[float]) -> None:
        person = await Citizen(*world.web).open()
        for step in range(TURNS_A_CONVERSATION):
            took.append(await person.says(QUESTIONS[(number + step) % len(QUESTIONS)]))
        await person.close()

    async def report(_: int, took: list[float]) -> None:
        person = await Citizen(*world.web).open()
        for line in REPORT:
            took.append(await person.says(line))
        took.append(await person.presses(SEND))
        await person.close()

    before, cpu = world.handled(), world.cpu()
    load, busy, began = time.process_time(), machine_seconds(), time.perf_counter()
    took, spent = await _crowd(report if reports else questions, seconds)
    done = world.handled() - before
    used = {name: value - cpu[name] for name, value in world.cpu().items()} | {"load": time.process_time() - load}
    cores = (machine_seconds() - busy) / (time.perf_counter() - began)
    return Throughput(done / spent, took, {name: value / done * 1000 for name, value in used.items()}, cores)


async def stock_latency(host: str, port: int, turns: int) -> list[float]:
    took: list[float] = []
    while len(took) < turns:
        await _stock_conversation(host, port, len(took), took, pause=0.05)
    return took


async def stock_throughput(host: str, port: int, seconds: float) -> tuple[float, list[float]]:
    """The same crowd before stock Rasa's REST channel, one sender a conversation."""

    async def one(number: int, took: list[float]) -> None:
        await _stock_conversation(host, port, number, took)

    took, spent = await _crowd(one, seconds)
    return len(took) / spent, took


async def _stock_conversation(host: str, port: int, number: int, took: list[float], *, pause: float = 0) -> None:
    connection, sender = Connection(host, port), f"{time.monotonic_ns()}-{number}"
    for step in range(TURNS_A_CONVERSATION):
        message = {"sender": sender, "message": QUESTIONS[(number + step) % len(QUESTIONS)]}
        began = time.perf_counter()
        status, body = await connection.request("POST", "/webhooks/rest/webhook", message)
        took.append(time.perf_counter() - began)
        if status != 200 or not json.loads(body):
            raise RuntimeError(f"stock Rasa answered {status} {body[:200]!r}")
        await asyncio.sleep(pause)
    connection.close()


async def _crowd(
    conversation: Callable[[int, list[float]], Coroutine[Any, Any, None]], seconds: float
) -> tuple[list[float], float]:
    """``PARALLEL`` people, each beginning a new conversation when theirs ends, for ``seconds``."""
    took: list[float] = []
    numbers = itertools.count()
    began = time.perf_counter()

    async def person() -> None:
        while time.perf_counter() - began < seconds:
            await conversation(next(numbers), took)

    await asyncio.gather(*(person() for _ in range(PARALLEL)))
    return took, time.perf_counter() - began


def p(values: list[float], share: float) -> float:
    """Percentile in milliseconds."""
    return percentile(values, share) * 1000
