"""One turn as the actions see it, and what it answers.

Wording is in ``domain.yml``: a reply names a response and its parameters, the engine fills it in.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from actions.understanding import NOTHING, Understand, Understood
from feedback_store.domain.codes import codes_in
from feedback_store.places.reading import OF_A_PLACE, PlaceRead, without_persons
from feedback_store.reading import phones
from feedback_store.reading.dossiers import dossiers_in
from feedback_store.reading.words import folded
from feedback_store.texts import render
from vitext import clean_values, fold

if TYPE_CHECKING:
    from actions.choice.reading import Reading
    from feedback_store.tables import Conversation


_TAKEN_BACK = re.compile(r"\b(?:nham|lon|sai|sua|moi dung|quen|khong phai|xin loi)\b")


def longest_place(text: str, entities: Sequence[dict[str, Any]]) -> tuple[int, int] | None:
    """Span of the longest place among ``entities``; neighbours with no word between them count as one."""
    left = without_persons(text)
    spans = sorted((int(e["start"]), int(e["end"])) for e in entities if e.get("entity") == "place")
    spans = [(start, end) for start, end in spans if left[start:end].strip()]
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not re.search(r"\w", text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return max(joined, key=lambda span: span[1] - span[0], default=None)


def with_numbers(text: str, entities: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The engine's entities, with numbers and codes as their readers find them: nobody else decides what one is.

    A ticket's code is given as it was typed.
    """
    read = [
        *(("phone", one.start, one.end, one.national) for one in phones.phones_in(text)),
        *(("ticket_code", start, end, text[start:end]) for start, end, _ in codes_in(text)),
        *(("dossier_code", one.start, one.end, one.code) for one in dossiers_in(text)),
    ]
    for entity in entities:
        if entity.get("entity") in ("phone", "ticket_code", "dossier_code"):
            continue
        if not any(start < entity["end"] and entity["start"] < end for _, start, end, _ in read):
            yield entity
    for name, start, end, value in read:
        yield {"entity": name, "start": start, "end": end, "value": value}


@dataclass(frozen=True, slots=True)
class Turn:
    """The latest message with what the engine understood of it."""

    event_id: int
    conversation_id: uuid.UUID
    channel: str
    now: dt.datetime
    received_at: dt.datetime
    text: str
    intent: str
    confidence: float
    payload: bool
    entities: tuple[dict[str, Any], ...]
    aspect: str | None
    categories: tuple[tuple[str, float], ...]
    media: tuple[str, ...]
    clauses: tuple[dict[str, Any], ...] = ()
    """What the engine makes of each clause: {start, end, intent, aspect, category}; empty where there is one alone."""
    sentences: tuple[dict[str, Any], ...] = ()
    """The same of each sentence; empty where there is one alone."""
    ranking: tuple[tuple[str, float], ...] = ()
    """The likeliest intents as the engine sees them, the surest first."""
    danger: float = 0.0
    """How likely the engine took a danger for, that was doubted (``choice.doubt``)."""
    several: float = 0.0
    """How likely it holds several matters, as the engine sees it."""
    where: PlaceRead | None = None
    """The place that the reader of places finds in the text; a button's has none."""

    @property
    def folded(self) -> str:
        return folded(self.text)

    def chance(self, intent: str) -> float:
        """How likely the engine takes the whole for ``intent``; 0 where it is none of the likeliest."""
        return dict(self.ranking).get(intent, 0.0)

    def entity(self, name: str) -> str | None:
        """The longest value of an entity, in the citizen's own words."""
        values = [str(e["value"]).strip() for e in self.entities if e.get("entity") == name and e.get("value")]
        return max(values, key=len, default=None)

    def value(self, name: str) -> Any:
        """A value of a button's payload: there the entities are its JSON."""
        return next((e["value"] for e in self.entities if e.get("entity") == name), None) if self.payload else None

    def place_span(self) -> tuple[int, int] | None:
        """Where the place stands in the text: as the reader of places finds it, else as the engine does."""
        if self.where is not None and self.where.weight >= OF_A_PLACE:
            return self.where.start, self.where.end
        return longest_place(self.text, self.entities)

    def place(self) -> str | None:
        """The place in the citizen's own words."""
        if self.payload:
            return None
        if self.where is not None and self.where.weight >= OF_A_PLACE:
            return self.where.words
        span = self.place_span()
        return self.text[span[0] : span[1]].strip() or None if span else None

    def phone_span(self) -> tuple[int, int] | None:
        """Where a phone number stands in the text."""
        found = next(iter(phones.phones_in(self.text)), None)
        return (found.start, found.end) if found else None

    def phone(self) -> str | None:
        """A phone number in the text as ``0912345678``; of one that takes back another, the later."""
        found = phones.phones_in(self.text)
        if len(found) > 1 and _TAKEN_BACK.search(fold(self.text[found[0].end :])):
            return found[-1].national
        return found[0].national if found else None

    def unread_phone(self) -> bool:
        """Whether the text holds digits meant for a number that cannot be one, and none that can."""
        found = phones.read(self.text)
        return bool(found) and not any(isinstance(one, phones.Phone) for one in found)


DOUBTED, RUNNER_UP, TOLD = 0.8, 0.15, 0.9
"""The whole is less sure of its category than the first; another is at least as likely as the second, and a clause as
sure of that one as the third."""


def _told_first(message: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    """The likeliest categories, best first. Where the whole doubts between two, the one that is told first is the
    matter, and the other what comes of it: "ổ trâu to tướng, mưa xuống ngập nước"."""
    found = [(str(one["name"]), float(one["confidence"])) for one in message.get("category") or ()]
    if len(found) < 2 or found[0][1] >= DOUBTED or found[1][1] < RUNNER_UP:
        return tuple(found)
    clauses = message.get("clauses") or ()
    reports = [one for one in clauses if (one.get("intent") or {}).get("name") == "submit_feedback"]
    told = next((one for one in map(_category, reports) if one[1] >= TOLD), None)
    if told is not None and told[0] == found[1][0]:
        (first, likely), (second, less) = found[:2]
        found[:2] = [(second, likely), (first, less)]
    return tuple(found)


def _category(clause: dict[str, Any]) -> tuple[str, float]:
    found = clause.get("category") or {}
    return str(found.get("name")), float(found.get("confidence") or 0.0)


def read_turn(message: dict[str, Any]) -> Turn:
    """From ``tracker.latest_message``, cleaned. Raises ``KeyError`` where the gateway's metadata is missing."""
    message = clean_values(message)
    metadata = message["metadata"]
    intent = message.get("intent") or {}
    now = dt.datetime.fromisoformat(metadata["now"])
    text = str(metadata.get("text") or message.get("text") or "")
    payload = str(message.get("text") or "").startswith("/")
    entities = tuple(message.get("entities") or ())
    if not payload:
        entities = tuple(with_numbers(text, entities))
    return Turn(
        event_id=int(metadata["event_id"]),
        conversation_id=uuid.UUID(metadata["conversation_id"]),
        channel=str(metadata.get("channel", "web")),
        now=now,
        received_at=dt.datetime.fromisoformat(metadata.get("received_at") or metadata["now"]),
        text=text,
        intent=str(intent.get("name") or "nlu_fallback"),
        confidence=float(intent.get("confidence") or 0.0),
        payload=payload,
        entities=entities,
        aspect=(message.get("aspect") or {}).get("name"),
        categories=_told_first(message),
        media=tuple(metadata.get("media") or ()),
        clauses=tuple(message.get("clauses") or ()),
        sentences=tuple(message.get("sentences") or ()),
        ranking=tuple((str(one["name"]), float(one["confidence"])) for one in message.get("intent_ranking") or ()),
        several=float(message.get("several") or 0.0),
    )


@dataclass(frozen=True, slots=True)
class Button:
    title: str
    payload: str


def button(name: str, payload: str) -> Button:
    """A button whose label is ``dialogue.button_<name>``."""
    return Button(render(f"dialogue.button_{name}"), payload)


def word(name: str, **params: str) -> str:
    """A few words that stand for something missing: ``dialogue.word_<name>``."""
    return render(f"dialogue.word_{name}", **params)


@dataclass(slots=True)
class Answer:
    """Replies of one turn in order; kept as the action's first result (decision 3)."""

    replies: list[dict[str, Any]] = field(default_factory=list)

    def say(
        self, response: str, *, buttons: list[Button] | None = None, custom: dict[str, Any] | None = None, **params: Any
    ) -> Answer:
        """Add the response ``utter_<response>`` of ``domain.yml``."""
        self.replies.append(
            {
                "response": f"utter_{response}",
                "params": params,
                "buttons": [{"title": b.title, "payload": b.payload} for b in buttons or []],
                "custom": custom or {},
            }
        )
        return self


def _nothing(text: str) -> Understood:
    return NOTHING


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the composition root gives the actions. ``area``: commune codes that are served; empty: all."""

    links: dict[str, str]
    understand: Understand = _nothing
    area: frozenset[str] = frozenset()


@dataclass(slots=True)
class Context:
    """What a handler works with: the open transaction, the turn, the conversation, the answer."""

    session: Session
    turn: Turn
    conversation: Conversation
    answer: Answer
    around: Surroundings
    reading: Reading | None = None
    """How the turn was read: what the handler that runs was chosen by."""
    whole: str = ""
    """The words of the whole message, while its parts are answered one by one."""
    more: bool = False
    """Other parts of the same message follow: nothing is asked yet."""
    why: dict[str, Any] = field(default_factory=dict)
    """The choice, without the words, for the log and for ``hotline chat --why``."""

    @property
    def links(self) -> dict[str, str]:
        return self.around.links

    def understand(self, text: str) -> Understood:
        """What the engine makes of words that are not this turn's."""
        return self.around.understand(text)

    def told(self, name: str) -> Any:
        """A value that the reading of this turn brings along."""
        return self.reading.with_.get(name) if self.reading is not None else None

    @property
    def memory(self) -> dict[str, Any]:
        """Small memory from turn to turn (``conversations.context``)."""
        return dict(self.conversation.context or {})

    def remember(self, **values: Any) -> None:
        """Set or, with None, forget values of the memory."""
        kept = {name: value for name, value in {**self.memory, **values}.items() if value is not None}
        self.conversation.context = kept or None
