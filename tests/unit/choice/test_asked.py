"""Which procedures, and which aspects of each, a message asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.asked import Asked, asked
from actions.turn import Turn
from tests.unit.choice.building import turn

NAMES = {"khai sinh": "khai_sinh", "bằng lái": "gplx_doi", "tạm trú": "tam_tru", "kết hôn": "ket_hon"}


def which(words: str) -> str | None:
    return next((key for name, key in NAMES.items() if name in words), None)


def aspect_of(words: str) -> str | None:
    return "fee" if "tiền" in words else "time" if "ngày" in words else "general"


def question(*clauses: tuple[str, str | None, float]) -> Turn:
    """Of clauses: words, aspect, how surely they ask about a procedure."""
    told, at = [], 0
    for words, aspect, sure in clauses:
        told.append({
            "start": at, "end": at + len(words), "intent": {"name": "ask_procedure", "confidence": sure},
            "aspect": None if aspect is None else {"name": aspect, "confidence": 0.99},
        })  # fmt: skip
        at += len(words) + 2
    text = ", ".join(words for words, _, _ in clauses)
    return turn(text, "ask_procedure", clauses=tuple(told) if len(told) > 1 else ())


def groups(made: Turn) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(one.key, one.aspects) for one in asked(made, which, aspect_of)]


def test_three_aspects_of_one_procedure_in_their_order() -> None:
    made = question(
        ("làm khai sinh cần giấy gì", "documents", 1.0), ("bao nhiêu tiền", "fee", 0.9), ("mấy ngày", "time", 0.9)
    )
    assert asked(made, which, aspect_of) == (Asked(made.text, ("documents", "fee", "time")),)


def test_each_procedure_with_its_own_aspect() -> None:
    made = question(
        ("đăng ký khai sinh cần gì", "documents", 1.0), ("đổi bằng lái mất bao nhiêu tiền", "fee", 1.0),
        ("với lại tạm trú làm ở đâu", "place", 0.99),
    )  # fmt: skip
    assert groups(made) == [("khai_sinh", ("documents",)), ("gplx_doi", ("fee",)), ("tam_tru", ("place",))]
    assert [one.text for one in asked(made, which, aspect_of)][1] == "đổi bằng lái mất bao nhiêu tiền"


def test_one_clause_may_ask_two_things() -> None:
    made = question(("làm khai sinh hết mấy tiền và mấy ngày thì có", "time", 1.0))
    assert groups(made) == [(None, ("fee", "time"))]


def test_two_procedures_of_one_clause_share_what_is_asked() -> None:
    made = question(("đăng ký khai sinh và đăng ký kết hôn mất bao nhiêu tiền", "fee", 1.0))
    assert groups(made) == [("khai_sinh", ("fee",)), ("ket_hon", ("fee",))]


def test_a_story_that_names_a_procedure_asks_nothing_of_it() -> None:
    made = question(
        ("hồi đó tôi chưa đăng ký kết hôn", "general", 0.9), ("con tôi khai sinh ở quê", "place", 0.3),
        ("giờ tạm trú ở đây cần giấy gì", "documents", 1.0),
    )  # fmt: skip
    assert len(groups(made)) == 1


def test_a_plain_question_is_one() -> None:
    assert groups(question(("đổi bằng lái thế nào", "how", 1.0))) == [(None, ())]
    assert groups(turn("khai sinh")) == [(None, ())]


def named(made: Turn, *names: str) -> Turn:
    """The same with procedures that the engine saw named."""
    spans = [(made.text.index(one), made.text.index(one) + len(one)) for one in names]
    found = [{"entity": "procedure", "start": start, "end": end} for start, end in spans]
    return replace(made, entities=tuple(found))


def test_a_second_procedure_that_the_catalogue_lacks_is_told_apart() -> None:
    made = question(("đăng ký khai sinh cần gì", "documents", 1.0), ("xin phép nuôi cá sấu mất mấy ngày", "time", 1.0))
    known, lacking = asked(named(made, "khai sinh", "phép nuôi cá sấu"), which, aspect_of)
    assert (known.key, known.unknown) == ("khai_sinh", False)
    assert (lacking.key, lacking.unknown, lacking.text) == (None, True, "xin phép nuôi cá sấu mất mấy ngày")


def test_one_that_the_catalogue_lacks_said_twice_is_one() -> None:
    made = question(("xin phép nuôi cá sấu cần gì", "documents", 1.0), ("phép nuôi cá sấu mấy tiền", "fee", 1.0))
    (only,) = asked(named(made, "phép nuôi cá sấu"), which, aspect_of)
    assert only.aspects == ("documents", "fee")


def test_what_only_might_be_another_goes_on_about_the_first() -> None:
    perhaps = "?kham"
    made = question(("đổi bằng lái cần gì", "documents", 1.0), ("có cần khám sức khỏe không", "documents", 1.0))
    (only,) = asked(made, lambda words: perhaps if "khám" in words else which(words), aspect_of)
    assert only.text == made.text


def test_what_is_applied_for_is_a_procedure_though_the_engine_saw_no_name() -> None:
    made = question(("lm khai sinh can j", "documents", 1.0), ("con xin gp nuoi ca sau thi may ngay", "time", 1.0))
    known, lacking = asked(made, lambda words: "khai_sinh" if "khai sinh" in words else None, aspect_of)
    assert (known.key, known.aspects) == ("khai_sinh", ("documents",))
    assert (lacking.unknown, lacking.text) == (True, "con xin gp nuoi ca sau thi may ngay")


@pytest.mark.parametrize(
    "more",
    ["làm ở đâu", "nộp ở đâu", "làm mấy ngày thì xong", "cấp lại mất bao nhiêu tiền", "làm giấy tờ gì thì xong"],
)
def test_a_question_without_a_name_goes_on_about_the_first(more: str) -> None:
    made = question(("đăng ký khai sinh cần gì", "documents", 1.0), (more, "place", 1.0))
    assert [one.unknown for one in asked(made, which, aspect_of)] == [False]
