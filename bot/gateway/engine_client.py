"""The only file that knows the engine's address; its HTTP contract is in docs/engine.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.gateway.loopback import LoopbackTransport


class EngineUnavailable(Exception):
    """Nobody answers, or the engine says "later": the same event may be sent again at any time."""


class EngineFailed(Exception):
    """The engine or an action broke over this event; a few more attempts, then an apology.

    ``outage``: the action server could not be reached or failed (502), which mends by itself.
    """

    def __init__(self, code: str, *, outage: bool = False) -> None:
        super().__init__(code)
        self.outage = outage


class EngineRefused(Exception):
    """The engine will never take this event (400)."""


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """Replies as Rasa makes them (``text``, ``buttons``, ``custom``) and what was understood."""

    replies: list[dict[str, Any]]
    intent: str | None = None
    confidence: float | None = None
    parse: dict[str, Any] = field(default_factory=dict)
    reused: bool = False


class EngineClient:
    """Keep-alive connections to one engine; one per process."""

    def __init__(
        self, url: str, token: str, *, timeout: float = 15, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"X-Hotline-Token": token},
            timeout=httpx.Timeout(timeout, connect=2),
            transport=transport or LoopbackTransport(),
            trust_env=False,
        )

    async def turn(self, *, sender: str, text: str, payload: str | None, metadata: dict[str, Any]) -> EngineAnswer:
        """Run one event; sending the same ``metadata.event_id`` again never runs it twice."""
        body = {"sender": sender, "text": text, "payload": payload, "metadata": metadata}
        try:
            answer = await self._http.post("/turn", json=body)
        except httpx.HTTPError as error:
            raise EngineUnavailable(type(error).__name__) from error
        if answer.status_code != 200:
            raise _failure(answer)
        data = answer.json()
        parse = data.get("parse") or {}
        intent = parse.get("intent") or {}
        return EngineAnswer(
            list(data.get("replies") or []),
            intent.get("name"),
            intent.get("confidence"),
            parse,
            bool(data.get("reused")),
        )

    async def parse(self, text: str) -> dict[str, Any]:
        """What the model understands of words, without touching a conversation."""
        try:
            answer = await self._http.post("/parse", json={"text": text})
        except httpx.HTTPError as error:
            raise EngineUnavailable(type(error).__name__) from error
        if answer.status_code != 200:
            raise _failure(answer)
        parse: dict[str, Any] = answer.json()["parse"]
        return parse

    async def forget(self, sender: str) -> bool:
        """Delete the tracker of a session; False when the engine could not be asked."""
        try:
            return (await self._http.delete(f"/tracker/{sender}")).status_code == 200
        except httpx.HTTPError:
            return False

    async def healthy(self) -> bool:
        try:
            return (await self._http.get("/health")).status_code == 200
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        await self._http.aclose()


def _failure(answer: httpx.Response) -> Exception:
    try:
        code = str(answer.json().get("error", "unknown"))
    except ValueError:
        code = "unreadable"
    said = f"{answer.status_code} {code}"
    if answer.status_code == 400:
        return EngineRefused(said)
    if answer.status_code in (401, 409, 503):
        return EngineUnavailable(said)
    return EngineFailed(said, outage=answer.status_code == 502)
