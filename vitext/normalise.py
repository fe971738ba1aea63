"""From a citizen's typing to one spelling, with a map back to the original characters."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from vitext.letters import fold, fold_char, nfc
from vitext.shorthand import ABBREVIATIONS, ACCIDENT, ASKING, HAPPENED, PLACE_UNITS, REGISTERED, TEENCODE
from vitext.syllables import is_plain_syllable, is_syllable, respell
from vitext.telex import untelex
from vitext.view import view


@dataclass(frozen=True, slots=True)
class Normalised:
    """Normalised `text`; `offsets[i]` is the (start, end) of character i in the original."""

    text: str
    offsets: tuple[tuple[int, int], ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Map text[start:end] to (start, end) in the original; an empty span maps to an empty one."""
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"span {start}:{end} is outside of the text")
        if start == end:
            if start < len(self.offsets):
                at = self.offsets[start][0]
            else:
                at = self.offsets[-1][1] if self.offsets else 0
            return at, at
        return self.offsets[start][0], self.offsets[end - 1][1]


@dataclass(frozen=True, slots=True)
class Syllable:
    """One written word: its place in the original, the word as a reader sees it, and its normalised spelling.

    `norm` is lower case and may hold several words ("ubnd" → "ủy ban nhân dân").
    """

    start: int
    end: int
    text: str
    norm: str


_MARK = "\u0300-\u036f"
_WORD = re.compile(rf"[^\W\d_][^\W\d_{_MARK}]*(?:[{_MARK}]|[^\W\d_])*|\d+|[^\w\s]|_")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")


def syllables(text: str) -> list[Syllable]:
    """Split `text`, as its view shows it, into syllables, numbers and single signs; spans are in `text` as given."""
    shown = view(text)
    found = _syllables(shown.text)
    if shown.text is text:
        return found
    return [Syllable(*shown.original(one.start, one.end), one.text, one.norm) for one in found]


def _syllables(text: str) -> list[Syllable]:
    found = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    result: list[Syllable] = []
    for index, (start, end, raw) in enumerate(found):
        following = found[index + 1 : index + 3]
        before = found[index - 1][2] if index else ""
        result.append(Syllable(start, end, raw, _spell(raw, before, following)))
    return result


def _spell(raw: str, before: str, following: list[tuple[int, int, str]]) -> str:
    word = nfc(raw)
    lowered = word.lower()
    if not lowered[:1].isalpha():
        return lowered
    unit = PLACE_UNITS.get(lowered)
    if unit and _names_a_place(lowered, following):
        return unit
    after = fold(following[0][2]).lower() if following else ""
    if lowered == "dk" and after in REGISTERED:
        return "đăng ký"  # "dk ket hon"
    if lowered == "tn":
        if fold(before).lower() in HAPPENED or after in ACCIDENT:
            return "tai nạn"
        return "thế nào" if after in ASKING or not after.strip("?!.,;…") else lowered
    return _spell_word(lowered)


@lru_cache(maxsize=8192)
def _spell_word(lowered: str) -> str:
    full = TEENCODE.get(lowered) or ABBREVIATIONS.get(lowered)
    if full:
        return full
    squeezed = _squeeze(lowered)
    if squeezed != lowered:
        full = TEENCODE.get(squeezed)
        if full:
            return full
    return untelex(squeezed) or respell(squeezed)


def _names_a_place(unit: str, following: list[tuple[int, int, str]]) -> bool:
    words = [raw for _start, _end, raw in following]
    if words[:1] == ["."]:
        words = words[1:]
        if unit in ("tp", "tx") and words:
            return True
    return bool(words) and (words[0].isdigit() or words[0][:1].isupper())


def _squeeze(word: str) -> str:
    """Drop letters held down: "quáaaa" → "quá", "đườngggg" → "đường"; "xoong" stays."""
    if not (_LONG_RUN.search(word) or _ends_in_echo(word)):
        return word
    kept: list[str] = []
    for char in word:
        if kept and fold_char(kept[-1]) == fold_char(char):
            if fold_char(kept[-1]) == kept[-1]:
                kept[-1] = char  # keep the letter that carries the mark
            continue
        kept.append(char)
    squeezed = "".join(kept)
    return squeezed if squeezed else word


def _ends_in_echo(word: str) -> bool:
    """Tell "quáa", "vậyy", "nhaa" from "xoong": a doubled end that no syllable has."""
    if len(word) < 3 or fold_char(word[-1]) != fold_char(word[-2]):
        return False
    if is_syllable(word) or not word.isalpha():
        return False
    if word.isascii() and untelex(word) is not None:
        return False
    return is_plain_syllable(word[:-1])


def normalise(text: str) -> Normalised:
    """Return `text` in one spelling: NFC, lower case, tone marks placed, held-down letters dropped,
    teencode, abbreviations and Telex slips written out, white space collapsed.

    For models and look-ups only: never shown to anyone, never stored. Never raises.
    """
    shown = view(text)
    chars: list[str] = []
    offsets: list[tuple[int, int]] = []
    last_end = 0
    for syllable in _syllables(shown.text):
        if chars and syllable.start > last_end:
            chars.append(" ")
            offsets.append((last_end, syllable.start))
        last_end = syllable.end
        _append(syllable, chars, offsets)
    if shown.text is not text:
        offsets = [shown.original(start, end) for start, end in offsets]
    return Normalised("".join(chars), tuple(offsets))


def _append(syllable: Syllable, chars: list[str], offsets: list[tuple[int, int]]) -> None:
    composed = unicodedata.normalize("NFC", syllable.text)
    one_to_one = len(syllable.norm) == len(syllable.text) == len(composed)
    for index, char in enumerate(syllable.norm):
        chars.append(char)
        if one_to_one:
            offsets.append((syllable.start + index, syllable.start + index + 1))
        else:
            offsets.append((syllable.start, syllable.end))
