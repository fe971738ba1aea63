"""The answers to the questions of a report: each takes what was asked for, and keeps what else was said."""

from __future__ import annotations

import json
import re
from zlib import crc32

from actions import asking, correcting, gather, joining, remarks
from actions.turn import Context, Turn, button, word
from feedback_store.places.reading import merged
from feedback_store.queries.lookups import category_name, gazetteer, offered
from feedback_store.reading.content import content
from feedback_store.reading.stars import read_stars
from feedback_store.reading.words import words_of
from feedback_store.service.drafts import ReportData
from vitext import fold

# Answers that hold nothing but themselves.
BARE = ("affirm", "deny", "greet", "thanks")


def answer(context: Context, data: ReportData, step: str) -> None:
    """A message while ``step`` is asked: a part said anew, or the answer."""
    if not (data.text and corrects(context, data)):
        _ANSWER[step](context, data, context.turn)


def corrects(context: Context, data: ReportData) -> bool:
    """What is said anew is put in its place and read back."""
    before = (data.place_text, data.phone, data.category, list(data.text))
    heard = correcting.correct(context, data)
    if heard is None:
        return False
    if heard == "added_words":
        say_added(context, data)
        return True
    place, phone, category, words = before
    changed = []
    if data.place_text != place and data.place_text:
        changed.append(word("place_is", place=data.place_text))
    if data.phone != phone and data.phone:
        changed.append(word("phone_is", phone=data.phone))
    if data.category != category and data.category:
        changed.append(word("category_is", category=category_name(context.session, data.category)))
    if not changed and data.text != words:
        changed.append(word("words_are", words=data.text[-1][:200]))
    context.answer.say("corrected", what="; ".join(changed))
    return True


def _answer_text(context: Context, data: ReportData, turn: Turn) -> None:
    if (turn.intent in BARE and len(turn.folded.split()) <= 4) or gather.is_opening(turn):
        return
    gather.keep_words(context, data)
    data.editing = None
    gather.understand(context, data)


def _answer_category(context: Context, data: ReportData, turn: Turn) -> None:
    if turn.intent in BARE and len(turn.folded.split()) <= 4:
        return
    if _BOTH.search(turn.folded) and len(data.category_choices) > 1 and len(turn.folded.split()) <= BOTH_LONGEST:
        _take_both(context, data)
        return
    if data.text and remarks.to_us(turn, data.category) and not data.asked.get("category", 0) >= 2:
        say_not_added(context)
        return
    if data.text and len(turn.folded.split()) <= NAMES_CATEGORY:
        gather.take_categories(data, turn.categories)
        if data.category is not None:
            return  # "nuôi heo gây ô nhiễm" says the category, and nothing that is not told
    gather.keep_words(context, data)
    gather.understand(context, data)
    if data.category is None:
        understood = context.understand(" ".join(data.text))
        gather.take_categories(data, offered(context.session, understood.categories))
    if data.category is None and data.asked.get("category", 0) >= 2:
        data.category = data.category_choices[0] if data.category_choices else "khac.khac"


NAMES_CATEGORY = 7
_BOTH = re.compile(r"\b(?:ca hai|ca 2|hai cai deu|ca doi|hai cai luon|ca hai cai)\b")
BOTH_LONGEST = 16


def _take_both(context: Context, data: ReportData) -> None:
    """ "Cả hai luôn": the first becomes this report, the second one of its own afterwards, from the same words."""
    first, second = data.category_choices[:2]
    data.category = first
    data.issues.append({"text": "\n".join(data.text), "category": second})
    context.answer.say("kept_for_later", names=category_name(context.session, second))


def _answer_place(context: Context, data: ReportData, turn: Turn) -> None:
    if turn.intent in ("deny", "skip") and turn.place() is None and len(turn.folded.split()) <= 6:
        data.skip("place")
        return
    if turn.intent == "affirm" and turn.place() is None and len(turn.folded.split()) <= 4:
        return
    if read_stars(turn.text) is not None and turn.where is None:
        return  # stars are no place, however often it is asked
    if remarks.only_remarks(turn):
        if remarks.is_idle(turn):
            if data.asked.get("place", 0) >= GIVEN_UP:
                data.skip("place")
            return
        if data.asked.get("place", 0) < 2:
            gather.keep_words(context, data)
            return
    if remarks.only_asks(turn) and data.asked.get("place", 0) < 2:
        return  # asked again in other words; what is said a second time is taken as it stands
    if gather.words_beside(turn) > gather.FILLER and (turn.place() or turn.intent in ("submit_feedback", "multi")):
        gather.keep_words(context, data)  # a place within a story: both are kept
        gather.understand(context, data)
        return
    if turn.phone_span() is not None:
        gather.take_phone(data, turn)
        if turn.place() is None and gather.only_detail(turn):
            return
    gather.take_place(context, data, turn.text, whole=True)


def _answer_commune(context: Context, data: ReportData, turn: Turn) -> None:
    short = len(turn.folded.split()) <= 8
    if _chosen_by_name(context, data, turn):
        return
    if gather.take_commune(context, data, turn.text):
        named = turn.where.words if turn.where is not None else turn.text.strip()
        if short or gather.words_beside(turn) <= gather.FILLER:
            data.place_text = merged(data.place_text or "", named)[:500]
        elif not gather.better_place(context, data):
            gather.keep_words(context, data, beside=True)
        return
    if turn.intent in ("deny", "skip", "nlu_fallback", "affirm") and short and turn.place() is None:
        leave_commune(data)
    elif gather.only_detail(turn) and turn.phone_span() is not None:
        gather.take_phone(data, turn)
        context.answer.say("detail_taken")
    elif short and (turn.place() or remarks.places(turn.text) or re.search(r"\d", turn.text) or remarks.named(turn)):
        data.place_text = ", ".join(p for p in (data.place_text, turn.text.strip()) if p)[:500]
        if not data.commune_choices or data.asked.get("commune", 0) >= 2:
            leave_commune(data)
    else:
        if remarks.to_us(turn, data.category):
            say_not_added(context)
        else:
            gather.keep_words(context, data)
        if data.asked.get("commune", 0) >= 2:
            leave_commune(data)


def _chosen_by_name(context: Context, data: ReportData, turn: Turn) -> bool:
    """ "Lê Chân", of "Phường Lê Chân" and "Phường An Biên" that are shown."""
    known = gazetteer(context.session).communes
    communes = {code: known[code].name for code in data.commune_choices if code in known}
    said = words_of(turn.text)
    fitting = [code for code, name in communes.items() if said and said in (words_of(name), words_of(name)[1:])]
    if len(fitting) != 1:
        return False
    data.commune, data.commune_choices = fitting[0], []
    return True


def leave_commune(data: ReportData) -> None:
    data.commune_choices = []
    data.skip("commune")


def _answer_photo(context: Context, data: ReportData, turn: Turn) -> None:
    words = turn.folded.split()
    short = len(words) <= 6
    if (turn.intent in ("skip", "deny", "send_now") and short) or _declines(turn):
        data.skip("photo")
    elif _passes(data, turn, "photo"):
        return
    elif not (turn.intent in BARE and short) and not ("anh" in words and len(words) <= 3):
        _take_detail(context, data, turn)


def _answer_phone(context: Context, data: ReportData, turn: Turn) -> None:
    if gather.take_phone(data, turn):
        data.name = data.name or content(turn.text, own_number=True).name
        if gather.words_beside(turn) > gather.FILLER:
            gather.keep_words(context, data, own_number=True)
    elif (turn.intent in ("skip", "deny") and len(turn.folded.split()) <= 8) or _declines(turn):
        data.skip("phone")
    elif gather.part_of_number(turn):
        if data.asked.get("phone", 0) >= GIVEN_UP:
            data.skip("phone")
            context.answer.say("phone_left")
        else:
            context.answer.say("phone_unread")
    elif _passes(data, turn, "phone"):
        return
    elif not (turn.intent in BARE and len(turn.folded.split()) <= 4):
        _take_detail(context, data, turn)


GIVEN_UP = 3
SURE_OF_NO = 0.9
NO_LONGEST = 14


def _declines(turn: Turn) -> bool:
    """ "Hỏi chi mà hỏi lắm, không có mô": a clause that says no, with nothing but temper beside it."""
    if turn.where is not None or len(turn.folded.split()) > NO_LONGEST:
        return False
    told = [(str((one.get("intent") or {}).get("name")), float((one.get("intent") or {}).get("confidence") or 0.0))
            for one in turn.clauses]  # fmt: skip
    no = any(name in ("skip", "deny") and sure >= SURE_OF_NO for name, sure in told)
    return no and not any(name in ("submit_feedback", "edit_report") and sure >= SURE_OF_NO for name, sure in told)


def _passes(data: ReportData, turn: Turn, step: str) -> bool:
    """A remark is no answer and no part of the report: asked in other words, and after the third left open."""
    if not remarks.is_remark(turn):
        return False
    if data.asked.get(step, 0) >= GIVEN_UP:
        data.skip(step)
    return True


def _answer_summary(context: Context, data: ReportData, turn: Turn) -> None:
    # Only the button, or a word of the closed list, files; the summary comes again.
    if remarks.is_remark(turn):
        return
    if not (turn.intent in (*BARE, "skip", "send_now") and len(turn.folded.split()) <= 6):
        _take_detail(context, data, turn)


def _take_detail(context: Context, data: ReportData, turn: Turn) -> None:
    """Words that were not asked for: a number, a commune, a place, or more of the story."""
    told = joining.words_to_add(turn) if not turn.folded.startswith("sua") else None
    if told is not None and turn.where is None:
        data.text.append(told)  # "ghi thêm vào: …": as it was said
        say_added(context, data)
        return
    if gather.only_detail(turn) and turn.phone_span() is not None:
        gather.take_phone(data, turn)
        context.answer.say("detail_taken")
        return
    if data.phone is None and _GIVES_NUMBER.search(turn.folded) and gather.take_phone(data, turn):
        found = content(turn.text, own_number=True)
        data.name, rest = data.name or found.name, found.text
        context.answer.say("detail_taken")
        if len(rest.split()) <= gather.FILLER or _CALL.search(fold(rest)):
            return  # "thôi cho số này 09… có gì gọi"
    words = len(turn.folded.split())
    if data.commune is None and words <= 8 and gather.take_commune(context, data, turn.text):
        named = turn.where.words if turn.where is not None else turn.text.strip()
        data.place_text = merged(data.place_text or "", named)[:500]
        context.answer.say("detail_taken")
        return
    known = turn.where.found.sure if turn.where is not None and turn.where.found is not None else None
    if known is not None and known.code == data.commune and gather.words_beside(turn) == 0:
        context.answer.say("detail_taken")  # the commune said again
        return
    if gather.take_more_of_place(context, data):
        context.answer.say("detail_taken")
        return
    if not data.has_place:
        gather.take_place(context, data, turn.text)
    else:
        gather.better_place(context, data)
    if remarks.to_us(turn, data.category):
        say_not_added(context)
    elif gather.keep_words(context, data, beside=True):
        say_added(context, data)


def say_added(context: Context, data: ReportData) -> None:
    """What became a part of the report, with a way to take it out again."""
    words = data.text[-1] if data.text else ""
    drop = button("drop_words", "/drop_words" + json.dumps({"words": crc32(words.encode())}))
    context.answer.say("added_words", words=asking.shortened(words), buttons=[drop] if len(data.text) > 1 else None)


def say_not_added(context: Context) -> None:
    """Words that were said to the hotline: they stand where they were said, and join the report if that is meant."""
    turn = context.turn
    add = button("add_words", "/add_words" + json.dumps({"event": turn.event_id}))
    context.answer.say("not_added", words=asking.shortened(turn.text.strip()), buttons=[add])


_GIVES_NUMBER = re.compile(
    r"\b(?:sdt|so dien thoai|dien thoai|dt|so (?:may|nay|toi|tui|em|minh|t|cua (?:toi|em|minh|tui|t|chi|anh))"
    r"|cho so|lay so|ghi so|lien he|lien lac|goi)\b"
)
_CALL = re.compile(r"\b(?:goi|lien he|lien lac|alo|so|sdt|dien thoai)\b")


_ANSWER = {
    "text": _answer_text,
    "category": _answer_category,
    "place": _answer_place,
    "commune": _answer_commune,
    "photo": _answer_photo,
    "phone": _answer_phone,
    "summary": _answer_summary,
}


def drop_person(data: ReportData) -> None:
    """Whatever tells who reports leaves the draft; nothing of it is asked again."""
    for number in data.own_numbers:
        data.text = [_without_number(one, number) for one in data.text]
    data.phone, data.name, data.own_numbers = None, None, []
    data.text = [one for one in data.text if one]
    data.skip("phone")


def _without_number(text: str, number: str) -> str:
    digits = r"[ .\-]?".join(("", *number[1:]))
    return re.sub(rf"(?<!\d)(?:\+?84|0){digits}(?!\d)", "", text).strip(" ,.;:")
