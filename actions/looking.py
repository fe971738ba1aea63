"""The state of a conversation, read once a turn from what the database holds of it."""

from __future__ import annotations

import json

from actions.choice.state import Own, State
from actions.turn import Answer, Context
from feedback_store.guards import opinion, says_report_only
from feedback_store.queries.lookups import category_name
from feedback_store.queries.procedures import find_procedure
from feedback_store.reading.assent import points_back
from feedback_store.reading.dropping import subjects
from feedback_store.reading.words import words_of
from feedback_store.service import denunciations, drafts, questions, ratings
from feedback_store.service.drafts import ReportData, next_step
from feedback_store.service.status import own_tickets

PROCEDURES = 3
"""So many of the procedures that were asked about are remembered."""
OWN = 8


def look(context: Context) -> State:
    """The state as the readers see it; locks the open draft."""
    session, chat, memory = context.session, context.conversation, context.memory
    draft = drafts.get_open(session, chat.id, lock=True)
    data = drafts.data_of(draft) if draft is not None else ReportData()
    filed = own_tickets(session, chat.id, limit=OWN)
    waiting = questions.waiting_in(session, chat.id) if filed else None
    text = context.turn.text
    typed = not context.turn.payload and says_report_only(text) and not points_back(text)
    rated = memory.get("rated")
    pending = str(memory.get("pending") or "")
    return State(
        question="" if pending == "procedure" and not memory.get("candidate") else pending,
        step=next_step(data) if draft is not None else "",
        summary_shown=draft is not None and draft.summary_event_id is not None,
        data=data,
        later=tuple(_named(context, str(one["text"]), one["category"]) for one in data.issues),
        subject=_named(context, " ".join(data.text), data.category) if draft is not None else frozenset(),
        answer=opinion.answers(text) if draft is not None and text and not context.turn.payload else {},
        own=tuple(
            Own(one.id, one.code, one.state, one.category_code,
                words=frozenset(words_of(f"{one.text} {one.place_text or ''}")))
            for one in filed
        ),
        procedures=tuple(memory.get("procedures") or ()),
        told=tuple(memory.get("told") or ()),
        about=tuple(memory.get("about") or ()),
        focus=str(memory.get("focus") or ""),
        unrated=tuple(one.id for one in ratings.unrated(session, chat.id)) if filed else (),
        rated=int(rated) if rated is not None else None,
        after_danger=chat.emergency_kind is not None
        and (chat.emergency_until is None or chat.emergency_until > context.turn.now),
        last=chat.last_ticket_id,
        cancelled=bool(memory.get("cancelled")),
        waiting=waiting.category_code if waiting is not None else None,
        sealed=typed and denunciations.has_sealed(session, conversation_id=chat.id, now=context.turn.now),
        reopening=memory.get("reopen"),
        called=bool(memory.get("called")),
        missed=int(memory.get("missed") or 0),
        shown=tuple((str(label), str(payload)) for label, payload in memory.get("shown") or ()),
    )  # fmt: skip


def _named(context: Context, text: str, category: str | None) -> frozenset[str]:
    return subjects(f"{category_name(context.session, category) if category else ''} {text}")


def knows_procedure(context: Context, text: str) -> bool:
    """Whether the catalogue has a procedure that these words may mean."""
    return find_procedure(context.session, text) is not None


def shown_by(answer: Answer) -> list[list[str]] | None:
    """Labels and payloads of the last reply with buttons, for a label that is typed instead of pressed."""
    for reply in reversed(answer.replies):
        if reply["buttons"]:
            return [[one["title"], one["payload"]] for one in reply["buttons"]]
    return None


def typed_label(text: str, state: State) -> tuple[str, dict[str, object]] | None:
    """The payload of the button whose label was typed, as (intent, values); None: no such button was shown last."""
    plain = words_of(text)
    for label, payload in state.shown:
        if plain and words_of(label) == plain and payload.startswith("/"):
            name, brace, rest = payload[1:].partition("{")
            values: dict[str, object] = json.loads(brace + rest) if brace else {}
            return name, values
    return None
