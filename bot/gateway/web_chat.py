"""Endpoints of the web chat widget. Routes only; decisions are in reception, runner and queries."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.gateway import session_token
from bot.gateway.config import GatewayConfig
from bot.gateway.database import Database
from bot.gateway.flood import Flood
from bot.gateway.hub import Hub
from bot.gateway.incoming_web import Unreadable, json_object, number, read_message, seconds
from bot.gateway.reception import NotStored, Receipt, Reception
from bot.gateway.uploads import ReceivedFile, UploadRefused, Uploads
from bot.gateway.web_view import message_view, transcript_view
from feedback_store import unforeseen
from feedback_store.queries import conversations as reads
from feedback_store.service import conversations, deliveries
from feedback_store.service.intake import NewEvent
from feedback_store.service.outbox import Reply
from feedback_store.texts import render
from hotline.faults import fault

HEARTBEAT = 15.0
POLL_SECONDS = 25.0


class WebChat:
    """The widget's side of the gateway; ``routes`` are mounted under ``/web``."""

    def __init__(
        self, config: GatewayConfig, database: Database, reception: Reception, hub: Hub, uploads: Uploads
    ) -> None:
        self._config = config
        self._db = database
        self._reception = reception
        self._hub = hub
        self._uploads = uploads
        self._flood = Flood()

    def routes(self) -> list[Route]:
        return [
            Route("/web/session", self._guarded(self.open_session), methods=["POST", "OPTIONS"]),
            Route("/web/session", self._guarded(self.delete_session), methods=["DELETE"]),
            Route("/web/messages", self._guarded(self.post_message), methods=["POST", "OPTIONS"]),
            Route("/web/stream", self._guarded(self.stream), methods=["GET", "OPTIONS"]),
            Route("/web/poll", self._guarded(self.poll), methods=["GET", "OPTIONS"]),
            Route("/web/ack", self._guarded(self.acknowledge), methods=["POST", "OPTIONS"]),
            Route("/web/turns/{event_id}", self._guarded(self.turn_state), methods=["GET"]),
        ]

    def _guarded(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Origin allow-list and CORS around a handler, and its errors in words. No Origin: no browser, no CORS."""

        async def endpoint(request: Request) -> Response:
            origin = request.headers.get("origin")
            if origin is not None and not self._allowed(origin, request):
                return _refusal(403, "gateway.origin_refused")
            answer: Response
            if request.method == "OPTIONS":
                answer = Response(status_code=204)
            else:
                answer = await _answered(handler, request)
            if origin is not None:
                answer.headers.update(
                    {
                        "Access-Control-Allow-Origin": origin,
                        "Vary": "Origin",
                        "Access-Control-Allow-Methods": "GET, POST, DELETE",
                        "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
                        "Access-Control-Max-Age": "600",
                    }
                )
            return answer

        return endpoint

    def _allowed(self, origin: str, request: Request) -> bool:
        own = {self._config.public_url, f"{request.url.scheme}://{request.headers.get('host', '')}"}
        return origin in own or origin in self._config.allowed_origins

    def _conversation(self, request: Request) -> uuid.UUID:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            token = request.query_params.get("token", "")
        return session_token.read(token.strip())

    async def open_session(self, request: Request) -> Response:
        """A new conversation's token, or a fresh one for the conversation of a token that is shown and still good.

        Needs no database: the row is made by the first message.
        """
        try:
            conversation_id = self._conversation(request)
        except session_token.BadToken:
            conversation_id = uuid.uuid4()
        return JSONResponse({"token": session_token.issue(conversation_id)})

    async def post_message(self, request: Request) -> Response:
        """Take one message: 200 only after its commit; 503 keeps the text with the citizen."""
        try:
            conversation_id = self._conversation(request)
        except session_token.BadToken:
            return _refusal(401, "gateway.session_bad")
        try:
            message = await read_message(request, self._uploads)
        except UploadRefused as error:
            return _refusal(error.status, error.key, **error.params)
        event = NewEvent(
            "web",
            "",
            str(conversation_id),
            conversation_id,
            f"{conversation_id}:{message.key}",
            message.kind,
            message.body,
            address=request.client.host if request.client else None,
        )
        try:
            receipt = await self._take(event, message.photos)
        except NotStored:
            return _refusal(503, "gateway.not_received")
        except UploadRefused as error:
            return _refusal(error.status, error.key, **error.params)
        if receipt.closed:
            return _refusal(410, "gateway.session_closed")
        return JSONResponse(_receipt_view(receipt))

    async def _take(self, event: NewEvent, photos: list[ReceivedFile]) -> Receipt:
        urgent = self._reception.verdict_of(event)
        if photos:
            return await self._take_photos(event, photos, urgent=urgent is not None and urgent.kind == "emergency")
        if urgent is not None and urgent.kind == "emergency":
            return await self._reception.take(event)
        verdict = self._flood.check(event.peer)
        if verdict == "quiet":
            return await self._reception.store_only(event, guard="flood")
        if verdict == "tell":
            return await self._reception.answer(event, Reply(render("gateway.flood")), guard="flood")
        receipt = await self._reception.take(event)
        if receipt.guard is None and not receipt.duplicate:
            self._flood.took(event.peer, waiting=receipt.waiting)
        return receipt

    async def _take_photos(self, event: NewEvent, photos: list[ReceivedFile], *, urgent: bool) -> Receipt:
        """Photos count in the flood limit too, each for one; what is too fast stays with its sender."""
        if not urgent and self._flood.check(event.peer) != "pass":
            raise UploadRefused(429, "gateway.photo_flood", seconds=self._flood.wait(event.peer))
        receipt = await self._reception.take_with_photos(event, photos, self._uploads)
        if receipt.guard is None and not receipt.duplicate:
            self._flood.took(event.peer, waiting=receipt.waiting, photos=len(photos))
        return receipt

    async def stream(self, request: Request) -> Response:
        """Server-sent events: history first, then every new message with its number as id."""
        try:
            conversation_id = self._conversation(request)
            after = _after(request)
        except session_token.BadToken:
            return _refusal(401, "gateway.session_bad")
        try:
            state = await self._db.statement(conversations.state_of, conversation_id=conversation_id)
        except (SQLAlchemyError, TimeoutError):
            return _refusal(503, "gateway.not_received")
        if state == "closed":
            return _refusal(410, "gateway.session_closed")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(conversation_id, after), media_type="text/event-stream", headers=headers)

    async def _events(self, conversation_id: uuid.UUID, after: int | None) -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        with self._hub.subscribe(conversation_id) as wake:
            if after is None:
                history = await self._history(conversation_id)
                after = max((one["seq"] for one in history if not one["mine"]), default=0)
                yield _sse("history", {"messages": history}, None)
            while not self._hub.closing:
                wake.clear()
                lines = await self._db.statement(reads.messages_after, conversation_id=conversation_id, after=after)
                for line in lines:
                    after = line.seq
                    if line.body is not None:
                        yield _sse("message", message_view(line), line.seq)
                        fault("after_send")
                if len(lines) >= 200:
                    continue
                try:
                    await asyncio.wait_for(wake.wait(), HEARTBEAT)
                except TimeoutError:
                    yield b": heartbeat\n\n"

    async def _history(self, conversation_id: uuid.UUID) -> list[dict[str, Any]]:
        def read(connection: Connection) -> list[dict[str, Any]]:
            return transcript_view(reads.transcript(connection, conversation_id=conversation_id))

        return await self._db.statement(read)

    async def poll(self, request: Request) -> Response:
        """Long-poll fallback: answers at once when something is there, else after 25 s, empty."""
        try:
            conversation_id = self._conversation(request)
            after = _after(request)
        except session_token.BadToken:
            return _refusal(401, "gateway.session_bad")
        wait = seconds(request.query_params.get("wait"), POLL_SECONDS)
        try:
            if after is None:
                history = await self._history(conversation_id)
                last = max((one["seq"] for one in history if not one["mine"]), default=0)
                return JSONResponse({"history": history, "last": last})
            with self._hub.subscribe(conversation_id) as wake:
                end = asyncio.get_running_loop().time() + wait
                while True:
                    wake.clear()
                    lines = await self._db.statement(reads.messages_after, conversation_id=conversation_id, after=after)
                    left = end - asyncio.get_running_loop().time()
                    if lines or left <= 0 or self._hub.closing:
                        shown = [message_view(line) for line in lines if line.body is not None]
                        return JSONResponse({"messages": shown, "last": lines[-1].seq if lines else after})
                    try:
                        await asyncio.wait_for(wake.wait(), left)
                    except TimeoutError:
                        continue
        except (SQLAlchemyError, TimeoutError):
            return _refusal(503, "gateway.not_received")

    async def acknowledge(self, request: Request) -> Response:
        """The client has displayed everything up to ``seq``: the proof of delivery."""
        try:
            conversation_id = self._conversation(request)
        except session_token.BadToken:
            return _refusal(401, "gateway.session_bad")
        seq = number(json_object(await request.body()).get("seq"))
        try:
            now = _now()
            if not await self._db.statement(
                deliveries.acknowledge_plain, conversation_id=conversation_id, seq=seq, now=now
            ):
                await self._db.transaction(deliveries.acknowledge, conversation_id=conversation_id, seq=seq, now=now)
        except (SQLAlchemyError, TimeoutError):
            return _refusal(503, "gateway.not_received")
        return Response(status_code=204)

    async def delete_session(self, request: Request) -> Response:
        """ "Xóa hội thoại": the token is worth nothing afterwards; what no ticket needs is erased."""
        try:
            conversation_id = self._conversation(request)
        except session_token.BadToken:
            return _refusal(401, "gateway.session_bad")
        try:
            await self._db.transaction(
                conversations.forget,
                conversation_id=conversation_id,
                now=_now(),
                media_root=self._config.media,
            )
        except (SQLAlchemyError, TimeoutError):
            return _refusal(503, "gateway.not_received")
        self._hub.wake(conversation_id)
        return Response(status_code=204)

    async def turn_state(self, request: Request) -> Response:
        """For ``hotline chat`` alone (local token): waits until the event is handled."""
        given = request.headers.get("x-hotline-local", "")
        if not hmac.compare_digest(given.encode(), self._config.local_token.encode()):
            return Response(status_code=404)
        event_id = number(request.path_params["event_id"])
        try:
            conversation_id = self._conversation(request)
        except session_token.BadToken:
            return _refusal(401, "gateway.session_bad")
        wait = seconds(request.query_params.get("wait", "10"), 30.0)
        end = asyncio.get_running_loop().time() + wait
        with self._hub.subscribe(conversation_id) as wake:
            while True:
                wake.clear()
                found = await self._db.statement(reads.turn_state, conversation_id=conversation_id, event_id=event_id)
                left = end - asyncio.get_running_loop().time()
                if found is None or found["handled"] or left <= 0:
                    return JSONResponse(found or {"handled": None})
                try:
                    await asyncio.wait_for(wake.wait(), min(left, 1.0))
                except TimeoutError:
                    continue


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def _answered(handler: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    """What could not be read, and what nobody foresaw, as JSON with a sentence for the citizen."""
    try:
        return await handler(request)
    except Unreadable as error:
        return _refusal(error.status, error.key)
    except ClientDisconnect:  # or a body cut off by the edge, which answers itself
        raise
    except Exception as error:
        route = f"{request.method} {request.url.path[:60]}"
        return _refusal(500, "gateway.unforeseen", number=unforeseen.record(error, route=route))


def _after(request: Request) -> int | None:
    given = request.headers.get("last-event-id") or request.query_params.get("after")
    return None if given in (None, "") else number(given)


def _sse(event: str, data: dict[str, Any], number: int | None) -> bytes:
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _receipt_view(receipt: Receipt) -> dict[str, Any]:
    view: dict[str, Any] = {
        "stored": receipt.stored,
        "duplicate": receipt.duplicate,
        "event": receipt.event_id,
    }
    if receipt.guard:
        view["guard"] = receipt.guard
    if receipt.answer is not None:
        view["reply"] = {"text": receipt.answer.text, "seq": receipt.out.seq if receipt.out else None}
    return view


def _refusal(status: int, key: str, **params: object) -> JSONResponse:
    """``seconds`` among the values: when to try again, for the person and for the program."""
    headers = {"Retry-After": str(params["seconds"])} if "seconds" in params else None
    return JSONResponse({"error": key.partition(".")[2], "message": render(key, **params)}, status, headers)
