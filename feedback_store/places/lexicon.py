"""The words from which a place is read, from ``data/places``: kinds, directions, names that are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from feedback_store.places.names import Word, words_of

FOLDER = Path(__file__).resolve().parents[2] / "data" / "places"


@dataclass(frozen=True, slots=True)
class Phrase:
    keys: tuple[str, ...]
    spelled: tuple[str, ...]
    gaps: tuple[str, ...]
    """What stands before each word but blanks: "/" in "c/c"."""


@dataclass(slots=True)
class Phrases:
    """A set of phrases, found at a word of a text: the longest one."""

    by_first: dict[str, list[Phrase]] = field(default_factory=dict)

    def add(self, text: str) -> None:
        words = words_of(text)
        phrase = Phrase(tuple(one.key for one in words), tuple(one.spelled for one in words),
                        tuple(one.gap.strip() for one in words))  # fmt: skip
        held = self.by_first.setdefault(phrase.keys[0], [])
        if phrase not in held:
            held.append(phrase)
            held.sort(key=lambda one: len(one.keys), reverse=True)

    def at(self, words: Sequence[Word], first: int, marks: bool) -> int:
        """How many words the longest phrase at ``first`` has; 0: none. Its words are parted as in the text."""
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
        if at and word.gap.strip() != phrase.gaps[at]:
            return False
        exact = word.marked or (marks and len(words) == 1)
        if word.spelled != phrase.spelled[at] if exact else word.key != phrase.keys[at]:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Refused:
    """A kind (as it is spelled) that is none beside these phrases."""

    name: str
    phrases: Phrases


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
    soft: Phrases
    """The enders that names often end with: "cây xăng Minh Phát"."""
    units: Phrases
    strong: Phrases
    """The enders that are hardly ever part of a name, without marks neither."""
    streets: Phrases
    families: Phrases
    unnamed: Phrases
    suffixes: Phrases
    stacked: Phrases
    complete: Phrases
    unsure: Phrases
    numbered: Phrases
    """Kinds that a number follows, never a name."""
    crossings: Phrases
    lanes: Phrases
    """Ways inside of a block."""
    distances: Phrases
    """Units of a distance, and what softens one."""
    about: Phrases
    things: Phrases
    """What reports are about: no name goes on with them."""
    closing: Phrases
    """What closes a sentence."""
    where: Phrases
    """After these a place begins, whatever its first word means."""
    placed: Phrases
    """Kinds that are places only after "ở" or a side."""
    houses: Phrases
    """What stands before a house's number."""
    placing: frozenset[str]
    """Words as they are spelled."""
    not_before: dict[str, list[Refused]]
    not_after: dict[str, list[Refused]]
    """By the folded words of the kind."""


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
    refused: dict[str, dict[str, list[Refused]]] = {"not_before": {}, "not_after": {}}
    for side, held in refused.items():
        for kind, words in document[side].items():
            named = words_of(kind)
            entry = Refused(" ".join(one.spelled for one in named), _phrases(str(words).split(", ")))
            held.setdefault(" ".join(one.key for one in named), []).append(entry)
    lists = ("ways", "quarters", "buildings", "landmarks", "modifiers", "directions", "joins", "prepositions",
             "unnamed", "units", "suffixes", "crossings", "numbered", "stacked",
             "unsure", "complete", "lanes", "houses", "distances", "about", "things", "closing", "placed", "where")
    made: dict[str, Any] = {name: _phrases(document[name]) for name in lists}
    return Lexicon(
        **made,
        enders=_phrases([*" ".join(_text("enders.txt")).split(), *document["closers"]]),
        soft=_phrases(" ".join(document["soft"]).split()),
        strong=_phrases([*(_text("enders.txt")[0] + " " + _text("enders.txt")[1]).split(), *document["closers"]]),
        streets=_phrases(name for line in _text("streets.txt") for name in line.split(";")),
        families=_phrases(" ".join(_text("families.txt")).split()),
        placing=frozenset(document["placing"]),
        not_before=refused["not_before"],
        not_after=refused["not_after"],
    )
