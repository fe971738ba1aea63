"""Where an error arose, for the log and for the administrator."""

from __future__ import annotations

import traceback
from pathlib import Path


def where(error: BaseException) -> str:
    """File and line of the innermost frames; never the values, which may be a citizen's words."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in reversed(frames))
