"""Another language, and a danger that is told in it."""

from __future__ import annotations

import pytest

from feedback_store.reading.languages import danger_in


@pytest.mark.parametrize(
    "text",
    ["Hello, nobody has collected the garbage near my flat. Can you help me?", "could you please help me with a form",
     "여기 물이 안 나와요. 도와주세요"],
)
def test_to_ask_for_help_politely_is_no_danger(text: str) -> None:
    assert danger_in(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [("help me please, somebody help me", "unspecified"), ("can you help me there is a fire in my room", "fire")],
)
def test_a_cry_for_help_is_one(text: str, kind: str) -> None:
    assert danger_in(text) == kind
