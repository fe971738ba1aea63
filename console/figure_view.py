"""The figures as a page and a file show them: tiles, and a table that divides a section's figures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from console.figure_choice import Choice, figures_for
from feedback_store.domain.figures import CATALOGUE, Definition, Dimension, Figure, PerTicket, Spread
from feedback_store.domain.kpi import Ratio
from feedback_store.queries import figures_counts
from feedback_store.queries.figures_kept import NONE
from feedback_store.queries.figures_rows import Asked
from feedback_store.service.sessions import CurrentUser
from feedback_store.texts import has, render

Cell = Ratio | Spread
SHARES: dict[Dimension, figures_counts.Part] = {"stars": "denominator", "reason": "numerator"}
"""Divisions that say how the counted ones split up, and which part of the figure those are."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the whole period. ``spread``: of a figure that is a time."""

    code: Figure
    definition: Definition
    ratio: Ratio
    spread: Spread | None = None

    @property
    def each(self) -> float | None:
        """Happenings per ticket, of a figure that is counted so."""
        return PerTicket(self.ratio.numerator, self.ratio.denominator).each if self.definition.per_ticket else None

    @property
    def reached(self) -> bool:
        """Whether the goal is reached; never where there was nothing to count."""
        goal, percent = self.definition.goal, self.ratio.percent
        return goal is not None and percent is not None and percent >= goal


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a division; a figure without anything to count there is missing from ``cells``."""

    key: str
    name: str
    cells: dict[Figure, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A section divided: its figures as columns."""

    dimension: Dimension
    columns: list[Figure]
    rows: list[Row]


def asked(code: Figure, choice: Choice, user: CurrentUser, at: dt.datetime) -> Asked:
    return Asked(code, choice.period, at, user.actor, choice.against)


def tiles(session: Session, choice: Choice, user: CurrentUser, at: dt.datetime) -> dict[Figure, Tile]:
    """Every figure of the section that the reader may see."""
    made: dict[Figure, Tile] = {}
    for code in figures_for(user, choice.section.figures):
        question = asked(code, choice, user, at)
        if code == "first_response":
            found = figures_counts.first_response(session, question)
            made[code] = Tile(code, CATALOGUE[code], Ratio(found.answered, found.received), found)
        else:
            made[code] = Tile(code, CATALOGUE[code], figures_counts.ratio(session, question))
    return made


def table(session: Session, choice: Choice, user: CurrentUser, at: dt.datetime) -> Table:
    """The section divided as chosen: months in their order, everything else with the most missed first."""
    possible = figures_for(user, choice.section.figures)
    columns = [code for code in possible if choice.dimension in CATALOGUE[code].dimensions]
    return divided(session, columns, choice, choice.dimension, user, at)


def divided(
    session: Session, columns: list[Figure], choice: Choice, dimension: Dimension, user: CurrentUser, at: dt.datetime
) -> Table:
    """Figures divided by one dimension."""
    cells: dict[str, dict[Figure, Cell]] = {}
    for code in columns:
        question = asked(code, choice, user, at)
        found: dict[str, Ratio] | dict[str, Spread] = (
            figures_counts.first_response_divided(session, question, dimension)
            if code == "first_response"
            else figures_counts.divided(session, question, dimension)
        )
        for key, cell in found.items():
            cells.setdefault(key, {})[code] = cell
    if dimension == "month":
        cells = {f"{part.first.replace(day=1)}": cells.get(f"{part.first.replace(day=1)}", {})
                 for part in choice.period.months()}  # fmt: skip
    if dimension == "reason":
        cells.pop(NONE, None)  # what was not refused
    if dimension in SHARES:
        whole = sum(one.denominator for found in cells.values() for one in found.values() if isinstance(one, Ratio))
        cells = {
            key: {code: Ratio(one.denominator, whole) for code, one in found.items() if isinstance(one, Ratio)}
            for key, found in cells.items()
        }
    called = figures_counts.names(session, dimension)
    rows = [Row(key, name_of(dimension, key, called), found) for key, found in cells.items()]
    if dimension in ("month", "stars"):
        rows.sort(key=lambda row: row.key, reverse=dimension == "stars")
    else:
        rows.sort(key=lambda row: (_worst(row, columns), row.name))
    return Table(dimension, columns, rows)


def _worst(row: Row, columns: list[Figure]) -> tuple[int, int]:
    """Most missed of the first figure first, then the most counted."""
    cell = row.cells.get(columns[0])
    if cell is None:
        return 1, 0
    if isinstance(cell, Spread):
        return 0, -cell.received
    rare = CATALOGUE[columns[0]].rare
    return (0, -cell.numerator) if rare else (cell.numerator - cell.denominator, -cell.denominator)


def name_of(dimension: Dimension, key: str, called: dict[str, str]) -> str:
    """A part of a division in words."""
    if dimension == "month":
        return f"{dt.date.fromisoformat(key):%m/%Y}"
    if dimension == "reason":
        return render(f"figures.reason_{key}") if has(f"figures.reason_{key}") else key
    if dimension == "stars":
        return render("figures.stars", count=key)
    if key == NONE or (dimension == "person" and key == "0"):
        return render(f"figures.none_{dimension}") if has(f"figures.none_{dimension}") else ""
    return called.get(key, key)
