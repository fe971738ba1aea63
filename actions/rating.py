"""Stars for a result: pressed, or written; and the words that belong to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from actions import reopening
from actions.talk import own_ticket, say_and_resume
from actions.turn import Button, Context, button
from feedback_store.domain.lifecycle import OPEN_TICKET, IllegalMove
from feedback_store.reading.stars import Stars
from feedback_store.service import ratings
from feedback_store.service.status import own_tickets
from feedback_store.texts import render

if TYPE_CHECKING:
    from feedback_store.tables import Ticket

WORDS_BESIDE = 4
"""A rating in more words says why."""
MOST_ASKED = 5
"""Results that are asked about by their codes."""


def rate(context: Context) -> None:
    """One tap, 1–5; the last one counts. A low one offers to open the report again."""
    turn = context.turn
    code, stars = turn.value("ticket"), turn.value("stars")
    if code is None or stars is None:
        _nothing_to_rate(context)
        return
    ticket = own_ticket(context, str(code))
    if ticket is None:
        context.answer.say("status_not_found", code=str(code))
        return
    _rate(context, ticket, int(stars))


def _nothing_to_rate(context: Context) -> None:
    """Stars before there is a result: of which report it is still to come."""
    waiting = [one for one in own_tickets(context.session, context.conversation.id) if one.state in OPEN_TICKET]
    if waiting:
        say_and_resume(context, "rate_not_yet", code=waiting[0].code)
    else:
        say_and_resume(context, "rate_how")


def rate_in_words(context: Context) -> None:
    """ "5 sao", "1*", and a bare digit or "tạm được" where a result was just told: the stars of the result that waits
    for them, kept with the words beside them. Of several results it is asked which is meant."""
    stars: Stars = context.told("stars")
    unrated = ratings.unrated(context.session, context.conversation.id)
    if stars.plain and context.memory.get("pending") == "rating_comment":  # said anew: the last one counts
        own = own_tickets(context.session, context.conversation.id, limit=200)
        unrated = [one for one in own if one.id == context.memory.get("rated")] or unrated
    if not unrated:
        _nothing_to_rate(context)
        return
    named = context.told("ticket")
    unrated = [one for one in unrated if named in (None, one.id)] or unrated
    if len(unrated) > 1:
        context.answer.say(
            "rate_which",
            stars=str(stars.count),
            buttons=[Button(ticket.code, "/rate" + json.dumps({"stars": stars.count, "ticket": ticket.code}))
                     for ticket in unrated[:MOST_ASKED]],
        )  # fmt: skip
        return
    _rate(context, unrated[0], stars.count)
    if stars.rest or len(context.turn.text.split()) > WORDS_BESIDE:
        ratings.add_comment(context.session, ticket_id=unrated[0].id, comment=context.turn.text.strip())
        context.remember(pending=None, rated=None)


def _rate(context: Context, ticket: Ticket, stars: int) -> None:
    turn = context.turn
    try:
        rated = ratings.rate(
            context.session, ticket_id=ticket.id, stars=stars, event_id=turn.event_id, now=turn.now
        )
    except IllegalMove as refused:
        context.answer.say("refused", reason=render(refused.key, **refused.params))
        return
    context.remember(pending="rating_comment", rated=ticket.id)
    reopen = [button("reopen", "/dissatisfied_reopen" + json.dumps({"ticket": ticket.code}))]
    context.answer.say(
        "rated_low" if rated.dissatisfied else "rated",
        stars=str(rated.stars),
        buttons=reopen if rated.dissatisfied else None,
        custom={"ticket": ticket.code},
    )


def keep_comment(context: Context) -> None:
    """Words right after a rating belong to it."""
    rated = int(context.memory["rated"])
    context.remember(pending=None, rated=None)
    ratings.add_comment(context.session, ticket_id=rated, comment=context.turn.text.strip())
    context.answer.say("comment_taken")
    if context.turn.intent == "dissatisfied_reopen":  # the comment asks for it to be done again
        reopening.reopen(context)
