"""Every rule of `hotline nlu report`: what comes first, what is counted, what is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hotline.cli import app
from hotline.nlu import report, report_tables, report_talks, report_told
from hotline.nlu.lines import ASPECTS, ROUTES, Line
from hotline.nlu.nearness import Trained
from hotline.nlu.report import Kind
from hotline.nlu.understanding import NOT_UNDERSTOOD, Understood

REPORT = "submit_feedback"
NEAR = report.among([
    Trained("đèn đường ngõ 5 hỏng", REPORT, "a.b", "a.yml"),
    Trained("Đèn đường ngõ 5 hỏng", REPORT, "a.b", "b.yml"),
    Trained("đèn hỏng", "praise", None, "c.yml"),
])  # fmt: skip


def line(*routes: str, text: str = "…", **more: Any) -> Line:
    return Line(text, routes or (REPORT,), **more)


def got(route: str = REPORT, **more: Any) -> Understood:
    given: dict[str, Any] = {"aspect": "general", "categories": (), "place": None, "parts": (), **more}
    return Understood(route, **given)


@pytest.mark.parametrize(
    ("wanted", "understood", "kind"),
    [
        (line("emergency"), got(), Kind.MISSED_EMERGENCY),
        (line("emergency", numbers=("114",)), got("emergency", numbers=("113",)), Kind.MISSED_EMERGENCY),
        (line("emergency"), got("denunciation"), Kind.MISSED_EMERGENCY),
        (line(), got("emergency"), Kind.FALSE_ALARM),
        (line(), got("denunciation"), Kind.SEALED_WRONGLY),
        (line("denunciation"), got(), Kind.NOT_SEALED),
        (line("praise", categories=("a.x",)), got(categories=("a.y",)), Kind.ROUTE),
        (line(categories=("a.x",)), got(categories=("a.y", "a.x")), Kind.CATEGORY),
        (line(categories=("a.x",)), got(), Kind.CATEGORY),
        (line("praise", REPORT), got(), None),
        (line(categories=("a.x", "b.y")), got(categories=("b.y",)), None),
        (line(has_place=True, place="ngõ 5"), got(), None),
    ],
)
def test_the_worst_that_is_wrong_names_the_line(wanted: Line, understood: Understood, kind: Kind | None) -> None:
    assert report.fault(wanted, understood) is kind


def test_the_worst_kind_comes_first_and_of_a_kind_the_surest() -> None:
    pairs = [
        (line(text="category", categories=("a.x",)), got(categories=("a.y",), category_sure=0.99)),
        (line("praise", text="doubted"), got(sure=0.6)),
        (line("praise", text="sure"), got(sure=0.9)),
        (line(text="by the engine"), got("emergency", sure=0.9)),
        (line(text="by a guard"), got("emergency", guard="emergency")),
        (line("emergency", text="missed"), got(sure=0.1)),
        (line(text="nothing found", categories=("a.x",)), got(sure=1.0)),
    ]
    assert [one.text for _, one, _ in report.ranked(pairs)] == [
        "missed", "by a guard", "by the engine", "sure", "doubted", "category", "nothing found",
    ]  # fmt: skip


def test_writings_of_one_sentence_that_are_wrong_alike_are_told_once() -> None:
    pairs = [
        (line("praise", text="Đèn sáng quá", style="clean"), got(sure=0.9)),
        (line("praise", text="đèn khác", style="clean"), got(sure=0.8)),
        (line("praise", text="ĐÈN SÁNG QUÁ", style="caps"), got(sure=0.7)),
        (line("praise", text="den sang qua", style="noaccent"), got("emergency", sure=0.7)),
    ]
    made = report.report(pairs, NEAR)
    assert [(one["text"], one["styles"]) for one in made["worst"]] == [
        ("den sang qua", ["noaccent"]), ("Đèn sáng quá", ["clean", "caps"]), ("đèn khác", ["clean"]),
    ]  # fmt: skip
    assert (made["n"], made["wrong"]) == (4, 4)
    assert made["kinds"] == {"missed_emergency": 0, "false_alarm": 1, "sealed_wrongly": 0, "not_sealed": 0, "route": 3,
                             "category": 0}  # fmt: skip


def test_a_line_is_told_with_what_was_understood_and_the_nearest_sentences() -> None:
    wanted = line(text="đèn đường ngõ 5 bị hỏng", style="clean", categories=("a.x",))
    made = report.report([(wanted, got(categories=("a.b",), category_sure=0.97, sure=0.99, by=("intent",)))], NEAR)
    (only,) = made["worst"]
    near = only.pop("near")
    assert only == {"kind": "category", "text": "đèn đường ngõ 5 bị hỏng", "styles": ["clean"], "wanted": "a.x",
                    "understood": "a.b", "sure": 0.97, "guard": "", "by": ["intent"]}  # fmt: skip
    assert [(one["text"], one["intent"], one["leaf"], one["file"]) for one in near] == [
        ("đèn đường ngõ 5 hỏng", REPORT, "a.b", "a.yml"),
        ("đèn hỏng", "praise", None, "c.yml"),
    ]


def test_at_most_twenty_sentences_are_told() -> None:
    pairs = [(line("praise", text=f"câu số {number}"), got(sure=0.5)) for number in range(30)]
    made = report.report(pairs, NEAR)
    assert (len(made["worst"]), made["wrong"]) == (20, 30)
    assert "Còn 10 câu khác" in "\n".join(report_told.told({**made, "conversations": None}, "set.jsonl"))


def test_confused_routes_are_counted_without_those_that_are_right_too() -> None:
    pairs = [(line("praise"), got()), (line("greet"), got()), (line("praise"), got()), (line("praise", REPORT), got())]
    assert report_tables.routes(pairs) == [
        {"wanted": "praise", "understood": REPORT, "n": 2},
        {"wanted": "greet", "understood": REPORT, "n": 1},
    ]


def test_confused_groups_leave_out_what_is_wrong_within_a_group() -> None:
    pairs = [
        (line(categories=("a.x",)), got(categories=("a.y",))),
        (line(categories=("a.x", "b.y")), got(categories=("b.z",))),
        (line(categories=("a.x",)), got(categories=("c.x", "a.x"))),
        (line(categories=("a.x",)), got()),
        (line(), got(categories=("c.x",))),
    ]
    assert report_tables.groups(pairs) == [
        {"wanted": "a", "understood": "", "n": 1},
        {"wanted": "a", "understood": "c", "n": 1},
    ]


def test_a_guard_says_nothing_of_sureness_and_is_not_in_the_calibration() -> None:
    pairs = [(line("emergency"), got("emergency", guard="x")), (line(), got(sure=0.8)), (line("praise"), got(sure=0.9))]
    assert report_tables.sure_of_route(pairs) == [(0.8, True), (0.9, False)]


def test_the_sureness_of_categories_is_of_the_lines_that_have_one() -> None:
    pairs = [
        (line(categories=("a.x", "a.y")), got(categories=("a.y",), category_sure=0.7)),
        (line(categories=("a.x",)), got(categories=("a.y",), category_sure=0.6)),
        (line(categories=("a.x",)), got()),
        (line(), got(categories=("a.y",), category_sure=0.6)),
    ]
    assert report_tables.sure_of_category(pairs) == [(0.7, True), (0.6, False)]


def test_the_bins_hold_their_lower_bound_and_the_last_one_both() -> None:
    made = report_tables.calibration([(0.0, False), (0.5, True), (0.9, True), (0.95, False), (1.0, True)])
    assert [(one["from"], one["to"], one["n"], one["right"]) for one in made["bins"]] == [
        (0.0, 0.5, 1, 0), (0.5, 0.7, 1, 1), (0.7, 0.8, 0, 0), (0.8, 0.9, 0, 0), (0.9, 0.95, 1, 1), (0.95, 1.0, 2, 1),
    ]  # fmt: skip


def test_the_calibration_error_is_nil_where_nine_of_ten_are_right_at_nine_tenths() -> None:
    assert report_tables.calibration([(0.9, number > 0) for number in range(10)])["error"] == pytest.approx(0)
    assert report_tables.calibration([(0.9, False), (0.6, True)])["error"] == pytest.approx((0.9 + 0.4) / 2)
    assert report_tables.calibration([])["error"] is None


def test_the_conversations_with_the_most_misses_come_first() -> None:
    wrong = [{"id": f"c{n:02}", "misses": [[f"turn {n}", "w", "i"]] * (n % 12 + 1)} for n in range(14)]
    found = report_talks.ordered({"wrong": wrong}, "x.json")
    assert [(one["id"], one["misses"]) for one in found[:2]] == [("c11", 12), ("c10", 11)]
    assert found[0]["first"] == {"where": "turn 11", "wanted": "w", "instead": "i"}
    assert len(found) == 10


@pytest.mark.parametrize(
    "written", ["", "[]", "{}", '{"wrong": [{"id": "a"}]}', '{"wrong": [{"id": "a", "misses": []}]}']
)
def test_a_file_that_play_did_not_print_ends_the_command_with_status_2(tmp_path: Path, written: str) -> None:
    file = tmp_path / "misses.json"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(report_talks.PlayedFault, match=r"misses\.json"):
        report_talks.worst(file)
    done = CliRunner().invoke(app, ["nlu", "report", "--play", str(file), "--model", "/nowhere/model.tar.gz"])
    assert done.exit_code == 2
    assert str(file) in done.output


def test_a_missing_model_ends_the_command_with_status_2(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["nlu", "report", "--model", str(tmp_path / "none.tar.gz")])
    assert done.exit_code == 2


def test_the_report_is_told_in_vietnamese_with_names_for_routes_and_categories() -> None:
    pairs = [
        (line("emergency", text="cháy\nnhà", numbers=("114",)), got("emergency", guard="x", numbers=("113",))),
        (line(text="đèn hỏng", categories=("duong-bo.o-ga",)),
         got(categories=("cap-nuoc.vo-ong",), category_sure=0.914, sure=0.9)),
    ]  # fmt: skip
    talks = [{"id": "lost", "misses": 3, "first": {"where": "turn 2", "wanted": "place", "instead": "none"}}]
    made = json.loads(json.dumps({**report.report(pairs, NEAR), "conversations": talks}))
    text = "\n".join(report_told.told(made, "set.jsonl"))
    for wanted in (
        "1. [bỏ sót khẩn cấp] cháy nhà",
        "khẩn cấp, nhưng câu trả lời không nêu số cần gọi (do bộ cảnh báo quyết định",
        "không có câu huấn luyện nào gần giống",
        "đúng ra là: Ổ gà, sụt lún, mặt đường hư hỏng; đã hiểu là: ",
        "(chắc 0,91)",
        "đèn hỏng → khen [c.yml]",
        "lost: 3 điểm không đạt",
        "đầu tiên ở turn 2: cần place; thực tế: none",
    ):
        assert wanted in text
    assert "hotline chat play" not in text


def test_without_conversations_it_is_said_how_to_get_them() -> None:
    made = {**report.report([(line(), got(sure=0.9))], NEAR), "conversations": None}
    text = "\n".join(report_told.told(made, "set.jsonl"))
    assert "hotline chat play TỆP.yaml --json" in text
    assert "Không có câu nào hiểu sai." in text


def test_every_route_and_aspect_has_a_name_in_words() -> None:
    assert [one for one in (*ROUTES, *ASPECTS, NOT_UNDERSTOOD) if report_told.name_of(one) == one] == []
