"""How likely a clause begins another matter beside the last one, rather than going on with it (ADR 0039)."""

from __future__ import annotations

import math
from dataclasses import dataclass

ANOTHER, ANOTHER_KIND = 0.58, 0.6
"""So likely a report is another beside a report, and a matter of another kind is one: a story holds more of the latter
that is none."""
_LEAST = 0.001
"""Chances nearer to 0 or 1 count as this."""


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
            self.last, self.subject, math.log(self.message), math.log(self.clause), float(self.anew),
            odds(self.several), float(self.wholly), float(self.one), float(self.group), self.likely,
        )  # fmt: skip

    @property
    def chance(self) -> float:
        """0 to 1."""
        margin = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, self.seen(), strict=True))
        return 1 / (1 + math.exp(-margin))


def odds(chance: float, least: float = _LEAST) -> float:
    """Logarithm of the odds; chances nearer to 0 or 1 than ``least`` count as that."""
    kept = min(max(chance, least), 1 - least)
    return math.log(kept / (1 - kept))


BIAS = 0.5
WEIGHTS = (2.4, 0.83, -1.34, 1.26, 1.48, 0.7, -0.43, -1.13, -1.05, 0.48)
"""Fitted on messages that the engine had not learned from (``python -m tests.bench.matters``): the mean of the weights
of three sets of sentences, and of those of 5,000 training messages each judged by a model that had not seen them."""
