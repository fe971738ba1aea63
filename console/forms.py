"""Forms whose faults are said beside their fields, with everything that was typed still there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from console.asked import whole_or_none
from console.context import why
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.service.actor import Refused
from feedback_store.service.versions import Faults
from feedback_store.texts import has, render


def strings(form: Mapping[str, Any]) -> dict[str, str]:
    """The text fields of a form; files are left out."""
    return {key: value for key, value in form.items() if isinstance(value, str)}


def written(items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a person wrote, under the name of its field; choices and keys of the page are not words."""
    return [(render(key), value) for name, value in items if value.strip() and has(key := f"carried.field_{name}")]


def number(form: Mapping[str, Any], name: str) -> int:
    """A whole number; 0 where there is none."""
    return whole_or_none(form, name) or 0


def faults_of(error: Faults | Refused | IllegalMove) -> dict[str, str]:
    """Field → sentence; a refusal of the whole form stands under the empty name."""
    if isinstance(error, Faults):
        return {field: render(key, **params) for field, (key, params) in error.of.items()}
    return {"": why(error)}
