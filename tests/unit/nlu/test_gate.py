"""The gate of `hotline train`: which figures refuse a new model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hotline.nlu import gate
from hotline.nlu.gate import Bound, Row

FLOOR = Bound("route.accuracy", 0.8, ceiling=False)
CEILING = Bound("emergency.false_alarm_rate", 0.03, ceiling=True)


@pytest.mark.parametrize(
    ("bound", "new", "installed", "fault"),
    [
        (FLOOR, 0.8, None, ""),
        (FLOOR, 0.79, None, "below the floor"),
        (FLOOR, 0.79, 0.7, "below the floor"),
        (FLOOR, 0.895, 0.9, ""),
        (FLOOR, 0.894, 0.9, "worse than installed"),
        (FLOOR, 0.95, 0.9, ""),
        (FLOOR, None, 0.9, "not judged"),
        (CEILING, 0.03, None, ""),
        (CEILING, 0.031, None, "above the ceiling"),
        (CEILING, 0.025, 0.02, ""),
        (CEILING, 0.026, 0.02, "worse than installed"),
        (CEILING, 0.0, 0.02, ""),
    ],
)
def test_a_figure_refuses_below_its_floor_or_half_a_point_below_the_installed(
    bound: Bound, new: float | None, installed: float | None, fault: str
) -> None:
    assert Row(bound, new, installed).fault == fault


@pytest.mark.parametrize(
    ("bound", "new", "installed", "lines", "fault"),
    [
        (FLOOR, 0.893, 0.9, 269, ""),
        (FLOOR, 0.892, 0.9, 269, "worse than installed"),
        (FLOOR, 0.893, 0.9, 821, "worse than installed"),
        (CEILING, 0.026, 0.02, 87, "worse than installed"),
    ],
)
def test_of_few_lines_two_may_be_chance(
    bound: Bound, new: float, installed: float, lines: int, fault: str
) -> None:
    assert Row(bound, new, installed, lines).fault == fault


def test_the_lines_of_a_figure_stand_beside_it() -> None:
    (row,) = gate.rows([FLOOR], {"route": {"n": 269, "accuracy": 0.893}}, {"route": {"accuracy": 0.9}})
    assert (row.lines, row.fault) == (269, "")


def test_figures_are_found_by_dotted_names() -> None:
    made = {"n": 3, "route": {"accuracy": 0.9, "per_route": {"greet": {"n": 1, "recall": None}}}}
    assert gate.flat(made) == {"n": 3, "route.accuracy": 0.9, "route.per_route.greet.n": 1,
                               "route.per_route.greet.recall": None}  # fmt: skip
    (row,) = gate.rows([FLOOR], made, {"route": {"accuracy": 0.95}})
    assert (row.new, row.installed, row.fault) == (0.9, 0.95, "worse than installed")


def test_a_first_installation_is_judged_by_the_floors_alone() -> None:
    (row,) = gate.rows([FLOOR], {"route": {"accuracy": 0.8}}, None)
    assert (row.installed, row.fault) == (None, "")


def test_the_table_says_which_figure_refuses() -> None:
    rows = gate.rows([FLOOR, CEILING], {"route": {"accuracy": 0.7}, "emergency": {"false_alarm_rate": 0.01}}, None)
    heading, first, second = gate.told(rows)
    assert heading.split() == ["figure", "new", "bound", "installed"]
    assert first.split() == ["route.accuracy", "70.0", "%", "≥", "80.0", "%", "-", "below", "the", "floor"]
    assert second.split()[-3:] == ["3.0", "%", "-"]


def installed(folder: Path, written: str, judged_on: str = "abc") -> dict[str, Any] | None:
    (folder / gate.FIGURES).write_text(written, encoding="utf-8")
    return gate.installed(folder, judged_on)


def test_figures_are_kept_with_their_set_and_without_times(tmp_path: Path) -> None:
    figures = {"n": 1, "route": {"accuracy": 0.9}, "latency_ms": {"p50": 3.0}}
    assert installed(tmp_path, gate.kept(figures, "abc")) == {"n": 1, "route": {"accuracy": 0.9}}


def test_figures_of_another_set_are_none_to_compare_with(tmp_path: Path) -> None:
    assert installed(tmp_path, gate.kept({"n": 1}, "abc"), "def") is None


@pytest.mark.parametrize("written", ["{}", "", "[]", '{"set": "abc"}'])
def test_a_model_that_was_not_judged_has_no_figures(tmp_path: Path, written: str) -> None:
    assert installed(tmp_path, written) is None
    assert gate.installed(tmp_path / "nowhere", "abc") is None


@pytest.mark.parametrize(
    "written", ["", "floors: {}", "floors: {a: x}\nceilings: {}", "floors: {a: 80}\nceilings: {}", "floors: [", "[]"]
)
def test_floors_that_cannot_be_read_are_a_fault_with_the_file(tmp_path: Path, written: str) -> None:
    (tmp_path / "floors.yml").write_text(written, encoding="utf-8")
    with pytest.raises(gate.FloorsFault, match=r"floors\.yml"):
        gate.load_floors(tmp_path / "floors.yml")


def test_the_floors_name_what_the_gate_promises() -> None:
    bounds = {one.name: one for one in gate.load_floors(gate.FLOORS)}
    assert [name for name, one in bounds.items() if one.ceiling] == ["emergency.false_alarm_rate"]
    judged = """route.accuracy aspect.accuracy category.top1 category.top3 category.group place.overlap_f1
        emergency.recall multi.part_recall multi.part_precision""".split()
    assert [name for name in judged if name not in bounds] == []


def test_what_is_kept_is_json_with_the_digest_of_the_set(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text("{}\n", encoding="utf-8")
    digest = gate.digest(tmp_path / "set.jsonl")
    assert json.loads(gate.kept({"n": 1}, digest))["set"] == digest
