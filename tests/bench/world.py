"""The hotline under measurement: real processes, their database, and a Bot API that costs little."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import psycopg

from hotline.postgres import EmbeddedPostgres
from tests.system import System, free_ports

TOKEN = "1022:bench"
SECRET = "bench-secret"


class World:
    """``hotline up`` in a folder of its own, with Telegram by webhook."""

    def __init__(self) -> None:
        (self.telegram_port,) = free_ports(1)
        self.system = System(settings={
            "HOTLINE_TELEGRAM_TOKEN": TOKEN,
            "HOTLINE_TELEGRAM_SECRET": SECRET,
            "HOTLINE_TELEGRAM_MODE": "webhook",
            "HOTLINE_TELEGRAM_API": f"http://127.0.0.1:{self.telegram_port}",
        })
        self._database: psycopg.Connection[Any] | None = None

    @property
    def web(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.system.settings["HOTLINE_PORT"])

    def port(self, name: str) -> int:
        return int(self.system.settings["HOTLINE_PORT" if name == "web" else f"HOTLINE_{name.upper()}_PORT"])

    def start(self) -> float:
        """Seconds until ``hotline up`` said that it runs."""
        began = time.perf_counter()
        (self.system.folder / "output.log").unlink(missing_ok=True)
        self.system.start()
        return time.perf_counter() - began

    def halt(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        self.system.halt()

    def stop(self) -> None:
        self.halt()
        self.system.stop()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        if self._database is None:
            server = EmbeddedPostgres(self.system.var)
            server.read_port()
            self._database = psycopg.connect(server.url(), autocommit=True)
        return self._database.execute(query.encode(), values).fetchall()

    def handled(self) -> int:
        """Turns that are finished and committed."""
        return int(self.rows("SELECT count(*) FROM inbound_events WHERE handled_at IS NOT NULL")[0][0])

    def processes(self) -> dict[str, list[int]]:
        """Pids by process of the installation; children count with their parent."""
        noted = json.loads((self.system.var / "run" / "children.json").read_text())
        assert self.system.process is not None
        roots = {name: int(found[0]) for name, found in noted.items()} | {"supervisor": self.system.process.pid}
        parents = _parents()
        owner = {pid: name for name, pid in roots.items()}
        found: dict[str, list[int]] = {name: [] for name in roots}
        for pid in parents:
            at: int | None = pid
            while at is not None and at not in owner:
                at = parents.get(at)
            if at is not None:
                found[owner[at]].append(pid)
        return found

    def cpu(self) -> dict[str, float]:
        """CPU seconds used so far by process; a later call also counts children that came meanwhile."""
        return {name: cpu_seconds(pids) for name, pids in self.processes().items()}


def pss(pid: int) -> float:
    """Proportional share of memory in MB; 0 for a process that has just ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def cpu_seconds(pids: list[int]) -> float:
    """CPU time that these processes have used so far."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def machine_seconds() -> float:
    """CPU time that all processes of the machine have used so far."""
    user, nice, system, _, _, irq, soft, *_ = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def _parents() -> dict[int, int]:
    found: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found[int(entry.name)] = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
            except OSError:
                continue
    return found


class BotApi:
    """Takes ``sendMessage`` and remembers to whom; one small loop instead of a framework."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> BotApi:
        self._server = await asyncio.start_server(self._client, "127.0.0.1", port)
        return self

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = head.partition("content-length:")[2].partition("\r\n")[0].strip()
                body = (await reader.readexactly(int(length or 0))).decode()
                values = dict(part.partition("=")[::2] for part in body.split("&"))
                chat = unquote_plus(values.get("chat_id", "0"))
                if "sendmessage" in head.split(" ")[1]:
                    self.sent.append((chat, values.get("text", "")))
                result = {
                    "message_id": len(self.sent), "date": int(time.time()),
                    "chat": {"id": int(chat), "type": "private"}, "text": "",
                }
                answer = json.dumps({"ok": True, "result": result}).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
                    + answer
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
