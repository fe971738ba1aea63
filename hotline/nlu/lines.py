"""A set of first messages with what each means, read strictly: the first fault stops the command with its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROUTES = frozenset(
    """ask_procedure submit_feedback ask_ticket_status ask_dossier_status emergency denunciation formal_complaint
    human_agent rate_service dissatisfied_reopen cancel_request greet goodbye thanks affirm deny abuse out_of_scope
    smalltalk_bot praise multi""".split()
)
ASPECTS = frozenset("documents fee time place how online conditions result form legal general".split())


class LineFault(ValueError):
    """The set cannot be judged: what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Part:
    """One matter of a message. ``category``: a leaf of the taxonomy, None where it has none or is not judged."""

    route: str
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """``routes``, ``aspects``, ``categories``: what is right, the first best; empty: not judged.

    ``place``: the words that say where, None for none; judged only with ``has_place``. ``numbers``: of which the reply
    to an emergency must hold one. ``parts``: the matters of a message of several.
    """

    text: str
    routes: tuple[str, ...]
    style: str | None = None
    aspects: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    has_place: bool = False
    place: str | None = None
    numbers: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def route(self) -> str:
        return self.routes[0]


def load(path: Path) -> list[Line]:
    """The lines of a UTF-8 file of JSON lines; blank ones are passed over. Raises :class:`LineFault`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LineFault(f"{path}: {' '.join(str(error).split())}") from error
    # Not splitlines(): U+2028 and its like may stand within a JSON string.
    found = [line_of(one, f"{path}:{n}") for n, one in enumerate(text.split("\n"), 1) if one.strip()]
    if not found:
        raise LineFault(f"{path}: holds no line")
    return found


def line_of(written: str, where: str) -> Line:
    """One line. Raises :class:`LineFault` that begins with ``where``; keys that are not known are ignored."""
    try:
        given = json.loads(written)
    except json.JSONDecodeError as error:
        raise LineFault(f"{where}: no JSON: {error.msg} at character {error.colno}") from error
    if not isinstance(given, dict):
        raise LineFault(f"{where}: an object is wanted, not {written.strip()[:40]}")
    text = given.get("text")
    if not isinstance(text, str):
        raise LineFault(f"{where}: text: a string is wanted, not {text!r}")
    route = _one(given, "route", where, ROUTES)
    if route is None:
        raise LineFault(f"{where}: route is missing")
    category, aspect = _one(given, "category", where), _one(given, "aspect", where, ASPECTS)
    place = given.get("place")
    if place is not None and not isinstance(place, str):
        raise LineFault(f"{where}: place: a string or null is wanted, not {place!r}")
    return Line(
        text,
        (route, *_several(given, "route_alt", where, ROUTES)),
        _one(given, "style", where),
        (aspect, *_several(given, "aspect_alt", where, ASPECTS)) if aspect else (),
        (category, *_several(given, "category_alt", where)) if category else (),
        "place" in given,
        place if place and place.strip() else None,
        _several(given, "numbers", where),
        _parts(given.get("parts"), f"{where}: parts"),
    )


def _parts(given: Any, where: str) -> tuple[Part, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        raise LineFault(f"{where}: a list is wanted, not {given!r}")
    found: list[Part] = []
    for number, one in enumerate(given, 1):
        at = f"{where}: {number}"
        if not isinstance(one, dict):
            raise LineFault(f"{at}: an object is wanted, not {one!r}")
        route = _one(one, "route", at, ROUTES)
        if route is None:
            raise LineFault(f"{at}: route is missing")
        found.append(Part(route, _one(one, "category", at)))
    return tuple(found)


def _one(given: dict[str, Any], key: str, where: str, known: frozenset[str] = frozenset()) -> str | None:
    value = given.get(key)
    if value is None:
        return None
    return _checked(value, f"{where}: {key}", known)


def _several(given: dict[str, Any], key: str, where: str, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """A list of strings; one string stands for a list of it."""
    value = given.get(key)
    if value is None:
        return ()
    values: Sequence[Any] = [value] if isinstance(value, str) else value
    if not isinstance(values, list):
        raise LineFault(f"{where}: {key}: a list of strings is wanted, not {value!r}")
    return tuple(_checked(one, f"{where}: {key}", known) for one in values)


def _checked(value: Any, where: str, known: frozenset[str]) -> str:
    if not isinstance(value, str) or not value.strip():
        raise LineFault(f"{where}: a string is wanted, not {value!r}")
    if known and value not in known:
        raise LineFault(f"{where}: {value!r} is not known; there are {', '.join(sorted(known))}")
    return value
