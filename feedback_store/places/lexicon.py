"""The words from which a place is read, from ``data/places``: kinds, directions, names that are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from feedback_store.places.names import Word, words_of

FOLDER = Path(__file__).resolve().parents[2] / "data" / "places"


@dataclass(frozen=True, slots=True)
class Phrase:
    keys: tuple[str, ...]
    spelled: tuple[str, ...]


@dataclass(slots=True)
class Phrases:
    """A set of phrases, found at a word of a text: the longest one."""

    by_first: dict[str, list[Phrase]] = field(default_factory=dict)

    def add(self, text: str) -> None:
        words = words_of(text)
        phrase = Phrase(tuple(one.key for one in words), tuple(one.spelled for one in words))
        held = self.by_first.setdefault(phrase.keys[0], [])
        if phrase not in held:
            held.append(phrase)
            held.sort(key=lambda one: len(one.keys), reverse=True)

    def at(self, words: Sequence[Word], first: int, marks: bool) -> int:
        """How many words the longest phrase at ``first`` has; 0: none. Its words are parted by blanks alone."""
        for phrase in self.by_first.get(words[first].key, ()) if first < len(words) else ():
            end = first + len(phrase.keys)
            if end <= len(words) and _same(words[first:end], phrase, marks):
                return len(phrase.keys)
        return 0

    def every(self, words: Sequence[Word], first: int, marks: bool) -> list[int]:
        """Lengths of all phrases at ``first``, the longest first."""
        held = self.by_first.get(words[first].key, ()) if first < len(words) else ()
        ends = ((first + len(phrase.keys), phrase) for phrase in held)
        return [end - first for end, phrase in ends if end <= len(words) and _same(words[first:end], phrase, marks)]


def _same(words: Sequence[Word], phrase: Phrase, marks: bool) -> bool:
    for at, word in enumerate(words):
        if at and word.gap.strip():
            return False
        if word.spelled != phrase.spelled[at] if (marks or word.marked) else word.key != phrase.keys[at]:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Lexicon:
    ways: Phrases
    quarters: Phrases
    buildings: Phrases
    landmarks: Phrases
    modifiers: Phrases
    directions: Phrases
    joins: Phrases
    prepositions: Phrases
    enders: Phrases
    streets: Phrases
    families: Phrases
    not_before: dict[str, Phrases]
    not_after: dict[str, Phrases]


def _phrases(lines: Iterable[str]) -> Phrases:
    made = Phrases()
    for line in lines:
        for phrase in line.split("|"):
            if phrase.strip():
                made.add(phrase.strip())
    return made


def _text(name: str) -> list[str]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def lexicon() -> Lexicon:
    """Read once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load((FOLDER / "words.yaml").read_text(encoding="utf-8"), Loader=loader)
    refused = {
        side: {kind: _phrases(str(words).split(", ")) for kind, words in document[side].items()}
        for side in ("not_before", "not_after")
    }
    lists = ("ways", "quarters", "buildings", "landmarks", "modifiers", "directions", "joins", "prepositions")
    return Lexicon(
        **{name: _phrases(document[name]) for name in lists},
        enders=_phrases(" ".join(_text("enders.txt")).split()),
        streets=_phrases(name for line in _text("streets.txt") for name in line.split(";")),
        families=_phrases(" ".join(_text("families.txt")).split()),
        **refused,
    )
