"""The outermost layer of the web process: sizes, times and places are bounded before anything is read (ASGI).

Whatever stands behind it, a route, a form parser, a library, sees only requests whose Host is one of ours and whose
body ends within its size and its time.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feedback_store.texts import render

log = structlog.get_logger("edge")

CHUNK_SECONDS = 15.0
"""Longest silence within a body."""
BODY_SECONDS = 20.0
SLOWEST_BYTES_A_SECOND = 16 * 1024
"""A body has BODY_SECONDS and what its bytes take at this rate: a 50 MB upload over a slow line passes."""
STREAMS = ("/web/stream", "/web/poll")
JSON_LIMIT = 256 * 1024
FORM_LIMIT = 1024 * 1024
SIGN_IN_LIMIT = 16 * 1024
HSTS = "max-age=31536000"
LINGER_BYTES = 2 * 2**20
LINGER_SECONDS = 2.0
UNREAD_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """``photos``: bytes of one message with photos; ``files``: of a form of the console with files."""

    photos: int
    files: int
    streams: int = 3000
    streams_per_address: int = 600
    body_seconds: float = BODY_SECONDS
    chunk_seconds: float = CHUNK_SECONDS


@dataclass(slots=True)
class Proxies:
    """``unbelieved``: a neighbour sent X-Forwarded-For, and uvicorn left its own address in place of the sender's;
    where it believes the header, the port of the sender is 0."""

    unbelieved: bool = False

    def look(self, scope: Scope, headers: Headers) -> None:
        """Strangers from outside may write the header too; a proxy is a neighbour."""
        if self.unbelieved or "x-forwarded-for" not in headers:
            return
        address, port = scope.get("client") or ("", 0)
        with contextlib.suppress(ValueError):
            if port and ipaddress.ip_address(address).is_private:
                self.unbelieved = True


class BodyRefused(ClientDisconnect):
    """A body that goes on beyond its size or its time; ``status`` and ``key`` are the answer."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


class Edge:
    """``hosts``: names under which this installation is reached; addresses are always taken, since no foreign page can
    lead a browser to an address under a name of its own. ``https``: HSTS is sent."""

    def __init__(
        self, app: ASGIApp, *, hosts: Iterable[str], limits: Limits, https: bool, proxies: Proxies | None = None
    ) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.limits = limits
        self.https = https
        self.proxies = proxies or Proxies()
        self._streams = 0
        self._by_address: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), str(scope["path"])
        self.proxies.look(scope, headers)
        sender = _Sender(send, self.https)
        if not self._known(headers.get("host", "")):
            await self._refuse(scope, receive, sender, 400, "edge.unknown_host")
        elif self._announced(headers) > self._limit(path, headers):
            await self._refuse(scope, receive, sender, 413, "edge.too_large")
        elif path in STREAMS and scope["method"] == "GET":
            await self._stream(scope, receive, sender)
        else:
            await self._bounded(scope, receive, sender, self._limit(path, headers))

    def _known(self, host: str) -> bool:
        name = host.lower().rsplit(":", 1)[0] if not host.endswith("]") else host.lower()
        if name in self.hosts:
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True

    @staticmethod
    def _announced(headers: Headers) -> int:
        text = headers.get("content-length", "0")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    def _limit(self, path: str, headers: Headers) -> int:
        """Most bytes of a body, by whom it is for: a stranger's form is small, files come from people signed in."""
        multipart = headers.get("content-type", "").lower().startswith("multipart/")
        if path.startswith("/console/dang-nhap"):
            return SIGN_IN_LIMIT
        if path.startswith("/console"):
            return self.limits.files if multipart and headers.get("cookie") else FORM_LIMIT
        if path == "/web/messages" and multipart:
            return self.limits.photos
        if path.startswith("/telegram"):
            return FORM_LIMIT
        return JSON_LIMIT

    async def _stream(self, scope: Scope, receive: Receive, sender: _Sender) -> None:
        address = (scope.get("client") or ("?", 0))[0]
        full = self._streams >= self.limits.streams
        if full or self._by_address[address] >= self.limits.streams_per_address:
            log.warning("streams_full", open=self._streams, everywhere=full)
            await self._refuse(scope, receive, sender, 503, "edge.too_many_streams", {"Retry-After": "30"})
            return
        self._streams += 1
        self._by_address[address] += 1
        try:
            await self.app(scope, receive, sender)
        finally:
            self._streams -= 1
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    async def _bounded(self, scope: Scope, receive: Receive, sender: _Sender, limit: int) -> None:
        body = _Body(receive, limit, self.limits)
        sender.body = body
        try:
            await self.app(scope, body, sender)
        except BodyRefused:
            if sender.begun:
                raise
        if body.failed is not None and not sender.begun:
            sender.body = None
            await self._refuse(scope, receive, sender, body.failed.status, body.failed.key)

    async def _refuse(
        self,
        scope: Scope,
        receive: Receive,
        sender: _Sender,
        status: int,
        key: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer at once, then drop a little of what still comes, and then let the sender wait a moment: a browser that
        is cut off while it sends shows an error of its own instead of the answer."""
        await sender.refuse(scope, status, key, headers)
        left = LINGER_BYTES
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    if message["type"] != "http.request" or not message.get("more_body", False):
                        break
                else:
                    await asyncio.sleep(UNREAD_SECONDS)  # nothing is read: its window fills, and it reads the answer
        await sender({"type": "http.response.body", "body": b""})


class _Body:
    """``receive`` that counts bytes and seconds. Whatever a route makes of the error, :class:`Edge` answers it."""

    def __init__(self, receive: Receive, limit: int, limits: Limits) -> None:
        self._receive = receive
        self._limit = limit
        self._limits = limits
        self._size = 0
        self._began = time.monotonic()
        self._complete = False
        self.failed: BodyRefused | None = None

    async def __call__(self) -> Message:
        if self.failed is not None:
            raise self.failed
        if self._complete:
            return await self._receive()  # waits for the end of the connection
        left = self._began + self._limits.body_seconds + self._size / SLOWEST_BYTES_A_SECOND - time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, min(left, self._limits.chunk_seconds)))
        except TimeoutError:
            self.failed = BodyRefused(408, "edge.too_slow")
            raise self.failed from None
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            self.failed = BodyRefused(413, "edge.too_large")
            raise self.failed
        self._complete = not message.get("more_body", False)
        return message


class _Sender:
    """``send`` with the headers of every answer, and the edge's own refusals."""

    def __init__(self, send: Send, https: bool) -> None:
        self._send = send
        self._https = https
        self.begun = False
        self.body: _Body | None = None

    async def __call__(self, message: Message) -> None:
        if self.body is not None and self.body.failed is not None and not self.begun:
            return  # the route's own words about a body that was cut off
        if message["type"] == "http.response.start":
            self.begun = True
            names = {name.lower() for name, _ in message["headers"]}
            extra = [(b"x-content-type-options", b"nosniff")]
            if self._https:
                extra.append((b"strict-transport-security", HSTS.encode()))
            message["headers"] = [*message["headers"], *(one for one in extra if one[0] not in names)]
        await self._send(message)

    async def refuse(self, scope: Scope, status: int, key: str, headers: Mapping[str, str] | None = None) -> None:
        """A short answer in the reader's language, not ended yet; the connection ends with it."""
        words = render(key)
        if str(scope["path"]).startswith(("/web/", "/telegram")):
            kind, text = "application/json", json.dumps({"error": key.partition(".")[2], "message": words})
        else:
            kind = "text/html; charset=utf-8"
            text = (
                '<!doctype html><html lang="vi"><meta charset="utf-8">'
                '<meta name="viewport" content="width=device-width">'
                f"<title>1022</title><h1>1022</h1><p>{words}</p></html>"
            )
        body = text.encode()
        given = {"content-type": kind, "content-length": str(len(body)), "connection": "close", **(headers or {})}
        pairs = [(name.lower().encode(), value.encode()) for name, value in given.items()]
        await self({"type": "http.response.start", "status": status, "headers": pairs})
        await self({"type": "http.response.body", "body": body, "more_body": True})


async def unreadable(request: Request, _: Exception) -> Response:
    """JSON nested so deep that no parser follows it: bad input, not an error of ours."""
    return JSONResponse({"error": "unreadable", "message": render("edge.unreadable")}, 400)
