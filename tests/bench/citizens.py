"""Citizens of the web chat, played over the widget's own endpoints."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

from tests.bench.load import Connection

QUIET = 0.02  # replies of one turn are committed together, so silence this long ends it
LATEST = 30.0


class Citizen:
    """One open widget: a stream of events and a connection that posts."""

    def __init__(self, host: str, port: int) -> None:
        self._post = Connection(host, port)
        self._stream = Connection(host, port)
        self._headers: dict[str, str] = {}
        self._arrived: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue()
        self._reader: asyncio.Task[None] | None = None
        self.buttons: dict[str, str] = {}
        self.texts: list[str] = []

    async def open(self) -> Citizen:
        """Begin a conversation and listen; returns when the stream is live."""
        _, body = await self._post.request("POST", "/web/session", b"")
        self._headers = {"Authorization": f"Bearer {json.loads(body)['token']}"}
        live = asyncio.Event()
        self._reader = asyncio.create_task(self._listen(live))
        await asyncio.wait_for(live.wait(), LATEST)
        return self

    async def _listen(self, live: asyncio.Event) -> None:
        async for event in self._stream.events("/web/stream", self._headers):
            if event.get("event") == "message":
                self._arrived.put_nowait((time.perf_counter(), json.loads(event["data"])))
            else:
                live.set()

    async def says(self, text: str) -> float:
        """Seconds from the POST to the first reply on the stream."""
        return await self._turn({"text": text})

    async def presses(self, label: str) -> float:
        if label not in self.buttons:
            raise RuntimeError(f"no button {label!r}, the bot said {self.texts}")
        return await self._turn({"button": self.buttons[label], "label": label})

    async def _turn(self, message: dict[str, Any]) -> float:
        while not self._arrived.empty():
            self._arrived.get_nowait()
        began = time.perf_counter()
        status, body = await self._post.request(
            "POST", "/web/messages", {"id": str(uuid.uuid4()), **message}, self._headers
        )
        if status != 200:
            raise RuntimeError(f"a message was answered {status}: {body[:200]!r}")
        at, first = await asyncio.wait_for(self._arrived.get(), LATEST)
        replies = [first]
        while True:
            try:
                replies.append((await asyncio.wait_for(self._arrived.get(), QUIET))[1])
            except TimeoutError:
                break
        self.texts = [one["text"] for one in replies]
        self.buttons = {button["label"]: button["token"] for one in replies for button in one["buttons"]}
        # The widget tells what it has displayed; a citizen who reads costs this too.
        await self._post.request("POST", "/web/ack", {"seq": replies[-1]["seq"]}, self._headers)
        return at - began

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        self._stream.close()
        self._post.close()
