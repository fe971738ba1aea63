"""A danger that the engine alone sees: taken, doubted and asked about, or let go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.choice.doubt import asks_of_danger, doubted
from feedback_store.guards import opinion
from tests.unit.choice.building import turn

TEXT = "con mẹ giúp việc bế con em đi từ sáng, máy thì khoá"


@pytest.fixture
def hears(monkeypatch: pytest.MonkeyPatch):
    """Puts a chance in the place of the learned opinion on a danger."""

    def put(chance: float) -> None:
        monkeypatch.setattr(opinion, "chance", lambda text, on=opinion.DANGER: chance if on == opinion.DANGER else None)

    return put


def taken(sure: float, *, payload: bool = False):
    ranking = (("emergency", sure), ("praise", 0.2), ("submit_feedback", 0.05))
    return doubted(replace(turn(TEXT, "emergency", sure, payload=payload), ranking=ranking))


def test_a_sure_engine_needs_no_second_voice(hears) -> None:
    hears(0.01)
    assert taken(0.85).intent == "emergency"


def test_an_unsure_engine_is_taken_where_the_opinion_hears_it_too(hears) -> None:
    hears(0.3)
    assert taken(0.6).intent == "emergency"


def test_a_doubted_danger_is_the_next_likely_and_asked_about(hears) -> None:
    hears(0.02)
    found = taken(0.7)
    assert found.intent == "praise"
    assert found.confidence == pytest.approx(0.2 / 0.3)
    assert found.chance("emergency") == 0
    assert asks_of_danger(found)


def test_a_faint_danger_is_not_asked_about(hears) -> None:
    hears(0.02)
    assert not asks_of_danger(taken(0.4))


def test_a_danger_that_phrases_speak_for_is_not_doubted(hears) -> None:
    hears(0.02)
    found = replace(turn("cháy nhà số 12 rồi cứu với", "emergency", 0.5), ranking=(("emergency", 0.5), ("praise", 0.2)))
    assert doubted(found).intent == "emergency"


def test_a_button_is_never_doubted(hears) -> None:
    hears(0.01)
    assert taken(0.5, payload=True).intent == "emergency"
