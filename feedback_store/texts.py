"""Sentences that citizens and officials read, kept in ``data/texts/*.yaml`` and never in Python.

One file per room, flat keys ``room.key``, ``{placeholders}`` filled by name. A key that stands in
two files, a missing key and a missing parameter are errors.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "data" / "texts"


class TextMissing(KeyError):
    """No sentence of that name, or a placeholder that was not given."""


@lru_cache(maxsize=1)
def all_texts(folder: Path = FOLDER) -> dict[str, str]:
    """Every sentence by key."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for key, text in entries.items():
            if key in found:
                raise ValueError(f"{path.name}: the text {key!r} stands in two files")
            if not isinstance(text, str):
                raise ValueError(f"{path.name}: the text {key!r} is not a sentence")
            found[key] = text.strip("\n")  # blanks at an end belong to what is joined with it
    return found


def render(key: str, /, **params: object) -> str:
    """The sentence ``key`` with its placeholders filled. Raises :class:`TextMissing`."""
    try:
        return all_texts()[key].format(**params)
    except KeyError as error:
        raise TextMissing(f"text {key!r}: {error}") from error


def has(key: str) -> bool:
    return key in all_texts()
