"""What is done about words that may tell of a danger: answered, asked about, or neither (ADR 0038).

The phrases and the learned opinion are heard both. Where they agree, or the opinion is sure, the number goes out at
once; one of them alone asks whether somebody is in danger, with the numbers in the same message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from feedback_store.guards import opinion
from feedback_store.guards.emergency import EmergencyHit, check_emergency, likely_kind, load_watch, say
from feedback_store.reading.over import says_over

ALONE = 0.6
"""So likely, the opinion needs no phrase; below it seven of eight alarms of the development set were false."""
BESIDE = 0.12
"""Less likely than this, a phrase alone only asks."""
ASKS = 0.25
FEWEST = 4
"""In fewer words the phrases alone decide: a learned guess at two words is none."""


_ADDING = re.compile(r"(?i)^\s*b(?:ổ|o) sung\s*[:,-]?\s*")
""" "Bổ sung: …" says where the words belong, not what they tell."""


@dataclass(frozen=True, slots=True)
class Danger:
    """``answer``: the number goes out at once; ``ask``: whether somebody is in danger is asked, with the numbers."""

    what: Literal["answer", "ask"]
    hit: EmergencyHit


def judge_danger(text: str) -> Danger | None:
    """What these words tell of a danger now. Never raises for any text."""
    hit, chance = check_emergency(text), opinion.chance(_ADDING.sub("", text))
    if chance is None:
        return Danger("answer", hit) if hit is not None else None
    if hit is not None and (chance >= BESIDE or hit.self_harm):
        return Danger("answer", hit)
    if hit is None and (says_over(text) or len(text.split()) < FEWEST):
        return None
    if chance >= ALONE:
        return Danger("answer", _of_kind(likely_kind(text), chance))
    if hit is not None or chance >= ASKS:
        return Danger("ask", hit or _of_kind(likely_kind(text), chance))
    return None


def _of_kind(kind: str, chance: float) -> EmergencyHit:
    numbers = load_watch().numbers[kind]
    return EmergencyHit(kind, numbers, round(chance, 2), say(kind, numbers))
