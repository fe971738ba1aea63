"""A refused form of the ticket page: it stands open where it was, alone, with its error and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.forms import strings, written


@dataclass(slots=True)
class RefusedForm:
    """``action``: the last part of the form's address; without an error nothing was refused."""

    action: str = ""
    error: str | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)
    placed: bool = False
    """Whether the page still has the form."""

    def stands_here(self, action: str, leg_id: int | None) -> bool:
        """Whether the form that is drawn now is the refused one; at most one is."""
        of_leg = str(self.typed.get("leg") or "")
        here = bool(self.error) and not self.placed and action == self.action and of_leg == str(leg_id or "")
        self.placed = self.placed or here
        return here

    @property
    def words(self) -> list[tuple[str, str]]:
        return written(strings(self.typed).items())
