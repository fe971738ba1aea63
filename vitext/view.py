"""One view of a text for whatever matches in it: as a reader sees it, with the map back to what was typed.

Marks that show nothing, letters of other scripts that look like Latin ones, styled and full-width letters, odd
blanks and dashes would hide a word from a search; here they are gone or plain. The original is what is kept.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from vitext.letters import fold_char

# Nothing of these is seen: joiners, fillers, variation selectors, keycaps, and everything of category Cf.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u20e3\u20dd\u20de\u20df\u20e0"
    + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
_BLANKS = frozenset("\u00a0\u1680\u2028\u2029\u2800")
_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u02d7\u30fc\ufe58\ufe63\uff0d\u2500\u058a\u1806")
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u02b9": "'", "\u2032": "'", "\uff07": "'", "\u00b4": "'",
           "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"'}  # fmt: skip
# Styled letters without a compatibility form: small capitals, negative circles and squares, regional indicators.
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True))
_STYLED = {
    **_SMALL_CAPITALS,
    **{chr(first + n): chr(65 + n) for first in (0x1F150, 0x1F170, 0x1F1E6) for n in range(26)},
    "ð": "đ", "Ð": "Đ", "Ɖ": "Đ", "ɖ": "đ", "ƌ": "đ", "ɗ": "đ", "ı": "i", "ȷ": "j", "ℓ": "l", "ɡ": "g", "ɑ": "a",
}  # fmt: skip
# Letters of other scripts that are drawn as Latin ones: Cyrillic, Greek, Armenian, by code point.
_TWIN_RUNS = (
    "0405:SIJ 0410:A 0412:B 0415:E 041A:K 041C:MHO 0420:PCTY 0425:X 0430:a 0435:e 043A:k 043C:m 043D:hon "
    "0440:pcty 0445:x 0455:sij 0475:v 04BA:Hh 04CF:l 0500:Dd 050C:G 051A:QqWw 0391:AB 0395:EZH 0399:IK "
    "039C:MN 039F:O 03A1:P 03A4:TY 03A7:X 03B1:a 03B3:y 03B5:e 03B7:n 03B9:ik 03BD:v 03BF:o 03C1:p 03C4:tu "
    "03C7:x 03C9:w 0555:O 054D:U 0585:o 057D:u 0570:h 0578:n 0581:g "
)
_TWINS = {
    chr(code): latin
    for first, letters in (run.split(":") for run in _TWIN_RUNS.split())
    for code, latin in enumerate(letters, int(first, 16))
}
_PLAIN = re.compile(
    "[\\x00-\\x7e\\u00c0-\\u00cf\\u00d1-\\u00ef\\u00f1-\\u0111\\u0128\\u0129\\u0168\\u0169"
    "\\u01a0\\u01a1\\u01af\\u01b0\\u1ea0-\\u1ef9]*"
)
"""What every view shows as it is: ASCII and the letters of Vietnamese, composed."""
_SPACED_OUT = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]){3,}[^\W\d_](?!\w)")


@dataclass(frozen=True, slots=True)
class View:
    """``text`` is in NFC; ``spans[i]`` is the (start, end) of its character i in the original."""

    text: str
    spans: tuple[tuple[int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in the original; an empty piece is an empty place."""
        if start >= end:
            at = self.spans[start][0] if start < len(self.spans) else self.spans[-1][1] if self.spans else 0
            return at, at
        return self.spans[start][0], self.spans[end - 1][1]


def view(text: str) -> View:
    """The view of ``text``. Never raises; one character gives at most 18. A text that is plain already is kept."""
    if _PLAIN.fullmatch(text) and not _SPACED_OUT.search(text):
        return View(text, tuple((at, at + 1) for at in range(len(text))))
    chars: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, end, cluster in _clusters(_seen(text)):
        for char in _plain(cluster):
            chars.append(char)
            spans.append((start, end))
    return _closed("".join(chars), spans)


def _seen(text: str) -> list[tuple[int, str]]:
    """The characters that show, with their places; look-alikes of Latin letters are Latin ones."""
    seen = [
        (at, _STYLED.get(char, char))
        for at, char in enumerate(text)
        if char not in _UNSEEN and (unicodedata.category(char) != "Cf" or char in _DASHES)
    ]
    if not any(char in _TWINS for _, char in seen):
        return seen
    found: list[tuple[int, str]] = []
    for word, part in groupby(seen, key=lambda one: one[1].isalpha() or bool(unicodedata.combining(one[1]))):
        letters = list(part)
        foreign = any(char.isalpha() and not (char in _TWINS or _is_latin(char)) for _, char in letters)
        found += letters if foreign or not word else [(at, _TWINS.get(char, char)) for at, char in letters]
    return found


def _is_latin(char: str) -> bool:
    return unicodedata.name(unicodedata.normalize("NFKD", char)[:1] or char, "").startswith("LATIN")


def _clusters(seen: list[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """Each character with the marks that belong to it: (start, end, characters)."""
    start, end, cluster = 0, 0, ""
    for at, char in seen:
        if cluster and unicodedata.combining(char):
            end, cluster = at + 1, cluster + char
            continue
        if cluster:
            yield start, end, cluster
        start, end, cluster = at, at + 1, char
    if cluster:
        yield start, end, cluster


def _plain(cluster: str) -> str:
    first = cluster[0]
    if len(cluster) == 1:
        if first.isascii():
            return first
        if first in _DASHES:
            return "-"
        if first in _BLANKS:
            return " "
        if first in _QUOTES:
            return _QUOTES[first]
        if first.isdecimal():
            return str(unicodedata.decimal(first))
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", cluster)).replace("\u2044", "/")


def _closed(text: str, spans: list[tuple[int, int]]) -> View:
    """Words whose letters stand apart ("c h á y") are closed; single vowels are words of their own ("ổ ổ ổ ổ")."""
    gone = {
        at
        for run in _SPACED_OUT.finditer(text)
        if any(fold_char(char) not in "aeiouy" for char in run.group()[::2])
        for at in range(run.start() + 1, run.end(), 2)
    }  # fmt: skip
    if not gone:
        return View(text, tuple(spans))
    kept = [at for at in range(len(text)) if at not in gone]
    return View("".join(text[at] for at in kept), tuple(spans[at] for at in kept))
