"""What a message is, whatever was talked of before: a story, a code, an answer, noise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions import gather
from actions.choice.reading import Heard, Reading
from actions.choice.said import Said
from actions.choice.state import Own, State
from actions.turn import Turn
from feedback_store.domain.codes import codes_in
from feedback_store.reading.assent import gives_up
from feedback_store.reading.dossiers import dossiers_in
from feedback_store.reading.dropping import subjects
from feedback_store.reading.words import words_of
from vitext.syllables import is_plain_syllable

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
PLACED_WORDS = 2
# Intents that do not tell what is wanted of a code that stands in the message; more words beside it are a story.
UNSAID = frozenset({"nlu_fallback", "out_of_scope", "inform", "greet", "affirm", "deny", "submit_feedback", "multi"})
CODE_WORDS = 6
DOSSIER_WORDS = 3
DOSSIER_ASKED = frozenset({"ask_ticket_status", "my_reports"})
# Short answers to "where?" and "which phone?" are easily taken for something else by a model.
DETAIL_STEPS = frozenset({"place", "commune", "phone", "category"})
GRAVE = frozenset({"cancel_request", "emergency", "denunciation"})


LEARNED, SURELY = 0.6, 0.9
"""So likely words are a pause, or ask who reported somebody; on 249 answers of a new writer nothing else was."""
ASKED = 0.8
"""So sure of a question about a procedure that the catalogue has, a message is no answer to a report's."""
WEAKLY = 0.6
"""Less sure of what it is, words with a place or a number belong to the report that is open."""


def whole(by: str, act: str, said: Said, heard: Heard, **more: object) -> Reading:
    """A reading that takes every word."""
    return Reading(by, act, said.every, heard, **more)  # type: ignore[arg-type]


def answers(said: Said, state: State) -> bool:
    """Whether typed words belong to the report that is open, rather than being a digression."""
    turn = said.turn
    if turn.intent in ANSWERS or (turn.intent == "abuse" and tells_story(turn)):
        return True
    if turn.intent == "ask_procedure" and turn.confidence >= ASKED and any(one.procedure for one in said.clauses):
        return False  # "giay xac nhan doc than lm o dau", whatever the report asks
    told = turn.where is not None or turn.phone() is not None
    if turn.confidence < WEAKLY and turn.intent not in CERTAIN and told:
        return True  # "quên chưa bảo, chỗ ngay trước cửa nhà số 77 ấy", taken weakly for whatever it may be
    if state.step == "place" and turn.intent == "edit_report" and turn.place():
        return True
    if turn.phone() is not None and turn.intent in ("edit_report", "cancel_request") and not gives_up(turn.text):
        return True  # "số em đuôi 449 cơ: 09…", "… bỏ cái tên em ra giùm"
    if state.step == "phone" and turn.phone() is not None and turn.intent not in GRAVE:
        return True  # "… à nhầm …" is taken for a correction
    if state.step in ("place", "commune") and gather.only_a_unit(turn):
        return True  # "An Đồng" is taken for "ẩn danh"
    if state.step not in DETAIL_STEPS or turn.intent in CERTAIN:
        return False
    return turn.place() is not None or turn.phone() is not None or (state.step == "phone" and turn.unread_phone())


def tells_story(turn: Turn) -> bool:
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


def named(words: str, reports: Sequence[Own]) -> Own | None:
    """The one report that shares most words with these; None: none shares any, or two as many."""
    told = subjects(words)
    shared = [len(told & (one.words | frozenset(words_of(one.category_name)))) for one in reports]
    best = max(shared, default=0)
    return reports[shared.index(best)] if best and shared.count(best) == 1 else None


def gives_code(turn: Turn) -> bool:
    """Whether a message holds a ticket's code, hardly a word beside, and no intent that says what else is wanted."""
    if turn.intent not in UNSAID or not (found := codes_in(turn.text)):
        return False
    start, end, _ = found[0]
    return len((turn.text[:start] + " " + turn.text[end:]).split()) <= CODE_WORDS


def gives_dossier(turn: Turn) -> bool:
    """Whether a message asks for a dossier: its code with next to nothing beside it, or with a question for a state."""
    found = dossiers_in(turn.text)
    if not found or codes_in(turn.text):
        return False
    beside = (turn.text[: found[0].start] + " " + turn.text[found[-1].end :]).split()
    return turn.intent in DOSSIER_ASKED or (turn.intent in UNSAID and len(beside) <= DOSSIER_WORDS)


def is_bare_code(turn: Turn, state: State) -> bool:
    """Nine digits alone are a code; where a telephone number is asked for, only that of a report of this chat."""
    if turn.entity("ticket_code") is not None or not BARE_CODE.fullmatch(turn.folded):
        return False
    if not turn.unread_phone():
        return True
    if state.step != "phone" and state.question != "callback_phone":
        return True
    digits = "".join(char for char in turn.text if char.isdigit())
    return any("".join(char for char in one.code if char.isdigit()) == digits for one in state.own)
