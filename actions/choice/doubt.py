"""Where the engine alone speaks of a danger: the learned opinion is heard, too (ADR 0038)."""

from __future__ import annotations

from dataclasses import replace

from actions.turn import Turn
from feedback_store.guards import opinion
from feedback_store.guards.deciding import ASKS

SURE_OF_DANGER = 0.8
"""So sure, the engine's word for a danger is taken alone."""


def doubted(turn: Turn) -> Turn:
    """A danger that the engine is not sure of, and the learned opinion sees nothing of, is its next likely intent;
    whether somebody is in danger was asked where anything spoke for it."""
    if turn.intent != "emergency" or turn.payload or turn.confidence >= SURE_OF_DANGER:
        return turn
    chance = opinion.chance(turn.text)
    if chance is None or chance >= ASKS:
        return turn
    return replace(turn, intent=turn.runner_up or "nlu_fallback", confidence=1 - turn.confidence)
