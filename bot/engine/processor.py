"""One turn of a conversation: load, understand, decide, act, answer, save: all or nothing."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.engine import action_call, rules
from bot.engine.graph import StraightRunner
from bot.engine.tracker_store import SessionStore

log = logging.getLogger("hotline.engine")

SEALED_INTENT = "denunciation"
MAX_TEXT = 4000
# Above the first number a session's older events are folded into a summary of slots and form;
# the last turns stay as they are, because rules look a few turns back.
EVENTS_MOST = 80
TURNS_KEPT = 4
_PAYLOAD = re.compile(r"/([a-z_][a-z0-9_]*)\s*(\{.*\})?\s*", re.DOTALL)
# Rasa adds these to every domain; they would wipe or rewind a conversation.
_RASAS_OWN = frozenset({"restart", "back", "session_start"})
_LEADING_SLASH = re.compile(r"^(\s*)(/+)")


class BadRequest(Exception):
    """The caller sent something that no retry will mend."""


@dataclass(frozen=True)
class Turn:
    """One message of a conversation. `payload` comes from the gateway's own buttons only."""

    sender: str
    event_id: str
    text: str = ""
    payload: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


class Replies(OutputChannel):  # type: ignore[misc]
    """Collects the bot's utterances as the contract's replies: one each, not split, nothing dropped."""

    def __init__(self) -> None:
        self.replies: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, for responses that differ by channel."""
        return "collector"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one utterance."""
        buttons = [
            {"title": button.get("title"), "payload": button.get("payload")}
            for button in message.get("buttons") or []
        ]
        reply = {
            "text": message.get("text"),
            "buttons": buttons,
            "custom": message.get("custom") or None,
        }
        if any(reply.values()):
            self.replies.append(reply)


class TurnProcessor(MessageProcessor):  # type: ignore[misc]
    """Rasa's processor with whole turns: an action that fails undoes the turn instead of being lost."""

    def __init__(
        self, model_path: Path, store: SessionStore, threads: Executor, actions_url: str
    ) -> None:
        action_call.install()
        rules.install()
        super().__init__(
            model_path=model_path,
            tracker_store=InMemoryTrackerStore(Domain.empty()),  # Rasa asks for one; never used
            lock_store=InMemoryLockStore(),
            generator=TemplatedNaturalLanguageGenerator({}),
            action_endpoint=EndpointConfig(url=actions_url) if actions_url else None,
        )
        self.graph_runner = StraightRunner(self.graph_runner)
        self.nlg = TemplatedNaturalLanguageGenerator(self.domain.responses)
        self._store = store
        self._threads = threads

    async def look_up(self, sender: str, event_id: str) -> dict[str, Any] | None:
        """Return the stored answer of a finished turn, None when it never finished."""
        session = await self._in_thread(self._store.load, sender)
        found: dict[str, Any] | None = session.answers.get(event_id)
        return found

    async def forget(self, sender: str) -> bool:
        """Delete a conversation's tracker."""
        return bool(await self._in_thread(self._store.delete, sender))

    async def take(self, turn: Turn) -> dict[str, Any]:
        """Run one turn, or return its stored answer with `reused`.

        Raises `ActionFailed`, `ActionBroke`, `StoreUnavailable` or `BadRequest`; nothing is stored then.
        """
        started = time.perf_counter()
        session = await self._in_thread(self._store.load, turn.sender)
        if turn.event_id in session.answers:
            return {**session.answers[turn.event_id], "reused": True}
        parse, message = await self._understand(turn)
        tracker = self._tracker(turn.sender, session.events)
        noted: list[action_call.ActionFailed] = []
        token = action_call.failure.set(noted)
        try:
            replies = await self._converse(tracker, message)
        finally:
            action_call.failure.reset(token)
        if noted:
            broke = any(isinstance(error, action_call.ActionBroke) for error in noted)
            kind = action_call.ActionBroke if broke else action_call.ActionFailed
            raise kind("; ".join(map(str, noted)))
        answer = {
            "status": "done",
            "reused": False,
            "replies": replies,
            "parse": parse,
            "active_loop": tracker.active_loop_name,
            "ms": round((time.perf_counter() - started) * 1000, 1),
        }
        session.events = [event.as_dict() for event in self._shortened(tracker)]
        session.remember(turn.event_id, answer)
        await self._in_thread(self._store.save, turn.sender, session, turn.event_id)
        return answer

    async def parse_text(self, text: str) -> dict[str, Any]:
        """Return what the model understands of `text`; touches no conversation."""
        return _public(await self._parse(text), sealed=False)

    async def _parse(self, text: str) -> dict[str, Any]:
        message = UserMessage()
        message.text = _neutral(text)  # set afterwards: the constructor strips, offsets would shift
        return dict(await self.parse_message(message))

    async def _converse(
        self, tracker: DialogueStateTracker, message: UserMessage
    ) -> list[dict[str, Any]]:
        channel = message.output_channel
        await self._update_tracker_session(tracker, channel, message.metadata)
        await self._handle_message_with_tracker(message, tracker)
        tracker = await self.run_action_extract_slots(channel, tracker)
        await self._run_prediction_loop(channel, tracker)
        return list(channel.replies)

    async def _understand(self, turn: Turn) -> tuple[dict[str, Any], UserMessage]:
        if turn.payload:
            raw = self._read_payload(turn.payload)
            text = turn.payload
        else:
            raw = await self._parse(turn.text)
            raw["text"] = text = turn.text
        # "goes_on": the gateway's guard saw that a report is gone back to, whatever else is named beside it.
        taken_for = raw["intent"]["name"] == SEALED_INTENT and not turn.metadata.get("goes_on")
        sealed = bool(turn.metadata.get("sealed")) or taken_for
        if sealed and not turn.payload:
            text = ""
            intent = raw["intent"]
            if intent["name"] != SEALED_INTENT:  # the gateway's guard knew better
                intent = {"name": SEALED_INTENT, "confidence": 1.0}
            raw = {"text": "", "intent": intent, "entities": []}
        message = UserMessage(
            text,
            Replies(),
            turn.sender,
            parse_data=raw,
            input_channel=str(turn.metadata.get("channel") or "rest"),
            message_id=turn.event_id,
            metadata={**turn.metadata, "event_id": turn.event_id},
        )
        message.text = text
        return _public(raw, sealed), message

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Skip Rasa's check of every message; training refuses names the domain doesn't know."""

    def _read_payload(self, payload: str) -> dict[str, Any]:
        match = _PAYLOAD.fullmatch(payload)
        if not match or match.group(1) not in set(self.domain.intents) - _RASAS_OWN:
            raise BadRequest("payload is not /intent{json} of a known intent")
        try:
            values = json.loads(match.group(2) or "{}")
        except ValueError as error:
            raise BadRequest("payload holds no JSON object") from error
        entities = [{"entity": name, "value": value} for name, value in values.items()]
        intent = {"name": match.group(1), "confidence": 1.0}
        return {"text": payload, "intent": intent, "entities": entities, "payload": values}

    async def _run_action(
        self,
        action: Any,
        tracker: DialogueStateTracker,
        output_channel: Any,
        nlg: Any,
        prediction: Any,
    ) -> bool:
        """As Rasa's, but an action that raises ends the turn; and no copy of the tracker without need."""
        seen = tracker
        if prediction.events:
            seen = tracker.copy()
            seen.update_with_events(prediction.events, self.domain)
        try:
            events = await action.run(output_channel, nlg, seen, self.domain)
        except ActionExecutionRejection:
            tracker.update(
                ActionExecutionRejected(
                    action.name(), prediction.policy_name, prediction.max_confidence
                )
            )
            return self.should_predict_another_action(action.name())
        self._log_action_on_tracker(tracker, action, events, prediction)
        if any(isinstance(event, UserUttered) for event in events or []):
            await self.run_action_extract_slots(output_channel, tracker)
        await self._send_bot_messages(events or [], tracker, output_channel)
        return self.should_predict_another_action(action.name())

    def _tracker(self, sender: str, events: Iterable[dict[str, Any]]) -> DialogueStateTracker:
        tracker = DialogueStateTracker(sender, self.domain.slots)
        tracker.model_id = self.model_metadata.model_id
        tracker.assistant_id = self.model_metadata.assistant_id
        for data in events:
            tracker.update(action_call.event_of(data), self.domain)
        return tracker

    def _shortened(self, tracker: DialogueStateTracker) -> list[Event]:
        """Return the events of the current session, older turns folded into their outcome."""
        events = list(tracker.events)
        for index in range(len(events) - 1, -1, -1):
            if isinstance(events[index], SessionStarted):
                events = events[max(index - 1, 0) :]
                break
        if len(events) <= EVENTS_MOST:
            return events
        users = [i for i, event in enumerate(events) if isinstance(event, UserUttered)]
        cut = users[-TURNS_KEPT] if len(users) >= TURNS_KEPT else 0
        if cut == 0:
            return events
        past = self._tracker(tracker.sender_id, [event.as_dict() for event in events[:cut]])
        summary: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]
        summary += [
            SlotSet(slot.name, slot.value)
            for slot in past.slots.values()
            if slot.value != slot.initial_value
        ]
        if past.active_loop_name:
            summary.append(ActiveLoop(past.active_loop_name))
        summary.append(ActionExecuted("action_listen"))
        return summary + events[cut:]

    async def _in_thread(self, function: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, function, *arguments
        )


def _neutral(text: str) -> str:
    """Blank a leading "/" (Rasa reads it as an intent); the length stays, so offsets do too."""
    return _LEADING_SLASH.sub(lambda match: " " * len(match.group()), text)


def _public(raw: dict[str, Any], sealed: bool) -> dict[str, Any]:
    entities = [
        {
            key: entity[key]
            for key in ("entity", "value", "start", "end")
            if key in entity
        }
        for entity in raw.get("entities") or []
    ]
    return {
        "text_sealed": sealed,
        "intent": raw["intent"],
        "intent_ranking": [] if sealed else raw.get("intent_ranking", [])[:5],
        "entities": [] if sealed else entities,
        "aspect": None if sealed else raw.get("aspect"),
        "category": [] if sealed else raw.get("category") or [],
        "clauses": [] if sealed else raw.get("clauses") or [],
        "sentences": [] if sealed else raw.get("sentences") or [],
        "several": 0.0 if sealed else raw.get("several") or 0.0,
    }

