"""How the engine calls the action server: one kept-open session, a prebuilt validator, no swallowed failure.

Replaces `rasa.core.actions.action.RemoteAction`. Rasa validates every answer by re-checking its own
JSON schema first (25 ms a call), opens a connection a call, sends the whole tracker and domain, and in
slot extraction turns a failed call into a log line.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
import logging
import os
from typing import Any

import aiohttp
import rasa
import rasa.core.actions.action as rasa_actions
from jsonschema import Draft7Validator
from rasa.shared.core import events as rasa_events
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

log = logging.getLogger("hotline.engine")

TIMEOUT_S = 10.0
# rasa-sdk looks back at slot events and the latest message only.
EVENTS_SENT = 40
RANKING_SENT = 3
_NEEDS_DOMAIN = ("validate_", "action_validate_slot_mappings", "action_extract_")


def _validators() -> tuple[Draft7Validator, dict[str, Draft7Validator]]:
    """Return Rasa's schema in parts: what surrounds the events, and by its name each kind of event.

    As one schema every event is held against all kinds in turn, a seventh of the engine's CPU.
    """
    whole = rasa_actions.RemoteAction.action_response_format_spec()
    item = whole["properties"]["events"]["items"]
    any_kind = {key: value for key, value in item.items() if key != "oneOf"}
    kinds = {
        kind["properties"]["event"]["const"]: Draft7Validator({"allOf": [any_kind, kind]})
        for kind in item["oneOf"]
    }
    around = {**whole, "properties": {**whole["properties"], "events": {"type": "array"}}}
    return Draft7Validator(around), kinds


_AROUND, _KINDS = _validators()



def _fits(answer: dict[str, Any]) -> bool:
    """Tell whether an action server's answer fits Rasa's schema."""
    if not _AROUND.is_valid(answer):
        return False
    for event in answer.get("events", []):
        kind = _KINDS.get(str(event.get("event"))) if isinstance(event, dict) else None
        if kind is None or not kind.is_valid(event):
            return False
    return True


@functools.cache
def _event_class(name: str) -> Any:
    return rasa_events.Event.resolve_by_type(name)


def event_of(data: dict[str, Any]) -> rasa_events.Event:
    """Rebuild an event from its dictionary; Rasa walks all subclasses for each, this asks once."""
    event: rasa_events.Event = _event_class(data["event"])._from_parameters(data)
    return event


class ActionFailed(Exception):
    """The action server could not be reached or did not run the action."""


class ActionBroke(ActionFailed):
    """The action itself broke over this turn: repeating it unchanged helps only by chance."""


failure: contextvars.ContextVar[list[ActionFailed] | None] = contextvars.ContextVar("failure", default=None)


class ActionSession:
    """The connection pool to the action server; closed with the server."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def get(self) -> aiohttp.ClientSession:
        """Return the open session, made on first use inside the event loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S, connect=2.0),
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=30),
            )
        return self._session

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()


session = ActionSession()
_domains: dict[int, tuple[Domain, str]] = {}


def _domain_json(domain: Domain) -> str:
    """Return what rasa-sdk's forms need of the domain, serialised once a model."""
    cached = _domains.get(id(domain))
    if cached is None or cached[0] is not domain:
        whole = domain.as_dict()
        whole.pop("responses", None)
        cached = (domain, json.dumps(whole, ensure_ascii=False))
        _domains.clear()
        _domains[id(domain)] = cached
    return cached[1]


def _body(name: str, tracker: DialogueStateTracker, domain: Domain) -> bytes:
    state = tracker.current_state(EventVerbosity.NONE)
    recent = list(tracker.events)[-EVENTS_SENT:]
    state["events"] = [_slim(event.as_dict()) for event in recent]
    state["latest_message"] = _slim_parse(dict(state.get("latest_message") or {}))
    call = {
        "next_action": name,
        "sender_id": tracker.sender_id,
        "tracker": state,
        "version": rasa.__version__,
    }
    body = json.dumps(call, ensure_ascii=False)
    if name.startswith(_NEEDS_DOMAIN) or domain.does_custom_action_explicitly_need_domain(name):
        body = f'{body[:-1]}, "domain": {_domain_json(domain)}}}'
    else:
        body = f'{body[:-1]}, "domain": {{}}}}'
    return body.encode()


def _headers() -> dict[str, str]:
    """The secret comes by the environment, as the engine's own does; a server without one ignores it."""
    token = os.environ.get("HOTLINE_ACTIONS_TOKEN", "")
    return {"Content-Type": "application/json", **({"X-Hotline-Token": token} if token else {})}


def _slim(event: dict[str, Any]) -> dict[str, Any]:
    if "parse_data" in event:
        event["parse_data"] = _slim_parse(dict(event["parse_data"]))
    return event


def _slim_parse(parse: dict[str, Any]) -> dict[str, Any]:
    parse.pop("text_tokens", None)
    if "intent_ranking" in parse:
        parse["intent_ranking"] = parse["intent_ranking"][:RANKING_SENT]
    return parse


class PromptRemoteAction(rasa_actions.RemoteAction):
    """A custom action: one POST; failures are noted for the turn, whoever catches the exception."""

    async def run(
        self, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain
    ) -> list[Any]:
        """Run the action; raises `ActionExecutionRejection` or `ActionFailed`."""
        answer = await self._call(_body(self._name, tracker, domain))
        if not _fits(answer):
            raise self._failed("the answer does not fit Rasa's schema")
        messages = await self._utter_responses(
            answer.get("responses", []), output_channel, nlg, tracker
        )
        return [*messages, *(event_of(data) for data in answer.get("events", []))]

    async def _call(self, body: bytes) -> dict[str, Any]:
        if not self.action_endpoint:
            raise self._failed("no action server is configured")
        try:
            async with session.get().post(
                self.action_endpoint.url, data=body, headers=_headers()
            ) as response:
                if response.status == 400:
                    self._reject(await response.read())
                if response.status == 500:
                    raise self._failed("the action broke", broke=True)
                if response.status != 200:
                    raise self._failed(f"the action server answered {response.status}")
                return dict(await response.json(content_type=None))
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            raise self._failed(type(error).__name__) from error

    def _reject(self, body: bytes) -> None:
        """Turn rasa-sdk's 400 for a rejected execution into Rasa's exception."""
        try:
            told = json.loads(body)
            name = told["action_name"]
        except (ValueError, KeyError, TypeError):
            return
        raise rasa_actions.ActionExecutionRejection(name, told.get("error"))

    def _failed(self, why: str, *, broke: bool = False) -> ActionFailed:
        error = (ActionBroke if broke else ActionFailed)(f"{self._name}: {why}")
        noted = failure.get()
        if noted is not None:
            noted.append(error)
        return error


def install() -> None:
    """Make Rasa use `PromptRemoteAction` for every custom action of this process."""
    rasa_actions.RemoteAction = PromptRemoteAction  # type: ignore[misc]
