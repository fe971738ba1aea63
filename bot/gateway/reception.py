"""Takes one message of any channel: guards first, then stored and committed, then its turn.

The order is the promise of decision 3 and 8: an emergency is answered whatever works or does not;
nothing is acknowledged before it is committed; nothing else stands between the commit and the 200.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.gateway import modes
from bot.gateway.database import Database
from bot.gateway.group_commit import GroupCommit
from bot.gateway.runner import TurnRunner, utc_now
from bot.gateway.safety import Verdict, asks_of_danger, judge, judge_denunciation, judge_words, likely_danger
from bot.gateway.uploads import ReceivedFile, UploadRefused, Uploads
from feedback_store.queries.lookups import category_name
from feedback_store.service import denunciations, emergencies, intake, media, outbox
from feedback_store.service.intake import NewEvent, Stored
from feedback_store.service.media import StoredPhoto
from feedback_store.service.outbox import Appended, Reply
from feedback_store.service.turns import PendingEvent, Work
from feedback_store.texts import render
from hotline.faults import fault

log = structlog.get_logger("gateway.reception")

URGENT_SECONDS = 1.0


class NotStored(Exception):
    """The message could not be committed; the citizen must be told that it was not received."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """``answer``: what a guard answered in this request; ``out`` its message when stored.

    ``waiting``: older messages of this conversation still wait for their turn.
    ``stored`` is False only for an emergency that was answered without the database.
    """

    stored: bool
    duplicate: bool = False
    closed: bool = False
    event_id: int | None = None
    guard: str | None = None
    answer: Reply | None = None
    out: Appended | None = None
    conversation_id: uuid.UUID | None = None
    waiting: bool = False


class Reception:
    """Shared by the web chat and Telegram."""

    def __init__(self, database: Database, runner: TurnRunner) -> None:
        self._db = database
        self._runner = runner
        self._group = GroupCommit(database, runner)
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, event: NewEvent) -> Receipt:
        """Guard, store, commit, start the turn. Raises NotStored when nothing was committed."""
        verdict = self.verdict_of(event)
        if verdict is not None and verdict.kind == "emergency":
            return await self._emergency(event, verdict)
        likely = likely_danger(modes.words_of(event)) if verdict is None and event.kind == "text" else None
        if likely is not None and not self._runner.answers_soon:
            return await self._emergency(event, likely)
        try:
            if verdict is not None:
                receipt = await self._answered(event, verdict)
                if verdict.kind == "denunciation" and receipt.out is not None:
                    self._later(self._tell_beside(event, receipt))
                return receipt
            if likely is not None:
                return await self._store_likely(event, likely)
            return await self._store(event)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("not_stored", error=type(error).__name__)
            raise NotStored from error

    async def answer(self, event: NewEvent, reply: Reply, *, guard: str) -> Receipt:
        """Store an event together with the gateway's own fixed answer to it."""
        try:
            return await self._answered(event, Verdict("shape", guard, reply))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("not_stored", error=type(error).__name__)
            raise NotStored from error

    async def take_noted(self, event: NewEvent, reply: Reply, *, guard: str) -> Receipt:
        """A kind of message that has its own fixed answer, unless a guard takes its words."""
        verdict = self.verdict_of(event) if event.kind != "text" else None
        if verdict is None:
            return await self.answer(event, reply, guard=guard)
        return await self.take(event)

    async def store_only(self, event: NewEvent, *, guard: str) -> Receipt:
        """Keep an event that gets no answer of its own: a flood, an edit."""
        try:
            stored = await self._db.statement(
                intake.store_inbound, replace(event, guard=guard, handled=True), now=utc_now()
            )
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("not_stored", error=type(error).__name__)
            raise NotStored from error
        return _receipt(stored, guard=guard)

    async def take_with_photos(self, event: NewEvent, files: list[ReceivedFile], uploads: Uploads) -> Receipt:
        """Photos first on disk, then event and rows in one commit; what fails leaves nothing."""
        verdict = self.verdict_of(event)
        if verdict is not None and verdict.kind == "emergency":
            receipt = await self._emergency(event, verdict)
            if receipt.stored and not receipt.duplicate:
                self._later(self._attach_later(event, receipt, files, uploads))
            return receipt
        uploads.admit(files)
        photos: list[StoredPhoto] = []
        try:
            for file in files:
                photos.append(await uploads.keep(file))
            stored = await self._db.transaction(_store_with_photos, event, photos, verdict, now=utc_now())
        except BaseException as error:
            for photo in photos:
                media.discard(uploads.root, photo)
            if isinstance(error, (SQLAlchemyError, OSError, TimeoutError)):
                log.error("not_stored", error=type(error).__name__)
                raise NotStored from error
            raise
        if stored.duplicate or stored.closed:
            for photo in photos:
                media.discard(uploads.root, photo)
        elif verdict is None and stored.state != "human":
            self._runner.kick(stored.conversation_id)
        fault("after_inbound_commit")
        return _receipt(stored, verdict)

    def _later(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_beside(self, event: NewEvent, receipt: Receipt) -> None:
        """Which ordinary matter of a sealed message can be sent by itself; without the engine nothing is told."""
        text = modes.words_of(event)
        matters = modes.beside(await self._runner.parsed(text), text)
        if not matters:
            return
        try:
            await self._db.transaction(_append_beside, event, receipt, matters, now=utc_now())
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("beside_not_told", error=type(error).__name__)

    async def _attach_later(
        self, event: NewEvent, receipt: Receipt, files: list[ReceivedFile], uploads: Uploads
    ) -> None:
        """Photos of an emergency: the number went out first, they follow."""
        for file in files:
            try:
                photo = await uploads.keep_patiently(file)
                await self._db.transaction(_attach_to, event, receipt, photo, now=utc_now())
            except (UploadRefused, SQLAlchemyError, OSError) as error:
                log.warning("emergency_photo_lost", error=type(error).__name__)

    def verdict_of(self, event: NewEvent) -> Verdict | None:
        """What a guard says of the words that came with the event, if any did."""
        if event.kind == "text":
            text = str(event.body.get("text") or "")
            return judge(text) or judge_denunciation(text)
        caption = str(event.body.get("caption") or event.body.get("text") or "")
        if not caption:
            return None
        return judge_words(caption) or judge_denunciation(caption)

    async def _store(self, event: NewEvent) -> Receipt:
        asked = asks_of_danger(modes.words_of(event)) if event.kind in ("text", "photo") else None
        if asked is not None:
            stored, _ = await self._db.transaction(_store_asked, event, asked, now=utc_now())
            fault("after_inbound_commit")
            if not (stored.duplicate or stored.closed) and stored.state != "human":
                self._runner.kick(stored.conversation_id)
            return _receipt(stored)
        taken = await self._group.store(event)
        fault("after_inbound_commit")
        if not (taken.stored.duplicate or taken.stored.closed):
            self._begin(event, taken.stored, taken.owner, taken.at)
        return _receipt(taken.stored)

    async def _store_likely(self, event: NewEvent, verdict: Verdict) -> Receipt:
        """The engine is heard next; where nobody but a person hears the conversation, the number goes out now."""
        stored, out = await self._db.transaction(_store_likely, event, verdict, now=utc_now())
        fault("after_inbound_commit")
        if out is not None:
            return _receipt(stored, verdict, out)
        if not (stored.duplicate or stored.closed):
            self._runner.kick(stored.conversation_id)
        return _receipt(stored)

    def _begin(self, event: NewEvent, stored: Stored, owner: str | None, now: dt.datetime) -> None:
        """Start the turn with what is in hand where that is all there is; otherwise read it."""
        if stored.leased and owner is not None and stored.alone:
            pending = PendingEvent(stored.event_id, event.kind, event.body, 0, None, now, None, False)
            self._runner.start(
                Work(
                    stored.conversation_id,
                    event.channel,
                    stored.state,
                    stored.epoch,
                    stored.engine_session,
                    stored.in_count,
                    [pending],
                    stored.emergency,
                    stored.sealing,
                ),
                owner,
            )
        elif stored.leased and owner is not None:
            self._runner.start_unread(stored.conversation_id, owner)
        elif stored.state != "human":
            self._runner.kick(stored.conversation_id)

    async def _answered(self, event: NewEvent, verdict: Verdict) -> Receipt:
        stored, out = await self._db.transaction(_store_answered, event, verdict, now=utc_now())
        fault("after_inbound_commit")
        return _receipt(stored, verdict, out)

    async def _emergency(self, event: NewEvent, verdict: Verdict) -> Receipt:
        try:
            stored, out = await self._db.urgent(URGENT_SECONDS, _store_answered, event, verdict, now=utc_now())
        except Exception as error:  # whatever is broken, the number goes out
            log.error("emergency_not_stored", error=type(error).__name__)
            return Receipt(False, guard=verdict.name, answer=verdict.reply)
        return _receipt(stored, modes.within(verdict, stored.emergency, modes.words_of(event)), out)


def _receipt(
    stored: Stored, verdict: Verdict | None = None, out: Appended | None = None, *, guard: str | None = None
) -> Receipt:
    return Receipt(
        True,
        stored.duplicate,
        stored.closed,
        stored.event_id,
        verdict.name if verdict else guard,
        verdict.reply if verdict else None,
        out,
        stored.conversation_id,
        not stored.alone,
    )


def _store_answered(
    session: Session,
    event: NewEvent,
    verdict: Verdict,
    *,
    now: dt.datetime,
    photos: Sequence[StoredPhoto] = (),
) -> tuple[Stored, Appended | None]:
    """Event, answer and consequence (queue entry or seal) in one commit."""
    connection = session.connection()
    event = replace(event, guard=verdict.name, handled=True)
    stored = intake.store_inbound(connection, event, now=now)
    if stored.duplicate or stored.closed:
        return stored, None
    _attach(session, stored, photos, now)
    return stored, _answer(session, event, stored, verdict, now)


def _store_likely(
    session: Session, event: NewEvent, verdict: Verdict, *, now: dt.datetime
) -> tuple[Stored, Appended | None]:
    """The event for its turn; with its answer where the conversation is a person's and no engine will hear it."""
    stored = intake.store_inbound(session.connection(), event, now=now)
    if stored.duplicate or stored.closed or stored.state != "human":
        return stored, None
    return stored, _answer(session, event, stored, verdict, now)


def _answer(session: Session, event: NewEvent, stored: Stored, verdict: Verdict, now: dt.datetime) -> Appended | None:
    verdict = modes.within(verdict, stored.emergency, modes.words_of(event))
    out = outbox.append(
        session.connection(),
        conversation_id=stored.conversation_id,
        reply=verdict.reply,
        kind="emergency" if verdict.kind == "emergency" else "reply",
        dedupe_key=f"guard:{event.channel}:{event.account}:{event.event_key}"[:128],
        event_id=stored.event_id,
        sending=verdict.kind == "emergency",
        now=now,
    )
    if verdict.kind == "emergency":
        emergencies.record(
            session,
            conversation_id=stored.conversation_id,
            event_id=stored.event_id,
            hit=verdict.emergency,
            address=event.address,
            now=now,
        )
    elif verdict.kind == "over":
        emergencies.end(session, conversation_id=stored.conversation_id)
    elif verdict.kind == "denunciation":
        denunciations.seal_event(session, event_id=stored.event_id, now=now, heard=False)
    return out


def _store_asked(
    session: Session, event: NewEvent, reply: Reply, *, now: dt.datetime
) -> tuple[Stored, Appended | None]:
    """The event for its turn, and the question whether somebody is in danger, in one commit; an emergency that goes on
    is not asked about."""
    connection = session.connection()
    stored = intake.store_inbound(connection, event, now=now)
    if stored.duplicate or stored.closed or stored.emergency is not None or stored.state == "human":
        return stored, None
    out = outbox.append(
        connection,
        conversation_id=stored.conversation_id,
        reply=reply,
        kind="reply",
        dedupe_key=f"danger:{event.channel}:{event.account}:{event.event_key}"[:128],
        event_id=stored.event_id,
        sending=False,
        now=now,
    )
    return stored, out


def _append_beside(
    session: Session, event: NewEvent, receipt: Receipt, matters: Sequence[str], *, now: dt.datetime
) -> None:
    if receipt.conversation_id is None:
        return
    names = render("guards.join_names").join(f"“{category_name(session, one)}”" for one in matters)
    outbox.append(
        session.connection(),
        conversation_id=receipt.conversation_id,
        reply=Reply(render("guards.denunciation_beside", names=names)),
        kind="reply",
        dedupe_key=f"beside:{event.channel}:{event.account}:{event.event_key}"[:128],
        event_id=receipt.event_id,
        now=now,
    )


def _store_with_photos(
    session: Session, event: NewEvent, photos: list[StoredPhoto], verdict: Verdict | None, *, now: dt.datetime
) -> Stored:
    event = replace(event, body=event.body | {"media": [str(photo.id) for photo in photos]})
    if verdict is None:
        stored = intake.store_inbound(session.connection(), event, now=now)
    else:
        stored, _ = _store_answered(session, event, verdict, now=now, photos=photos)
        return stored
    if not (stored.duplicate or stored.closed):
        _attach(session, stored, photos, now)
    return stored


def _attach(session: Session, stored: Stored, photos: Sequence[StoredPhoto], now: dt.datetime) -> None:
    for photo in photos:
        media.attach(session, photo, conversation_id=stored.conversation_id, event_id=stored.event_id, now=now)


def _attach_to(session: Session, event: NewEvent, receipt: Receipt, photo: StoredPhoto, *, now: dt.datetime) -> None:
    media.attach(session, photo, conversation_id=receipt.conversation_id, event_id=receipt.event_id, now=now)
