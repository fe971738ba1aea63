"""From a stored event to the engine's input, and from the engine's answer to the outcome."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.gateway.database import Database
from bot.gateway.engine_client import EngineAnswer
from bot.gateway.modes import says_back, words_of
from bot.gateway.safety import likely_danger
from feedback_store.reading.address import addressed
from feedback_store.service import buttons
from feedback_store.service.outbox import Button, Reply
from feedback_store.service.turns import Outcome, PendingEvent, Work
from feedback_store.texts import render
from vitext import clean, clean_values, righted


@dataclass(frozen=True, slots=True)
class TurnInput:
    """What goes to the engine: the citizen's words, or a trusted payload that wins over them."""

    text: str
    payload: str | None
    metadata: dict[str, Any]


def canned(key: str, *, failure: str | None = None, guard: str | None = None, **params: object) -> Outcome:
    """A fixed answer of the gateway itself."""
    return Outcome([Reply(render(key, **params))], guard=guard, failure=failure)


def likely_alarm(event: PendingEvent) -> Outcome | None:
    """What is answered to words that are likely of a danger if the engine is not heard."""
    likely = likely_danger(words_of(event)) if event.kind in ("text", "photo") else None
    if likely is None:
        return None
    return Outcome([likely.reply], intent="emergency", kind="emergency")


async def prepare(
    database: Database, work: Work, event: PendingEvent, *, missing: list[str], now: dt.datetime
) -> TurnInput | Outcome:
    """The engine's input for an event, or the outcome where the engine has nothing to do.

    ``missing``: ids of photos that could not be fetched from their provider.
    """
    body = event.body
    text, payload = str(body.get("text") or ""), None
    media: list[str] = [one for one in body.get("media") or [] if one not in missing]
    if event.kind == "button":
        pressed = await database.transaction(
            _press,
            conversation_id=work.conversation_id,
            token=str(body.get("button") or ""),
            event_id=event.id,
            now=now,
        )
        if pressed.state != "ok":
            return canned(f"gateway.button_{pressed.state}", guard=f"button_{pressed.state}")
        payload, text = pressed.payload, pressed.label
    elif event.kind == "location":
        lat, lon = body["location"]
        payload = "/give_location" + json.dumps({"lat": lat, "lon": lon})
    elif event.kind == "photo":
        text = str(body.get("caption") or "").strip()
        if not media:
            return canned("gateway.photo_not_fetched", failure="photo not fetched")
        if not text:
            payload = "/give_photo" + json.dumps({"media": media, "caption": None})
    elif event.kind == "payload":
        payload = str(body["payload"])
    if payload is None:
        text = righted(text)  # the event keeps what was typed; nobody reads TCVN3 or VNI
    metadata = {
        "event_id": str(event.id),
        "conversation_id": str(work.conversation_id),
        "channel": work.channel,
        "now": now.isoformat(),
        "media": media,
        "received_at": event.received_at.isoformat(),
        "restore": True,
        "sealed": event.sealed,
        "goes_on": payload is None and says_back(text),
        "photos_missing": len(missing),
    }
    return TurnInput(text, payload, metadata)


def _press(session: Session, /, **values: Any) -> buttons.Pressed:
    return buttons.press(session.connection(), **values)


def outcome_of(answer: EngineAnswer, work: Work) -> Outcome:
    """Rasa's responses as messages; ``custom`` hints (see CONTRACT of the actions) as their traits.

    What the engine says is cleaned as every other input: it quotes the citizen, and it must be writable.
    """
    replies: list[Reply] = []
    ticket_code: str | None = None
    serious: str | None = None
    why: dict[str, Any] | None = None
    for response in clean_values(answer.replies):
        custom = response.get("custom") or {}
        ticket_code = custom.get("ticket") or ticket_code
        serious = custom.get("serious") or serious
        why = custom.get("why") or why
        ask = "location" if custom.get("ask_location") else "photo" if custom.get("ask_photo") else None
        once = bool(custom.get("once", True))
        shown = tuple(
            Button(str(one["title"]), str(one["payload"]), once=once) for one in response.get("buttons") or ()
        )
        text = addressed(str(response.get("text") or "").strip(), custom.get("address"))
        if text:
            replies.append(Reply(text, shown, ask=ask, link=custom.get("link")))
        elif replies and (ask or shown):
            # A response that only carries hints belongs to the words before it.
            before = replies.pop()
            replies.append(Reply(before.text, (*before.buttons, *shown), ask or before.ask, before.link))
    parse = clean_values(answer.parse)
    intent = serious or answer.intent
    if intent in ("emergency", "denunciation") and serious is None and why is not None:
        route = str(why.get("route"))
        if route != intent:  # what the engine took for it was none
            intent = route
        elif intent == "emergency":
            intent = None
    sealed = intent == "denunciation"
    nlu = None if sealed else {key: parse.get(key) for key in ("entities", "aspect", "category") if parse.get(key)}
    if nlu is not None and why is not None:
        nlu["why"] = why  # which readings were taken, without the words
    return Outcome(
        replies,
        intent=clean(str(intent))[:64] if intent is not None else None,
        confidence=answer.confidence,
        nlu=nlu or None,
        ticket_code=ticket_code,
        sealed=False,
    )
