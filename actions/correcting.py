"""A part of the report said anew: the place, the number, what it is about; the old value leaves the words too."""

from __future__ import annotations

import re
from typing import Literal

from actions import gather
from actions.turn import Context
from feedback_store.places.correcting import corrected
from feedback_store.places.gazetteer import Gazetteer
from feedback_store.places.reading import OF_A_PLACE, read_place
from feedback_store.queries.lookups import gazetteer, offered
from feedback_store.reading.phones import phones_in
from feedback_store.reading.words import words_of
from feedback_store.service.drafts import ReportData
from vitext import clauses, fold, nfc

Heard = Literal["corrected", "added_words"]
"""What became of a correcting message: a part said anew, or words beside the others."""
# A category as sure as this replaces the present one when the citizen corrects the report.
SURE_CORRECTION = 0.6
_NOT_BUT = re.compile(
    r"(?:\bchu\s+)?\b(?:khong|ko|k|hong|hok|khg|no|chang|cha|dau|mo)\s+(?:phai|fai)\s+(?:la\s+|o\s+)?"
)
_BUT = re.compile(r"\s*,?\s*(?:ma\s+la|ma\s+o|ma|phai\s+la)\s+")
_TURNING = frozenset(
    "a o e y i ma nham lon sai roi thoi chet oi da ay uay em toi minh con chau tui go ghi viet noi".split()
)
_SAYING = frozenset("da noi roi bao la thi ha hoi vay rua the co nghe mi may anh chi bac ad ban nay do".split())
_EXCHANGE = re.compile(r"\bchu\s+(?:khong|ko|k|hong|hok|no|dau)\s+phai\b")
_NUMBERS_ANEW = re.compile(r"\b\d[\w/.]*(?: \w+)? (?:chu )?(?:khong|ko|k|hong|hok|no|dau) phai(?: la)? \d[\w/.]*")
_SHOULD = re.compile(r"\s*,?\s*(?:ma\s+la|ma\s+o|phai\s+la)\s+")
_LAN = re.compile(r"\s+lận(?:\s+(?:nha|nhé|nghe|đó|à|ạ))?\s*[.!]*$", re.IGNORECASE)
""" "Ngõ 79 lận": another than was understood."""
_SHORTLY = 8
""" "À, số 45": an interjection alone turns to another value within so few words."""
_JOINING = re.compile(
    r"^\s*(?:(?:với|voi) lại|còn|con|mà|ma|thêm|them|rồi|roi)\s+(?:(?:là|la|cái|cai|thì|thi)\s+)*", re.IGNORECASE
)
_MORE = re.compile(r"^(?:con|them|nua|nhan tien|va|voi lai|tien the)\b")
_PAUSE = re.compile(r"\s*[,;.]\s*")
_NO = re.compile(r"^\s*(?:(?:a|o|e|ay|oi|da)\s+)?(?:khong|ko)\s+")
_OPENING = re.compile(
    r"^\s*(?:(?:a|o|e|ay|oi|da|thoi chet|chet|ay chet|uay|thoi)[\s,]+)*(?P<turns>(?:(?:khong|ko)\s*[,.:;]+\s*)?"
    r"(?:(?:(?:(?:toi|em|minh|con|chau|tui|t|e)\s+)?(?:(?:go|ghi|viet|noi|bam|danh)\s+)?"
    r"(?:nham|lon|sai|sot|thieu)(?:\s+roi)?"
    r"|(?:(?:van\s+)?chua|khong|ko)\s+(?:ung|dung|phai|chuan|chinh xac)(?:\s+(?:lam|roi|dau|mo))*[\s,.:;]+"
    r"|(?:sua|doi|chinh|thay|cap nhat)(?:\s+(?:lai|giup|gium|dum|ho|cho))*(?:\s+(?:em|toi|minh|con|chau|tui))?"
    r"(?:\s+(?:cai\s+)?(?:dia chi|so nha|dia diem|vi tri|ten duong|cho|noi))?(?:\s+(?:thanh|sang|la|lai))"
    r"|xin loi|y (?:toi|em|minh|con|chau|tui) (?:la|noi)"
    r")(?:\s+(?:nhe|nha|la|thanh|dia chi|cho))*[\s,.:;]+)?)"
)
# "… mới đúng, em gõ lộn": that it is a correction is said after it.
_LEAD = re.compile(
    r"^\s*(?:à|ờ|ấy chết|chết|dạ|không|thôi)?[\s,]*(?:(?:cái )?(?:địa chỉ|dia chi|chỗ|cho|địa điểm|vị trí|nơi)\s+)?"
    r"(?:(?:phải|đúng|phai|dung|thật ra|đúng ra|chính xác)\s+)?(?:(?:là|la|ở|o)\s+)?", re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:\s+moi\s+(?:dung|phai|chuan)\b|[\s,.]+(?:(?:toi|em|minh|con|chau|tui|t|e)\s+)?(?:luc nay\s+|hoi nay\s+)?"
    r"(?:go|ghi|viet|noi|bam|danh)\s+(?:nham|lon|sai)\b|[\s,.]+(?:nham|lon)\s+(?:roi|xiu|chut|ti)\b)"
)
_PLACE_IS = re.compile(
    r"\b(?:dia diem|dia chi|vi tri|noi xay ra|cho (?:do|nay|ay|no|kia))\b(?: \w+){0,4}? (?:la|o|thanh)\s+(?=\S)"
    r"|\b(?:ghi|sua|doi|viet)(?! them\b)(?: lai| giup| gium| dum| ho| cho| \w+){0,3} (?:la|thanh|o)\s+(?=\S)"
)
""" "Địa điểm phải là …", "ghi lại là …": the place is named as the part that is meant."""
_OF_NUMBER = re.compile(r"\b(?:so|sdt|dien thoai|dt|sua|doi|thanh|nham|lon|moi dung|khac|lai)\b")
_ABOUT_NUMBER = re.compile(r"\b(?:so (?:kia|cu|khac|do|nay|truoc|dien thoai|dt|may)|sdt|dien thoai)\b")
_HOUSE = re.compile(r"\bso nha\b|\d")
_AFTER_WRONG = re.compile(r"[\s,.;:]+(?:nhe|nha|a|dau|co|ma|day|do|dau nhe|dau nha)?$")


def correct(context: Context, data: ReportData) -> Heard | None:
    """ "Không, hẻm 54 chứ không phải 45": what is said anew, of one part or of several. None: no correction."""
    text = nfc(context.turn.text)
    if _CATEGORY_WRONG.search(fold(text)) and _category_anew(context, data):
        return "corrected"
    if data.phone is None and context.turn.phone() is not None:
        pieces = [text[a:b] for a, b in clauses(text)]
        if not any(_anew(one) and not phones_in(one) for one in pieces):
            return None  # "bấm nhầm, số tui 09…": a number is given for the first time
        gather.take_phone(data, context.turn)  # "số 45 chứ không phải 54, với lại sđt của anh là 09…"
        text = ", ".join(one for one in pieces if not phones_in(one))
    if (changed := _quoted_exchanges(data, text)) is not None:
        text = changed
        if not re.search(r"\w", text):
            return "corrected"
    rest, number = _number_said_anew(context, data, text)
    pieces = [rest[a:b] for a, b in clauses(rest)] if rest else []
    pairs = [one for one in pieces if _anew(one)]
    if len(pairs) == 1 and len(pieces) > 1 and (numbers := _NUMBERS_ANEW.search(fold(pairs[0]))):
        only = pairs[0][numbers.start() : numbers.end()] if len(fold(pairs[0])) == len(pairs[0]) else pairs[0]
        return _of_words(context, data, only)  # "ai bảo ghi câu đó. với lại 6 ngày ko phải 5"
    if len(pairs) > 1:  # "số 112 chứ không phải số 21, phường Hồng An chứ không phải Hồng Bàng"
        told = [_of_words(context, data, one) for one in pairs]
        return "corrected" if "corrected" in told else next((one for one in told if one is not None), None)
    heard = _of_words(context, data, rest) if rest else None
    if heard is None and number and rest and len(words_of(rest)) > 2 and not gather.only_courtesy(rest):
        return None  # more than a number is said: read as an addition
    return heard or ("corrected" if number else None)


_CATEGORY_WRONG = re.compile(
    r"\b(?:linh vuc|nhom|phan loai|loai viec)\b(?: \w+){0,4} (?:sai|nham|lon|khong dung|chua dung|khong phai)\b"
    r"|\b(?:sai|nham|lon|doi|sua)(?: \w+){0,3} (?:linh vuc|nhom|phan loai)\b"
)


def _category_anew(context: Context, data: ReportData) -> bool:
    """ "Lĩnh vực cũng sai, là chuyện nuôi heo ô nhiễm đó": the category alone, of the words that say what it is."""
    found = context.turn.categories
    if not found or found[0][1] < SURE_CORRECTION or found[0][0] == data.category:
        return False
    data.category = found[0][0]
    return True


_QUOTED = re.compile(
    r"\b(?:doi|sua|thay|chinh|ghi)(?: lai)?(?: (?:chu|cau|tu|cho))?\s*[\"“'‘«]([^\"”'’»]+)[\"”'’»]\s*"
    r"(?:thanh|bang|sang|la|ra)(?: la)?\s*[\"“'‘«]([^\"”'’»]+)[\"”'’»][\s,;.]*"
)


_EXCHANGED = re.compile(
    r"\b(?:doi|sua|thay|chinh)(?: lai)?(?: (?:chu|cau|tu|cho|giup|gium|dum|ho|em|toi|tui|minh)){0,3} (.{1,40}?)"
    r" (?:thanh|bang|sang)(?: la)? (.{1,60}?)(?: (?:giup|gium|dum|ho|nhe|nha|di|a|voi|cho)(?: \w+){0,2})?\W*$"
)


def _quoted_exchanges(data: ReportData, text: str) -> str | None:
    """'Đổi "xưởng cưa" thành "xưởng xay đá"': done in the report's words and place; what else is said. None: none."""
    plain = fold(text)
    if len(plain) != len(text):
        return None
    if (plainly := _EXCHANGED.search(plain)) is not None and _QUOTED.search(plain) is None:
        wrong, right = plainly.group(1).strip(), text[plainly.start(2) : plainly.end(2)].strip()
        if _exchange(data, wrong, right):  # "sửa 5 ngày thành 6 ngày"
            return text[: plainly.start()] + text[plainly.end() :]
    done, rest, at = False, "", 0
    for found in _QUOTED.finditer(plain):
        wrong, right = found.group(1).strip(), text[found.start(2) : found.end(2)].strip()
        done = _exchange(data, wrong, right) or done
        if data.place_text and wrong in fold(data.place_text):
            start = fold(data.place_text).index(wrong)
            data.place_text = data.place_text[:start] + right + data.place_text[start + len(wrong) :]
        rest, at = rest + text[at : found.start()], found.end()
    return rest + text[at:] if done else None


def _anew(piece: str) -> bool:
    """ "Số 41 chứ không phải số 14", "phường An Biên mới đúng": a piece that says one part anew by itself."""
    plain = fold(piece)
    exchanged = _EXCHANGE.search(plain) is not None or _NUMBERS_ANEW.search(plain) is not None
    return exchanged or (_CLOSING.search(plain) is not None and len(plain.split()) > 3)


def _number_said_anew(context: Context, data: ReportData, text: str) -> tuple[str, bool]:
    """The clauses without a telephone number that corrects the one given before, and whether one does.

    Of two numbers in one message the later is meant ("0912 000 185 à nhầm 0912 000 186").
    """
    if data.phone is None:
        return text, False
    kept, last = [], None
    for start, end in clauses(text):
        piece = text[start:end]
        found = phones_in(piece)
        if found and (_OF_NUMBER.search(fold(piece)) or len(words_of(piece)) <= 4):
            last = found[-1]
        elif _ABOUT_NUMBER.search(fold(piece)) and len(words_of(piece)) <= 7 and not _HOUSE.search(fold(piece)):
            continue  # "đổi số khác đi", "số kia của ông xã"
        else:
            kept.append(piece)
    if last is None or last.national == data.phone:
        return text, False
    data.own_numbers = [one for one in data.own_numbers if one != data.phone]
    data.phone, data.anonymous = last.national, False
    data.own_numbers.append(last.national)
    return ", ".join(kept), True


def _of_words(context: Context, data: ReportData, text: str) -> Heard | None:
    whole = text == nfc(context.turn.text)
    anew = _place_said_anew(context, text) if data.has_place else None
    parted = anew or _parted(text)
    if parted is None:
        return None
    right, wrong = _JOINING.sub("", parted[0]), parted[1]
    if all(word in _TURNING or word in _SAYING for word in words_of(right)):
        return None  # "đã nói không phải trường học mà": nothing stands in its place
    read = context.turn.where if whole else read_place(text, gazetteer(context.session))
    named = (context.turn.place() if whole else None) or (read.words if read is not None else None)
    if not right or (not data.has_place and named is not None):
        return None  # nothing is said anew: the place is only being given
    about_place = data.has_place and (
        (bool(wrong) and fold(wrong) in fold(data.place_text or ""))
        or (named is not None and (wrong or anew or _tells_place(context, right)) and _within(named, right, text))
        or gazetteer(context.session).find(right) is not None
    )
    before = (data.category, data.place_text, data.commune)
    if about_place:
        right = _place_within(context, right)
        _correct_place(context, data, right, wrong)
        replaced = _exchange_place(context, data, before[1] or "", right, wrong)
    else:
        replaced = _exchange(data, wrong, right)
        _correct_category(context, data, "\n".join(data.text) if replaced else right)
    beside = gather.words_beside(context.turn) if whole else 0
    if not replaced and not (about_place and (anew or beside <= gather.FILLER)):
        data.text.append(right if wrong or about_place else text)
    changed = replaced or before != (data.category, data.place_text, data.commune)
    return "corrected" if changed else "added_words"


def _within(named: str, right: str, text: str) -> bool:
    return fold(named)[:40] in fold(right) + " " + fold(text)


def _tells_place(context: Context, words: str) -> bool:
    """Whether words surely tell a place: "cống nó mục" after a no is a story."""
    told = read_place(words, gazetteer(context.session))
    return told is not None and told.weight >= OF_A_PLACE


def _place_within(context: Context, right: str) -> str:
    """The place alone of what is right: "tui ở ngõ 79", "số 17 Cầu Đất mới đúng, già rồi lẫn"."""
    told = read_place(right, gazetteer(context.session))
    return told.words if told is not None and told.weight >= OF_A_PLACE else right


def _correct_category(context: Context, data: ReportData, right: str) -> None:
    """By the words that are right alone: those that are wrong stand in the message too."""
    found = offered(context.session, context.understand(" ".join([right])).categories) or context.turn.categories
    if found and found[0][1] >= SURE_CORRECTION:
        data.category = found[0][0]


def _exchange(data: ReportData, wrong: str, right: str) -> bool:
    """Put the right words where the wrong ones stand in the report; whether they stood there."""
    plain = _AFTER_WRONG.sub("", fold(wrong)).strip()
    if not plain:
        return False
    for number, line in enumerate(data.text):
        shown = fold(line)
        at = shown.find(plain)
        edges = at >= 0 and not (shown[at - 1 : at].isalnum() or shown[at + len(plain) : at + len(plain) + 1].isalnum())
        if edges and len(shown) == len(line):
            after = line[at + len(plain) :]
            if plain.isdigit() and " " in right and fold(after).split()[:1] == fold(right).split()[-1:]:
                right = right.rsplit(" ", 1)[0]  # "5 ngay" and "6 ngày ko phải 5"
            data.text[number] = line[:at] + right + after
            return True
    return False


def _exchange_place(context: Context, data: ReportData, before: str, right: str, wrong: str) -> bool:
    """The same of a place: where the report's words name the old one, they name the new one now."""
    places = gazetteer(context.session)
    held = set(words_of(before))
    replaced = False
    for number, line in enumerate(data.text):
        read = read_place(line, places)
        if read is None or not set(words_of(read.words)) & held:
            continue
        numbered = _other_number(read.words, right, wrong)
        now = numbered or _renumbered(read.words, right, places)
        if numbered is None and wrong and fold(wrong).strip() in fold(read.words):
            now = corrected(read.words, data.place_text or right, places)
        if fold(now) == fold(read.words) or (numbered is None and wrong and _stands(wrong, now)):
            now = data.place_text or right
        data.text[number] = line[: read.start] + now + line[read.end :]
        replaced = True
    return replaced or _exchange(data, wrong, right)


def _stands(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(fold(words).strip())}(?!\w)", fold(text)) is not None


def _place_said_anew(context: Context, text: str) -> tuple[str, str] | None:
    """ "phường An Biên mới đúng, em gõ lộn": nothing but a place, and that it is right, said after it. Or "địa điểm là
    đầu ngõ 142 Tô Hiệu": the part is named."""
    plain = fold(text)
    named = _PLACE_IS.search(plain) if len(plain) == len(text) else None
    if named is not None:
        read = read_place(text[named.end() :], gazetteer(context.session))
        if read is not None and read.weight >= OF_A_PLACE:
            return read.words, ""
    closing = _CLOSING.search(plain) if len(plain) == len(text) else None
    if closing is None:
        return None
    right = _clean(_LEAD.sub("", _turned(text[: closing.start()])))
    read = read_place(right, gazetteer(context.session))
    told = read.words if read is not None else ""
    return (right, "") if told and len(words_of(right)) <= len(words_of(told)) + 1 else None


def _turned(text: str) -> str:
    """Without clauses that only say that something was wrong: of "ý lộn, số nhà 81" the number."""
    pieces = clauses(text)
    first = next((start for start, end in pieces if not _TURNING.issuperset(words_of(text[start:end]))), 0)
    return text[first:]


def _correct_place(context: Context, data: ReportData, right: str, wrong: str) -> None:
    old, number = data.place_text or "", re.search(r"\d+\S*", right)
    places = gazetteer(context.session)
    at = fold(old).find(fold(wrong)) if wrong else -1
    if at >= 0 and number and not wrong.strip().isdigit() and fold(old[:at]).rstrip().endswith(fold(number.group())):
        at = -1  # the number stands before the wrong name, too: "số 17 Trần Phú", "số 17 Cầu Đất"
    if at >= 0 and len(fold(old)) == len(old):
        fitting = number.group() if wrong.strip().isdigit() and number else right
        kind = fold(right).split()[0]
        if fitting is right and fold(old[:at]).rstrip().endswith(kind):  # "thôn X" instead of the X of "thôn Y"
            at -= len(old[:at]) - len(fold(old[:at]).rstrip()) + len(kind)
            wrong = old[at : at + len(kind) + 1] + wrong
        data.place_text = (old[:at] + fitting + old[at + len(wrong) :])[:500]
    else:
        data.place_text = _renumbered(old, right, places)[:500]
    data.lat = data.lon = None
    data.commune_choices, data.old_ward = [], None
    read = read_place(data.place_text, places)
    if read is not None and (read.found is not None or read.unknown is not None):
        data.commune = None
        gather.take_read(data, read)


_NUMBERED = re.compile(r"\b(so nha|so|ngo|ngach|hem|kiet|to|khu|lo|tang|km|cot)\s*(\d[\w/.-]*)")


_NUMBER = re.compile(r"(?<![\w/])\d+\w?(?:/\d+\w?)*(?![\w/])")


def _other_number(old: str, right: str, wrong: str) -> str | None:
    """The place with one number for the other, where nothing but a number is exchanged: "68 chứ không phải 66"."""
    new, gone = _NUMBER.findall(right), _NUMBER.findall(wrong)
    if len(new) != 1 or len(gone) != 1 or len(words_of(right)) > 3:
        return None
    made = re.sub(rf"(?<![\w/]){re.escape(gone[0])}(?![\w/])", new[0], old, count=1)
    return made if made != old else None


def _renumbered(old: str, right: str, places: Gazetteer) -> str:
    """The place with what is right put in: of a kind with a number alone ("ngõ 79") the number changes."""
    said = _NUMBERED.fullmatch(fold(right).strip())
    plain = fold(old)
    for there in _NUMBERED.finditer(plain) if said is not None and len(plain) == len(old) else ():
        if said is not None and there[1] == said[1]:
            return old[: there.start(2)] + right.strip()[said.start(2) :] + old[there.end(2) :]
    return corrected(old, right, places)


def _parted(text: str) -> tuple[str, str] | None:
    """(right, wrong) of a correcting sentence in the citizen's own letters; None when it corrects nothing."""
    plain = fold(text)
    if len(plain) != len(text):
        return None
    opening = _OPENING.match(plain)
    start = opening.end() if opening else 0
    middle = _NOT_BUT.search(plain, start)
    should = _SHOULD.search(plain, middle.end()) if middle is not None else None
    if middle is not None and should is not None:  # "cháu nó bảo không phải Trần Phú, phải là Cầu Đất"
        return _clean(text[should.end() :]), _clean(text[middle.end() : should.start()])
    if middle is not None and start < middle.start() and all(
        word in _TURNING for word in re.findall(r"\w+", plain[start : middle.start()])
    ):
        start = middle.start()  # "à mà nhầm, nỏ phải Phan Đăng Lưu, Trần Nhân Tông"
    if middle is not None and middle.start() > start:
        no = _NO.match(plain)
        return _clean(text[max(start, no.end() if no else 0) : middle.start()]), _clean(text[middle.end() :])
    if middle is not None:
        turning = _BUT.search(plain, middle.end())
        if turning is not None:
            return _clean(text[turning.end() :]), _clean(text[middle.end() : turning.start()])
        comma = _PAUSE.search(plain, middle.end())
        if comma is not None and middle.start() == start and plain[comma.end() :].strip():
            return _clean(text[comma.end() :]), _clean(text[middle.end() : comma.start()])  # "hổng phải 58, 85 lận"
    rest = plain[start:].split()
    if start and opening is not None and not opening["turns"] and (len(rest) > _SHORTLY or _MORE.match(plain[start:])):
        return None  # "à còn chuyện này: …": more is told, nothing is corrected
    if start and len(rest) >= 2:
        return _clean(text[start:]), ""
    lan = _LAN.search(text)
    if lan is not None and len(plain.split()) <= _SHORTLY:
        return _clean(text[: lan.start()]), ""
    return None


def _clean(text: str) -> str:
    text = text.strip(" \t\n,.;:!?")
    return re.sub(r"(?:\s+(?:nhé|nha|nhe|ạ|a|đó|đấy|do|day|chứ|chu|cơ|co|lận|lan|mà|ma))+$", "", text)


