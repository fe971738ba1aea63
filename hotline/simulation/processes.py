"""The processes of a simulation: crowds of people, and the worker, each told by a pipe until when to go on."""

from __future__ import annotations

import asyncio
import datetime as dt
import multiprocessing
import os
import signal
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any

from bot.gateway.database import Database
from feedback_store import crypto
from feedback_store.service import deadlines
from feedback_store.store import Store, make_engine
from hotline import logs
from hotline.process import settle
from hotline.simulation import town
from hotline.simulation.people import Crowd
from hotline.simulation.plan import Plan
from vitext.dates import local
from worker import upkeep

CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the processes find the database; ``key`` encrypts what is stored encrypted."""

    url: str
    key: str

    def open(self) -> Store:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        logs.configure("WARNING", "simulation")
        crypto.configure(crypto.Keyring([self.key]))
        return Store(make_engine(self.url, pool_size=4))


@dataclass(frozen=True, slots=True)
class Done:
    """What a crowd did so far, and why moves were refused."""

    next: dt.datetime | None
    done: Counter[str]
    refused: Counter[str]


@dataclass(frozen=True, slots=True)
class Slice:
    """People are to live ``until``. Until the worker's ``rest`` is set it still works as of the instant ``worked``,
    on the tickets ``held`` alone."""

    until: dt.datetime
    worked: dt.datetime | None = None
    held: frozenset[int] = frozenset()


def crowd_process(pipe: Connection, rest: Event, place: Place, plan: Plan, index: int) -> None:
    """Live each :class:`Slice` that comes through the pipe; answers with :class:`Done`."""
    store = place.open()
    with store.reading() as session:
        found = town.look(session, plan)
    crowd = Crowd(store, plan, found, index, wait=rest.wait)
    settle()
    pipe.send(Done(crowd.next(), crowd.done, crowd.refused))
    while (asked := pipe.recv()) is not None:
        made = crowd.live(asked.until, worked=asked.worked, held=asked.held)
        pipe.send(Done(made, crowd.done, crowd.refused))
    store.close()


def worker_process(pipe: Connection, place: Place) -> None:
    """The worker's own rounds, as of each instant that comes through the pipe; answers with the next wake-up."""
    store = place.open()
    database = Database(store, threads=1)
    settle()
    pipe.send(None)

    counted = 0

    async def rounds(now: dt.datetime) -> dt.datetime | None:
        nonlocal counted
        await upkeep.hand_over(database, now=now)
        await upkeep.handle_deadlines(database, now=now)
        if local(now).month != counted:  # once a month: what changes afterwards must end those counts
            counted = local(now).month
            await upkeep.count_months(database, now=now)
        return await database.transaction(deadlines.next_wake)

    async def serve() -> None:
        while (now := await asyncio.to_thread(pipe.recv)) is not None:
            pipe.send(await rounds(now))

    asyncio.run(serve())
    database.close()
    store.close()


class Child:
    """One process and its pipe; ``ask`` sends and ``answer`` waits."""

    def __init__(self, target: Any, *args: Any) -> None:
        self.pipe, other = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=target, args=(other, *args), daemon=True)
        self.process.start()
        other.close()
        self.first = self.answer()

    def ask(self, what: object) -> None:
        self.pipe.send(what)

    def answer(self) -> Any:
        """Raises RuntimeError where the process died."""
        try:
            return self.pipe.recv()
        except EOFError as error:
            self.process.join(5)
            raise RuntimeError(f"a process of the simulation ended with {self.process.exitcode}") from error

    def end(self) -> None:
        """Let it finish; it is killed where it does not."""
        if self.process.is_alive():
            self.ask(None)
            self.process.join(10)
        self.strike(kill=True)

    def strike(self, *, kill: bool) -> None:
        """SIGKILL or SIGTERM, wherever it is in its work."""
        if self.process.pid is not None and self.process.is_alive():
            os.kill(self.process.pid, signal.SIGKILL if kill else signal.SIGTERM)
        self.process.join(10)
        self.pipe.close()
