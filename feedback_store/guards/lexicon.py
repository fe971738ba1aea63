"""Phrases found in what citizens type: marks dropped, one letter slipped, words run together.

Pure: standard library and ``vitext``. The phrases themselves are data (``data/guards.yaml``).

A phrase is words with spaces between: ``a|b`` one of several, ``x?`` may be missing, ``*`` up to two words
between, ``**`` up to five, ``<name>`` a named group of words, ``=x`` only with all its marks. A gap goes over the end
of a sentence where two words run up to it or on after it, or where the whole phrase is written with its marks.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from vitext import ends_sentence, fold, righted, syllables, view
from vitext.letters import fold_char, split_tone
from vitext.normalise import Syllable
from vitext.syllables import is_plain_syllable

_GAPS = {"*": 2, "**": 5}
_HOOK, _TILDE = "\u0309", "\u0303"
_JOINED_AT_LEAST = 5
_SLIPS_FROM = 3


class Word(NamedTuple):
    """One word of a message: its spelling, without marks, what it may be when it is no word, and whether a sentence
    begins with it."""

    norm: str
    folded: str
    guesses: frozenset[str]
    begins: bool = False

    def blank(self) -> Word:
        """A word in its place that no phrase holds."""
        return Word("", "", frozenset(), self.begins)


@dataclass(frozen=True, slots=True)
class _Element:
    """One place of a phrase: the words allowed there, by their folded form; or a gap.

    ``far``: a gap that goes over the end of a sentence."""

    words: Mapping[str, tuple[str, ...]]
    gap: int = 0
    optional: bool = False
    exact: bool = False
    far: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """A compiled phrase; the same words compiled twice are two."""

    elements: tuple[_Element, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that stands in words[start:end]."""

    phrase: Phrase
    start: int
    end: int


def compile_phrase(source: str, groups: Mapping[str, str]) -> Phrase:
    """Read one phrase. Raises ValueError when it could match at any word, or names no group."""
    elements: list[_Element] = []
    for part in source.split():
        if part in _GAPS:
            elements.append(_Element({}, gap=_GAPS[part]))
            continue
        exact, optional = part.startswith("="), part.endswith("?")
        words: dict[str, tuple[str, ...]] = {}
        for word in part.removeprefix("=").removesuffix("?").split("|"):
            if word.startswith("<"):
                if word[1:-1] not in groups:
                    raise ValueError(f"phrase {source!r}: no group {word}")
                members = groups[word[1:-1]].split()
            else:
                members = [word]
            for member in members:
                key = fold(member)
                words[key] = (*words.get(key, ()), member.lower())
        elements.append(_Element(words, optional=optional, exact=exact))
    elements = [replace(one, far=bool(one.gap) and _is_far(elements, at)) for at, one in enumerate(elements)]
    if not elements or not elements[0].words or elements[0].optional:
        raise ValueError(f"phrase {source!r} does not begin with a word")
    return Phrase(tuple(elements), source)


def _is_far(elements: Sequence[_Element], gap: int) -> bool:
    """Whether two words run up to the gap, or on after it: one and one are too easily read into a text."""
    sides = (takewhile(lambda one: not one.gap, side) for side in (reversed(elements[:gap]), elements[gap + 1 :]))
    return any(sum(not one.optional for one in side) >= 2 for side in sides)


@lru_cache(maxsize=16384)
def may_be(written: str, word: str) -> bool:
    """Whether ``written`` is ``word`` with some or all of its marks left out (hỏi and ngã are one)."""
    if written == word:
        return True
    base, tone = split_tone(written)
    wanted, wanted_tone = split_tone(word)
    if tone and _tone(tone) != _tone(wanted_tone):
        return False
    return len(base) == len(wanted) and all(
        one in (other, fold_char(other)) for one, other in zip(base, wanted, strict=True)
    )


def _tone(mark: str) -> str:
    return _HOOK if mark == _TILDE else mark


class Lexicon:
    """Knows every word of its phrases, reads messages with them and finds the phrases."""

    def __init__(self, phrases: Iterable[Phrase], extra_words: Iterable[str] = ()) -> None:
        self.known: set[str] = {fold(word) for word in extra_words}
        self._starts: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            for element in phrase.elements:
                self.known.update(element.words)
            for key in phrase.elements[0].words:
                self._starts.setdefault(key, []).append(phrase)
        self._slips = _slips(self.known)
        self._cache: dict[str, tuple[Word, ...]] = {}

    def read(self, text: str) -> list[Word]:
        """The words of a message. Of its signs only those that end a sentence count."""
        words: list[Word] = []
        text = view(righted(text)).text
        last: Syllable | None = None
        for syllable in syllables(text):
            if not syllable.norm[:1].isalnum():
                continue
            begins = last is not None and ends_sentence(last.text, text[last.end : syllable.start])
            last = syllable
            cached = self._cache.get(syllable.norm)
            if cached is None:
                cached = tuple(self._words_of(syllable.norm))
                if len(self._cache) < 8192:
                    self._cache[syllable.norm] = cached
            words.extend((cached[0]._replace(begins=True), *cached[1:]) if begins else cached)
        return words

    def _words_of(self, norm: str) -> Iterator[Word]:
        for written in norm.split():
            folded = fold(written)
            if folded in self.known or is_plain_syllable(folded) or not folded.isalpha():
                yield Word(written, folded, frozenset())
                continue
            halves = self._halves(folded)
            if halves:
                yield from (Word(half, half, frozenset()) for half in halves)
            else:
                yield Word(written, folded, self._slips.get(folded, frozenset()))

    def _halves(self, folded: str) -> tuple[str, str] | None:
        if len(folded) < _JOINED_AT_LEAST:
            return None
        for at in range(2, len(folded) - 1):
            if folded[:at] in self.known and folded[at:] in self.known:
                return folded[:at], folded[at:]
        return None

    def find(self, words: Sequence[Word]) -> list[Found]:
        """Every phrase at every place, in order of its start."""
        found: list[Found] = []
        many = any(word.begins for word in words)
        for at, word in enumerate(words):
            for key in (word.folded, *word.guesses):
                for phrase in self._starts.get(key, ()):
                    end = _match(phrase.elements, 0, words, at)
                    if end is None and many:
                        end = _match(phrase.elements, 0, words, at, sure=True)
                    if end is not None:
                        found.append(Found(phrase, at, end))
        return found


def _match(
    elements: Sequence[_Element], index: int, words: Sequence[Word], at: int, sure: bool = False
) -> int | None:
    """Where the phrase ends. ``sure``: over ends of sentences, but only by words written with all their marks."""
    if index == len(elements):
        return at
    element = elements[index]
    if element.gap:
        for skipped in range(element.gap + 1):
            if at + skipped > len(words):
                return None
            # Over a comma it goes on: emergencies name what happened and to whom on its two sides.
            if not (sure or element.far) and at + skipped < len(words) and words[at + skipped].begins:
                return at if _may_end(elements[index:]) else None
            end = _match(elements, index + 1, words, at + skipped, sure)
            if end is not None:
                return end
        return None
    if at < len(words) and _fits(element, words[at], sure):
        end = _match(elements, index + 1, words, at + 1, sure)
        if end is not None:
            return end
    return _match(elements, index + 1, words, at, sure) if element.optional else None


def _may_end(rest: Sequence[_Element]) -> bool:
    return all(element.gap or element.optional for element in rest)


def _fits(element: _Element, word: Word, sure: bool = False) -> bool:
    exact = sure or element.exact
    for wanted in element.words.get(word.folded, ()):
        if word.norm == wanted or (not exact and may_be(word.norm, wanted)):
            return True
    return not exact and any(guess in element.words for guess in word.guesses)


def _slips(known: set[str]) -> dict[str, frozenset[str]]:
    """Every misspelling by one letter (dropped, added, changed, swapped) of the known words."""
    slips: dict[str, set[str]] = {}
    for word in known:
        if len(word) < _SLIPS_FROM or not word.isalpha():
            continue
        for slip in _one_letter_off(word):
            if slip not in known and not is_plain_syllable(slip):
                slips.setdefault(slip, set()).add(word)
    return {slip: frozenset(words) for slip, words in slips.items()}


def _one_letter_off(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in string.ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
