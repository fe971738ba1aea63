"""Runs every conversation of ``scripts/*.yaml``.

A script is a list of steps. One key says what the citizen does: ``say``, ``press``, ``pin``. The others say
what must hold of the answer: ``has`` (words, folded comparison), ``lacks``, ``buttons`` (these are shown),
``intent``, ``ticket`` (true: a code was given), ``same_ticket`` (the code of an earlier step again).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system import Citizen
from vitext import fold

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.yaml"))


def _cases() -> list[Any]:
    found = []
    for path in SCRIPTS:
        for name, steps in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            found.append(pytest.param(steps, id=f"{path.stem}: {name}"))
    return found


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@pytest.mark.parametrize("steps", _cases())
def test_a_conversation_goes_as_its_script_says(citizen: Citizen, steps: list[dict[str, Any]]) -> None:
    codes: list[str] = []
    for number, step in enumerate(steps, start=1):
        wanted = dict(step)
        if "press" in wanted:
            said = citizen.presses(wanted.pop("press"))
        elif "pin" in wanted:
            said = citizen.pins(*wanted.pop("pin"))
        else:
            said = citizen.says(str(wanted.pop("say")).replace("{code}", codes[-1] if codes else ""))
        where = f"step {number} {step}: {said!r} {citizen.buttons}"
        for words in _words(wanted.pop("has", [])):
            assert fold(words) in fold(said), f"lacks {words!r} in {where}"
        for words in _words(wanted.pop("lacks", [])):
            assert fold(words) not in fold(said), f"holds {words!r} in {where}"
        for label in _words(wanted.pop("buttons", [])):
            assert label in citizen.buttons, where
        if "intent" in wanted:
            assert citizen.last["intent"] == wanted.pop("intent"), where
        if wanted.pop("ticket", False):
            assert citizen.ticket is not None, where
            codes.append(citizen.ticket)
        if wanted.pop("same_ticket", False):
            assert citizen.ticket == codes[-1], where
        assert not wanted, f"unknown keys {wanted} in step {number}"
