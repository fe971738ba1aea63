"""Words that drop one of several matters: "không phải học phí, bỏ đi", "việc kia khỏi gửi", "chỉ gửi việc này thôi"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedback_store.reading.words import folded, words_of

LONGEST = 14
"""Longer words tell a story."""
NAMED = 2
"""So many words of a matter name it."""
_DROPS = re.compile(
    r"\bbo (?!qua\b)(?:\w+ ){0,5}?di\b|\bbo (?:viec|chuyen|cai|vu|phan)\b|\bbo (?:ra|khoi|giup|gium|dum|ho)\b"
    r"|\b(?:khoi|khong can|ko can|khong muon|thoi dung|dung) (?:gui|lam|soan|phan anh|ghi)\b"
    r"|\b(?:thi|thoi) (?:thoi|khoi|bo)\b|\bthoi (?:khong|ko) (?:gui|lam|bao|can)\b"
)
_PIECES, _RIGHT = re.compile(r"[,.;:!\n]+"), re.compile(r"\bđúng\b")
_OTHER = re.compile(
    r"\b(?:viec|chuyen|cai|vu|phan) (?:\w+ )?(?:kia|sau|thu hai|thu 2|con lai|khac|no|te)\b|\bhai viec kia\b"
)
_THIS = re.compile(r"\b(?:viec|chuyen|cai|vu|phan) (?:\w+ )?(?:nay|do|ay|ni)\b")
_POINTED = re.compile(r"\b(?:viec|chuyen|vu|(?:khong|ko|k) phai) (\w+)")
_ONLY = re.compile(
    r"\bchi (?:can )?(?:gui|bao|phan anh|lam|soan|ghi) (?:mot |1 |moi )?(?:viec|chuyen|cai|vu) (?:nay|do|ni|dau)\b"
)
_NEVER_SAID = re.compile(
    r"\b(?:co|dau co) (?:noi|ke|bao|phan anh|hoi|nhac|de cap)\b|\bdau co\b|\b(?:khong|ko|k) phai\b"
)
_COMMON = frozenset(
    "khong phai di bo co la cai viec vu chuyen o thi ma nay do kia roi nha nhe toi em minh con chau tui anh chi duong "
    "phuong xa so nguoi bi cho va tu hom ngay khoi can gui thoi lam dau mo gi giup gium oi a da truoc sau thu hai mot "
    "mat hong".split()
)


def subjects(text: str) -> frozenset[str]:
    """The words by which a matter can be named, folded."""
    return frozenset(words_of(text)) - _COMMON


def dropped(text: str, waiting: Sequence[frozenset[str]], now: frozenset[str] = frozenset()) -> list[int]:
    """Numbers of the matters in ``waiting`` (the ``subjects`` of each) that the words drop; empty: none.

    ``now``: subjects of the matter in hand; words that name it as well drop none of the others.
    """
    words = words_of(text)
    plain = folded(text)
    if not waiting or len(words) > LONGEST:
        return []
    if _ONLY.search(plain):
        return list(range(len(waiting)))
    if not _drops(text):
        return []
    shared = [len(one.intersection(words)) for one in waiting]
    best = max(shared)
    pointed = {found.group(1) for found in _POINTED.finditer(plain)}
    called = best >= NAMED or any(one & pointed for one in waiting)
    if best > len(now.intersection(words)) and called and shared.count(best) == 1:
        return [shared.index(best)]
    return [0] if len(waiting) == 1 and _OTHER.search(plain) else []


def _drops(text: str) -> bool:
    """Within one piece between signs, and not where "đúng" is written: "cái này cũng đúng, gửi nốt" drops nothing."""
    return any(_DROPS.search(folded(piece)) for piece in _PIECES.split(_RIGHT.sub(" ", text.lower())))


def drops_taken_up(text: str, subject: frozenset[str]) -> bool:
    """Whether words drop the matter in hand, which the hotline took up by itself.

    It was never told ("có nói đèn đóm gì đâu, bỏ đi"), or "việc này" is not wanted.
    """
    plain = folded(text)
    if len(words_of(text)) > LONGEST or not _drops(text):
        return False
    named = len(subject.intersection(words_of(text))) >= NAMED
    if _NEVER_SAID.search(plain):  # a matter that was never told: this one only by its name
        return named
    return _THIS.search(plain) is not None
