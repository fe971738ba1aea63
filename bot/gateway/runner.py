"""Turns: takes a conversation's lease, hands its pending events to the engine in stored order, and
commits what came of each (decision 3). Used by the web process at once and by the worker's sweeper.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog

from bot.gateway import modes
from bot.gateway.arrivals import Arrivals
from bot.gateway.database import Database
from bot.gateway.engine_client import EngineClient, EngineFailed, EngineRefused, EngineUnavailable
from bot.gateway.finishing import finish, finish_specially, needs_session, tell_waiting
from bot.gateway.photos import PhotoFetcher
from bot.gateway.traces import where
from bot.gateway.turn import TurnInput, canned, likely_alarm, outcome_of, prepare
from feedback_store.guards import drops, says_report_only
from feedback_store.service import denunciations, emergencies, turns
from feedback_store.service.turns import Outcome, PendingEvent, Work
from feedback_store.store import database_away
from hotline.faults import fault

log = structlog.get_logger("gateway.turns")

GIVE_UP_AFTER_ATTEMPTS = 5
GIVE_UP_AFTER = dt.timedelta(minutes=30)
# Seconds until the next attempt of an event that may itself be at fault, by the attempts before.
BACK_OFF = (1, 3, 9, 27)
LONGEST_OUTAGE_DELAY = 2.0
HOPELESS_BACK_OFF = 600.0  # not even its end could be written
# So many retries this process times itself; the sweeper, which is fair to all, begins the others.
MOST_TIMED = 16
RETRY_STEPS = (0.2, 0.4, 0.8, 1.2, 1.4)
CROWD_SLOTS = 1
PATIENCE_IN_DANGER = 2.0
"""Seconds that words which the learned opinion takes for a danger wait for the engine's voice."""


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class LeaseLost(Exception):
    """Somebody else handles the conversation now; whatever this turn found is dropped."""


class BodyUnreadable(Exception):
    """The stored event cannot be decrypted or parsed."""


class TurnRunner:
    """A bounded number of conversations at a time; one at a time per conversation.

    While a crowd arrives the bound is CROWD_SLOTS: a message that is acknowledged late is sent again or given up,
    one that is answered late is still answered.
    """

    def __init__(
        self,
        database: Database,
        engine: EngineClient,
        *,
        slots: int = 8,
        lease_seconds: float = 12,
        wait_notice_after: float = 4,
        photos: PhotoFetcher | None = None,
    ) -> None:
        self.arrivals = Arrivals()
        self._photos = photos
        self._db = database
        self._engine = engine
        self._most_slots = slots
        self._lease = dt.timedelta(seconds=lease_seconds)
        self._wait_notice_after = wait_notice_after
        self._queue: deque[uuid.UUID] = deque()
        self._queued: set[uuid.UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._timed_retries = 0
        self._engine_away = False
        self._closing = False

    @property
    def _slots(self) -> int:
        return min(CROWD_SLOTS, self._most_slots) if self.arrivals.crowd else self._most_slots

    @property
    def free_slots(self) -> int:
        """How many leases taken now would be worked on at once."""
        return 0 if self._closing or self._queue else max(0, self._slots - len(self._tasks))

    @property
    def answers_soon(self) -> bool:
        """Whether a turn that begins now is answered at once, as far as this process knows."""
        return not (self._engine_away or self._closing or self._queue or self.arrivals.crowd)

    async def parsed(self, text: str) -> dict[str, Any]:
        """What the engine understands of words, outside of any conversation; empty where it cannot be heard."""
        try:
            return await self._engine.parse(text)
        except (EngineUnavailable, EngineFailed, EngineRefused):
            return {}

    async def engine_gone(self) -> bool:
        """Whether a turn found the engine away and it still does not answer. Nobody need try his luck then: the
        engine starts sooner without a crowd at its door, and is asked again in a moment."""
        if self._engine_away and await self._engine.healthy():
            self._engine_away = False
        return self._engine_away

    def lease_end(self, now: dt.datetime) -> dt.datetime:
        return now + self._lease

    def start(self, work: Work, owner: str) -> None:
        """Handle a conversation whose lease ``owner`` (this process) has just taken."""
        self._spawn(work.conversation_id, owner, work)

    def start_unread(self, conversation_id: uuid.UUID, owner: str) -> None:
        """As ``start``, where older events wait too and must be read first."""
        self._spawn(conversation_id, owner, None)

    def kick(self, conversation_id: uuid.UUID) -> None:
        """Handle the conversation as soon as a slot is free, if its lease is free then."""
        if self._closing or conversation_id in self._queued:
            return
        if len(self._tasks) < self._slots:
            self._spawn(conversation_id, None, None)
        else:
            self._queued.add(conversation_id)
            self._queue.append(conversation_id)

    def kick_later(self, conversation_id: uuid.UUID, seconds: float) -> None:
        self._later(seconds, lambda: self.kick(conversation_id))

    def _retry_later(self, conversation_id: uuid.UUID, seconds: float) -> None:
        """Begin the retry in time, unless many wait for theirs: a crowd of them would stand before everybody else."""
        if self._timed_retries >= MOST_TIMED:
            return
        self._timed_retries += 1

        def due() -> None:
            self._timed_retries -= 1
            self.kick(conversation_id)

        self._later(seconds, due)

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        if self._closing:
            return

        def now_due() -> None:
            self._timers.discard(handle)
            work()

        handle = asyncio.get_running_loop().call_later(seconds, now_due)
        self._timers.add(handle)

    async def idle(self) -> None:
        """Wait until nothing runs and nothing is queued (timers not counted)."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self, *, grace: float = 5) -> None:
        """Let running turns end; what does not end in time is left to its lease."""
        self._closing = True
        for timer in self._timers:
            timer.cancel()
        self._queue.clear()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=grace)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=2)

    def _spawn(self, conversation_id: uuid.UUID, owner: str | None, work: Work | None) -> None:
        task = asyncio.get_running_loop().create_task(self._conversation(conversation_id, owner, work))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Outside of any event: what waits stays pending, and the sweeper tries again when the lease runs out.
            said = log.warning if database_away(error) else log.error
            said("turns_interrupted", error=type(error).__name__, where=where(error))
        while self._queue and len(self._tasks) < self._slots and not self._closing:
            conversation_id = self._queue.popleft()
            self._queued.discard(conversation_id)
            self._spawn(conversation_id, None, None)

    async def _conversation(self, conversation_id: uuid.UUID, owner: str | None, work: Work | None) -> None:
        if owner is None:
            now, owner = utc_now(), turns.new_owner()
            work = await self._db.statement(
                turns.take_lease,
                conversation_id=conversation_id,
                owner=owner,
                until=self.lease_end(now),
                now=now,
            )
            if work is None:
                return
        try:
            while True:
                if work is None:
                    work = await self._db.statement(turns.pending_work, conversation_id=conversation_id)
                if await self._round(work, owner):
                    return
                work = None
        except LeaseLost:
            log.warning("lease_lost", conversation=str(conversation_id))

    async def _round(self, work: Work, owner: str) -> bool:
        """Handle the events of one snapshot; True when the lease was let go."""
        if not work.events:
            return await self._db.statement(
                turns.let_go, conversation_id=work.conversation_id, owner=owner, seen=work.in_count
            )
        events = modes.urgent_first(work)
        for event in events:
            last = event is events[-1]
            released = await self._event(work, event, owner, seen=work.in_count if last else None)
            if released is not None:
                return released
        return False

    async def _event(self, work: Work, event: PendingEvent, owner: str, *, seen: int | None) -> bool | None:
        """Handle one event. None: go on; True: lease let go; False: read the events anew."""
        if event.attempts and event.retry_at is not None:
            left = (event.retry_at - utc_now()).total_seconds()
            if left > 0.05:  # a newer message woke the conversation before the back-off of this one was over
                await self._db.statement(
                    turns.put_back, conversation_id=work.conversation_id, owner=owner, retry_at=event.retry_at
                )
                self._retry_later(work.conversation_id, left)
                return True
        try:
            return await self._attempt(work, event, owner, seen=seen)
        except LeaseLost:
            raise
        except Exception as error:
            if database_away(error):
                raise  # no fault of the event, and nothing could be written now
            return await self._broke(work, event, owner, error, seen=seen)

    async def _attempt(self, work: Work, event: PendingEvent, owner: str, *, seen: int | None) -> bool | None:
        if event.unreadable is not None:
            raise BodyUnreadable(event.unreadable)
        if event.kind == "photo" and event.retry_at is not None and event.attempts == 0:
            left = (event.retry_at - utc_now()).total_seconds()
            if 0 < left < 10:  # an album: its other photos are still arriving
                await self._with_renewal(work, owner, asyncio.sleep(left))
                return False
        missing: list[str] = []
        if self._photos is not None and event.kind == "photo":
            missing = await self._with_renewal(work, owner, self._photos.fetch(event))
        if work.emergency is not None and event.guard is None and modes.leaves(modes.words_of(event)):
            await self._db.transaction(emergencies.end, conversation_id=work.conversation_id)
            work = replace(work, emergency=None)
        special = modes.in_emergency(work, event)
        if special is None and work.sealing:
            special = await self._under_seal(work, event, owner)
        if special is not None:
            fault("after_engine_reply")
            released = await self._finish(work, event, owner, special, seen=seen)
            return False if released is None and special.guard == modes.OVER else released
        ready = await prepare(self._db, work, event, missing=missing, now=utc_now())
        outcome = ready if isinstance(ready, Outcome) else await self._ask_engine(work, event, ready, owner)
        if outcome is None:
            return True
        fault("after_engine_reply")
        return await self._finish(work, event, owner, outcome, seen=seen)

    async def _under_seal(self, work: Work, event: PendingEvent, owner: str) -> Outcome | None:
        """What follows a sealed denunciation is sealed too, unless it is taken back or clearly another matter."""
        text = modes.words_of(event)
        if event.kind not in modes.KINDS_HEARD or event.guard is not None:
            return None
        if says_report_only(text) and not modes.says_back(text):
            return None
        if drops(text):
            await self._db.transaction(denunciations.leave, conversation_id=work.conversation_id)
            return modes.dropped()
        if text and (asked := modes.about_channel(text)) is not None:
            return asked
        if text and modes.says_back(text):
            await self._db.transaction(denunciations.leave, conversation_id=work.conversation_id)
            return None
        if text:
            parse = await self._with_renewal(work, owner, self.parsed(text))  # empty, it is sealed in doubt: what is
            # sealed can be taken back, what was read cannot
            if not modes.under_seal(parse, text):
                await self._db.transaction(denunciations.leave, conversation_id=work.conversation_id)
                return None
        return modes.sealed_reply(text)

    async def _finish(
        self, work: Work, event: PendingEvent, owner: str, outcome: Outcome, *, seen: int | None
    ) -> bool | None:
        now = utc_now()
        values: dict[str, Any] = {
            "work": work,
            "event": event,
            "owner": owner,
            "outcome": outcome,
            "seen": seen,
            "until": self.lease_end(now),
            "now": now,
        }
        if needs_session(outcome):
            committed = await self._db.transaction(finish_specially, **values)
        else:
            committed = await self._db.statement(finish, **values)
        if committed.lost:
            raise LeaseLost
        if committed.stale:
            return False
        return committed.released if seen is not None else None

    async def _broke(
        self, work: Work, event: PendingEvent, owner: str, error: Exception, *, seen: int | None
    ) -> bool | None:
        """An error that nobody foresaw counts as an attempt of its event; the last one ends in an apology.

        ``failure`` names the error's class and place, which the administrator reads in the console.
        """
        attempt = event.attempts + 1
        said = f"{type(error).__name__} at {where(error)}"
        log.error("turn_broke", event_id=event.id, attempt=attempt, error=type(error).__name__, where=where(error))
        if attempt >= GIVE_UP_AFTER_ATTEMPTS:
            apology = canned("gateway.turn_failed", failure=f"gave up after {attempt} attempts: {said}"[:200])
            try:
                return await self._finish(work, event, owner, apology, seen=seen)
            except LeaseLost:
                raise
            except Exception as again:
                if database_away(again):
                    raise
                log.error("apology_not_written", event_id=event.id, error=type(again).__name__, where=where(again))
        await self._postpone(work, event, owner, said, counts=True)
        return True

    async def _ask_engine(self, work: Work, event: PendingEvent, turn: TurnInput, owner: str) -> Outcome | None:
        """The engine's outcome, or None when the event was postponed."""
        alarm = likely_alarm(event)
        started = asyncio.get_running_loop().time()
        steps = iter(RETRY_STEPS if event.retry_at is None else ())
        while True:
            fault("before_engine")
            try:
                asked = self._engine.turn(
                    sender=f"{work.conversation_id}:{work.engine_session}",
                    text=turn.text,
                    payload=turn.payload,
                    metadata=turn.metadata,
                )
                patience = PATIENCE_IN_DANGER if alarm is not None else None
                answer = await self._with_renewal(work, owner, asyncio.wait_for(asked, patience))
                self._engine_away = False
                return outcome_of(answer, work)
            except EngineRefused as error:
                self._engine_away = False
                return canned("gateway.engine_gave_up", failure=f"engine refused: {error}")
            except (EngineUnavailable, EngineFailed, TimeoutError) as error:
                if alarm is not None:
                    self._engine_away = not isinstance(error, EngineFailed)
                    return alarm
                counts = isinstance(error, EngineFailed) and not error.outage
                # A slot is held for a hiccup alone: once the engine is known to be away, its turn waits outside.
                known, self._engine_away = self._engine_away, isinstance(error, EngineUnavailable)
                step = None if counts or known else next(steps, None)
                waited = asyncio.get_running_loop().time() - started
                if step is not None and waited + step <= self._wait_notice_after + 0.5:
                    await self._with_renewal(work, owner, asyncio.sleep(step))
                    continue
                age = utc_now() - event.received_at
                hopeless = (counts and event.attempts + 1 >= GIVE_UP_AFTER_ATTEMPTS) or (
                    isinstance(error, EngineFailed) and age > GIVE_UP_AFTER
                )
                if hopeless:
                    return canned("gateway.engine_gave_up", failure=f"gave up: {error}"[:200])
                await self._postpone(work, event, owner, str(error), counts=counts)
                return None

    async def _postpone(self, work: Work, event: PendingEvent, owner: str, error: str, *, counts: bool) -> None:
        """Leave the event for later. What may be the event's own fault backs off by its attempts, an outage by its
        length; the citizen is told to wait once the wait is one."""
        now = utc_now()
        age = (now - event.received_at).total_seconds()
        if not counts:
            delay = min(max(age / 4, 1.0), LONGEST_OUTAGE_DELAY)
        elif event.attempts < len(BACK_OFF):
            delay = float(BACK_OFF[event.attempts])
        else:
            delay = HOPELESS_BACK_OFF
        log.warning("turn_postponed", event_id=event.id, error=error, seconds=delay)
        await self._db.transaction(
            tell_waiting,
            work=work,
            event=event,
            owner=owner,
            error=error,
            counts=counts,
            tell=age + delay >= self._wait_notice_after,
            retry_at=now + dt.timedelta(seconds=delay),
            now=now,
        )
        self._retry_later(work.conversation_id, delay)

    async def _with_renewal(self, work: Work, owner: str, doing: Any) -> Any:
        """Await ``doing`` and keep the lease meanwhile; LeaseLost when it cannot be kept."""
        job = asyncio.ensure_future(doing)
        try:
            while True:
                done, _ = await asyncio.wait({job}, timeout=self._lease.total_seconds() / 3)
                if done:
                    return job.result()
                kept = await self._db.statement(
                    turns.renew_lease,
                    conversation_id=work.conversation_id,
                    owner=owner,
                    until=self.lease_end(utc_now()),
                )
                if not kept:
                    raise LeaseLost
        finally:
            job.cancel()
