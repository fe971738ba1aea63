"""Whether a newly trained model may replace the installed one: floors, and the installed model's own figures. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hotline.nlu.nearness import NLU_DATA
from hotline.nlu.reporting import percent

FLOORS = NLU_DATA / "floors.yml"
FIGURES = "figures.json"
WORSE, LINES = 0.005, 2
"""How much below the installed model's figure a new one may lie: half a point, or so many lines where there are few."""
_ROUNDING = 1e-9


class FloorsFault(ValueError):
    """The file of floors cannot be used: why."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure's name as in ``hotline nlu eval --json``, dots between the keys. ``ceiling``: less is better."""

    name: str
    limit: float
    ceiling: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a new model. ``installed``: that of the installed one, None where it is not known. ``lines``: of
    how many lines it is a share, 0 where that is not known."""

    bound: Bound
    new: float | None
    installed: float | None
    lines: int = 0

    @property
    def fault(self) -> str:
        """Why it refuses the model, or ""; a figure that the set does not give refuses, too."""
        if self.new is None:
            return "not judged"
        if self._gain(self.bound.limit) < -_ROUNDING:
            return "above the ceiling" if self.bound.ceiling else "below the floor"
        small = self.bound.name.startswith("styles.")  # one line of a style is more than a point: its floor holds it
        few = LINES / self.lines if self.lines and not self.bound.ceiling else 0.0
        chance = max(WORSE, few)
        if self.installed is not None and not small and self._gain(self.installed) < -chance - _ROUNDING:
            return "worse than installed"
        return ""

    def _gain(self, than: float) -> float:
        assert self.new is not None
        return than - self.new if self.bound.ceiling else self.new - than


def load_floors(path: Path) -> list[Bound]:
    """``floors`` and ``ceilings`` of a YAML file, a rate from 0 to 1 by name. Raises :class:`FloorsFault`."""
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        bounds = [
            Bound(str(name), float(limit), kind == "ceilings")
            for kind in ("floors", "ceilings")
            for name, limit in given[kind].items()
        ]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FloorsFault(f"{path}: {' '.join(str(error).split())}") from error
    if wrong := [one.name for one in bounds if not 0 <= one.limit <= 1]:
        raise FloorsFault(f"{path}: {', '.join(wrong)}: a rate from 0 to 1 is wanted")
    return bounds


def flat(made: Mapping[str, Any], before: str = "") -> dict[str, float | None]:
    """The figures by one name each: ``{"route": {"accuracy": 0.9}}`` is ``{"route.accuracy": 0.9}``."""
    found: dict[str, float | None] = {}
    for key, value in made.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            found |= flat(value, f"{name}.")
        else:
            found[name] = None if value is None else float(value)
    return found


def rows(bounds: Sequence[Bound], new: Mapping[str, Any], installed: Mapping[str, Any] | None) -> list[Row]:
    """Each bound with its figures. ``installed``: of the same set; None: there are none."""
    ours, theirs = flat(new), flat(installed or {})
    return [
        Row(one, ours.get(one.name), theirs.get(one.name), int(ours.get(f"{one.name.rpartition('.')[0]}.n") or 0))
        for one in bounds
    ]


def told(judged: Sequence[Row]) -> Iterator[str]:
    """A table: the figure, what it is now, its bound, what the installed model has, what is wrong."""
    yield f"{'figure':<34}{'new':>9}{'bound':>11}{'installed':>11}"
    for row in judged:
        sign = "≤" if row.bound.ceiling else "≥"
        bound = f"{sign} {percent(row.bound.limit)}"
        numbers = f"{percent(row.new):>9}{bound:>11}{percent(row.installed):>11}"
        yield f"{row.bound.name:<34}{numbers}  {row.fault}".rstrip()


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def kept(figures: Mapping[str, Any], judged_on: str) -> str:
    """What stands in the file beside the model. ``judged_on``: the digest of the set."""
    without = {name: one for name, one in figures.items() if name != "latency_ms"}  # of this machine, this moment
    return json.dumps({"set": judged_on, "figures": without}, ensure_ascii=False, indent=1) + "\n"


def installed(folder: Path, judged_on: str) -> dict[str, Any] | None:
    """The installed model's figures; None: it has none, or they are of another set, with which nothing compares."""
    try:
        found = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = isinstance(found, dict) and found.get("set") == judged_on and isinstance(found.get("figures"), dict)
    return found["figures"] if same else None
