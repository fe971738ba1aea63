"""Words of a text and names of units, as they are compared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from feedback_store.places.country import country
from vitext import fold, has_marks, view
from vitext.letters import TONES, split_tone
from vitext.syllables import is_syllable, place_tone, respell
from vitext.telex import untelex

_WORD = re.compile(r"[^\W\d_]+|\d+")
_ONLY_VOWEL_Y = re.compile(r"^([^aeiou]*|qu)y$")


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters or of digits: its place in the text as given, how it is spelled, and its folded key."""

    start: int
    end: int
    raw: str
    spelled: str
    key: str
    marked: bool
    gap: str
    """What stands between the word before and this one."""

    @property
    def titled(self) -> bool:
        return self.raw[:1].isupper()


@lru_cache(maxsize=20000)
def _forms(raw: str) -> tuple[str, str, bool]:
    lowered = _untelexed(raw.lower())
    if raw.isdecimal():
        plain = str(int(raw)) if len(raw) < 9 else raw
        return plain, plain, False
    return _with_i(respell(lowered)), _with_i(fold(lowered)), has_marks(lowered)


def _untelexed(word: str) -> str:
    """ "tinhr" → "tỉnh", "đươngf" → "đường": a tone key that the input method did not catch."""
    if word.isascii():  # "toong" and "xier" stay: names of the highlands are written so
        decoded = untelex(word) if word[-1] in TONES else None
        return word if decoded is None or word in _official_words() else decoded
    if word[-1] in TONES and not is_syllable(word) and not split_tone(word)[1]:
        toned = place_tone(word[:-1], TONES[word[-1]])
        if is_syllable(toned) and fold(word) not in _official_words():
            return toned
    return word


@cache
def _official_words() -> frozenset[str]:
    names = [one.name for one in country().communes] + [one.name for one in country().old]
    return frozenset(word for name in names for word in _WORD.findall(fold(name)))


def _with_i(word: str) -> str:
    """ "mỹ" and "mĩ", "quý" and "quí" are one spelling."""
    folded = fold(word)
    if not folded.endswith("y") or len(folded) != len(word) or not _ONLY_VOWEL_Y.match(folded):
        return word
    last = unicodedata.normalize("NFD", word[-1]).replace("y", "i", 1)
    return word[:-1] + unicodedata.normalize("NFC", last)


def words_of(text: str) -> list[Word]:
    """Words with their places in ``text`` as it was given."""
    shown = view(text)
    same = shown.text is text
    found, before = [], 0
    for match in _WORD.finditer(shown.text):
        start, end = match.span() if same else shown.original(*match.span())
        raw = match.group()
        spelled, key, marked = _forms(raw)
        found.append(Word(start, end, raw, spelled, key, marked, shown.text[before : match.start()]))
        before = match.end()
    return found


@dataclass(frozen=True, slots=True)
class Name:
    """A unit's name parted into its kind ("phuong", "" where it has none) and the rest."""

    kind: str
    spelled: str
    """With its marks, without blanks."""
    key: str
    """Folded, without blanks."""
    words: int


KINDS = ("phuong", "xa", "thi tran", "dac khu", "quan", "huyen", "thi xa", "thanh pho", "tinh")


@lru_cache(maxsize=30000)
def name_of(full: str) -> Name:
    """ "Thị trấn Cẩm Giang" → kind "thi tran", key "camgiang"."""
    words = words_of(full)
    kind = next((k for k in KINDS if [w.key for w in words[: len(k.split())]] == k.split()), "")
    rest = words[len(kind.split()) :]
    return Name(kind, "".join(w.spelled for w in rest), "".join(w.key for w in rest), len(rest))
