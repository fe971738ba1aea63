"""One line of ``hotline doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One look at one thing; ``mend`` is empty when there is nothing to do."""

    grade: Grade
    what: str
    mend: str = ""
