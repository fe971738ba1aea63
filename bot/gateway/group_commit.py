"""Group commit: messages that arrive while a commit is under way are stored by the next one together.

A message that comes alone is stored alone, at once. In a burst a commit takes what has come since the last one:
one thread hop, one round trip and one commit for all of them instead of one each.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, field

import structlog

from bot.gateway.database import Database
from bot.gateway.runner import TurnRunner, utc_now
from feedback_store.service import intake, turns
from feedback_store.service.intake import NewEvent, Stored

log = structlog.get_logger("gateway.reception")

LARGEST = 32


@dataclass(slots=True)
class Taken:
    """What was stored, when, and who was named as holder of the lease if it was free."""

    stored: Stored
    at: dt.datetime
    owner: str | None


@dataclass(slots=True)
class _Waiting:
    event: NewEvent
    taken: asyncio.Future[Taken] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class GroupCommit:
    """One commit at a time; leases are asked for no more events than the runner has slots free."""

    def __init__(self, database: Database, runner: TurnRunner) -> None:
        self._db = database
        self._runner = runner
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    async def store(self, event: NewEvent) -> Taken:
        """The event, committed. Raises what the database raised for this event."""
        one = _Waiting(event)
        self._waiting.append(one)
        if self._committing is None:
            self._committing = asyncio.get_running_loop().create_task(self._commit_all())
        return await one.taken

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
                await self._commit(group)
        finally:
            self._committing = None

    async def _commit(self, group: list[_Waiting]) -> None:
        self._runner.arrivals.add(len(group))
        now, free = utc_now(), self._runner.free_slots
        # Rows are locked in one order, whatever order the messages came in; those of one person keep theirs.
        group.sort(key=lambda one: (one.event.channel, one.event.peer))
        owners = [turns.new_owner() if at < free else None for at in range(len(group))]
        if len(group) > 1:
            try:
                stored = await self._db.intake(
                    intake.store_together,
                    [(one.event, owner) for one, owner in zip(group, owners, strict=True)],
                    now=now,
                    lease_until=self._runner.lease_end(now),
                )
            except Exception as error:  # SQLAlchemy's or the driver's; each gets its own below
                log.warning("group_not_stored", size=len(group), error=type(error).__name__)
            else:
                for one, owner, result in zip(group, owners, stored, strict=True):
                    _settle(one, Taken(result, now, owner))
                return
        await asyncio.gather(*(self._alone(one, owner) for one, owner in zip(group, owners, strict=True)))

    async def _alone(self, one: _Waiting, owner: str | None) -> None:
        now = utc_now()
        try:
            stored = await self._db.statement(
                intake.store_inbound, one.event, now=now, owner=owner, lease_until=self._runner.lease_end(now)
            )
        except BaseException as error:
            if not one.taken.done():
                one.taken.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            _settle(one, Taken(stored, now, owner))


def _settle(one: _Waiting, taken: Taken) -> None:
    if not one.taken.done():  # its request may have been cancelled; the event is stored all the same
        one.taken.set_result(taken)
