"""Whether somebody tells of a death in the family or of hardship, which deserves a human sentence before business."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from feedback_store.reading.words import document, folded

Feeling = Literal["bereaved", "hard"]


def feeling_in(text: str) -> Feeling | None:
    """ "bereaved" of "mẹ em vừa mất hôm qua", "hard" of "em khổ quá không biết kêu ai"; not of "nhà em mất điện"."""
    plain = folded(text)
    forms = _forms()
    left = forms["not_bereaved"].sub(" ", plain)
    if forms["bereaved"].search(left):
        return "bereaved"
    return "hard" if forms["hard"].search(plain) else None


@cache
def _forms() -> dict[str, re.Pattern[str]]:
    lists = document("feelings")
    return {name: re.compile("|".join(one) if isinstance(one, list) else one) for name, one in lists.items()}
