"""The form of a file of scripted conversations, read strictly: what is not known stops the command with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

QUESTIONS = frozenset(
    "text category place commune photo phone summary name time reopen rating procedure none".split()
)
ACTS = ("say", "button", "location", "photo", "wait", "burst", "fill", "other", "operator")
OPERATES = frozenset(("dispatch", "result", "release", "refuse", "on"))
_LISTS = frozenset(("reply_all", "first_all", "shown_all"))
_STRINGS = frozenset(("reply_none", "shown_none", "intent_any", "buttons_any", "asks_any", "asks_none"))
TURN_CHECKS = _LISTS | _STRINGS | {"asks", "tickets"}
END_CHECKS = frozenset(
    "tickets ticket each alerts alert callbacks callback ratings reopened which draft said_any said_none nowhere"
    .split()
)
TICKET_CHECKS = frozenset(
    "category category_any class place_all place_none text_all text_none phone name anonymous commune near photos "
    "state danger".split()
)
PERSON_CHECKS = frozenset(("all", "phone", "photos"))


class FormFault(ValueError):
    """The file cannot be played: what is wrong, and where."""


@dataclass(frozen=True)
class Turn:
    """``act`` and what it is given; ``checks`` of its own replies; ``number``: its place among the turns, from 1."""

    number: int
    act: str
    value: Any
    again: bool = False
    checks: Mapping[str, Any] = field(default_factory=dict)
    inner: tuple[Turn, ...] = ()
    """The turns of a second citizen."""


@dataclass(frozen=True)
class Script:
    id: str
    turns: tuple[Turn, ...]
    answers: Mapping[str, str]
    end: Mapping[str, Any]


def load(path: Path) -> list[Script]:
    """Raises :class:`FormFault` with the first thing that is not of the form, and its place."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FormFault(f"{path}: {' '.join(str(error).split())}") from error
    return scripts_of(document, str(path))


def scripts_of(document: Any, name: str) -> list[Script]:
    _keys(document, {"answers", "conversations"}, name)
    shared = _answers(document.get("answers") or {}, f"{name}: answers")
    made: list[Script] = []
    for number, one in enumerate(_list(document.get("conversations"), f"{name}: conversations"), 1):
        where = f"{name}: conversation {number}"
        _keys(one, {"id", "answers", "turns", "end"}, where)
        if not isinstance(one.get("id"), str):
            raise FormFault(f"{where}: id is missing")
        where = f"{name}: {one['id']}"
        if any(one["id"] == held.id for held in made):
            raise FormFault(f"{where}: the id stands twice")
        answers = {**shared, **_answers(one.get("answers") or {}, f"{where}: answers")}
        turns = _turns(one.get("turns"), where)
        made.append(Script(one["id"], turns, answers, _end(one.get("end") or {}, f"{where}: end")))
    return made


def _turns(given: Any, where: str) -> tuple[Turn, ...]:
    return tuple(_turn(one, at, f"{where}: turn {at}") for at, one in enumerate(_list(given, f"{where}: turns"), 1))


def _turn(given: Any, number: int, where: str) -> Turn:
    _keys(given, {*ACTS, *TURN_CHECKS, "again"}, where)
    acts = [act for act in ACTS if act in given]
    if len(acts) != 1:
        raise FormFault(f"{where}: one of {', '.join(ACTS)} is wanted, not {', '.join(acts) or 'none'}")
    act, value = acts[0], given[acts[0]]
    inner: tuple[Turn, ...] = ()
    if act == "other":
        inner = _turns(value, f"{where}: other")
    elif not _fits(act, value):
        raise FormFault(f"{where}: {act} cannot be {value!r}")
    elif act == "operator":
        for step in value:
            _keys(step, OPERATES, f"{where}: operator")
    if given.get("again") not in (None, True, False) or (given.get("again") and act != "button"):
        raise FormFault(f"{where}: again belongs to a button")
    checks = {key: given[key] for key in given if key in TURN_CHECKS}
    for key, wanted in checks.items():
        _check_form(key, wanted, f"{where}: {key}")
    return Turn(number, act, value, bool(given.get("again")), checks, inner)


def _fits(act: str, value: Any) -> bool:
    if act == "say":
        return isinstance(value, str)
    if act == "button":
        return isinstance(value, str) or _strings(value)
    if act == "location":
        return _numbers(value) and len(value) == 2
    if act == "photo":
        return value is True
    if act == "wait":
        return isinstance(value, (int, float)) and value >= 0
    if act == "burst":
        return _strings(value)
    if act == "fill":
        return value is True or value in QUESTIONS
    return isinstance(value, list)


def _end(given: Any, where: str) -> Mapping[str, Any]:
    _keys(given, END_CHECKS, where)
    for key, wanted in given.items():
        at = f"{where}: {key}"
        if key in ("ticket", "each", "which") or (key == "reopened" and isinstance(wanted, list)):
            for one in [wanted] if key == "ticket" else _list(wanted, at):
                _fields(one, TICKET_CHECKS, at)
        elif key in ("alert", "callback"):
            _fields(wanted, PERSON_CHECKS, at)
        elif key == "ratings":
            if not isinstance(wanted, list) or not all(isinstance(one, int) for one in wanted):
                raise FormFault(f"{at}: a list of stars is wanted")
        elif key == "draft":
            if not isinstance(wanted, bool):
                raise FormFault(f"{at}: true or false is wanted")
        elif key in ("tickets", "alerts", "callbacks", "reopened"):
            _count_form(wanted, at)
        else:
            _check_form({"said_any": "reply_all"}.get(key, "reply_none"), wanted, at)
    return dict(given)


def _fields(given: Any, known: frozenset[str], where: str) -> None:
    _keys(given, known, where)
    if "photos" in given:
        _count_form(given["photos"], f"{where}: photos")
    near = given.get("near", [0, 0, 0])
    if not (_numbers(near) and len(near) == 3):
        raise FormFault(f"{where}: near: [lat, lon, metres] is wanted")


def _check_form(key: str, wanted: Any, where: str) -> None:
    if key in _LISTS:
        if not isinstance(wanted, list) or not all(_strings(one) for one in wanted):
            raise FormFault(f"{where}: a list of lists of strings is wanted")
    elif key in _STRINGS:
        if not _strings(wanted):
            raise FormFault(f"{where}: a list of strings is wanted")
        if key.startswith("asks"):
            _questions(wanted, where)
    elif key == "asks":
        _questions([wanted], where)
    else:
        _count_form(wanted, where)


def _questions(given: Sequence[Any], where: str) -> None:
    for one in given:
        if one not in QUESTIONS:
            raise FormFault(f"{where}: no question {one!r}; there are {', '.join(sorted(QUESTIONS))}")


def _count_form(wanted: Any, where: str) -> None:
    least = isinstance(wanted, str) and wanted.startswith(">=") and wanted[2:].strip().isdecimal()
    if isinstance(wanted, bool) or not (isinstance(wanted, int) or least):
        raise FormFault(f'{where}: a number or ">=N" is wanted, not {wanted!r}')


def _answers(given: Any, where: str) -> dict[str, str]:
    _keys(given, QUESTIONS, where)
    return {key: str(value) for key, value in given.items()}


def _keys(given: Any, known: set[str] | frozenset[str], where: str) -> None:
    if not isinstance(given, dict):
        raise FormFault(f"{where}: keys are wanted, not {given!r}")
    for key in given:
        if key not in known:
            raise FormFault(f"{where}: {key!r} is not known; there are {', '.join(sorted(known))}")


def _list(given: Any, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise FormFault(f"{where}: a list is wanted")
    return given


def _strings(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(one, str) for one in given)


def _numbers(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(one, (int, float)) for one in given)
