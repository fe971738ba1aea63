"""Conversations that once went wrong, turn by turn with the real engine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from feedback_store.persons.masking import masked
from feedback_store.texts import render
from tests.system import Citizen

CASES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cases" / "chat"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases is not beside the project: NOT RUN")


def play(citizen: Citizen, name: str) -> list[str]:
    """What the bot said to each line of a case."""
    lines = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [turn(citizen, json.loads(line)) for line in lines if line.strip()]


def turn(citizen: Citizen, given: dict[str, Any]) -> str:
    if "location" in given:
        return citizen.pins(*given["location"])
    if given.get("button") in citizen.buttons:
        return citizen.presses(given["button"])
    return citizen.says(given.get("button") or given["text"])


def summary_of(citizen: Citizen, said: list[str]) -> str:
    """The last summary of the report; asked for where none was shown."""
    shown = [one for one in said if "• Nội dung: " in one]
    return shown[-1] if shown else citizen.says("gửi luôn đi")


def line_of(summary: str, heading: str) -> str:
    (found,) = [line for line in summary.splitlines() if line.startswith(f"• {heading}: ")]
    return found.split(": ", 1)[1].split(" · ")[0]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("A-dia-chi", "trước số nhà 12/3A/7 hẻm 54 Lạch Tray, phường Lê Chân"),
        ("AA0-dia-chi", "K12/H3/5 Trần Phú phường Lê Chân"),
        ("AA2-dia-chi", "tổ dân phố số 5 phường Hải An"),
        ("AA3-dia-chi", "ngách 34/12 ngõ 34 Tô Hiệu p.Lê Chân"),
        ("AA7-dia-chi", "đối diện cây xăng Quán Trữ phường Kiến An"),
    ],
)
def test_a_place_is_kept_whole(citizen: Citizen, name: str, place: str) -> None:
    summary = summary_of(citizen, play(citizen, name))
    assert line_of(summary, "Địa điểm").startswith(place)
    assert "tắt" not in line_of(summary, "Địa điểm")


def test_a_pin_in_the_sea_of_guinea_is_asked_about(citizen: Citizen) -> None:
    said = play(citizen, "AB1-vi-tri-0-0")
    assert "vị trí" in said[1].lower()
    assert not any(re.search(r"(?<![\d.])0(?:\.0+)?, ?0(?:\.0+)?\b", one) for one in said)


@pytest.mark.parametrize(
    ("name", "kept"), [("B1-sdt", "02253842190"), ("B4-sdt", "0912345678"), ("B6-sdt", "0912345678")]
)
def test_a_number_never_becomes_a_part_of_the_report(citizen: Citizen, name: str, kept: str) -> None:
    said = play(citizen, name)
    given = json.loads((CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[2])["text"]
    summary = next(one for one in reversed(said) if "• Nội dung: " in one)
    assert given not in line_of(summary, "Nội dung")
    assert line_of(summary, "Nội dung") == "nắp cống bị mất ở số 5 Tô Hiệu, phường Lê Chân"
    assert line_of(summary, "Điện thoại") == kept


def test_a_fire_is_a_fire_however_it_is_written(citizen: Citizen) -> None:
    lines = (CASES / "D-an.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "114" not in turn(citizen, json.loads(line))] == []


def test_another_language_gets_a_polite_answer(citizen: Citizen) -> None:
    for said in play(citizen, "F-ngoai-ngu"):
        assert said.strip()
        assert "Lĩnh vực" not in said


def test_exact_marks_choose_the_commune(citizen: Citizen) -> None:
    first, _ = play(citizen, "J1-Cam-Giang")
    assert "Ý anh/chị" not in first
    assert "Cẩm Giang" not in first


def test_a_code_is_known_in_every_writing(citizen: Citizen) -> None:
    *right, wrong, again = play(citizen, "M-ma")
    for said in (*right, again):
        assert "649" in said
        assert "chưa đúng" not in said
    assert "PA-649-985-744" in wrong


def test_a_call_after_noon_is_not_made_at_night(citizen: Citizen) -> None:
    assert "chậm nhất 15 giờ 00" in play(citizen, "P-goi-lai")[-1], "two hours from one o'clock on"


def test_nothing_is_filed_on_doubt(citizen: Citizen) -> None:
    lines = (CASES / "R-xac-nhan.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines[:-1]:
        turn(citizen, json.loads(line))
        assert citizen.ticket is None, line


def test_the_number_of_an_identity_card_is_hidden_from_the_agency(citizen: Citizen) -> None:
    summary = summary_of(citizen, play(citizen, "S-ho-ten"))
    kept = line_of(summary, "Nội dung")
    assert "031099001234" in kept, "the citizen reads their own words"
    assert render("persons.identity") in masked(kept)
    assert "031099001234" not in masked(summary)
