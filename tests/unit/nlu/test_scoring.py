"""Every rule of the figures of `hotline nlu eval`, on a few lines each."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from hotline.nlu import reporting, scoring
from hotline.nlu.lines import Line, Part
from hotline.nlu.understanding import Understood

REPORT = "submit_feedback"


def line(*routes: str, **more: Any) -> Line:
    return Line("…", routes or (REPORT,), **more)


def got(route: str = REPORT, **more: Any) -> Understood:
    given: dict[str, Any] = {"aspect": "general", "categories": (), "place": None, "parts": (), **more}
    return Understood(route, **given)


def test_a_second_route_that_is_accepted_is_right() -> None:
    found = scoring.routes([(line("abuse", REPORT), REPORT), (line("abuse"), REPORT)])
    assert found["accuracy"] == 0.5
    assert found["per_route"] == {"abuse": {"n": 2, "recall": 0.5, "precision": None}}


def test_precision_counts_accepted_routes_among_all_that_were_taken_for_it() -> None:
    pairs = [(line("greet"), "greet"), (line("thanks", "greet"), "greet"), (line("thanks"), "greet")]
    per_route = scoring.routes(pairs)["per_route"]
    assert per_route["greet"] == {"n": 1, "recall": 1.0, "precision": pytest.approx(2 / 3)}
    assert per_route["thanks"] == {"n": 2, "recall": 0.5, "precision": None}


def test_styles_are_judged_by_their_routes_and_a_line_without_one_by_none() -> None:
    pairs = [
        (line(style="voice"), got()),
        (line(style="voice"), got("greet")),
        (line(style="nfd"), got()),
        (line(), got("greet")),
    ]
    assert scoring.styles(pairs) == {"nfd": {"n": 1, "accuracy": 1.0}, "voice": {"n": 2, "accuracy": 0.5}}


def test_an_aspect_is_judged_whatever_route_was_taken() -> None:
    asked = line("ask_procedure", aspects=("fee", "documents"))
    pairs = [(asked, got("greet", aspect="documents")), (asked, got(aspect="time")), (line(), got(aspect="fee"))]
    assert scoring.aspects(pairs) == {"n": 2, "accuracy": 0.5}


def test_a_category_is_right_first_among_three_or_by_its_group() -> None:
    wanted = line(categories=("a.x", "b.y"))
    pairs = [
        (wanted, got(categories=("b.y", "c.z"))),
        (wanted, got("greet", categories=("a.z", "c.z", "a.x"))),
        (wanted, got(categories=("c.z", "c.y", "c.x", "a.x"))),
        (wanted, got()),
        (line(), got(categories=("a.x",))),
    ]
    assert scoring.categories(pairs) == {"n": 4, "top1": 0.25, "top3": 0.5, "group": 0.5}


def test_a_place_is_exact_but_for_composition_case_and_spaces() -> None:
    wanted = line(has_place=True, place="Ngõ 5  phố Huế")
    assert scoring.place_right(wanted, unicodedata.normalize("NFD", " ngõ 5 phố huế "))
    assert not scoring.place_right(wanted, "ngõ 5, phố Huế")
    assert not scoring.place_right(wanted, "ngo 5 pho hue")
    assert not scoring.place_right(wanted, None)


def test_no_place_is_right_where_none_is_wanted() -> None:
    assert scoring.place_right(line(has_place=True), None)
    assert not scoring.place_right(line(has_place=True), "ngõ 5")


def test_the_overlap_counts_the_syllables_of_all_lines_together() -> None:
    pairs = [
        (line(has_place=True, place="trước số 5 phố Huế"), got(place="số 5, Phố Huế")),  # 4 of 5, 4 read
        (line(has_place=True, place="ngõ ngõ Chợ"), got(place="ngõ")),  # 1 of 3, 1 read
        (line(has_place=True), got(place="cầu Rào")),  # 2 read
        (line(has_place=True), got()),
        (line(), got(place="not judged")),
    ]
    found = scoring.places(pairs)
    assert found == {"n": 4, "exact": 0.25, "overlap_f1": pytest.approx(2 * 5 / (8 + 7))}


def test_an_emergency_is_recalled_only_with_one_of_its_numbers_in_the_reply() -> None:
    fire = line("emergency", numbers=("114", "115"))
    pairs = [
        (fire, got("emergency", numbers=("113", "114"))),
        (fire, got("emergency", numbers=("113",))),
        (fire, got(numbers=("114",))),
        (line("emergency"), got("emergency")),
    ]
    assert scoring.emergencies(pairs)["recall"] == 0.5


def test_false_alarms_are_counted_among_all_other_lines() -> None:
    pairs = [(line(), got("emergency")), (line(), got()), (line("multi"), got()), (line("abuse", REPORT), got())]
    assert scoring.emergencies(pairs) == {"recall": None, "false_alarm_rate": 0.25}


def test_a_line_that_may_be_an_emergency_belongs_to_neither_rate() -> None:
    pairs = [(line(REPORT, "emergency"), got("emergency")), (line(), got())]
    assert scoring.emergencies(pairs) == {"recall": None, "false_alarm_rate": 0.0}


def test_an_emergency_that_may_be_a_report_is_still_to_be_recalled() -> None:
    assert scoring.emergencies([(line("emergency", REPORT), got())])["recall"] == 0.0


def test_parts_are_matched_one_to_one() -> None:
    assert scoring.matched([Part("thanks"), Part("thanks")], [Part("thanks")]) == 1
    assert scoring.matched([Part("thanks")], [Part("thanks"), Part("thanks")]) == 1


def test_a_part_with_a_category_needs_it_and_one_without_takes_any() -> None:
    found = [Part(REPORT, "a.x"), Part(REPORT, "b.y")]
    assert scoring.matched([Part(REPORT, "b.y"), Part(REPORT, "c.z")], found) == 1
    assert scoring.matched([Part(REPORT), Part(REPORT, "a.x")], found) == 2  # the first gives way
    assert scoring.matched([Part("thanks")], found) == 0


def test_recall_and_precision_of_parts_run_over_all_lines_with_parts() -> None:
    two = line("multi", parts=(Part("thanks"), Part(REPORT, "a.x")))
    pairs = [
        (two, got("multi", parts=(Part("thanks"), Part(REPORT, "a.x"), Part("greet")))),
        (two, got(parts=(Part(REPORT, "a.x"),))),
        (line(), got(parts=(Part("greet"),))),
    ]
    assert scoring.several(pairs) == {"n": 2, "part_recall": 0.75, "part_precision": 0.75}


def test_latency_is_the_least_time_within_which_so_many_are_done() -> None:
    assert scoring.latency([float(one) for one in range(100, 0, -1)]) == {"p50": 50.0, "p95": 95.0}
    assert scoring.latency([7.0]) == {"p50": 7.0, "p95": 7.0}


def test_the_figures_have_the_shape_that_is_promised() -> None:
    made = scoring.figures([(line(style="clean"), got(ms=3.0))])
    assert list(made) == ["n", "route", "styles", "aspect", "category", "place", "emergency", "multi", "latency_ms"]
    assert made["n"] == 1
    assert made["latency_ms"] == {"p50": 3.0, "p95": 3.0}
    assert made["multi"] == {"n": 0, "part_recall": None, "part_precision": None}


def test_a_line_that_is_right_has_no_misses() -> None:
    right = line(categories=("a.x",), has_place=True, place="ngõ 5", parts=(Part("thanks"),))
    assert scoring.misses(right, got(categories=("a.x",), place="Ngõ 5", parts=(Part("thanks"),))) == {}


def test_misses_name_what_was_wanted_and_what_was_understood() -> None:
    fire = line("emergency", numbers=("114",), categories=("a.x",), has_place=True, place="ngõ 5")
    assert scoring.misses(fire, got("emergency", numbers=("113",), categories=("b.y",))) == {
        "numbers": [["114"], ["113"]],
        "category": ["a.x", ["b.y"]],
        "place": ["ngõ 5", None],
    }
    assert scoring.misses(fire, got("greet", categories=("a.x",), place="ngõ 5")) == {"route": ["emergency", "greet"]}


def test_the_print_names_every_figure_and_dashes_what_was_not_judged() -> None:
    made = scoring.figures([(line("greet", style="clean"), got("greet", ms=2.0))])
    beside = {"route": scoring.routes([(line("greet"), "greet")]), "latency_ms": {"p50": 9.0, "p95": 9.0},
              "sentences": 5, "sentences_of": 40}  # fmt: skip
    text = "\n".join(reporting.told(made, beside))
    for wanted in ("route                 100.0 %", "clean", "aspect     -", "exact -", "emergency  recall -",
                   "p50 2.0 ms", "trained on 5 of 40 sentences"):  # fmt: skip
        assert wanted in text
