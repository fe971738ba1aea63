"""Whether somebody says that a danger is over: words in ``data/over.yaml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from vitext import fold

FILE = Path(__file__).resolve().parents[2] / "data" / "over.yaml"
LONGEST = 40
_ASKS = re.compile(
    r"\b(?:duoc|phai|nen|co|dung|kip) (?:khong|ko|k|hong|hok|hem|hk|chua)\b(?! (?:sao|ai|con|bi|can|chay|gi))"
    r"|\b(?:co nen|lam sao|lam gi|the nao|bao gio|khi nao|may gio|o dau|den dau|bao lau)\b"
    r"|\b(?:khong|ko|chua|ha|hả|nhi|vay|the) *$|\b(?:chua|hay chua|duoc chua) (?:a|ha|vay|em|ban|anh|chi|co|chu)\b"
)
"""Words of a question without its mark: whoever asks what to do is not out of it."""


def asks(text: str) -> bool:
    """Of "bật quạt được không", "có nên kéo ra không??", "giờ làm sao"."""
    plain = " ".join("".join(char if char.isalnum() else " " for char in fold(text)).split())
    return "?" in text or _ASKS.search(plain) is not None


def says_over(text: str) -> bool:
    """Of "dập xong rồi, không ai sao cả"; not of "chưa dập được", "xe cứu hỏa tới rồi mà vẫn cháy", "xong chưa?"."""
    plain = " ".join("".join(char if char.isalnum() else " " for char in fold(text)).split())
    if not plain or len(plain.split()) > LONGEST or asks(text):
        return False
    over, still = _forms()
    return over.search(plain) is not None and still.search(plain) is None


@cache
def _forms() -> tuple[re.Pattern[str], re.Pattern[str]]:
    lists: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return re.compile("|".join(lists["over"])), re.compile("|".join(lists["still"]))
