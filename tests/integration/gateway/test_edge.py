"""The outermost layer: nothing is read beyond its size, its time or its place."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import chain

import anyio
import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from hotline import connections, edge
from hotline.edge import Edge, Limits
from tests.system import free_ports

LIMITS = Limits(photos=4 * 2**20, files=8 * 2**20, streams=6, streams_per_address=3, body_seconds=1, chunk_seconds=0.5)


async def swallow(request: Request) -> Response:
    return JSONResponse({"read": len(await request.body())})


async def parse(request: Request) -> Response:
    return JSONResponse({"read": len(await request.json())})


async def stream(request: Request) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        await anyio.sleep(30)

    return StreamingResponse(lines(), media_type="text/event-stream")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[str, int]]]:
    """Starts the edge on a real server; gives its host and port."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(*, https: bool = False, head_seconds: float = 0.6, **places: int) -> tuple[str, int]:
        monkeypatch.setattr(connections, "HEAD_SECONDS", head_seconds)
        routes = [
            Route("/web/messages", swallow, methods=["POST"]),
            Route("/web/json", parse, methods=["POST"]),
            Route("/web/stream", stream),
            Route("/console/dang-nhap", swallow, methods=["POST"]),
            Route("/console/nhap", swallow, methods=["POST"]),
        ]
        inner = Starlette(routes=routes, exception_handlers={RecursionError: edge.unreadable})
        app = Edge(inner, hosts=["1022.example"], limits=LIMITS, https=https)
        port = free_ports(1)[0]
        config = uvicorn.Config(
            app, host="127.0.0.1", port=port, http=connections.guarded(**places), log_config=None, ws="none",
            lifespan="off", timeout_graceful_shutdown=1, server_header=False,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        running.append((server, thread))
        return "127.0.0.1", port

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


def raw(
    address: tuple[str, int], *parts: bytes, drip: Iterable[bytes] = (), pause: float = 0.0, wait: float = 5
) -> bytes:
    """Send ``parts``, then ``drip``, with a pause before each but the first; what came back until the end."""
    with socket.create_connection(address, timeout=wait) as connection:
        came = b""
        try:
            for number, part in enumerate(chain(parts, drip)):
                if number:
                    time.sleep(pause)
                connection.sendall(part)
            while chunk := connection.recv(65536):
                came += chunk
        except (ConnectionError, TimeoutError):
            pass
        return came


def head(path: str, *more: str, host: str = "127.0.0.1") -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", f"Host: {host}", *more, "", ""]).encode()


@pytest.mark.parametrize(
    ("path", "kind", "size", "status"),
    [
        ("/web/messages", "application/json", 256 * 1024, 200),
        ("/web/messages", "application/json", 256 * 1024 + 1, 413),
        ("/web/messages", "multipart/form-data; boundary=x", 4 * 2**20, 200),
        ("/web/messages", "multipart/form-data; boundary=x", 4 * 2**20 + 1, 413),
        ("/console/dang-nhap", "multipart/form-data; boundary=x", 16 * 1024 + 1, 413),
        ("/console/nhap", "multipart/form-data; boundary=x", 2**20 + 1, 413),
        ("/nowhere", "application/json", 2**20, 413),
    ],
)
def test_a_body_has_a_limit_by_whom_it_is_for(serve, path: str, kind: str, size: int, status: int) -> None:
    host, port = serve()
    answer = httpx.post(f"http://{host}:{port}{path}", content=b"x" * size, headers={"content-type": kind})
    assert answer.status_code == status
    if status == 413:
        assert "lớn quá mức" in (answer.json()["message"] if path.startswith("/web") else answer.text)
        assert answer.headers["connection"] == "close"


def test_somebody_with_a_session_may_send_files(serve) -> None:
    host, port = serve()
    headers = {"content-type": "multipart/form-data; boundary=x", "cookie": "hotline_console=x"}
    answer = httpx.post(f"http://{host}:{port}/console/nhap", content=b"x" * (8 * 2**20), headers=headers)
    assert answer.json() == {"read": 8 * 2**20}


def test_an_announced_body_that_is_too_large_is_refused_before_a_byte_of_it_came(serve) -> None:
    answer = raw(serve(), head("/web/messages", "Content-Length: 209715200", "Content-Type: application/json"))
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_body_without_an_announced_size_is_counted(serve) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    answer = raw(serve(), head("/web/messages", "Transfer-Encoding: chunked"), *[chunk] * 8)
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_body_that_stops_coming_is_given_up(serve) -> None:
    answer = raw(serve(), head("/web/messages", "Content-Length: 10"), b"abc")
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in answer


def test_a_body_that_drips_is_given_up_too(serve) -> None:
    answer = raw(serve(), head("/web/messages", "Content-Length: 50"), *[b"x"] * 8, pause=0.3)
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_head_that_never_ends_costs_a_connection_for_seconds_only(serve) -> None:
    address = serve()
    sent: list[bytes] = []
    drip = (sent.append(b"b") or b"b" for _ in range(300))
    assert raw(address, b"POST /web/messages HTTP/1.1\r\nHost: a", drip=drip, pause=0.2) == b""
    assert len(sent) < 300


def test_a_head_of_a_megabyte_ends_the_connection(serve) -> None:
    line = b"X-Y: " + b"z" * 8000 + b"\r\n"
    assert raw(serve(), b"POST /web/messages HTTP/1.1\r\n", *[line] * 128) == b""


def test_a_connection_is_used_again_after_an_answer(serve) -> None:
    host, port = serve()
    with httpx.Client(base_url=f"http://{host}:{port}") as client:
        for _ in range(3):
            assert client.post("/web/messages", content=b"x").status_code == 200
            time.sleep(0.3)


def test_deep_json_is_refused_and_not_an_error_of_ours(serve) -> None:
    host, port = serve()
    answer = httpx.post(f"http://{host}:{port}/web/json", content=b"[" * 100_000)
    assert (answer.status_code, answer.json()["error"]) == (400, "unreadable")


@pytest.mark.parametrize(
    ("host", "status"),
    [("1022.example", 200), ("1022.example:8022", 200), ("127.0.0.1:8022", 200), ("[::1]:80", 200), ("10.0.0.9", 200),
     ("evil.example", 400), ("", 400), ("1022.example.evil.example", 400)],
)  # fmt: skip
def test_only_our_own_names_are_answered(serve, host: str, status: int) -> None:
    end = "Connection: close"
    answer = raw(serve(), head("/web/messages", "Content-Length: 1", end, host=host), b"x")
    assert answer.startswith(f"HTTP/1.1 {status}".encode())


def test_one_address_has_so_many_streams_and_its_messages_still_pass(serve) -> None:
    host, port = serve()
    held = [socket.create_connection((host, port)) for _ in range(3)]
    try:
        for one in held:
            one.sendall(f"GET /web/stream HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert one.recv(100).startswith(b"HTTP/1.1 200")
        refused = httpx.get(f"http://{host}:{port}/web/stream")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
        assert httpx.post(f"http://{host}:{port}/web/messages", content=b"x").status_code == 200
        held.pop().close()
        end = time.monotonic() + 5
        while time.monotonic() < end:
            with httpx.stream("GET", f"http://{host}:{port}/web/stream") as again:
                if again.status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the place of a stream that ended is not free")
    finally:
        for one in held:
            one.close()


def test_when_every_place_is_taken_the_one_that_waits_longest_gives_way(serve) -> None:
    host, port = serve(head_seconds=30, most=5, per_address=100)
    held = [socket.create_connection((host, port)) for _ in range(8)]
    try:
        assert httpx.post(f"http://{host}:{port}/web/messages", content=b"x", timeout=5).status_code == 200
        held[0].settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            assert held[0].recv(1) == b""
        held[-1].sendall(head("/web/messages", "Content-Length: 1", "Connection: close") + b"x")
        held[-1].settimeout(5)
        assert held[-1].recv(100).startswith(b"HTTP/1.1 200")
    finally:
        for one in held:
            one.close()


def test_one_address_alone_cannot_take_the_places_of_others(serve) -> None:
    host, port = serve(head_seconds=30, most=100, per_address=4)
    held = [socket.create_connection((host, port)) for _ in range(10)]
    try:
        assert httpx.post(f"http://{host}:{port}/web/messages", content=b"x", timeout=5).status_code == 200
    finally:
        for one in held:
            one.close()


def test_every_answer_forbids_sniffing_and_https_is_remembered(serve) -> None:
    host, port = serve(https=True)
    answer = httpx.post(f"http://{host}:{port}/web/messages", content=b"x")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
