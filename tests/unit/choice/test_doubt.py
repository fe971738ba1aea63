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


@pytest.mark.parametrize(
    ("engine", "opinion_says", "intent"),
    [(0.99, 0.03, "emergency"), (0.85, 0.01, "praise"), (0.6, 0.3, "emergency"), (0.6, 0.1, "praise")],
)
def test_both_voices_count(hears, engine: float, opinion_says: float, intent: str) -> None:
    hears(opinion_says)
    assert taken(engine).intent == intent


def test_a_danger_that_neither_is_sure_of_is_one_where_both_think_of_it(hears) -> None:
    hears(0.5)
    ranking = (("submit_feedback", 0.55), ("emergency", 0.4))
    found = doubted(replace(turn(TEXT, "submit_feedback", 0.55), ranking=ranking))
    assert (found.intent, found.confidence) == ("emergency", 0.5)


def test_what_the_engine_does_not_think_of_and_the_opinion_does_is_asked_about(hears) -> None:
    hears(0.8)
    found = doubted(replace(turn(TEXT, "submit_feedback", 0.99), ranking=(("submit_feedback", 0.99),)))
    assert found.intent == "submit_feedback"
    assert asks_of_danger(found)


def test_what_neither_thinks_of_is_no_danger(hears) -> None:
    hears(0.45)
    found = doubted(replace(turn(TEXT, "submit_feedback", 0.99), ranking=(("submit_feedback", 0.99),)))
    assert found.intent == "submit_feedback"


@pytest.mark.parametrize(
    ("engine", "opinion_says", "intent"),
    [(0.9, 0.2, "emergency"), (0.9, 0.1, "praise"), (0.7, 0.8, "praise"), (0.7, 0.95, "emergency")],
)
def test_a_piece_of_a_story_needs_a_sure_voice(hears, engine: float, opinion_says: float, intent: str) -> None:
    hears(opinion_says)
    ranking = (("emergency", engine), ("praise", 0.05))
    assert doubted(replace(turn("xe kẹt cứng rồi", "emergency", engine), ranking=ranking)).intent == intent


def test_without_an_opinion_the_engine_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opinion, "chance", lambda text, on=opinion.DANGER: None)
    assert taken(0.4).intent == "emergency"


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
