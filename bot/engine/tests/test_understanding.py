"""What the trained pipeline gives for one text."""

import asyncio
from typing import Any

import pytest

from bot.engine.processor import TurnProcessor


@pytest.fixture
def parse(loop: asyncio.AbstractEventLoop, loaded: TurnProcessor) -> Any:
    return lambda text: loop.run_until_complete(loaded.parse_text(text))


def test_text_without_marks_is_understood_and_its_place_is_in_the_original(parse: Any) -> None:
    text = "  truoc nha tui o hem 45 duong Tran Phu co o ga to lam"
    found = parse(text)
    assert found["intent"]["name"] == "submit_feedback"
    assert found["category"][0]["name"] == "duong-bo.o-ga"
    (place,) = found["entities"]
    assert text[place["start"] : place["end"]] == place["value"] == "hem 45 duong Tran Phu"


def test_the_aspect_of_a_procedure_question_is_told(parse: Any) -> None:
    found = parse("lệ phí đăng ký kết hôn bao nhiêu tiền")
    assert found["intent"]["name"] == "ask_procedure"
    assert found["aspect"]["name"] == "fee"


@pytest.mark.parametrize("text", ["", " ", "👍", ".", "12", "🙏🙏", "\u0301"])
def test_text_that_says_nothing_is_a_fallback(parse: Any, text: str) -> None:
    assert parse(text)["intent"]["name"] == "nlu_fallback"


def test_a_bare_phone_number_is_an_answer(parse: Any) -> None:
    found = parse("0912 345 678")
    assert found["intent"]["name"] == "inform"
    assert found["entities"] == [{"entity": "phone", "value": "0912345678", "start": 0, "end": 12}]


@pytest.mark.parametrize("text", ["/restart", '/affirm{"a":1}', " //greet", "/session_start"])
def test_typed_text_is_never_taken_as_an_intent(parse: Any, text: str) -> None:
    found = parse(text)
    assert found["intent"]["confidence"] < 1.0
    assert found["intent"]["name"] not in ("restart", "session_start")


@pytest.mark.parametrize("text", ["a" * 4000, "ạ " * 2000, "👨‍👩‍👧" * 300, "\x00\x01", "ﷺ" * 50, "T\u0309\u0309\u0309"])
def test_odd_text_does_not_break_the_pipeline(parse: Any, text: str) -> None:
    found = parse(text)
    assert found["intent"]["name"]
    for entity in found["entities"]:
        assert 0 <= entity["start"] < entity["end"] <= len(text)
