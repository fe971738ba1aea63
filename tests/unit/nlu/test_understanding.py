"""What is made of a first message, with an engine that answers by heart."""

from __future__ import annotations

from typing import Any

from hotline.nlu.lines import Part
from hotline.nlu.understanding import Fresh, Understanding, Understood

FRESH = Fresh("hai-phong")


def clause(text: str, piece: str, intent: str, category: str) -> dict[str, Any]:
    start = text.index(piece)
    named = {"name": intent, "confidence": 0.99}
    return {"start": start, "end": start + len(piece), "intent": named, "aspect": None,
            "category": {"name": category, "confidence": 0.99}}  # fmt: skip


def understood(text: str, intent: str, categories: dict[str, float] | None = None, **more: Any) -> Understood:
    """``more``: of the parse of the whole."""

    def parse(asked: str) -> tuple[dict[str, Any], float]:
        found = [{"name": name, "confidence": sure} for name, sure in (categories or {}).items()]
        if asked != text:  # words of a part: of what stands in them
            found = [one for one in found if one["name"].split(".")[1] in asked]
        return {"intent": {"name": intent, "confidence": 0.9}, "category": found,
                **(more if asked == text else {})}, 2.0  # fmt: skip

    return Understanding(parse, FRESH.places, FRESH.knows, FRESH.alarm)(text)


def test_the_guard_of_emergencies_comes_before_the_engine() -> None:
    got = understood("Cháy nhà ở số 5 Tô Hiệu, cứu với", "submit_feedback")
    assert (got.route, got.guard, got.place) == ("emergency", "emergency", "số 5 Tô Hiệu")
    assert "114" in got.numbers


def test_an_emergency_that_only_the_engine_sees_is_answered_with_its_own_numbers() -> None:
    got = understood("hình như có gì đó không ổn", "emergency")
    assert (got.route, got.guard) == ("emergency", "")
    assert {"113", "114", "115"} <= set(got.numbers)


def test_signs_alone_are_not_understood() -> None:
    assert understood("???", "submit_feedback").route == "nlu_fallback"


def test_a_route_of_the_engine_passes() -> None:
    got = understood("làm khai sinh hết bao nhiêu tiền", "ask_procedure", aspect={"name": "fee", "confidence": 1.0})
    assert (got.route, got.aspect, got.parts) == ("ask_procedure", "fee", (Part("ask_procedure"),))


def test_taking_a_report_back_is_a_cancellation() -> None:
    assert understood("tôi xin rút phản ánh hôm trước", "out_of_scope").route == "cancel_request"


def test_a_bare_address_opens_a_report() -> None:
    assert understood("số 5 Tô Hiệu, phường Lê Chân", "inform").route == "submit_feedback"


def test_several_matters_are_parts_each_read_from_its_own_words() -> None:
    text = "den hỏng ngõ 5, ngoài ra rac đầy đường"
    clauses = [clause(text, "den hỏng ngõ 5", "submit_feedback", "chieu-sang.den"),
               clause(text, "ngoài ra rac đầy đường", "submit_feedback", "moi-truong.rac")]  # fmt: skip
    found = {"chieu-sang.den": 0.5, "moi-truong.rac": 0.5}
    got = understood(text, "submit_feedback", found, clauses=clauses, several=0.6)
    assert got.route == "multi"
    assert got.parts == (Part("submit_feedback", "chieu-sang.den"), Part("submit_feedback", "moi-truong.rac"))


def test_where_the_whole_is_not_sure_the_words_without_the_place_decide() -> None:
    got = understood("rac đầy ở số 5 Tô Hiệu", "submit_feedback", {"nuoc.Hiệu": 0.4, "moi-truong.rac": 0.35})
    assert got.categories == ("moi-truong.rac",)
    assert got.ms == 4.0


def test_a_sure_category_is_kept() -> None:
    got = understood("rac đầy ở số 5 Tô Hiệu", "submit_feedback", {"nuoc.Hiệu": 0.9, "moi-truong.rac": 0.1})
    assert got.categories[0] == "nuoc.Hiệu"
