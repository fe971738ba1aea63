"""Where the engine alone speaks of a danger: the learned opinion is heard, too (ADR 0038)."""

from __future__ import annotations

from dataclasses import replace

from actions.choice.beside import odds
from actions.turn import Turn
from feedback_store.guards import calm_story, check_emergency, find_denunciation, judge_danger, opinion
from feedback_store.reading.assent import says_go_on

PIECE = 5
"""Words of a piece of a story, of which the engine alone is never sure."""
SURE, BESIDE, SURELY = 0.8, 0.15, 0.9
"""So sure of a piece the engine must be, and so likely the opinion; where the engine is not, so likely the opinion."""
ENOUGH, ENOUGH_WRITING = -0.5, 1.0
"""What the odds of a danger by the engine and those by the learned opinion must come to, added as logarithms; and while
a report is open."""
ASKS = 0.5
"""So likely a danger by the engine, a doubt of it is asked about."""
UNLIKELY = 1e-4
"""No voice counts for more than this says."""


def doubted(turn: Turn, *, writing: bool = False) -> Turn:
    """A danger that the engine is not sure of, and the learned opinion sees nothing of, is its next likely intent;
    whether somebody is in danger is asked beside (``asks_of_danger``). To go on with a report is no denunciation.
    ``writing``: a report is open, whose questions are answered in strong words ("tụi nó thấy là chết")."""
    typed = turn.text if not turn.payload else ""
    if turn.intent == "denunciation" and says_go_on(typed) and not find_denunciation(typed):
        kept = tuple(one for one in turn.clauses if (one.get("intent") or {}).get("name") != "denunciation")
        return replace(turn, intent="nlu_fallback", clauses=kept)  # "việc tố cáo để tôi nộp đơn, … thì làm tiếp"
    chance = opinion.chance(turn.text)
    seen = dict(turn.ranking).get("emergency", turn.confidence if turn.intent == "emergency" else 0.0)
    if turn.payload or chance is None:
        return turn
    piece = len(typed.split()) <= PIECE  # "xe kẹt cứng rồi", of a report told piece by piece
    enough = ENOUGH_WRITING if writing else ENOUGH
    danger = _of_piece(seen, chance) if piece else odds(seen, UNLIKELY) + odds(chance, UNLIKELY) >= enough
    if turn.intent != "emergency":
        return replace(turn, intent="emergency", confidence=max(seen, chance)) if danger and not piece else turn
    if danger or (check_emergency(turn.text) is not None and judge_danger(turn.text) is not None):
        return turn  # phrases speak for it, too
    rest = max(1 - turn.confidence, 0.01)
    left = tuple((name, sure / rest) for name, sure in turn.ranking if name != "emergency")
    name, sure = left[0] if left else ("nlu_fallback", 0.0)
    return replace(turn, intent=name, confidence=min(sure, 1.0), ranking=left, danger=turn.confidence)


def _of_piece(seen: float, chance: float) -> bool:
    return chance >= (BESIDE if seen >= SURE else SURELY)


def asks_of_danger(turn: Turn) -> bool:
    """Whether a doubted danger is likely enough to ask about."""
    return turn.danger >= ASKS and len(turn.text.split()) > PIECE and not calm_story(turn.text)
