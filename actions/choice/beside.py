"""How likely a clause begins another matter beside the last one, rather than going on with it (ADR 0039)."""

from __future__ import annotations

import math
from dataclasses import dataclass

ANOTHER = 0.5
_FELT = 0.3
"""Up to here the engine's doubt of one matter alone weighs most."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is seen of a clause and the message around it.

    ``last``: how sure the matter before it is. ``subject``: how surely the clause has one of its own: a procedure of
    the catalogue, or how sure a category is, of a report or not. ``likely``: how likely the whole message is of that
    category. ``message``, ``clause``: their words. ``anew``: it opens with words for something else. ``several``: how
    likely the engine takes the whole for several matters. ``wholly``: the whole is surely a question, a complaint and
    the like, which hold their story too. ``one``: the whole is sure of one category. ``group``: both are reports of one
    group.
    """

    last: float
    subject: float
    likely: float
    message: int
    clause: int
    anew: bool
    several: float
    wholly: bool
    one: bool
    group: bool

    def seen(self) -> tuple[float, ...]:
        """As numbers, one for each of WEIGHTS."""
        return (
            self.last, self.subject, math.log(self.message), math.log(self.clause), float(self.anew), self.several,
            min(self.several, _FELT), float(self.wholly), float(self.one), float(self.group), self.likely,
        )  # fmt: skip

    @property
    def chance(self) -> float:
        """0 to 1."""
        margin = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, self.seen(), strict=True))
        return 1 / (1 + math.exp(-margin))


BIAS = -7.34
WEIGHTS = (4.49, 1.58, -1.11, 1.96, 2.47, 4.28, 10.36, -0.2, -0.94, -0.55, 0.67)
"""Fitted on messages that the engine had not learned from: ``python -m tests.bench.matters``."""
