"""What a further message of an emergency is taken for, and which signs are left to the engine."""

from __future__ import annotations

import pytest

from bot.gateway.modes import within
from bot.gateway.safety import Verdict, judge_words
from bot.gateway.shape import check_shape
from feedback_store.guards import opinion
from feedback_store.service.emergencies import EmergencyHit
from feedback_store.service.outbox import Reply


def told(kind: str) -> Verdict:
    return Verdict("emergency", "emergency", Reply("help of its own kind"), EmergencyHit(kind, ("112",)))


@pytest.mark.parametrize("kind", ["unspecified", "disaster"])
def test_what_no_phrase_gives_a_kind_is_a_part_of_the_scene(kind: str) -> None:
    verdict = within(told(kind), "fire", "còn hai đứa bé trên gác chưa ra")
    assert "114" in verdict.reply.text


def test_a_danger_of_another_kind_in_so_many_words_has_its_own_help() -> None:
    opinion.forget()
    text = "có người đuối nước"
    verdict = judge_words(text)
    assert verdict is not None
    assert within(verdict, "fire", text) is verdict


@pytest.mark.parametrize(
    ("text", "kind"),
    [("công an tới rồi, đưa đi cấp cứu hết rồi", "over"), ("hết cháy rồi em", "over"),
     ("khóa van rồi, có người bất tỉnh", "emergency"), ("xe cứu hỏa tới rồi mà vẫn cháy", "emergency")],
)  # fmt: skip
def test_the_end_of_an_emergency_is_heard_though_it_has_a_dangers_words(text: str, kind: str) -> None:
    opinion.forget()
    assert within(told("fire"), "fire", text).kind == kind
    assert within(told("fire"), None, text).kind == "emergency"


@pytest.mark.parametrize("going_on", [None, "unspecified", "disaster"])
def test_where_nothing_else_goes_on_the_help_is_its_own(going_on: str | None) -> None:
    verdict = told("disaster")
    assert within(verdict, going_on, "nước lên tới mái rồi") is verdict


@pytest.mark.parametrize("text", ["????", "?", "...", "!!!", "👍", "?🙏"])
def test_signs_may_be_of_the_question_that_is_open(text: str) -> None:
    assert check_shape(text) is None


@pytest.mark.parametrize(
    ("text", "shape"), [("🔥🔥", "no_letters"), ("😡?!", "upset"), ("", "empty"), ("-", "no_letters")]
)
def test_other_pictures_are_answered_for_their_shape(text: str, shape: str) -> None:
    found = check_shape(text)
    assert found is not None
    assert found.name == shape
