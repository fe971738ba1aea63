"""The writer's own name, said anew: "ghi tên là Út đi cưng, Lê Thị Út", "tên sai rồi, tui tên Út"."""

from __future__ import annotations

import re

from feedback_store.reading.content import content
from feedback_store.reading.words import folded

LONGEST = 22
"""Words of the longest message that gives a name anew."""
_ANEW = re.compile(
    r"\b(?:ghi|doi|sua|de|dien|viet)(?: lai| giup| gium| dum| ho| cho| them){0,2}(?: cai)? (?:ho )?ten\b"
    r"(?! (?:quan|cong ty|duong|shop|tiem|nguoi|thang|ong|ba|no|ho|chu|co so|truong|cho|ngo|hem|pho)\b)"
    r"|\bten (?:tui |toi |em |minh |chau |con |bac )?"
    r"(?:sai|nham|chua dung|khong phai)\b|\b(?:tui|toi|em|minh|chau|con|bac|co|chu|chi|anh|tao) ten (?!gi|ai|sao)\w"
)
_NAMES = re.compile(r"\b(?:ten|thanh|la|doi)\b")
_WORD = re.compile(r"[^\W\d_]+")


def renamed(text: str) -> str | None:
    """The name that is given, or given anew; None where none is. Of several the fullest: two words and more, as names
    are written."""
    plain = folded(text)
    if len(plain.split()) > LONGEST or _ANEW.search(plain) is None:
        return None
    full = max(_runs(text), key=len, default=[])
    if len(full) > 1:
        return " ".join(full)
    return content(text, own_number=False).name or (full[0] if full and _NAMES.search(plain) else None)


def spelled_anew(text: str, name: str) -> str | None:
    """A name that was given before, written otherwise: "ấy nhầm, Vũ Đình Khơi" of "Vũ Đình Khởi"; else None."""
    known = folded(name).split()
    for run in _runs(text):
        words = folded(" ".join(run)).split()
        same = sum(one == other for one, other in zip(words, known, strict=False))
        if len(words) == len(known) > 1 and 2 * same >= len(known) and " ".join(run) != name:
            return " ".join(run)
    return None


def _runs(text: str) -> list[list[str]]:
    """Words in capitals that stand together, but for one that opens a sentence."""
    runs: list[list[str]] = []
    end = -1
    for found in _WORD.finditer(text):
        word, before = found.group(), text[: found.start()].rstrip()
        opens = not before or before[-1] in ".!?\n"
        if not word[0].isupper() or (opens and not word.isupper()):
            end = -1
            continue
        if end >= 0 and text[end : found.start()].isspace():
            runs[-1].append(word)
        else:
            runs.append([word])
        end = found.end()
    return runs
