"""Whether somebody tells of a death in the family, of hardship, or of having been heard by nobody, which deserves a
human sentence before business."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from feedback_store.reading.words import document, folded

Feeling = Literal["bereaved", "hard", "unheard"]


def feeling_in(text: str) -> Feeling | None:
    """ "bereaved" of "mẹ em vừa mất hôm qua", "hard" of "em khổ quá không biết kêu ai", "unheard" of "gọi chục cuộc
    không ai nghe"; None of "nhà em mất điện"."""
    plain = folded(text)
    forms = _forms()
    left = forms["not_bereaved"].sub(" ", plain)
    if forms["bereaved"].search(left):
        return "bereaved"
    if forms["hard"].search(plain):
        return "hard"
    return "unheard" if forms["unheard"].search(plain) else None


@cache
def _forms() -> dict[str, re.Pattern[str]]:
    lists = document("feelings")
    return {name: re.compile("|".join(one) if isinstance(one, list) else one) for name, one in lists.items()}
