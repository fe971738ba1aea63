"""Where a text names units: every run of words that is a name, with the kind written before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from feedback_store.places.names import Word, name_of, words_of

Level = Literal["commune", "district", "province"]
_LEVELS: tuple[Level, ...] = ("commune", "district", "province")
LONGEST = 7
"""Words of the longest name, and a little more for names that are written apart."""
# Kinds as they are written, folded; single letters count before a name only.
_KINDS: dict[tuple[str, ...], tuple[str, tuple[Level, ...]]] = {
    **{(one,): ("phuong", ("commune",)) for one in ("phuong", "fuong", "phuog", "phg", "ph", "p", "f")},
    **{(one,): ("xa", ("commune",)) for one in ("xa", "x")},
    **dict.fromkeys((("thi", "tran"), ("tt",), ("ttr",), ("t", "tran"), ("t", "t")), ("thi tran", ("commune",))),
    ("dac", "khu"): ("dac khu", ("commune",)),
    **{(one,): ("quan", ("district",)) for one in ("quan", "q", "wan")},
    **{(one,): ("huyen", ("district",)) for one in ("huyen", "h", "hng")},
    **dict.fromkeys((("thi", "xa"), ("thi", "x"), ("tx",), ("t", "xa"), ("t", "x")), ("thi xa", ("district",))),
    **dict.fromkeys((("thanh", "pho"), ("thanh", "fo"), ("tp",), ("t", "p")), ("thanh pho", ("district", "province"))),
    **{(one,): ("tinh", ("province",)) for one in ("tinh", "t")},
}
# Wards and districts that have numbers, as they are spoken.
_SPOKEN = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
           "mười": 10}  # fmt: skip
_TEENS = {f"mười {word}": 10 + number for word, number in _SPOKEN.items() if number < 10} | {
    "mười lăm": 15, "hai mươi": 20, "mười mốt": 11,
}  # fmt: skip
_SPELLED = frozenset("phường xã thị trấn đặc khu quận huyện thành phố tỉnh".split())
_WITHIN = frozenset("o tai thuoc tren duoi ve khu dc".split())
_WITHIN_SPELLED = frozenset("ở tại thuộc bên trên dưới về khu đc".split())
_LINKS = frozenset("thuoc cua o tai tren dia ban cu moi".split())
# Politeness around an answer that is nothing but a name: "dạ An Đồng ạ".
_BEFORE_IT = frozenset("da vang thua o".split())
_AFTER_IT = frozenset("ạ a nhé nhe nha nghen hen đó em ad".split())
_COOPERATIVE = ["hop", "tac"]
"""Before "xã": a cooperative, no commune."""
_ENDS = frozenset(("ạ",))
# What a number counts: "báo phường 2 lần".
_COUNTED = frozenset("lan ngay hom tuan thang nguoi bua gio cai".split())
_NAME_GAP = re.compile(r"[\s\-'’]*")
_KIND_GAP = re.compile(r"\s*[.:]?\s*")


@dataclass(frozen=True, slots=True)
class Mention:
    """Words ``first`` to ``last`` (its kind among them) name a unit of a level, in text[start:end]."""

    level: Level
    kind: str
    key: str
    spelled: str
    marked: bool
    """Whether the writer wrote marks: then they decide."""
    words: int
    """Of the name alone."""
    first: int
    last: int
    start: int
    end: int
    alone: bool
    """A name without its kind that stands where a place stands: after "ở", or between commas."""
    linked: int
    """Linking words ("thuộc", "của") just before it."""
    era: str
    """ "old" of "phường X cũ", "now" of "phường X mới", else ""."""
    opens: bool = True
    """Whether it stands where a name may begin: with its kind, after a comma or "ở"."""
    chained: bool = False
    """Whether it follows the name of a smaller unit directly, without its kind."""
    beside: bool = False
    """Whether it follows the name of a smaller unit directly."""
    doubtful: bool = False
    """Whether its kind may be another word: "xa" of a writer who writes marks."""


def mentions_of(words: Sequence[Word], levels: Callable[[str, int], tuple[bool, bool, bool]]) -> list[Mention]:
    """Every mention in the order of the text, shorter names within longer ones too."""
    writes_marks = any(one.marked for one in words)
    found = []
    for first in range(len(words)):
        kind, before, kind_levels = _kind_before(words, first)
        if kind and _ends_name(words, before, first, levels):
            kind, before, kind_levels = "", first, ()
        for key, last in _keys_from(words, first, kind):
            present = levels(key, last - first + 1)
            for level, there in zip(_LEVELS, present, strict=True):
                if there and (not kind or level in kind_levels):
                    one = _mention(words, first, last, key, level, kind, before, writes_marks)
                    if one is not None:
                        found.append(one)
    return found


def _ends_name(
    words: Sequence[Word], before: int, first: int, levels: Callable[[str, int], tuple[bool, bool, bool]]
) -> bool:
    """Whether a misspelled kind is the end of a name: "Vĩnh Phương Nha Trang" names no phường."""
    word = words[before]
    if before == 0 or first - before > 1 or not word.marked or word.spelled in _SPELLED or words[before].gap.strip():
        return False
    return levels(words[before - 1].key + word.key, 2)[0]


def names_unit(text: str, unit: str) -> bool:
    """Whether a text names a unit with its kind, also shortened: "p. Lê Chân" names Phường Lê Chân."""
    words, wanted = words_of(text), name_of(unit)
    for first in range(len(words)):
        kind, _, _ = _kind_before(words, first)
        if kind == wanted.kind and any(key == wanted.key for key, _ in _keys_from(words, first, kind)):
            return True
    return False


def _keys_from(words: Sequence[Word], first: int, kind: str) -> Iterator[tuple[str, int]]:
    if kind in ("phuong", "quan") and (said := _SPOKEN.get(words[first].spelled)) is not None:
        more = words[first + 1].spelled if first + 1 < len(words) and not words[first + 1].gap.strip() else ""
        tens = _TEENS.get(f"{words[first].spelled} {more}")
        yield (str(said), first) if tens is None else (str(tens), first + 1)
    key = ""
    for last in range(first, min(first + LONGEST, len(words))):
        if last > first and (not _NAME_GAP.fullmatch(words[last].gap) or words[last].spelled in _ENDS):
            return
        said = _SPOKEN.get(words[last].spelled) if last > first else None
        if said is not None:
            yield f"{key}{said}", last  # "A Lưới ba"
        key += words[last].key
        yield key, last


def _kind_before(words: Sequence[Word], first: int) -> tuple[str, int, tuple[Level, ...]]:
    """The kind that ends right before a word, the index of its first word, and the levels it may stand for."""
    for length in (2, 1):
        at = first - length
        if at < 0 or not _KIND_GAP.fullmatch(words[first].gap):
            continue
        named = words[at:first]
        held = _KINDS.get(tuple(one.key for one in named))
        if held is None or [one.key for one in words[max(at - 2, 0) : at]] == _COOPERATIVE:
            continue
        if any(one.marked and not _spelled_as_kind(one) for one in named):
            continue
        if length == 2 and not _KIND_GAP.fullmatch(named[1].gap):
            continue
        return held[0], at, held[1]
    return "", first, ()


def _spelled_as_kind(word: Word) -> bool:
    """ "xả", "phuờng", "huyên" are misspelled; "quán", "tính", "thì" are other words."""
    return word.spelled in _SPELLED or (word.key in ("phuong", "huyen") and not word.titled) or word.spelled == "xả"


def _mention(
    words: Sequence[Word], first: int, last: int, key: str, level: Level, kind: str, before: int, writes_marks: bool
) -> Mention | None:
    named = words[first : last + 1]
    count = last - first + 1
    apart = not kind and _opens(words, first) and _closes(words, last)
    if not kind and key.isdecimal() and (not apart or words[first - 1].key == "khu"):
        return None
    opens = bool(kind) or _opens(words, first)
    if level == "commune" and not opens and count < 2:
        return None
    full_kind = [one for one in words[before:first] if len(one.key) > 2]
    marked = any(one.marked for one in (*named, *full_kind))
    if not marked and not full_kind:
        marked = writes_marks
    following = words[last + 1].spelled if last + 1 < len(words) else ""
    if key.isdecimal() and following and words[last + 1].key in _COUNTED and not words[last + 1].gap.strip():
        return None
    era = {"cũ": "old", "cu": "old", "mới": "now"}.get(following, "") if level == "commune" else ""
    linked = 0
    while before - linked - 1 >= 0 and words[before - linked - 1].key in _LINKS:
        linked += 1
    doubtful = kind == "xa" and writes_marks and words[before].spelled == "xa"
    alone = apart and not key.isdecimal() and (count > 1 or len(key) > 5)
    return Mention(
        level, kind, key, key if key.isdecimal() else _spelled(named), marked, count, before, last,
        words[before].start, words[last].end, alone, linked, era, opens=opens, doubtful=doubtful,
    )  # fmt: skip


def _spelled(named: Sequence[Word]) -> str:
    return "".join(one.spelled for one in named)


def _opens(words: Sequence[Word], first: int) -> bool:
    """Whether a bare name may begin there: a comma, the end of a sentence (no "đ. Lê Lợi") or "ở" before it."""
    if all(one.key in _BEFORE_IT for one in words[:first]):
        return True
    before = words[first - 1]
    if before.spelled in _WITHIN_SPELLED if before.marked else before.key in _WITHIN:
        return True
    gap = words[first].gap
    return bool(re.search(r"[,;:(\n]", gap)) or ("." in gap and len(words[first - 1].raw) > 3)


def _closes(words: Sequence[Word], last: int) -> bool:
    while last + 1 < len(words) and not re.search(r"[,;:.)\n!?–-]", words[last + 1].gap):
        last += 1
        if words[last].spelled not in _AFTER_IT:
            return False
    return True

