""" "Phản ánh của tôi": the list of this chat's reports, where each stands, adding to one, taking one back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from actions import asking, joining
from actions.turn import Button, Context, Turn, button, word
from feedback_store.domain.codes import find_code
from feedback_store.domain.lifecycle import OPEN_TICKET, IllegalMove, may_ticket
from feedback_store.service import own_reports, questions, tickets
from feedback_store.service.actor import Refused
from feedback_store.service.own_reports import OwnPage, OwnRow
from feedback_store.texts import has, render
from vitext.dates import short_time

if TYPE_CHECKING:
    from feedback_store.service.status import OwnStory

SURE = frozenset(
    "co dung ok oke vang da duoc rut xac nhan dong y chac chan roi di luon nhe a phan anh nay lai u ua uh um uk vay "
    "gium dum giup ho nha nghen do".split()
)
KEEPS = re.compile(r"^(?:khong|ko|k|thoi|dung|khoan)\b")
REASON_LONGEST = 300
STORY_WORDS = 6
ASKS_ON = frozenset({"withdraw_report", "add_to_report", "give_photo", "give_location"})

# --- the list ---------------------------------------------------------------------------------


def list_own(context: Context) -> None:
    """Newest first, five at a time; a tap shows one."""
    before = context.turn.value("before")
    shown = own_reports.page(
        context.session, context.conversation.id, before=None if before is None else int(before)
    )
    if not shown.rows:
        context.answer.say("my_reports_none")
        context.remember(pending="code")
        return
    buttons = [_see(row.code) for row in shown.rows]
    if shown.older is not None:
        buttons.append(button("older", "/my_reports" + json.dumps({"before": shown.older})))
    last = shown.first + len(shown.rows) - 1
    count = f"{shown.first}–{last}/{shown.total}" if shown.total > own_reports.PAGE else str(shown.total)
    context.answer.say(
        "my_reports", count=count, rows=_lines(context, shown), buttons=buttons, custom={"once": False}
    )


def _lines(context: Context, shown: OwnPage) -> str:
    return "\n".join(f"{number}. {_line(context, row)}" for number, row in enumerate(shown.rows, start=shown.first))


def _line(context: Context, row: OwnRow) -> str:
    parts = [row.code, row.category, word(f"state_{row.state}")]
    if row.due is not None and may_ticket("withdraw", row.state):
        name = "overdue_since" if row.due < context.turn.now else "due_at"
        parts.append(word(name, due=short_time(row.due)))
    return " – ".join(parts)


def _see(code: str) -> Button:
    return Button(code, "/ask_ticket_status" + json.dumps({"ticket": code}))


# --- one report -------------------------------------------------------------------------------


def next_step(context: Context, story: OwnStory) -> None:
    """After the story of a report: what happens next, and what its citizen may do."""
    view, buttons = story.view, []
    if may_ticket("add", view.state):
        buttons.append(button("add", "/add_to_report" + json.dumps({"ticket": view.code})))
    if may_ticket("withdraw", view.state):
        buttons.append(button("withdraw", "/withdraw_report" + json.dumps({"ticket": view.code})))
    if may_ticket("reopen", view.state):
        buttons.append(button("reopen", "/dissatisfied_reopen" + json.dumps({"ticket": view.code})))
    buttons.append(button("my_reports", "/my_reports"))
    asked = questions.waiting(context.session, story.ticket_id)
    if asked is not None and asked.delivered_at is not None and view.state in OPEN_TICKET:
        held = questions.holding(context.session, asked)
        words = word("next_question" if held else "next_question_only", question=asked.text)
    elif may_ticket("withdraw", view.state) and view.promise_due is not None and view.promise_due < context.turn.now:
        words = word("next_late")
    else:
        words = word(f"next_{view.state}")
    context.answer.say("status_next", words=words, buttons=buttons, custom={"once": False, "ticket": view.code})


def add(context: Context) -> None:
    """The button "Bổ sung": what comes next joins this report."""
    code = str(context.turn.value("ticket"))
    ticket = own_reports.find(context.session, context.conversation.id, code)
    if ticket is None:
        context.answer.say("not_of_this_chat", code=code)
    elif not may_ticket("add", ticket.state):
        context.answer.say("refused", reason=render("tickets.illegal_add"))
    else:
        context.conversation.last_ticket_id = ticket.id
        context.remember(pending="addition", adding=ticket.id)
        context.answer.say("add_what", code=ticket.code, custom={"ticket": ticket.code, "ask_photo": True},
                           buttons=[button("no_need", "/cancel_request")])  # fmt: skip


def take_addition(context: Context) -> None:
    """The words that "Bổ sung" asked for."""
    ticket = tickets.get(context.session, int(context.memory["adding"]))
    context.remember(pending=None, adding=None)
    if not may_ticket("add", ticket.state):
        context.answer.say("refused", reason=render("tickets.illegal_add"))
        return
    joining.join(context, ticket, context.turn.text.strip(), None, None)


# --- taking one back --------------------------------------------------------------------------


def _named_code(turn: Turn) -> str | None:
    typed = turn.value("ticket") or turn.entity("ticket_code")
    found = find_code(turn.text) if typed is None and not turn.payload else None
    return str(typed) if typed else (found.code or found.digits) if found else None


def withdraw(context: Context) -> None:
    """Say what it means and ask; which one, where that is not clear."""
    turn = context.turn
    step = turn.value("step")
    code = _named_code(turn)
    if step == "keep":
        _keep(context, code or "")
    elif code is None:
        _which(context)
    elif step == "confirm":
        _do(context, code)
    else:
        _ask(context, code)


def _which(context: Context) -> None:
    open_ones = own_reports.page(context.session, context.conversation.id, open_only=True)
    if len(open_ones.rows) == 1:
        _ask(context, open_ones.rows[0].code)
    elif open_ones.rows:
        buttons = [Button(row.code, _payload(row.code)) for row in open_ones.rows]
        rows = _lines(context, open_ones)
        context.answer.say("withdraw_which", rows=rows, buttons=buttons, custom={"once": False})
    else:
        context.answer.say("withdraw_none", buttons=[button("my_reports", "/my_reports")])


def _ask(context: Context, code: str) -> None:
    ticket = own_reports.find(context.session, context.conversation.id, code)
    if ticket is None:
        context.answer.say("not_of_this_chat", code=code)
        return
    if not may_ticket("withdraw", ticket.state):
        _too_late(context, ticket.code, ticket.state)
        return
    context.remember(pending="withdraw", withdraw=ticket.code, why=None)
    context.answer.say("withdraw_ask", code=ticket.code, buttons=_choice(ticket.code), custom={"ticket": ticket.code})


def _choice(code: str) -> list[Button]:
    return [button("withdraw", _payload(code, step="confirm")), button("keep", _payload(code, step="keep"))]


def _payload(code: str, **more: str) -> str:
    return "/withdraw_report" + json.dumps({"ticket": code, **more})


def answer_pending(context: Context) -> None:
    """Typed after the question: yes, no, or the reason."""
    turn, memory = context.turn, context.memory
    code = str(memory["withdraw"])
    words = turn.folded.split()
    if KEEPS.match(turn.folded) and len(words) <= 6:
        _keep(context, code)
    elif words and len(words) <= 6 and all(one in SURE for one in words):
        _do(context, code)
    else:
        why = turn.text.strip()[:REASON_LONGEST]
        context.remember(why=why)
        buttons = _choice(code)
        if len(words) >= STORY_WORDS:
            buttons.append(button("another_report", "/submit_feedback" + json.dumps({"event": turn.event_id})))
        context.answer.say("withdraw_why", code=code, why=why, buttons=buttons, custom={"ticket": code})


def _do(context: Context, code: str) -> None:
    memory, turn = context.memory, context.turn
    ticket = own_reports.find(context.session, context.conversation.id, code)
    before = ticket.state if ticket else ""
    reason = memory.get("why") if ticket is not None and memory.get("withdraw") == ticket.code else None
    _forget(context)
    try:
        done = own_reports.withdraw(
            context.session, conversation_id=context.conversation.id, code=code, reason=reason, now=turn.now
        )
    except Refused:
        context.answer.say("not_of_this_chat", code=code)
    except IllegalMove:
        _too_late(context, code, before)
    else:
        said: dict[str, Any] = {"code": done.code, "custom": {"ticket": done.code}}
        context.answer.say("withdrawn_already" if before == "withdrawn" else "withdrawn", **said)
    asking.resume(context)


def _keep(context: Context, code: str) -> None:
    _forget(context)
    ticket = own_reports.find(context.session, context.conversation.id, code)
    if ticket is None:
        context.answer.say("not_of_this_chat", code=code)
    elif may_ticket("withdraw", ticket.state):
        context.answer.say("withdraw_kept", code=code, custom={"ticket": code})
    else:
        _too_late(context, ticket.code, ticket.state)
    asking.resume(context)


def _too_late(context: Context, code: str, state: str) -> None:
    key = f"dialogue.word_not_withdrawn_{state}"
    reason = render(key if has(key) else "dialogue.word_not_withdrawn")
    context.answer.say("withdraw_refused", code=code, reason=reason, custom={"ticket": code})


def pressed(context: Context) -> None:
    """A button of other business: what was asked here waits no more, and nothing typed later is taken for it."""
    if context.turn.intent not in ASKS_ON:
        forget_question(context)


def forget_question(context: Context) -> None:
    """Other business came: neither a withdrawal nor an addition waits any more."""
    if context.memory.get("pending") in ("withdraw", "addition"):
        context.remember(pending=None, withdraw=None, why=None, adding=None)


def _forget(context: Context) -> None:
    if context.memory.get("withdraw"):
        context.remember(pending=None, withdraw=None, why=None)

