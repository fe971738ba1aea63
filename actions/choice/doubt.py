"""Where the engine alone speaks of a danger: the learned opinion is heard, too (ADR 0038)."""

from __future__ import annotations

from dataclasses import replace

from actions.choice.beside import odds
from actions.turn import Turn
from feedback_store.guards import (
    accuses_nobody,
    calm_story,
    check_emergency,
    find_denunciation,
    judge_danger,
    opinion,
    says_report_only,
)
from feedback_store.reading.assent import says_go_on

PIECE = 5
"""Words of a piece of a story, of which the engine alone is never sure."""
SURE, BESIDE, SURELY = 0.8, 0.15, 0.9
"""So sure of a piece the engine must be, and so likely the opinion; where the engine is not, so likely the opinion."""
ENOUGH, ENOUGH_WRITING = -0.5, 1.0
"""What the odds of a danger by the engine and those by the learned opinion must come to, added as logarithms; and while
a report is open."""
OF_REPORT = 0.9
"""So surely a message is of the category of the open report, it goes on with it."""
ASKS = 0.5
"""So likely a danger by the engine, a doubt of it is asked about."""
UNLIKELY = 1e-4
"""No voice counts for more than this says."""


def doubted(turn: Turn, *, writing: bool = False, category: str | None = None) -> Turn:
    """A danger that the engine is not sure of, and the learned opinion sees nothing of, is its next likely intent;
    whether somebody is in danger is asked beside (``asks_of_danger``). To go on with a report is no denunciation.

    ``writing``: a report is open, whose questions are answered in strong words ("tụi nó thấy là chết"). ``category``:
    of that report; what is surely of the same goes on with it ("ông cụ nằm liệt, không có nước tắm"): asked about.
    """
    typed = turn.text if not turn.payload else ""
    accused = find_denunciation(typed) if turn.intent == "denunciation" else None
    denied = says_report_only(typed) if accused is None else accused.name == "unsure" and accuses_nobody(typed)
    if turn.intent == "denunciation" and (denied or (says_go_on(typed) and accused is None)):
        kept = tuple(one for one in turn.clauses if (one.get("intent") or {}).get("name") != "denunciation")
        told = tuple(one for one in turn.sentences if (one.get("intent") or {}).get("name") != "denunciation")
        return replace(turn, intent="nlu_fallback", clauses=kept, sentences=told)  # "việc tố cáo để tôi nộp, …"
    chance = opinion.chance(turn.text)
    seen = dict(turn.ranking).get("emergency", turn.confidence if turn.intent == "emergency" else 0.0)
    if turn.payload or chance is None:
        return turn
    piece = len(typed.split()) <= PIECE  # "xe kẹt cứng rồi", of a report told piece by piece
    enough = ENOUGH_WRITING if writing else ENOUGH
    danger = _of_piece(seen, chance) if piece else odds(seen, UNLIKELY) + odds(chance, UNLIKELY) >= enough
    danger = danger and not _goes_on(turn, category)
    if turn.intent != "emergency":
        if danger and not piece:
            return replace(turn, intent="emergency", confidence=max(seen, chance))
        return replace(turn, danger=chance) if _likely(typed) else turn
    if danger or (check_emergency(turn.text) is not None and judge_danger(turn.text) is not None):
        return turn  # phrases speak for it, too
    sure = max(turn.confidence, chance) if _likely(typed) else turn.confidence
    rest = max(1 - turn.confidence, 0.01)
    left = tuple((name, sure / rest) for name, sure in turn.ranking if name != "emergency")
    name, next_sure = left[0] if left else ("nlu_fallback", 0.0)
    return replace(turn, intent=name, confidence=min(next_sure, 1.0), ranking=left, danger=sure)


def _goes_on(turn: Turn, category: str | None) -> bool:
    best = turn.categories[0] if turn.categories else (None, 0.0)
    return category is not None and best[0] == category and best[1] >= OF_REPORT


def _likely(text: str) -> bool:
    danger = judge_danger(text)
    return danger is not None and danger.what == "likely"


def _of_piece(seen: float, chance: float) -> bool:
    return chance >= (BESIDE if seen >= SURE else SURELY)


def asks_of_danger(turn: Turn) -> bool:
    """Whether a doubted danger is likely enough to ask about."""
    return turn.danger >= ASKS and len(turn.text.split()) > PIECE and not calm_story(turn.text)
