"""In which other language a message is, and whether it tells of a danger: words in ``data/languages.yaml``."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from feedback_store.reading.words import document
from vitext import fold, has_marks
from vitext.syllables import is_plain_syllable

Language = Literal["en", "zh", "ja", "ko", "other"]
SHARE, FEWEST = 0.45, 3
"""So many of its words must be English, and so many words it must have."""
STRANGE = 0.25
"""So many of its words must be no Vietnamese syllables: "to me on do" may be either."""
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HANGUL = re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")
_OTHER = re.compile(r"[\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f\u1780-\u17ff\u0e80-\u0eff]")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


def language_of(text: str) -> Language | None:
    """The language of a message that is not Vietnamese; None of Vietnamese, and of what may be it."""
    for script, language in ((_KANA, "ja"), (_HANGUL, "ko"), (_HAN, "zh"), (_OTHER, "other")):
        if len(script.findall(text)) >= 2:
            return language  # type: ignore[return-value]
    if has_marks(text):
        return None
    words = _WORD.findall(text.lower())
    if len(words) < FEWEST:
        return None
    english = sum(word in _english() for word in words)
    strange = sum(not is_plain_syllable(fold(word)) for word in words)
    return "en" if english / len(words) >= SHARE and strange / len(words) >= STRANGE else None


_ASKED_HELP = re.compile(r"\b(?:can|could|would|will) (?:you |anyone |somebody |someone |please )+help me\b")
""" "Can you help me?" asks politely; "help me" cries."""


def danger_in(text: str) -> str | None:
    """Kind of the danger that a message in another language tells of, as in ``data/guards.yaml``; None: of none."""
    language = language_of(text)
    lowered = text.lower()
    if language is None or any(_stands(one, lowered) for one in document("languages")["calm"]):
        return None
    lowered = _ASKED_HELP.sub(" ", lowered)
    for kind, words in document("languages")["danger"].items():
        if any(_stands(one, lowered) for one in words):
            return str(kind)
    return None


def wants_person(text: str) -> bool:
    """ "I want to talk to a person please"."""
    lowered = text.lower()
    return any(_stands(one, lowered) for one in document("languages")["person"])


def _stands(words: str, text: str) -> bool:
    if words.isascii():
        return re.search(rf"(?<![a-z]){re.escape(words)}(?![a-z])", text) is not None
    return words in text


@cache
def _english() -> frozenset[str]:
    return frozenset(str(document("languages")["english"]).split())
