"""Numbers of places in figures and in words: 12/3A/7, K12/H3/5, 12+300, "hai mươi mốt trên bốn bê"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedback_store.places.names import Word, words_of

_LETTERS = re.compile(r"[a-zđ]{1,3}", re.IGNORECASE)
_ROMAN = re.compile(r"[IVX]{1,5}")
_NEAR = re.compile(r"\s?[/\-.+]\s?|")
_UNITS = frozenset(("k", "h", "g", "ph", "km", "m", "cm", "tr", "kg", "kv", "mm", "lít"))
_WAYS = frozenset("duong pho ngo hem kiet dg".split())
_SPOKEN = frozenset(
    "không một hai ba bốn tư năm sáu bảy bẩy tám chín mười mươi mốt lăm nhăm trăm linh lẻ nghìn ngàn".split()
)
_SLASHES = frozenset("trên xuyệt xẹt sẹt suyệt xuyệc gạch cộng phẩy".split())
_LETTER_NAMES = frozenset("a b c d đ bê xê cê dê đê bis ếch".split())


def _keys(words: frozenset[str]) -> frozenset[str]:
    return frozenset(words_of(one)[0].key for one in words)


_SPOKEN_KEYS, _SLASH_KEYS = _keys(_SPOKEN), _keys(_SLASHES)


def is_spoken(word: Word, marks: bool) -> bool:
    """Whether a word is a numeral."""
    return word.spelled in _SPOKEN if marks or word.marked else word.key in _SPOKEN_KEYS


def _goes_on(words: Sequence[Word], at: int) -> bool:
    """Whether a word is the end of a number that began before it: the 30 of "21h30" (but not the 1 of "ql1")."""
    if at == 0 or words[at].gap:
        return False
    before = words[at - 1]
    return before.raw.isdecimal() or (
        before.key in ("h", "g") and before.gap == "" and at > 1 and words[at - 2].raw.isdecimal()
    )


def number_at(words: Sequence[Word], at: int, *, letters: bool = False) -> int | None:
    """Index of the last word of the number in figures that begins at a word; ``letters``: "C" or "IV" counts too."""
    if at >= len(words) or _goes_on(words, at):
        return None
    last = at
    if not words[at].raw.isdecimal():
        glued = ("", ".") if words[at].key == "k" else ("",)  # "K12", "K.12"
        attached = at + 1 < len(words) and words[at + 1].gap in glued and words[at + 1].raw.isdecimal()
        if not attached or len(words[at].raw) > 3:
            raw = words[at].raw
            lone = (len(raw) == 1 and raw.isascii() and raw.lower() not in "oe") or bool(_ROMAN.fullmatch(raw))
            closed = at + 1 >= len(words) or not words[at + 1].gap.startswith(".")
            return at if letters and lone and closed else None
        last = at + 1
    while last + 1 < len(words):
        word = words[last + 1]
        figures = word.raw.isdecimal()
        if not _NEAR.fullmatch(word.gap) or not (figures or (len(word.raw) <= 3 and _LETTERS.fullmatch(word.raw))):
            break
        lane = words[at].key == "k"  # "K80-H1-3"
        before_way = last + 2 < len(words) and words[last + 2].key in _WAYS  # "5G đường Lê Lai"
        unit = word.gap == "" and word.key in _UNITS and not lane and not before_way
        if not figures and (word.gap not in ("", "/", "-" if lane else "") or unit):
            break
        if figures and word.gap.strip() != word.gap and "." in word.gap:
            break
        last += 1
    if last + 1 < len(words) and words[last + 1].key in ("bis", "ter") and not words[last + 1].gap.strip():
        last += 1
    return last


def spoken_at(words: Sequence[Word], at: int, marks: bool) -> int | None:
    """The same of a number in words, with "trên" and "xuyệt" as slashes and names of letters after it."""
    last, numeral = at - 1, False
    while last + 1 < len(words) and (last + 1 == at or not words[last + 1].gap.strip()):
        word = words[last + 1]
        key, spelled = word.key, marks or word.marked
        numeral_here = is_spoken(word, marks) and (numeral or word.key != "khong")
        letter = word.spelled in _LETTER_NAMES if spelled else key in ("b", "c")
        slash = word.spelled in _SLASHES if spelled else key in _SLASH_KEYS
        if not numeral_here and not (
            numeral and (word.raw.isdecimal() or letter or (slash and _more(words, last + 2, marks)))
        ):
            break
        numeral = True
        last += 1
    return last if numeral else None


def continued(words: Sequence[Word], last: int, marks: bool) -> int:
    """End of a number in figures that goes on in words: "12 xuyệt 4", "1658 cộng chín trăm"."""
    while last + 2 < len(words):
        slash, after = words[last + 1], words[last + 2]
        said = slash.spelled in _SLASHES if marks or slash.marked else slash.key in _SLASH_KEYS
        if not said or slash.gap.strip() or after.gap.strip() or not _more(words, last + 2, marks):
            break
        figures = number_at(words, last + 2)
        spoken = spoken_at(words, last + 2, marks) if figures is None else None
        last = figures if figures is not None else spoken if spoken is not None else last + 2
    return last


def _more(words: Sequence[Word], at: int, marks: bool) -> bool:
    return at < len(words) and (words[at].raw.isdecimal() or is_spoken(words[at], marks))
