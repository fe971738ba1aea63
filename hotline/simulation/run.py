"""Runs a simulated hotline on a database of its own and says what came out."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_store import crypto
from feedback_store.domain.kpi import Period, Ratio
from feedback_store.queries import figures
from feedback_store.service import agencies, deadlines
from feedback_store.service.actor import SYSTEM
from feedback_store.store import Store, make_engine
from hotline.postgres import EmbeddedPostgres
from hotline.simulation import town
from hotline.simulation.plan import SLICE, Plan, Stop
from hotline.simulation.processes import CONTEXT, Child, Done, Place, Slice, crowd_process, worker_process
from vitext.dates import local

WARNED = "SELECT new::int, count(*) FROM ticket_events WHERE kind = 'warned' GROUP BY 1 ORDER BY 1"
SUPERSEDED = """
SELECT coalesce(sum(jsonb_array_length(data->'superseded')), 0) FROM ticket_events WHERE kind = 'warned'
"""
LATE = "SELECT kind, count(*) FROM clocks WHERE standing_current = 'late' GROUP BY kind ORDER BY kind"
FAILED = "SELECT count(*) FROM tickets WHERE deadline_failures > 0"
DUE = """
SELECT id FROM tickets WHERE next_deadline_at < :now
UNION SELECT l.ticket_id FROM legs l JOIN agencies a ON a.id = l.agency_id
WHERE a.dissolved_at <= :now AND l.state = ANY(:handed)
"""
ASKED_EVERY = dt.timedelta(hours=1)
"""The worker's other round, successors of agencies that ended, runs at least so often."""


@dataclass(frozen=True, slots=True)
class Restart:
    """The worker was stopped at ``at`` and began again at ``back``, both by the virtual clock."""

    at: dt.datetime
    back: dt.datetime
    killed: bool


@dataclass
class Outcome:
    """What a run did and what the figures say at its end; ``seconds`` of the whole run."""

    at: dt.datetime
    period: Period
    moves: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    restarts: list[Restart] = field(default_factory=list)
    ratios: dict[str, Ratio] = field(default_factory=dict)
    warnings: dict[int, int] = field(default_factory=dict)
    superseded: int = 0
    breaches: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    seconds: float = 0.0


@contextmanager
def scratch() -> Iterator[Place]:
    """A PostgreSQL of its own in a folder that is removed afterwards; without fsync, since nothing is to be kept."""
    home = Path(tempfile.mkdtemp(prefix="hotline-simulation-"))
    home.chmod(0o755)
    server = EmbeddedPostgres(home, fsync=False)
    try:
        server.start()
        server.ensure_database("simulation")
        key = Fernet.generate_key().decode()
        crypto.configure(crypto.Keyring([key]))
        yield Place(server.url("simulation"), key)
    finally:
        server.stop()
        for folder in (server.relocated, home):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)


class Run:
    """The virtual clock: people act during a slice, the worker as of its end, while people begin the next one."""

    def __init__(self, place: Place, plan: Plan, say: Callable[[str], None]) -> None:
        self.place, self.plan, self.say = place, plan, say
        self.store = Store(make_engine(place.url, pool_size=2))
        self.outcome = Outcome(plan.end, Period(local(plan.begin).date(), local(plan.end).date()))
        self.stops = plan.stops()
        self.events = town.calendar_of_year(plan)

    def go(self) -> Outcome:
        began = time.perf_counter()
        town.found(self.store, self.plan)
        self.rest = CONTEXT.Event()
        self.rest.set()
        self.crowds = [
            Child(crowd_process, self.rest, self.place, self.plan, index) for index in range(self.plan.crowds)
        ]
        self.worker: Child | None = Child(worker_process, self.place)
        try:
            self._live([crowd.first for crowd in self.crowds])
        finally:
            for child in [*self.crowds, *([self.worker] if self.worker else [])]:
                child.end()
        self._count()
        self.outcome.seconds = time.perf_counter() - began
        self.store.close()
        return self.outcome

    def _live(self, done: list[Done]) -> None:
        now = said = asked = self.plan.begin
        back: dt.datetime | None = None  # when a stopped worker returns
        working: Slice | None = None  # what the worker was asked and has not answered
        while now < self.plan.end:
            nexts = [one.next for one in done if one.next is not None]
            nexts += [self.events[0].at] if self.events else []
            soon = min(nexts, default=self.plan.end) <= now + SLICE
            if working and not (soon and self._only_people(now + SLICE)):
                self._rested()  # what comes next depends on what it does
                working = None
            if not soon:
                nexts += [wake] if self.worker and (wake := self._wake()) is not None else []
                nexts += [back] if back is not None else []
            now = _slice_end(min([self.plan.end, *nexts]), now)
            self._happen(now)
            for crowd in self.crowds:
                crowd.ask(Slice(now, working.until, working.held) if working else Slice(now))
            done = self._lived()
            self._rested()
            due, working = self._due(now), None
            if self.stops and self.worker and due and self.stops[0].at <= now:  # the blow is to fall while it works
                back = self._strike(self.stops.pop(0), now)
            if back is not None and back <= now:
                back, self.worker = None, Child(worker_process, self.place)
            if self.worker and (due or now - asked >= ASKED_EVERY):
                asked, working = now, Slice(now, now, due)
                self.rest.clear()
                self.worker.ask(now)
            if now - said > dt.timedelta(days=14):
                said = now
                self.say(f"{local(now):%Y-%m-%d}: {sum(sum(one.done.values()) for one in done)} moves")
        self._rested()
        for one in done:
            self.outcome.moves += one.done
            self.outcome.refused += one.refused

    def _only_people(self, until: dt.datetime) -> bool:
        """Nothing happens to the whole town by then."""
        return not self.events or self.events[0].at > until

    def _lived(self) -> list[Done]:
        """Wait for all crowds; the worker that finishes meanwhile lets those go on that wait for it."""
        answers: dict[int, Done] = {}
        while len(answers) < len(self.crowds):
            worker = self.worker if not self.rest.is_set() and self.worker else None
            pipes = [crowd.pipe for crowd in self.crowds if id(crowd) not in answers]
            ready = wait([*pipes, *([worker.pipe] if worker else [])])
            if worker and worker.pipe in ready:
                self._rested()
            answers |= {id(crowd): crowd.answer() for crowd in self.crowds if crowd.pipe in ready}
        return [answers[id(crowd)] for crowd in self.crowds]

    def _rested(self) -> None:
        """Wait for the worker if it works."""
        if self.worker and not self.rest.is_set():
            self.worker.answer()
            self.rest.set()

    def _due(self, now: dt.datetime) -> frozenset[int]:
        """The tickets that the worker will look at as of ``now``."""
        with self.store.reading() as session:
            return frozenset(session.scalars(text(DUE), {"now": now, "handed": list(agencies.HANDED)}))

    def _wake(self) -> dt.datetime | None:
        """When the job has something to do next; what people did may have moved it."""
        with self.store.reading() as session:
            return deadlines.next_wake(session)

    def _happen(self, now: dt.datetime) -> None:
        while self.events and self.events[0].at <= now:
            event = self.events.pop(0)
            with self.store.transaction() as session:
                event.happen(session, now)
            self.outcome.moves[event.name] += 1

    def _strike(self, stop: Stop, now: dt.datetime) -> dt.datetime:
        """Stop the worker in the middle of its work; gives when it comes back."""
        assert self.worker is not None
        self.worker.ask(now)
        time.sleep(stop.after)
        self.worker.strike(kill=stop.killed)
        self.worker = None
        self.outcome.restarts.append(Restart(now, now + stop.away, stop.killed))
        return now + stop.away

    def _count(self) -> None:
        outcome = self.outcome
        with self.store.reading() as session:
            outcome.ratios = ratios(session, outcome.period, outcome.at)
            outcome.warnings = {int(level): count for level, count in session.execute(text(WARNED))}
            outcome.superseded = int(session.execute(text(SUPERSEDED)).scalar_one())
            outcome.breaches = {str(kind): count for kind, count in session.execute(text(LATE))}
            outcome.failed = int(session.execute(text(FAILED)).scalar_one())


def ratios(session: Session, period: Period, at: dt.datetime) -> dict[str, Ratio]:
    """Promises kept, K1 and K1b of the period as the figures page has them."""
    made: dict[str, Ratio] = {}
    for against in ("original", "current"):
        asked = {"period": period, "at": at, "scope": SYSTEM, "against": against}
        made[f"promises kept, {against}"] = figures.promises_kept(session, **asked)  # type: ignore[arg-type]
        made[f"K1, {against}"] = figures.k1(session, **asked)  # type: ignore[arg-type]
        made[f"K1b, {against}"] = figures.k1b(session, **asked)  # type: ignore[arg-type]
    return made


def _slice_end(at: dt.datetime, after: dt.datetime) -> dt.datetime:
    """The end of the slice that ``at`` lies in; always later than ``after``."""
    seconds = SLICE.total_seconds()
    count = -((at - dt.datetime(2000, 1, 1, tzinfo=dt.UTC)).total_seconds() // -seconds)
    end = dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=count * seconds)
    return end if end > after else after + SLICE
