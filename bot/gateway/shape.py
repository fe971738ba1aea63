"""Messages that are answered for their shape, whatever they say: before Rasa, and while it is down (decision 8)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from feedback_store.reading.assent import says_yes
from feedback_store.texts import render
from vitext import has_letters

LONGEST = 4000
"""Characters; what the engine takes at most."""

Shape = Literal["empty", "no_letters", "upset", "too_long", "slash", "binary"]
_COMMAND = re.compile(r"\s*/[A-Za-z_]+\w*\s*(?:\{|@|$)|\s*/(?:start|help|restart|stop|session_start|back|settings)\b")
_JUNK = frozenset({"Cc", "Co", "Cn", "Cs"})
_JUNK_SHARE = 0.05
_UPSET = frozenset("😡😠🤬👿💢😤😞😔😢😭😣😩😫🥺😖")
_SIGNS = frozenset("?!.…")
_ALLOWED_CONTROLS = frozenset("\t\n\r")


@dataclass(frozen=True, slots=True)
class Shaped:
    """Which shape it is, and what to say."""

    name: Shape
    text: str


def check_shape(text: str) -> Shaped | None:
    """The shape that keeps a message from the engine, or None. Numbers alone pass: they may be a phone or an answer."""
    name = _shape(text)
    if name is None:
        return None
    return Shaped(name, render(f"guards.{name}", limit=f"{LONGEST:,}".replace(",", ".")))


def _shape(text: str) -> Shape | None:
    if len(text) > LONGEST:
        return "binary" if _is_binary(text[:LONGEST]) else "too_long"
    if _is_binary(text):
        return "binary"
    if not _visible(text):
        return "empty"
    if _COMMAND.match(text):
        return "slash"
    if not has_letters(text) and not any(char.isdecimal() for char in text):
        if not _UPSET.isdisjoint(text):
            return "upset"
        # 👍 may answer the question that is open, "???" is about it
        return None if says_yes(text) or not _SIGNS.isdisjoint(text) else "no_letters"
    return None


def _visible(text: str) -> bool:
    return any(not char.isspace() and unicodedata.category(char) != "Cf" for char in text)


def _is_binary(text: str) -> bool:
    """Bytes that were no text: a NUL or half a character at all, or many signs that nobody types."""
    if not text:
        return False
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        return True
    junk = sum(
        char == "\ufffd" or (char not in _ALLOWED_CONTROLS and unicodedata.category(char) in _JUNK) for char in text
    )
    return junk > max(1, len(text) * _JUNK_SHARE)
