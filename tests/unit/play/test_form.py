"""The form of scripted conversations: what it means, and where it is not kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hotline.play.form import FormFault, load, scripts_of


def of_turns(*turns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"conversations": [{"id": "a", "turns": list(turns), **more}]}


def test_a_whole_script() -> None:
    [script] = scripts_of(
        {
            "answers": {"photo": "bỏ qua", "phone": "bỏ qua"},
            "conversations": [{
                "id": "rác", "answers": {"phone": "0912000111"},
                "turns": [
                    {"say": "rác đầy", "intent_any": ["submit_feedback"], "reply_all": [["ở đâu", "địa điểm"]]},
                    {"fill": "photo", "asks": "photo"}, {"photo": True}, {"fill": True, "asks": "summary"},
                    {"button": ["Gửi", "Gửi phản ánh"], "tickets": 1},
                    {"button": "Gửi", "again": True, "tickets": ">=1"},
                    {"burst": ["a", "b"]}, {"wait": 0.5}, {"location": [20.8, 106.6], "asks_none": ["place"]},
                    {"other": [{"say": "tra cứu {code}", "reply_none": ["0912"]}]},
                    {"operator": [{"dispatch": "commune"}, {"result": "Đã dọn", "on": 1}, {"release": True}]},
                ],
                "end": {
                    "tickets": 1, "ticket": {"category": "moi-truong.rac", "place_all": ["Tô Hiệu"], "photos": ">=1"},
                    "alerts": ">=1", "alert": {"all": [["a"]], "phone": "0912000111", "photos": 1}, "ratings": [5],
                    "draft": False, "said_any": [["111"]], "nowhere": ["N.V.T"], "reopened": 1,
                    "which": [{"category": "moi-truong.rac"}], "each": [{"state": "new"}],
                },
            }],
        },
        "t",
    )  # fmt: skip
    assert [turn.act for turn in script.turns][:5] == ["say", "fill", "photo", "fill", "button"]
    assert script.answers == {"photo": "bỏ qua", "phone": "0912000111"}
    assert script.turns[5].again
    assert script.turns[9].inner[0].checks == {"reply_none": ["0912"]}
    assert script.end["tickets"] == 1


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "keys are wanted"),
        ({"conversation": []}, "'conversation' is not known"),
        ({"conversations": 3}, "a list is wanted"),
        ({"conversations": [{"turns": []}]}, "conversation 1: id is missing"),
        ({"conversations": [{"id": "a", "turns": []}, {"id": "a", "turns": []}]}, "t: a: the id stands twice"),
        (of_turns({"say": "a", "button": "b"}), "t: a: turn 1: one of say"),
        (of_turns({"says": "a"}), "turn 1: 'says' is not known"),
        (of_turns({"reply_all": [["a"]]}), "not none"),
        (of_turns({"say": "a"}, {"say": 3}), "turn 2: say cannot be 3"),
        (of_turns({"photo": False}), "photo cannot be False"),
        (of_turns({"location": [1]}), "location cannot be"),
        (of_turns({"fill": "everything"}), "fill cannot be"),
        (of_turns({"say": "a", "again": True}), "again belongs to a button"),
        (of_turns({"say": "a", "reply_all": ["b"]}), "reply_all: a list of lists"),
        (of_turns({"say": "a", "reply_none": "b"}), "reply_none: a list of strings"),
        (of_turns({"say": "a", "asks": "ward"}), "no question 'ward'"),
        (of_turns({"say": "a", "asks_any": ["place", "where"]}), "no question 'where'"),
        (of_turns({"say": "a", "tickets": ">1"}), 'a number or ">=N"'),
        (of_turns({"say": "a", "tickets": True}), 'a number or ">=N"'),
        (of_turns({"other": [{"shout": "a"}]}), "turn 1: other: turn 1: 'shout' is not known"),
        (of_turns({"operator": [{"close": True}]}), "operator: 'close' is not known"),
        (of_turns({"say": "a"}, end={"ticket": {"categories": "x"}}), "end: ticket: 'categories' is not known"),
        (of_turns({"say": "a"}, end={"alert": {"words": []}}), "end: alert: 'words' is not known"),
        (of_turns({"say": "a"}, end={"ticket": {"near": [20.8, 106.6]}}), "end: ticket: near: [lat, lon, metres]"),
        (of_turns({"say": "a"}, end={"each": [{"photos": "one"}]}), 'each: photos: a number or ">=N"'),
        (of_turns({"say": "a"}, end={"ratings": 5}), "a list of stars"),
        (of_turns({"say": "a"}, end={"draft": "no"}), "true or false"),
        (of_turns({"say": "a"}, end={"said_any": ["a"]}), "said_any: a list of lists"),
        (of_turns({"say": "a"}, answers={"ward": "x"}), "answers: 'ward' is not known"),
    ],
)
def test_what_is_not_known_is_told_with_its_place(document: Any, said: str) -> None:
    with pytest.raises(FormFault) as fault:
        scripts_of(document, "t")
    assert said in str(fault.value)


def test_a_file_that_is_no_yaml_or_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [", encoding="utf-8")
    for name in ("a.yaml", "b.yaml"):
        with pytest.raises(FormFault, match=name):
            load(tmp_path / name)
