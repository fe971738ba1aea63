"""The figures of a judged set. Pure; rates run from 0 to 1, None where there is nothing to judge."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from hotline.nlu.lines import Line, Part
from hotline.nlu.understanding import Understood

EMERGENCY = "emergency"
Pair = tuple[Line, Understood]


def figures(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Everything that ``hotline nlu eval --json`` prints; its shape is in docs/understanding.md."""
    return {
        "n": len(pairs),
        "route": routes([(line, got.route) for line, got in pairs]),
        "styles": styles(pairs),
        "aspect": aspects(pairs),
        "category": categories(pairs),
        "place": places(pairs),
        "emergency": emergencies(pairs),
        "multi": several(pairs),
        "latency_ms": latency([got.ms for _, got in pairs]),
    }


def route_right(line: Line, route: str) -> bool:
    return route in line.routes


def routes(pairs: Sequence[tuple[Line, str]]) -> dict[str, Any]:
    """Accuracy, and by route. Precision: of the lines taken for it, those for which that is right."""
    per_route: dict[str, Any] = {}
    for name in sorted({line.route for line, _ in pairs}):
        own = [route_right(line, route) for line, route in pairs if line.route == name]
        taken = [route_right(line, route) for line, route in pairs if route == name]
        per_route[name] = {"n": len(own), "recall": share(own), "precision": share(taken)}
    return {"accuracy": share(route_right(line, route) for line, route in pairs), "per_route": per_route}


def styles(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Accuracy of the route by style."""
    names = sorted({line.style for line, _ in pairs if line.style is not None})
    right = {name: [route_right(line, got.route) for line, got in pairs if line.style == name] for name in names}
    return {name: {"n": len(own), "accuracy": share(own)} for name, own in right.items()}


def aspects(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Of every line that has an aspect, whatever route it was taken for."""
    right = [got.aspect in line.aspects for line, got in pairs if line.aspects]
    return {"n": len(right), "accuracy": share(right)}


def categories(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Of every line that has a category: the first, one of the first three, the group of the first."""
    judged = [(line, got.categories) for line, got in pairs if line.categories]
    groups = [(line, {group(one) for one in line.categories}, found) for line, found in judged]
    return {
        "n": len(judged),
        "top1": share(any(one in line.categories for one in found[:1]) for line, found in judged),
        "top3": share(any(one in line.categories for one in found[:3]) for line, found in judged),
        "group": share(any(group(one) in wanted for one in found[:1]) for _, wanted, found in groups),
    }


def group(category: str) -> str:
    return category.split(".")[0]


def place_right(line: Line, place: str | None) -> bool:
    """Equal but for composition, case and spaces."""
    return _plain(line.place) == _plain(place)


def places(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Exact, and the F1 of all syllables together; a line that says nothing of a place is not judged."""
    judged = [(line, got.place) for line, got in pairs if line.has_place]
    hit = read = there = 0
    for line, place in judged:
        wanted, found = _syllables(line.place), _syllables(place)
        hit += (wanted & found).total()
        read += found.total()
        there += wanted.total()
    overlap = 2 * hit / (read + there) if read + there else None
    return {"n": len(judged), "exact": share(place_right(*one) for one in judged), "overlap_f1": overlap}


def _plain(place: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", place or "").casefold().split())


def _syllables(place: str | None) -> Counter[str]:
    return Counter(re.findall(r"\w+", _plain(place)))


def recalled(line: Line, got: Understood) -> bool:
    """Whether an emergency was seen, and one of its numbers stands in the first reply."""
    return got.route == EMERGENCY and (not line.numbers or not set(line.numbers).isdisjoint(got.numbers))


def emergencies(pairs: Sequence[Pair]) -> dict[str, Any]:
    """A line that may be an emergency by its ``route_alt`` belongs to neither rate."""
    plain = [(line, got) for line, got in pairs if EMERGENCY not in line.routes[1:]]
    return {
        "recall": share(recalled(line, got) for line, got in plain if line.route == EMERGENCY),
        "false_alarm_rate": share(got.route == EMERGENCY for line, got in plain if line.route != EMERGENCY),
    }


def several(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Parts of the lines that have any, matched one to one."""
    judged = [(line.parts, got.parts) for line, got in pairs if line.parts]
    hit = sum(matched(wanted, found) for wanted, found in judged)
    wanted_all, found_all = sum(len(one) for one, _ in judged), sum(len(one) for _, one in judged)
    return {
        "n": len(judged),
        "part_recall": hit / wanted_all if wanted_all else None,
        "part_precision": hit / found_all if found_all else None,
    }


def matched(wanted: Sequence[Part], found: Sequence[Part]) -> int:
    """The most pairs of one to one: the same route, and the same category where one is wanted."""
    holder: dict[int, int] = {}  # number of a part found → of the part wanted that it is paired with

    def pair(number: int, tried: set[int]) -> bool:
        for at, one in enumerate(found):
            if at in tried or not _fits(wanted[number], one):
                continue
            tried.add(at)
            if at not in holder or pair(holder[at], tried):
                holder[at] = number
                return True
        return False

    return sum(pair(number, set()) for number in range(len(wanted)))


def _fits(wanted: Part, found: Part) -> bool:
    return wanted.route == found.route and wanted.category in (None, found.category)


def latency(milliseconds: Sequence[float]) -> dict[str, Any]:
    """The least time within which half, and 95 of a hundred, are done."""
    ordered = sorted(milliseconds)
    return {f"p{part}": ordered[math.ceil(part / 100 * len(ordered)) - 1] if ordered else None for part in (50, 95)}


def share(held: Iterable[bool]) -> float | None:
    """How much of them holds; None: there are none."""
    every = list(held)
    return sum(every) / len(every) if every else None


def misses(line: Line, got: Understood) -> dict[str, Any]:
    """What is wrong with a line: by name, what was wanted and what was understood; empty where all is right."""
    wrong: dict[str, Any] = {}
    if not route_right(line, got.route):
        wrong["route"] = [line.route, got.route]
    elif line.route == EMERGENCY == got.route and not recalled(line, got):
        wrong["numbers"] = [list(line.numbers), list(got.numbers)]
    if line.aspects and got.aspect not in line.aspects:
        wrong["aspect"] = [line.aspects[0], got.aspect]
    if line.categories and not set(line.categories).intersection(got.categories[:1]):
        wrong["category"] = [line.categories[0], list(got.categories)]
    if line.has_place and not place_right(line, got.place):
        wrong["place"] = [line.place, got.place]
    if line.parts and not matched(line.parts, got.parts) == len(line.parts) == len(got.parts):
        wrong["parts"] = [[_told(one) for one in line.parts], [_told(one) for one in got.parts]]
    return wrong


def _told(part: Part) -> str:
    return f"{part.route} {part.category or ''}".strip()
