"""Recognises a denunciation (tố cáo) of somebody in office, so that it is sealed first (decision 12).

Rude manners are a report, not a denunciation; what cannot be told apart is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from bot.gateway.emergency import GUARDS, read_guards
from bot.gateway.lexicon import Lexicon, Phrase, compile_phrase
from feedback_store.texts import render

_LONGEST = 4000
_LISTS = ("office", "certain", "with_office", "possible", "calm")


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of the answer."""

    label: str
    payload: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``denunciation`` or ``unsure``, with the answer. Both are sealed until the citizen says otherwise."""

    name: Literal["denunciation", "unsure"]
    text: str
    buttons: tuple[Choice, ...]


@lru_cache(maxsize=1)
def _load(path: Path = GUARDS) -> tuple[Lexicon, dict[Phrase, str]]:
    data = read_guards(path)
    roles = {compile_phrase(source, data["groups"]): role for role in _LISTS for source in data["denunciation"][role]}
    return Lexicon(roles), roles


def check_denunciation(text: str) -> Verdict | None:
    """What these words are; None leaves them to the engine, which may still find one."""
    lexicon, roles = _load()
    seen = {roles[one.phrase] for one in lexicon.find(lexicon.read(text[:_LONGEST]))}
    if "calm" in seen or not seen - {"office"}:
        return None
    if "certain" in seen or {"with_office", "office"} <= seen:
        return _verdict("denunciation")
    return _verdict("unsure") if "possible" in seen else None


def _verdict(name: Literal["denunciation", "unsure"]) -> Verdict:
    report = Choice(render("guards.button_only_report"), "/denunciation_is_report")
    if name == "denunciation":
        return Verdict(name, render("guards.denunciation"), (report,))
    denounce = Choice(render("guards.button_denounce"), "/denunciation")
    return Verdict(name, render("guards.denunciation_unsure"), (report, denounce))
