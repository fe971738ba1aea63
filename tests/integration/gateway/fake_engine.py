"""A stand-in for the engine that keeps its HTTP contract and nothing else (docs/engine.md)."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


class FakeEngine:
    """Echoes words back; ``script`` answers by text or payload. Remembers every turn it ran."""

    def __init__(self) -> None:
        self.turns: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.script: dict[str, dict[str, Any]] = {}
        self.down = False
        self.status = 200
        self.delay = 0.0
        self.running: dict[str, int] = {}
        self.overlaps = 0
        self.most_at_once = 0
        self.parsed: dict[str, Any] | None = None
        """What ``/parse`` says of any words; None: it does not answer."""
        self.app = Starlette(routes=[
            Route("/turn", self.turn, methods=["POST"]),
            Route("/parse", self.parse, methods=["POST"]),
            Route("/health", self.health),
            Route("/tracker/{sender}", self.forget, methods=["DELETE"]),
        ])

    async def health(self, request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"}, 503 if self.down else 200)

    async def forget(self, request: Request) -> JSONResponse:
        return JSONResponse({"deleted": True})

    async def parse(self, request: Request) -> JSONResponse:
        if self.down or self.parsed is None:
            return JSONResponse({"error": "loading"}, 503)
        return JSONResponse({"parse": self.parsed})

    async def turn(self, request: Request) -> JSONResponse:
        body = await request.json()
        if self.down:
            return JSONResponse({"error": "loading"}, 503)
        if self.status != 200:
            return JSONResponse({"error": "scripted"}, self.status)
        sender, event_id = body["sender"], body["metadata"]["event_id"]
        if event_id in self.answers:
            return JSONResponse(self.answers[event_id] | {"reused": True})
        self.running[sender] = self.running.get(sender, 0) + 1
        if self.running[sender] > 1:
            self.overlaps += 1
        self.most_at_once = max(self.most_at_once, sum(self.running.values()))
        await asyncio.sleep(self.delay)
        self.running[sender] -= 1
        self.turns.append(body)
        key = body.get("payload") or body["text"]
        answer = {
            "status": "done", "reused": False,
            "replies": [{"text": f"Đã nghe: {key}", "buttons": [], "custom": None}],
            "parse": {"intent": {"name": "inform", "confidence": 0.9}, "entities": []},
        } | self.script.get(key, {})
        self.answers[event_id] = answer
        return JSONResponse(answer)
