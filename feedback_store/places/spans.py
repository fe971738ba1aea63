"""What a reader of addresses gives: parts of a place, spans of a text; and what it is given of the country's units."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["house", "way", "quarter", "building", "landmark", "name", "unit"]


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
