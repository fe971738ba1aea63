"""``hotline chat play`` against the whole hotline: what is done, what is checked, what a wrong script is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system import System

REPORT = {"say": "rác đầu hẻm 45 Lạch Tray phường Gia Viên cả tuần không ai dọn", "asks_any": ["photo", "phone"],
          "tickets": 0}  # fmt: skip
FILED = {"button": "Gửi", "reply_all": [["pa-"]], "tickets": 1, "asks": "none"}
RIGHT: list[dict[str, Any]] = [
    {
        "id": "from the report to the stars",
        "answers": {"phone": "0912 000 111"},
        "turns": [
            REPORT,
            {"fill": "photo", "asks": "photo"},
            {"photo": True},
            {"fill": True, "asks": "summary", "shown_all": [["gửi"]]},
            FILED,
            {"say": "tra cứu {code}", "reply_all": [["rác"]], "reply_none": ["0912000111"]},
            {"operator": [{"dispatch": "so-xay-dung"}, {"result": "Đội vệ sinh đã thu gom toàn bộ rác lúc 9 giờ."},
                          {"release": True}]},
            {"wait": 4},
            {"button": ["5 – Rất hài lòng"]},
        ],
        "end": {
            "tickets": 1, "draft": False, "alerts": 0, "callbacks": 0, "reopened": 0, "ratings": [5],
            "ticket": {"category": "moi-truong.rac", "place_all": ["45 lạch tray"], "place_none": ["không ai"],
                       "text_all": ["rác"], "phone": "0912000111", "photos": 1, "anonymous": False,
                       "commune": "Gia Viên", "danger": False, "class": "N3"},
            "nowhere": ["0912000111", "0912 000 111"], "said_any": [["cảm ơn"]], "said_none": ["lỗi"],
        },
    },
    {
        "id": "a burst and another citizen",
        "turns": [
            {"burst": ["đèn đường tắt", "ở số 12 Tô Hiệu phường Lê Chân"]},
            {"other": [{"say": "xin chào", "tickets": 0}]},
            {"fill": True, "asks": "summary"},
            {"button": ["Gửi"], "tickets": 1},
            {"button": "Gửi", "again": True, "tickets": 1, "reply_all": [["pa-"]]},
        ],
        "end": {"tickets": 1, "each": [{"text_all": ["đèn đường tắt"], "place_all": ["12 tô hiệu"]}]},
    },
    {
        "id": "an old button sends nothing that was being changed",
        "turns": [
            {"say": "ổ gà trước số 12 Tô Hiệu phường Lê Chân"},
            {"fill": True, "asks": "summary"},
            {"button": "Sửa", "tickets": 0},
            {"button": "Gửi", "again": True, "tickets": 0, "reply_none": ["pa-"]},
        ],
        "end": {"tickets": 0, "draft": True},
    },
    {"id": "danger", "turns": [{"say": "cháy nhà số 5 Tô Hiệu cứu với", "first_all": [["114"]],
                                "intent_any": ["emergency"]}], "end": {"alerts": 1, "tickets": 0}},
]  # fmt: skip
WRONG = {"id": "wrong", "turns": [{"say": "xin chào", "reply_all": [["không bao giờ nói thế này"]], "asks": "photo"},
                                  {"button": "không có nút này"}], "end": {"tickets": 3}}  # fmt: skip


def play(hotline: System, folder: Path, document: Any, *more: str) -> tuple[int, str, str]:
    path = folder / "scripts.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    done = hotline.run("chat", "play", str(path), *more)
    return done.returncode, done.stdout, done.stderr


def test_scripts_that_go_as_they_say(hotline: System, tmp_path: Path) -> None:
    status, told, _ = play(hotline, tmp_path, {"conversations": RIGHT}, "--json")
    figures = json.loads(told)
    assert figures["wrong"] == []
    assert status == 0
    assert figures["whole"] == figures["conversations"] == len(RIGHT)
    assert figures["held"] == figures["checks"] > 30


def test_what_went_wrong_is_told_and_written(hotline: System, tmp_path: Path) -> None:
    errors = tmp_path / "misses.txt"
    status, told, _ = play(hotline, tmp_path, {"conversations": [WRONG]}, "--errors", str(errors))
    assert status == 1
    assert told.splitlines()[-1] == "0 of 4 checks, 0 of 1 conversations"
    written = errors.read_text(encoding="utf-8")
    assert "> xin chào" in written
    assert "wrong: turn 1: asks: wanted photo; there was none" in written
    assert "no such button" in written
    assert "wrong: end: tickets: wanted 3; there was 0" in written


@pytest.mark.parametrize("document", [{"conversations": [{"id": "a", "turns": [{"sya": "xin chào"}]}]}, ["a"]])
def test_a_key_that_is_not_known_stops_before_the_first_turn(hotline: System, tmp_path: Path, document: Any) -> None:
    status, told, said = play(hotline, tmp_path, document)
    assert status == 2
    assert told == ""
    assert "scripts.yaml" in said
