"""What is said beside a question of a report and is no part of it: temper, politeness, remarks, questions back."""

from __future__ import annotations

import re
from typing import Any

from actions.turn import Turn
from feedback_store.places.lexicon import lexicon
from vitext import fold, has_marks, nfc
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
    return unsure and (idle or noise or weak) and words <= REMARK_LONGEST


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
    words = re.findall(r"\w+", nfc(text).lower())
    return any(word in (placing if has_marks(word) else plain) or fold(word) in _SIDES for word in words)


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


