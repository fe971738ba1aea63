"""Telephone numbers in words: where they stand, the one form they are kept in, and what only looks like one.

Numbers are checked by ``phonenumbers``; what it does not know is the writing of Vietnamese (digits in words, the
letter O for a nought, a nought in brackets after the country's code) and the numbers of before: mobile numbers of
eleven digits (until 2018) and area codes (until 2017).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import phonenumbers

from feedback_store.domain.codes import without_codes
from feedback_store.reading.digits import Token, joined, rows, seen_in
from vitext.view import view

Kind = Literal["mobile", "landline"]
REGION = "VN"
HIDDEN = "•"
_TYPES: dict[int, Kind] = {
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.FIXED_LINE: "landline",
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE: "landline",
}
"""A service line (1900 …) and a short number (1022) are nobody's."""
# Decision 798/QĐ-BTTTT of 2018: eleven digits became ten.
_MOBILE_BEFORE = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078", "0123": "083", "0124": "084",
    "0125": "085", "0127": "081", "0129": "082", "0162": "032", "0163": "033", "0164": "034", "0165": "035",
    "0166": "036", "0167": "037", "0168": "038", "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
# Decision 2036/QĐ-BTTTT of 2016, in three stages until 17/6/2017: area codes of old → of now.
_AREA_BEFORE = {
    "04": "024", "08": "028", "020": "0214", "022": "0212", "0230": "0215", "0231": "0213", "0240": "0204",
    "0241": "0222", "025": "0205", "026": "0206", "027": "0207", "0280": "0208", "0281": "0209", "029": "0216",
    "030": "0229", "031": "0225", "0320": "0220", "0321": "0221", "033": "0203", "0350": "0228", "0351": "0226",
    "036": "0227", "037": "0237", "038": "0238", "039": "0239", "0500": "0262", "0501": "0261", "0510": "0235",
    "0511": "0236", "052": "0232", "053": "0233", "054": "0234", "055": "0255", "056": "0256", "057": "0257",
    "058": "0258", "059": "0269", "060": "0260", "061": "0251", "062": "0252", "063": "0263", "064": "0254",
    "0650": "0274", "0651": "0271", "066": "0276", "067": "0277", "068": "0259", "070": "0270", "0710": "0292",
    "0711": "0293", "072": "0272", "073": "0273", "074": "0294", "075": "0275", "076": "0296", "077": "0297",
    "0780": "0290", "0781": "0291", "079": "0299",
}  # fmt: skip
_EXTENSION = re.compile(
    r"[ \t,;.\-(]*(?:may le|so le|so may le|may nhanh|nhanh|noi bo|so noi bo|ext|extension|line|x(?=\d)|#)[ \t.:#]*"
    r"(\d{1,5})\b\)?"
)
_MEANT = re.compile(
    r"\b(?:sdt|dt|dien thoai|so may|lien he|zalo|phone|tel|goi|goi (?:cho|lai|so))(?: \w{1,4}){0,3}[ \t:.]*$"
)
"""Words that say a number follows, perhaps with whose it is: "sđt của em là"."""
_LIKE = range(7, 16)
"""So many digits are meant for a number where something says so."""
_AT_MOST = 14


@dataclass(frozen=True, slots=True)
class Phone:
    """A number at ``text[start:end]``; ``e164`` is how it is kept (``+84912345678``)."""

    start: int
    end: int
    e164: str
    kind: Kind
    extension: str | None = None

    @property
    def national(self) -> str:
        return "0" + self.e164.removeprefix("+84") if self.e164.startswith("+84") else self.e164


@dataclass(frozen=True, slots=True)
class Unread:
    """Digits at ``text[start:end]`` that are meant for a number and are none: too few, too many, of no operator."""

    start: int
    end: int
    digits: str


def phones_in(text: str) -> list[Phone]:
    """Every number of a text, in order."""
    return [one for one in read(text) if isinstance(one, Phone)]


def only_phone(text: str | None) -> Phone | None:
    """The number of a text that holds nothing else but signs; None: no number, one that cannot be, or more than it."""
    found = read(text) if text else []
    if text is None or len(found) != 1 or not isinstance(found[0], Phone):
        return None
    rest = view(text[: found[0].start] + " " + text[found[0].end :]).text
    return None if any(char.isalnum() for char in rest) else found[0]


def canonical(text: str | None) -> str | None:
    """``0912 345 678``, ``+84 (0)912345678`` → ``+84912345678``; None as in :func:`only_phone`."""
    found = only_phone(text)
    return found.e164 if found is not None else None


def numbers_in(text: str) -> list[str]:
    """The numbers a text names as they are dialled, each once and in order."""
    return list(dict.fromkeys(one.national for one in phones_in(text)))


def masked(text: str) -> str:
    """The text with all but the first two and last two digits of its numbers hidden; codes of tickets are none."""
    made, last = [], 0
    for one in phones_in(text):
        number_ = one.national
        made += [text[last : one.start], number_[:2], HIDDEN * (len(number_) - 4), number_[-2:]]
        last = one.end
    return "".join([*made, text[last:]])


def read(text: str) -> list[Phone | Unread]:
    """The numbers of a text and the digits that are meant for one, in order, with their places in the text as given.

    Codes of tickets and dates are none. Where a digit too many follows a number written in groups, it is unread.
    """
    seen, words, folded = seen_in(without_codes(text))
    found: list[Phone | Unread] = []
    for row in rows(words):
        for one in _in_row(row, words, folded):
            start, end = seen.original(one.start, one.end)
            found.append(replace(one, start=start, end=end))
    return found


def _in_row(row: list[Token], words: str, folded: str) -> Iterator[Phone | Unread]:
    at, left = 0, 0
    while at < len(row):
        plus = re.search(r"\+[ \t(]*$", words[max(0, row[at].start - 3) : row[at].start])
        ends = [end for end in _ends(row, at) if number(joined(row[at:end]), plus=plus is not None)]
        end = max(ends, default=None)  # one of before is often the beginning of one of now
        if end is None:
            at += 1
            continue
        yield from _unread(row[left:at], words, folded)
        start = row[at].start - (len(plus.group()) if plus else 0)
        if ")" in words[start : row[end - 1].end].replace("(0)", "") and words[:start].endswith("("):
            start -= 1
        e164, kind = number(joined(row[at:end]), plus=plus is not None) or ("", "mobile")
        if end - at > 1 and _one_more(row, at, end, words):
            yield Unread(start, row[end].end, joined(row[at : end + 1]))
            at = left = end + 1
            continue
        more = _EXTENSION.match(folded, row[end - 1].end)
        stop = more.end() if more else row[end - 1].end
        yield Phone(start, stop, e164, kind, more.group(1) if more else None)
        at = left = max(end, next((n for n in range(end, len(row)) if row[n].start >= stop), len(row)))
    yield from _unread(row[left:], words, folded)


def _ends(row: list[Token], at: int) -> Iterator[int]:
    length = 0
    for end in range(at, len(row)):
        length += len(row[end].digits)
        if length > _AT_MOST:
            return
        yield end + 1


def _one_more(row: list[Token], at: int, end: int, words: str) -> bool:
    """Whether the groups of a number go on: "0912 345 678 9"."""
    if end == len(row) or len(row[end].digits) > 3:
        return False
    signs = {words[row[n].end : row[n + 1].start] for n in range(at, end - 1)}
    return words[row[end - 1].end : row[end].start] in signs


def _unread(tokens: Sequence[Token], words: str, folded: str) -> Iterator[Phone | Unread]:
    part: list[Token] = []
    for token in [*tokens, None]:
        if token is None or (part and set(words[part[-1].end : token.start]) & set(",/_*~")):
            yield from _unread_part(part, words, folded)
            part = []
        part += [token] if token else []


def _unread_part(tokens: Sequence[Token], words: str, folded: str) -> Iterator[Phone | Unread]:
    """Digits that a sign of parting ends; with a word before that says so, also a number that lost its nought."""
    digits = joined(tokens)
    if len(digits) not in _LIKE or is_identity(digits):
        return
    start, end = tokens[0].start, tokens[-1].end
    meant_ = meant(folded[max(0, start - 40) : start])
    made = number(f"0{digits}") if meant_ and digits[0] != "0" and len(digits) in (9, 10) else None
    if made is not None:
        yield Phone(start, end, *made)
    elif meant_ or digits.startswith(("0", "84")) or words[max(0, start - 1) : start] == "+":
        yield Unread(start, end, digits)


def meant(before: str) -> bool:
    """Whether folded words before a number say that it is a telephone number: "sđt của em là"."""
    return _MEANT.search(before) is not None


def is_identity(digits: str) -> bool:
    """Whether digits are built as a citizen's number: province, century and sex, year, six more (Decree 137/2015)."""
    return len(digits) == 12 and digits[0] == "0" and 1 <= int(digits[:3]) <= 96 and digits[3] in "0123"


@lru_cache(maxsize=4096)
def number(digits: str, *, plus: bool = False) -> tuple[str, Kind] | None:
    """``(e164, kind)`` of plain digits as they are dialled; ``plus``: a country's code begins them. None: none."""
    if plus and not digits.startswith("84"):
        return _valid(f"+{digits}")
    if digits.startswith("0084"):
        digits = "0" + digits[4:].removeprefix("0")
    elif digits.startswith("84") and (plus or len(digits) >= 11):
        digits = "0" + digits[2:].removeprefix("0")
    if not digits.startswith("0") or len(digits) not in (10, 11):
        return None
    return _valid(digits) or next((made for one in _now(digits) if (made := _valid(one))), None)


def _now(digits: str) -> Iterator[str]:
    """What a number of before is now."""
    if len(digits) == 11 and digits[:4] in _MOBILE_BEFORE:
        yield _MOBILE_BEFORE[digits[:4]] + digits[4:]
    for length in (4, 3, 2):
        area = _AREA_BEFORE.get(digits[:length])
        if area is not None:
            yield area + digits[length:]


def _valid(digits: str) -> tuple[str, Kind] | None:
    try:
        parsed = phonenumbers.parse(digits, REGION)
    except phonenumbers.NumberParseException:
        return None
    kind = _TYPES.get(phonenumbers.number_type(parsed))
    if kind is None or not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), kind
