"""Which handler takes a turn: the intent's own, unless the conversation waits for an answer."""

from __future__ import annotations

import re
from collections.abc import Callable

from actions import gather, joining, mine, rating, report, talk
from actions.turn import Context, Turn
from feedback_store.domain.codes import codes_in
from feedback_store.reading.assent import says_wait, says_yes
from feedback_store.reading.dossiers import dossiers_in
from feedback_store.service import drafts, own_reports
from feedback_store.service.drafts import ReportData, next_step
from vitext import has_letters
from vitext.syllables import is_plain_syllable

Handler = Callable[[Context], None]


def _say(name: str, menu: bool = False) -> Handler:
    return lambda context: talk.say_and_resume(context, name, talk.MENU if menu else None)


HANDLERS: dict[str, Handler] = {
    "greet": _say("greet", menu=True),
    "goodbye": _say("goodbye"),
    "thanks": _say("thanks"),
    "praise": _say("praise"),
    "abuse": _say("abuse", menu=True),
    "out_of_scope": _say("out_of_scope", menu=True),
    "smalltalk_bot": _say("who_am_i", menu=True),
    "formal_complaint": _say("formal_complaint"),
    "ask_dossier_status": _say("dossier_status"),
    "ask_procedure": talk.answer_procedure,
    "judge_answer": talk.judge_answer,
    "ask_ticket_status": talk.tell_status,
    "my_reports": mine.list_own,
    "add_to_report": mine.add,
    "withdraw_report": mine.withdraw,
    "rate_service": rating.rate,
    "rate": rating.rate,
    "dissatisfied_reopen": talk.reopen,
    "human_agent": talk.human_agent,
    "emergency": talk.emergency,
    "offer_danger_report": talk.danger_report,
    "denunciation": talk.denunciation,
    "denunciation_is_report": talk.not_denunciation,
    "cancel_request": talk.cancel,
    "nlu_fallback": talk.fallback,
    "affirm": lambda context: _yes_or_no(context),
    "deny": lambda context: _yes_or_no(context),
    "submit_feedback": report.start,
    "multi": report.start,
    "inform": lambda context: _detail(context),
    "skip": talk.skip,
    "send_now": report.hurry,
    "edit_report": report.edit,
    "report_edit": report.edit,
    "report_send": report.confirm,
    "stay_anonymous": report.stay_anonymous,
    "give_location": report.take_location,
    "give_photo": report.take_photo,
    "choose_category": lambda context: report.choose(context, "category"),
    "choose_commune": lambda context: report.choose(context, "commune"),
}
# While a report waits for an answer, these intents of TYPED text are the answer and not a digression.
ANSWERS = frozenset(
    {"inform", "submit_feedback", "multi", "nlu_fallback", "affirm", "deny", "out_of_scope", "praise", "rate_service"}
)
# Never an answer to a question about the report, whatever else the words hold.
CERTAIN = frozenset(
    {
        "cancel_request",
        "denunciation",
        "emergency",
        "human_agent",
        "send_now",
        "skip",
        "stay_anonymous",
        "edit_report",
    }
)
# Nine digits, as a ticket code is read aloud; telephone numbers have ten.
BARE_CODE = re.compile(r"(?:pa ?)?(?:\d ?){8}\d")
STORY = 0.5
STORY_WORDS = 6
PLACED_WORDS = 2
# Intents that do not tell what is wanted of a code that stands in the message; more words beside it are a story.
UNSAID = frozenset({"nlu_fallback", "out_of_scope", "inform", "greet", "affirm", "deny", "submit_feedback", "multi"})
CODE_WORDS = 6
DOSSIER_WORDS = 3
DOSSIER_ASKED = frozenset({"ask_ticket_status", "my_reports"})
# Short answers to "where?" and "which phone?" are easily taken for something else by a model.
DETAIL_STEPS = frozenset({"place", "commune", "phone", "category"})
COMMENTS = frozenset(
    {
        "praise",
        "abuse",
        "out_of_scope",
        "nlu_fallback",
        "inform",
        "rate_service",
        "submit_feedback",
        "dissatisfied_reopen",
        "affirm",
        "deny",
    }
)


def handle(context: Context) -> None:
    """Answer one turn."""
    turn, memory = context.turn, context.memory
    noise = not turn.payload and _is_noise(turn)
    if turn.intent != "nlu_fallback" and not noise and memory.get("missed"):
        context.remember(missed=None)
    if turn.payload:
        mine.pressed(context)
    if not turn.payload and (rating.rates_in_words(context) or _pending(context) or talk.takes_back(context)):
        return
    if not turn.payload and _gives_code(turn):
        talk.tell_status(context)
        return
    if not turn.payload and _gives_dossier(turn):
        HANDLERS["ask_dossier_status"](context)
        return
    if not turn.payload:
        draft = drafts.get_open(context.session, context.conversation.id, lock=True)
        nods = not has_letters(turn.text) and says_yes(turn.text)  # 👍 to no question
        if nods and (draft is None or draft.summary_event_id is None):
            HANDLERS["thanks"](context)
            return
        if draft is not None and says_wait(turn.text):
            report.hold(context, draft)
            return
        if draft is not None:
            if _answers(turn, drafts.data_of(draft), draft.summary_event_id is not None):
                report.continue_report(context, draft)
                return
        elif (turn.intent in ANSWERS or turn.intent == "abuse") and joining.answers_question(context):
            return
        elif _tells_story(turn):
            report.start(context)
            return
        elif noise:
            talk.fallback(context)
            return
    HANDLERS.get(turn.intent, talk.fallback)(context)


def _answers(turn: Turn, data: ReportData, summary_shown: bool) -> bool:
    """Whether typed words belong to the report that is open, rather than being a digression."""
    if summary_shown and report.confirms(turn):
        return True
    if turn.intent in ANSWERS or (turn.intent == "abuse" and _tells_story(turn)):
        return True
    step = next_step(data)
    if step == "place" and turn.intent == "edit_report" and turn.place():
        return True
    if step in ("place", "commune") and gather.only_a_unit(turn):
        return True  # "An Đồng" is taken for "ẩn danh"
    if step not in DETAIL_STEPS or turn.intent in CERTAIN:
        return False
    return turn.place() is not None or turn.phone() is not None or (step == "phone" and turn.unread_phone())


def _tells_story(turn: Turn) -> bool:
    """Words taken for an address or for abuse that hold a report of their own."""
    if turn.intent == "inform" and turn.place() and gather.words_beside(turn) >= PLACED_WORDS:
        return True
    if turn.intent not in ("inform", "abuse") or not turn.categories:
        return False
    return turn.categories[0][1] >= STORY and gather.words_beside(turn) >= STORY_WORDS


def _is_noise(turn: Turn) -> bool:
    """Letters that no Vietnamese word has ("asdfgh"): better asked again than called out of scope."""
    words = turn.folded.split()
    if turn.intent not in ("out_of_scope", "submit_feedback", "inform", "nlu_fallback", "multi") or turn.entities:
        return False
    return bool(words) and not any(is_plain_syllable(word) for word in words)


def _pending(context: Context) -> bool:
    """An answer that a question outside the report waits for."""
    turn, pending = context.turn, context.memory.get("pending")
    if pending == "withdraw" and mine.answer_pending(context):
        return True
    if pending == "addition" and mine.take_addition(context):
        return True
    if mine.wants_back(context):
        mine.withdraw(context)
        return True
    bare_code = _is_bare_code(context)
    if pending == "callback_phone" and not bare_code and (
        turn.phone() or turn.unread_phone() or turn.intent in ANSWERS
    ):
        talk.callback_phone(context)
    elif pending == "callback_time" and turn.intent not in ("cancel_request", "emergency", "denunciation"):
        talk.callback_time(context)
    elif pending == "rating_comment" and (
        turn.intent in COMMENTS or (turn.intent in ("thanks", "goodbye") and len(turn.folded.split()) >= 4)
    ):
        return rating.keep_comment(context)
    elif pending == "reopen_reason" and turn.intent not in ("cancel_request", "emergency", "denunciation"):
        talk.reopen_reason(context)
    elif pending == "procedure" and turn.intent in ("affirm", "deny") and len(turn.folded.split()) <= 5:
        talk.candidate_answered(context)
    elif pending == "code" and turn.intent in ("skip", "deny"):
        talk.no_code(context)
    elif bare_code or (pending == "code" and turn.entity("ticket_code")):
        talk.tell_status(context)
    else:
        return False
    return True


def _gives_code(turn: Turn) -> bool:
    """Whether a message holds a ticket's code, hardly a word beside, and no intent that says what else is wanted."""
    if turn.intent not in UNSAID or not (found := codes_in(turn.text)):
        return False
    start, end, _ = found[0]
    return len((turn.text[:start] + " " + turn.text[end:]).split()) <= CODE_WORDS


def _gives_dossier(turn: Turn) -> bool:
    """Whether a message asks for a dossier: its code with next to nothing beside it, or with a question for a state."""
    found = dossiers_in(turn.text)
    if not found or codes_in(turn.text):
        return False
    beside = (turn.text[: found[0].start] + " " + turn.text[found[-1].end :]).split()
    return turn.intent in DOSSIER_ASKED or (turn.intent in UNSAID and len(beside) <= DOSSIER_WORDS)


def _is_bare_code(context: Context) -> bool:
    """Nine digits alone are a code; where a telephone number is asked for, only that of a report of this chat."""
    turn = context.turn
    if turn.entity("ticket_code") is not None or not BARE_CODE.fullmatch(turn.folded):
        return False
    if not turn.unread_phone():
        return True
    draft = drafts.get_open(context.session, context.conversation.id)
    asked = draft is not None and next_step(drafts.data_of(draft)) == "phone"
    if not asked and context.memory.get("pending") != "callback_phone":
        return True
    return own_reports.find(context.session, context.conversation.id, turn.text) is not None


def _yes_or_no(context: Context) -> None:
    """A yes or no that nothing waits for."""
    talk.say_and_resume(context, "nothing_asked", talk.MENU)


def _detail(context: Context) -> None:
    """A bare address or number with no report open: a report without its subject yet."""
    if joining.joins_ticket(context):
        return
    if context.turn.place():
        report.start_at_place(context)
        return
    talk.fallback(context)
