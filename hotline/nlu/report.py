"""What to mend next in the understanding: a judged set as a work list, its confusions, what its sureness is worth.

Pure. The shape of :func:`report` is in docs/understanding.md; its words are in ``data/texts/nlu_report.yaml``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from hotline.nlu import report_tables, scoring
from hotline.nlu.lines import Line
from hotline.nlu.nearness import Sentences, Trained, runs
from hotline.nlu.scoring import EMERGENCY, Pair
from hotline.nlu.understanding import Understood

SENTENCES = 20
NEAR = 2
DENUNCIATION = "denunciation"
Nearest = Callable[[str], list[dict[str, Any]]]
"""The training sentences nearest to a text, as they stand in the report."""


class Kind(IntEnum):
    """What is wrong with a line, the worst first."""

    MISSED_EMERGENCY = 0
    FALSE_ALARM = 1
    SEALED_WRONGLY = 2
    NOT_SEALED = 3
    ROUTE = 4
    CATEGORY = 5


Fault = tuple[Kind, Line, Understood]


def report(pairs: Sequence[Pair], nearest: Nearest) -> dict[str, Any]:
    """Everything but the conversations, which come from a file of their own."""
    faults = ranked(pairs)
    return {
        "n": len(pairs),
        "wrong": len(faults),
        "kinds": {kind.name.lower(): sum(one is kind for one, _, _ in faults) for kind in Kind},
        "worst": [_told(one, nearest) for one in told_once(faults)[:SENTENCES]],
        "confusion": {"routes": report_tables.routes(pairs), "groups": report_tables.groups(pairs)},
        "calibration": {
            "routes": report_tables.calibration(report_tables.sure_of_route(pairs)),
            "categories": report_tables.calibration(report_tables.sure_of_category(pairs)),
        },
    }


def fault(line: Line, got: Understood) -> Kind | None:
    """The worst that is wrong; None where emergency, seal, route and category are right."""
    if line.route == EMERGENCY and not scoring.recalled(line, got):
        return Kind.MISSED_EMERGENCY
    if not scoring.route_right(line, got.route):
        if got.route == EMERGENCY:
            return Kind.FALSE_ALARM
        if got.route == DENUNCIATION:
            return Kind.SEALED_WRONGLY
        return Kind.NOT_SEALED if line.route == DENUNCIATION else Kind.ROUTE
    if line.categories and not set(line.categories).intersection(got.categories[:1]):
        return Kind.CATEGORY
    return None


def ranked(pairs: Sequence[Pair]) -> list[Fault]:
    """The lines that are wrong: the worst kind first, of a kind the surest first, then as they stand in the set."""
    found = [(kind, line, got) for line, got in pairs if (kind := fault(line, got)) is not None]
    return sorted(found, key=lambda one: (one[0], -_doubtless(one[0], one[2])))


def told_once(faults: Sequence[Fault]) -> list[list[Fault]]:
    """One entry for a sentence that stands in the set in several writings (capitals, without marks, decomposed) and is
    wrong in the same way in each."""
    found: dict[tuple[Kind, frozenset[str]], list[Fault]] = {}
    for one in faults:
        found.setdefault((one[0], runs(one[1].text)), []).append(one)
    return list(found.values())


def _sure(kind: Kind, got: Understood) -> float | None:
    return got.category_sure if kind is Kind.CATEGORY else got.sure


def _doubtless(kind: Kind, got: Understood) -> float:
    """A guard knows no doubt: what it takes wrongly is wrong with full sureness. No category: nothing was sure."""
    sure = _sure(kind, got)
    return sure if sure is not None else float(kind is not Kind.CATEGORY)


def _told(writings: Sequence[Fault], nearest: Nearest) -> dict[str, Any]:
    kind, line, got = writings[0]
    wanted, understood = line.route, got.route
    if kind is Kind.CATEGORY:
        wanted, understood = line.categories[0], got.categories[0] if got.categories else ""
    return {
        "kind": kind.name.lower(),
        "text": line.text,
        "styles": [one.style for _, one, _ in writings],
        "wanted": wanted,
        "understood": understood,
        "sure": _sure(kind, got),
        "guard": got.guard,
        "by": list(got.by),
        "near": nearest(line.text),
    }


def among(sentences: Sequence[Trained]) -> Nearest:
    """The nearest of these; one that stands twice is shown once."""
    shelf = Sentences([one.text for one in sentences])

    def nearest(text: str) -> list[dict[str, Any]]:
        shown: dict[str, dict[str, Any]] = {}
        for like, number in shelf.nearest(text, NEAR + 2):
            one = sentences[number]
            told = {"like": round(like, 3), "text": one.text, "intent": one.intent, "leaf": one.leaf, "file": one.file}
            shown.setdefault(one.text.casefold(), told)
        return list(shown.values())[:NEAR]

    return nearest
