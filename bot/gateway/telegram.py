"""Telegram's side of the gateway: the webhook, albums, groups, edits. Polling is in telegram_polling."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import json
import re
import uuid
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.base import DeliveryError, InboundMessage, OutboundMessage, UnknownKind
from bot.channels.telegram.parse import parse_update, update_number
from bot.channels.telegram.send import TelegramSender
from bot.gateway.config import GatewayConfig
from bot.gateway.database import Database
from bot.gateway.flood import Flood
from bot.gateway.reception import NotStored, Receipt, Reception
from bot.gateway.runner import TurnRunner, utc_now
from bot.gateway.staff_chat import staff_command, take_command
from bot.gateway.telegram_album import store_album_photo
from bot.gateway.traces import where
from feedback_store.service import deliveries, failures, media
from feedback_store.service.intake import NewEvent
from feedback_store.service.outbox import Reply
from feedback_store.store import database_away
from feedback_store.texts import render

log = structlog.get_logger("gateway.telegram")

MAX_UPDATE = 1024 * 1024
ALBUM_SECONDS = 1.5
OWN_REPORTS = re.compile(r"\s*/phananh(?:@\w+)?\s*", re.IGNORECASE)


class TelegramEdge:
    """Takes updates of one bot, from the webhook or by polling; both end in ``take``."""

    def __init__(
        self,
        config: GatewayConfig,
        database: Database,
        reception: Reception,
        runner: TurnRunner,
        sender: TelegramSender,
    ) -> None:
        self._config = config
        self._db = database
        self._reception = reception
        self._runner = runner
        self._sender = sender
        self._flood = Flood()
        self._groups = Flood(burst=1, per_second=1 / 3600)
        self._answered: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        return [Route("/telegram/webhook", self.webhook, methods=["POST"])]

    async def webhook(self, request: Request) -> Response:
        """401 unsigned, 400 no update at all, 503 not stored (Telegram repeats), else 200.

        An update whose content cannot be read is kept by its number and answered 200: it would be repeated for ever.
        """
        secret = self._config.telegram_secret or ""
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
            return JSONResponse({"error": "unauthorized"}, 401)
        raw = bytearray()
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > MAX_UPDATE:
                return JSONResponse({"error": "too_large"}, 413)
        try:
            update = json.loads(raw)
        except (ValueError, RecursionError):
            return JSONResponse({"error": "unreadable"}, 400)
        if update_number(update) is None:
            return JSONResponse({"error": "unreadable"}, 400)
        try:
            await self.take_or_skip(update)
        except NotStored:
            return JSONResponse({"error": "not_stored"}, 503)
        return JSONResponse({})

    async def take_or_skip(self, update: Any) -> None:
        """One update with a number: taken, or kept as one that cannot be read. Raises NotStored alone, and that only
        while the database is away."""
        number = update_number(update)
        try:
            await self.take(update)
        except NotStored as error:
            if error.__cause__ is None or database_away(error):
                raise
            await self.skip(number, error.__cause__)
        except Exception as error:  # one update must not keep the others from being taken
            if database_away(error):
                raise NotStored from error
            await self.skip(number, error)

    async def skip(self, number: int | None, error: BaseException) -> None:
        """Keep an update's number and the error, not its words nor what the error says. Raises NotStored."""
        origin = error.__cause__ or error
        reason = f"{type(origin).__name__} at {where(origin)}"
        log.warning("update_unreadable", update_id=number, reason=reason)
        try:
            await self._db.transaction(
                failures.record_unread,
                channel="telegram",
                account=self._config.telegram_account,
                event_key=str(number),
                reason=reason,
                now=utc_now(),
            )
        except (SQLAlchemyError, OSError, TimeoutError) as broken:
            raise NotStored from broken

    async def take(self, update: Any) -> None:
        """One update, committed when this returns. Raises Unreadable, NotStored."""
        try:
            message = parse_update(update)
        except UnknownKind as error:
            log.info("update_ignored", reason=str(error))
            return
        event = NewEvent(
            "telegram",
            self._config.telegram_account,
            message.peer,
            uuid.uuid4(),
            message.event_key,
            message.kind,
            message.body,
            message.provider_at,
        )
        if message.callback is not None:
            self._spawn(self._sender.confirm_press(message.callback))
        if not message.private:
            await self._group(event)
            return
        command = staff_command(message)
        if command is not None:
            await take_command(self._db, event, command)
            return
        if OWN_REPORTS.fullmatch(str(message.body.get("text") or "")) and message.kind == "text":
            label = render("gateway.command_my_reports")
            event = replace(event, kind="payload", body={"payload": "/my_reports", "label": label})
        receipt = await self._receive(message, event)
        if receipt.guard == "emergency" and not receipt.duplicate and receipt.answer is not None:
            await self._send_now(message, receipt, receipt.answer)

    async def _receive(self, message: InboundMessage, event: NewEvent) -> Receipt:
        if message.kind == "left":
            receipt = await self._reception.store_only(event, guard="left")
            if not receipt.duplicate:
                await self._unreachable(receipt)
            return receipt
        if message.kind == "command":
            welcome = Reply(render("gateway.welcome", hotline=self._config.hotline_name))
            return await self._reception.answer(event, welcome, guard="start")
        if message.note is not None or message.kind == "edit":
            note = message.note or "gateway.edited"
            return await self._reception.take_noted(event, Reply(render(note)), guard=message.kind)
        if message.photo_ref is not None:
            return await self._photo(message, event)
        verdict = self._flood.check(message.peer)
        if verdict == "tell":
            return await self._reception.answer(event, Reply(render("gateway.flood")), guard="flood")
        if verdict == "quiet":
            return await self._reception.store_only(event, guard="flood")
        receipt = await self._reception.take(event)
        if receipt.guard is None and not receipt.duplicate:
            self._flood.took(message.peer, waiting=receipt.waiting)
        return receipt

    async def _photo(self, message: InboundMessage, event: NewEvent) -> Receipt:
        limit = self._config.max_photo_bytes
        if (message.photo_size or 0) > limit:
            text = render("gateway.photo_too_large_link", limit_mb=limit // (1024 * 1024), url=self._config.public_url)
            return await self._reception.take_noted(event, Reply(text), guard="photo_too_large")
        urgent = self._reception.verdict_of(event)
        if urgent is not None and urgent.kind == "emergency":
            receipt = await self._reception.take(event)
            if receipt.stored and not receipt.duplicate:
                self._spawn(self._expect_photo(message, receipt))
            return receipt
        hold = dt.timedelta(seconds=ALBUM_SECONDS if message.album else 0)
        now = utc_now()
        try:
            stored = await self._db.transaction(
                store_album_photo,
                event,
                reference=str(message.photo_ref),
                album=message.album,
                sealed=urgent is not None,
                hold=hold,
                now=now,
            )
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise NotStored from error
        if not stored.duplicate and stored.state != "human" and urgent is None:
            self._runner.kick_later(stored.conversation_id, hold.total_seconds() + 0.02)
        if urgent is not None and not stored.duplicate:
            return await self._reception.answer(
                replace(event, event_key=f"{event.event_key}:words", kind="other", body={}),
                urgent.reply,
                guard=urgent.name,
            )
        return Receipt(True, stored.duplicate, False, stored.event_id)

    async def _expect_photo(self, message: InboundMessage, receipt: Receipt) -> None:
        """The photo of an emergency is fetched by the worker, after the number went out."""
        if receipt.conversation_id is None or receipt.event_id is None:
            return
        try:
            await self._db.transaction(
                media.expect,
                conversation_id=receipt.conversation_id,
                event_id=receipt.event_id,
                provider_ref=str(message.photo_ref),
                now=utc_now(),
            )
        except SQLAlchemyError as error:
            log.warning("emergency_photo_lost", error=type(error).__name__)

    async def _group(self, event: NewEvent) -> None:
        """No words of a group are kept; one polite line an hour."""
        bare = replace(event, kind="other", body={})
        if self._groups.check(event.peer) == "pass":
            self._groups.took(event.peer, waiting=True)
            await self._reception.answer(bare, Reply(render("gateway.group")), guard="group")
        else:
            await self._reception.store_only(bare, guard="group")

    async def _send_now(self, message: InboundMessage, receipt: Receipt, answer: Reply) -> None:
        """An emergency's number, before the 200, stored or not; once per update of this process."""
        if message.event_key in self._answered:
            return
        buttons = receipt.out.buttons if receipt.out else ()
        try:
            sent = await asyncio.wait_for(self._sender.send(message.peer, OutboundMessage(answer.text, buttons)), 6)
        except (DeliveryError, TimeoutError) as error:
            log.error("emergency_not_sent", error=str(error))
            return  # stored: the delivery job repeats it; not stored: Telegram repeats the update
        self._answered[message.event_key] = None
        if len(self._answered) > 1000:
            self._answered.pop(next(iter(self._answered)))
        if receipt.out is None:
            raise NotStored
        self._spawn(self._mark_sent(receipt.out.id, sent))

    async def _mark_sent(self, message_id: int, provider_id: str) -> None:
        try:
            await self._db.transaction(
                deliveries.mark_sent, message_id=message_id, provider_message_id=provider_id, now=utc_now()
            )
        except SQLAlchemyError as error:
            log.warning("emergency_sent_not_marked", error=type(error).__name__)

    async def _unreachable(self, receipt: Receipt) -> None:
        if receipt.conversation_id is not None:
            await self._db.statement(
                deliveries.mark_unreachable,
                conversation_id=receipt.conversation_id,
                error="blocked by the user",
                now=utc_now(),
            )

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def name_commands(self) -> None:
        """Telegram's own menu of commands; without it they still work."""
        self._spawn(self._sender.name_commands([("phananh", render("gateway.command_my_reports"))]))

    async def close(self) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=2)
