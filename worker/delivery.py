"""Sends what lies in the outbox: in order per conversation, at least once, with proof."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import uuid
from collections.abc import Mapping
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.base import DeliveryError, OutboundMessage, Sender
from bot.gateway.database import Database
from feedback_store.service import deliveries, media, outbox, staff_relay
from feedback_store.service.deliveries import Due, Recipient
from feedback_store.tables import Media
from feedback_store.texts import render
from hotline.faults import fault

log = structlog.get_logger("worker.delivery")

SEND_SECONDS = 10.0
RENEW_SECONDS = 1.5
WORTH_A_DOUBLE = ("emergency", staff_relay.KIND)  # better read twice than not at all
MAX_ATTEMPTS = 14  # 2, 4, 8 … 300 s apart: about forty minutes of a channel's outage


class Delivery:
    """``senders`` by channel; a channel without one keeps its messages for later."""

    def __init__(self, database: Database, senders: Mapping[str, Sender], media_root: Path) -> None:
        self._db = database
        self._senders = senders
        self._media = media_root

    async def deliver(self, conversation_id: uuid.UUID) -> None:
        """Send everything of the conversation that is due, then look once more: a message may have
        been committed while this still held the delivery lease."""
        while True:
            to = await self._db.statement(deliveries.claim, conversation_id=conversation_id, now=_now())
            if to is None:
                return
            try:
                sent = await self._send_due(to)
            finally:
                await self._db.statement(deliveries.release, conversation_id=conversation_id)
            if not sent:
                return

    async def _send_due(self, to: Recipient) -> int:
        sender = self._senders.get(to.channel)
        if sender is None:
            log.warning("no_sender", channel=to.channel)
            return 0
        done = 0
        while True:
            due = await self._db.statement(
                deliveries.next_due, conversation_id=to.conversation_id, now=_now()
            )
            if due is None:
                return done
            if not await self._one(sender, to, due):
                return 0
            done += 1

    async def _one(self, sender: Sender, to: Recipient, due: Due) -> bool:
        """True: on to the next message; False: stop here for now."""
        if due.in_doubt:
            # Its sender died between the send and the mark.
            if due.kind not in WORTH_A_DOUBLE:
                await self._uncertain(due, "sender died")
                return True
            await self._db.statement(deliveries.mark_again, message_id=due.id, at=_now(), error="sender died")
        if not due.body:
            await self._db.statement(deliveries.mark_dead, message_id=due.id, error="erased before it was sent")
            return True
        if due.kind == staff_relay.KIND and not await self._db.transaction(
            staff_relay.still_wanted, body=due.body, conversation_id=to.conversation_id
        ):
            await self._db.statement(deliveries.mark_dropped, message_id=due.id, error="no longer for this user")
            return True
        message = await self._db.transaction(_message, due, self._media)
        await self._db.statement(
            deliveries.mark_sending, conversation_id=to.conversation_id, message_id=due.id, now=_now()
        )
        try:
            provider_id = await self._send(sender, to, due, message)
        except TimeoutError:
            return await self._failed(to, due, DeliveryError("timed out", uncertain=True))
        except DeliveryError as error:
            return await self._failed(to, due, error)
        fault("after_send")
        await self._db.transaction(
            deliveries.mark_sent, message_id=due.id, provider_message_id=provider_id, now=_now()
        )
        return True

    async def _send(self, sender: Sender, to: Recipient, due: Due, message: OutboundMessage) -> str | None:
        """The provider's number of the message; the lease is kept while it takes. Raises TimeoutError."""
        job = asyncio.ensure_future(sender.send(to.peer, message))
        try:
            async with asyncio.timeout(SEND_SECONDS):
                while not (await asyncio.wait({job}, timeout=RENEW_SECONDS))[0]:
                    with contextlib.suppress(SQLAlchemyError):
                        await self._db.statement(
                            deliveries.renew, conversation_id=to.conversation_id, message_id=due.id, now=_now()
                        )
            return job.result()
        finally:
            job.cancel()

    async def _failed(self, to: Recipient, due: Due, error: DeliveryError) -> bool:
        log.warning("send_failed", channel=to.channel, message=due.id, error=str(error))
        if error.unreachable:
            await self._db.statement(
                deliveries.mark_unreachable, conversation_id=to.conversation_id, error=str(error), now=_now()
            )
            return False
        if error.uncertain and due.kind not in WORTH_A_DOUBLE:
            await self._uncertain(due, str(error))
            return True
        if error.permanent or due.attempts + 1 >= MAX_ATTEMPTS:
            await self._db.statement(deliveries.mark_dead, message_id=due.id, error=str(error))
            return True
        wait = error.retry_after or min(2.0 ** (due.attempts + 1), 300.0)
        await self._db.transaction(_later, to, due, _now() + dt.timedelta(seconds=wait), str(error))
        return False

    async def _uncertain(self, due: Due, error: str) -> None:
        await self._db.statement(deliveries.mark_uncertain, message_id=due.id, error=error, now=_now())


def _message(session: Session, due: Due, root: Path) -> OutboundMessage:
    """The stored body as the channel sends it, with its photos."""
    photos: list[bytes] = []
    wanted = [uuid.UUID(one) for one in due.body.get("media") or []]
    if wanted:
        for row in session.scalars(select(Media).where(Media.id.in_(wanted))):
            data = media.open_public(root, row)
            if data is not None:
                photos.append(data)
    return OutboundMessage(
        str(due.body.get("text") or ""),
        [(one["label"], one["token"]) for one in due.body.get("buttons") or []],
        ask=due.body.get("ask"), ask_label=render("gateway.ask_location_button"), photos=photos,
    )


def _later(session: Session, to: Recipient, due: Due, at: dt.datetime, error: str) -> None:
    """Once more at ``at``; the job that does it is queued in the same commit."""
    deliveries.mark_again(session.connection(), message_id=due.id, at=at, error=error)
    outbox.defer_delivery(session.connection(), conversation_id=to.conversation_id, at=at)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
