"""How the dates of a whole column are written: judged by all its cells before any row is read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from feedback_store.service.imports_values import Cell

DateOrder = Literal["day", "month"]
"""Which stands first where a date is written in figures with its year last."""
Doubt = Literal["month_first", "mixed", "swapped", "short_year", "undecided"]
_FIGURES = re.compile(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?!\d)")
ENOUGH = 3
"""So many dates that could be read either way, and none that decides, are told."""


@dataclass(frozen=True, slots=True)
class DatesJudged:
    """``doubts`` are told before the rows are taken: ``month_first`` the column is read month first; ``mixed`` some
    cells show one order and some the other; ``swapped`` the cells that a spreadsheet program took for dates all have
    days up to 12 and those it left as text all later ones, the mark of a program that read days as months;
    ``short_year`` years of two figures; ``undecided`` nothing shows the order, so that the day is taken first."""

    order: DateOrder = "day"
    doubts: tuple[Doubt, ...] = ()


def judged_dates(cells: Sequence[Cell]) -> DatesJudged:
    """Of all cells of one column."""
    written = [found for cell in cells if isinstance(cell, str) and (found := _FIGURES.search(cell))]
    pairs = [(int(one.group(1)), int(one.group(2))) for one in written]
    day_first = sum(first > 12 >= second for first, second in pairs)
    month_first = sum(second > 12 >= first for first, second in pairs)
    doubts: list[Doubt] = []
    order: DateOrder = "month" if month_first and not day_first else "day"
    if month_first and day_first:
        doubts.append("mixed")
    elif month_first:
        doubts.append("month_first")
    if any(len(one.group(3)) == 2 for one in written):
        doubts.append("short_year")
    days = [cell.day for cell in cells if isinstance(cell, dt.date)]
    if days and pairs and max(days) <= 12 and len(days) + len(pairs) >= ENOUGH and day_first == len(pairs):
        doubts.append("swapped")
    ambiguous = [one for one in pairs if max(one) <= 12 and one[0] != one[1]]
    if not day_first and not month_first and len(ambiguous) >= ENOUGH:
        doubts.append("undecided")
    return DatesJudged(order, tuple(doubts))
