"""Everything that is not the report itself: questions, status, people, and the edges of the law."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from actions import gather, mine, person, report
from actions.asking import resume
from actions.turn import Button, Context, button, word
from feedback_store.domain.codes import codes_in, find_code
from feedback_store.guards import reported
from feedback_store.queries.lookups import category_name
from feedback_store.reading.feelings import feeling_in
from feedback_store.service import denunciations, drafts
from feedback_store.service.status import Limited, NotFound, OwnStory, asker_of, own_tickets, ticket_status
from vitext.dates import spoken_date, spoken_time

if TYPE_CHECKING:
    from feedback_store.tables import Ticket

LISTS = re.compile(r"\b(danh sach|liet ke|nhung|cac|tat ca|bao nhieu|may|lich su)\b")  # "danh sách phản ánh của tôi"
MENU = [
    button("report", "/submit_feedback"),
    button("procedure", "/ask_procedure"),
    button("look_up", "/ask_ticket_status"),
    button("person", "/human_agent"),
    button("my_reports", "/my_reports"),
]


def say_and_resume(context: Context, name: str, buttons: list[Button] | None = None, **params: Any) -> None:
    """A short answer; a report that is open is asked on."""
    draft = drafts.get_open(context.session, context.conversation.id, lock=True)
    context.answer.say(name, buttons=buttons if draft is None else None, **params)
    resume(context)


# --- tickets ----------------------------------------------------------------------------------


def tell_status(context: Context) -> None:
    """By code; without one, the reports of this chat."""
    turn = context.turn
    typed = turn.value("ticket") or turn.entity("ticket_code")
    if typed is None and not turn.payload:
        written = codes_in(turn.text)  # as it was typed, so that a wrong one is said as it stands there
        found = find_code(turn.text)
        typed = turn.text[written[0][0] : written[0][1]].strip() if written else found.digits if found else None
    code = typed
    if code is None:
        own = own_tickets(context.session, context.conversation.id, limit=2)
        writing = drafts.get_open(context.session, context.conversation.id) is not None
        if not own and writing and not turn.payload:
            context.answer.say("draft_sent", privacy_url=context.links["privacy"])  # "gửi cái đèn đường cho em đi"
            resume(context)
            return
        if not own:
            context.answer.say("ask_code")
            context.remember(pending="code")
            resume(context)
            return
        if len(own) > 1 or turn.payload or LISTS.search(turn.folded):
            mine.list_own(context)
            resume(context)
            return
        code = own[0].code
    limiter = asker_of(context.session, event_id=turn.event_id, conversation=context.conversation)
    state = ticket_status(
        context.session, code=str(code), conversation_id=context.conversation.id, limiter_key=limiter, now=turn.now
    )
    if isinstance(state, Limited):
        context.answer.say("status_limited")
    elif isinstance(state, NotFound):
        context.answer.say("status_mistyped" if state.mistyped else "status_not_found", code=str(code))
    elif isinstance(state, OwnStory):
        _own_story(context, state)
    else:
        context.answer.say(
            f"status_{state.state}",
            code=state.code,
            received=spoken_date(state.receipt_at),
            due=spoken_time(state.promise_due) if state.promise_due else word("no_due"),
            agency="",
            reason="",
            custom={"ticket": state.code},
        )
        context.answer.say("status_stranger")
    context.remember(pending=None)
    resume(context)


def _own_story(context: Context, story: OwnStory) -> None:
    view = story.view
    agencies = ", ".join(story.agencies)
    context.answer.say(
        f"status_{view.state}",
        code=view.code,
        received=spoken_date(view.receipt_at),
        due=spoken_time(view.promise_due) if view.promise_due else word("no_due"),
        agency=f" ({agencies})" if agencies else "",
        reason=word("because", reason=story.reason) if story.reason else "",
        custom={"ticket": view.code},
    )
    context.answer.say("status_own_text", words=story.text, place=story.place or word("unknown_place"))
    for agency, text in story.results:
        context.answer.say("status_result", agency=agency, words=text)
    mine.next_step(context, story)
    context.conversation.last_ticket_id = story.ticket_id


def no_code(context: Context) -> None:
    """The code was asked for and is not at hand."""
    context.remember(pending=None)
    context.answer.say("no_code", buttons=[MENU[3]])
    resume(context)


def own_ticket(context: Context, code: str) -> Ticket | None:
    return next(
        (
            t
            for t in own_tickets(context.session, context.conversation.id, limit=200)
            if t.code == code or (find_code(code) or find_code("PA" + code) or _NOTHING).code == t.code
        ),
        None,
    )


class _Nothing:
    code = None


_NOTHING = _Nothing()


def nothing_sent(context: Context) -> None:
    """After a report was cancelled: it went nowhere."""
    context.answer.say("nothing_sent", buttons=[MENU[0]])


_FEELINGS = {"bereaved": "bereaved", "hard": "hard_times", "unheard": "unheard"}


def feel(context: Context) -> None:
    """One human sentence, once in a conversation, for a death in the family, hardship, or nobody having heard."""
    if context.turn.payload or context.memory.get("felt"):
        return
    feeling = feeling_in(context.turn.text)
    if feeling is not None:
        context.remember(felt=True)
        context.answer.say(_FEELINGS[feeling])


SURE_ENOUGH = 0.5


_PRAISES = re.compile(
    r"\b(?:khen|cam on|cam phuc|tot|gioi|nhiet tinh|tuyet|hai long|biet on|hoan nghenh|hoan nghinh|de thuong|chu dao"
    r"|tan tinh|tan tam|nhanh|xuat sac|10 diem|like|dinh|ung|dep|sach|hay)\b"
)


def praise(context: Context) -> None:
    """Thanks for praise; an introduction that the engine takes for it ("Kính thưa quý đài, tôi là …") is a greeting."""
    begun = drafts.get_open(context.session, context.conversation.id) is not None or context.memory.get("focus")
    if begun or _PRAISES.search(context.turn.folded) or context.turn.payload:
        say_and_resume(context, "praise")
    else:
        say_and_resume(context, "greet", MENU)


def offer_times(context: Context) -> None:
    """A question about a timetable, which nobody here knows: said so, and a report offered rather than opened."""
    as_report = button("report", "/submit_feedback" + json.dumps({"event": context.turn.event_id}))
    context.answer.say("offer_times", buttons=[as_report, MENU[1], MENU[3]])


def offer_report(context: Context) -> None:
    """A question about what is taken, or what the law says: answered, and a report offered rather than opened."""
    best = context.turn.categories[0] if context.turn.categories else None
    name = category_name(context.session, best[0]) if best is not None and best[1] >= SURE_ENOUGH else None
    as_report = button("report", "/submit_feedback" + json.dumps({"event": context.turn.event_id}))
    context.remember(focus="service")
    context.answer.say(
        "offer_report", matter=f" {word('about_matter', category=name)}" if name else "",
        buttons=[as_report, MENU[1], MENU[3]],
    )  # fmt: skip


def foreign(context: Context) -> None:
    """Another language: what can be done here, in two."""
    context.remember(focus="foreign")
    as_report = button("report_foreign", "/submit_feedback" + json.dumps({"event": context.turn.event_id}))
    context.answer.say("foreign", buttons=[as_report, button("person_foreign", "/human_agent")])


def skip(context: Context) -> None:
    """A way past the question: the report's, or that of the time to call, whose answer "any time" is."""
    if context.memory.get("pending") == "callback_time":
        person.time(context)
    elif context.turn.value("step") == "callback_time":
        say_and_resume(context, "nothing_asked", MENU)
    else:
        report.skip(context)


# --- the edges of the law ---------------------------------------------------------------------


def formal_complaint(context: Context) -> None:
    """Explained once, then in a line; what is asked about it afterwards is answered (``focus.complaint_asked``)."""
    again = context.memory.get("focus") == "complaint"
    context.remember(focus="complaint")
    say_and_resume(context, "formal_complaint_again" if again else "formal_complaint")


def denunciation(context: Context) -> None:
    """The proper channel; the words are sealed by the gateway in the commit of this turn."""
    context.answer.say(
        "denunciation",
        buttons=[button("only_report", "/denunciation_is_report")],
        custom={"once": False, "serious": "denunciation"},
    )


def not_denunciation(context: Context) -> None:
    """ "Tôi chỉ phản ánh": the sealed words come back as an ordinary report, within 24 hours."""
    turn = context.turn
    words = denunciations.reopen(context.session, conversation_id=context.conversation.id, now=turn.now)
    if words is None:
        context.answer.say("denunciation_gone", buttons=[button("report", "/submit_feedback")])
        return
    context.answer.say("seal_lifted")
    if gather.only_accuses(words):
        words = ""  # "tôi muốn tố cáo": the matter is still to be told
    anew = "" if turn.payload else reported(turn.text)
    if anew:
        told = anew  # "tôi chỉ phản ánh cô ấy quát nạt": what was accused stays out of it
    else:
        told = words  # what takes the seal off is said to the hotline
    report.start_from(context, told.strip())


def cancel(context: Context) -> None:
    if str(context.memory.get("pending", "")).startswith("callback"):
        person.no_longer(context)
        return
    pressed = bool(context.turn.payload) and drafts.get_open(context.session, context.conversation.id) is not None
    if context.memory.get("pending") and not pressed:
        context.remember(pending=None, reopen=None, rated=None, adding=None, forget=None)
        context.answer.say("stopped")
        resume(context)
        return
    if report.cancel(context):
        return
    context.answer.say("nothing_to_cancel", buttons=MENU)


def ask_cancel(context: Context) -> None:
    """What may have been meant as giving up: with a report open it is asked, without one there is nothing to lose."""
    open_ = drafts.get_open(context.session, context.conversation.id) is not None
    if not open_ or context.memory.get("pending"):
        cancel(context)
        return
    context.answer.say(
        "ask_cancel",
        buttons=[button("cancel_report", "/cancel_request"), button("go_on", '/skip{"step": "cancel"}')],
    )


TELLING = 4
"""In so many words something was told, though it was not understood."""


def fallback(context: Context) -> None:
    """Narrows with buttons first; the second time in a row offers a person. The words can become a report."""
    turn = context.turn
    missed = int(context.memory.get("missed", 0)) + 1
    told = len(turn.folded.split()) >= TELLING and not turn.payload
    context.remember(missed=missed, missed_event=turn.event_id if told else None)
    as_report = button("report", "/submit_feedback" + json.dumps({"event": turn.event_id}))
    own = turn.text and not turn.payload and len(turn.folded.split()) >= 4
    menu = [as_report if own else MENU[0], *MENU[1:]]
    if missed >= 2:
        name = "fallback_person" if missed % 2 == 0 else "fallback_again"
        context.answer.say(name, buttons=[MENU[3], menu[0], MENU[1]])
    else:
        context.answer.say("fallback", buttons=menu)
    resume(context)
