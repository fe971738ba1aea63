"""A transport for ``httpx`` to one server on this machine: kept-open HTTP/1.1 connections, little CPU.

httpx's own transport looks over all its connections at both ends of every request, which took a quarter of
the web process's CPU. Here the last connection put back is the next one taken. The server is ours and
speaks plain HTTP; a body is answered whole, so nothing of it is streamed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import httptools
import httpx

IDLE_SECONDS = 60.0  # below the 75 s after which the engine itself hangs up
LARGEST_READ = 256 * 1024


class LoopbackTransport(httpx.AsyncBaseTransport):
    """Raises httpx's own errors, so that callers see no difference."""

    def __init__(self) -> None:
        self._idle: list[_Connection] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        limits = request.extensions.get("timeout", {})
        connection = await self._connection(request, limits.get("connect"))
        try:
            async with asyncio.timeout(limits.get("read")):
                status, headers, body = await connection.exchange(_raw(request))
        except TimeoutError as error:
            connection.close()
            raise httpx.ReadTimeout("the server did not answer in time", request=request) from error
        except (OSError, EOFError, httptools.HttpParserError) as error:
            connection.close()
            self._drop_idle()  # its siblings are as old as the one that failed
            raise httpx.ReadError(type(error).__name__, request=request) from error
        except BaseException:
            connection.close()
            raise
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()
        return httpx.Response(status, headers=headers, content=body, request=request)

    async def _connection(self, request: httpx.Request, seconds: float | None) -> _Connection:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if connection.alive(now):
                return connection
            connection.close()
        host, port = request.url.host, request.url.port or 80
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_connection(host, port)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("the server took no connection in time", request=request) from error
        except OSError as error:
            raise httpx.ConnectError(type(error).__name__, request=request) from error
        return _Connection(reader, writer)

    def _drop_idle(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def aclose(self) -> None:
        self._drop_idle()


class _Connection:
    """One connection and the parser's callbacks for the answer that is being read."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._used = 0.0
        self._begin()

    def _begin(self) -> None:
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._complete = self.reusable = False
        self._parser = httptools.HttpResponseParser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        self.reusable = self._parser.should_keep_alive()  # afterwards the parser knows no more
        self._complete = True

    def alive(self, now: float) -> bool:
        """Whether the server has not hung up, as far as one can know before writing."""
        return now - self._used < IDLE_SECONDS and not (self._reader.at_eof() or self._writer.is_closing())

    async def exchange(self, raw: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Write a request, read its whole answer. Raises OSError, EOFError or a parser's error."""
        self._begin()
        self._writer.write(raw)
        await self._writer.drain()
        while not self._complete:
            data = await self._reader.read(LARGEST_READ)
            if not data:
                raise EOFError("the server hung up")
            self._parser.feed_data(data)
        self._used = asyncio.get_running_loop().time()
        return self._parser.get_status_code(), self._headers, b"".join(self._body)

    def close(self) -> None:
        with suppress(OSError, RuntimeError):
            self._writer.close()


def _raw(request: httpx.Request) -> bytes:
    head = [b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    head += [b"%b: %b" % pair for pair in request.headers.raw]
    return b"\r\n".join([*head, b"", request.content])
