"""The calls that a sample ticket without a chat owes: the rows that ``service.tellings`` and ``service.phone_desk``
would have stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from feedback_store.demo.rows import Rows
from feedback_store.demo.world import World
from feedback_store.domain.apologies import waking
from feedback_store.service import audit
from feedback_store.service.phone_desk import TRY_AGAIN
from feedback_store.service.tellings import PENDING, Kind
from feedback_store.tables import Leg, Telling, Ticket
from feedback_store.texts import render

LOGGED_FOR = dt.timedelta(days=7)
"""Calls older than this leave no entry in the audit: its chain would hold nothing else."""
NOT_YET, MISSED, WRONG_NUMBER = 0.4, 0.12, 0.15
"""Shares: of the calls of the last days that nobody made, of calls that nobody answered, and of those calls of the
last days whose number was wrong."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One entry of the audit."""

    at: dt.datetime
    action: str
    user_id: int
    ticket_id: int
    data: dict[str, Any]


class Calls:
    """Calls of one ticket. What a call tells is the story's business."""

    def __init__(self, world: World, rows: Rows, ticket: Ticket) -> None:
        self._world, self._rows, self._ticket = world, rows, ticket
        self._made: list[Telling] = []
        self.logged: list[Logged] = []

    def owe(self, kind: Kind, at: dt.datetime, leg: Leg | None = None) -> Telling:
        one = self._rows.add(Telling(
            id=self._rows.key(Telling), ticket_id=self._ticket.id, leg_id=leg.id if leg else None, kind=kind,
            state="open", ready_at=at, has_phone=self._ticket.reporter_phone is not None, attempts=0,
        ))
        self._made.append(one)
        return one

    def time(self, ready: dt.datetime) -> dt.datetime | None:
        """When somebody calls; None: not yet, the hotline is behind with its calls."""
        if ready > self._world.now - self._world.behind and self._world.rng.random() < NOT_YET:
            return None
        return waking(ready + dt.timedelta(seconds=self._world.rng.uniform(120, 5_000)), round_the_clock=False)

    def _outcome(self, one: Telling, at: dt.datetime) -> str:
        draw = self._world.rng.random()
        if draw < MISSED and one.attempts < 2:
            return "phone_missed"
        if at > self._world.now - self._world.behind and draw > 1 - WRONG_NUMBER:
            return "phone_wrong_number"
        return "phone_told"

    def _again_at(self, at: dt.datetime) -> dt.datetime:
        more = dt.timedelta(minutes=self._world.rng.randint(0, 3 * 24 * 60))
        return waking((at + TRY_AGAIN + more).replace(second=0, microsecond=0), round_the_clock=False)

    def attempt(self, one: Telling, at: dt.datetime, by: int) -> tuple[str, dict[str, Any]]:
        """Make one; gives what came of it (``phone_told``, ``phone_missed`` or ``phone_wrong_number``) and what its
        event holds."""
        outcome = self._outcome(one, at)
        one.attempts += 1
        about, facts = {"about": one.kind, "attempt": one.attempts}, {}
        if outcome == "phone_missed":
            one.next_try_at = self._again_at(at)
            facts["again_at"] = one.next_try_at.isoformat()
        elif outcome == "phone_wrong_number":
            one.state, one.next_try_at, one.close_reason = "unreachable", None, render("demo.wrong_number")
            one.closed_at, one.closed_by = at, by
            facts["reason"] = one.close_reason
        else:
            one.state, one.told_at, one.closed_at, one.closed_by = "told", at, at, by
            one.taken_by, one.taken_at = by, at
            facts["called_at"] = at.isoformat()
        if at > self._world.now - LOGGED_FOR:
            shown = {**about, "attempt": one.attempts - 1}
            self.logged.append(Logged(at, "call_phone_shown", by, self._ticket.id, shown))
            self.logged.append(Logged(at, outcome, by, self._ticket.id, {**about, **facts}))
        return outcome, {**about, "leg": one.leg_id, **facts}

    def drop(self, at: dt.datetime) -> None:
        """Events went on: there is nothing left to tell."""
        for one in self._made:
            if one.state in PENDING and one.kind != "refusal":
                one.state, one.closed_at = "dropped", at


def log_calls(session: Session, logged: Sequence[Logged]) -> None:
    """Write the entries of all tickets in the order of time."""
    for one in sorted(logged, key=lambda entry: entry.at):
        subject = f"ticket:{one.ticket_id}"
        audit.log(session, action=one.action, user_id=one.user_id, subject=subject, data=one.data, now=one.at)
