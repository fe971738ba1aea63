"""A model's files put in place together, or none of them."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

MODEL = "hotline.tar.gz"
FINGERPRINT = "hotline.fingerprint"
FIGURES = "figures.json"
# The fingerprint last: until it is there the model counts as old.
FILES = (MODEL, "guards.bin", "dangers.bin", "answers.bin", "marks.bin", FIGURES, FINGERPRINT)
READY = ".ready"


def place(made: Path, out: Path) -> None:
    """Move the files of `made`, a folder on the same file system, to `out`.

    Raises `FileNotFoundError` when one is missing; nothing was changed then.
    """
    for name in FILES:
        if not (made / name).is_file():
            raise FileNotFoundError(f"{made} is no whole model: it has no {name}")
    out.mkdir(parents=True, exist_ok=True)
    finish(out)
    for name in FILES:
        with (made / name).open("rb") as file:
            os.fsync(file.fileno())
    os.rename(made, out / READY)  # one step, and it is decided: whatever ends us now, `finish` does the rest
    finish(out)


def finish(out: Path) -> None:
    """Do what is left of a placing that was cut short; nothing where none was."""
    ready = out / READY
    if not ready.is_dir():
        return
    for name in FILES:
        with contextlib.suppress(FileNotFoundError):  # moved before the cut
            os.replace(ready / name, out / name)
    shutil.rmtree(ready)
