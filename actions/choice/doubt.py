"""Where the engine alone speaks of a danger: the learned opinion is heard, too (ADR 0038)."""

from __future__ import annotations

from dataclasses import replace

from actions.turn import Turn
from feedback_store.guards import calm_story, find_denunciation, judge_danger, opinion
from feedback_store.reading.assent import says_go_on

PIECE = 5
"""Words of a piece of a story, of which the engine alone is never sure."""
SURELY = 0.9
"""So likely by the learned opinion a piece must be where the engine is not sure either."""
SURE_OF_DANGER = 0.8
"""So sure, the engine's word for a danger is taken alone."""
ASKS = 0.5
"""So likely a danger, a doubt of it is asked about."""
DOUBTED_BELOW = 0.15
"""Less likely by the learned opinion, an unsure engine's danger is none."""


def doubted(turn: Turn) -> Turn:
    """A danger that the engine is not sure of, and the learned opinion sees nothing of, is its next likely intent;
    whether somebody is in danger is asked beside (``asks_of_danger``). To go on with a report is no denunciation."""
    typed = turn.text if not turn.payload else ""
    if turn.intent == "denunciation" and says_go_on(typed) and not find_denunciation(typed):
        kept = tuple(one for one in turn.clauses if (one.get("intent") or {}).get("name") != "denunciation")
        return replace(turn, intent="nlu_fallback", clauses=kept)  # "việc tố cáo để tôi nộp đơn, … thì làm tiếp"
    piece = len(typed.split()) <= PIECE  # "xe kẹt cứng rồi", of a report told piece by piece
    if turn.intent != "emergency" or turn.payload or (turn.confidence >= SURE_OF_DANGER and not piece):
        return turn
    chance = opinion.chance(turn.text)
    enough = SURELY if piece and turn.confidence < SURE_OF_DANGER else DOUBTED_BELOW
    if chance is None or chance >= enough or judge_danger(turn.text) is not None:
        return turn  # phrases speak for it, too
    rest = max(1 - turn.confidence, 0.01)
    left = tuple((name, sure / rest) for name, sure in turn.ranking if name != "emergency")
    name, sure = left[0] if left else ("nlu_fallback", 0.0)
    return replace(turn, intent=name, confidence=min(sure, 1.0), ranking=left, danger=turn.confidence)


def asks_of_danger(turn: Turn) -> bool:
    """Whether a doubted danger is likely enough to ask about."""
    return turn.danger >= ASKS and len(turn.text.split()) > PIECE and not calm_story(turn.text)
