"""Lists of cards with forms: after a form the page comes back at its card, and what is said stands in that card."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from console import asked
from console.context import go

SPOT = "viec"
"""The field of the address that names the card."""


@dataclass(slots=True)
class Spot:
    """Where on the list something was done. ``act``, ``error``, ``typed``: of a form that was refused."""

    card: int | None = None
    act: str = ""
    error: str | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)
    listed: bool = False
    """Whether the card is on the page; if not, what is said stands on top."""
    placed: bool = False

    def among(self, cards: Collection[int]) -> Spot:
        self.listed = self.card in cards
        return self

    def at(self, card: int) -> bool:
        return self.card == card

    def refused(self, card: int, act: str) -> bool:
        """Whether the form that is drawn now is the refused one; at most one is."""
        here = bool(self.error) and not self.placed and self.card == card and self.act == act
        self.placed = self.placed or here
        return here

    def left_over(self, card: int) -> bool:
        """Whether the refused form no longer stands in its card."""
        return bool(self.error) and not self.placed and self.card == card


def asked_for(request: Request) -> Spot:
    return Spot(asked.whole_or_none(request.query_params, SPOT))


def back_to(path: str, card: int, message: str, **query: str) -> Response:
    """Lead to the card; ``message`` is shown in it."""
    return go(path, message, anchor=f"goi-{card}", **query, **{SPOT: str(card)})
