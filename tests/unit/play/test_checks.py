"""How scripted conversations are judged."""

from __future__ import annotations

from typing import Any

import pytest

from hotline.play.checks import Said, counted, same, turn_outcomes


@pytest.mark.parametrize(
    ("wanted", "text", "held"),
    [
        ("rac", "RÁC thải", True),
        ("rác", "rac thai", False),
        ("Phường  Lê\nChân", "ở phường lê chân.", True),
        ("hoa\u0300", "hoà bình", True),
        ("114", "gọi 114 ngay", True),
        ("xong", "", False),
    ],
)
def test_strings_compare_without_case_and_with_marks_where_they_are_written(wanted: str, text: str, held: bool) -> None:
    assert same(wanted, text) is held


@pytest.mark.parametrize(
    ("wanted", "there", "held"), [(1, 1, True), (0, 1, False), (">=1", 2, True), (">=2", 1, False)]
)
def test_counts(wanted: Any, there: int, held: bool) -> None:
    assert counted(wanted, there) is held


SAID = Said(["Gọi 114 ngay!\nĐã báo tổng đài.", "Ở đâu ạ?"], ["Bỏ qua", "Hủy"], "emergency", "place", 0)


@pytest.mark.parametrize(
    ("checks", "held"),
    [
        ({"reply_all": [["114", "113"], ["o dau"]]}, [True, True]),
        ({"first_all": [["ở đâu"]]}, [False]),
        ({"first_all": [["114"]]}, [True]),
        ({"shown_all": [["bỏ qua"]], "reply_all": [["bỏ qua"]]}, [True, False]),
        ({"reply_none": ["115", "tổng đài"]}, [True, False]),
        ({"shown_none": ["hủy"]}, [False]),
        ({"intent_any": ["emergency", "multi"]}, [True]),
        ({"buttons_any": ["Gửi", "hủy"]}, [True]),
        ({"buttons_any": ["Hủ"]}, [False]),
        ({"asks": "place"}, [True]),
        ({"asks_any": ["photo", "phone"]}, [False]),
        ({"asks_none": ["photo", "place"]}, [True, False]),
        ({"tickets": 0}, [True]),
        ({"tickets": ">=1"}, [False]),
    ],
)
def test_a_check_is_a_key_an_inner_list_or_a_string_of_none(checks: dict[str, Any], held: list[bool]) -> None:
    assert [one.held for one in turn_outcomes("t", checks, SAID)] == held


def test_a_miss_says_what_there_was_instead() -> None:
    [miss] = [one for one in turn_outcomes("t", {"asks": "photo"}, SAID) if not one.held]
    assert (miss.where, miss.wanted, miss.instead) == ("t: asks", "photo", "place")
