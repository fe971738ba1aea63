"""Figures with their targets, gathered section by section and printed as aligned text or JSON."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """One measured value. ``target`` is compared with it; ``stock`` is the same of stock Rasa."""

    name: str
    value: float
    unit: str
    target: float | None = None
    wanted: Literal["most", "least"] = "most"
    stock: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """None where nothing is promised. ``most``: the value may be at most the target."""
        if self.target is None:
            return None
        return self.value <= self.target if self.wanted == "most" else self.value >= self.target

    @property
    def ratio(self) -> float | None:
        """How many times better than stock Rasa."""
        if not self.stock or not self.value:
            return None
        return self.stock / self.value if self.wanted == "most" else self.value / self.stock

    def line(self) -> str:
        promise = verdict = beside = ""
        if self.target is not None:
            promise = f"{'≤' if self.wanted == 'most' else '≥'} {shown(self.target)} {self.unit}"
            verdict = "holds" if self.holds else "FALLS SHORT"
        if self.stock is not None and self.ratio is not None:
            beside = f"stock {shown(self.stock)} {self.unit}, {self.ratio:.1f} × as good"
        told = "; ".join(part for part in (beside, self.note) if part)
        amount = f"{shown(self.value)} {self.unit}"
        return f"  {self.name:<52} {amount:>16}   {promise:<14} {verdict:<11} {told}".rstrip()


@dataclass
class Section:
    """The figures of one measurement and the machine's load around it."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])

    def add(self, name: str, value: float, unit: str, **more: Any) -> None:
        self.figures.append(Figure(name, value, unit, **more))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def text(self) -> str:
        head = f"{self.title}  (load average before {self.load_before:.1f}, after {os.getloadavg()[0]:.1f})"
        return "\n".join([head, *(one.line() for one in self.figures), *(f"  · {one}" for one in self.notes), ""])

    def data(self) -> dict[str, Any]:
        figures = [asdict(one) | {"holds": one.holds, "ratio": one.ratio} for one in self.figures]
        return {"title": self.title, "load_before": self.load_before, "figures": figures, "notes": self.notes}


def shown(value: float) -> str:
    """A number as short as it is still telling."""
    if value >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"
