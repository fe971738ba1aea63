"""What a citizen's words say about a report: category, place, phone, and which words are its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from actions import remarks
from actions.turn import Context, Turn, word
from feedback_store.places.correcting import completed
from feedback_store.places.country import country
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.places.lexicon import lexicon
from feedback_store.places.reading import OF_A_PLACE, PlaceRead, communes_perhaps, merged, read_place
from feedback_store.queries.lookups import gazetteer, offered
from feedback_store.reading import phones
from feedback_store.reading.content import content
from feedback_store.reading.words import words_of, written
from feedback_store.service.drafts import ReportData
from vitext import clauses, fold, has_marks

SURE = 0.7
LEAD = 0.35
LIKELIER = 0.5
CLEAR = 0.75
"""So sure of its category a sentence of a story must be to count."""
STORY = 3
"""Sentences of the shortest message that is a story."""
LIST = 4
"""Clauses of the longest message that is taken as a whole; more are a story."""
# Less likely than this, a category is not worth a button.
LIKELY = 0.15
OTHER = "khac.khac"
# As few words beside a detail say nothing more than the detail itself ("số của tôi là …").
FILLER = 4
NAME_AND_NUMBER = 16
"""Words of the longest message in which a number beside one's own name is one's own."""
_MY_NAME = re.compile(r"\b(?:toi|em|minh|chau|con|tui|bac|chu|e) ten (?:la )?\w+(?: \w+){0,3}[\s,.;:(-]*$")
""" "Em tên Thảo, 09…": a number behind one's own name."""
_OWN_NUMBER = re.compile(
    r"\b(sdt|so dien thoai|dien thoai|dt|lien he|lh|goi (cho |lai )?(toi|em|minh|lai|chau|anh|chi|co|chu|bac)"
    r"|so (cua )?(toi|em|minh|chau|anh|chi|con|tui|bac|co|chu|ba|ong)|alo|(de lai|de|luu|ghi|lay) so|so lien lac)\b"
    r"[^.!?\n]{0,40}$"
)
_CALL_ME = re.compile(
    r"^\W*(?:nhe\W+)?(?:la so (?:cua )?(?:toi|em|minh|chau)|so (?:cua )?(?:toi|em|minh|chau)"
    r"|(?:goi|lien he|lh|alo)(?: lai| cho| ngay)* (?:toi|em|minh|chau)"
    r"|(?:goi|lien he|lh|alo)(?: lai| nhe| nha| a| giup)*\W*$)"
)
_ANNOUNCING = frozenset(
    """a alo oi xin chao tong dai 1022 ad admin shop em anh chi toi tui tau minh chau co chu bac ban cho can muon mun
    gui guj bao phan anh pa pakn kien nghi gop y y kien khieu nai to mot 1 viec vu van de chuyen cai nay voi nhe nha a
    da vang duoc ko k khong the nao lam sao o dau ve su giup dum ho xiu chut la thi chi thoi co""".split()
)
# Words beside a place that was asked for, which say nothing more of it.
_COURTESY = frozenset(
    """o tai cho dia chi la thi nha nhe a da vang u uh em anh chi co chu bac chau ad do day nay kia ne nghe nghen
    thua bao minh toi tui giup voi va thuoc ngay khu vuc duoc roi nham lon y xin loi cu mo ha ni""".split()
)
_TAKING_BACK = frozenset(
    "a nham lon sai sua moi dung quen day roi nhe nha ne do xin loi ghi bam go vay so la cua toi tui em minh".split()
)
# A number in such a story is the matter, not the way to reach the writer.
_NUISANCE = re.compile(
    r"\b(lua dao|quay roi|khung bo|doi no|spam|quang cao|rao vat|mao danh|gia danh|de doa|tong dai)\b"
)


NAMED = frozenset({"name"})


def where_of(turn: Turn, places: Gazetteer) -> PlaceRead | None:
    """The place of a message; of a story, whose side paths lead elsewhere, that of the sentences that tell the matter,
    where it stands there as clearly as anywhere."""
    whole = read_place(turn.text, places)
    if whole is not None and whole.kinds == NAMED and country().is_province(whole.words):
        return None  # "tui ở Cà Mau lên": where somebody is from
    if whole is None or len(turn.sentences) < STORY or len(whole.spans) < 2 or not turn.categories:
        return whole
    told = [one for one in turn.sentences if (one.get("category") or {}).get("name") == turn.categories[0][0]]
    if not told:
        return whole
    start, end = int(told[0]["start"]), int(told[-1]["end"])
    read = read_place(turn.text[start:end], places)
    if read is None or read.weight < max(whole.weight, OF_A_PLACE):
        return whole
    spans = tuple((a + start, b + start) for a, b in read.spans)
    return replace(read, start=read.start + start, end=read.end + start, spans=spans)


def understand(context: Context, data: ReportData) -> None:
    """Category, place and phone from a message whose words are kept as the report's own."""
    turn = context.turn
    if data.category is None:
        take_categories(data, turn.categories)
    if data.category is None and (matter := without_place(turn)):
        take_categories(data, offered(context.session, context.understand(matter).categories))
    if data.category is None and len(turn.clauses) > LIST:
        take_categories(data, offered(context.session, _by_clauses(turn)))
    if not data.has_place:
        take_place(context, data, turn.text)
    elif data.commune is None:
        take_commune(context, data, turn.text)
    if data.phone is None and not data.anonymous and _speaks_of_own_number(turn):
        take_phone(data, turn)


def without_place(turn: Turn) -> str | None:
    """The words of the matter alone, where a place stands among them: house numbers say nothing of it."""
    if turn.where is None or turn.where.weight < OF_A_PLACE:
        return None
    rest = _without_spans(turn.text, turn.where.spans)
    return rest.strip() if len(rest.split()) >= 2 else None


def keep_earlier(context: Context, data: ReportData, text: str) -> None:
    """The matter of earlier words, a line a message; numbers in them are the writer's."""
    for line in text.split("\n"):
        found = content(line, own_number=True)
        data.name = data.name or found.name
        data.anonymous = data.anonymous or found.nameless
        phone = next(iter(phones.phones_in(line)), None)
        if phone is not None and not data.anonymous:
            data.phone = phone.national
            data.own_numbers += [one for one in (phone.national,) if one not in data.own_numbers]
        if found.text and found.text not in data.text:
            data.text.append(found.text)
    if not data.text:
        data.text = [text]


def _by_clauses(turn: Turn) -> tuple[tuple[str, float], ...]:
    """The categories of a long story as its sentences tell them: those that are sure, each by how sure."""
    told: dict[str, float] = {}
    for one in turn.clauses:
        intent, category = one.get("intent") or {}, one.get("category") or {}
        if intent.get("name") == "submit_feedback" and float(category.get("confidence") or 0) >= CLEAR:
            name = str(category["name"])
            told[name] = told.get(name, 0.0) + float(intent["confidence"]) * float(category["confidence"])
    ranked = sorted(told.items(), key=lambda one: -one[1])
    total = sum(told.values()) or 1.0
    return tuple((name, score / total) for name, score in ranked[:3])


def understand_earlier(context: Context, data: ReportData, text: str, *, unasked: bool = False) -> None:
    """The same for words of an earlier message, which this turn's understanding does not cover. ``unasked``: no
    question may follow, so that a category is the likelier one than not, or none of them."""
    found = offered(context.session, context.understand(text).categories)
    take_categories(data, found)
    if unasked and data.category is None:
        data.category = found[0][0] if found and found[0][1] >= LIKELIER else OTHER
    take_place(context, data, text)


def keep_words(context: Context, data: ReportData, *, own_number: bool = False, beside: bool = False) -> bool:
    """Put the matter of a message to the report's words: without greetings, the writer's name and number and the wish
    to stay unnamed, which go to their own places. Whether words were kept. ``beside``: something else was asked for, so
    that temper and answers in it are no words of the report."""
    turn = context.turn
    own = own_number or (turn.phone_span() is not None and _speaks_of_own_number(turn))
    found = content(turn.text, own_number=own)
    if not found.nameless and (wishes := _wishes_no_name(turn)):
        found = replace(content(_without_spans(turn.text, wishes), own_number=own), nameless=True)
    if beside and (kept := remarks.telling(turn)) != turn.text:
        found = replace(found, text=content(kept, own_number=own).text)
    data.name = data.name or found.name
    if own and data.phone is None and not data.anonymous:
        take_phone(data, turn)  # what leaves the words has its own place
    if found.nameless and not data.anonymous:
        data.anonymous, data.phone = True, turn.phone()  # a number in the same words is given for the operator
        context.answer.say("anonymous_taken")
    if found.text and own and all(word in _TAKING_BACK for word in words_of(found.text)):
        return False
    if found.text and found.text not in data.text:
        data.text.append(found.text)
    return bool(found.text)


SURE_WISH = 0.85


def _wishes_no_name(turn: Turn) -> list[tuple[int, int]]:
    """Where clauses of a longer message are surely the wish to stay unnamed, in words that no form knows: "…, mà báo
    thì đừng để lộ em là người gửi"."""
    if turn.payload or len(turn.clauses) < 2 or "?" in turn.text:
        return []
    found = []
    for one in turn.clauses:
        intent, category = one.get("intent") or {}, one.get("category") or {}
        wish = intent.get("name") == "stay_anonymous" and float(intent.get("confidence") or 0.0) >= SURE_WISH
        if wish and float(category.get("confidence") or 0.0) < remarks.OF_MATTER:
            found.append((int(one["start"]), int(one["end"])))
    return found if len(found) < len(turn.clauses) else []


def take_own(context: Context, data: ReportData) -> None:
    """The writer's name, number and wish to stay unnamed, in words that ask for a report of what was said before."""
    turn = context.turn
    if not turn.text or turn.payload:
        return
    found = content(turn.text, own_number=True)
    data.name = data.name or found.name
    if found.nameless:
        data.anonymous, data.phone = True, None
    elif data.phone is None:
        take_phone(data, turn)


def only_accuses(text: str) -> bool:
    """ "Tôi muốn tố cáo", and not a word of whom or what."""
    return all(word in _ANNOUNCING or word in ("cao", "giac") for word in words_of(text))


def is_opening(turn: Turn) -> bool:
    """ "Tôi muốn gửi phản ánh": an announcement without a word of the matter itself."""
    words = turn.folded.split()
    return 0 < len(words) <= 12 and all(word in _ANNOUNCING for word in words)


def take_categories(data: ReportData, found: tuple[tuple[str, float], ...]) -> None:
    """The best category when it is sure, else the best three to choose from."""
    if not found:
        return
    best, confidence = found[0]
    second = found[1][1] if len(found) > 1 else 0.0
    data.category_choices = [code for code, how_sure in found[:3] if how_sure >= LIKELY and code != OTHER]
    if confidence >= SURE or confidence - second >= LEAD:
        data.category = best


def take_place(context: Context, data: ReportData, text: str, *, whole: bool = False) -> None:
    """The place that a text names, as it was typed, and its commune. ``whole``: a place was asked for, so that every
    word of the answer is part of it but politeness."""
    places = gazetteer(context.session)
    own = text == context.turn.text
    read = context.turn.where if own else read_place(text, places)
    words = read.words if read is not None and (whole or read.weight >= OF_A_PLACE) else None
    if words is None and own and (told := context.turn.place()) is not None and _may_place(told):
        words = told
    if whole and (read is None or words_beside(context.turn) <= FILLER):
        words = _without_politeness(text, read)
    elif whole and read is not None:
        words = _placed_clauses(context.turn, read) or words
    if words:
        data.place_text = merged(data.place_text or "", words)[:500]
    take_read(data, read)
    if data.commune is None and not (data.commune_choices or data.unknown_commune or data.elsewhere):
        data.commune_choices = [one.code for one in communes_perhaps(text, places)]
    if not places.communes:
        data.skip("commune")


def _may_place(words: str) -> bool:
    """Whether words that the engine alone takes for a place could be one; "sâu hoắm" is none."""
    if country().is_province(words):
        return False  # "tui ở miệt Cà Mau ra"
    named = any(word[:1].isupper() for word in words.split())
    return named or not has_marks(words) or remarks.places(words) or any(char.isdigit() for char in words)


def take_place_of(data: ReportData, other: ReportData) -> None:
    """The place of another report of the same citizen."""
    data.place_text, data.commune, data.old_ward = other.place_text, other.commune, other.old_ward
    data.lat, data.lon, data.commune_choices = other.lat, other.lon, []


def share_place(data: ReportData, others: Sequence[PlaceRead]) -> None:
    """The first place that another matter of the same message was told at, where this one has none; the name of the
    street, where it only says the number of the lane ("giữa ngõ 81 đó")."""
    if not others:
        return
    if not data.has_place:
        data.place_text = others[0].words[:500]
        take_read(data, others[0])
    for one in others:
        data.place_text = completed(data.place_text, one.words)[:500] if data.place_text else None


def take_commune(context: Context, data: ReportData, text: str) -> bool:
    """A commune named later, for a place that lacked it."""
    read = context.turn.where if text == context.turn.text else read_place(text, gazetteer(context.session))
    if read is None or (read.found is None and read.unknown is None):
        return False
    take_read(data, read)
    return True


def take_more_of_place(context: Context, data: ReportData) -> bool:
    """A message that tells more of the place and hardly anything else ("gần chợ Hàng nha"): joined with the place."""
    read = context.turn.where
    if data.place_text and (house := _house_said(context.turn.folded)):
        if _has_house(context, data.place_text):
            data.place_text = _HOUSE_IN_PLACE.sub(lambda found: found.group(1) + house, data.place_text, count=1)
        else:
            data.place_text = f"{word('house_number', number=house)}, {data.place_text}"[:500]
        return True
    if read is None or read.weight < OF_A_PLACE or words_beside(context.turn) > FILLER or not data.place_text:
        return False
    before = read_place(data.place_text, gazetteer(context.session))
    told = before.kinds if before is not None else frozenset()
    if read.kinds & told & {"house", "way", "unit"}:
        return False  # another place, or the same one said differently: words of the report
    data.place_text = merged(data.place_text, read.words)[:500]
    if data.commune is None:
        take_read(data, read)
    return True


_HOUSE_SAID = re.compile(r"\b(?:so nha|nha so|sn)\s*(?:cua \w+ )?(?:la|:|o)?\s*(\d+\w?(?:/\d+\w?)*)\b")
_HOUSE_IN_PLACE = re.compile(r"((?:\bsố(?: nhà)?|\bso(?: nha)?|^)\s*)\d+\w?(?:/\d+\w?)*", re.IGNORECASE)
HOUSE_LONGEST = 9


def _house_said(plain: str) -> str | None:
    """The number in "số nhà là 48 đó", told by itself."""
    found = _HOUSE_SAID.search(plain)
    return found.group(1) if found is not None and len(plain.split()) <= HOUSE_LONGEST else None


def _has_house(context: Context, place: str) -> bool:
    read = read_place(place, gazetteer(context.session))
    return read is not None and "house" in read.kinds


def better_place(context: Context, data: ReportData) -> bool:
    """An address with a number or a street, told where only "trước ngõ nhà bà" was known before: it takes its place."""
    read = context.turn.where
    if read is None or read.weight < OF_A_PLACE or not EXACT & read.kinds or not data.place_text:
        return False
    before = read_place(data.place_text, gazetteer(context.session))
    if before is not None and "house" in read.kinds - before.kinds and "way" in before.kinds - read.kinds:
        data.place_text = f"{read.words}, {data.place_text}"[:500]  # "trước cửa nhà số 139" of the street told before
        return True
    if before is not None and EXACT & before.kinds and any(char.isdigit() for char in data.place_text):
        return False
    if before is not None and before.weight >= read.weight:
        return False
    data.place_text = read.words[:500]
    take_read(data, read)
    return True


EXACT = frozenset({"house", "way"})


def take_read(data: ReportData, read: PlaceRead | None) -> None:
    """What a place that was read tells of the commune."""
    if read is None:
        return
    found = read.found
    if found is None:
        if read.unknown is not None and data.commune is None:
            data.unknown_commune = read.unknown
        return
    data.old_ward, data.unknown_commune = found.old_name, None
    if found.sure is not None:
        data.commune, data.commune_choices = found.sure.code, []
    elif found.communes:
        data.commune = None
        data.commune_choices = [one.code for one in found.communes]
    elif data.elsewhere and found.elsewhere:
        data.skip("commune")  # said again after it was told: kept as it was typed
    elif found.elsewhere:
        names = ", ".join(dict.fromkeys(one.name for one in found.elsewhere[:2]))
        provinces = list(dict.fromkeys(one.province.code for one in found.elsewhere))
        data.elsewhere = [names, *provinces[:3]]


_LOCATIVE = re.compile(r"(?:\w+\s+){2,}(?:o|tai)\s*$")


def _without_politeness(text: str, read: PlaceRead | None) -> str:
    """The answer to a question for the place: what the reader found where only courtesy stands beside it."""
    if read is None:
        return text.strip()
    if _only_courtesy_beside(text, read):
        return read.words
    before = text[: read.start]
    if read.weight >= OF_A_PLACE and _LOCATIVE.search(fold(before)) and len(read.spans) == 1:
        return text[read.start :].strip()  # "thôi đèn đường ở ngõ 89 Lạch Tray"
    if read.weight >= OF_A_PLACE:  # "trước 31 Lê Lợi nè, nãy bấm nhầm"
        kept = [text[a:b] for a, b in clauses(text) if _touches(a, b, read) or remarks.places(text[a:b])]
        return ", ".join(kept).strip()
    return text.strip()


def _touches(start: int, end: int, read: PlaceRead) -> bool:
    return any(a < end and start < b for a, b in read.spans)


def _placed_clauses(turn: Turn, read: PlaceRead) -> str | None:
    """The clauses that tell a place or more of it; not "trời hôm nay nóng quá nhỉ" before them."""
    kept = [
        turn.text[int(one["start"]) : int(one["end"])]
        for one in turn.clauses
        if any(start < one["end"] and one["start"] < end for start, end in read.spans)
        or (one.get("intent") or {}).get("name") == "inform"
    ]
    return ", ".join(kept) if kept and len(kept) < len(turn.clauses) else None


def _only_courtesy_beside(text: str, read: PlaceRead) -> bool:
    return all(word in _COURTESY for word in words_of(_without_spans(text, read.spans)))


def _without_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + " " + text[end:]
    return text


def only_courtesy(text: str) -> bool:
    """Words that greet, thank, announce or hesitate, and say nothing of a matter."""
    return all(word in _ANNOUNCING or word in _COURTESY for word in words_of(text))


def only_a_unit(turn: Turn) -> bool:
    """A message that names a commune the lists know, and nothing else."""
    where = turn.where
    return where is not None and where.found is not None and _only_courtesy_beside(turn.text, where)


def take_phone(data: ReportData, turn: Turn) -> bool:
    """The reporter's own number; remembered so that an anonymous report can hide it in the words too."""
    phone = turn.phone()
    if phone is None:
        return False
    data.phone, data.anonymous = phone, False
    if phone not in data.own_numbers:
        data.own_numbers.append(phone)
    return True


def part_of_number(turn: Turn) -> bool:
    """Digits that are meant for a number: it is asked for again, and they are no words of anything."""
    return turn.unread_phone() or re.fullmatch(r"[\d .+\-–()]{4,20}", turn.text.strip()) is not None


def _speaks_of_own_number(turn: Turn) -> bool:
    """Whether the number in a longer message is the writer's, not a number the report is about."""
    span = turn.phone_span()
    if span is None:
        return False
    before, after = fold(turn.text[: span[0]]), fold(turn.text[span[1] :])
    if _NUISANCE.search(before + " " + after):
        return False
    few = len(turn.folded.split()) <= NAME_AND_NUMBER
    if _MY_NAME.search(before) or (few and content(turn.text, own_number=False).name):
        return True
    return _OWN_NUMBER.search(before) is not None or _CALL_ME.search(after) is not None


def words_beside(turn: Turn) -> int:
    """Syllables of the message outside of its phone numbers and places."""
    where = turn.where
    placed = list(where.spans) if where is not None and where.weight >= OF_A_PLACE else [turn.place_span()]
    text = _without_spans(turn.text, [one for one in (turn.phone_span(), *placed) if one is not None])
    words = written(text)
    placing = lexicon().placing
    plain = {fold(word) for word in placing}
    return len([w for w in words if w not in (placing if has_marks(w) else plain)])  # "ổ gà" is no "ở"


def only_detail(turn: Turn) -> bool:
    """A message that brings a place or a number and hardly a word beside."""
    return (turn.phone_span() is not None or turn.place_span() is not None) and words_beside(turn) <= FILLER
