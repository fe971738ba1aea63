"""What a citizen's words say about a report: category, place, phone, and corrections of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from actions.turn import Context, Turn
from feedback_store.places.correcting import corrected
from feedback_store.places.lexicon import lexicon
from feedback_store.places.reading import OF_A_PLACE, PlaceRead, communes_perhaps, merged, read_place
from feedback_store.queries.lookups import gazetteer, offered
from feedback_store.service.drafts import ReportData
from vitext import fold, has_marks, nfc

Heard = Literal["corrected", "added_words"]
"""What became of a correcting message: a part said anew, or words beside the others."""
SURE = 0.7
LEAD = 0.35
# Less likely than this, a category is not worth a button.
LIKELY = 0.08
OTHER = "khac.khac"
# A category as sure as this replaces the present one when the citizen corrects the report.
SURE_CORRECTION = 0.6
# As few words beside a detail say nothing more than the detail itself ("số của tôi là …").
FILLER = 4
_OWN_NUMBER = re.compile(
    r"\b(sdt|so dien thoai|dien thoai|dt|lien he|lh|goi (cho |lai )?(toi|em|minh|lai|chau|anh|chi|co|chu|bac)"
    r"|so (cua )?(toi|em|minh|chau|anh|chi)|alo)\b[^.!?\n]{0,40}$"
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
    thua bao minh toi tui giup voi va thuoc ngay khu vuc duoc roi nham lon y xin loi cu""".split()
)
_ASKING = frozenset("nao sao gi dau may ha bao".split())
_NOT_BUT = re.compile(r"(?:\bchu\s+)?\b(?:khong|ko|k|hong|hok|khg)\s+(?:phai|fai)\s+(?:la\s+|o\s+)?")
_BUT = re.compile(r"\s*,?\s*(?:ma\s+la|ma\s+o|ma|phai\s+la)\s+")
_NO = re.compile(r"^\s*(?:(?:a|o|e|ay|oi|da)\s+)?(?:khong|ko)\s+")
_OPENING = re.compile(
    r"^\s*(?:(?:a|o|e|ay|oi|da)[\s,]+)?(?:(?:khong|ko)\s*[,.:;]+\s*)?"
    r"(?:(?:(?:(?:toi|em|minh|con|chau|tui|t|e)\s+)?(?:(?:go|ghi|viet|noi|bam|danh)\s+)?(?:nham|lon|sai)(?:\s+roi)?"
    r"|sua lai|sua thanh|doi lai|xin loi|y (?:toi|em|minh|con|chau|tui) (?:la|noi)"
    r")(?:\s+(?:nhe|nha|la|thanh|dia chi|cho))*[\s,.:;]+)?"
)
# "… mới đúng, em gõ lộn": that it is a correction is said after it.
_CLOSING = re.compile(
    r"(?:\s+moi\s+(?:dung|phai|chuan)\b|[\s,.]+(?:(?:toi|em|minh|con|chau|tui|t|e)\s+)?(?:luc nay\s+|hoi nay\s+)?"
    r"(?:go|ghi|viet|noi|bam|danh)\s+(?:nham|lon|sai)\b|[\s,.]+(?:nham|lon)\s+(?:roi|xiu|chut|ti)\b)"
)
# A number in such a story is the matter, not the way to reach the writer.
_NUISANCE = re.compile(
    r"\b(lua dao|quay roi|khung bo|doi no|spam|quang cao|rao vat|mao danh|gia danh|de doa|tong dai)\b"
)


def understand(context: Context, data: ReportData) -> None:
    """Category, place and phone from a message whose words are kept as the report's own."""
    turn = context.turn
    if data.category is None:
        take_categories(data, turn.categories)
    if data.category is None and (matter := _without_place(turn)):
        take_categories(data, offered(context.session, context.understand(matter).categories))
    if not data.has_place:
        take_place(context, data, turn.text)
    elif data.commune is None:
        take_commune(context, data, turn.text)
    if data.phone is None and not data.anonymous and _speaks_of_own_number(turn):
        take_phone(data, turn)


def _without_place(turn: Turn) -> str | None:
    """The words of the matter alone, where a place stands among them: house numbers say nothing of it."""
    if turn.where is None or turn.where.weight < OF_A_PLACE:
        return None
    rest = _without_spans(turn.text, turn.where.spans)
    return rest.strip() if len(rest.split()) >= 2 else None


def understand_earlier(context: Context, data: ReportData, text: str) -> None:
    """The same for words of an earlier message, which this turn's understanding does not cover."""
    take_categories(data, offered(context.session, context.understand(text).categories))
    take_place(context, data, text)


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
    if words is None and own:
        words = context.turn.place()
    if whole and (read is None or words_beside(context.turn) <= FILLER):
        words = _without_politeness(text, read)
    if words:
        data.place_text = merged(data.place_text or "", words)[:500]
    _take_read(data, read)
    if data.commune is None and not (data.commune_choices or data.unknown_commune or data.elsewhere):
        data.commune_choices = [one.code for one in communes_perhaps(text, places)]
    if not places.communes:
        data.skip("commune")


def take_commune(context: Context, data: ReportData, text: str) -> bool:
    """A commune named later, for a place that lacked it."""
    read = context.turn.where if text == context.turn.text else read_place(text, gazetteer(context.session))
    if read is None or (read.found is None and read.unknown is None):
        return False
    _take_read(data, read)
    return True


def take_more_of_place(context: Context, data: ReportData) -> bool:
    """A message that tells more of the place and hardly anything else ("gần chợ Hàng nha"): joined with the place."""
    read = context.turn.where
    if read is None or read.weight < OF_A_PLACE or words_beside(context.turn) > FILLER or not data.place_text:
        return False
    before = read_place(data.place_text, gazetteer(context.session))
    told = before.kinds if before is not None else frozenset()
    if read.kinds & told & {"house", "way", "unit"}:
        return False  # another place, or the same one said differently: words of the report
    data.place_text = merged(data.place_text, read.words)[:500]
    if data.commune is None:
        _take_read(data, read)
    return True


def _take_read(data: ReportData, read: PlaceRead | None) -> None:
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


def _without_politeness(text: str, read: PlaceRead | None) -> str:
    """The answer to a question for the place: what the reader found where only courtesy stands beside it."""
    return read.words if read is not None and _only_courtesy_beside(text, read) else text.strip()


def _only_courtesy_beside(text: str, read: PlaceRead) -> bool:
    return all(word in _COURTESY for word in fold_words(_without_spans(text, read.spans)))


def _without_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + " " + text[end:]
    return text


def only_a_unit(turn: Turn) -> bool:
    """A message that names a commune the lists know, and nothing else."""
    where = turn.where
    return where is not None and where.found is not None and _only_courtesy_beside(turn.text, where)


def only_asks(turn: Turn) -> bool:
    """ "ủa gọi số nào": a short question of the citizen's own that names no place."""
    words = turn.folded.split()
    return turn.where is None and len(words) <= 10 and ("?" in turn.text or not _ASKING.isdisjoint(words))


def take_phone(data: ReportData, turn: Turn) -> bool:
    """The reporter's own number; remembered so that an anonymous report can hide it in the words too."""
    phone = turn.phone()
    if phone is None:
        return False
    data.phone, data.anonymous = phone, False
    if phone not in data.own_numbers:
        data.own_numbers.append(phone)
    return True


def _speaks_of_own_number(turn: Turn) -> bool:
    """Whether the number in a longer message is the writer's, not a number the report is about."""
    span = turn.phone_span()
    if span is None:
        return False
    before, after = fold(turn.text[: span[0]]), fold(turn.text[span[1] :])
    if _NUISANCE.search(before + " " + after):
        return False
    return _OWN_NUMBER.search(before) is not None or _CALL_ME.search(after) is not None


def words_beside(turn: Turn) -> int:
    """Syllables of the message outside of its phone numbers and places."""
    where = turn.where
    placed = list(where.spans) if where is not None and where.weight >= OF_A_PLACE else [turn.place_span()]
    text = _without_spans(turn.text, [one for one in (turn.phone_span(), *placed) if one is not None])
    words = re.findall(r"\w+", nfc(text).lower())
    placing = lexicon().placing
    plain = {fold(word) for word in placing}
    return len([w for w in words if w not in (placing if has_marks(w) else plain)])  # "ổ gà" is no "ở"


def fold_words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def only_detail(turn: Turn) -> bool:
    """A message that brings a place or a number and hardly a word beside."""
    return (turn.phone_span() is not None or turn.place_span() is not None) and words_beside(turn) <= FILLER


def correct(context: Context, data: ReportData) -> Heard | None:
    """ "Không, hẻm 54 chứ không phải 45": the place, or what it is about, said anew. None: no correction."""
    turn = context.turn
    anew = _place_said_anew(context) if data.has_place else None
    parted = anew or _parted(turn.text)
    if parted is None:
        return None
    right, wrong = parted
    named = turn.place()
    if not right or (not data.has_place and named is not None):
        return None  # nothing is said anew: the place is only being given
    about_place = data.has_place and (
        (bool(wrong) and fold(wrong) in fold(data.place_text or ""))
        or (named is not None and fold(named)[:40] in fold(right) + " " + fold(turn.text))
        or gazetteer(context.session).find(right) is not None
    )
    before = (data.category, data.place_text, data.commune)
    if about_place:
        _correct_place(context, data, right, wrong)
    else:
        best = turn.categories[0] if turn.categories else None
        if best is not None and best[1] >= SURE_CORRECTION:
            data.category = best[0]
    if not (about_place and (anew or words_beside(turn) <= FILLER) and not _tells_place(data, before[1])):
        data.text.append(turn.text.strip())
    return "added_words" if before == (data.category, data.place_text, data.commune) else "corrected"


def _place_said_anew(context: Context) -> tuple[str, str] | None:
    """ "phường An Biên mới đúng, em gõ lộn": nothing but a place, and that it is right, said after it."""
    text = context.turn.text
    plain = fold(text)
    closing = _CLOSING.search(plain) if len(plain) == len(text) else None
    if closing is None:
        return None
    right = _clean(text[: closing.start()])
    read = read_place(right, gazetteer(context.session))
    told = read.words if read is not None else ""
    return (right, "") if told and len(fold_words(right)) <= len(fold_words(told)) + 1 else None


def _tells_place(data: ReportData, place: str | None) -> bool:
    """Whether the report's words name the place that is corrected: then they need the correction beside them."""
    held, told = set(fold_words(place or "")), set(fold_words(" ".join(data.text)))
    return bool(held & told & {word for word in held if any(char.isdigit() for char in word)}) or held <= told


def _correct_place(context: Context, data: ReportData, right: str, wrong: str) -> None:
    old, number = data.place_text or "", re.search(r"\d+\S*", right)
    places = gazetteer(context.session)
    at = fold(old).find(fold(wrong)) if wrong else -1
    if at >= 0 and len(fold(old)) == len(old):
        fitting = number.group() if wrong.strip().isdigit() and number else right
        kind = fold(right).split()[0]
        if fitting is right and fold(old[:at]).rstrip().endswith(kind):  # "thôn X" instead of the X of "thôn Y"
            at -= len(old[:at]) - len(fold(old[:at]).rstrip()) + len(kind)
            wrong = old[at : at + len(kind) + 1] + wrong
        data.place_text = (old[:at] + fitting + old[at + len(wrong) :])[:500]
    else:
        data.place_text = corrected(old, right, places)[:500]
    data.lat = data.lon = None
    data.commune_choices, data.old_ward = [], None
    read = read_place(data.place_text, places)
    if read is not None and (read.found is not None or read.unknown is not None):
        data.commune = None
        _take_read(data, read)


def _parted(text: str) -> tuple[str, str] | None:
    """(right, wrong) of a correcting sentence in the citizen's own letters; None when it corrects nothing."""
    plain = fold(text)
    if len(plain) != len(text):
        return None
    opening = _OPENING.match(plain)
    start = opening.end() if opening else 0
    middle = _NOT_BUT.search(plain, start)
    if middle is not None and middle.start() > start:
        no = _NO.match(plain)
        return _clean(text[max(start, no.end() if no else 0) : middle.start()]), _clean(text[middle.end() :])
    if middle is not None:
        turning = _BUT.search(plain, middle.end())
        if turning is not None:
            return _clean(text[turning.end() :]), _clean(text[middle.end() : turning.start()])
    if start and len(plain[start:].split()) >= 2:
        return _clean(text[start:]), ""
    return None


def _clean(text: str) -> str:
    text = text.strip(" \t\n,.;:!?")
    return re.sub(r"(?:\s+(?:nhé|nha|nhe|ạ|a|đó|đấy|do|day|chứ|chu))+$", "", text)
