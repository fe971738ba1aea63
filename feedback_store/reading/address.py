"""How somebody wants to be spoken to: "cháu xem giúp bà với" is answered with "bà", not with "anh/chị".

Only older people call the hotline "cháu" or "con" and themselves by their age; both must stand in one message, so that
"bà hàng xóm nói cháu" or "cho cháu hỏi" changes nothing.
"""

from __future__ import annotations

import re

from vitext import fold, has_marks, nfc

WHO = {"ba": "bà", "ong": "ông", "bac": "bác", "co": "cô", "chu": "chú", "cu": "cụ", "di": "dì", "me": "mệ", "mu": "mụ"}
UNMARKED = frozenset(("ba", "ong", "bac"))
"""The others mean too much else without marks: "co" is "có"."""
PLAIN = "anh/chị"
_WHO = "|".join(WHO)
_ANOTHER = (
    r"(?! (?:ay|kia|no|do|ta|hang xom|noi|ngoai|chu|con|cu|lao|gia(?! roi)|chong|vo|hai|ba|tu|nam(?! nay)|sau|bay|tam"
    r"|chin|muoi|ut)\b)"
)
_FOR_ME = re.compile(
    rf"\b(?:chau|con)\b(?: \w+){{0,3}}? (?:giup|gium|dum|ho|cho|bao|nghe|goi|voi|noi voi|tra loi) ({_WHO})\b{_ANOTHER}"
)
_CALLED = re.compile(r"\b(?:chau|con) (?:oi|a|nhe|nha|ha|nghen|nghe|hi|nho)\b|\b(?:chau|con)\s*[,.!?]|\b(?:chau|con)$")
_I = re.compile(
    r"(?:^|[.,;:!?\n]\s*|\b(?:chau|con) oi )(?:(?:da|alo|a|o|ua|uh|um|thoi|nhung|ma)[\s,]+)?"
    rf"({_WHO})\b{_ANOTHER} (?:hoi|muon|nho|can|bao|o\b|gui|da"
    r"|noi cho|dang|khong|chua|nam nay|moi|bi|co\b|thay|dong y|cam on|ten|ke|day|gia roi|\d+ tuoi|lon tuoi|biet|nghe"
    r"|quen|xin|doc)"
)


def address_of(text: str) -> str | None:
    """ "bà" of "cho bà hỏi cái này cháu ơi"; None where nothing says so, or another person may be meant."""
    plain = fold(nfc(text).strip())
    if len(plain) != len(nfc(text).strip()):
        return None
    found = _FOR_ME.search(plain) or (_I.search(plain) if _CALLED.search(plain) else None)
    if found is None:
        return None
    said, key = nfc(text).strip()[found.start(1) : found.end(1)].lower(), found.group(1)
    if has_marks(text):
        return WHO[key] if said == WHO[key] else None
    return WHO[key] if key in UNMARKED else None


_QUOTED = re.compile(r"(“[^”]*”|^•.*$)", re.MULTILINE)
"""What repeats the citizen's own words."""


def addressed(text: str, who: str | None) -> str:
    """The words of a reply spoken to ``who``; what it quotes stays, and all of it where nobody said how."""
    if who is None or who not in WHO.values():
        return text
    parts = _QUOTED.split(text)
    for number in range(0, len(parts), 2):
        parts[number] = parts[number].replace(PLAIN, who).replace(PLAIN.capitalize(), who.capitalize())
    return "".join(parts)
