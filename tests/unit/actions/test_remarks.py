"""What is said to the hotline beside a question of the report, and what belongs into the report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.remarks import is_remark, to_us
from actions.turn import Turn
from tests.unit.choice.building import turn

RUBBISH = "moi-truong.rac"


def said(text: str, intent: str, sure: float, category: str = "khac.khac", how: float = 0.0) -> Turn:
    return replace(turn(text, intent, sure), categories=((category, how),))


@pytest.mark.parametrize(
    ("text", "intent", "sure"),
    [
        ("sđt t cho r mà sao ghi ko để lại?", "skip", 0.26),
        ("hỏi lại hoài, đã bảo ko biết phường", "ask_ticket_status", 0.69),
        ("lm on nhanh e dang ship", "out_of_scope", 0.49),
        ("Tui hông có soạn phản ánh mới. Hông phải nghen", "submit_feedback", 0.93),
        ("ai bảo ghi cái câu đó vào làm j", "dissatisfied_reopen", 0.74),
        ("Vậy họ hông biết tui thiệt hả cưng?", "smalltalk_bot", 0.94),
    ],
)
def test_objections_questions_and_impatience_are_said_to_the_hotline(text: str, intent: str, sure: float) -> None:
    assert to_us(said(text, intent, sure), RUBBISH)


@pytest.mark.parametrize(
    ("text", "intent", "sure", "how"),
    [
        ("tối nào cũng vậy", "inform", 1.0, 0.0),
        ("dân ở đây kêu mãi", "goodbye", 0.33, 0.2),
        ("báo lần trước rồi mà không ai làm", "dissatisfied_reopen", 0.86, 0.37),
        ("rác này hôi thối sao chịu nổi", "submit_feedback", 0.9, 0.95),
    ],
)
def test_what_tells_more_of_the_matter_belongs_into_the_report(text: str, intent: str, sure: float, how: float) -> None:
    assert not to_us(said(text, intent, sure, RUBBISH, how), RUBBISH)


@pytest.mark.parametrize("text", ["hai hôm nay rồi", "nhất là lúc mưa"])
def test_a_time_in_few_words_is_no_mere_remark(text: str) -> None:
    assert not is_remark(said(text, "out_of_scope", 0.98))
