"""What a citizen's words say about a report: category, place, phone, and corrections of them."""

from __future__ import annotations

import re
from typing import Literal

from actions.turn import Context, Turn, longest_place
from feedback_store.places.gazetteer import PlaceFound
from feedback_store.queries.lookups import gazetteer, offered
from feedback_store.service.drafts import ReportData
from vitext import fold

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
# Words between places, which say nothing of the matter.
_PLACING = frozenset("o tai cho thuoc ben canh gan ngay tren duoi trong ngoai truoc sau doi dien khu so nha".split())
_NOT_BUT = re.compile(r"(?:\bchu\s+)?\b(?:khong|ko|k|hong|hok|khg)\s+(?:phai|fai)\s+(?:la\s+|o\s+)?")
_BUT = re.compile(r"\s*,?\s*(?:ma\s+la|ma\s+o|ma|phai\s+la)\s+")
_NO = re.compile(r"^\s*(?:(?:a|o|e|ay|oi|da)\s+)?(?:khong|ko)\s+")
_OPENING = re.compile(
    r"^\s*(?:(?:a|o|e|ay|oi|da)[\s,]+)?(?:(?:khong|ko)\s*[,.:;]+\s*)?"
    r"(?:(?:nham roi|nham|sua lai|sua thanh|doi lai|xin loi)(?:\s+(?:nhe|nha|la|thanh|dia chi|cho))*[\s,.:;]+)?"
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
    if not data.has_place:
        take_place(context, data, turn.text)
    elif data.commune is None:
        take_commune(context, data, turn.text)
    if data.phone is None and not data.anonymous and _speaks_of_own_number(turn):
        take_phone(data, turn)


def understand_earlier(context: Context, data: ReportData, text: str) -> None:
    """The same for words of an earlier message, which this turn's understanding does not cover."""
    understood = context.understand(text)
    take_categories(data, offered(context.session, understood.categories))
    span = longest_place(text, understood.entities)
    take_place(context, data, text, named=text[span[0] : span[1]].strip() if span else None)


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


def take_place(context: Context, data: ReportData, text: str, *, whole: bool = False, named: str | None = None) -> None:
    """Place from the entities, or from the whole answer when it was asked for; the commune from its name."""
    if text == context.turn.text:
        named = context.turn.place()
    places = gazetteer(context.session)
    found = (places.find(named) if named else None) or places.find(text)
    only = whole and (named is None or words_beside(context.turn) <= FILLER)
    words = text.strip() if only else named
    if words is None and found is not None:
        words = found.old_name or found.communes[0].name
    if words:
        data.place_text = words[:500]
    if found is not None:
        _take_found(data, found)
    if not places.communes:
        data.skip("commune")


def take_commune(context: Context, data: ReportData, text: str) -> bool:
    """A commune named later, for a place that lacked it."""
    found = gazetteer(context.session).find(text)
    if found is None:
        return False
    _take_found(data, found)
    return True


def _take_found(data: ReportData, found: PlaceFound) -> None:
    data.old_ward = found.old_name
    if len(found.communes) == 1:
        data.commune, data.commune_choices = found.communes[0].code, []
    else:
        data.commune_choices = [one.code for one in found.communes]


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
    text = turn.text
    spans = [s for s in (turn.phone_span(), turn.place_span()) if s is not None]
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + " " + text[end:]
    return len([w for w in fold_words(text) if w not in _PLACING])


def fold_words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def only_detail(turn: Turn) -> bool:
    """A message that brings a place or a number and hardly a word beside."""
    return (turn.phone_span() is not None or turn.place_span() is not None) and words_beside(turn) <= FILLER


def correct(context: Context, data: ReportData) -> Heard | None:
    """ "Không, hẻm 54 chứ không phải 45": the place, or what it is about, said anew. None: no correction."""
    turn = context.turn
    parted = _parted(turn.text)
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
    data.text.append(turn.text.strip())
    return "added_words" if before == (data.category, data.place_text, data.commune) else "corrected"


def _correct_place(context: Context, data: ReportData, right: str, wrong: str) -> None:
    old, number = data.place_text or "", re.search(r"\d+\S*", right)
    at = fold(old).find(fold(wrong)) if wrong else -1
    if at >= 0 and len(fold(old)) == len(old):
        fitting = number.group() if wrong.strip().isdigit() and number else right
        kind = fold(right).split()[0]
        if fitting is right and fold(old[:at]).rstrip().endswith(kind):  # "thôn X" instead of the X of "thôn Y"
            at -= len(old[:at]) - len(fold(old[:at]).rstrip()) + len(kind)
            wrong = old[at : at + len(kind) + 1] + wrong
        data.place_text = (old[:at] + fitting + old[at + len(wrong) :])[:500]
    else:
        data.place_text = right[:500]
    data.lat = data.lon = None
    data.commune, data.commune_choices, data.old_ward = data.commune, [], None
    found = gazetteer(context.session).find(data.place_text)
    if found is not None:
        data.commune = None
        _take_found(data, found)


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
