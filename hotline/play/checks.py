"""What scripted conversations are compared by: strings without case, marks only where they are written, counts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vitext import fold, has_marks


@dataclass(frozen=True)
class Outcome:
    """One check: where it stands, what was wanted, whether it held, and what there was instead."""

    where: str
    wanted: str
    held: bool
    instead: str = ""


def same(wanted: str, text: str) -> bool:
    """Whether a string stands in a text: NFC, lower case, single spaces; without marks where it has none."""
    one, other = plain(wanted), plain(text)
    return one in other if has_marks(one) else fold(one) in fold(other)


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


def counted(wanted: int | str, there: int) -> bool:
    if isinstance(wanted, str):
        return there >= int(wanted[2:])
    return there == wanted


def all_lists(where: str, lists: Sequence[Sequence[str]], text: str) -> Iterator[Outcome]:
    """Of each inner list one string stands in the text."""
    for one in lists:
        held = any(same(string, text) for string in one)
        yield Outcome(where, " | ".join(one), held, "" if held else text)


def no_strings(where: str, strings: Sequence[str], text: str) -> Iterator[Outcome]:
    for one in strings:
        held = not same(one, text)
        yield Outcome(where, f"not {one}", held, "" if held else text)


def turn_outcomes(where: str, checks: Mapping[str, Any], said: Said) -> Iterator[Outcome]:
    """The checks of one turn against what came of it."""
    replies, shown = "\n".join(said.texts), "\n".join([*said.texts, *said.buttons])
    first = said.texts[0].split("\n")[0] if said.texts else ""
    texts = {"reply_all": replies, "first_all": first, "shown_all": shown, "reply_none": replies, "shown_none": shown}
    for key, wanted in checks.items():
        at = f"{where}: {key}"
        if key in ("reply_all", "first_all", "shown_all"):
            yield from all_lists(at, wanted, texts[key])
        elif key in ("reply_none", "shown_none"):
            yield from no_strings(at, wanted, texts[key])
        elif key == "intent_any":
            yield Outcome(at, " | ".join(wanted), said.intent in wanted, str(said.intent))
        elif key == "buttons_any":
            held = any(plain(one) == plain(label) for one in wanted for label in said.buttons)
            yield Outcome(at, " | ".join(wanted), held, ", ".join(said.buttons))
        elif key == "asks":
            yield Outcome(at, wanted, said.asks == wanted, said.asks)
        elif key == "asks_any":
            yield Outcome(at, " | ".join(wanted), said.asks in wanted, said.asks)
        elif key == "asks_none":
            for one in wanted:
                yield Outcome(at, f"not {one}", said.asks != one, said.asks)
        else:
            yield Outcome(at, str(wanted), counted(wanted, said.tickets), str(said.tickets))


@dataclass
class Said:
    """What came of a turn: its own replies in their order, the buttons shown, the route or guard, the question that is
    open after it, the tickets filed so far."""

    texts: list[str]
    buttons: list[str]
    intent: str | None = None
    asks: str = "none"
    tickets: int = 0
