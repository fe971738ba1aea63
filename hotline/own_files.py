"""Logs and notes that their owner alone may read, whatever the umask says and whoever made them before."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path
from typing import IO

LARGEST_LOG = 20 * 2**20
KEPT = 3
"""Older parts of a log: ``web.log.1`` is the newest of them."""


def own_folder(path: Path) -> None:
    """Make the folder, or close an existing one to others."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)


def open_own(path: Path) -> IO[bytes]:
    """Open for appending; every write goes to the end, also after :func:`rotate` emptied the file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "ab")


def copy_own(source: Path, target: Path) -> None:
    """Copy the content of a file into one that its owner alone may read, from its first byte on."""
    target.unlink(missing_ok=True)
    with source.open("rb") as read, open_own(target) as written:
        shutil.copyfileobj(read, written)


def rotate(path: Path, *, largest: int = LARGEST_LOG) -> bool:
    """Put a log that has grown too large aside and go on with an empty one; True when it was done.

    The writer keeps its file, so it is copied and emptied; a line that is written in between may be lost.
    """
    try:
        if path.stat().st_size <= largest:
            return False
    except FileNotFoundError:
        return False
    older = [path.with_name(f"{path.name}.{number}") for number in range(1, KEPT + 1)]
    for newer, old in reversed(list(itertools.pairwise(older))):
        if newer.exists():
            newer.replace(old)
    copy_own(path, older[0])
    os.truncate(path, 0)
    return True
