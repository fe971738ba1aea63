"""How the bot reads short answers, corrections, addresses and numbers, without an engine."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from actions import correcting, gather
from actions.turn import Turn, read_turn
from feedback_store.reading.assent import says_yes
from feedback_store.service.drafts import ReportData, next_step

NOW = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)


def turn(text: str, intent: str = "inform", place: str | None = None) -> Turn:
    entities: tuple[dict[str, Any], ...] = ()
    if place:
        start = text.index(place)
        entities = ({"entity": "place", "value": place, "start": start, "end": start + len(place)},)
    return Turn(1, uuid.uuid4(), "web", NOW, NOW, text, intent, 1.0, False, entities, None, (), ())


@pytest.mark.parametrize(
    "text",
    ["gửi", "Gửi đi", "ok gửi đi", "ừ đúng rồi", "dạ vâng ạ", "đồng ý", "OK", "chuẩn", "co gui di", "gửi giúp em nhé",
     "Đúng vậy.", "được rồi gửi luôn nha"],
)  # fmt: skip
def test_a_plain_yes_confirms_the_summary(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize(
    "text",
    ["đừng gửi", "dung gui", "không", "không gửi", "chưa đúng", "khoan đã", "gửi lại địa chỉ khác", "nhé", "",
     "ok nhưng sửa lại số nhà", "đúng là bực mình thật", "thế thì tốt quá còn gì"],
)  # fmt: skip
def test_anything_more_than_a_yes_does_not(text: str) -> None:
    assert not says_yes(text)


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("không, hẻm 54 chứ không phải 45", "hẻm 54", "45"),
        ("ko phai hem 45 ma la hem 54", "hem 54", "hem 45"),
        ("nhầm, ngõ 7 Lê Lai", "ngõ 7 Lê Lai", ""),
        ("em gõ lộn, số nhà 45", "số nhà 45", ""),
        ("Lộn rồi: tổ 6 khu 3", "tổ 6 khu 3", ""),
        ("ý em là ngõ 12 Tô Hiệu", "ngõ 12 Tô Hiệu", ""),
        ("không phải mất nước mà là mất điện nhé", "mất điện", "mất nước"),
    ],
)
def test_a_correction_is_parted_into_right_and_wrong(text: str, right: str, wrong: str) -> None:
    assert correcting._parted(text) == (right, wrong)


@pytest.mark.parametrize("text", ["không", "không có ảnh", "phường Lê Chân", "đèn không sáng"])
def test_a_plain_answer_is_no_correction(text: str) -> None:
    assert correcting._parted(text) is None


@pytest.mark.parametrize("text", ["tôi muốn gửi phản ánh", "Tôi chỉ phản ánh", "phan anh", "alo tổng đài"])
def test_an_announcement_is_not_the_matter(text: str) -> None:
    assert gather.is_opening(turn(text))
    assert not gather.is_opening(turn(text + " rác đầy đường"))


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("đường ngập quá, gọi tôi 0912345678", True),
        ("mất nước, sđt của em: 0912 345 678", True),
        ("xe đổ đất, 0912 345 678 gọi tôi nhé", True),
        ("số 0988777666 gọi điện lừa đảo tôi nhiều lần", False),
        ("dán quảng cáo vay tiền 0988777666 khắp cột điện", False),
    ],
)
def test_a_number_in_a_story_is_the_reporters_only_if_they_say_so(text: str, own: bool) -> None:
    assert gather._speaks_of_own_number(turn(text)) is own


def test_words_beside_places_and_numbers_are_counted_without_prepositions() -> None:
    assert gather.words_beside(turn("ở số 5 ngõ 7 Lê Lai", place="số 5 ngõ 7 Lê Lai")) == 0
    assert gather.words_beside(turn("cống tắc ở ngõ 7 Lê Lai", place="ngõ 7 Lê Lai")) == 2
    assert gather.only_detail(turn("số của tôi là 0912345678"))


def test_an_anonymous_report_hides_the_writers_own_number_and_no_other() -> None:
    data = ReportData(
        text=["quán ồn, gọi 0912 345 678 cho tôi, chủ quán số 0988777666"], own_numbers=["0912345678"], anonymous=True
    )
    assert "345 678" not in data.words()
    assert "0988777666" in data.words()
    data.anonymous = False
    assert "0912 345 678" in data.words()


def test_only_what_is_missing_is_asked_one_thing_at_a_time() -> None:
    data = ReportData()
    seen = [next_step(data)]
    for name, value in (
        ("text", ["rác"]), ("category", "moi-truong.rac"), ("place_text", "ngõ 7"), ("commune", "11383"),
        ("media", ["x"]), ("phone", "0912345678"),
    ):  # fmt: skip
        setattr(data, name, value)
        seen.append(next_step(data))
    assert seen == ["text", "category", "place", "commune", "photo", "phone", "summary"]


def categories(whole: list[tuple[str, float]], *clauses: tuple[str, str, float]) -> list[str]:
    """Of a message that the engine takes for ``whole``, its clauses for (route, category, how sure)."""
    told = [
        {"start": 0, "end": 1, "intent": {"name": route, "confidence": 0.9},
         "category": {"name": name, "confidence": sure}}
        for route, name, sure in clauses
    ]  # fmt: skip
    message = {
        "text": "ổ trâu to tướng, mưa xuống ngập nước", "intent": {"name": "submit_feedback", "confidence": 1.0},
        "category": [{"name": name, "confidence": sure} for name, sure in whole], "clauses": told,
        "metadata": {"event_id": "1", "conversation_id": str(uuid.UUID(int=1)), "now": NOW.isoformat()},
    }  # fmt: skip
    return [name for name, _ in read_turn(message).categories]


HOLE, FLOOD = "duong-bo.o-ga", "thoat-nuoc.nghet-ngap"


def test_of_two_doubtful_categories_the_one_told_first_is_the_matter() -> None:
    doubt = [(FLOOD, 0.71), (HOLE, 0.25), ("cap-nuoc.vo-ong", 0.02)]
    hole, flood = ("submit_feedback", HOLE, 0.99), ("submit_feedback", FLOOD, 0.99)
    assert categories(doubt, hole, flood) == [HOLE, FLOOD, "cap-nuoc.vo-ong"]
    assert categories(doubt, flood, hole)[0] == FLOOD, "it is told first"
    assert categories([(FLOOD, 0.9), (HOLE, 0.09)], hole, flood)[0] == FLOOD, "the whole is sure"
    assert categories(doubt, ("submit_feedback", HOLE, 0.6), flood)[0] == FLOOD, "the clause is not"
    assert categories(doubt, ("thanks", HOLE, 0.99), flood)[0] == FLOOD, "thanks are no matter"
    assert categories([(FLOOD, 0.71)], hole, flood) == [FLOOD]
