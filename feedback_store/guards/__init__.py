"""What words say before anybody acts on them: a danger, a denunciation. Pure, without database or network.

Every entrance asks here: the chat (``bot/gateway/safety.py``), an operator's form, an import.
"""

from feedback_store.guards.deciding import Danger, calm_story, danger_of, find_denunciation, judge_danger
from feedback_store.guards.denunciation import (
    Denunciation,
    accuses_nobody,
    check_denunciation,
    drops,
    edits_words,
    reported,
    says_report_only,
)
from feedback_store.guards.emergency import EmergencyHit, check_emergency, load_watch

__all__ = [
    "Danger",
    "Denunciation",
    "EmergencyHit",
    "accuses_nobody",
    "calm_story",
    "check_denunciation",
    "check_emergency",
    "danger_of",
    "drops",
    "edits_words",
    "find_denunciation",
    "judge_danger",
    "load_watch",
    "reported",
    "says_report_only",
]
