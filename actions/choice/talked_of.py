"""Readers of what was talked of: an emergency that is over, a report, procedures, a complaint, people's data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from actions.choice import matters
from actions.choice.reading import Follows, Heard, Reading
from actions.choice.said import Said
from actions.choice.state import State
from actions.choice.telling import GRAVE, LEARNED, STORY_WORDS, named, whole
from feedback_store.procedures.search import features, words
from feedback_store.reading import focus
from feedback_store.reading.announcing import wants_as_report
from feedback_store.reading.assent import gives_something_up
from feedback_store.reading.languages import language_of, wants_person
from feedback_store.reading.words import words_of
from vitext import fold

FOLLOW_UP = 8
"""Words of the longest question that may be about what was just done."""


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


AS_REPORT_LONGEST = 16
"""Words of the longest message that takes up the report which was offered, where it does not say so in full."""
AFTER_DANGER = frozenset({
    matters.REPORT, "affirm", "send_now", "edit_report", "multi", "cancel_request", "inform", "dissatisfied_reopen",
    *matters.UNSAID,
})  # fmt: skip
_AS_REPORT = re.compile(r"\b(?:ghi lai|ghi nhan|phan anh|gui|bao|lap|kien nghi)\b")


def after_danger(said: Said, state: State) -> Iterator[Reading]:
    """ "Có, ghi lại phản ánh giúp tôi" after an emergency, or while it goes on: what the button does."""
    turn = said.turn
    if not state.after_danger or state.writing:
        return
    brief = turn.where is None and len(said.words) <= AS_REPORT_LONGEST
    wanted = wants_as_report(turn.text) or (
        brief and turn.intent in AFTER_DANGER and _AS_REPORT.search(turn.folded) is not None
    )
    if wanted and not gives_something_up(turn.text):
        yield whole("after danger", "offer_danger_report", said, Heard.FOCUS, sure=0.9)


def rules(said: Said, state: State) -> Iterator[Reading]:
    """What the hotline takes, what the law says: a question form opens no report, unless it names a place."""
    turn = said.turn
    if state.writing or turn.intent not in RULES_TAKEN_FOR:
        return
    known = any(one.procedure for one in said.clauses) or turn.intent == "ask_procedure"
    own = state.own and focus.about(turn.text)
    matter = [one for one in said.clauses if one.route not in ("greet", "thanks")]
    if not known and not own and len(matter) == 1 and focus.asks_about_times(matter[0].text):
        yield whole("times", "offer_times", said, Heard.FOCUS, sure=0.9)
        return
    if turn.where is not None:
        return
    if turn.intent == "ask_ticket_status" and (state.own or _OWN.search(turn.folded)):
        return
    if focus.asks_about_rules(turn.text) and not any(one.procedure for one in said.clauses):
        yield whole("rules", "offer_report", said, Heard.FOCUS, sure=0.8)


_NAME_NEEDED = re.compile(
    r"\b(?:can|phai|bat buoc)(?: phai)? (?:noi|khai|de|cho|neu|xung|ghi|dien|bao)(?: \w+){0,2} (?:ten|so|sdt)\b"
    r".*\b(?:khong|ko|k|hong|hok|hem)\b"
)


def name_needed(said: Said, state: State) -> Iterator[Reading]:
    """ "Lỡ gọi thì có cần nói tên mình không?": asked before or while something is reported."""
    if len(said.words) <= AS_REPORT_LONGEST and said.turn.where is None and _NAME_NEEDED.search(said.turn.folded):
        yield whole("name?", "name_optional", said, Heard.FOCUS, sure=0.94)


RULES_TAKEN_FOR = frozenset({
    "submit_feedback", "multi", "nlu_fallback", "out_of_scope", "smalltalk_bot", "ask_procedure", "ask_ticket_status",
})  # fmt: skip
_OWN = re.compile(
    r"\b(?:toi|em|minh|chau|con|tui|e|bac|nha (?:toi|em|minh)) (?:da |vua |moi |co )?(?:gui|bao|phan anh|goi|nop)\b"
    r"|\bcua (?:toi|em|minh|chau|con|tui|e|nha)\b"
)


INSISTS_LONGEST = 20


def others_data(said: Said, state: State) -> Iterator[Reading]:
    """Who reported, or how to reach them: refused, also when it is insisted upon."""
    text = said.turn.text
    idle = state.writing and said.turn.where is None and not any(char.isdigit() for char in text)
    if idle and len(said.words) <= INSISTS_LONGEST and state.answer.get("who", 0.0) >= LEARNED:
        yield whole("others", "others_data", said, Heard.FOCUS, sure=0.95)
        return
    again = state.focus == "others" and not state.writing and said.turn.where is None
    if again and len(said.words) <= INSISTS_LONGEST and focus.insists_on_others(text):
        yield whole("others", "others_data", said, Heard.FOCUS, sure=0.95)
    if not focus.asks_of_others(text):
        return
    asked = [number for number, one in enumerate(said.clauses) if focus.asks_of_others(one.text)]
    # what stands before is what was reported: "nhà tôi hát có một buổi mà phường xuống, cho hỏi ai phản ánh nhà tôi"
    reports = [n for n, one in enumerate(said.clauses) if asked and n > asked[-1] and one.route == matters.REPORT
               and one.category_sure >= matters.CLEAR]  # fmt: skip
    if asked and reports:
        yield Reading("others", "others_data", tuple(asked), Heard.FOCUS, sure=0.95)
    else:
        yield whole("others", "others_data", said, Heard.FOCUS, sure=0.95)


def own_data(said: Said, state: State) -> Iterator[Reading]:
    """One's own number or name is to go."""
    wanted = any(focus.wants_forgotten(one.text) and not _DENIED.search(fold(one.text)) for one in said.clauses)
    if len(said.words) <= 20 and wanted and said.turn.where is None:
        yield whole("own data", "forget_me", said, Heard.FOCUS, sure=0.96)


_DENIED = re.compile(r"\b(?:co|dau co|khong|ko|hong|chua)(?: \w+)? (?:huy|xoa|bo|rut)\b|\b(?:huy|xoa|bo) dau\b|\bsao\b")
""" "Tui có hủy đâu", "sao xóa tên với số của tui"."""


def pointed(said: Said, state: State) -> Iterator[Reading]:
    """ "Cái đầu tiên", "còn cái kia": one of several procedures or reports that were named."""
    found = focus.which(said.turn.text)
    if found is None or len(said.words) > 14 or any(one.procedure for one in said.clauses):
        return
    if state.focus == "procedure" and len(state.procedures) > 1:
        key = _of(list(state.told or reversed(state.procedures)), found)
        if found == "other":
            key = state.procedures[1]
        yield whole("pointed", "procedure_again", said, Heard.FOCUS, sure=0.94,
                    with_={"key": key, "aspect": _aspect(said)})  # fmt: skip
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
    "fee": re.compile(
        r"\bgia (?:bn|bao nhieu|sao|ca|the nao)\b"
        r"|\b(?:le phi|phi|(?<!dau )tien|ton|mat tien|het bao nhieu|bao nhieu tien|mien phi)\b"
    ),
    "time": re.compile(r"\b(?:bao lau|may ngay|bao gio|khi nao|lau khong|lau ko|chung nao|may hom|bao nhieu ngay)\b"),
    "documents": re.compile(r"\b(?:giay to|giay gi|can gi|mang gi|mang theo|ho so gom|chuan bi)\b"),
    "place": re.compile(r"\b(?:o dau|cho nao|nop dau|o mo|toi dau nop|ra dau|den dau)\b"),
    "form": re.compile(r"\b(?:mau don|to khai|bieu mau|don mau)\b"),
}
PROCEDURE_FOLLOW_UP = 10


def _aspect(said: Said) -> str | None:
    """The aspect that few words name plainly; the engine, that hears no procedure in them, is unsure of it."""
    return next((name for name, form in ASPECTS.items() if form.search(said.turn.folded)), None)


def procedure_follow_up(said: Said, state: State) -> Iterator[Reading]:
    """ "Thế nộp qua mạng?" right after a procedure was answered: another aspect of the same."""
    turn = said.turn
    if state.focus != "procedure" or not state.procedures or len(said.words) > PROCEDURE_FOLLOW_UP:
        return
    if turn.where is not None or any(one.procedure for one in said.clauses) or turn.entity("ticket_code"):
        return
    aspect = _aspect(said)
    if aspect is None and turn.intent == "nlu_fallback" and len(said.words) <= FOLLOW_UP and turn.aspect != "general":
        aspect = turn.aspect  # "rứa có mất đồng mô không o"
    if aspect is not None and turn.intent not in GRAVE and turn.intent != "human_agent":
        yield whole("aspect", "procedure_again", said, Heard.FOCUS, sure=0.92,
                    with_={"key": state.procedures[0], "aspect": aspect})  # fmt: skip


_CHANGED_MIND = re.compile(
    r"\b(?:doi y|nghi lai)\b.*\b(?:bao|gui|phan anh|lam)\b|\bvan (?:muon|can|cu) (?:bao|gui|phan anh|lam)\b"
    r"|\b(?:khoi phuc|lam lai|gui lai|bao lai|soan lai)\b(?: \w+){0,5}"
    r" (?:luc nay|hoi nay|ban nay|vua roi|vua huy|do|kia|truoc)\b"
    r"|\b(?:lo|bam|an) (?:tay )?(?:huy|nham)\b"
)
CHANGED_LONGEST = 18


def revives(said: Said, state: State) -> Iterator[Reading]:
    """Who cancelled a report and changes their mind."""
    turn = said.turn
    few = len(said.words) <= CHANGED_LONGEST and not any(char.isdigit() for char in turn.text)
    short = few and turn.intent not in GRAVE - {"cancel_request"}
    if state.cancelled and not state.writing and short and _CHANGED_MIND.search(turn.folded):
        yield whole("revive", "revive", said, Heard.FOCUS, sure=0.95, follows=Follows.OPENS)


def nothing_sent(said: Said, state: State) -> Iterator[Reading]:
    """ "Đã gửi chưa?" after a report was cancelled."""
    if state.cancelled and not state.writing and {"sent", "state"}.intersection(focus.about(said.turn.text)):
        yield whole("cancelled", "nothing_sent", said, Heard.FOCUS, sure=0.9)


def _named(words: str, state: State) -> str | None:
    """The code of the one report of several that the words name ("rứa cái nước thì ai lo"), else None. The one that is
    open is one of them."""
    if len(state.own) + state.writing < 2 or (state.writing and not state.subject.isdisjoint(words_of(words))):
        return None
    found = named(words, state.own)
    return found.code if found is not None else None


_QUESTION = re.compile(r"\b(?:khong|ko|k|hong|hok|hem|chua)(?: vay| a| the| em| ha| nhi| he| o| day| rua)*$")


_PERSON = re.compile(
    r"\b(?:gap|noi chuyen|tong dai vien|nguoi that|nhan vien|can bo|truc tiep|may|goi (?:lai|cho|dien)|ket noi)\b"
)
""" "Nó chuyển về đâu" is no wish for a person; "chuyển máy cho ai đó" is."""


def _of_draft(said: Said, state: State) -> bool:
    """ "Thế còn cái đèn tôi bảo lúc nãy": the report that is open is asked about by its name, none that was sent."""
    if not state.writing or said.turn.intent != "ask_ticket_status" or said.turn.entity("ticket_code"):
        return False
    few = len(said.words) <= DRAFT_LONGEST and not state.subject.isdisjoint(said.words)
    return few and named(said.turn.text, state.own) is None


DRAFT_LONGEST = 16


def own_report(said: Said, state: State) -> Iterator[Reading]:
    """A short question about one's own report: who, until when, what it costs, was it sent, who sees my name."""
    if not (state.writing or state.own) or (state.writing and state.step == "text"):
        return
    if state.focus == "procedure" and said.turn.intent == "ask_procedure":
        return  # a follow-up to what was just answered
    if _of_draft(said, state):
        yield whole("of the draft", "own_report", said, Heard.FOCUS, sure=0.9, with_={"about": ("sent",), "code": None})
        return
    known = any(one.procedure for one in said.clauses)
    of_fee = known or (state.focus == "procedure" and not _HOTLINE.search(said.turn.folded))
    wish = said.turn.intent == "stay_anonymous" and "seen" in focus.about(said.turn.text)
    if wish and not _QUESTION.search(said.turn.folded) and "?" not in said.turn.text:
        return  # "đừng để ai biết tui là người báo": a wish, no question
    for number, clause in enumerate(said.clauses):
        about = tuple(one for one in focus.about(clause.text) if one not in ("where", "how"))
        if of_fee and set(about) <= {"cost", "when"}:
            continue  # "… có phải nộp lệ phí không", of the procedure that is talked of
        asked = "seen" in about and _QUESTION.search(" ".join(clause.words)) is not None
        report = clause.route == matters.REPORT and clause.category_sure >= matters.CERTAIN
        tells = report and not asked and len(clause.words) > 7
        placed = said.turn.where is not None and len(said.clauses) == 1 and not asked
        if not about or tells or clause.procedure or placed:
            continue
        other = clause.route in OTHER_QUESTIONS and clause.sure >= 0.6 and not PRIVATE.intersection(about)
        of_who = clause.route == "human_agent" and "who" in about and not _PERSON.search(" ".join(clause.words))
        if other and not of_who:
            continue
        yield Reading("own report", "own_report", (number,), Heard.FOCUS, sure=0.85,
                      with_={"about": about, "code": _named(clause.text, state)})  # fmt: skip


def service(said: Said, state: State) -> Iterator[Reading]:
    """ "Có mất phí gì không", "bao lâu thì xóa xong": of the hotline itself, after it said what it does."""
    turn = said.turn
    if state.writing or len(said.words) > SERVICE_LONGEST:
        return
    asked = [one for one in said.clauses if _HOTLINE.search(" ".join(one.words)) and "cost" in focus.about(one.text)]
    tells = any(one.route == matters.REPORT and one.category_sure >= matters.CLEAR for one in said.clauses)
    if asked and not tells and all(_of_hotline(one.text) for one in asked):
        yield whole("service", "service_asked", said, Heard.FOCUS, sure=0.93, with_={"about": ("cost",)})
        return
    about = focus.about(turn.text) if len(said.words) <= PROCEDURE_FOLLOW_UP else ()
    if state.focus not in ("service", "own_data") and not ("cost" in about and _HOTLINE.search(turn.folded)):
        return  # "gọi số này có tốn tiền hông": of the hotline whatever was talked of
    if not about or turn.where is not None or turn.intent in GRAVE or any(one.procedure for one in said.clauses):
        return
    if _of_hotline(turn.text):
        yield whole("service", "service_asked", said, Heard.FOCUS, sure=0.93, with_={"about": about})


_HOTLINE = re.compile(r"\b(?:goi|nhan tin|nhan cho|chat|tong dai|1022|phan anh|so nay)\b")
SERVICE_LONGEST = 20


def _of_hotline(text: str) -> bool:
    return OF_SERVICE.issuperset(one for one in features(words(text)) if " " not in one)


OF_SERVICE = frozenset(
    """ton lau gio xoa xong phan anh gui bao goi so ten tong dai 1022 tra loi giai quyet xu ly cai do nay viec du lieu
    kenh nhan tin dong mat cung nhe tin""".split()
)
"""Words beside those of asking that leave a question one of the hotline itself: "thủ tục ly hôn" is another."""


_REPLACES = re.compile(
    r"\bthay (?:\w+ ){0,3}(?:don |cho |duoc )?(?:khieu nai|don)\b|\bphan anh\b.*\bthay\b|\bthay\b.*\bphan anh\b"
)


def complaint(said: Said, state: State) -> Iterator[Reading]:
    """A question after a complaint was explained."""
    about = focus.about(said.turn.text)
    if state.focus == "complaint" and not state.writing and _REPLACES.search(said.turn.folded):
        yield whole("complaint", "no_complaint", said, Heard.FOCUS, sure=0.95)
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


_ONLY_ASKED = re.compile(r"^(?:\w+ ){0,4}hoi (?:cho |de )?(?:biet|vui|choi)(?: vay| the| vay thoi)? (?:thoi|a|chu)\b")


def only_asked(said: Said, state: State) -> Iterator[Reading]:
    """ "Ừ hỏi cho biết vậy thôi chứ hôm nay họ chưa hát": nothing is reported."""
    turn = said.turn
    if state.writing or turn.where is not None or len(said.words) > STORY_WORDS * 3:
        return
    if _ONLY_ASKED.search(turn.folded) and turn.intent not in GRAVE and "?" not in turn.text:
        yield whole("only asked", "deny", said, Heard.FOCUS, sure=0.97)
