"""Citizens, operators and officers: every move is a call of the real service in a transaction of its own."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import random
import uuid
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import calls_owed
from feedback_store.service import clocks, phone_desk
from feedback_store.service.actor import Actor, Refused
from feedback_store.store import Store
from feedback_store.tables import Ticket
from hotline.simulation.plan import Plan
from hotline.simulation.town import Town

T = TypeVar("T")
Stretch = tuple[dt.datetime, dt.datetime]
Step = Callable[[dt.datetime], object]


class Crowd:
    """The people around every ``crowds``-th report; they share an agenda and act in the order of time."""

    def __init__(
        self, store: Store, plan: Plan, town: Town, index: int, *, wait: Callable[[], object] = lambda: None
    ) -> None:
        from hotline.simulation.life import Life

        self.store, self.plan, self.town, self._wait = store, plan, town, wait
        self._worked: dt.datetime | None = None
        self._held: frozenset[int] = frozenset()
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._agenda: list[tuple[dt.datetime, int, int, Step]] = []
        self._order = itertools.count()
        for number in range(index, plan.tickets, plan.crowds):
            life = Life(self, number, plan.rng(("life", number)))
            self.later(plan.arrival(number), number, life.file)

    def later(self, at: dt.datetime, number: int, step: Step) -> None:
        """Put a step on the agenda; steps of one instant happen in the order of their reports."""
        heapq.heappush(self._agenda, (at, number, next(self._order), step))

    def next(self) -> dt.datetime | None:
        """When somebody acts next; None at the end."""
        if not self._agenda or self._agenda[0][0] > self.plan.people_until:
            return None
        return self._agenda[0][0]

    def live(
        self, until: dt.datetime, *, worked: dt.datetime | None = None, held: frozenset[int] = frozenset()
    ) -> dt.datetime | None:
        """Everything up to ``until``; gives :meth:`next`.

        ``worked``: the worker may still be at work as of that earlier instant, on the tickets ``held``. What people do
        with one of these comes later, so it waits; so does a move that would give the worker one more to look at.
        """
        self._worked, self._held = worked, held
        while (at := self.next()) is not None and at <= until:
            _, _, _, step = heapq.heappop(self._agenda)
            step(at)
        return self.next()

    def act(self, name: str, work: Callable[[Session], T], *, ticket_id: int | None = None) -> T | None:
        """One move; None where the rules forbid it now, as they do in life when two people act on one report."""
        if ticket_id in self._held:
            self._wait()
        try:
            with self.store.transaction() as session:
                made = work(session)
                self._in_turn(session)
        except (IllegalMove, Refused) as error:
            self.refused[error.key] += 1
            return None
        self.done[name] += 1
        return made

    def _in_turn(self, session: Session) -> None:
        """Before a move is committed whose ticket the worker would take up as of an instant before the move."""
        if self._worked is None:
            return
        waits = (one.next_deadline_at for one in session.identity_map.values() if isinstance(one, Ticket))
        if any(at is not None and at < self._worked for at in waits):
            self._wait()


def stretch(session: Session, kind: str, *, ticket_id: int, leg_id: int | None = None) -> Stretch:
    """Start and current due of the newest clock of a kind."""
    every = clocks.of_ticket(session, ticket_id)
    newest = [one for one in every if one.kind == kind and leg_id in (None, one.leg_id)][-1]
    return newest.started_at, newest.current_due


def share_of(clock: Stretch, rng: random.Random, late: float) -> dt.datetime:
    """An instant within a clock's time, or after it with probability ``late``."""
    start, due = clock
    part = rng.uniform(1.02, 2.2) if rng.random() < late else min(0.99, rng.betavariate(1.6, 2.6))
    return max(start + (due - start) * part, start + dt.timedelta(seconds=rng.randrange(20, 90)))


def peer() -> bytes:
    """A blind index for a chat that belongs to nobody."""
    return uuid.uuid4().bytes * 2


def call_all(
    session: Session, ticket_id: int, operator: Actor, now: dt.datetime, *, leg_id: int | None = None
) -> bool | None:
    """Tell by telephone what is owed about a ticket, or about one leg of it; None where nothing is."""
    owed = [one for one in calls_owed.of_ticket(session, ticket_id) if leg_id in (None, one.leg_id)]
    for one in owed:
        phone_desk.take(session, telling_id=one.id, actor=operator, now=now)
        phone_desk.told(session, telling_id=one.id, called_at=now, actor=operator, now=now)
    return True if owed else None
