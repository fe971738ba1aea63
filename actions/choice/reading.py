"""A reading: one way to take some clauses of a message, and the choice of the set that is acted upon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Heard(IntEnum):
    """Who is heard first: a pressed button, the open question, what was talked of, then the world."""

    PRESSED = 0
    QUESTION = 1
    FOCUS = 2
    WORLD = 3
    REST = 4


class Follows(IntEnum):
    """What would follow, the heavier the later."""

    ANSWER = 0
    """Something is said, nothing changes; or what has consequences is asked about."""
    KEEPS = 1
    """Words join the report that is open."""
    OPENS = 2
    """A report is opened."""
    CHANGES = 3
    """What was given is changed or left out."""
    ENDS = 4
    """Something is given up: a report, a request, the stars of a result."""
    FILES = 5
    """A report goes out."""


FLOORS: dict[Follows, float] = {
    Follows.ANSWER: 0.0,
    Follows.KEEPS: 0.0,
    Follows.OPENS: 0.5,
    Follows.CHANGES: 0.55,
    Follows.ENDS: 0.75,
    Follows.FILES: 0.95,
}
"""How sure a reading must be for what follows. Below, its question (``instead``) is asked, or it is not taken."""


@dataclass(frozen=True, slots=True)
class Reading:
    """``act``: what would be done, a key of ``routing.ACTS``. ``takes``: numbers of the clauses it claims.

    ``instead``: the act that asks where the reading is less sure than what follows needs. ``with_``: what the act needs
    to know beside the words.
    """

    by: str
    act: str
    takes: tuple[int, ...]
    heard: Heard
    follows: Follows = Follows.ANSWER
    sure: float = 1.0
    instead: str | None = None
    with_: dict[str, Any] = field(default_factory=dict)

    @property
    def firm(self) -> bool:
        return self.sure >= FLOORS[self.follows]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is done, in order of the message; ``left``: clauses that nobody claimed; ``passed``: readings not taken."""

    taken: tuple[Reading, ...]
    left: tuple[int, ...]
    passed: tuple[Reading, ...] = ()


def choose(readings: Iterable[Reading], clauses: int) -> Choice:
    """Those that are heard first win their clauses; of equals the surer, then the one that takes more, then the first.

    A reading below its floor asks instead, where it knows a question; otherwise it is passed over.
    """
    offered = list(readings)
    ranked = sorted(
        enumerate(offered), key=lambda one: (one[1].heard, -round(one[1].sure, 2), -len(one[1].takes), one[0])
    )
    free, taken, passed = set(range(clauses)), list[Reading](), list[Reading]()
    for _, reading in ranked:
        if not reading.takes or not free.issuperset(reading.takes) or not (reading.firm or reading.instead):
            passed.append(reading)
            continue
        free.difference_update(reading.takes)
        taken.append(reading)
    taken.sort(key=lambda one: one.takes[0])
    return Choice(tuple(taken), tuple(sorted(free)), tuple(passed))
