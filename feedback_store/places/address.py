"""Where in a text a place is named, from its first word to its last: the reader of addresses.

A place is a chain of parts: house numbers, ways, quarters, buildings, landmarks, units of administration, each with
the side it is meant from ("trước cổng", "đối diện"). What a name is and where it ends is judged by what is known of
names (``data/places``), by capitals where the writer used them, and by the words that cannot be part of one.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import pairwise

from feedback_store.places.names import Word, words_of
from feedback_store.places.parts import Parts
from feedback_store.places.sentence import BREAK
from feedback_store.places.spans import NO_NAMES, Kind, Names, Part, Span, UnitAt

__all__ = ["NO_NAMES", "Kind", "Names", "Part", "Span", "UnitAt", "spans_of"]


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


class _Reader(Parts):
    """Joins parts to places."""

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
            if self.words[before].gap.strip() not in ("", "," if self.marks else ""):
                break
            before -= 1
            if self._after_where(before) and not self.words[before].gap.strip():
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

    def _after_where(self, at: int) -> bool:
        return any(at >= back and self.lex.where.at(self.words, at - back, self.marks) == back for back in (1, 2, 3))

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
        if any(BREAK.search(one.gap) for one in self.words[last + 1 : first + 1]) or len(between) > 4:
            return False
        at = last + 1
        while at < first:
            length = self.lex.joins.at(self.words, at, self.marks)
            if not length or at + length > first:
                return False
            at += length
        return True
