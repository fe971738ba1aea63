"""Everything that could claim words: the open question, the report that is open, what was talked of, the world.

Each reader gives readings of a ``Said`` in a ``State``; none of them acts. ``READERS`` is their order among equals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from actions import gather
from actions.choice import matters
from actions.choice.reading import Follows, Heard, Reading
from actions.choice.said import Said
from actions.choice.state import State
from actions.turn import Turn
from feedback_store.domain.codes import codes_in
from feedback_store.domain.lifecycle import may_ticket
from feedback_store.guards import says_report_only
from feedback_store.reading import focus
from feedback_store.reading.assent import leans_wait, leans_yes, says_go_on, says_no, says_wait, says_yes
from feedback_store.reading.dossiers import dossiers_in
from feedback_store.reading.languages import language_of, wants_person
from feedback_store.reading.stars import Stars, read_stars
from vitext import fold, has_letters
from vitext.syllables import is_plain_syllable

Reader = Callable[[Said, State], Iterator[Reading]]

# While a report waits for an answer, these intents of typed text are the answer and not a digression.
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
SURE_STORY = 0.8
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
GRAVE = frozenset({"cancel_request", "emergency", "denunciation"})
# Words that take a filed report back, folded; "rút đơn khiếu nại" and "rút bảo hiểm" are other business.
_OBJECT = r"(?:phan anh|pa|kien nghi|tin bao|vu (?:toi|em|minh) bao)\b"
BACK = re.compile(rf"\b(?:rut|thu hoi)\b(?: (?:lai|cai|don|giup|toi|em|mot|cac))* {_OBJECT}|\brut pa \d")
CANCELS = re.compile(rf"\b(?:rut|thu hoi|huy|xoa|bo)\b.*\b{_OBJECT}")
NOT_BACK = re.compile(r"\b(?:khong|ko|chua|dung) (?:co |he |muon |dinh |can )*(?:rut|thu hoi)\b")
# Typed while a reason may come, these are other business.
OTHER_BUSINESS = frozenset(
    {"ask_procedure", "ask_dossier_status", "ask_ticket_status", "human_agent", "emergency", "denunciation", "greet"}
)
NO_ADDITION = frozenset(
    {"emergency", "denunciation", "cancel_request", "human_agent", "ask_procedure", "ask_dossier_status"}
)
OTHER_STORY, OTHER_STORY_WORDS = 0.6, 8
FOLLOW_UP = 8
"""Words of the longest question that may be about what was just done."""
KEPT_SURE = 0.8
"""How sure a second matter must be to be kept for afterwards rather than join the report that is open."""


def whole(by: str, act: str, said: Said, heard: Heard, **more: object) -> Reading:
    """A reading that takes every word."""
    return Reading(by, act, said.every, heard, **more)  # type: ignore[arg-type]


# --- pressed ----------------------------------------------------------------------------------


def pressed(said: Said, state: State) -> Iterator[Reading]:
    """A button, a pin, a photo: it says itself what it does."""
    if not said.turn.payload:
        return
    of_step = said.turn.value("step") if said.turn.intent == "skip" else None
    if of_step is not None and state.writing and of_step != state.step:
        yield whole("pressed", "ask_again", said, Heard.PRESSED)  # a button of a question that was answered
    else:
        yield whole("pressed", said.turn.intent, said, Heard.PRESSED)


# --- the open question ------------------------------------------------------------------------


def stars(said: Said, state: State) -> Iterator[Reading]:
    """ "5 sao", "1*", and a bare digit or "tạm được" where a result was just told."""
    found = read_stars(said.turn.text) or _stars_in_a_clause(said, state)
    if found is None or said.turn.where is not None:  # a place is told: a report, whatever it says of stars
        return
    again = found.plain and state.question == "rating_comment" and state.rated is not None
    just_told = len(state.unrated) == 1 and not state.question
    if not again and (not state.unrated or (not found.plain and (state.writing or not just_told))):
        return
    yield whole("stars", "rate_in_words", said, Heard.QUESTION, with_={"stars": found})


def _stars_in_a_clause(said: Said, state: State) -> Stars | None:
    """ "… hốt có một nửa, cho một sao": said at the end of what is thought of a result."""
    if not state.unrated:
        return None
    told = (read_stars(one.text) for one in said.clauses if one.route == "rate_service" and one.sure >= 0.9)
    return next((one for one in told if one is not None and one.plain), None)


def outside_question(said: Said, state: State) -> Iterator[Reading]:
    """An answer that a question outside the report waits for."""
    turn, question = said.turn, state.question
    bare_code = _is_bare_code(turn, state)
    if question == "withdraw" and (turn.intent not in OTHER_BUSINESS or BACK.search(turn.folded)):
        yield whole("withdraw?", "withdraw_answer", said, Heard.QUESTION)
    elif question == "addition" and turn.text and turn.intent not in NO_ADDITION:
        yield whole("addition?", "take_addition", said, Heard.QUESTION)
    elif question in ("callback_phone", "callback_time"):
        yield from _callback(said, question, bare_code)
    elif question == "rating_comment" and (
        turn.intent in COMMENTS or (turn.intent in ("thanks", "goodbye") and len(said.words) >= 4)
    ):
        yield whole("comment?", "rating_comment", said, Heard.QUESTION)
    elif question == "reopen" and _answers_reopen(said, state):
        yield whole("reopen?", "reopen_answer", said, Heard.QUESTION, sure=0.9)
    elif question == "reopen_reason" and turn.intent not in GRAVE:
        yield whole("reopen?", "reopen_reason", said, Heard.QUESTION)
    elif question == "procedure" and turn.intent in ("affirm", "deny") and len(said.words) <= 5:
        yield whole("procedure?", "candidate_answered", said, Heard.QUESTION)
    elif question == "forget" and (turn.intent == "affirm" or says_yes(turn.text)) and len(said.words) <= 6:
        yield whole("forget?", "do_forget", said, Heard.QUESTION)
    elif question == "code" and turn.intent in ("skip", "deny"):
        yield whole("code?", "no_code", said, Heard.QUESTION)


def _answers_reopen(said: Said, state: State) -> bool:
    """A yes to opening a report again; before one was chosen, words that point to it."""
    turn = said.turn
    if state.reopening is None:
        return turn.intent not in OTHER_BUSINESS and turn.intent not in GRAVE and len(said.words) <= 14
    return says_yes(turn.text) or (
        len(said.words) <= 10
        and any(says_yes(one.text) for one in said.clauses)
        and all(says_yes(one.text) or one.route in ("dissatisfied_reopen", "affirm") for one in said.clauses)
    ) or (turn.intent == "dissatisfied_reopen" and len(said.words) <= 6 and not says_no(turn.text))


_NO_LONGER = re.compile(
    r"^(?:a |u |da |uhm |oi )*(?:thoi|khoi|khoi can|khong can|ko can|k can|hong can|khong can nua|bo qua chuyen do)\b"
)
_HAS_NONE = re.compile(
    r"\b(?:khong|ko|k|hong|hok|chua|chang) (?:co |dung |xai |nho )(?:\w+ ){0,3}(?:so|sdt|dien thoai|dt|may)\b"
)
_STILL_THERE = re.compile(
    r"\b(?:con|co) (?:do|day|ai|nguoi|o do|online|onl|ai do|ai o do)\b.*\b(?:khong|ko|k|hong|hok|hem|ha|a)\b"
    r"|\b(?:alo|a lo)\b.*\b(?:dau|ai)\b|\b(?:sao|chua|ko|khong|k) (?:\w+ ){0,2}(?:goi|ai goi|thay goi)\b"
    r"|\bcho (?:\w+ ){0,2}lau"
    r"|\b(?:may gio|gio nao|bao gio|khi nao|luc nao|bao lau)\b.*\b(?:nghi|lam|goi|co nguoi|gap|truc|mo cua|dong cua)\b"
)


_OF_CALL = re.compile(r"\b(?:goi|lien he|lien lac|tra loi|gap|cho|ai|nhan vien|may)\b")


def _callback(said: Said, question: str, bare_code: bool) -> Iterator[Reading]:
    """A number, a time, or that none is needed; and how long it takes."""
    turn, plain = said.turn, said.turn.folded
    if bare_code or turn.intent in GRAVE - {"cancel_request"}:
        return
    given = turn.phone() is not None or gather.part_of_number(turn)
    asks = focus.about(turn.text) and len(said.words) <= 8 and not any(one.procedure for one in said.clauses)
    if question == "callback_time" and not _OF_CALL.search(plain):
        asks = False  # "khi nào cháu nó ngủ" is the time
    if not given and (_STILL_THERE.search(plain) or asks):
        yield whole("callback?", "callback_state", said, Heard.QUESTION, sure=0.95)
    if not given and ((_NO_LONGER.search(plain) and len(said.words) <= 10 and not _HAS_NONE.search(plain))
                      or turn.intent == "cancel_request"):
        yield whole("callback?", "callback_no_longer", said, Heard.QUESTION, sure=0.94)
    if turn.intent in ("human_agent", "abuse") and not given:
        yield whole("callback?", "callback_state", said, Heard.QUESTION, sure=0.9)
    elif not given and _tells_sure(said):
        return  # a report while a call is waited for
    elif question == "callback_phone" and (given or turn.intent in ANSWERS or turn.intent == "skip"):
        yield whole("callback?", "callback_phone", said, Heard.QUESTION, sure=0.9)
    elif question == "callback_time" and (given or turn.intent not in OTHER_BUSINESS):
        yield whole("callback?", "callback_time", said, Heard.QUESTION, sure=0.9)


def _tells_sure(said: Said) -> bool:
    """Whether the words are surely a report of something, with its place."""
    turn = said.turn
    of_report = turn.intent in (matters.REPORT, "multi") and turn.confidence >= SURE_STORY
    return of_report and turn.where is not None and len(said.words) > STORY_WORDS


def still_there(said: Said, state: State) -> Iterator[Reading]:
    """ "Còn đó không?" with a person asked for before."""
    if state.called and not state.writing and said.turn.phone() is not None and len(said.words) <= 8:
        yield whole("number", "callback_phone", said, Heard.FOCUS, sure=0.9)
    if state.called and not state.writing and len(said.words) <= 8 and _STILL_THERE.search(said.turn.folded):
        yield whole("still there", "callback_state", said, Heard.FOCUS, sure=0.9)


def takes_back(said: Said, state: State) -> Iterator[Reading]:
    """Words that take a filed report back; while one is being written only a code makes them mean another."""
    turn = said.turn
    if turn.intent in ("emergency", "denunciation", "formal_complaint") or NOT_BACK.search(turn.folded):
        return
    named = turn.entity("ticket_code") is not None or bool(codes_in(turn.text))
    told = len(said.words) <= 20 and BACK.search(turn.folded) is not None
    if (told or (turn.intent == "cancel_request" and (named or CANCELS.search(turn.folded)))) and (
        named or not state.writing
    ):
        yield whole("take back", "withdraw_report", said, Heard.QUESTION, sure=0.9)


def unseals(said: Said, state: State) -> Iterator[Reading]:
    """ "Không, tôi chỉ phản ánh …" typed after a sealing, in time; it has the effect of the button."""
    if state.sealed and said.turn.intent != "denunciation" and says_report_only(said.turn.text):
        yield whole("unseal", "denunciation_is_report", said, Heard.QUESTION, sure=0.9)


def codes(said: Said, state: State) -> Iterator[Reading]:
    """A code of a report or of a dossier, with next to nothing that says what else is wanted."""
    turn = said.turn
    if _is_bare_code(turn, state) or (state.question == "code" and turn.entity("ticket_code")) or _gives_code(turn):
        yield whole("code", "ask_ticket_status", said, Heard.QUESTION, sure=0.85)
    if _gives_dossier(turn):
        yield whole("dossier", "ask_dossier_status", said, Heard.QUESTION, sure=0.8)


def report_question(said: Said, state: State) -> Iterator[Reading]:
    """The report that is open: a yes to its summary, waiting, the answer to what it lacks."""
    turn = said.turn
    if not state.writing:
        return
    told = matters.clear(said)
    matter = told is not None and (told.route == matters.REPORT or any(one.procedure for one in said.clauses))
    idle = turn.where is None and not _has_digit(turn.text) and not matter
    if says_wait(turn.text) or (idle and leans_wait(turn.text)):
        yield whole("wait", "hold", said, Heard.QUESTION, sure=0.97)
    if says_go_on(turn.text):
        yield whole("go on", "ask_again", said, Heard.QUESTION, sure=0.96)
    if state.summary_shown:
        yield from _at_summary(said)
    elif state.step in ("photo", "phone") and says_no(turn.text):
        yield whole("no", "skip", said, Heard.QUESTION, sure=0.9)
    if not has_letters(turn.text) and says_yes(turn.text):  # 👍 to no question
        yield whole("nod", "thanks", said, Heard.QUESTION, sure=0.5)
    if _answers(said, state):
        yield Reading("answer", "continue_report", said.every, Heard.WORLD, Follows.KEEPS, 0.9)


AGREES = frozenset({"affirm", "send_now"})
SURE_OF_YES = 0.9


def _at_summary(said: Said) -> Iterator[Reading]:
    """A yes files; a yes with more takes it in and shows what changed; a no asks what to change."""
    turn = said.turn
    agreed = [number for number, clause in enumerate(said.clauses) if says_yes(clause.text)]
    if says_yes(turn.text):
        yield whole("yes", "report_yes", said, Heard.QUESTION, sure=0.99, follows=Follows.FILES)
    elif leans_yes(turn.text) and turn.intent in AGREES and turn.confidence >= SURE_OF_YES and turn.where is None:
        yield whole("yes", "report_yes", said, Heard.QUESTION, sure=0.96, follows=Follows.FILES)
    elif agreed and len(said.clauses) > 1:
        others = [one for number, one in enumerate(said.clauses) if number not in agreed]
        if all(leans_yes(one.text) and one.route in AGREES and one.sure >= 0.7 for one in others):
            yield whole("yes", "report_yes", said, Heard.QUESTION, sure=0.96, follows=Follows.FILES)
        else:
            yield Reading("yes, and", "yes_and", tuple(agreed), Heard.QUESTION, sure=0.7)
    elif says_no(turn.text):
        yield whole("no", "report_no", said, Heard.QUESTION, sure=0.95)


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def staff_question(said: Said, state: State) -> Iterator[Reading]:
    """An operator's question about a report waits, and these words may be its answer."""
    turn = said.turn
    if state.writing or state.waiting is None or not (turn.intent in ANSWERS or turn.intent == "abuse"):
        return
    if turn.intent == "submit_feedback" and turn.categories:
        name, sure = turn.categories[0]
        if name != state.waiting and sure >= OTHER_STORY and gather.words_beside(turn) >= OTHER_STORY_WORDS:
            return  # words that clearly tell of something else
    yield whole("asked", "answer_question", said, Heard.FOCUS, sure=0.9)


# --- what was talked of -----------------------------------------------------------------------


def foreign(said: Said, state: State) -> Iterator[Reading]:
    """Another language: a short answer in both, or a person; while a report is written its words are the report's."""
    few = len(said.words) < 4 and said.turn.text.isascii()
    if language_of(said.turn.text) is None or (few and state.focus != "foreign"):
        return
    if wants_person(said.turn.text):
        yield whole("foreign", "human_agent", said, Heard.FOCUS, sure=0.97)
    elif state.writing:
        yield whole("foreign", "continue_report", said, Heard.FOCUS, sure=0.96, follows=Follows.KEEPS)
    else:
        yield whole("foreign", "foreign", said, Heard.FOCUS, sure=0.97)


_AS_REPORT = re.compile(r"\b(?:ghi lai|ghi nhan|phan anh|gui|bao|lap|kien nghi)\b")


def after_danger(said: Said, state: State) -> Iterator[Reading]:
    """ "Có, ghi lại phản ánh giúp tôi" after an emergency that is over: what the button does."""
    turn = said.turn
    if not state.after_danger or state.writing or turn.where is not None or len(said.words) > 16:
        return
    if _AS_REPORT.search(turn.folded) and turn.intent in (matters.REPORT, "affirm", "send_now", "edit_report", "multi"):
        yield whole("after danger", "offer_danger_report", said, Heard.FOCUS, sure=0.9)


def rules(said: Said, state: State) -> Iterator[Reading]:
    """What the hotline takes, what the law says: a question form opens no report, unless it names a place."""
    turn = said.turn
    if state.writing or turn.where is not None or turn.intent not in RULES_TAKEN_FOR:
        return
    if focus.asks_about_rules(turn.text) and not any(one.procedure for one in said.clauses):
        yield whole("rules", "offer_report", said, Heard.FOCUS, sure=0.8)


RULES_TAKEN_FOR = frozenset({"submit_feedback", "multi", "nlu_fallback", "out_of_scope", "smalltalk_bot"})


def others_data(said: Said, state: State) -> Iterator[Reading]:
    """Who reported, or how to reach them: refused, also when it is insisted upon."""
    text = said.turn.text
    insists = state.focus == "others" and not state.writing and said.turn.where is None and len(said.words) <= 14
    if insists and focus.insists_on_others(text):
        yield whole("others", "others_data", said, Heard.FOCUS, sure=0.95)
    if not focus.asks_of_others(text):
        return
    asked = [number for number, one in enumerate(said.clauses) if focus.asks_of_others(one.text)]
    reports = [n for n, one in enumerate(said.clauses) if n not in asked and one.route == matters.REPORT
               and one.category_sure >= matters.CLEAR]  # fmt: skip
    if asked and reports:
        yield Reading("others", "others_data", tuple(asked), Heard.FOCUS, sure=0.95)
    else:
        yield whole("others", "others_data", said, Heard.FOCUS, sure=0.95)


def own_data(said: Said, state: State) -> Iterator[Reading]:
    """One's own number or name is to go."""
    if len(said.words) <= 20 and focus.wants_forgotten(said.turn.text) and said.turn.where is None:
        yield whole("own data", "forget_me", said, Heard.FOCUS, sure=0.93)


def pointed(said: Said, state: State) -> Iterator[Reading]:
    """ "Cái đầu tiên", "còn cái kia": one of several procedures or reports that were named."""
    found = focus.which(said.turn.text)
    if found is None or len(said.words) > 14 or said.turn.entity("procedure") is not None:
        return
    if state.focus == "procedure" and len(state.procedures) > 1:
        key = _of(list(reversed(state.procedures)), found)
        yield whole("pointed", "procedure_again", said, Heard.FOCUS, sure=0.9, with_={"key": key})
    elif len(state.own) > 1 and not state.writing:
        code = _of([one.code for one in reversed(state.own)], found)
        if found == "other":
            code = next((one.code for one in state.own if one.ticket_id != state.last), code)
        yield whole("pointed", "own_report", said, Heard.FOCUS, sure=0.9,
                    with_={"code": code, "about": focus.about(said.turn.text) or state.about})  # fmt: skip


def _of(oldest_first: list[str], found: focus.Which) -> str:
    if found == "first":
        return oldest_first[0]
    if found == "last":
        return oldest_first[-1]
    return oldest_first[1] if found == "second" else oldest_first[-2]


OTHER_QUESTIONS = frozenset({"ask_dossier_status", "human_agent", "dissatisfied_reopen", "emergency"})
PRIVATE = frozenset({"seen", "sent", "cost"})
"""What is asked of no dossier and no person."""


ASPECTS = {
    "online": re.compile(r"\b(?:qua mang|tren mang|online|onl|truc tuyen|qua app|vneid|tai nha|dich vu cong)\b"),
    "fee": re.compile(r"\b(?:le phi|phi|tien|ton|mat tien|het bao nhieu|bao nhieu tien|mien phi)\b"),
    "time": re.compile(r"\b(?:bao lau|may ngay|bao gio|khi nao|lau khong|lau ko|chung nao|may hom|bao nhieu ngay)\b"),
    "documents": re.compile(r"\b(?:giay to|giay gi|can gi|mang gi|mang theo|ho so gom|chuan bi)\b"),
    "place": re.compile(r"\b(?:o dau|cho nao|nop dau|o mo|toi dau nop|ra dau|den dau)\b"),
    "form": re.compile(r"\b(?:mau don|to khai|bieu mau|don mau)\b"),
}
PROCEDURE_FOLLOW_UP = 10


def procedure_follow_up(said: Said, state: State) -> Iterator[Reading]:
    """ "Thế nộp qua mạng?" right after a procedure was answered: another aspect of the same."""
    turn = said.turn
    if state.focus != "procedure" or not state.procedures or len(said.words) > PROCEDURE_FOLLOW_UP:
        return
    if turn.where is not None or any(one.procedure for one in said.clauses) or turn.entity("ticket_code"):
        return
    aspect = next((name for name, form in ASPECTS.items() if form.search(turn.folded)), None)
    if aspect is not None and turn.intent not in GRAVE and turn.intent != "human_agent":
        yield whole("aspect", "procedure_again", said, Heard.FOCUS, sure=0.92,
                    with_={"key": state.procedures[0], "aspect": aspect})  # fmt: skip


def nothing_sent(said: Said, state: State) -> Iterator[Reading]:
    """ "Đã gửi chưa?" after a report was cancelled."""
    if state.cancelled and not state.writing and {"sent", "state"}.intersection(focus.about(said.turn.text)):
        yield whole("cancelled", "nothing_sent", said, Heard.FOCUS, sure=0.9)


def own_report(said: Said, state: State) -> Iterator[Reading]:
    """A short question about one's own report: who, until when, what it costs, was it sent, who sees my name."""
    if not (state.writing or state.own) or (state.writing and state.step == "text"):
        return
    if state.focus == "procedure" and said.turn.intent == "ask_procedure":
        return  # a follow-up to what was just answered
    for number, clause in enumerate(said.clauses):
        about = tuple(one for one in focus.about(clause.text) if one not in ("where", "how"))
        tells = clause.route == matters.REPORT and clause.category_sure >= matters.CERTAIN and len(clause.words) > 7
        if not about or tells or clause.procedure or (said.turn.where is not None and len(said.clauses) == 1):
            continue
        if clause.route in OTHER_QUESTIONS and clause.sure >= 0.6 and not PRIVATE.intersection(about):
            continue
        yield Reading("own report", "own_report", (number,), Heard.FOCUS, sure=0.85, with_={"about": about})


def complaint(said: Said, state: State) -> Iterator[Reading]:
    """A question after a complaint was explained."""
    about = focus.about(said.turn.text)
    if state.focus == "complaint" and not state.writing and (about or said.turn.intent == "ask_procedure") \
            and not any(one.procedure for one in said.clauses) and said.turn.where is None:
        yield whole("complaint", "complaint_asked", said, Heard.FOCUS, sure=0.88, with_={"about": about})


def follow_up(said: Said, state: State) -> Iterator[Reading]:
    """A short question of no procedure, in a chat that has a report."""
    turn = said.turn
    if turn.intent != "ask_procedure" or state.writing or not state.own or state.focus == "procedure":
        return
    if turn.entity("procedure") is None and len(said.words) <= FOLLOW_UP and not any(c.procedure for c in said.clauses):
        yield whole("follow-up", "own_report", said, Heard.FOCUS, sure=0.7, with_={"about": ()})


# --- the world --------------------------------------------------------------------------------


def second_matter(said: Said, state: State) -> Iterator[Reading]:
    """Another matter told in the middle of a report: kept for afterwards."""
    if not state.writing or state.step == "text" or state.data.category is None:
        return
    found = matters.matters(said)
    if len(found) == 1 and _begins_another(said, state):
        yield whole("second", "keep_for_later", said, Heard.WORLD, follows=Follows.KEEPS, sure=0.95)
    for one in found if len(found) > 1 else ():
        if one.route != matters.REPORT:
            yield Reading("beside", one.route, one.takes, Heard.WORLD, sure=one.sure)
        elif one.category != state.data.category and one.sure >= KEPT_SURE:
            yield Reading("second", "keep_for_later", one.takes, Heard.WORLD, Follows.KEEPS, 0.95)


def _begins_another(said: Said, state: State) -> bool:
    """A message that opens with words for something else, or names a place of its own, and is sure of another group."""
    turn = said.turn
    one = matters.clear(said)
    if one is None or one.route != matters.REPORT or len(said.words) < 4:
        return False
    if one.group == str(state.data.category).split(".")[0]:
        return False
    anew = matters.opens_anew(said)
    placed = turn.where is not None and gather.words_beside(turn) >= 5 and state.step != "place"
    return (anew and one.sure >= STORY) or (placed and one.sure >= KEPT_SURE)


def several(said: Said, state: State) -> Iterator[Reading]:
    """Each of several matters."""
    found = matters.matters(said)
    if state.writing or len(found) < 2:
        return
    for one in found:
        yield Reading("several", one.route, one.takes, Heard.WORLD, Follows.OPENS if one.route == matters.REPORT
                      else Follows.ANSWER, max(one.sure, 0.6), with_={"category": one.category})  # fmt: skip


def story(said: Said, state: State) -> Iterator[Reading]:
    """Words taken for an address, for abuse or for small talk that hold a report of their own."""
    turn = said.turn
    if state.writing:
        return
    if _evident(said):
        yield whole("evident", matters.REPORT, said, Heard.WORLD, follows=Follows.OPENS, sure=0.8)
    if _tells_story(turn) and (turn.intent != "abuse" or turn.where is not None or _reports(said)):
        yield whole("story", matters.REPORT, said, Heard.WORLD, follows=Follows.OPENS, sure=0.9)
    elif turn.intent in matters.WEAK and (found := matters.clear(said)) is not None and found.sure >= matters.CERTAIN:
        yield whole("clear", found.route, said, Heard.WORLD, sure=0.8)


ANNOUNCED = re.compile(r"^\s*(?:phan anh(?: them)?|pa|kien nghi|bao su co|gop y)\s*[:,\-]")
EVIDENT, EVIDENT_ALONE = 0.6, 0.85


def _evident(said: Said) -> bool:
    """A place and a category, or "phản ánh:" at the beginning, beat what the whole is weakly taken for."""
    turn = said.turn
    if turn.intent not in matters.WEAK and turn.confidence >= EVIDENT and turn.intent != "edit_report":
        return False
    if ANNOUNCED.match(fold(turn.text)) and len(said.words) >= 5:
        return True
    if not turn.categories or gather.words_beside(turn) < 3 or focus.about(turn.text):
        return False
    sure = turn.categories[0][1]
    if turn.where is not None:
        return sure >= EVIDENT
    return sure >= EVIDENT_ALONE and turn.confidence < STORY and turn.intent not in ("abuse", "greet", "thanks")


def _reports(said: Said) -> bool:
    """Whether a clause of it is a report by itself."""
    found = matters.clear(said)
    return found is not None and found.route == matters.REPORT


def noise(said: Said, state: State) -> Iterator[Reading]:
    """Letters that no Vietnamese word has ("asdfgh"): better asked again than called out of scope."""
    if not state.writing and is_noise(said.turn):
        yield whole("noise", "nlu_fallback", said, Heard.WORLD, sure=0.85)


def nods(said: Said, state: State) -> Iterator[Reading]:
    """👍 to no question."""
    if not has_letters(said.turn.text) and says_yes(said.turn.text) and not state.summary_shown:
        yield whole("nod", "thanks", said, Heard.WORLD, sure=0.95)


def route(said: Said, state: State) -> Iterator[Reading]:
    """What the engine takes the whole message for."""
    yield whole("route", said.turn.intent, said, Heard.REST, sure=said.turn.confidence)


_ONLY_ASKED = re.compile(r"^(?:\w+ ){0,4}hoi (?:cho |de )?(?:biet|vui|choi)(?: vay| the)? (?:thoi|a|chu)\b")


def only_asked(said: Said, state: State) -> Iterator[Reading]:
    """ "Ừ hỏi cho biết vậy thôi chứ hôm nay họ chưa hát": nothing is reported."""
    turn = said.turn
    if state.writing or turn.where is not None or len(said.words) > STORY_WORDS * 3:
        return
    if _ONLY_ASKED.search(turn.folded) and turn.intent in UNSAID and "?" not in turn.text:
        yield whole("only asked", "deny", said, Heard.FOCUS, sure=0.97)


READERS: tuple[Reader, ...] = (
    pressed, stars, outside_question, still_there, takes_back, unseals, codes, report_question, staff_question,
    foreign, after_danger, rules, others_data, own_data, pointed, procedure_follow_up, nothing_sent, own_report,
    complaint, only_asked, follow_up, second_matter, nods, several, story, noise, route,
)  # fmt: skip


def readings(said: Said, state: State) -> list[Reading]:
    """All readings of a message, in the order of the readers."""
    if said.turn.payload:
        return list(pressed(said, state))
    return [one for reader in READERS for one in reader(said, state)]


# --- what a message is ------------------------------------------------------------------------


def _answers(said: Said, state: State) -> bool:
    """Whether typed words belong to the report that is open, rather than being a digression."""
    turn = said.turn
    if turn.intent in ANSWERS or (turn.intent == "abuse" and _tells_story(turn)):
        return True
    if state.step == "place" and turn.intent == "edit_report" and turn.place():
        return True
    if turn.phone() is not None and turn.intent == "edit_report":
        return True  # "số em đuôi 449 cơ: 09…"
    if state.step == "phone" and turn.phone() is not None and turn.intent not in GRAVE:
        return True  # "… à nhầm …" is taken for a correction
    if state.step in ("place", "commune") and gather.only_a_unit(turn):
        return True  # "An Đồng" is taken for "ẩn danh"
    if state.step not in DETAIL_STEPS or turn.intent in CERTAIN:
        return False
    return turn.place() is not None or turn.phone() is not None or (state.step == "phone" and turn.unread_phone())


def _tells_story(turn: Turn) -> bool:
    if turn.intent == "inform" and turn.place() and gather.words_beside(turn) >= PLACED_WORDS:
        return True
    if turn.intent not in ("inform", "abuse") or not turn.categories:
        return False
    return turn.categories[0][1] >= STORY and gather.words_beside(turn) >= STORY_WORDS


def is_noise(turn: Turn) -> bool:
    """Whether no word of a message is a Vietnamese one."""
    words = turn.folded.split()
    if turn.intent not in ("out_of_scope", "submit_feedback", "inform", "nlu_fallback", "multi") or turn.entities:
        return False
    return bool(words) and not any(is_plain_syllable(word) for word in words)


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


def _is_bare_code(turn: Turn, state: State) -> bool:
    """Nine digits alone are a code; where a telephone number is asked for, only that of a report of this chat."""
    if turn.entity("ticket_code") is not None or not BARE_CODE.fullmatch(turn.folded):
        return False
    if not turn.unread_phone():
        return True
    if state.step != "phone" and state.question != "callback_phone":
        return True
    digits = "".join(char for char in turn.text if char.isdigit())
    return any("".join(char for char in one.code if char.isdigit()) == digits for one in state.own)


def may_reopen(state: State) -> list[str]:
    """Codes of the reports of this chat that can be opened again, newest first."""
    return [one.code for one in state.own if may_ticket("reopen", one.state)]
