"""Whether somebody says that what follows is another report: "giờ tôi báo việc khác: …"."""

from __future__ import annotations

import re

from vitext import fold

FEWEST = 4
"""Words of the shortest report that is announced."""
_ANOTHER = re.compile(
    r"\b(?:bao|phan anh|kien nghi)(?: them)?(?: cho (?:toi|em|minh|chau|con|tui|bac))?"
    r" (?:viec|chuyen|vu|cai) (?:khac|nua|nay nua|moi|nay)(?: la)?\s*[:,\-]"
)


def announced(text: str) -> str | None:
    """The words after the announcement; None where there is none."""
    plain = fold(text)
    found = _ANOTHER.search(plain)
    if found is None or len(plain) != len(text):
        return None
    rest = text[found.end() :].strip()
    return rest if len(rest.split()) >= FEWEST else None
