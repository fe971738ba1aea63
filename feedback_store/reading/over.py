"""Whether somebody says that a danger is over: words in ``data/over.yaml``."""

from __future__ import annotations

import re
from functools import cache

from feedback_store.reading.words import document, folded, meant, written
from vitext import has_marks

LONGEST = 40
FEW = 8
"""Words of the longest message without marks that may be a joke: "dua" is also half the country's "đứa"."""
_ASKS = re.compile(
    r"\b(?:duoc|phai|nen|co|dung|kip) (?:khong|ko|k|hong|hok|hem|hk|chua)\b(?! (?:sao|ai|con|bi|can|chay|gi))"
    r"|\b(?:co nen|(?<!ai )(?<!bi )lam sao|lam gi|the nao|bao gio|khi nao|may gio|o dau|den dau|bao lau)\b"
    r"|\b(?:khong|ko|chua|ha|nhi|vay|the) *$|\b(?:chua|hay chua|duoc chua) (?:a|ha|vay|em|ban|anh|chi|co|chu)\b"
)
"""Words of a question without its mark: whoever asks what to do is not out of it."""


def asks(text: str) -> bool:
    """Of "bật quạt được không", "có nên kéo ra không??", "giờ làm sao"."""
    plain = folded(text)
    return "?" in text.lstrip(" ?") or _ASKS.search(plain) is not None


def says_over(text: str) -> bool:
    """Of "dập xong rồi, không ai sao cả"; not of "chưa dập được", "xe cứu hỏa tới rồi mà vẫn cháy", "xong chưa?"."""
    plain = folded(text)
    if not plain or len(plain.split()) > LONGEST or asks(text):
        return False
    if _form("still").search(plain) is not None:
        return False
    if not has_marks(text):
        few = len(plain.split()) <= FEW
        return _form("over").search(plain) is not None or (few and _form("joke").search(plain) is not None)
    shown = written(text)
    plain = meant(shown, document("over")["means"])
    return _form("over").search(plain) is not None or _form("over_marked").search(" ".join(shown)) is not None


@cache
def _form(name: str) -> re.Pattern[str]:
    return re.compile("|".join(document("over")[name]))
