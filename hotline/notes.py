"""What a person did for this installation that leaves no other trace: when a backup was written, a head printed."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Literal

from hotline.own_files import own_folder

Deed = Literal["backup", "audit-head"]


class Notes:
    """One file a deed below ``var/notes``, with the time of the last one."""

    def __init__(self, var: Path) -> None:
        self.folder = var / "notes"

    def keep(self, deed: Deed, at: dt.datetime) -> None:
        """Whole or not at all. Raises OSError."""
        own_folder(self.folder)
        draft = self.folder / f".{deed}.{os.getpid()}"
        draft.write_text(at.isoformat() + "\n", encoding="ascii")
        draft.replace(self.folder / deed)

    def last(self, deed: Deed) -> dt.datetime | None:
        """None when it was never done, or when nobody can tell."""
        try:
            at = dt.datetime.fromisoformat((self.folder / deed).read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return None
        return at if at.tzinfo is not None else None
