"""Readers of the open question: a button, the question outside the report, the report that is open."""

from __future__ import annotations

import re
from collections.abc import Iterator

from actions import gather
from actions.choice import matters
from actions.choice.reading import Heard, Reading
from actions.choice.said import Said
from actions.choice.state import State
from actions.choice.telling import (
    ANSWERS,
    GRAVE,
    STORY_WORDS,
    gives_code,
    gives_dossier,
    is_bare_code,
    named,
    whole,
)
from actions.joining import ADDITION
from actions.turn import Turn
from feedback_store.domain.codes import codes_in
from feedback_store.guards import find_denunciation, says_report_only
from feedback_store.places.reading import OF_A_PLACE
from feedback_store.reading import focus
from feedback_store.reading.assent import (
    says_no,
    says_yes,
)
from feedback_store.reading.dropping import subjects
from feedback_store.reading.of_sent import asks_for_code, nobody_came, sets_right
from feedback_store.reading.over import asks
from feedback_store.reading.stars import Stars, read_stars
from feedback_store.reading.words import words_of
from vitext import fold

SURE_STORY = 0.8
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


def pressed(said: Said, state: State) -> Iterator[Reading]:
    """A button, a pin, a photo: it says itself what it does."""
    if not said.turn.payload:
        return
    of_step = said.turn.value("step") if said.turn.intent == "skip" else None
    if of_step is not None and state.writing and of_step != state.step:
        yield whole("pressed", "ask_again", said, Heard.PRESSED)  # a button of a question that was answered
    else:
        yield whole("pressed", said.turn.intent, said, Heard.PRESSED)


def stars(said: Said, state: State) -> Iterator[Reading]:
    """ "5 sao", "1*", and a bare digit or "tạm được" where a result was just told."""
    found = read_stars(said.turn.text) or _stars_in_a_clause(said, state)
    where = said.turn.where
    placed = where is not None and where.weight >= OF_A_PLACE and read_stars(where.words) is None  # "5 sao nha" is none
    if found is None or placed:  # a place is told: a report, whatever it says of stars
        return
    again = found.plain and state.question == "rating_comment" and state.rated is not None
    just_told = len(state.unrated) == 1 and not state.question
    digit = said.turn.text.strip() in ("1", "2", "3", "4", "5") and state.step in NO_DIGIT
    if found is not None and digit and just_told:
        yield whole("stars", "rate_in_words", said, Heard.QUESTION, with_={"stars": found})
        return
    if not again and (not state.unrated or (not found.plain and (state.writing or not just_told))):
        return
    yield whole("stars", "rate_in_words", said, Heard.QUESTION, with_={"stars": found})


NO_DIGIT = frozenset({"commune", "photo", "phone"})
"""Questions of an open report whose answer is no single digit: "4" right after a result is what it is worth."""


def named_stars(said: Said, state: State) -> Iterator[Reading]:
    """ "Vụ karaoke cô cho 4 sao": of several results the one whose words stand before the stars."""
    if said.turn.payload or not state.unrated or (counted := _STARS.search(fold(said.turn.text))) is None:
        return
    before, after = said.turn.text[: counted.start()], said.turn.text[counted.start() :]
    given = read_stars(after)
    if given is None or len(before.split()) > NAMING_LONGEST:
        return
    meant = named(before, [one for one in state.own if one.ticket_id in state.unrated])
    if meant is not None:
        yield whole("stars", "rate_in_words", said, Heard.QUESTION, sure=0.99,
                    with_={"stars": given, "ticket": meant.ticket_id})  # fmt: skip


NAMING_LONGEST = 8
"""Words before the stars that name the report; more tell something."""


_STARS = re.compile(r"(?:\b[1-5]|\b(?:mot|hai|ba|bon|nam))\s?(?:sao\b|\*|diem\b)")


def _stars_in_a_clause(said: Said, state: State) -> Stars | None:
    """ "… hốt có một nửa, cho một sao": said at the end of what is thought of a result."""
    if not state.unrated:
        return None
    told = (read_stars(one.text) for one in said.clauses
            if (one.route == "rate_service" and one.sure >= 0.9) or _STARS.search(fold(one.text)))  # fmt: skip
    return next((one for one in told if one is not None and one.plain), None)


def outside_question(said: Said, state: State) -> Iterator[Reading]:
    """An answer that a question outside the report waits for."""
    turn, question = said.turn, state.question
    bare_code = is_bare_code(turn, state)
    if question == "withdraw" and (turn.intent not in OTHER_BUSINESS or BACK.search(turn.folded)):
        yield whole("withdraw?", "withdraw_answer", said, Heard.QUESTION)
    elif question == "addition" and turn.text and turn.intent not in NO_ADDITION:
        yield whole("addition?", "take_addition", said, Heard.QUESTION)
    elif question in ("callback_phone", "callback_time"):
        yield from _callback(said, question, bare_code)
    elif question == "rating_comment" and not _reports_beside(said) and (
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
    elif question == "code" and (turn.intent in ("skip", "deny") or _has_no_code(turn)):
        yield whole("code?", "no_code", said, Heard.QUESTION)


def _reports_beside(said: Said) -> bool:
    """ "Báo thêm đèn đường trước số 19 …" after the stars: a report with its place, no word about the result."""
    where, categories = said.turn.where, said.turn.categories
    placed = where is not None and where.weight >= OF_A_PLACE
    return placed and said.turn.intent in ("submit_feedback", "multi") and bool(categories) and categories[0][1] >= 0.8


_NO_CODE = re.compile(
    r"\b(?:khong|ko|k|no|hong|hok|chang|cha|dau|mo|quen|mat|chua|lam gi|co dau)\b(?: \w+){0,4} \bma\b"
    r"|\bma\b(?: \w+){0,4} \b(?:khong|ko|no|mo|hong|hok|dau|quen|mat|nho|gi|chi|j)\b"
)


def _has_no_code(turn: Turn) -> bool:
    """ "Mã mô có nhớ", or the same question again without a code: asked a second time it is put differently."""
    if codes_in(turn.text) or turn.entity("ticket_code") is not None or turn.where is not None:
        return False
    return turn.intent == "ask_ticket_status" or _NO_CODE.search(turn.folded) is not None


def _answers_reopen(said: Said, state: State) -> bool:
    """A yes to opening a report again; before one was chosen, words that point to it."""
    turn = said.turn
    if state.reopening is None:
        if len(said.words) <= POINTS_LONGEST and _points_to_one(said, state):
            return True  # "cái vụ rác ấy"
        return turn.intent not in OTHER_BUSINESS and turn.intent not in GRAVE and len(said.words) <= 14
    return says_yes(turn.text) or (
        len(said.words) <= 10
        and any(says_yes(one.text) for one in said.clauses)
        and all(says_yes(one.text) or one.route in ("dissatisfied_reopen", "affirm") for one in said.clauses)
    ) or (turn.intent == "dissatisfied_reopen" and len(said.words) <= 6 and not says_no(turn.text))


POINTS_LONGEST = 7


def _points_to_one(said: Said, state: State) -> bool:
    """Whether the words name one of several own reports and no other."""
    told = subjects(said.turn.text)
    return sum(bool(told & (one.words | frozenset(words_of(one.category_name)))) for one in state.own) == 1


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
NO_CALL_LONGEST = 24
_NO_CALL = re.compile(
    r"\b(?:khong|ko|k|hong|hok|chang) (?:can|muon|phai|nho|doi)(?: \w+){0,5} (?:goi|gap)\b"
    r"|\bkhoi(?: \w+){0,3} (?:goi|gap)\b"
    r"|\b(?:khong|ko|k|hong|hok|chang)(?: \w+){0,3} (?:goi|gap)(?: \w+){0,3} (?:nua|dau)\b"
    r"|\b(?:co|dau co)(?: \w+){0,2} gap(?: \w+){0,2} dau\b"
    r"|\b(?:huy|bo|rut)(?: \w+){0,3} (?:cuoc goi|lich goi|yeu cau gap|yeu cau goi)\b"
)
""" "Tôi không cần gọi nữa đâu": the request for a person is taken back, whatever else is open."""
_STILL_CALLS = re.compile(r"\b(?:con|co|se) (?:\w+ ){0,2}(?:goi|gap)\b.*\b(?:khong|ko|k|hong|nua|chua)\b")
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
    if state.called and len(said.words) <= NO_CALL_LONGEST and not asks(said.turn.text):
        if any(_NO_CALL.search(" ".join(one.words)) for one in said.clauses):
            yield whole("no call", "callback_no_longer", said, Heard.QUESTION, sure=0.98)
    elif state.called and len(said.words) <= NO_CALL_LONGEST and _STILL_CALLS.search(said.turn.folded):
        yield whole("still calls", "callback_state", said, Heard.FOCUS, sure=0.94)
    if state.called and not state.writing and len(said.words) <= 8 and _STILL_THERE.search(said.turn.folded):
        yield whole("still there", "callback_state", said, Heard.FOCUS, sure=0.9)


CODE_LONGEST = 10


def asks_code(said: Said, state: State) -> Iterator[Reading]:
    """ "Cho e xin lại mã vs": one's own reports with their codes."""
    short = bool(state.own) and not state.writing and len(said.words) <= CODE_LONGEST
    short = short and not codes_in(said.turn.text)
    if short and asks_for_code(said.turn.text):
        yield whole("code asked", "my_reports", said, Heard.QUESTION, sure=0.95)


def takes_back(said: Said, state: State) -> Iterator[Reading]:
    """Words that take a filed report back; while one is being written only a code makes them mean another."""
    turn = said.turn
    if turn.intent in ("emergency", "denunciation", "formal_complaint") or NOT_BACK.search(turn.folded):
        return
    coded = turn.entity("ticket_code") is not None or bool(codes_in(turn.text))
    told = len(said.words) <= 20 and BACK.search(turn.folded) is not None
    short = bool(state.own) and len(said.words) <= POINTED_BACK
    pointed = short and (_BACK_AT.search(turn.folded) is not None or (
        _BACK_WORD.search(turn.folded) is not None and named(turn.text, state.own) is not None
    ))
    told = told or (pointed and turn.where is None)
    if (told or (turn.intent == "cancel_request" and (coded or CANCELS.search(turn.folded)))) and (
        coded or not state.writing
    ):
        yield whole("take back", "withdraw_report", said, Heard.QUESTION, sure=0.9)


CORRECTED_LONGEST = 30
_SENT = re.compile(
    r"\b(?:vua gui|da gui|gui roi|moi gui|vua bao|da bao|hoi nay gui|luc nay gui|cai (?:kia|truoc|\d{3}))\b"
)
_ADDS_MORE = re.compile(r"(?:\w+ ){0,2}?(?:ghi|viet|noi|bo sung|ke) them\b(?! (?:mot|1|cai) (?:viec|vu|phan anh))")
SURE_OF_ANOTHER, STORY_FROM = 0.9, 12


def corrects_sent(said: Said, state: State) -> Iterator[Reading]:
    """ "Sửa số nhà cái đèn đường thành 122" after it was sent: a correction joins that report, as "bổ sung: …" does."""
    turn, of_sent = said.turn, _SENT.search(said.turn.folded) is not None
    if not state.own or turn.intent in GRAVE - {"cancel_request"} or (state.writing and not of_sent):
        return
    if nobody_came(turn.text) and len(said.words) <= CORRECTED_LONGEST and not state.unrated:
        yield whole("before", "told_before", said, Heard.QUESTION, sure=0.95)
        return
    if ADDITION.match(fold(turn.text)) or _ADDS_MORE.match(turn.folded):
        yield whole("adds", "add_to_sent", said, Heard.QUESTION, sure=0.97)
        return
    if len(said.words) > CORRECTED_LONGEST or not sets_right(turn.text) or asks(turn.text):
        return
    name, sure = turn.categories[0] if turn.categories else (None, 0.0)
    another = turn.intent in (matters.REPORT, "multi") and sure >= SURE_OF_ANOTHER
    if another and not of_sent and (len(said.words) >= STORY_FROM or all(one.category != name for one in state.own)):
        return  # "họ đổ ra đường chứ không phải vào bãi": another report
    numbers = set(re.findall(r"\d{3}", turn.text))
    coded = [one for one in state.own if numbers.intersection(one.code.split("-"))]  # "sửa cái 229"
    one = coded[0] if len(coded) == 1 else named(turn.text, state.own)
    yield whole("corrects", "add_to_sent", said, Heard.QUESTION, sure=0.96,
                with_={"code": one.code if one is not None else None})  # fmt: skip


POINTED_BACK = 12
_BACK_WORD = re.compile(r"^(?:\w+ ){0,3}?(?:rut|thu hoi)\b(?! tien| bao hiem| ho so| don)")
_BACK_AT = re.compile(
    r"\b(?:rut|thu hoi)(?: (?:lai|giup|gium|dum|ho|cho|toi|tui|em|minh|chau|con|bac)){0,3}"
    r" (?:cai )?(?:cai|vu|viec|phieu|tin|pa)(?: (?:phan anh|bao))?"
    r" (?:do|nay|kia|ay|vua roi|hoi nay|luc nay|vua gui|moi gui)\b"
)
""" "Thôi rút cái đó lại giùm tui": the report that was just sent, pointed at."""


def unseals(said: Said, state: State) -> Iterator[Reading]:
    """ "Không, tôi chỉ phản ánh …" typed after a sealing, in time; it has the effect of the button."""
    found = find_denunciation(said.turn.text) if state.sealed else None
    told = found is not None and found.name != "unsure"
    if state.sealed and says_report_only(said.turn.text) and not told:
        yield whole("unseal", "denunciation_is_report", said, Heard.QUESTION, sure=0.98)


def codes(said: Said, state: State) -> Iterator[Reading]:
    """A code of a report or of a dossier, with next to nothing that says what else is wanted."""
    turn = said.turn
    if is_bare_code(turn, state) or (state.question == "code" and turn.entity("ticket_code")) or gives_code(turn):
        yield whole("code", "ask_ticket_status", said, Heard.QUESTION, sure=0.85)
    if gives_dossier(turn):
        yield whole("dossier", "ask_dossier_status", said, Heard.QUESTION, sure=0.8)


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
