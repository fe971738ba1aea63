"""Where in a text a place is named, from its first word to its last: the reader of addresses.

A place is a chain of parts: house numbers, ways, quarters, buildings, landmarks, units of administration, each with
the side it is meant from ("trước cổng", "đối diện"). What a name is and where it ends is judged by what is known of
names (``data/places``), by capitals where the writer used them, and by the words that cannot be part of one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from feedback_store.places.lexicon import Lexicon, Phrases, lexicon
from feedback_store.places.names import Word, words_of
from feedback_store.places.numerals import continued, number_at, spoken_at
from vitext.syllables import is_plain_syllable

Kind = Literal["house", "way", "quarter", "building", "landmark", "name", "unit"]

_BREAK = re.compile(r"[.;:!?\n]")
_INNER = frozenset(("", "'", "’"))
"""What may stand inside of a name: "Ea M'droh"."""
_COMMA = re.compile(r"[,()\-–/+]")
_CODE = re.compile(r"[bcdđghklmnpqrstvx]{1,4}", re.IGNORECASE)
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
    named: bool = True
    """Whether it has a number or a name of its own: "chợ" alone has none."""


@dataclass(frozen=True, slots=True)
class Span:
    """text[start:end] names a place; ``parts`` of it in their order."""

    start: int
    end: int
    parts: tuple[Part, ...]
    located: bool = False
    """Whether "ở", "tại" or the like stands before it."""

    @property
    def weight(self) -> float:
        named = any(part.named for part in self.parts)
        return sum(part.weight for part in self.parts) + (1.5 if self.located and named else 0)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(part.kind for part in self.parts)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the country's units: folded and without blanks, and the words that they are made of."""

    keys: Container[str]
    longest: Mapping[str, int]
    """Words of the longest name of a key; a run of more words is another name."""
    exact: Container[str]
    """The names as they are spelled, without blanks."""
    spelled: frozenset[str]
    plain: frozenset[str]


NO_NAMES = Names(frozenset(), {}, frozenset(), frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class UnitAt:
    """A unit of administration that the gazetteer found: words ``first`` to ``last``."""

    first: int
    last: int
    kinded: bool
    explicit: bool = True
    """Whether its kind is written; else it is sure by the larger unit that follows it."""
    alone: bool = False
    """A bare name between commas or after "ở"; other bare names count only after another part."""


def spans_of(
    text: str,
    units: Sequence[UnitAt] = (),
    words: Sequence[Word] | None = None,
    names: Names = NO_NAMES,
) -> list[Span]:
    """Places in the order of the text.

    ``units``: what the gazetteer found among ``words_of(text)``; ``names``: names of units, which markets, hamlets
    and streets bear too.
    """
    return _Reader(text, list(words) if words is not None else words_of(text), units, names).spans()


class _Reader:
    def __init__(self, text: str, words: list[Word], units: Sequence[UnitAt], names: Names) -> None:
        self.names = names
        self.text, self.words, self.lex = text, words, lexicon()
        letters = [one for one in words if not one.raw.isdecimal()]
        self.marks = sum(one.marked for one in letters) * 4 > len(letters)
        shouted = sum(one.raw.isupper() for one in letters) * 2 > len(letters)
        inner = [one for at, one in enumerate(words) if at and not _BREAK.search(one.gap) and len(one.raw) > 1]
        self.cased = not shouted and any(one.titled and not one.raw.isupper() for one in inner)
        self._strong = {at for at in range(len(words)) if self.lex.strong.at(words, at, self.marks)}
        self.units: dict[int, UnitAt] = {}
        for unit in units:
            held = self.units.get(unit.first)
            if held is None or (unit.kinded, unit.last) > (held.kinded, held.last):
                self.units[unit.first] = unit

    def spans(self) -> list[Span]:
        parts: list[Part] = []
        self._before = -1
        at = 0
        while at < len(self.words):
            part = self.part(at, bool(parts) and self.joined(parts[-1].last, at))
            if part is None:
                at += 1
            else:
                parts.append(part)
                self._before = part.last
                at = part.last + 1
        chains: list[list[Part]] = []
        for part in parts:
            if chains and self.joined(chains[-1][-1].last, part.first):
                if self._located(chains[-1], part):
                    chains.append([])
                chains[-1].append(part)
            else:
                chains.append([part])
        told = [chain for chain in chains if sum(part.weight for part in chain) >= 1]
        taken = {at for chain in told for part in chain for at in range(part.first, part.last + 1)}
        return [self._span(chain, taken) for chain in told]

    def _span(self, chain: Sequence[Part], taken: Container[int]) -> Span:
        """The chain from the word after "ở" on, whatever that word means, and to the comma after it, where nothing
        between tells of a report: "ở nghè Vẹt, xã Chà Tở"."""
        first, last = chain[0].first, chain[-1].last
        before = first
        while first - before < 5 and before > 0 and before - 1 not in taken and self._silent(before - 1):
            before -= 1
            if self._after_preposition(before) and not _BREAK.search(self.words[before].gap):
                first = before
                break
        if first > 0 and self._word(first - 1, "từ") and self._goes_to(chain) and not self._gap_breaks(first):
            first -= 1
        after = last
        while after + 1 < len(self.words) and after - last < 3 and not self._gap_breaks(after + 1):
            if after + 1 in taken or not self._silent(after + 1):
                break
            after += 1
        closes = after + 1 >= len(self.words) or bool(self.words[after + 1].gap.strip()) or self._closing(after + 1)
        if closes and after > last:
            last = after
        return Span(self.words[first].start, self.words[last].end, tuple(chain), self._after_preposition(first))

    def _goes_to(self, chain: Sequence[Part]) -> bool:
        """Whether "đến" or the like stands between the parts: "từ số 8 đến số 82"."""
        between = [at for one, other in pairwise(chain) for at in range(one.last + 1, other.first)]
        return any(self._word(at, word) for at in between for word in ("đến", "tới", "ra"))

    def _silent(self, at: int) -> bool:
        """Whether a word tells nothing of what happened, and of nobody."""
        words, marks = self.words, self.marks
        if self._ender(at) or self._thing(at) or self._polite(at) or at in self._strong or words[at].raw.isdecimal():
            return False
        lex = self.lex
        return not any(one.at(words, at, marks) for one in (lex.prepositions, lex.joins, lex.closing, lex.directions))

    # Parts

    def part(self, at: int, following: bool) -> Part | None:
        """The part of a place that begins with a word. ``following``: right after another part."""
        if (away := self._away(at)) is not None:
            return away
        sided = [one for length in self.lex.directions.every(self.words, at, self.marks)
                 if (one := self._from_side(at, length)) is not None]  # fmt: skip
        if sided:
            return max(sided, key=lambda one: one.last)
        found = self._bare(at, following or self._after_preposition(at), following=following)
        if found is not None and following and found.kind != "unit" and not self._may_follow(at, found):
            return None
        if found is None and following and self._after_crossing(at):
            number = number_at(self.words, at)
            if number is not None and not self._counts(number):
                return Part("house", at, number, 1)  # "từ số nhà 88 tới 168"
            name = self._name(at, loose=True)
            return None if name is None or name[1] < LIKELY_NAME else Part("name", at, name[0], 1)
        return found

    def _from_side(self, at: int, length: int) -> Part | None:
        """What is told with the side of ``length`` words before it: "trước cổng chợ Đổ"."""
        if self._refused(at, length) or self._gap_breaks(at + length) or self._unsure(at, length):
            return None
        inner = self._sided(at + length, self._stacks(at, length))
        if inner is None and self._after_crossing(at + length):
            name = self._name(at + length, loose=True)
            inner = None if name is None or name[1] < LIKELY_NAME else Part("name", at, name[0], 1)
        return None if inner is None else Part(inner.kind, at, inner.last, inner.weight + 1, inner.named)

    def _away(self, at: int) -> Part | None:
        """ "cách cầu Rồng khoảng 200m", "cách 50 mét từ chợ": how far it is from something that has a place."""
        begins = at + self._word(at, "qua")
        said = self._word(begins, "cách") or (begins > at and self._word(begins, "khỏi"))
        if not said or self._gap_breaks(begins + 1):
            return None
        before = self._distance(begins + 1)
        after = begins + 1 if before is None else before + 1
        if after < len(self.words) and (self._word(after, "từ") or self._word(after, "với")):
            after += 1
        inner = None if self._gap_breaks(after) else self._bare(after, True, sided=True)
        if inner is None:
            return None
        end = inner.last
        while (unit := self.units.get(end + 1)) is not None and not self._gap_breaks(end + 1):
            end = unit.last
        last = None if before is not None else self._distance(end + 1)
        for number in range(after + 1, inner.last + 1) if before is None and last is None else ():
            ends = self._distance(number)  # which the name took for its number: "cầu Diễn một trăm mét"
            last = ends if ends is not None and ends >= inner.last else last
        return Part(inner.kind, at, inner.last if last is None else last, inner.weight + 1, inner.named)

    def _distance(self, at: int) -> int | None:
        """Last word of "khoảng 200m", "hai trăm mét", "vài căn"."""
        if self._gap_breaks(at):
            return None
        at += self.lex.about.at(self.words, at, self.marks)
        number = at if at < len(self.words) and self.words[at].raw.isdecimal() else None
        if number is None:
            number = spoken_at(self.words, at, True)
        if number is None and at < len(self.words) and (self._word(at, "vài") or self._word(at, "mấy")):
            number = at
        unit = 0 if number is None else self.lex.distances.at(self.words, number + 1, self.marks)
        return None if number is None or not unit else number + unit

    def _may_follow(self, at: int, part: Part) -> bool:
        """After a unit only units follow without a comma; after anything, no name that is only likely."""
        if self.words[at].gap.strip() or self._after_joining(at):
            return True
        if any(unit.last == at - 1 for unit in self.units.values() if unit.kinded):
            return part.kind == "quarter"  # "xã Đông Hoàng huyện Đông Hưng thôn Trung Hòa"
        return part.kind != "name" or max(self._known_at(at), default=0) > 1

    def _after_joining(self, at: int) -> bool:
        joins = self.lex.joins
        return any(
            at - back > self._before and joins.at(self.words, at - back, self.marks) == back for back in (1, 2, 3)
        )

    def _sided(self, at: int, stacks: bool) -> Part | None:
        """What a side is told of; sides may follow each other: "đoạn trước cổng chợ"."""
        for length in self.lex.directions.every(self.words, at, self.marks) if stacks else ():
            if not self._refused(at, length) and not self._gap_breaks(at + length):
                inner = self._sided(at + length, self._stacks(at, length))
                if inner is not None:
                    return Part(inner.kind, at, inner.last, inner.weight, inner.named)
        return self._bare(at, True, sided=True)

    def _stacks(self, at: int, length: int) -> bool:
        return any(self.lex.stacked.at(self.words, n, self.marks) for n in (at, at + length - 1))

    def _unsure(self, at: int, length: int) -> bool:
        """Whether a side of one word without marks ("mat") is more likely another word."""
        plain = not self.marks and not self.words[at].marked
        begins = at == 0 or bool(self.words[at].gap.strip()) or self._after_preposition(at)
        return plain and length == 1 and not begins and self.lex.unsure.at(self.words, at, False) > 0

    def _bare(self, at: int, expected: bool, *, sided: bool = False, following: bool = False) -> Part | None:
        if at >= len(self.words):
            return None
        return (
            self._unit(at, following)
            or (self._said_unit(at) if expected else None)
            or self._house(at, expected)
            or self._way(at)
            or self._quarter(at)
            or self._building(at, expected)
            or self._landmark(at, expected, sided)
            or self._known(at, expected)
        )

    def _said_unit(self, at: int) -> Part | None:
        """A unit with its kind that nobody knows: "xã Nà Bó", and one that is misspelled."""
        if self.lex.ways.at(self.words, at, self.marks) > 1:
            return None  # "tỉnh lộ 15"
        for length in self.lex.units.every(self.words, at, False):
            if not self._parted(at + length) and not self._refused(at, length):
                name = self._name(at + length, loose=True)
                if name is not None and name[1] >= LIKELY_NAME:
                    return Part("unit", at, name[0], 1)
        return None

    def _unit(self, at: int, following: bool) -> Part | None:
        unit = self.units.get(at)
        if unit is None or not (unit.kinded or following or unit.alone):
            return None
        return Part("unit", at, unit.last, 2 if unit.kinded else 1)

    def _house(self, at: int, expected: bool) -> Part | None:
        """ "số 5 Tô Hiệu", "12/3A/7", "K12/H3/5 Trần Phú"; a number alone counts only before a name or a way."""
        if (lane := self._lane_of_da_nang(at)) is not None:
            return lane
        if self.words[at].key == "km":
            return None
        first, said = at, self._word(at, "số") or self._word(at, "sn")
        if (said and self._refused(at, 1)) or (not said and max(self._known_at(at), default=0) > 1):
            return None
        if said:
            at += 1
            at += self._word(at, "nhà")
        elif self._word(at, "nhà") and self._word(at + 1, "số"):
            at, said = at + 2, True
        if not said and at < len(self.words) and self.words[at].raw == "1022":
            return None
        last = number_at(self.words, at) if said else None
        if last is not None:
            last = continued(self.words, last, self.marks)
        else:
            last = self._number(at, spoken=bool(said) or (expected and self.marks))
        if last is None or (at > first and self._parted(at)):
            return None
        if (date := self._date(last + 1)) is not None and not self._gap_breaks(last + 1):
            return Part("house", first, date, 2)
        if self._parts_house(first, last):
            return Part("house", first, last, 1)
        name = self._name(last + 1) if not self._gap_breaks(last + 1) else None
        firm = said or expected or first == 0 or bool(self.words[first].gap.strip())
        if not said and first > 0 and self._word(first - 1, "số") and not self._gap_breaks(first):
            return None  # a number of something else: "xe buýt số 32"
        if name is not None and name[1] >= (LIKELY_NAME if firm else SURE_NAME - 0.5):
            return Part("house", first, name[0], 2)
        if said:
            return Part("house", first, last, 2)
        if not self._gap_breaks(last + 1) and self._head_at(last + 1):
            return Part("house", first, last, 1)
        return Part("house", first, last, 1) if "/" in self._raw(at, last) and expected else None

    def _lane_of_da_nang(self, at: int) -> Part | None:
        """ "ca 351 trên 68 Lê Đại Hành", "K hai trăm xuyệt 33": K for kiệt, as it is spoken."""
        at_k = at + self._word(at, "số")
        if at_k >= len(self.words) or self.words[at_k].key not in ("k", "ka", "ca"):
            return None
        if at_k + 1 >= len(self.words) or self.words[at_k + 1].gap != " ":
            return None
        number = number_at(self.words, at_k + 1)
        number = spoken_at(self.words, at_k + 1, True) if number is None else number
        if number is None:
            return None
        last = continued(self.words, number, True)
        if last == number:
            return Part("house", at, number, 1) if self.lex.lanes.at(self.words, number + 1, self.marks) else None
        name = self._name(last + 1) if not self._gap_breaks(last + 1) else None
        return Part("house", at, name[0] if name is not None and name[1] >= LIKELY_NAME else last, 2)

    def _parts_house(self, first: int, last: int) -> bool:
        """Whether a number at a beginning is a house that a comma parts from its lane or quarter: "126, ngõ 154"."""
        after = last + 1
        if after >= len(self.words) or self.words[after].gap.strip() != ",":
            return False
        begins = first == 0 or self._after_preposition(first) or bool(_BREAK.search(self.words[first].gap))
        return begins and (self._head_at(after) or max(self._known_at(after), default=0) > 1)

    def _way(self, at: int) -> Part | None:
        whole = self.lex.complete.at(self.words, at, self.marks)
        if whole and at + whole < len(self.words) and self._part_begins(at + whole):
            return Part("way", at, at + whole - 1, 0.5)
        for length in self.lex.ways.every(self.words, at, self.marks):
            if self._refused(at, length) or self._parted(at + length):
                continue
            after = at + length
            after += self._word(after, "số")
            if (date := self._date(after)) is not None:
                return Part("way", at, date, 2)
            if (code := self._code(after)) is not None:
                return Part("way", at, code, 2)
            number = self._number(after, kind=True)
            if number is not None:
                name = self._name(number + 1) if not self._gap_breaks(number + 1) else None
                known = name is not None and name[1] >= LIKELY_NAME + 0.6
                return Part("way", at, name[0] if known and name else number, 2)
            leads = self._ends_leading(at + length - 1) and self.lex.landmarks.at(self.words, after, self.marks) > 1
            name = None if leads else self._name(after, loose=True)
            if name is not None and name[1] >= LIKELY_NAME:
                return Part("way", at, self._crossing(name[0]), 2)
            after += self.lex.unnamed.at(self.words, after, self.marks)
            inner = None if self._gap_breaks(after) else self.part(after, True)
            if inner is not None and self._leads(at, length, after):
                return Part("way", at, inner.last, inner.weight)
        return None

    def _part_begins(self, at: int) -> bool:
        """Whether another part stands there, a comma before it or not."""
        comma = self.words[at].gap.strip()
        if comma not in ("", ",", "-"):
            return False
        return self._head_at(at) or (comma == "," and (at in self.units or self._number(at) is not None
                                                       or max(self._known_at(at), default=0) > 1))

    def _leads(self, at: int, length: int, after: int) -> bool:
        """Whether a way without a name is told by what follows it: "ngõ cụt cạnh …", "đường vào thôn …"."""
        side = self.lex.directions.at(self.words, after, self.marks)
        if side:
            return not self._refused(after, side)
        return after > at + length or self._ends_leading(at + length - 1)

    def _ends_leading(self, at: int) -> bool:
        ends = ("vào", "vô", "ra", "lên", "xuống", "dẫn", "tên", "cụt", "nhỏ")
        return any(self._word(at, one) for one in ends)

    def _code(self, at: int) -> int | None:
        """Letters and a number that a way is called by: "TL 19", "DT 743", "tx hai mươi mốt"."""
        if at + 1 >= len(self.words) or not _CODE.fullmatch(self.words[at].raw) or self.words[at + 1].gap.strip(" -."):
            return None
        number = number_at(self.words, at + 1)
        return number if number is not None else spoken_at(self.words, at + 1, self.marks)

    def _date(self, at: int) -> int | None:
        """A date that a way is called by: "2 tháng 9", "ba tháng hai"."""
        day = number_at(self.words, at)
        if day is None:
            day = spoken_at(self.words, at, self.marks)
        if day is None or not self._word(day + 1, "tháng"):
            return None
        month = number_at(self.words, day + 2)
        return month if month is not None else spoken_at(self.words, day + 2, self.marks)

    def _quarter(self, at: int) -> Part | None:
        for length in self.lex.quarters.every(self.words, at, self.marks):
            if self._refused(at, length) or self._parted(at + length):
                continue
            after = at + length
            after += self._word(after, "số")
            last = self._number(after, letters=True, kind=True)
            if last is not None:
                return Part("quarter", at, last, 2)
            if self.lex.numbered.at(self.words, at, self.marks) == length:
                continue
            if length + self.lex.landmarks.at(self.words, after, self.marks) > 3:  # "khu tập thể bệnh viện X"
                inner = self._landmark(after, True, True)
                if inner is not None:
                    return Part("quarter", at, inner.last, 2)
            name = self._name(after, loose=True, anything=True)
            if name is not None and name[1] >= LIKELY_NAME:
                return Part("quarter", at, name[0], 2)
            if self._word_alone(after):
                return Part("quarter", at, after, 1.5)
        return None

    def _word_alone(self, at: int) -> bool:
        """Whether one word that is hardly ever a sentence's stands between a kind and a comma or a unit: "xóm bãi,"."""
        if at >= len(self.words) or at in self._strong or self._no_name(at, True) or self.words[at].raw.isdecimal():
            return False
        after = at + 1
        return after < len(self.words) and (self.words[after].gap.strip() == "," or self._unit_at(after))

    def _building(self, at: int, expected: bool) -> Part | None:
        for length in self.lex.buildings.every(self.words, at, self.marks):
            if self._refused(at, length) or self._parted(at + length):
                continue
            if not expected and self.lex.placed.at(self.words, at, self.marks) == length:
                continue
            if self.words[at].key == "o" and not self.words[at].marked:
                continue  # "ở", not "ô"
            after = at + length
            after += self._word(after, "số")
            last = self._number(after, letters=True, kind=True)
            named = self.lex.numbered.at(self.words, at, self.marks) != length
            name = self._name(after, loose=True) if last is None and named else None
            if last is not None:
                last = self._inner_lot(last)
                return Part("building", at, last, 1 if expected else 0.9)
            if name is not None and name[1] >= LIKELY_NAME:
                return Part("building", at, name[0], 1.5)
        return None

    def _inner_lot(self, last: int) -> int:
        """ "lô 27 ô 14", "lô C5 gạch 12"."""
        for inner in ("ô", "gạch"):
            if self._word(last + 1, inner) and not self._gap_breaks(last + 1):
                number = self._number(last + 2, letters=True, kind=True)
                if number is not None:
                    return number
        return last

    def _landmark(self, at: int, expected: bool, sided: bool) -> Part | None:
        unnamed: Part | None = None
        if not sided and self._means_at(at):
            return None
        for length in self.lex.landmarks.every(self.words, at, self.marks):
            if self._refused(at, length) or (length == 1 and not expected and not self._plain_kind(at)):
                continue
            if not expected and self.lex.placed.at(self.words, at, self.marks) == length:
                continue
            after = at + length
            while not self._gap_breaks(after) and not self._unit_at(after):
                more = self.lex.modifiers.at(self.words, after, self.marks)
                named = self._name(after) if more else None
                if not more or (named is not None and named[1] >= SURE_NAME + 1):
                    break
                after += more
            numbered = self.lex.numbered.at(self.words, at, self.marks) == length
            bare = None if numbered and after == at + length else self._bare_landmark(at, after, sided)
            if self._gap_breaks(after):
                unnamed = unnamed or bare
                continue
            number = self._number(after + self._word(after, "số"))
            if (code := self._code(after)) is not None and self.words[after + 1].gap == "":
                return Part("landmark", at, code, 2)  # "kênh N2"
            if (date := self._date(after)) is not None:
                return Part("landmark", at, date, 2)
            if self.lex.landmarks.at(self.words, after, self.marks) > 1 and not self._refused(after, 2):
                inner = self._landmark(after, True, True)  # "ngã tư nhà máy nước"
                if inner is not None:
                    return Part("landmark", at, inner.last, max(inner.weight, 1))
            may_be_named = not numbered
            plain = not self.marks and not self.words[at].marked and length == 1
            name = self._name(after, loose=not plain) if may_be_named else None
            if name is not None and name[1] >= LIKELY_NAME + 0.5 * (after - at > length):
                return Part("landmark", at, self._crossing(name[0]), 2)
            if number is not None and not self._counts(number):
                return Part("landmark", at, number, 1)
            unnamed = unnamed or bare
        return unnamed

    def _means_at(self, at: int) -> bool:
        """Whether "cho" is "chỗ" rather than "chợ": a kind, a number or a side follows."""
        word, after = self.words[at], at + 1
        if word.key != "cho" or word.marked or self._gap_breaks(after):
            return False
        lex = self.lex
        follows = (lex.ways, lex.landmarks, lex.quarters, lex.buildings, lex.directions)
        return (
            any(one.at(self.words, after, self.marks) for one in follows) or self._unit_at(after)
            or self._word(after, "số") > 0 or number_at(self.words, after) is not None
        )  # fmt: skip

    def _plain_kind(self, at: int) -> bool:
        """Whether one word without marks is a landmark's ("chợ") rather than another word ("cho")."""
        word = self.words[at]
        if self.marks or word.marked or (self.cased and word.titled):
            return True
        return not self._gap_breaks(at + 1) and self.lex.modifiers.at(self.words, at + 1, self.marks) > 0

    def _bare_landmark(self, at: int, after: int, sided: bool) -> Part | None:
        """ "chợ" without a name: a place where its side is told ("trước chợ") or its commune ("chợ phường 5")."""
        if not sided and not self._unit_at(after):
            side = self.lex.directions.at(self.words, after, self.marks) if after - at > 1 else 0
            inner = self.part(after, True) if side and not self._refused(after, side) else None
            if inner is None and not self._gap_breaks(after):  # "nhà văn hóa thôn X", "ngã ba nhà máy nước"
                inner = self._quarter(after) or self._way(after) or self._landmark(after, True, False)
            if inner is None and after - at > 1 and (self._placed(at, after) or (
                after < len(self.words) and self.words[after].gap.strip() == "," and self._part_begins(after)
            )):  # fmt: skip
                return Part("landmark", at, after - 1, 1 if self._placed(at, after) else 0.5, False)
            return None if inner is None else Part("landmark", at, inner.last, inner.weight)
        return Part("landmark", at, after - 1, 0.5, False)

    def _placed(self, at: int, after: int) -> bool:
        """Whether a landmark without a name is told as a place: after "ở", or as a sentence of its own."""
        closes = after >= len(self.words) or bool(_BREAK.search(self.words[after].gap))
        begins = at == 0 or bool(_BREAK.search(self.words[at].gap))
        return self._after_preposition(at) or (begins and closes)

    def _crossing(self, last: int) -> int:
        """ "ngã tư A – B": the end of the other name."""
        if last + 1 < len(self.words) and self.words[last + 1].gap.strip() in ("-", "–", "/"):
            other = self._name(last + 1, loose=True)
            if other is not None and other[1] >= LIKELY_NAME:
                return other[0]
            if (date := self._date(last + 1)) is not None:
                return date
            number = number_at(self.words, last + 1)
            if number is not None and "/" in self._raw(last + 1, number):
                return number  # "Ngô Quyền - 2/9"
        return last

    def _leads_unit(self, at: int, last: int) -> bool:
        """Whether a name at a beginning is followed by its commune or a side: "hung vuong, phuong phu loi"."""
        after = last + 1
        if after >= len(self.words) or not (at == 0 or self.words[at].gap.strip()):
            return False
        told = self._thing(after) and max(self._known_at(at), default=0) > 1
        return told or self._unit_at(after) or self.lex.stacked.at(self.words, after, self.marks) > 0

    def _known(self, at: int, expected: bool) -> Part | None:
        """A name that is known, after "ở" or where capitals tell that it is one."""
        name = self._name(at)
        leads = name is not None and self._leads_unit(at, name[0])
        if name is None or name[1] < SURE_NAME + (0 if expected or leads else 2):
            return None
        titled = self.cased and all(one.titled for one in self.words[at : name[0] + 1])
        if not expected and not titled and not self._leads_unit(at, name[0]):
            return None
        return Part("name", at, self._crossing(name[0]) if expected else name[0], 1)

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

    def _gap_breaks(self, at: int) -> bool:
        """Whether something other than a blank stands before a word, or no word is there."""
        return at >= len(self.words) or self.words[at].gap.strip() not in _INNER

    def _parted(self, at: int) -> bool:
        """The same after a kind, which may be abbreviated: "đ. Lê Lợi", "tổ: 5"."""
        if at >= len(self.words):
            return True
        gap = self.words[at].gap.strip()
        return gap not in ("", ":", ".") or (gap == "." and len(self.words[at - 1].raw) > 3)

    def _refused(self, at: int, length: int) -> bool:
        """Whether the words beside tell that a kind is none here: "tổ chức", "đèn đường"."""
        end = at + length
        for refused in self.lex.not_before.get(" ".join(one.key for one in self.words[at:end]), ()):
            if self._says(at, end, refused.name) and self._phrase_at(refused.phrases, end):
                known = any(length > 1 for length in self._known_at(end))  # "duong to hieu": Tô Hiệu, not a wide road
                return not known and not (self.cased and self.words[end].titled)
        for refused in self.lex.not_after.get(self.words[at].key, ()):
            if self._says(at, at + 1, refused.name) and self._phrase_before(refused.phrases, at):
                return not self._phrase_before(self.lex.directions, at, least=2)  # "truoc cong truong": a gate
        return False

    def _says(self, first: int, end: int, name: str) -> bool:
        named = self.words[first:end]
        return not (self.marks or any(one.marked for one in named)) or " ".join(one.spelled for one in named) == name

    def _phrase_at(self, phrases: Phrases, at: int) -> bool:
        return at < len(self.words) and not self._gap_breaks(at) and phrases.at(self.words, at, self.marks) > 0

    def _phrase_before(self, phrases: Phrases, at: int, least: int = 1) -> bool:
        return any(
            at - back >= 0 and not self.words[at].gap.strip()
            and phrases.at(self.words, at - back, self.marks) == back
            for back in range(least, 4)
        )  # fmt: skip

    def _after_crossing(self, at: int) -> bool:
        crossings = self.lex.crossings
        return any(
            at - back > self._before
            and crossings.at(self.words, at - back, self.marks) == back
            and not self._refused(at - back, back)
            for back in (1, 2, 3)
        )

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

    def _unit_at(self, at: int) -> bool:
        return at in self.units and self.units[at].kinded

    def _no_name(self, at: int, loose: bool) -> bool:
        """Whether a word begins something else than a name; ``loose``: it may begin with a kind ("đình Làng Cả")."""
        titled = self.cased and self.words[at].titled and at > 0 and not _BREAK.search(self.words[at].gap)
        said = at > 0 and self._word(at, "là") and self.words[at - 1].key in ("chi", "tri", "diem", "nha", "cho")
        if said or (not loose and self._thing(at)):
            return True
        joins = any(one.at(self.words, at, self.marks) for one in (self.lex.prepositions, self.lex.crossings))
        unit = self.units.get(at)
        if (joins and not titled) or (unit is not None and unit.kinded and (unit.explicit or not loose)):
            return True
        if self._word(at, "số") or (loose and self._known_run(at)):
            return not self._known_run(at)
        if not loose and self._kind_at(at):
            return True
        side = self.lex.directions.at(self.words, at, self.marks)
        return not titled and (side > 0 or (not loose and self.lex.landmarks.at(self.words, at, self.marks) > 1))

    def _known_run(self, at: int) -> bool:
        """Whether two or three words here are the name of a unit of the country: "Cửa Đại"."""
        key = self.words[at].key
        for length in (2, 3):
            last = at + length - 1
            if last >= len(self.words) or self.words[last].gap.strip():
                return False
            key += self.words[last].key
            if self._is_name(key, at, last):
                return True
        return False

    def _is_name(self, key: str, first: int, last: int) -> bool:
        if key not in self.names.keys or last - first + 1 > self.names.longest.get(key, 0):
            return False
        return not self.marks or "".join(one.spelled for one in self.words[first : last + 1]) in self.names.exact

    def _kind_at(self, at: int) -> bool:
        """Whether the word for a way, a quarter, a building or a unit begins here, whatever follows."""
        lex: Lexicon = self.lex
        kinds = (lex.ways, lex.quarters, lex.buildings)
        if any(phrases.at(self.words, at, self.marks) for phrases in kinds):
            return True
        return at in self.units and self.units[at].kinded

    def _number(self, at: int, *, letters: bool = False, spoken: bool = True, kind: bool = False) -> int | None:
        """Last word of a number: in figures, or in words where a number must follow."""
        last = number_at(self.words, at, letters=letters)
        if last is not None:
            last = continued(self.words, last, self.marks)
            return None if last == at and self._counts(last, after_kind=kind) else last
        called = self.cased and at + 1 < len(self.words) and all(one.titled for one in self.words[at : at + 2])
        said = spoken and not called and (self.marks or (at > 0 and self._word(at - 1, "số")))
        last = spoken_at(self.words, at, self.marks) if said else None
        return None if last is None or self._counts(last, after_kind=kind) else last

    def _counts(self, number: int, *, after_kind: bool = False) -> bool:
        """Whether a number counts what follows ("3 hôm nay", "22h") instead of naming a place; after the word for a
        way or a building it counts times alone."""
        at = number + 1
        if at >= len(self.words):
            return False
        word = self.words[at]
        if word.gap == "" and word.key in ("h", "g", "m", "tr", "k", "km", "cm", "ph"):
            return True
        if word.gap == " " and word.key in ("h", "km", "g", "gio", "ph", "phut") and word.spelled not in ("gió",):
            return True
        if word.gap.strip() or any(n > 1 for n in self.lex.streets.every(self.words, at, self.marks)):
            return False
        spelled, keys = (_TIMES_SPELLED, _TIMES) if after_kind else (_MEASURES_SPELLED, _MEASURES)
        return word.spelled in spelled if self.marks or word.marked else word.key in keys

    def _ender(self, at: int) -> bool:
        return self.lex.enders.at(self.words, at, self.marks) > 0

    def _known_at(self, at: int) -> list[int]:
        return self.lex.streets.every(self.words, at, self.marks) if at < len(self.words) else []

    def _name(self, at: int, *, loose: bool = False, anything: bool = False) -> tuple[int, float] | None:
        """(last word, how surely) of the name that begins here. ``loose``: after a kind that a name must follow;
        ``anything``: whatever its words mean, as hamlets are called ("ấp Bờ Bao,")."""
        best: tuple[int, float] | None = None
        if at >= len(self.words) or (self._thing(at) and not (loose and self.lex.streets.at(self.words, at, True))):
            return None
        if self.lex.ways.at(self.words, at, self.marks) == 1 and number_at(self.words, at + 1) is not None:
            return None  # "ngã ba ĐT 747"
        bound = self._bound(at) if loose else -1
        known_here = self.lex.streets.at(self.words, at, self.marks) > 0
        called_so = 0 < bound - at < 3 and (anything or self._bare(at, True) is None)  # "mẫu giáo Hướng Dương,"
        if not known_here and not called_so and self._no_name(at, loose):
            return None
        known = set(self._known_at(at))
        family = bool(self.lex.families.at(self.words, at, self.marks)) if at < len(self.words) else False
        score, key = 0.0, ""
        for length in range(1, LONGEST_NAME + 1):
            last = at + length - 1
            if last >= len(self.words) or (length > 1 and self._gap_breaks(last)):
                break
            word = self.words[last]
            if word.raw.isdecimal() and length not in known and not any(one > length for one in known):
                break
            head = length > 1 and last in self.units and self.units[last].kinded
            if head and not any(one >= length for one in known):
                break
            middle = family and length > 2 and self.words[at + 1].key in _MIDDLE
            score += 0.25 if middle and not self.cased else self._word_in_name(last, length == 1, family, last <= bound)
            total = score + self._length_fits(length)
            key += word.key
            if length in known:
                total += 4 + max(0.0, 0.5 * length - score)
            elif length > 1 and self._is_name(key, at, last):
                total += (2 if last >= bound else 0.5) + max(0.0, 0.3 * length - score)
            elif family and 2 <= length <= 4:
                total += 1
            elif loose and length > 2 and length - 1 in self._known_at(at + 1):
                total += 2  # "Nam Hùng Vương"
            total += self._stops(last + 1, word) + (0.6 if length == 1 and bound == at else 0)
            if loose and not self._ender(at):
                total += 0.5
            if best is None or total > best[1]:
                best = (last, total)
        if best is None:
            return None
        last = best[0]
        ends = self._gap_breaks(last + 1) or self._thing(last + 1)
        suffix = 0 if ends else self.lex.suffixes.at(self.words, last + 1, self.marks)
        return self._numbered(last + suffix if suffix and best[1] >= SURE_NAME - 1 else last), best[1]

    def _numbered(self, last: int) -> int:
        """The number that belongs to a name: "Hoàng Diệu 2", where nothing is counted by it."""
        after = self.words[last + 1] if last + 1 < len(self.words) else None
        if after is None or after.gap.strip() or not (after.raw.isdecimal() or after.key in ("a", "b", "c")):
            return last
        number = number_at(self.words, last + 1, letters=True)
        if number is None or self._polite(number) or self._counts(number) or number > last + 2 or len(after.raw) > 2:
            return last
        closes = number + 1 >= len(self.words) or bool(self.words[number + 1].gap.strip())
        return number if closes or self._head_at(number + 1) or self._ender(number + 1) else last

    def _bound(self, at: int) -> int:
        """The last word of a short run before a comma, an end or the next part, none of which tells of a report: after
        a kind all of it is the name, though its words mean something ("chợ Năm Tầng,"). -1: there is no such run."""
        told = 0
        for last in range(at, min(at + LONGEST_NAME - 1, len(self.words))):
            says = last in self._strong or self.lex.prepositions.at(self.words, last, self.marks) > 0
            if (says and (self.marks or self.words[last].marked)) or self._thing(last) or self._closing(last):
                return -1
            told += says or self._ender(last)
            after = last + 1
            ends = after >= len(self.words) or bool(self.words[after].gap.strip()) or self._unit_at(after)
            if ends or self._thing(after) or self._closing(after):
                return last if told * 2 <= last - at + 1 else -1
        return -1

    def _closing(self, at: int) -> bool:
        return self._polite(at) or (self.marks and self.lex.closing.at(self.words, at, True) > 0)

    def _polite(self, at: int) -> bool:
        """Whether an "a" that closes a sentence of a polite writer is "ạ"."""
        word, after = self.words[at], at + 1
        closes = after >= len(self.words) or bool(_BREAK.search(self.words[after].gap))
        return word.raw == "a" and closes and not self.marks and self.words[0].key in _POLITE

    def _thing(self, at: int) -> bool:
        """Whether what a report is about begins here: "trụ điện", "cây xanh"."""
        return self.lex.things.at(self.words, at, self.marks) > 1

    def _word_in_name(self, at: int, first: bool, family: bool, bounded: bool = False) -> float:
        word = self.words[at]
        if self.cased and word.titled:
            coded = not first and self.lex.ways.at(self.words, at, self.marks) == 1 and number_at(self.words, at + 1)
            return -2.0 if coded else 1.0  # "Cây xăng Bình An TL 852"
        borne = word.spelled in self.names.spelled if self.marks else word.key in self.names.plain
        score = -1.5 if self.cased else 0.25 if borne or not is_plain_syllable(word.key) else -0.1
        if self._polite(at):
            score -= 3.0
        elif self.lex.prepositions.at(self.words, at, self.marks):
            score -= 0.3 if bounded else 3.0
        elif self._ender(at) and not (first and family):
            weak = at not in self._strong and (family or not (self.marks or word.marked))
            soft = weak or self.lex.soft.at(self.words, at, self.marks) > 0
            closed = soft and (
                at + 1 >= len(self.words) or bool(self.words[at + 1].gap.strip()) or self._kind_at(at + 1)
                or self._thing(at + 1)
            )  # fmt: skip
            score -= 0.3 if closed or bounded else 1.0 if weak else 2.5 if first else 2.0
        elif not first and (self._thing(at) or self._word(at, "số")):
            score -= 2.5
        elif not first and self._goes_on(at):
            score -= 0.3 if bounded else 1.5
        return score

    def _goes_on(self, at: int) -> bool:
        """Whether another part, a side or a joining word stands there."""
        lex = self.lex
        beside = any(one.at(self.words, at, self.marks) for one in (lex.directions, lex.joins))
        return beside or (self._head_at(at) and not self._gap_breaks(at + 1))

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
        if self._ender(at) or self._head_at(at) or self._thing(at) or self._polite(at) or word.raw.isdecimal():
            return 1.5
        if not is_plain_syllable(word.key):
            return -1.0  # "An Cựu City"
        if self.lex.joins.at(self.words, at, self.marks) or self.lex.directions.at(self.words, at, self.marks):
            return 1.2
        if self.cased and not word.titled:
            return 1.0
        return 0.0

    # Chains

    def _located(self, before: list[Part], part: Part) -> bool:
        """Whether what stands before is only what the report is about: "xưởng cơ khí ở ngõ 5", "hố ga tại …"."""
        said = range(before[-1].last + 1, part.first)
        firm = any(self._word(at, one) for at in said for one in ("tại", "chỗ", "khu"))
        sided = not said and self.lex.directions.at(self.words, part.first, self.marks) > 0
        if sided and all(not one.named for one in before) and not self.words[part.first].gap.strip():
            return True  # "bờ sông dưới gầm cầu X"
        if not firm and not any(self._word(at, "ở") or self._word(at, "trên") for at in said):
            return False
        things = all(one.kind in ("landmark", "building") for one in before)
        return things and (firm or part.kind != "unit" or not all(one.named for one in before))

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


_POLITE = frozenset("da vang thua alo em".split())
# Middle names, after which a given name follows whatever it means: "Trần Thị Lý".
_MIDDLE = frozenset("thi van duc huu dinh ngoc quoc cong minh xuan thanh quang hoang van ba trong the".split())
_MEASURES_SPELLED = frozenset(
    "hôm ngày tuần tháng năm giờ phút lần cái người chiếc con cây bao đống xe hộ nhà m mét bữa đêm tiếng bóng cột chỗ "
    "thằng đứa ông bà vụ việc ổ cục chậu thùng đồng triệu nghìn ngàn k giây trận bên phía đầu quán căn gia".split()
)
_TIMES_SPELLED = frozenset("hôm ngày tuần tháng năm giờ phút lần bữa đêm tiếng giây".split())
_TIMES = frozenset(words_of(one)[0].key for one in _TIMES_SPELLED)
_MEASURES = frozenset(words_of(one)[0].key for one in _MEASURES_SPELLED)
