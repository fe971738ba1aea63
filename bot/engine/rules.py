"""Spares the rule policy work that comes to nothing; the predictions stay as they are.

Before it looks for a rule by intent, Rasa's `RulePolicy` goes through all rules and all turns once more for rules
written with a citizen's literal words, and for a debug message that nobody reads it copies every state deeply.
Together that is a sixth of the engine's CPU.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import rasa.core.policies.rule_policy as rasa_rules
from rasa.core.policies.rule_policy import RULES, RulePolicy

_whole_search = RulePolicy._find_action_from_rules


def _needs_text(policy: Any) -> bool:
    """Tell whether the search by the citizen's words can find what the search by intent does not.

    It cannot where every rule that follows a citizen's message names its intent.
    """
    known: bool | None = getattr(policy, "_hotline_needs_text", None)
    if known is None:
        known = False
        for key in policy.lookup[RULES]:
            state = json.loads(key)[-1]
            listened = state.get("prev_action", {}).get("action_name") == "action_listen"
            known = known or (listened and "intent" not in state.get("user", {}))
        policy._hotline_needs_text = known
    return known


def _find_action_from_rules(
    self: Any, tracker: Any, domain: Any, use_text_for_last_user_input: bool
) -> tuple[str | None, str | None, bool]:
    if use_text_for_last_user_input and not _needs_text(self):
        return None, None, False
    found: tuple[str | None, str | None, bool] = _whole_search(
        self, tracker, domain, use_text_for_last_user_input
    )
    return found


def install() -> None:
    """Make this process's rule policies spare that work; training is not affected."""
    RulePolicy._find_action_from_rules = _find_action_from_rules  # type: ignore[method-assign]
    rasa_rules.copy = SimpleNamespace(deepcopy=lambda value: value)  # type: ignore[attr-defined]
