"""What is taken for what, and whether 0.9 is right nine times in ten. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from hotline.nlu.scoring import Pair, group, route_right

PAIRS = 15
BOUNDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
Judged = Sequence[tuple[float, bool]]
"""How sure each was, and whether it was right."""


def routes(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """Pairs of routes that are taken for each other, the most frequent first."""
    return _counted((line.route, got.route) for line, got in pairs if not route_right(line, got.route))


def groups(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """The same of the groups of categories; no category is ``""``."""
    judged = [(line.categories, got.categories[:1]) for line, got in pairs if line.categories]
    return _counted(
        (group(wanted[0]), "".join(map(group, first)))
        for wanted, first in judged
        if not {group(one) for one in wanted}.intersection(map(group, first))
    )


def _counted(confused: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    ordered = sorted(Counter(confused).items(), key=lambda one: (-one[1], one[0]))
    return [{"wanted": wanted, "understood": got, "n": count} for (wanted, got), count in ordered[:PAIRS]]


def sure_of_route(pairs: Sequence[Pair]) -> Judged:
    """Without the lines that a guard answered: a guard says yes or no, not how likely."""
    return [(got.sure, route_right(line, got.route)) for line, got in pairs if got.sure is not None]


def sure_of_category(pairs: Sequence[Pair]) -> Judged:
    return [
        (got.category_sure, got.categories[0] in line.categories)
        for line, got in pairs
        if line.categories and got.categories and got.category_sure is not None
    ]


def calibration(judged: Judged) -> dict[str, Any]:
    """By bins of sureness, the upper bound of the last one within it, and the expected calibration error: how far what
    was said lies from what was right, in the mean of the bins by their lines (Guo and others, 2017)."""
    bins, error = [], 0.0
    for low, high in pairwise(BOUNDS):
        own = [one for one in judged if low <= one[0] < high or one[0] == high == BOUNDS[-1]]
        right = sum(held for _, held in own)
        error += abs(right - sum(sure for sure, _ in own))
        bins.append({"from": low, "to": high, "n": len(own), "right": right})
    return {"n": len(judged), "error": error / len(judged) if judged else None, "bins": bins}
