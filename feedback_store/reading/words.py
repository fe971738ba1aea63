"""What the readers of words share: a text without marks and signs, and their lists in ``data/``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from vitext import fold, nfc

DATA = Path(__file__).resolve().parents[2] / "data"


def words_of(text: str) -> list[str]:
    """The words of a text folded, without signs: of "Đã gửi chưa?" da, gui, chua."""
    return "".join(char if char.isalnum() else " " for char in fold(text)).split()


def folded(text: str) -> str:
    """The same with single blanks between them."""
    return " ".join(words_of(text))


def written(text: str) -> list[str]:
    """The words with their marks, in small letters: of "Đã gửi chưa?" đã, gửi, chưa."""
    return "".join(char if char.isalnum() else " " for char in nfc(text).lower()).split()


def meant(words: Sequence[str], means: Mapping[str, Collection[str]]) -> str:
    """Words with their marks, folded; "_" for one that is written like a word of ``means`` but for its marks.

    ``means``: of a folded word, what it may be with marks: dua: [đùa] leaves "đưa" and "đứa" out."""
    return " ".join(plain if word in means.get(plain := folded(word), (word,)) else "_" for word in words)


@cache
def document(name: str) -> dict[str, Any]:
    """``data/NAME.yaml``, read once a process. Raises OSError, yaml.YAMLError."""
    loaded: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded
