"""Readers of the report that is open: a yes or a no to its summary, waiting, giving up, the answer to what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from actions import gather
from actions.choice import matters
from actions.choice.reading import Follows, Heard, Reading
from actions.choice.said import Said
from actions.choice.state import State
from actions.choice.telling import LEARNED, SURELY, answers, whole
from feedback_store.places.reading import OF_A_PLACE
from feedback_store.reading import focus
from feedback_store.reading.assent import (
    declines,
    gives_something_up,
    gives_up,
    leans_wait,
    leans_yes,
    may_refuse,
    says_go_on,
    says_no,
    says_wait,
    says_yes,
)
from feedback_store.reading.content import content
from feedback_store.reading.naming import renamed, spelled_anew
from feedback_store.service.drafts import OPTIONAL


def report_question(said: Said, state: State) -> Iterator[Reading]:
    """The report that is open: a yes to its summary, waiting, the answer to what it lacks."""
    turn = said.turn
    if not state.writing:
        return
    told = matters.clear(said)
    matter = told is not None and (told.route == matters.REPORT or any(one.procedure for one in said.clauses))
    asked = any(one not in ("where", "how") for one in focus.about(turn.text))  # "khoan, bao giờ thì xong?"
    idle = turn.where is None and not _has_digit(turn.text) and not matter and not asked
    placed = turn.where is not None and turn.where.weight >= OF_A_PLACE
    wrong = _WRITTEN_WRONG.search(turn.folded) or (placed and _ALL_WRONG.search(" ".join(said.words[:WRONG_WITHIN])))
    if state.data.has_place and wrong and state.step not in ("place", "text"):
        yield whole("corrects", "place_anew", said, Heard.QUESTION, sure=0.96, follows=Follows.KEEPS)
    if _NO_CANCEL.search(turn.folded) and len(said.words) <= TORN_LONGEST * 2:
        yield whole("no cancel", "ask_again", said, Heard.QUESTION, sure=0.98)
    tells = turn.where is not None or _has_digit(turn.text) or matter
    paused = idle and not (state.summary_shown and agrees(said, state.answer)) and leans_wait(turn.text)
    if says_wait(turn.text) or paused or (idle and _waits(said)) or (not tells and _learned_wait(said, state, asked)):
        yield whole("wait", "hold", said, Heard.QUESTION, sure=0.97)
    torn = _TORN.search(turn.folded) or (state.summary_shown and _UNSURE.search(turn.folded))
    if torn and not gives_up(turn.text) and len(said.words) <= TORN_LONGEST:
        yield whole("torn", "hold", said, Heard.QUESTION, sure=0.95)
    if state.step in OPTIONAL and declines(turn.text):
        yield whole("declines", "skip", said, Heard.QUESTION, sure=0.95)
    elif gives_up(turn.text):
        sure = 0.7 if declines(turn.text) else 0.9
        yield whole("gives up", "cancel_request", said, Heard.QUESTION, sure=sure, follows=Follows.ENDS,
                    instead="ask_cancel")  # fmt: skip
    elif not tells and not asked and _learned(said, state, "give_up"):  # "con tôi can rồi, không gửi nữa": asked
        yield whole("learned to give up", "cancel_request", said, Heard.QUESTION, sure=0.7, follows=Follows.ENDS,
                    instead="ask_cancel")  # fmt: skip
    elif not tells and not asked and _learned(said, state, "unnamed"):
        yield whole("learned unnamed", "stay_anonymous", said, Heard.QUESTION, sure=0.9, follows=Follows.KEEPS)
    if turn.intent == "dissatisfied_reopen" and state.data.text and _BEFORE.search(turn.folded):
        yield whole("before", "told_before", said, Heard.QUESTION, sure=0.94, follows=Follows.KEEPS)
    name = renamed(turn.text) if state.step != "text" else None
    name = name or (spelled_anew(turn.text, state.data.name) if state.data.name else None)
    if name is not None and not matter:
        yield whole("renames", "take_name", said, Heard.QUESTION, sure=0.98, with_={"name": name})
    if state.step != "text" and names_oneself(said):
        yield whole("name", "continue_report", said, Heard.QUESTION, sure=0.97, follows=Follows.KEEPS)
    if state.data.taken_up and not state.summary_shown and says_yes(turn.text, naming=state.subject | _THAT_TOO):
        yield whole("that too", "ask_again", said, Heard.QUESTION, sure=0.97)
    if says_go_on(turn.text):
        yield whole("go on", "ask_again", said, Heard.QUESTION, sure=0.96)
    if state.summary_shown:
        yield from _at_summary(said, state, state.subject | FIRST)
    elif state.step in OPTIONAL and says_no(turn.text):
        yield whole("no", "skip", said, Heard.QUESTION, sure=0.9)
    if answers(said, state):
        yield Reading("answer", "continue_report", said.every, Heard.WORLD, Follows.KEEPS, 0.9)


_BEFORE = re.compile(
    r"\b(?:lan truoc|hoi truoc|dot truoc|thang truoc|nam ngoai|hoi thang|truoc day|may lan|nhieu lan|bao roi|da bao)\b"
)
_WRITTEN_WRONG = re.compile(
    r"\b(?:viet|ghi|go|noi|bao|bam|nhap) (?:nham|sai|lon)(?: \w+){0,2} (?:cho|dia chi|noi|duong|so nha|dia diem)\b"
    r"|\b(?:nham|sai|lon) (?:cho|dia chi|so nha|duong) (?:mat )?roi\b|\bkhong phai o\b.{0,60}\bma (?:la )?o\b"
)
""" "Tôi viết nhầm chỗ rồi, không phải ở đầu ngõ mà ở sau trường": the place said anew, whatever else it sounds like."""
_ALL_WRONG = re.compile(
    r"\b(?:khong|hong|ko|k) phai\b.*\b(?:sai|nham|lon)\b|\b(?:dia chi|dia diem|cho)\b.*\b(?:sai|nham)\b"
)
WRONG_WITHIN = 9
_NO_CANCEL = re.compile(
    r"\b(?:co|dau co|dau|khong|ko|k|hong|chua)(?: \w+){0,3} huy(?: \w+){0,2} dau\b|\bhuy (?:cai )?(?:gi|chi|j)\b"
    r"|\b(?:khong|ko|hong|k|chua)(?: \w+){0,2} (?:bao|keu|doi|noi|muon|dinh) huy\b"
)
""" "Ơ hủy cái gì? Có bảo hủy đâu": what was asked stands."""
_TORN = re.compile(r"\b(?:huy|bo)\b.*\b(?:ma|nhung|con)\b.*\bgui\b|\bgui\b.*\b(?:ma|nhung|con)\b.*\b(?:huy|bo)\b")
TORN_LONGEST = 12
""" "Hủy thì tiếc mà gửi thì ngại"."""
_UNSURE = re.compile(
    r"\b(?:dung|phai|duoc|ok|oke|on|gui|chuan|u|uh|o|vang)\b.*"
    r"\b(?:chua|khong|ko|k|hong|chang) (?:biet|chac|ro|dam chac)(?: (?:nua|lam|duoc|a|nhe|nha))*$"
)
""" "Chắc là đúng đấy, mà cũng chưa biết": at the summary a yes that is none."""
AGREES = frozenset({"affirm", "send_now"})
SURE_OF_YES = 0.9


NAMING_LONGEST = 16


def names_oneself(said: Said) -> bool:
    """ "Ghi tên bác là Đặng Thị Nhàn": the writer's name and hardly a word beside."""
    if len(said.words) > NAMING_LONGEST:
        return False
    found = content(said.turn.text, own_number=True)
    return found.name is not None and not found.nameless and gather.only_courtesy(found.text)


_NOT_YET = re.compile(
    r"\b(?:khoan|chua|tam|chua nen)(?: \w+){0,1} (?:gui|goi|nop)\b(?! lai)"
    r"|\bde (?:\w+ ){1,9}(?:cai da|da|cho chac|xem sao|roi tinh)\b"
)
_DO_NOT = re.compile(r"\bđừng(?: \w+){0,1} (?:gửi|gởi|nộp)\b(?! lại)", re.IGNORECASE)
"""Without marks "dung gui" may say "đúng, gửi"."""
WAITS_LONGEST = 16


def _waits(said: Said) -> bool:
    """ "Ấy đừng gửi, để hỏi lại ông nhà tôi cái đã": whatever the engine takes it for, nothing is given up in words."""
    turn = said.turn
    return (
        len(said.words) <= WAITS_LONGEST
        and turn.intent in WAITING
        and (_NOT_YET.search(turn.folded) is not None or _DO_NOT.search(turn.text) is not None)
        and not gives_something_up(turn.text)
    )


def _learned_wait(said: Said, state: State, asked: bool) -> bool:
    """ "Đợi con gái về đọc cho rồi mới gửi": in words that no list has. ``asked``: they look like a question, too."""
    few = len(said.words) <= WAITS_LONGEST and not gives_something_up(said.turn.text)
    return few and state.answer.get("wait", 0.0) >= (SURELY if asked else LEARNED)


def _learned(said: Said, state: State, label: str) -> bool:
    """Whether words surely say this to the report where the engine, which hears any message, is not sure of its own."""
    turn = said.turn
    few = len(said.words) <= WAITS_LONGEST and "?" not in turn.text and turn.intent not in ("skip", "cancel_request")
    return few and turn.confidence < SAID <= state.answer.get(label, 0.0)


SAID = 0.8
WAITING = frozenset({
    "cancel_request", "deny", "skip", "edit_report", "nlu_fallback", "inform", "affirm", "send_now", "out_of_scope",
})  # fmt: skip
_THAT_TOO = frozenset("bao ca nua viec vu cai them do luon".split())
"""Of "đúng rồi, báo cả việc mất điện nữa", of a matter that was taken up."""
FIRST = frozenset(("cay", "truoc", "trc"))
"""Of "gửi cấy nước ni trước đi", of several matters."""


def _at_summary(said: Said, state: State, naming: frozenset[str]) -> Iterator[Reading]:
    """A yes files; a yes with more takes it in and shows what changed; a no asks what to change. ``naming``: words by
    which the matter of the report is named."""
    turn = said.turn
    agreed = [number for number, clause in enumerate(said.clauses) if says_yes(clause.text)]
    if says_yes(turn.text, naming=naming):
        yield whole("yes", "report_yes", said, Heard.QUESTION, sure=0.99, follows=Follows.FILES)
    elif leans_yes(turn.text) and turn.intent in AGREES and turn.confidence >= SURE_OF_YES and turn.where is None:
        yield whole("yes", "report_yes", said, Heard.QUESTION, sure=0.96, follows=Follows.FILES)
    elif agrees(said, state.answer):
        yield whole("learned yes", "report_yes", said, Heard.QUESTION, sure=0.96, follows=Follows.FILES)
    elif agreed and len(said.clauses) > 1:
        others = [one for number, one in enumerate(said.clauses) if number not in agreed]
        if all(leans_yes(one.text) and one.route in AGREES and one.sure >= 0.7 for one in others):
            yield whole("yes", "report_yes", said, Heard.QUESTION, sure=0.96, follows=Follows.FILES)
        else:
            yield Reading("yes, and", "yes_and", tuple(agreed), Heard.QUESTION, sure=0.7)
    elif says_no(turn.text) or _disagrees(said, state.answer):
        yield whole("no", "report_no", said, Heard.QUESTION, sure=0.95)


AGREED, DISAGREED = 0.9, 0.7
"""So likely words say yes, or no, to the summary and nothing more."""
YES_LONGEST = 16


def agrees(said: Said, answer: Mapping[str, float]) -> bool:
    """A yes in words that no list has: "hai vợ chồng tui coi chung rồi, khỏi đổi chữ nào, gởi nghen". Surely learned,
    short, without a question, a number, a place, an addition, another matter, or a word that may forbid it."""
    turn = said.turn
    if answer.get("agree", 0.0) < AGREED or len(said.words) > YES_LONGEST or turn.where is not None:
        return False
    if "?" in turn.text or _has_digit(turn.text) or may_refuse(turn.text) or focus.about(turn.text):
        return False
    tells = any(one.category_sure >= matters.CLEAR for one in said.clauses)
    return not (tells or _ASKING.search(turn.folded) or _ADDING.search(turn.folded))


def _disagrees(said: Said, answer: Mapping[str, float]) -> bool:
    few = len(said.words) <= NO_LONGEST and said.turn.where is None and not _has_digit(said.turn.text)
    return few and answer.get("disagree", 0.0) >= DISAGREED and "?" not in said.turn.text


NO_LONGEST = 10
_ASKING = re.compile(r"\b(?:gi|chi|sao|dau|mo|nao|chua|khong|ko|k|hong|hok|ha|may|ai)\b(?: \w+){0,2}$")
_ADDING = re.compile(
    r"\b(?:ghi|viet|noi|ke|bo sung|nhan) them\b|\bthem (?:la|vao|chuyen|viec|y)\b"
    r"|(?<!khoi )(?<!khong )(?<!ko )(?<!can )(?<!phai )\b(?:sua|doi|thay)\b"
)


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)
