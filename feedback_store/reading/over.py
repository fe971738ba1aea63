"""Whether somebody says that a danger is over: words in ``data/over.yaml``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from vitext import fold

FILE = Path(__file__).resolve().parents[2] / "data" / "over.yaml"
LONGEST = 40


def says_over(text: str) -> bool:
    """Of "dập xong rồi, không ai sao cả"; not of "chưa dập được", "xe cứu hỏa tới rồi mà vẫn cháy", "xong chưa?"."""
    plain = " ".join("".join(char if char.isalnum() else " " for char in fold(text)).split())
    if not plain or len(plain.split()) > LONGEST or "?" in text:
        return False
    over, still = _forms()
    return over.search(plain) is not None and still.search(plain) is None


@cache
def _forms() -> tuple[re.Pattern[str], re.Pattern[str]]:
    lists: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return re.compile("|".join(lists["over"])), re.compile("|".join(lists["still"]))
