"""Opening a report again: which one is meant is found by its words, asked about when several fit, done after a yes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from actions.talk import own_ticket
from actions.turn import Button, Context, button
from feedback_store.domain.lifecycle import IllegalMove, may_ticket
from feedback_store.queries.lookups import category_name
from feedback_store.reading.words import words_of
from feedback_store.service import tickets
from feedback_store.service.actor import CITIZEN
from feedback_store.service.status import own_tickets
from feedback_store.texts import render

if TYPE_CHECKING:
    from feedback_store.tables import Ticket

REASON_WORDS = 4
"""A message of as many words tells why."""
CHOICES = 5
LEAD = 1
"""By so many words more one report must fit than the next, to be meant."""
# Folded words that are in every such message and say nothing of which report.
_COMMON = frozenset(
    """mo lai lam vu viec cai phan anh bao cao don xong roi ma toi em minh tui chua van con nguyen khong ko k hai long
    giai quyet xu ly da duoc gi ca noi doi di chu nha nhe cho a o la thi co cac bac anh chi day do ay nay kia ra xem
    thay truoc duong pho phuong xa so ngo hem nhu the voi va nua lan bi het cung dung chieu sang hom qua nay ngay
    """.split()
)


def reopen(context: Context) -> None:
    """The citizen is not satisfied: which report, why, and a yes."""
    turn = context.turn
    code = turn.value("ticket") or turn.entity("ticket_code")
    own = own_tickets(context.session, context.conversation.id, limit=200)
    if code:
        ticket = own_ticket(context, str(code))
        if ticket is None:
            context.answer.say("not_of_this_chat", code=str(code))
            return
    else:
        fitting = _fitting(context, [one for one in own if may_ticket("reopen", one.state)])
        if not fitting:
            _nothing(context, own)
            return
        if len(fitting) > 1:
            _which(context, fitting)
            return
        ticket = fitting[0]
    if not may_ticket("reopen", ticket.state):
        context.answer.say("refused", reason=render("tickets.illegal_reopen"))
        return
    reason = str(context.memory.get("reopen_why") or "")
    if not turn.payload and len(words_of(turn.text)) >= REASON_WORDS and not reason:
        reason = turn.text.strip()
    if not reason:
        context.remember(pending="reopen_reason", reopen=ticket.id)
        context.answer.say("reopen_why", code=ticket.code, about=_about(context, ticket))
        return
    context.remember(pending="reopen", reopen=ticket.id, reopen_why=reason[:1000])
    context.answer.say(
        "reopen_ask", code=ticket.code, about=_about(context, ticket), why=reason[:300],
        buttons=[button("reopen", _payload(ticket, confirmed="1")), button("keep_closed", "/cancel_request")],
        custom={"ticket": ticket.code},
    )  # fmt: skip


def _nothing(context: Context, own: list[Ticket]) -> None:
    """No report of this chat can be opened again: what the last one waits for, or its code is asked."""
    if own:
        see = Button(own[0].code, "/ask_ticket_status" + json.dumps({"ticket": own[0].code}))
        context.answer.say("reopen_not_yet", code=own[0].code, buttons=[see])
        return
    context.answer.say("reopen_which")
    context.remember(pending="code")


def _fitting(context: Context, candidates: list[Ticket]) -> list[Ticket]:
    """Those that the words point to; all of them where the words point to none."""
    if len(candidates) < 2:
        return candidates
    told = set(words_of(context.turn.text)) - _COMMON
    scores = [len(told & (_words(context, one) - _COMMON)) for one in candidates]
    best = max(scores)
    if best == 0:
        return candidates
    return [one for one, score in zip(candidates, scores, strict=True) if score > best - LEAD]


def _words(context: Context, ticket: Ticket) -> set[str]:
    name = category_name(context.session, ticket.category_code)
    return set(words_of(f"{ticket.text} {ticket.place_text or ''} {name}"))


def _about(context: Context, ticket: Ticket) -> str:
    name = category_name(context.session, ticket.category_code)
    return f"{name}, {ticket.place_text}" if ticket.place_text else name


def _which(context: Context, fitting: list[Ticket]) -> None:
    turn = context.turn
    kept = context.memory.get("reopen_why")
    why = turn.text.strip()[:1000] if not turn.payload and len(words_of(turn.text)) >= REASON_WORDS else None
    context.remember(pending="reopen", reopen=None, reopen_why=kept or why)
    rows = "\n".join(f"{one.code}: {_about(context, one)}" for one in fitting[:CHOICES])
    context.answer.say(
        "reopen_which_of", rows=rows, buttons=[Button(one.code, _payload(one)) for one in fitting[:CHOICES]],
        custom={"once": False},
    )  # fmt: skip


def _payload(ticket: Ticket, **more: str) -> str:
    return "/dissatisfied_reopen" + json.dumps({"ticket": ticket.code, **more})


def answered(context: Context) -> None:
    """A yes to opening it again; or which one it is."""
    chosen = context.memory.get("reopen")
    if chosen is None:
        reopen(context)
        return
    ticket = tickets.get(context.session, int(chosen))
    reason = str(context.memory.get("reopen_why") or context.turn.text.strip())
    if _reopen(context, ticket, reason):
        context.remember(pending=None, reopen=None, reopen_why=None)


def pressed(context: Context) -> None:
    """The button "Mở lại": with ``confirmed`` under the question, else what begins it."""
    if context.turn.value("confirmed") and context.memory.get("reopen") is not None:
        answered(context)
    else:
        reopen(context)


def reason(context: Context) -> None:
    """Why it is to be opened again: said, it is opened."""
    ticket = tickets.get(context.session, int(context.memory["reopen"]))
    if _reopen(context, ticket, context.turn.text):
        context.remember(pending=None, reopen=None, reopen_why=None)


def _reopen(context: Context, ticket: Ticket, why: str) -> bool:
    """False: the reason says nothing yet, and another one may come."""
    try:
        tickets.reopen(
            context.session,
            ticket_id=ticket.id,
            reason=why,
            actor=CITIZEN,
            expected_version=None,
            now=context.turn.now,
        )
    except IllegalMove as refused:
        context.answer.say("refused", reason=render(refused.key, **refused.params))
        return refused.key != "tickets.reason_needed"
    context.answer.say("reopen_taken", code=ticket.code, custom={"ticket": ticket.code})
    return True
