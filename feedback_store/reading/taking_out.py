"""Words that are to leave a report: "bỏ câu chửi ra giùm", "đừng ghi chỗ nói về ông Tư", 'xóa chữ "lũ ăn hại"'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from feedback_store.reading.words import folded, words_of
from vitext import clauses, fold

LONGEST = 22
"""Words of the longest message that takes words out; a longer one tells something."""
Which = Literal["quoted", "rude", "last", "named", "matter"]
_OUT = re.compile(
    r"\b(?:(?:bo|xoa|cat|go|rut|loai|gach|luoc)"
    r"(?: (?:bot|di|het|giup|gium|dum|ho|cho|toi|em|minh|tui|con|chau|luon)){0,4}|"
    r"(?:dung|khoi|khong|ko|thoi dung)(?: can)? (?:ghi|viet|dua|de|ke|gui|neu)(?: (?:vao|vo|len|them|giup)){0,2})"
    r" (?:(?:may|nhung|cai|cac|mot|het|doan|phan) ){0,3}(?:cau|doan|chu|tu|loi|tin|khuc|cho|y|vu|chuyen|dong)\b"
)
_RUDE = re.compile(
    r"\b(?:chui|tuc tiu|noi tuc|chu tuc|cau tuc|tuc|noi bay|bay ba|nong|nong nay|nang loi|kho nghe|mang|mat lich su"
    r"|vo le|cuc can|hon|xuc pham)\b"
)
_LAST = re.compile(r"\b(?:vua roi|moi roi|vua xong|luc nay|hoi nay|ban nay|cuoi|sau cung|moi nhan|vua nhan)\b")
_QUOTED = re.compile(r"[\"“”«»']([^\"“”«»']{2,})[\"“”«»']")
_OWN = re.compile(r"\b(?:so dien thoai|sdt|dien thoai|so dt|ten (?:toi|em|minh|tui|chau|con)|anh chup)\b")
_CLOSING = frozenset("nha nhe nghe nghen hi di a ad oi em anh chi luon voi giup gium dum ho cai ra".split())
_TITLES = frozenset("ong ba anh chi em co chu bac cau mo di thim thang con lao mu tay nha may dua".split())
_SAYING = frozenset(
    """vao vo len giup gium dum ho cho toi em minh tui noi ve la co ma ra di khoi nhe a ad oi anh chi bac chu trong dung
    phan anh bot thoi do nay kia ay day nua lai nghe nghen hi voi duoc khong ko k bi va o mat cua tai hay thi""".split()
)


@dataclass(frozen=True, slots=True)
class TakingOut:
    """``which`` words, and for ``quoted``, ``named`` and ``matter`` the words that point to them."""

    which: Which
    words: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()
    """Words of "chữ …" that leave by themselves, where they stand together."""


def taking_out(text: str) -> TakingOut | None:
    """What is to leave a report; None: nothing is asked to."""
    plain = folded(text)
    found = _OUT.search(plain)
    if found is None or len(plain.split()) > LONGEST or _OWN.search(plain):
        return None
    quoted = _QUOTED.search(text)
    if quoted is not None and words_of(quoted.group(1)):
        return TakingOut("quoted", (quoted.group(1).strip(),))
    pointing = plain[found.end() :].split()
    while pointing and pointing[-1] in _CLOSING:
        pointing.pop()
    named = tuple(one for one in pointing if one not in _SAYING)
    if _RUDE.search(plain, found.end()):
        return TakingOut("rude", named)
    if _LAST.search(plain, found.end()):
        return TakingOut("last")
    noun = found.group().split()[-1]
    which: Which = "matter" if noun in ("vu", "chuyen") else "named"
    phrase = tuple(pointing) if noun in ("chu", "tu") else ()
    return TakingOut(which, named, phrase) if named else None


def pieces(told: Sequence[str]) -> list[tuple[int, int, int]]:
    """The clauses of what was told: number of the text, start and end in it."""
    return [(number, start, end) for number, text in enumerate(told) for start, end in clauses(text)]


def meant(wanted: TakingOut, told: Sequence[str]) -> list[tuple[int, int, int]]:
    """The stretches of ``told`` that are meant, by words alone; empty: none, or one as well as another."""
    if wanted.which == "quoted":
        quote = fold(wanted.words[0])
        at = [(number, fold(text).find(quote)) for number, text in enumerate(told)]
        return [(number, start, start + len(quote)) for number, start in at if start >= 0][:1]
    if wanted.phrase and (found := _phrase(wanted.phrase, told)) is not None:
        return [found]
    all_of = pieces(told)
    if wanted.which == "last":
        return [one for one in all_of if one[0] == len(told) - 1] if len(told) > 1 else all_of[-1:]
    if wanted.which == "rude":
        return []
    names = set(wanted.words) - _TITLES or set(wanted.words)  # "ông Tư" is no other "ông"
    held = [set(words_of(told[n][start:end])) for n, start, end in all_of]
    shared = [len(held_by.intersection(wanted.words)) if held_by & names else 0 for held_by in held]
    best = max(shared, default=0)
    if not best or shared.count(best) > 1 or (wanted.which == "matter" and shared.index(best) == 0):
        return []  # "bỏ cái vụ rác đi", of a report of rubbish, gives it up
    return [all_of[shared.index(best)]]


_OF = re.compile(r"\bcua\s+$")


def _phrase(words: tuple[str, ...], told: Sequence[str]) -> tuple[int, int, int] | None:
    """Where these words stand one after the other: the longest run of them from the first on, two at least."""
    for length in range(len(words), 1, -1):
        form = re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, words[:length])) + r"(?!\w)")
        for number, text in enumerate(told):
            plain = fold(text)
            found = form.search(plain) if len(plain) == len(text) else None
            if found is not None:
                of = _OF.search(plain[: found.start()])
                return number, of.start() if of else found.start(), found.end()
    return None


def without(told: Sequence[str], gone: Sequence[tuple[int, int, int]]) -> list[str]:
    """What is left of ``told``, without empty texts and without the joints of what is gone."""
    left = []
    for number, text in enumerate(told):
        kept, at = "", 0
        for start, end in sorted((a, b) for one, a, b in gone if one == number):
            kept, at = kept + text[at:start], max(at, end)
        kept += text[at:]
        kept = re.sub(r"\s*[,;:–-]*\s*([,;.!?])(?:\s*[,;.])*", r"\1", re.sub(r"\s+", " ", kept))
        kept = kept.strip(" ,;:-–").lstrip(".! ")
        if re.search(r"\w", kept):
            left.append(kept)
    return left
