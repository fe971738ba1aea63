"""What of a message is the matter of a report: without greetings, the writer's name and number, and the wish to stay
unnamed, each of which has its own place. Words in ``data/content.yaml``; names as ``persons.masking`` finds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from feedback_store.persons.masking import personal
from feedback_store.reading.phones import phones_in
from feedback_store.reading.words import document
from vitext import clauses, fold, has_marks, nfc

NAMELESS_LONGEST = 16
"""Words of a clause that may be dropped for its wish to stay unnamed; a longer one tells something, too."""
_LEADING = re.compile(
    r"(?:[\s,.;:(-]|\b(?:sdt|so dien thoai|so dt|dien thoai|dt|so may|so|lien he|lh|goi(?: lai| cho)?|zalo|cua|toi"
    r"|em|tui|minh|chau|bac|e|la|qua|theo|voi|nhe|co gi|can gi|thi|xin|de lai|cho|duoc|so cua)\b)+$"
)
_TRAILING = re.compile(
    r"^(?:[\s,.;:)!-]|\b(?:nhe|nha|a|la so (?:cua )?(?:toi|em|minh|chau|tui)|goi (?:cho )?(?:toi|em|minh)|day)\b)+"
)
_INTRODUCING = 8
"""Words before a name that introduce it; of a clause with more the name alone is cut."""
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Content:
    """``text``: what is left, as it was typed; ``name``: the writer's own; ``nameless``: they want to stay unnamed."""

    text: str
    name: str | None = None
    nameless: bool = False


def _wants_no_name(clause: str, plain: str) -> bool:
    """Whether a clause asks for no name; read from marks where they are written: "bị mất hở hoác" is no "bí mật hộ"."""
    found = [match for one in _forms("nameless") if (match := one.search(plain))]
    if has_marks(clause):
        found = [one for one in found if "bi mat" not in one.group() or "bí mật" in clause.lower()]
    return bool(found)


def content(text: str, *, own_number: bool) -> Content:
    """The matter in a message. ``own_number``: the telephone numbers in it are the writer's and stand elsewhere."""
    text = nfc(text).strip()
    plain = fold(text)
    if len(plain) != len(text):  # a letter of another script; nothing is cut that cannot be placed
        return Content(text)
    drop = list(_openings(text.lower(), plain)) + list(_closings(plain)) + list(_particles(text.lower()))
    nameless = False
    for start, end in clauses(text):
        words = len(_WORDS.findall(plain[start:end]))
        if words <= NAMELESS_LONGEST and _wants_no_name(text[start:end], plain[start:end]):
            nameless = True
            drop.append((start, end))
        elif any(one.search(plain[start:end]) for one in _forms("anxious")):
            drop.append((start, end))
    name, introduced = _name(text)
    drop += introduced
    if own_number:
        drop += _numbers(text, plain)
    left = _without(text, drop)
    return Content(left if _WORDS.search(left) else "", name, nameless)


def _openings(lowered: str, plain: str) -> Iterator[tuple[int, int]]:
    """What opens the message, one phrase after the other; never all of it."""
    at = 0
    while True:
        found = _forms("sounds")[0].match(lowered, at) or next(
            (one for form in _forms("opening") if (one := form.match(plain, at)) is not None), None
        )
        if found is None or found.end() == at or len(_WORDS.findall(plain[found.end() :])) < 2:
            break
        at = found.end()
    if at:
        yield 0, at


def _closings(plain: str) -> Iterator[tuple[int, int]]:
    end = len(plain)
    while True:
        found = next((one for form in _forms("closing") if (one := form.search(plain, 0, end)) is not None), None)
        if found is None or found.start() == 0:
            break
        end = found.start()
    if end < len(plain):
        yield end, len(plain)


def _particles(lowered: str) -> Iterator[tuple[int, int]]:
    found = _forms("particles_marked" if has_marks(lowered) else "particles")[0].search(lowered)
    if found is not None and len(_WORDS.findall(lowered[: found.start()])) > 1:
        yield found.span()


def _name(text: str) -> tuple[str | None, list[tuple[int, int]]]:
    """The writer's name, with the words that introduce it."""
    for one in personal(text):
        if one.kind != "name":
            continue
        start = next((a for a, b in clauses(text) if a <= one.start < b), one.start)
        before = text[start : one.start]
        cut = start if len(_WORDS.findall(before)) <= _INTRODUCING else one.start
        return text[one.start : one.end], [(cut, one.end)]
    return None, []


def _numbers(text: str, plain: str) -> list[tuple[int, int]]:
    spans = []
    for phone in phones_in(text):
        before = _LEADING.search(plain[: phone.start])
        after = _TRAILING.match(plain[phone.end :])
        spans.append((before.start() if before else phone.start, phone.end + (after.end() if after else 0)))
    return spans


def _without(text: str, drop: Sequence[tuple[int, int]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in sorted(drop):
        if start > at:
            pieces.append(text[at:start])
        at = max(at, end)
    pieces.append(text[at:])
    kept = [piece.strip(" \t,;:-") for piece in pieces]
    kept = [piece.lstrip(" .!") for piece in kept if _WORDS.search(piece)]
    joined = ""
    for piece in kept:
        link = "" if not joined else " " if joined.endswith((".", "!", "?", "\n")) else ", "
        joined += link + piece
    return joined.strip()


@cache
def _forms(name: str) -> tuple[re.Pattern[str], ...]:
    given = document("content")
    listed = given[name] if isinstance(given[name], list) else [given[name]]
    filled = (one.replace("{who}", given["who"]).replace("{hotline}", given["hotline"]) for one in listed)
    return tuple(re.compile(one) for one in filled)
