"""Half-open connections, idle streams and huge bodies: does the chat still answer?

``python -m tests.bench.abuse_connections`` starts a hotline of its own and prints the figures.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource

from tests.bench.citizens import Citizen
from tests.bench.figures import Section
from tests.bench.load import Connection
from tests.bench.turns import p as percentile
from tests.bench.world import World

HALF_OPEN, STREAMS, TURNS = 3_000, 400, 20
HUGE = 200 * 2**20
QUESTION = "làm khai sinh cho con cần giấy tờ gì"
Open = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def half_open(host: str, port: int, count: int) -> list[Open]:
    """Connections whose head never ends."""
    held: list[Open] = []
    for _ in range(count):
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"POST /web/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            held.append((reader, writer))
    return held


async def idle_streams(host: str, port: int, count: int) -> list[asyncio.Task[None]]:
    """Streams of conversations in which nobody says anything."""
    session = Connection(host, port)

    async def listen(token: str) -> None:
        stream = Connection(host, port)
        async for _ in stream.events("/web/stream", {"Authorization": f"Bearer {token}"}):
            pass

    tasks = []
    for _ in range(count):
        _, body = await session.request("POST", "/web/session", b"")
        tasks.append(asyncio.create_task(listen(json.loads(body)["token"])))
    session.close()
    await asyncio.sleep(2)
    return tasks


async def huge_bodies(host: str, port: int) -> tuple[int, int]:
    """``(refused with 413, bytes that the server took)`` of bodies of 200 MB, announced and not, to several paths."""
    refused = taken = 0
    for path in ("/web/messages", "/console/dang-nhap", "/console/phan-anh", "/telegram/x", "/nowhere"):
        for head in (f"Content-Length: {HUGE}", "Transfer-Encoding: chunked"):
            reader, writer = await asyncio.open_connection(host, port)
            kind = "multipart/form-data; boundary=x"
            writer.write(f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n{head}\r\n\r\n".encode())
            chunk = b"x" * 2**16
            sent = 0
            answered = asyncio.create_task(reader.read(12))  # as a browser does: it listens while it sends
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(20):
                    while sent < HUGE and not answered.done():
                        writer.write(b"10000\r\n" + chunk + b"\r\n" if "chunked" in head else chunk)
                        await writer.drain()
                        sent += len(chunk)
            answer = b""
            with contextlib.suppress(OSError, TimeoutError):
                answer = await asyncio.wait_for(answered, 5)
            refused += answer[:9] == b"HTTP/1.1 " and answer[9:10] in (b"3", b"4")
            taken = max(taken, sent)
            writer.close()
    return refused, taken


async def chat(world: World) -> list[float]:
    person = await Citizen(*world.web).open()
    try:
        return [await person.says(QUESTION) for _ in range(TURNS)]
    finally:
        await person.close()


async def measure(world: World) -> list[Section]:
    """Against a running hotline."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16_384), hard))
    host, port = world.web
    section = Section("Half-open connections, idle streams, huge bodies")
    held = await half_open(host, port, HALF_OPEN)
    took = await chat(world)
    section.add(f"{len(held):,} half-open: chat, p95", percentile(took, 0.95), "ms", target=400)
    for _, writer in held:
        writer.close()
    streams = await idle_streams(host, port, STREAMS)
    took = await chat(world)
    alive = sum(not task.done() for task in streams)
    section.add(f"{alive} idle streams: chat, p95", percentile(took, 0.95), "ms", target=400)
    for task in streams:
        task.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    refused, taken = await huge_bodies(host, port)
    section.add("bodies of 200 MB refused, of 10", refused, "", target=10, wanted="least")
    section.add("most that was taken of one", taken / 2**20, "MB", target=60)
    section.note(f"file limit was {soft}; the process of this script opens as many sockets, pid {os.getpid()}")
    return [section]


async def main() -> None:
    world = World()
    try:
        await asyncio.to_thread(world.start)
        for one in await measure(world):
            print(one.text(), flush=True)
    finally:
        await asyncio.to_thread(world.stop)


if __name__ == "__main__":
    asyncio.run(main())
