"""The form of a set for `hotline nlu eval`: what is read, and the place of the first fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hotline.cli import app
from hotline.nlu.lines import Line, LineFault, Part, line_of, load


def line(**given: Any) -> Line:
    return line_of(json.dumps({"text": "đèn ngõ 5 tắt", "route": "submit_feedback", **given}), "set:1")


def fault(**given: Any) -> str:
    with pytest.raises(LineFault) as raised:
        line(**given)
    return str(raised.value)


def test_text_and_route_are_enough() -> None:
    assert line() == Line("đèn ngõ 5 tắt", ("submit_feedback",))


def test_alternatives_stand_behind_the_best_answer() -> None:
    made = line(route_alt=["praise"], aspect="fee", aspect_alt="time", category="a.b", category_alt=["a.c", "d.e"])
    assert made.routes == ("submit_feedback", "praise")
    assert made.aspects == ("fee", "time")
    assert made.categories == ("a.b", "a.c", "d.e")


def test_a_place_left_out_is_not_judged_and_null_means_none() -> None:
    assert not line().has_place
    assert (line(place=None).has_place, line(place=None).place) == (True, None)
    assert (line(place="ngõ 5").has_place, line(place="ngõ 5").place) == (True, "ngõ 5")


def test_parts_are_read_with_and_without_a_category() -> None:
    made = line(parts=[{"route": "thanks"}, {"route": "submit_feedback", "category": "a.b"}])
    assert made.parts == (Part("thanks"), Part("submit_feedback", "a.b"))


def test_keys_that_are_not_named_are_ignored() -> None:
    assert line(urgent=True, author="x", id=7) == line()


def test_null_is_the_same_as_left_out() -> None:
    assert line(aspect=None, category=None, style=None, numbers=None, parts=None, route_alt=None) == line()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": None}, "set:1: text: a string is wanted, not None"),
        ({"route": None}, "set:1: route is missing"),
        ({"route": "report"}, "set:1: route: 'report' is not known; there are abuse, "),
        ({"route_alt": ["abuse", "x"]}, "set:1: route_alt: 'x' is not known"),
        ({"aspect": "price"}, "set:1: aspect: 'price' is not known"),
        ({"category": 3}, "set:1: category: a string is wanted, not 3"),
        ({"category_alt": "", "category": "a.b"}, "set:1: category_alt: a string is wanted"),
        ({"place": ["ngõ 5"]}, "set:1: place: a string or null is wanted"),
        ({"numbers": [114]}, "set:1: numbers: a string is wanted, not 114"),
        ({"numbers": 114}, "set:1: numbers: a list of strings is wanted, not 114"),
        ({"parts": {"route": "thanks"}}, "set:1: parts: a list is wanted"),
        ({"parts": [{"route": "thanks"}, "greet"]}, "set:1: parts: 2: an object is wanted, not 'greet'"),
        ({"parts": [{"category": "a.b"}]}, "set:1: parts: 1: route is missing"),
    ],
)
def test_a_fault_is_told_with_its_place(given: dict[str, Any], said: str) -> None:
    assert fault(**given).startswith(said)


def test_what_is_no_json_is_told_with_its_character() -> None:
    with pytest.raises(LineFault, match=r"^set:4: no JSON: .* at character 2"):
        line_of("{text: 1}", "set:4")


def test_a_line_that_is_no_object_is_a_fault() -> None:
    with pytest.raises(LineFault, match="an object is wanted"):
        line_of('["xin chào"]', "set:1")


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('\ufeff{"text": "chào", "route": "greet"}\r\n\n{"text": "chào"}\n', encoding="utf-8")
    with pytest.raises(LineFault, match=r"set.jsonl:3: route is missing"):
        load(file)


def test_a_line_separator_within_a_text_ends_no_line(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"text": "chào\u2028ad", "route": "greet"}\n', encoding="utf-8")
    assert [one.text for one in load(file)] == ["chào\u2028ad"]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe"])
def test_a_file_without_a_readable_line_is_a_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.jsonl").write_bytes(content)
    with pytest.raises(LineFault, match=r"set.jsonl"):
        load(tmp_path / "set.jsonl")


def test_a_bad_file_ends_the_command_with_status_2_before_anything_runs(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"text": "chào", "route": "hello"}\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["nlu", "eval", str(file), "--model", "/nowhere/model.tar.gz"])
    assert done.exit_code == 2
    assert f"{file}:1: route: 'hello' is not known" in done.output


def test_a_missing_model_ends_the_command_with_status_2(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"text": "chào", "route": "greet"}\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["nlu", "eval", str(file), "--model", str(tmp_path / "none.tar.gz")])
    assert done.exit_code == 2
