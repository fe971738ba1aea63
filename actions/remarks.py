"""What is said beside a question of a report and is no part of it: temper, politeness, remarks, questions back."""

from __future__ import annotations

import re
from typing import Any

from actions.turn import Turn
from feedback_store.places.lexicon import lexicon
from feedback_store.reading.words import written
from vitext import fold, has_marks
from vitext.syllables import is_plain_syllable

SURE = 0.7
"""So sure of a category, words tell of a matter."""
CLEAR = 0.75
"""The same of a clause."""
REMARK_LONGEST = 8


def is_remark(turn: Turn) -> bool:
    """ "Trời nóng quá", "haizz": a few words beside the question, neither of the report nor of anything else."""
    if turn.where is not None or turn.phone_span() is not None or any(char.isdigit() for char in turn.text):
        return False
    unsure = not turn.categories or turn.categories[0][1] < SURE
    noise = not any(is_plain_syllable(word) for word in turn.folded.split())
    words = len(turn.folded.split())
    sure = IDLE_SURE if words > FEW else ASIDE_SURE
    idle = turn.intent in IDLE and (turn.confidence >= sure or turn.intent == "nlu_fallback")
    weak = turn.confidence < ASIDE_SURE and words <= FEW  # "bực cả mình"
    timed = _WHEN.search(turn.folded) is not None and not _TEMPER.search(turn.folded)
    unsaid = turn.intent in UNSAID and timed  # "hai hôm nay rồi", "nhất là lúc mưa"; not "hôm nay mệt ghê"
    return unsure and (idle or noise or weak) and words <= REMARK_LONGEST and not unsaid


UNSAID = frozenset({"out_of_scope", "nlu_fallback", "goodbye"})
_WHEN = re.compile(r"\b(?:hom|ngay|tuan|thang|nam|lan|toi|dem|sang|chieu|trua|luc|nhat la|hoai|mai|suot)\b")
_TEMPER = re.compile(r"\b(?:met|nong|buon|chan|vui|doi|ban|ghe|hihi|haha|huhu|oi troi|troi oi)\b")
IDLE = frozenset({"out_of_scope", "smalltalk_bot", "nlu_fallback", "abuse", "goodbye", "greet"})
IDLE_SURE = 0.9
FEW = 4
"""In so few words without a place less is enough."""


def idle(clause: dict[str, Any]) -> bool:
    """Whether a clause beside a question of the report tells nothing of its matter: temper, politeness, an answer."""
    intent, category = clause.get("intent") or {}, clause.get("category") or {}
    aside = str(intent.get("name")) in ASIDE and float(intent.get("confidence") or 0) >= ASIDE_SURE
    return aside and float(category.get("confidence") or 0) < CLEAR


ASIDE = frozenset({
    "skip", "deny", "affirm", "greet", "thanks", "goodbye", "abuse", "smalltalk_bot", "out_of_scope", "human_agent",
    "stay_anonymous", "cancel_request", "ask_ticket_status", "ask_dossier_status", "ask_procedure", "send_now",
})  # fmt: skip
ASIDE_SURE = 0.5


def telling(turn: Turn) -> str:
    """The words of a turn without the clauses that tell nothing of the matter; all of them where it has one clause."""
    kept = [one for one in turn.clauses if not idle(one) or re.search(r"\d", turn.text[one["start"] : one["end"]])]
    if len(kept) == len(turn.clauses):
        return turn.text
    return ", ".join(turn.text[int(one["start"]) : int(one["end"])] for one in kept)


_TO_US = re.compile(
    r"\bsao (?:lai |ma |cu )?(?:ghi|hoi|xoa|bo|them|doi|de|noi|bao|bat|khong|ko|k|hong)\b"
    r"|\b(?:da (?:bao|noi|keu)|(?:bao|noi|keu|tra loi|ke|khai) roi|hoi (?:lai )?(?:hoai|mai|lam|lam the))\b"
    r"|\bai (?:bao|keu|muon|khien|bieu)\b|^(?:\w+ ){0,2}(?:nhanh|mau|le|lam on|lm on) (?:len|the|nhanh|gium|giup)\b"
    r"|\b(?:khong|ko|k|hong|chua|dau)\b(?: \w+){0,3} (?:phan anh|huy|xoa|gap ai|to cao)\b|\b(?:tui|toi|t|em) keu\b"
)
"""Objections, impatience and what was told before: said to the hotline, not to the agency."""
_ADDS = re.compile(r"\b(?:ghi|viet|noi|ke|bo sung) them\b|\bthem (?:la|vao|nua)\b")
_ASKED = re.compile(r"\b(?:khong|ko|k|hong|hok|ha|h|vay|z|nhi|gi|j|sao|dau|chua|the nao)\b(?: \w{1,5})?\W*$")
_DETAIL = re.compile(
    r"\b(?:hom|ngay|tuan|thang|nam|lan|toi|dem|sang|chieu|trua|luc|khi|mua|nang|thuong|hay|moi|cu|hoai|mai|suot|nhat la"
    r"|vi|do|tai|nhieu|may|ca)\b"
)
ADDRESSED = frozenset({
    "smalltalk_bot", "abuse", "rate_service", "praise", "thanks", "goodbye", "greet", "human_agent", "stay_anonymous",
    "ask_procedure", "ask_ticket_status", "ask_dossier_status", "cancel_request", "edit_report",
})  # fmt: skip
OF_MATTER, HARDLY = 0.6, 0.15
"""So sure of a category, words tell of a matter; less sure than the second they hardly do."""


def to_us(turn: Turn, category: str | None) -> bool:
    """Whether words beside the question of a report are said to the hotline and hardly belong into the report: "sao ghi
    không để lại?", "lm on nhanh e dang ship". They are shown and may be put in by a button; nothing is lost.

    ``category``: of the report."""
    name, subject = turn.categories[0] if turn.categories else (None, 0.0)
    if _ADDS.search(turn.folded):
        return False
    if turn.where is not None or (turn.intent == "inform" and turn.confidence >= SURE):
        return False
    if _TO_US.search(turn.folded) and (name != category or subject < OF_MATTER):
        return True
    if subject >= OF_MATTER:
        return False
    if _TO_US.search(turn.folded) or "?" in turn.text or _ASKED.search(turn.folded):
        return True
    if turn.intent in ADDRESSED and turn.confidence >= OF_MATTER:
        return True
    return subject < HARDLY and turn.intent != "inform" and not _DETAIL.search(turn.folded)


ASKING = frozenset("nao sao gi dau may ha bao".split())


def only_asks(turn: Turn) -> bool:
    """ "ủa gọi số nào": a short question of the citizen's own that names no place."""
    words = turn.folded.split()
    return turn.where is None and len(words) <= 10 and ("?" in turn.text or not ASKING.isdisjoint(words))


REMARK = 7
"""So many words without a place or a number are no answer to "where?" when they are said first."""


_SIDES = frozenset(
    """dau cuoi xom thon ap hem ngo kiet cho khuc doan bo cong duong pho nga quan truong chua chung khu xa phuong to doi
    ben cau song kenh dinh mieu tram cty tiem shop benh toa lang ban""".split()
)


def places(text: str) -> bool:
    """Whether a word says where ("gần", "đầu", "chỗ"), though no place that is known stands there."""
    placing = lexicon().placing
    plain = {fold(word) for word in placing}
    words = written(text)
    return any(word in (placing if has_marks(word) else plain) or fold(word) in _SIDES for word in words)


def named(turn: Turn) -> bool:
    """Whether few words may be a name: nothing that is said to anybody, or written in capitals."""
    words = turn.text.split()
    capitals = any(word[:1].isupper() for word in words[1:]) or turn.text.istitle()
    return capitals or (turn.intent in ("inform", "nlu_fallback", "greet") and not _TO_US.search(turn.folded))


def is_idle(turn: Turn) -> bool:
    """ "Ui mệt ghê hè", "hihi": small talk or temper that names no place."""
    words = turn.text.split()
    unknown = turn.intent == "nlu_fallback"  # it may be a name: not where it is written like one
    if unknown and (len(words) > FEW or not has_marks(turn.text) or any(word[:1].isupper() for word in words[1:])):
        return False
    if places(turn.text) or turn.intent == "inform":
        return False
    plainly = has_marks(turn.text) and not any(word[:1].isupper() for word in words[1:])
    weak = turn.confidence < ASIDE_SURE and len(words) <= FEW and plainly  # "mệt ghê á", taken for nothing
    return weak or (turn.intent in IDLE and turn.confidence >= ASIDE_SURE)


def only_remarks(turn: Turn) -> bool:
    """ "5 sao", "khen gì mà khen, người ta mỉa đấy …": no place and nothing that could be one."""
    if turn.where is not None or turn.place():
        return False
    words = turn.folded.split()
    if is_idle(turn):
        return True
    return len(words) >= REMARK and turn.intent not in ("inform", "submit_feedback", "multi")


