"""What the readers of words share: a text without marks and signs, and their lists in ``data/``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from vitext import fold

DATA = Path(__file__).resolve().parents[2] / "data"


def words_of(text: str) -> list[str]:
    """The words of a text folded, without signs: of "Đã gửi chưa?" da, gui, chua."""
    return "".join(char if char.isalnum() else " " for char in fold(text)).split()


def folded(text: str) -> str:
    """The same with single blanks between them."""
    return " ".join(words_of(text))


@cache
def document(name: str) -> dict[str, Any]:
    """``data/NAME.yaml``, read once a process. Raises OSError, yaml.YAMLError."""
    loaded: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded
