"""The matters of a message: which clauses belong together, and what each group is.

A story of one matter has clauses that look like others by themselves ("hàng quán ế hết cả"), so a second matter is
believed only where enough speaks for it: how sure both are, a short message, a sentence of its own, words that begin
anew, what the engine thinks of the whole (`beside`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from actions.choice.beside import ANOTHER, ANOTHER_KIND, Beside
from actions.choice.said import UNKNOWN, Clause, Said

REPORT = "submit_feedback"
STATES = frozenset({"ask_dossier_status", "ask_ticket_status"})
ASKS = STATES | {"ask_procedure"}
OTHERS = frozenset({
    "human_agent", "formal_complaint", "praise", "rate_service", "cancel_request", "dissatisfied_reopen",
})  # fmt: skip
# What the whole message is taken for by mistake when a matter stands beside courtesy, anger or a story.
WEAK = frozenset({
    UNKNOWN, "out_of_scope", "praise", "skip", "cancel_request", "abuse", "greet", "thanks", "goodbye", "inform",
    "affirm", "deny", "smalltalk_bot", "edit_report", "send_now", "rate_service",
})  # fmt: skip
UNSAID = frozenset({UNKNOWN, "inform", "edit_report", REPORT})
# What a clause alone sounds like where the whole was found to be none.
STRONG = frozenset({"emergency", "denunciation"})
# A message that is wholly one of these holds its story too: only words that begin anew make another matter.
WHOLE = frozenset({"ask_procedure", "formal_complaint", "rate_service", "dissatisfied_reopen", "ask_dossier_status",
                   "ask_ticket_status", "praise", "denunciation", "out_of_scope"})  # fmt: skip
_ANEW = (
    "a ma", "ah ma", "a con", "con", "voi lai", "voi ca", "ngoai ra", "tien the", "nhan tien", "them nua", "thu hai",
    "thu 2", "hai la", "ma cho", "cho toi hoi", "cho em hoi", "cho hoi", "mot nua", "luon tien", "san tien",
    "sang viec", "tien", "viec thu", "xin hoi", "dong thoi", "nhan day", "san day", "ma hoi", "hoi them", "ma ne",
    "ma nay", "chuyen thu", "dieu thu", "viec sau", "viec dau", "da rua", "da vay", "chu lai", "nhung lai", "roi con",
    "lai them", "gio lai", "chu con", "con ve", "con rieng", "ngoai chuyen",
)
_BUT = (
    "nhung", "co dieu", "chi co", "chi toi", "chi phai", "co ma", "the nhung", "tuy nhien", "moi toi", "duy", "ma",
    "gio toi", "gio", "nay", "con", "chu",
)
"""What turns from courtesy to a matter: "em chấm năm sao, nhưng mà tuyến buýt 33 thì chán lắm"."""
COURTESY = frozenset({"praise", "thanks", "rate_service"})
BESIDE_UNSURE = ASKS | COURTESY | {"human_agent"}
"""In a message of these a clause that is surely a report is one though its category is not sure: "làm hộ chiếu mất mấy
bữa, mà răng công an xã không ai trực"."""
LIST = 5
"""Sentences of the longest message whose clauses may be matters of their own; a longer one is a story."""
CLEAR = 0.75
"""How sure the category of a clause must be for a report of its own."""
STORY = 0.62
"""Less sure a report before a question is its story."""
CERTAIN = 0.9
UNSURE = 0.4
"""Below it a clause's own route says nothing."""
SURE_KIND, SPOKEN = 0.95, 0.97
"""How sure two matters of different kinds, and a wish to talk to somebody, must be to stand apart."""
SEVERAL = 0.5
"""From here on the engine takes the whole for several matters."""
ONE_MATTER = 0.93
"""From here on the whole is surely of one category."""
# How sure a clause must be to be looked at as a matter beside another; whether it is one, `beside` says.
_OFFERED = {REPORT: 0.25, **dict.fromkeys(ASKS, 0.5), **dict.fromkeys(OTHERS, 0.6), "thanks": 0.75,
            "smalltalk_bot": 0.95, "out_of_scope": 0.97}  # fmt: skip
_OFFERED_CATEGORY, _OFFERED_ALONE = 0.5, 0.75
STRONGLY = 0.9
"""A report whose clause sounds like something worse is as sure as its category, nearly."""
SHORT_OPENING = 6
"""Words of the longest clause that does nothing but open the next."""
UNNAMED = 0.7
"""So likely a question is one that names no procedure of the catalogue."""
UNKNOWN_TO_WHOLE, OPENING, CERTAIN_OF = 0.02, 8, 0.95
"""So unlikely the whole holds a category for a clause of it to be said by the way; so few words an opening has, unless
it is as sure as the third of what it tells."""
NO_KIND = "khac.khac"
OF_SEVERAL, ANNOUNCED = 0.3, 0.15
"""So likely a clause is one more matter of a message that holds several; of one that says that it does."""
Opening = Literal["", "anew", "item"]
"""How a clause opens: going on, anew ("còn chuyện nữa"), or as an item that the citizen counts, which is another matter
whatever else speaks against it."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A group of clauses. ``category`` of a report, as its surest clause says."""

    route: str
    takes: tuple[int, ...]
    sure: float
    category: str | None = None

    @property
    def group(self) -> str:
        return (self.category or "").split(".")[0]


def matters(said: Said) -> tuple[Matter, ...]:
    """In the order in which they are said; every clause belongs to one. One matter: the message is not to be cut."""
    for units in _units(said):
        if len(found := _group(said, units, len(units) == len(said.sentences) > 1)) > 1:
            return found
    return _whole(said)


def offers(said: Said) -> Iterator[Beside]:
    """Each clause, or sentence, that might be another matter beside the one before it: what is seen of it."""
    for units in _units(said):
        last: Matter | None = None
        for number, (clause, takes, opening) in enumerate(_openings(units)):
            own = _offered(said, clause, takes, opening, opens=not number, early=last is None)
            if own is None:
                continue
            if last is not None and not _same(last, own):
                yield beside(said, last, own, clause, anew=bool(opening))
            last = own


Units = Sequence[tuple[Clause, tuple[int, ...]]]


def _units(said: Said) -> Iterator[Units]:
    """What may be matters: whole sentences, then the clauses of a message that is no story."""
    if len(said.clauses) < 2 or said.turn.payload:
        return
    if len(said.sentences) > 1:
        yield [(one, said.within(one)) for one in said.sentences]
    if len(said.sentences) <= LIST:
        yield [(one, (number,)) for number, one in enumerate(said.clauses)]


def beside_danger(said: Said) -> tuple[Matter, ...]:
    """The ordinary matters that are told beside a danger, from clauses that are surely reports and open one anew:
    "… nằm bất tỉnh, mà đèn đỏ ở đấy hỏng từ hôm kia"."""
    danger = Matter("emergency", (), 1.0)
    found: list[Matter] = []
    for clause, takes, opening in _openings([(one, (number,)) for number, one in enumerate(said.clauses)]):
        enough = OPENED_BESIDE_DANGER if opening else BESIDE_DANGER
        sure = clause.route == REPORT and clause.sure >= enough and clause.category_sure >= CERTAIN
        if not sure or len(clause.words) < LEAST_BESIDE_DANGER:
            continue
        own = Matter(REPORT, takes, clause.sure * clause.category_sure, clause.category)
        if beside(said, danger, own, clause, anew=bool(opening)).chance < ANOTHER_THAN_DANGER:
            continue
        _put(found, own)
    return tuple(found)


BESIDE_DANGER, OPENED_BESIDE_DANGER, ANOTHER_THAN_DANGER, LEAST_BESIDE_DANGER = 0.8, 0.5, 0.25, 5
"""So sure of its route a clause beside a danger must be, and one that words for something else open, so likely another
matter, of so many words at least. Measured on 149 dangers alone: two of them seem to hold another matter."""


def clear(said: Said) -> Matter | None:
    """The surest report or question of a single clause, of a message whose whole is something weak."""
    found = (_own(clause, (number,)) for number, clause in enumerate(said.clauses))
    own = [one for one in found if one is not None and one.route not in OTHERS]
    return max(own, key=lambda one: one.sure, default=None)


def wholly(said: Said) -> bool:
    """Whether the message is surely one of those that hold their story too."""
    return said.turn.intent in WHOLE and said.turn.confidence >= 0.85


def begins_anew(clause: Clause) -> bool:
    """Whether the words that open a clause say that something else begins."""
    return _begins(clause, _ANEW)


def opens_anew(said: Said) -> bool:
    """The same of the whole message: "à, còn chuyện này: khu nhà em mất điện"."""
    return any(begins_anew(one) for one in said.clauses[:1]) or _opens(said.words[:4])


def _opens(words: Sequence[str]) -> bool:
    begin = " ".join(words) + " "
    return any(begin.startswith(one + " ") for one in _ANEW)


def _group(said: Said, units: Units, sentences: bool) -> tuple[Matter, ...]:
    found: list[Matter] = []
    first: list[int] = []  # what stands before the first matter belongs to it
    for clause, takes, opening in _openings(units):
        own = _offered(said, clause, takes, opening, opens=not found and not first, early=not found)
        if own is None or (found and not _another(said, found, own, clause, opening, sentences)):
            if not found:
                first += takes
            else:
                found[-1] = _joined(found[-1], own, takes)
            continue
        _put(found, own)
    if len(found) < 2:
        return _whole(said)
    found[0] = Matter(found[0].route, (*first, *found[0].takes), found[0].sure, found[0].category)
    weak = any(one.route == REPORT and one.sure < STORY for one in found)
    if said.turn.intent not in (REPORT, "multi") and said.turn.several < SEVERAL and weak:
        return _whole(said)  # a story told before a question
    return tuple(found)


def _whole(said: Said) -> tuple[Matter, ...]:
    turn = said.turn
    category = turn.categories[0][0] if turn.categories and turn.intent in (REPORT, "multi") else None
    return (Matter(turn.intent, said.every, turn.confidence, category),)


def _own(clause: Clause, takes: tuple[int, ...]) -> Matter | None:
    """What a clause is by itself, where that is clear."""
    long = len(clause.words)
    if clause.route == REPORT and clause.sure >= 0.6 and clause.category_sure >= CLEAR and long >= 2:
        return Matter(REPORT, takes, clause.category_sure * clause.sure, clause.category)
    unsaid = clause.route in UNSAID or clause.sure < UNSURE
    if unsaid and clause.category_sure >= CERTAIN and long >= 5:  # taken for an address or for nothing
        return Matter(REPORT, takes, clause.category_sure * 0.75, clause.category)
    if clause.route == "ask_procedure" and not clause.procedure and (clause.sure < CERTAIN or long < 6):
        return None
    if clause.route in ASKS and clause.sure >= 0.8 and long >= 3:
        return Matter(clause.route, takes, clause.sure)
    if clause.route in OTHERS and clause.sure >= CERTAIN and long >= 3:
        return Matter(clause.route, takes, clause.sure)
    return None


def _openings(units: Units) -> Iterator[tuple[Clause, tuple[int, ...], Opening]]:
    """Each unit with how it opens; words that open one and say no more ("còn chuyện nữa:") open the next."""
    items = _items(units)
    carried: Opening = ""
    for number, (clause, takes) in enumerate(units):
        own: Opening = "item" if number in items else "anew" if begins_anew(clause) else ""
        yield clause, takes, own or carried
        carried = (own or carried) if len(clause.words) <= SHORT_OPENING else ""


def _items(units: Units) -> frozenset[int]:
    """Units that open as items of a list: "điều thứ hai", "thứ nhất … thứ hai", "1. … 2. …". One ordinal alone is none:
    "thứ hai" is also Monday."""
    named, bare = set[int](), dict[int, str]()
    for number, (clause, _) in enumerate(units):
        words = " ".join(clause.words[:4])
        if _ITEM.match(words):
            named.add(number)
        elif (found := _ORDINAL.match(words) or _NUMBERED.match(clause.text)) is not None:
            bare[number] = found.group(1)
    return frozenset(named | set(bare)) if len(named) + len(set(bare.values())) > 1 else frozenset()


_GIVES_UP = re.compile(
    r"\b(?:huy|rut|bo|thoi|khoi|dong|ngung|dung|xoa|khong can|ko can|k can|hong can|het|khong xu ly)\b"
)
_THINGS = "viec|dieu|chuyen|van de|noi dung|y|muc|vu|cau"
_NUMBER = "mot|nhat|hai|ba|bon|tu|nam|[1-5]"
_ITEM = re.compile(rf"(?:(?:cai|{_THINGS}) thu|{_THINGS}) (?:{_NUMBER}|dau|dau tien|sau|cuoi|ke|sau cung)\b")
_ORDINAL = re.compile(r"(thu (?:nhat|hai|ba|tu|nam|[1-5])|(?:mot|hai|ba|bon|[1-4]) la)\b")
_ANNOUNCED = re.compile(
    r"\b(?:hai|ba|bon|may|[2-4]) (?:viec|chuyen|vu|dieu|van de|noi dung|y kien)\b"
    r"|\bca (?:hai|ba|bon|[2-4])(?: thu| cai| chuyen)?"
    r"(?: (?:nhe|nha|nghe|nghen|giup|gium|ho|dum|luon|di|voi|cho|ben|a|ad|em|toi))*$"
    r"|\bmot (?:luot|the luon|lan cho gon)\b"
)
""" "Bên ni có hai chuyện", "xử lý cả hai giúp em": who says so tells several."""


def _announced(said: Said) -> bool:
    return any(_ANNOUNCED.search(" ".join(one.words)) is not None for one in said.clauses)


_STATE = re.compile(
    r"\b(?:toi|den|di|ra|he) (?:dau|mo|sao|rang)\b|\b(?:sao|the nao|rang) (?:roi|rua|vay)\b|\b(?:chua|bao gio|tra)\b"
    r"|\b(?:kiem tra|tra cuu|theo doi|xem lai|tien do|tinh trang|ket qua|xu ly|giai quyet|tra loi|phan hoi|hom truoc)\b"
)


def _only_places(said: Said, clause: Clause) -> bool:
    """Whether a clause that the engine takes for a question after a report or a dossier has no word and no code of one,
    but says where something of no clear category is: the beginning of a report."""
    coded = any(one.get("entity") in ("ticket_code", "dossier_code") for one in said.turn.entities)
    if coded or clause.text.rstrip().endswith("?") or _STATE.search(" ".join(clause.words)) is not None:
        return False
    spans = said.turn.where.spans if said.turn.where is not None else ()
    return clause.category_sure < _OFFERED_CATEGORY and any(clause.start <= at < clause.end for at, _ in spans)


_NUMBERED = re.compile(r"([1-9])\s*[.)/:-]")


def _offered(
    said: Said, clause: Clause, takes: tuple[int, ...], opening: Opening, *, opens: bool, early: bool
) -> Matter | None:
    """What a clause may be beside others. Thanks are a matter where a message opens with what they are for. ``early``:
    before any matter."""
    long = len(clause.words)
    if clause.route in STRONG and clause.route != said.turn.intent and long >= 3:
        sure = clause.category_sure * STRONGLY
        return Matter(REPORT, takes, sure, clause.category) if clause.category_sure >= _OFFERED_ALONE else None
    unsaid_so = clause.route in OTHERS - {said.turn.intent} and not (opens or opening)
    if unsaid_so and clause.sure < CERTAIN:
        clause = replace(clause, route=UNKNOWN, sure=0.0)  # "lại còn nước yếu" is no answer that is refused
    if clause.route == "cancel_request" and not _GIVES_UP.search(" ".join(clause.words)):
        clause = replace(clause, route=UNKNOWN, sure=0.0)  # "hôm nay lại mất điện nữa"
    if clause.route in STATES and _only_places(said, clause):
        return None  # "cho mình báo vụ đốt rác cuối ngõ 15, …"
    report = clause.category_sure * min(1.0, clause.sure + 0.2)
    unsaid = clause.route in UNSAID or clause.sure < 0.6
    if clause.category == NO_KIND and long <= SHORT_OPENING and unsaid:
        return None  # "thêm một việc khác:"
    if clause.route == REPORT and clause.sure >= _OFFERED[REPORT] and long >= 2:
        if clause.category_sure < _OFFERED_CATEGORY:
            unlike = said.turn.intent in BESIDE_UNSURE and clause.sure >= SURE_KIND and long >= 5
            half = unlike and clause.category_sure >= _OFFERED[REPORT]
            return Matter(REPORT, takes, 0.5, clause.category) if half else None
        if not _announced(said) and _by_the_way(said, clause, early=early):
            return None
        return Matter(REPORT, takes, report, clause.category)
    if unsaid and clause.category_sure >= _OFFERED_ALONE and long >= 3:
        return Matter(REPORT, takes, clause.category_sure * 0.75, clause.category)
    if clause.route not in _OFFERED or clause.route == REPORT or clause.sure < _OFFERED[clause.route] or long < 3:
        return None
    if clause.route == "thanks" and (not opens or long < 4):
        return None
    if clause.route == "ask_procedure" and said.turn.intent in STATES and not clause.asking:
        return None  # "tháng trước tôi về nộp giấy đính chính ngày sinh, nhờ xem giúp đã xong chưa"
    return Matter(clause.route, takes, clause.sure)


def _by_the_way(said: Said, clause: Clause, *, early: bool) -> bool:
    """ "Chào con, cô ở trọ bên đường": weakly, or in the few words of an opening, of a category that the whole, sure of
    another, knows nothing of."""
    whole = dict(said.turn.categories)
    few = early and len(clause.words) <= OPENING and clause.category_sure < CERTAIN_OF
    weak = few or clause.category_sure < CLEAR
    sure = weak and max(whole.values(), default=0.0) >= CERTAIN
    return sure and whole.get(clause.category or "", 0.0) < UNKNOWN_TO_WHOLE


def _another(
    said: Said, found: list[Matter], own: Matter, clause: Clause, opening: Opening, sentences: bool
) -> bool:
    """Whether a clause begins a matter beside those that were found, rather than going on with the last."""
    if any(_same(one, own) for one in found):
        return True
    if own.route in STATES and any(one.route in STATES for one in found):
        return False  # "mã hồ sơ …, xin kiểm tra tiến độ"
    opened = found[-1].route in COURTESY and found[-1].sure >= CERTAIN and 0 in found[-1].takes
    turns = opened and own.route not in COURTESY and _begins(clause, _BUT)
    chance = beside(said, found[-1], own, clause, anew=bool(opening) or turns).chance
    unnamed = own.route == "ask_procedure" and not (clause.procedure or opening)  # "có làm không thì bảo"
    more = len(found) > 1 and own.sure >= CERTAIN
    usual = ANOTHER if own.route == found[-1].route == REPORT else ANOTHER_KIND
    enough = UNNAMED if unnamed else ANNOUNCED if _announced(said) else OF_SEVERAL if more else usual
    return opening == "item" or _apart(said, found[-1], own, sentences) or chance >= enough


def _apart(said: Said, last: Matter, own: Matter, sentences: bool) -> bool:
    """A sentence of another kind than the one before it, both sure; a wish to talk to somebody needs no full stop."""
    if own.route == last.route or len(said.sentences) > LIST or min(own.sure, last.sure) < SURE_KIND:
        return False
    if wholly(said) and own.route == REPORT:
        return False  # a question, a complaint, praise hold their story
    return sentences or (own.route == "human_agent" and own.sure >= SPOKEN)


def beside(said: Said, last: Matter, own: Matter, clause: Clause, *, anew: bool) -> Beside:
    """What is seen of a clause whose matter would stand beside the last."""
    whole, known = dict(said.turn.categories), own.route == "ask_procedure" and clause.procedure
    return Beside(
        last=last.sure, subject=1.0 if known else clause.category_sure, likely=whole.get(own.category or "", 0.0),
        message=len(said.words), clause=len(clause.words), anew=anew, several=said.turn.several,
        wholly=wholly(said), one=max(whole.values(), default=0.0) >= ONE_MATTER,
        group=own.route == last.route == REPORT and own.group == last.group,
    )  # fmt: skip


def _begins(clause: Clause, phrases: tuple[str, ...]) -> bool:
    begin = " ".join(clause.words[:4]) + " "
    return any(begin.startswith(one + " ") for one in phrases)


def _same(one: Matter, other: Matter) -> bool:
    return one.route == other.route and one.category == other.category


def _put(found: list[Matter], own: Matter) -> None:
    """Beside what was found, or with what is the same."""
    same = next((at for at, one in enumerate(found) if _same(one, own)), None)
    if same is None:
        found.append(own)
    else:
        found[same] = _joined(found[same], own, own.takes)


def _joined(matter: Matter, own: Matter | None, takes: tuple[int, ...]) -> Matter:
    sure = max(matter.sure, own.sure) if own is not None and _same(matter, own) else matter.sure
    return Matter(matter.route, tuple(sorted((*matter.takes, *takes))), sure, matter.category)
