"""Where in a text a place is named, from its first word to its last: the reader of addresses.

A place is a chain of parts: house numbers, ways, quarters, buildings, landmarks, units of administration, each with
the side it is meant from ("trước cổng", "đối diện"). What a name is and where it ends is judged by what is known of
names (``data/places``), by capitals where the writer used them, and by the words that cannot be part of one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from feedback_store.places.lexicon import Lexicon, Phrases, lexicon
from feedback_store.places.names import Word, words_of

Kind = Literal["house", "way", "quarter", "building", "landmark", "name", "unit"]

_BREAK = re.compile(r"[.;!?\n]")
_COMMA = re.compile(r"[,()\-–/+]")
_LETTERS = re.compile(r"[a-zđ]{1,3}", re.IGNORECASE)
_ROMAN = re.compile(r"[IVX]{1,5}")
SURE_NAME = 3.0
"""A name without anything before it that tells of a place."""
LIKELY_NAME = 1.0
LONGEST_NAME = 6


@dataclass(frozen=True, slots=True)
class Part:
    """Words ``first`` to ``last``. ``weight``: how surely they name a place by themselves."""

    kind: Kind
    first: int
    last: int
    weight: float


@dataclass(frozen=True, slots=True)
class Span:
    """text[start:end] names a place; ``parts`` of it in their order."""

    start: int
    end: int
    parts: tuple[Part, ...]

    @property
    def weight(self) -> float:
        return sum(part.weight for part in self.parts)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(part.kind for part in self.parts)


@dataclass(frozen=True, slots=True)
class UnitAt:
    """A unit of administration that the gazetteer found: words ``first`` to ``last``."""

    first: int
    last: int
    kinded: bool


def spans_of(text: str, units: Sequence[UnitAt] = (), words: Sequence[Word] | None = None) -> list[Span]:
    """Places in the order of the text. ``units``: what the gazetteer found among ``words_of(text)``."""
    return _Reader(text, list(words) if words is not None else words_of(text), units).spans()


class _Reader:
    def __init__(self, text: str, words: list[Word], units: Sequence[UnitAt]) -> None:
        self.text, self.words, self.lex = text, words, lexicon()
        letters = [one for one in words if not one.raw.isdecimal()]
        self.marks = sum(one.marked for one in letters) * 4 > len(letters)
        shouted = sum(one.raw.isupper() for one in letters) * 2 > len(letters)
        inner = [one for at, one in enumerate(words) if at and not _BREAK.search(one.gap) and len(one.raw) > 1]
        self.cased = not shouted and any(one.titled and not one.raw.isupper() for one in inner)
        self.units: dict[int, UnitAt] = {}
        for unit in units:
            held = self.units.get(unit.first)
            if held is None or (unit.kinded, unit.last) > (held.kinded, held.last):
                self.units[unit.first] = unit

    def spans(self) -> list[Span]:
        parts: list[Part] = []
        at = 0
        while at < len(self.words):
            part = self.part(at, bool(parts) and self.joined(parts[-1].last, at))
            if part is None:
                at += 1
            else:
                parts.append(part)
                at = part.last + 1
        chains: list[list[Part]] = []
        for part in parts:
            if chains and self.joined(chains[-1][-1].last, part.first):
                chains[-1].append(part)
            else:
                chains.append([part])
        return [
            Span(self.words[chain[0].first].start, self.words[chain[-1].last].end, tuple(chain))
            for chain in chains if sum(part.weight for part in chain) >= 1
        ]  # fmt: skip

    # Parts

    def part(self, at: int, following: bool) -> Part | None:
        """The part of a place that begins with a word. ``following``: right after another part."""
        length = self.lex.directions.at(self.words, at, self.marks)
        if length and not self._refused(at, length):
            inner = self._bare(at + length, True)
            if inner is not None and not self._gap_breaks(at + length):
                return Part(inner.kind, at, inner.last, inner.weight + 1)
        return self._bare(at, following or self._after_preposition(at))

    def _bare(self, at: int, expected: bool) -> Part | None:
        if at >= len(self.words):
            return None
        return (
            self._unit(at, expected) or self._house(at, expected) or self._way(at) or self._quarter(at)
            or self._building(at, expected) or self._landmark(at, expected) or self._known(at, expected)
        )  # fmt: skip

    def _unit(self, at: int, expected: bool) -> Part | None:
        unit = self.units.get(at)
        if unit is None or not (unit.kinded or expected):
            return None
        return Part("unit", at, unit.last, 2 if unit.kinded else 1)

    def _house(self, at: int, expected: bool) -> Part | None:
        """ "số 5 Tô Hiệu", "12/3A/7", "K12/H3/5 Trần Phú"; a number alone counts only before a name or a way."""
        first, said = at, self._word(at, "số") or self._word(at, "sn")
        if said and self._refused(at, 1):
            return None
        if said:
            at += 1
            at += self._word(at, "nhà")
        elif self._word(at, "nhà") and self._word(at + 1, "số"):
            at, said = at + 2, True
        last = self._number(at)
        if last is None or self._gap_breaks(at, first):
            return None
        name = self._name(last + 1) if not self._gap_breaks(last + 1) else None
        if name is not None and name[1] >= LIKELY_NAME:
            return Part("house", first, name[0], 2)
        if said:
            return Part("house", first, last, 2)
        if not self._gap_breaks(last + 1) and self._head_at(last + 1):
            return Part("house", first, last, 1)
        return Part("house", first, last, 1) if "/" in self._raw(at, last) and expected else None

    def _way(self, at: int) -> Part | None:
        for length in self.lex.ways.every(self.words, at, self.marks):
            if self._refused(at, length) or self._gap_breaks(at + length):
                continue
            after = at + length
            after += self._word(after, "số")
            number = self._number(after)
            if number is not None:
                name = self._name(number + 1) if not self._gap_breaks(number + 1) else None
                known = name is not None and name[1] >= SURE_NAME - 1
                return Part("way", at, name[0] if known and name else number, 2)
            name = self._name(after, loose=True)
            if name is not None and name[1] >= LIKELY_NAME:
                return Part("way", at, name[0], 2)
        return None

    def _quarter(self, at: int) -> Part | None:
        for length in self.lex.quarters.every(self.words, at, self.marks):
            if self._refused(at, length) or self._gap_breaks(at + length):
                continue
            after = at + length
            after += self._word(after, "số")
            last = self._number(after, letters=True)
            if last is not None:
                return Part("quarter", at, last, 2)
            name = self._name(after)
            if name is not None and name[1] >= LIKELY_NAME:
                return Part("quarter", at, name[0], 2)
        return None

    def _building(self, at: int, expected: bool) -> Part | None:
        for length in self.lex.buildings.every(self.words, at, self.marks):
            if self._refused(at, length) or self._gap_breaks(at + length):
                continue
            after = at + length
            after += self._word(after, "số")
            last = self._number(after, letters=True)
            name = None if last is not None else self._name(after)
            if last is not None:
                return Part("building", at, last, 1 if expected else 0.9)
            if name is not None and name[1] >= LIKELY_NAME + 0.5:
                return Part("building", at, name[0], 1.5)
        return None

    def _landmark(self, at: int, expected: bool) -> Part | None:
        for length in self.lex.landmarks.every(self.words, at, self.marks):
            if self._refused(at, length):
                continue
            after = at + length
            while not self._gap_breaks(after) and (more := self.lex.modifiers.at(self.words, after, self.marks)):
                if (named := self._name(after)) is not None and named[1] >= SURE_NAME + 1:
                    break
                after += more
            if self._gap_breaks(after):
                return Part("landmark", at, after - 1, 0.5 if not expected else 0.9)
            number = self._number(after + self._word(after, "số"))
            name = self._name(after, loose=True)
            if name is not None and name[1] >= LIKELY_NAME:
                return Part("landmark", at, self._crossing(name[0]), 2)
            if number is not None and not self._counts(number):
                return Part("landmark", at, number, 1)
            return Part("landmark", at, after - 1, 0.5 if not expected else 0.9)
        return None

    def _crossing(self, last: int) -> int:
        """ "ngã tư A – B": the end of the other name."""
        if last + 1 < len(self.words) and self.words[last + 1].gap.strip() in ("-", "–", "/"):
            other = self._name(last + 1)
            if other is not None and other[1] >= LIKELY_NAME:
                return other[0]
        return last

    def _known(self, at: int, expected: bool) -> Part | None:
        """A name that is known, after "ở" or where capitals tell that it is one."""
        name = self._name(at)
        if name is None or name[1] < SURE_NAME + (0 if expected else 2):
            return None
        titled = self.cased and all(one.titled for one in self.words[at : name[0] + 1])
        if not expected and not titled:
            return None
        return Part("name", at, name[0], 1)

    # Words

    def _word(self, at: int, spelled: str) -> int:
        """1 if this word stands there, else 0."""
        if at >= len(self.words):
            return 0
        word = self.words[at]
        if self.marks or word.marked:
            return int(word.spelled == spelled)
        return int(word.key == words_of(spelled)[0].key)

    def _raw(self, first: int, last: int) -> str:
        return self.text[self.words[first].start : self.words[last].end]

    def _gap_breaks(self, at: int, first: int | None = None) -> bool:
        """Whether something other than a blank stands before a word (or no word is there)."""
        if at >= len(self.words):
            return True
        gaps = [self.words[n].gap for n in range((first or at) + (first is not None), at + 1)] or [self.words[at].gap]
        return any(gap.strip(" \t.:") != "" for gap in gaps) or any(re.search(r"\.\s+$", gap) and len(gap) > 2 for gap in gaps)

    def _refused(self, at: int, length: int) -> bool:
        """Whether the words beside tell that a kind is none here: "tổ chức", "đèn đường"."""
        for end in range(at + length, at, -1):
            spelled = " ".join(one.spelled for one in self.words[at:end])
            for name, phrases in self.lex.not_before.items():
                if self._says(at, end, name, spelled) and self._phrase_at(phrases, end):
                    return True
        for name, phrases in self.lex.not_after.items():
            if self._says(at, at + 1, name, self.words[at].spelled) and self._phrase_before(phrases, at):
                return True
        return False

    def _says(self, first: int, end: int, name: str, spelled: str) -> bool:
        if self.marks or any(one.marked for one in self.words[first:end]):
            return spelled == name
        return " ".join(one.key for one in self.words[first:end]) == " ".join(one.key for one in words_of(name))

    def _phrase_at(self, phrases: Phrases, at: int) -> bool:
        return at < len(self.words) and not self._gap_breaks(at) and phrases.at(self.words, at, self.marks) > 0

    def _phrase_before(self, phrases: Phrases, at: int) -> bool:
        return any(
            at - back >= 0 and not self.words[at].gap.strip()
            and phrases.at(self.words, at - back, self.marks) == back
            for back in (1, 2, 3)
        )  # fmt: skip

    def _after_preposition(self, at: int) -> bool:
        return any(
            at - back >= 0 and self.lex.prepositions.at(self.words, at - back, self.marks) == back for back in (1, 2)
        )

    def _head_at(self, at: int) -> bool:
        """Whether a way, quarter, building, or unit with its kind begins here."""
        if at >= len(self.words):
            return False
        if at in self.units and self.units[at].kinded:
            return True
        lex: Lexicon = self.lex
        heads = (lex.ways, lex.quarters, lex.buildings)
        return any(phrases.at(self.words, at, self.marks) for phrases in heads) and not self._refused(at, 1)

    def _number(self, at: int, *, letters: bool = False) -> int | None:
        """Last word of a number with its slashes and letters: 12/3A/7, K12/H3/5, 12+300; ``letters``: also C, S2."""
        if at >= len(self.words):
            return None
        last = at
        if not self.words[at].raw.isdecimal():
            attached = at + 1 < len(self.words) and self.words[at + 1].gap == "" and self.words[at + 1].raw.isdecimal()
            if not attached or len(self.words[at].raw) > 3:
                lone = self.words[at].raw
                if letters and (len(lone) == 1 or _ROMAN.fullmatch(lone)) and not self._ender(at):
                    return at
                return None
            last = at + 1
        while last + 1 < len(self.words):
            word = self.words[last + 1]
            near = word.gap in ("", "/", "-", ".", "+", " / ", "/ ", " /")
            if not near or not (word.raw.isdecimal() or (len(word.raw) <= 3 and _LETTERS.fullmatch(word.raw))):
                break
            if not word.raw.isdecimal() and word.gap == "" and word.key in ("h", "g", "ph", "km", "m", "cm", "k", "tr"):
                if word.key != "k" or self.words[at].raw.isdecimal():
                    break
            if not word.raw.isdecimal() and word.gap in ("-", "."):
                break
            last += 1
        if last + 1 < len(self.words) and self.words[last + 1].key in ("bis", "ter"):
            last += 1
        return None if self._counts(last) and last == at else last

    def _counts(self, number: int) -> bool:
        """Whether a number counts what follows ("3 hôm nay", "22h") instead of naming a place."""
        at = number + 1
        if at >= len(self.words):
            return False
        word = self.words[at]
        if word.gap == "" and word.key in ("h", "g", "m", "tr", "k", "km", "cm", "ph"):
            return True
        return not word.gap.strip() and word.key in _MEASURES and (
            not self.marks or word.spelled in _MEASURES_SPELLED or not word.marked
        )  # fmt: skip

    def _ender(self, at: int) -> bool:
        return self.lex.enders.at(self.words, at, self.marks) > 0

    def _name(self, at: int, *, loose: bool = False) -> tuple[int, float] | None:
        """(last word, how surely) of the name that begins here. ``loose``: after a kind that a name must follow."""
        best: tuple[int, float] | None = None
        known = set(self.lex.streets.every(self.words, at, self.marks)) if at < len(self.words) else set()
        family = bool(self.lex.families.at(self.words, at, self.marks)) if at < len(self.words) else False
        score = 0.0
        for length in range(1, LONGEST_NAME + 1):
            last = at + length - 1
            if last >= len(self.words) or (length > 1 and self.words[last].gap.strip()):
                break
            if length == 1 and self._gap_breaks(at):
                break
            word = self.words[last]
            if word.raw.isdecimal() and length not in known and not any(one > length for one in known):
                break
            if length > 1 and last in self.units and self.units[last].kinded and not any(one >= length for one in known):
                break
            score += self._word_in_name(last, length == 1, family)
            total = score + self._length_fits(length)
            if length in known:
                total += 4 + max(0.0, 0.5 * length - score)
            elif family and 2 <= length <= 4:
                total += 1
            total += self._stops(last + 1, word)
            if loose and not self._ender(at):
                total += 0.5
            if best is None or total > best[1]:
                best = (last, total)
        return best

    def _word_in_name(self, at: int, first: bool, family: bool) -> float:
        word = self.words[at]
        if self.cased and word.titled:
            return 1.0
        score = -1.0 if self.cased else 0.2
        if self._ender(at) and not (first and family):
            score -= 2.0 if not first else 2.5
        elif not first and (self._head_at(at) or self.lex.directions.at(self.words, at, self.marks)
                            or self.lex.joins.at(self.words, at, self.marks)):
            score -= 1.5
        return score

    @staticmethod
    def _length_fits(length: int) -> float:
        return {1: -0.6, 2: 0.6, 3: 0.4, 4: 0.0}.get(length, -0.8)

    def _stops(self, at: int, before: Word) -> float:
        """What speaks for a name's end before the word ``at``."""
        if at >= len(self.words) or self.words[at].gap.strip():
            return 1.5
        word = self.words[at]
        if self.cased and word.titled and before.titled and not (at in self.units and self.units[at].kinded):
            return -2.0
        if self._ender(at) or self._head_at(at) or word.raw.isdecimal():
            return 1.5
        if self.lex.joins.at(self.words, at, self.marks) or self.lex.directions.at(self.words, at, self.marks):
            return 1.2
        if self.cased and not word.titled:
            return 1.0
        return 0.0

    # Chains

    def joined(self, last: int, first: int) -> bool:
        """Whether nothing but commas and joining words stands between two parts."""
        between = self.words[last + 1 : first]
        if any(_BREAK.search(one.gap) for one in self.words[last + 1 : first + 1]) or len(between) > 4:
            return False
        at = last + 1
        while at < first:
            length = self.lex.joins.at(self.words, at, self.marks)
            if not length or at + length > first:
                return False
            at += length
        return True


_MEASURES_SPELLED = frozenset(
    "hôm ngày tuần tháng năm giờ phút lần cái người chiếc con cây bao đống xe hộ nhà m mét bữa đêm tiếng bóng cột chỗ "
    "thằng đứa ông bà vụ việc ổ cục chậu thùng đồng triệu nghìn ngàn k giây trận bên phía đầu quán căn gia".split()
)
_MEASURES = frozenset(words_of(one)[0].key for one in _MEASURES_SPELLED)
