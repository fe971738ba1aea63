"""What somebody wants changed in the report that is shown: the whole text said anew, or a part that is named."""

from __future__ import annotations

import re
from typing import Literal

from vitext import fold

Part = Literal["text", "category", "place", "photo", "phone"]
FEWEST = 5
"""Words of the shortest text that takes the place of another."""
NAMING = 12
"""Words of the longest message that only names parts."""
_ANEW = re.compile(
    r"(?:\b(?:sua|ghi|viet|doi|chinh|soan)(?: lai)?(?: (?:cai|phan))? (?:noi dung|loi phan anh|phan anh)(?: phan anh)?"
    r"(?: lai)?(?: (?:cho|giup|gium|dum|ho) \w+)?(?: (?:la|thanh|nhu sau|rang|chi))*\s*(?::|la\b|thanh\b)\s*"
    r"|\b(?:sua|ghi|viet|soan)(?: \w+)? lai(?: (?:cho|giup|gium|dum|ho) \w+)?(?: (?:la|thanh|nhu sau))?\s*:\s*"
    r"|\b(?:sua|ghi|viet|soan)(?: (?:cho|lai|gon|ngan|ro|dep|de hieu|gium|giup|dum|ho|tui|toi|em|minh|chau|con|bac"
    r"|nghen|nha|nhe|di|a)){1,7}\s*:\s*"
    r"|\bnoi dung(?: (?:phan anh|dung))?(?: (?:phai|ghi|chi|nen|se))* (?:la|thanh)\s*:?\s*)"
)
_PARTS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("text", re.compile(r"\bnoi dung\b")),
    ("place", re.compile(r"\b(?:dia diem|dia chi|vi tri|cho o|noi xay ra)\b")),
    ("category", re.compile(r"\b(?:linh vuc|nhom|phan loai)\b")),
    ("photo", re.compile(r"\b(?:anh chup|(?:hinh|tam|buc) anh|hinh)\b|\b(?:sua|doi|thay) (?:cai |tam )?anh\b")),
    ("phone", re.compile(r"\b(?:so dien thoai|sdt|so dt|dien thoai)\b")),
)
_CHANGES = re.compile(r"\b(?:sua|doi|thay|chinh|sai|nham|lon|chua dung|khong dung|ko dung|k dung|chua phai)\b")
_BARE = frozenset(
    """cai phan muc sua doi thay chinh lai giup gium dum ho cho toi em minh chau con tui ba bac anh chi di nhe nha a voi
    va ca cung roi kia van bi sai nham lon chua dung khong ko k la muon can xin phai thi ma oi ad em chau noi roi mot
    chut ti nua luon lun r hoi hoai mai bao nghe kia day ay""".split()
)
_QUOTES = " \t\n\"'“”‘’«».:-"


def text_anew(text: str) -> str | None:
    """The text that takes the place of the report's: of 'sửa nội dung lại là: …', 'ghi lại cho bà: "…"'."""
    plain = fold(text)
    if len(plain) != len(text):
        return None
    found = _ANEW.search(plain)
    if found is None:
        return None
    said = text[found.end() :].strip(_QUOTES)
    if _OF_A_PART.search(plain[found.end() :]) and not _OF_THE_TEXT.search(plain[: found.end()]):
        return None  # "sửa giúp tôi: đường Tô Hiệu chứ không phải Lê Lai, còn số máy là 09…"
    return said if len(said.split()) >= FEWEST else None


_OF_A_PART = re.compile(
    r"\bchu (?:khong|ko|k|hong|hok|no|dau) phai\b|\bmoi (?:dung|phai)\b|\b(?:so|sdt|dien thoai)\b[^,.;]*\d{9,}"
)
_OF_THE_TEXT = re.compile(r"\b(?:noi dung|loi phan anh|phan anh)\b")


def parts_named(text: str, *, asked: bool) -> tuple[Part, ...]:
    """The parts that are to be changed, in order, of a message that says nothing else: "sửa cái địa điểm", "lĩnh vực
    sai rồi". ``asked``: which part was asked for, so that a bare name is enough."""
    plain = fold(text)
    words = re.findall(r"\w+", plain)
    if not 0 < len(words) <= NAMING or not (asked or _CHANGES.search(plain)):
        return ()
    found = sorted((match.start(), part) for part, form in _PARTS if (match := form.search(plain)) is not None)
    rest = plain
    for _, form in _PARTS:
        rest = form.sub(" ", rest)
    if not found or any(word not in _BARE for word in re.findall(r"\w+", rest)):
        return ()
    return tuple(part for _, part in found)
