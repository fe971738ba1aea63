"""A small HTTP/1.1 client for load: keep-alive, Content-Length bodies, server-sent events.

The load shares two cores with the system under test, so the client must cost little; a full
client library would take as much CPU as the server it measures.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any


class Connection:
    """One keep-alive connection to ``host:port``."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        return self._reader, self._writer

    async def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request; give ``(status, body)``. ``body`` is sent as JSON unless bytes."""
        reader, writer = await self._open()
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        all_headers = {"Content-Length": str(len(raw)), **(headers or {})}
        if body is not None:
            all_headers.setdefault("Content-Type", "application/json")
        lines += [f"{name}: {value}" for name, value in all_headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + raw)
        await writer.drain()
        status, answer_headers = await _read_head(reader)
        if answer_headers.get("transfer-encoding") == "chunked":
            parts = [part async for part in _chunks(reader)]
            data = b"".join(parts)
        else:
            data = await reader.readexactly(int(answer_headers.get("content-length", "0")))
        if answer_headers.get("connection") == "close":
            self.close()
        return status, data

    async def events(self, path: str, headers: dict[str, str]) -> AsyncIterator[dict[str, str]]:
        """Open a stream of server-sent events; yields ``{"id", "event", "data"}``."""
        reader, writer = await self._open()
        lines = [f"GET {path} HTTP/1.1", f"Host: {self.host}:{self.port}", "Accept: text/event-stream"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        await writer.drain()
        status, _answer_headers = await _read_head(reader)
        if status != 200:
            raise RuntimeError(f"stream answered {status}")
        buffer = b""
        async for part in _chunks(reader):
            buffer += part.replace(b"\r\n", b"\n")
            while b"\n\n" in buffer:
                block, buffer = buffer.split(b"\n\n", 1)
                event: dict[str, str] = {}
                for line in block.decode().split("\n"):
                    name, _, value = line.partition(":")
                    if name:
                        event[name] = event.get(name, "") + value.removeprefix(" ")
                if event:
                    yield event

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    pairs = (line.split(":", 1) for line in head[1:] if ":" in line)
    return status, {name.strip().lower(): value.strip() for name, value in pairs}


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while True:
        size = int((await reader.readuntil(b"\r\n")).strip() or b"0", 16)
        data = await reader.readexactly(size)
        await reader.readexactly(2)
        if size == 0:
            return
        yield data


def percentile(values: list[float], share: float) -> float:
    """Nearest-rank percentile; ``share`` from 0 to 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
