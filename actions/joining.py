"""What a citizen sends about a report that is filed: additions, and answers to questions about it."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from actions.turn import Context, Turn, button
from feedback_store.domain.lifecycle import OPEN_TICKET, may_ticket
from feedback_store.service import own_reports, pauses, questions, tickets
from feedback_store.service.actor import CITIZEN
from feedback_store.texts import render
from vitext import fold

if TYPE_CHECKING:
    from feedback_store.tables import Ticket

ADDITION = re.compile(
    r"^\s*(bo sung|sua|them|ghi chu|ghi them|noi them|viet them|ghi|viet)"
    r"(?: (?:vao|vo|la|rang|giup|gium|dum|ho|cho|toi|em|tui)){0,3}\s*[:\-,]\s*"
)


def words_to_add(turn: Turn) -> str | None:
    """What follows "bổ sung:"; None where the message is no such thing."""
    if turn.payload or not ADDITION.match(fold(turn.text)):
        return None
    return re.split(r"[:\-,]", turn.text, maxsplit=1)[1].strip() or None


def joins_ticket(context: Context, *, lat: float | None = None, lon: float | None = None) -> bool:
    """After filing: a photo, a pin, or "bổ sung: …" joins the ticket of this chat."""
    turn, conversation = context.turn, context.conversation
    asked = ADDITION.match(fold(turn.text)) if turn.text and not turn.payload else None
    bare = (bool(turn.media) and (turn.payload or not turn.text)) or lat is not None
    if conversation.last_ticket_id is None or not (asked or bare):
        return False
    ticket = questions.waiting_in(context.session, conversation.id)
    if ticket is None:
        ticket = tickets.get(context.session, conversation.last_ticket_id)
    if not may_ticket("add", ticket.state):
        if asked:
            context.answer.say("refused", reason=render("tickets.illegal_add"))
        return False
    words = turn.text.strip() if turn.text and not turn.payload else None
    join(context, ticket, words_to_add(turn) or words, lat, lon)
    return True


def add_to_sent(context: Context) -> None:
    """A correction, or "bổ sung: …", of a report that was sent: it joins that report for whoever handles it."""
    turn, chat = context.turn, context.conversation.id
    code = context.told("code")
    ticket = own_reports.find(context.session, chat, str(code)) if code else questions.waiting_in(context.session, chat)
    last = context.conversation.last_ticket_id
    if ticket is None and last is not None:
        ticket = tickets.get(context.session, last)
    if ticket is None or not may_ticket("add", ticket.state):
        context.answer.say("refused", reason=render("tickets.illegal_add"))
        return
    join(context, ticket, words_to_add(turn) or turn.text.strip(), None, None)


def joins_chosen(context: Context, *, lat: float | None = None, lon: float | None = None) -> bool:
    """A photo or a pin after "Bổ sung": it joins the report that was chosen, whatever else is open."""
    adding = context.memory.get("adding")
    if context.memory.get("pending") != "addition" or adding is None:
        return False
    context.remember(pending=None, adding=None)
    ticket = tickets.get(context.session, int(adding))
    if may_ticket("add", ticket.state):
        join(context, ticket, None, lat, lon)
    else:
        context.answer.say("refused", reason=render("tickets.illegal_add"))
    return True


def answer_question(context: Context) -> None:
    """A question about a ticket waits, and these words answer it: they join the ticket."""
    ticket = questions.waiting_in(context.session, context.conversation.id)
    assert ticket is not None, "the state told of a question"
    join(context, ticket, context.turn.text.strip(), None, None)


def join(context: Context, ticket: Ticket, words: str | None, lat: float | None, lon: float | None) -> None:
    """What the citizen sent becomes a part of a filed report."""
    turn = context.turn
    asked = questions.waiting(context.session, ticket.id)
    held = asked is not None and ticket.state in OPEN_TICKET and questions.holding(context.session, asked)
    tickets.add_addition(
        context.session,
        ticket_id=ticket.id,
        event_id=turn.event_id,
        text=words,
        lat=lat,
        lon=lon,
        media_ids=[uuid.UUID(one) for one in turn.media],
        actor=CITIZEN,
        received_at=turn.received_at,
        now=turn.now,
    )
    told = "addition_taken" if asked is None else "question_answered_only"
    if held and not pauses.open_of(context.session, ticket):
        told = "question_answered"
    buttons = [button("report", "/submit_feedback")] if asked is not None else None
    context.answer.say(told, code=ticket.code, custom={"ticket": ticket.code}, buttons=buttons)
