"""``python -m tests.bench.abuse_photos``: huge photos from anonymous people while others chat and one calls for help.

Two attacks of 12 requests with 5 photos each: HEIC and PNG of 7,700 × 7,700 pixels, which their header gives away, and
of 7,100 × 7,100, which are taken as long as the budget lasts.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import json
import os
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pillow_heif
from PIL import Image

from tests.bench.citizens import Citizen
from tests.bench.figures import Section
from tests.bench.load import Connection, percentile
from tests.bench.scripts import QUESTIONS
from tests.bench.world import World, cpu_seconds, pss

REQUESTS = 12
PHOTOS = 5
WATCH_SECONDS = 10.0
MEMORY_MB, CHAT_MS, EMERGENCY_MS = 250, 400, 200


@dataclass
class Meanwhile:
    """What was seen during one attack. Memory in MB of PSS, times in seconds."""

    before: float = 0.0
    highest: float = 0.0
    cpu: float = 0.0
    lasted: float = 0.0
    chat: list[float] = field(default_factory=list)
    emergency: list[float] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)
    over: bool = False

    @property
    def grown(self) -> float:
        return self.highest - self.before


def photo(kind: str, side: int) -> bytes:
    """A plain square: many pixels, few bytes."""
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    Image.new("RGB", (side, side), (90, 120, 60)).save(out, kind, **({"quality": 20} if kind == "HEIF" else {}))
    return out.getvalue()


def form(photos: list[bytes], text: str = "") -> tuple[bytes, str]:
    """Body and type of a message with photos."""
    edge = uuid.uuid4().hex
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{uuid.uuid4()}\r\n'.encode()]
    if text:
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="text"\r\n\r\n{text}\r\n'.encode())
    for data in photos:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        parts += [head.encode(), data, b"\r\n"]
    parts.append(f"--{edge}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={edge}"


async def attack(world: World, photos: list[bytes]) -> Meanwhile:
    """All requests at once; memory, chat and emergencies from their start until all are answered and a while longer."""
    seen = Meanwhile()
    people = [await Citizen(*world.web).open() for _ in range(2)]
    for person in people:
        await person.says(QUESTIONS[0])
    pids = world.processes()["web"]
    seen.before = seen.highest = sum(map(pss, pids))
    used, began = _cpu(pids), time.perf_counter()
    watching = [asyncio.create_task(_memory(world, seen)), asyncio.create_task(_emergencies(world, seen))]
    watching += [asyncio.create_task(_chat(person, seen)) for person in people]
    await asyncio.gather(*(_send(world, photos, seen) for _ in range(REQUESTS)))
    seen.lasted = time.perf_counter() - began
    await asyncio.sleep(WATCH_SECONDS)
    seen.cpu = _cpu(world.processes()["web"]) - used
    seen.over = True
    await asyncio.gather(*watching)
    for person in people:
        await person.close()
    return seen


def _cpu(pids: list[int]) -> float:
    """CPU seconds of these processes and of their children that have ended: a photo's child lives shortly."""
    ended = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
            ended += int(fields[13]) + int(fields[14])
    return cpu_seconds(pids) + ended / os.sysconf("SC_CLK_TCK")


async def _send(world: World, photos: list[bytes], seen: Meanwhile) -> None:
    connection = Connection(*world.web)
    _, body = await connection.request("POST", "/web/session", b"")
    data, kind = form(photos, "ổ gà")
    headers = {"Authorization": f"Bearer {json.loads(body)['token']}", "Content-Type": kind}
    status, _ = await connection.request("POST", "/web/messages", data, headers)
    seen.answers[status] = seen.answers.get(status, 0) + 1
    connection.close()


async def _memory(world: World, seen: Meanwhile) -> None:
    while not seen.over:
        total = await asyncio.to_thread(lambda: sum(map(pss, world.processes()["web"])))
        seen.highest = max(seen.highest, total)
        await asyncio.sleep(0.05)


async def _chat(person: Citizen, seen: Meanwhile) -> None:
    """Ends by the flag: a turn's own waiting may swallow a cancellation."""
    for question in itertools.cycle(QUESTIONS):
        if seen.over:
            return
        seen.chat.append(await person.says(question))
        await asyncio.sleep(0.2)


async def _emergencies(world: World, seen: Meanwhile) -> None:
    """A new person each time, from the POST to the number in its answer; every other one with a photo."""
    small = photo("JPEG", 600)
    for number in itertools.count():
        if seen.over:
            return
        connection = Connection(*world.web)
        _, body = await connection.request("POST", "/web/session", b"")
        headers = {"Authorization": f"Bearer {json.loads(body)['token']}"}
        began = time.perf_counter()
        if number % 2:
            data, kind = form([small], "cháy nhà, cứu với")
            status, answer = await connection.request(
                "POST", "/web/messages", data, {**headers, "Content-Type": kind}
            )
        else:
            words = {"id": str(uuid.uuid4()), "text": "cháy nhà, cứu với"}
            status, answer = await connection.request("POST", "/web/messages", words, headers)
        seen.emergency.append(time.perf_counter() - began)
        if status != 200 or "114" not in json.loads(answer)["reply"]["text"]:
            raise RuntimeError(f"an emergency was answered with {status}")
        connection.close()
        await asyncio.sleep(0.25)


def section(name: str, seen: Meanwhile) -> Section:
    """The figures of one attack with their limits."""
    chat, emergency = percentile(seen.chat, 0.95) * 1000, percentile(seen.emergency, 0.95) * 1000
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(seen.answers.items()))
    told = f"{seen.before:.0f} MB before; answered {answers} within {seen.lasted:.1f} s"
    result = Section(f"{REQUESTS} × {PHOTOS} huge photos at once, {name}")
    result.add("growth of web memory with its children (PSS)", seen.grown, "MB", target=MEMORY_MB, note=told)
    result.add("chat meanwhile, p95", chat, "ms", target=CHAT_MS, note=f"{len(seen.chat)} turns")
    result.add("emergency meanwhile, p95", emergency, "ms", target=EMERGENCY_MS, note=f"{len(seen.emergency)} asked")
    result.add("CPU of the web and its children", seen.cpu, "s")
    return result


async def measure(world: World) -> list[Section]:
    """Both attacks on a running hotline."""
    sections = []
    for name, side in (("beyond the limit (7,700 × 7,700)", 7700), ("just within it (7,100 × 7,100)", 7100)):
        heic, png = photo("HEIF", side), photo("PNG", side)
        sections.append(section(name, await attack(world, [heic, png, heic, png, heic])))
        await asyncio.sleep(5)
    return sections


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
