"""A conversation that is in an emergency, or under a seal: what is said to whatever comes next, without the engine.

In an emergency every message gets the number again with one sentence of help that fits the danger; place, phone, pin
and photo join the alert that the operator sees. Under a seal names and sums usually come second: they are sealed too.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.gateway.safety import Verdict, judge_denunciation
from feedback_store.guards import judge_danger, opinion
from feedback_store.guards.emergency import check_emergency, likely_kind, load_watch
from feedback_store.reading.announcing import announced, wants_as_report
from feedback_store.reading.assent import points_back
from feedback_store.reading.over import asks, says_over
from feedback_store.reading.phones import phones_in
from feedback_store.reading.words import words_of as words_in
from feedback_store.service import emergencies
from feedback_store.service.emergencies import EmergencyHit
from feedback_store.service.intake import NewEvent
from feedback_store.service.outbox import Button, Reply
from feedback_store.service.turns import Outcome, PendingEvent, Work
from feedback_store.texts import has, render
from vitext import clauses, fold

EMERGENCY = "emergency_goes_on"
OVER = "emergency_over"
SEALED = "sealed_too"
CHANNEL = "denunciation_channel"
HELPS = 3
"""Sentences of help of one kind, given by turns; the first says what not to do, it answers who asks."""
KINDS_HEARD = ("text", "photo", "location", "voice", "sticker", "other", "edit")
"""Not "payload": a button is pressed on purpose and leads out of an emergency, or of a seal."""


_REPORTS = re.compile(r"\b(?:muon|dinh|tinh|chi) (?:bao|phan anh) (?:cai|vu|viec|chuyen)\b")


def leaves(text: str) -> bool:
    """ "Trầy da tí thôi, muốn báo cái ổ gà": an ordinary report, told by who was taken to be in danger."""
    return _REPORTS.search(fold(text)) is not None and judge_danger(text) is None and not asks(text)


def in_emergency(work: Work, event: PendingEvent) -> Outcome | None:
    """The answer of the emergency that goes on; None: the event is none of its business."""
    if work.emergency is None or event.kind not in KINDS_HEARD or event.guard is not None:
        return None
    text = words_of(event)
    if says_over(text):
        return Outcome([_over()], guard=OVER, intent=OVER)
    if wants_as_report(text):
        return None  # what the button of its first answer does, in words
    which = 0 if asks(text) else event.id
    told = likely_kind(text)
    danger = _kind_now(work.emergency, told)
    shown = emergencies.UNSPECIFIED.kind if _ASKS_NUMBER.search(fold(text)) and told != danger else danger
    reply = Reply(still(shown, joined(event, text), which), way_out(danger))
    return Outcome([reply], guard=EMERGENCY, intent="emergency", kind="emergency", danger=danger)


_ASKS_NUMBER = re.compile(
    r"\bso\b.*\b(?:may|nao|bao nhieu|gi)\b|\b(?:goi|bam) (?:so )?(?:nao|may|dau|ai)\b|\b11[1-5] (?:dau|ha|phai|co)\b"
)


def way_out(kind: str) -> tuple[Button, ...]:
    """The report of it, or that nobody is in danger, by a button; who means to harm themselves is asked for neither."""
    if kind == "self_harm":
        return ()
    report = Button(render("gateway.emergency_report_button"), "/offer_danger_report")
    return report, Button(render("guards.button_over"), "/danger_over")


def _over() -> Reply:
    button = Button(render("gateway.emergency_report_button"), "/offer_danger_report")
    return Reply(render("guards.over"), (button,))


def _ends(text: str) -> bool:
    """Whether words say that the danger is over, and no clause tells of one: of "công an tới rồi, đưa đi cấp cứu hết
    rồi", which has the words of a danger; not of "khóa van rồi, có người ngất"."""
    pieces = (text[start:end] for start, end in clauses(text))
    return says_over(text) and all(says_over(one) or judge_danger(one) is None for one in pieces)


def within(verdict: Verdict, going_on: str | None, text: str) -> Verdict:
    """In an emergency that goes on (``going_on``: its kind), the end of it is heard though it has a danger's words.
    A danger of no kind told in an emergency of a known one is a part of it: the help is that of its kind. So is one
    whose kind no phrase says: "hai đứa bé kẹt trên gác" in a fire."""
    told = verdict.emergency
    if told is not None and going_on is not None and _ends(text):
        return Verdict("over", OVER, _over())
    if told is None or going_on in (None, emergencies.UNSPECIFIED.kind, told.kind):
        return verdict
    if _kind_now(str(going_on), told.kind) == told.kind and check_emergency(text) is not None:
        return verdict
    words = still(str(going_on), render("guards.joined_words"), 0 if asks(text) else 1)
    first = told.numbers[0]
    if told.kind != emergencies.UNSPECIFIED.kind and first not in words and has(f"guards.also_{first}"):
        also = render(f"guards.also_{first}")
        words = f"{words} {also[:1].upper()}{also[1:]}."
    same = EmergencyHit(str(going_on), load_watch().numbers.get(str(going_on), told.numbers), told.self_harm)
    return replace(verdict, reply=Reply(words, way_out(same.kind)), emergency=same)


VICTIMS = frozenset({"disaster", "medical", "accident", "trapped"})
"""Kinds that tell who is hurt or stuck, as in any danger: "còn hai bà cháu kẹt trên lầu" of a fire."""


def _kind_now(going_on: str, told: str) -> str:
    """The kind of an emergency that goes on after words that tell of another: "CHÁY mà, cháy nhà đó" after "113"
    changes it, what tells of its victims does not where its own numbers help them, too."""
    if told == emergencies.UNSPECIFIED.kind:
        return going_on
    if told in VICTIMS and going_on not in (emergencies.UNSPECIFIED.kind, *VICTIMS):
        return going_on
    return told


def words_of(event: PendingEvent | NewEvent) -> str:
    """The text or the caption of an event."""
    return str(event.body.get("text") or event.body.get("caption") or "").strip()


def urgent_first(work: Work) -> list[PendingEvent]:
    """In an emergency what is answered without the engine does not wait behind what needs it; else as stored."""
    if work.emergency is None:
        return work.events
    return sorted(work.events, key=lambda event: event.kind not in KINDS_HEARD)


def still(kind: str, taken: str, turn: int) -> str:
    """The number again, what joined the alert, and one sentence of help; ``turn`` chooses among the sentences."""
    numbers = load_watch().numbers.get(kind, ("112", "113", "114", "115"))
    known = kind if has(f"guards.again_{kind}_0") else "unspecified"
    named = {f"n{place}": number for place, number in enumerate(numbers, start=1)}
    call = render(f"guards.call_{known}" if has(f"guards.call_{known}") else "guards.call", **named)
    help_ = render(f"guards.again_{known}_{turn % HELPS}", **named)
    return " ".join(part for part in (call, taken, help_) if part)


def joined(event: PendingEvent, text: str) -> str:
    """What the operator now sees of this message, in words for the citizen."""
    if event.kind == "photo":
        return render("guards.joined_photo")
    if event.kind == "location":
        return render("guards.joined_pin")
    if next(iter(phones_in(text)), None) is not None:
        return render("guards.joined_phone")
    return render("guards.joined_words") if event.kind in ("text", "edit") else ""


def note(
    session: Session, *, conversation_id: uuid.UUID, event_id: int, outcome: Outcome, now: dt.datetime
) -> None:
    """What the answer changes in the conversation: it goes on for another while, or is over."""
    if outcome.guard == OVER:
        emergencies.end(session, conversation_id=conversation_id)
    elif outcome.guard == EMERGENCY:
        if outcome.danger is not None:
            numbers = load_watch().numbers.get(outcome.danger, emergencies.UNSPECIFIED.numbers)
            emergencies.known_as(session, conversation_id=conversation_id, kind=outcome.danger, numbers=numbers)
        emergencies.prolong(session, conversation_id=conversation_id, event_id=event_id, now=now)


# --- under a seal -----------------------------------------------------------------------------

# What is clearly another matter, with how sure the engine must be of it.
OTHERS = {
    "ask_procedure": 0.8, "ask_dossier_status": 0.8, "ask_ticket_status": 0.8, "human_agent": 0.8, "greet": 0.9,
    "goodbye": 0.9, "thanks": 0.9, "smalltalk_bot": 0.9, "emergency": 0.8,
}  # fmt: skip
REPORT, CATEGORY = 0.8, 0.85
DANGER = 0.3
"""Less likely a danger by the learned opinion, words under a seal are none."""
OF_PEOPLE = ("hanh-chinh", "an-ninh", "xa-hoi")


def under_seal(parse: dict[str, Any], text: str = "") -> bool:
    """Whether words that follow a sealed denunciation are sealed too, by what the engine makes of them.

    A report begins another matter where its category is one of things, not of people, and it is sure.
    """
    intent = parse.get("intent") or {}
    name, sure = str(intent.get("name")), float(intent.get("confidence") or 0.0)
    if name == "emergency" and (opinion.chance(text) or 0.0) < DANGER:
        return True  # "năm ngoái cầm hai cây vàng của cụ": the engine alone
    if name in OTHERS and announced(text) is None:
        return sure < OTHERS[name]
    for clause in parse.get("clauses") or ():
        if _another_report(clause.get("intent") or {}, clause.get("category")):
            return False
    best = next(iter(parse.get("category") or ()), None)
    if best is not None and announced(text) is not None and judge_denunciation(text) is None:
        of_people = str(best["name"]).split(".")[0] in OF_PEOPLE
        return of_people or float(best["confidence"]) < CATEGORY  # "giờ tôi báo việc khác: đèn đường …"
    return not _another_report(intent, best)


def beside(parse: dict[str, Any], text: str) -> list[str]:
    """Categories of the ordinary matters told beside a denunciation, by clauses that are surely of things and accuse
    nobody. The words themselves stay sealed: only that such a matter can be sent by itself is told."""
    found: list[str] = []
    for clause in parse.get("clauses") or ():
        category = clause.get("category")
        words = text[int(clause["start"]) : int(clause["end"])]
        if not _another_report(clause.get("intent") or {}, category) or judge_denunciation(words) is not None:
            continue
        if (opinion.chance(words, opinion.DENUNCIATION) or 0.0) < ACCUSES:
            found.append(str(category["name"]))
    return list(dict.fromkeys(found))


ACCUSES = 0.1
"""So likely a denunciation, a clause is no ordinary matter."""


_WHERE_TO = re.compile(
    r"\b(nop|gui|viet|lam) don\b.*\b(dau|cho nao|noi nao|cho ai|co quan nao|the nao|ra sao|lam sao|kieu gi)\b"
    r"|\b(dau|cho nao|noi nao|co quan nao)\b.*\b(nop|gui|nhan|tiep nhan|to cao)\b"
    r"|\bto cao\b.*\b(o dau|den dau|voi ai|cho nao|the nao|lam sao)\b"
)
_HOW_LONG = re.compile(
    r"\b(bao lau|may ngay|bao nhieu ngay|bao gio|khi nao|chung nao|may thang|mat may)\b.*"
    r"\b(giai quyet|xu ly|xong|tra loi|co ket qua|xem xet|thu ly|xac minh|nguoi ta|ho|moi)\b"
    r"|\b(giai quyet|xu ly|tra loi|co ket qua|thu ly)\b.*\b(bao lau|may ngay|bao gio|khi nao|chung nao)\b"
)
# "Thế đơn thì nộp ở đâu": nothing in it but asking where to go with it.
_ONLY_WHERE = frozenset(
    """the vay rua roi thi la ma a o u da alo don giay to cao cai do nay nop gui dua mang viet lam dau cho nao noi ai
    ben co quan toi em minh chau con bac phai can nen gap den tai len voi nhi ha ad oi tong dai anh chi hoi""".split()
)
SHORT = 14


def says_back(text: str) -> bool:
    """ "Thôi quay lại cái biển báo": the citizen goes back to a report of another matter; nothing in it is sealed."""
    return points_back(text) and judge_denunciation(text) is None


def asks_where(text: str) -> bool:
    """ "Nộp đơn ở đâu?": which channel is the proper one, asked in a few words."""
    plain = fold(text)
    words = words_in(text)
    if len(words) > SHORT:
        return False
    asked = {"nop", "gui", "dua", "mang"} & set(words) and {"dau", "nao", "ai"} & set(words)
    return _WHERE_TO.search(plain) is not None or bool(asked and all(one in _ONLY_WHERE for one in words))


def asks_how_long(text: str) -> bool:
    """ "Thế bao lâu thì người ta giải quyết?": how long a denunciation takes, asked in a few words."""
    plain = fold(text)
    return len(plain.split()) <= SHORT and _HOW_LONG.search(plain) is not None


def about_channel(text: str) -> Outcome | None:
    """What is asked of the proper channel: where it is, how long it takes. Questions name nobody: not sealed."""
    if asks_where(text):
        words = render("guards.denunciation_channel")
    elif asks_how_long(text):
        words = render("guards.denunciation_time")
    else:
        return None
    return Outcome([Reply(words)], intent="denunciation_channel", guard=CHANNEL)


def _another_report(intent: dict[str, Any], best: dict[str, Any] | None) -> bool:
    """A report that is sure, of things and not of people."""
    name, sure = str(intent.get("name")), float(intent.get("confidence") or 0.0)
    if name != "submit_feedback" or best is None or sure < REPORT or float(best["confidence"]) < CATEGORY:
        return False
    return str(best["name"]).split(".")[0] not in OF_PEOPLE


def dropped() -> Outcome:
    """A denunciation that is taken back: it stays sealed and is erased, and no report is made of it."""
    return Outcome([Reply(render("guards.denunciation_dropped"))], intent="denunciation_channel", guard=CHANNEL)


def sealed_reply(text: str) -> Outcome:
    """The proper channel again, and the way back."""
    found = judge_denunciation(text)
    if found is not None:
        return Outcome([found.reply], intent="denunciation", guard=SEALED)
    button = Button(render("guards.button_only_report"), "/denunciation_is_report", once=False)
    words = render("guards.sealed_too", channel=render("guards.denunciation_channel"))
    return Outcome([Reply(words, (button,))], intent="denunciation", guard=SEALED)
