"""The gateway's own transport to the engine, against a server that misbehaves on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.gateway.loopback import LoopbackTransport

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return head + await reader.readexactly(int(length or 0))


@asynccontextmanager
async def served(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    open_now: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.add(task)
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()
            open_now.discard(task)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", transport=LoopbackTransport(), timeout=httpx.Timeout(0.3), trust_env=False
    )
    async with server, client:
        yield client
        await client.aclose()
        while open_now:
            await asyncio.sleep(0.01)


def test_a_connection_is_kept_for_the_next_request() -> None:
    opened: list[list[bytes]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got: list[bytes] = []
        opened.append(got)
        while not reader.at_eof():
            got.append(await read_request(reader))
            writer.write(ANSWER[:20])
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(ANSWER[20:] + b'{"a": "bcd"}')

    async def run() -> None:
        async with served(serve) as client:
            for _ in range(3):
                answer = await client.post("/turn", json={"text": "đường ngập"})
                assert answer.status_code == 200
                assert answer.json() == {"a": "bcd"}

    asyncio.run(run())
    assert len(opened) == 1
    assert [request.split(b"\r\n")[0] for request in opened[0]] == [b"POST /turn HTTP/1.1"] * 3
    assert "đường ngập".encode() in opened[0][0]


def test_a_server_that_hung_up_meanwhile_costs_no_request() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(ANSWER + b'{"a": "bcd"}')

    async def run() -> None:
        async with served(serve) as client:
            for _ in range(3):
                assert (await client.get("/health")).status_code == 200
                await asyncio.sleep(0.02)

    asyncio.run(run())


def test_silence_a_broken_answer_and_an_absent_server_are_httpx_errors() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(ANSWER + b"{")

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"what?\r\n\r\n")

    async def run() -> None:
        for serve, expected in ((silent, httpx.ReadTimeout), (half, httpx.ReadError), (nonsense, httpx.ReadError)):
            async with served(serve) as client:
                with pytest.raises(expected):
                    await client.post("/turn", json={})
        async with httpx.AsyncClient(transport=LoopbackTransport(), trust_env=False) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get("http://127.0.0.1:9/")

    asyncio.run(run())


def test_many_at_once_get_each_their_own_answer() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            request = await read_request(reader)
            await asyncio.sleep(0.005)
            body = request.split(b" ")[1]
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    async def run() -> list[str]:
        async with served(serve) as client:
            answers = await asyncio.gather(*(client.get(f"/{number}") for number in range(40)))
            return [answer.text for answer in answers]

    assert asyncio.run(run()) == [f"/{number}" for number in range(40)]
