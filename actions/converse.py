"""The one action of the rules: a turn, in one transaction, keyed by its event id (decision 3)."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions import gather
from actions.routing import handle
from actions.turn import Answer, Context, Surroundings, Turn, read_turn
from feedback_store.queries.lookups import gazetteer, offered
from feedback_store.reading.address import address_of
from feedback_store.service import drafts, effects
from feedback_store.store import Store, database_away
from hotline.faults import fault

if TYPE_CHECKING:
    from feedback_store.tables import Conversation

NAME = "action_converse"


class DatabaseAway(Exception):
    """No fault of the turn: the same one may be asked again at any time, and isn't counted as an attempt."""


class Converse(Action):  # type: ignore[misc]
    """Answers every turn. Its effect and its replies are one commit; asked again, it repeats them."""

    def __init__(self, store: Store, around: Surroundings) -> None:
        self._store = store
        self._around = around

    def name(self) -> str:
        return NAME

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what went wrong: the engine rewinds the turn and the gateway tries it again."""
        turn = read_turn(tracker.latest_message)
        try:
            result = await asyncio.to_thread(self._take, turn)
        except Exception as error:
            if database_away(error):
                raise DatabaseAway from error
            raise
        fault("after_action_commit")
        for reply in result["replies"]:
            dispatcher.utter_message(
                response=reply["response"],
                buttons=reply["buttons"] or None,
                json_message=reply["custom"] or None,
                **reply["params"],
            )
        return [SlotSet(name, value) for name, value in result["slots"].items() if tracker.get_slot(name) != value]

    def _take(self, turn: Turn) -> dict[str, Any]:
        with self._store.transaction() as session:
            return take(session, turn, self._around)


def take(session: Session, turn: Turn, around: Surroundings) -> dict[str, Any]:
    """The first result of the event: ``{"replies": […], "slots": {…}}``."""
    conversation, known = effects.begin(
        session, conversation_id=turn.conversation_id, event_id=turn.event_id, action=NAME
    )
    if known is not None:
        return known
    where = None if turn.payload or not turn.text else gather.where_of(turn, gazetteer(session))
    turn = replace(turn, categories=offered(session, turn.categories), where=where)
    context = Context(session, turn, conversation, Answer(), around)
    address = _address(context)
    handle(context)
    for reply in context.answer.replies if address else ():
        reply["custom"]["address"] = address
    if context.answer.replies and context.why:
        context.answer.replies[0]["custom"]["why"] = context.why
    result = {"replies": context.answer.replies, "slots": _slots(session, conversation)}
    effects.keep(session, event_id=turn.event_id, action=NAME, result=result, now=dt.datetime.now(dt.UTC))
    return result


def _address(context: Context) -> str | None:
    """How the citizen is spoken to: as they said now or before; None: as everybody."""
    said = address_of(context.turn.text) if context.turn.text and not context.turn.payload else None
    if said is not None and said != context.memory.get("address"):
        context.remember(address=said)
    return said or context.memory.get("address")


def _slots(session: Session, conversation: Conversation) -> dict[str, str | None]:
    """Rasa's slots mirror the draft, so that rules and tests can see where the report stands."""
    draft = drafts.get_open(session, conversation.id)
    data = drafts.data_of(draft) if draft else None
    return {
        "report_step": drafts.next_step(data) if data else None,
        "report_category": data.category if data else None,
        "report_place": data.place_text if data else None,
        "procedure": (conversation.context or {}).get("procedure"),
    }
