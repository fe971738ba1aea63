"""What is no part of a report, and where a story's matter is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions import gather, remarks
from tests.unit.choice.building import turn
from tests.unit.places.test_gazetteer import places


@pytest.mark.parametrize(
    ("text", "route", "sure"),
    [("trời nóng quá", "out_of_scope", 0.99), ("haizz", "nlu_fallback", 0.5), ("mấy người làm gì vậy", "abuse", 0.95)],
)
def test_a_few_idle_words_are_a_remark(text: str, route: str, sure: float) -> None:
    assert remarks.is_remark(turn(text, route, sure))


@pytest.mark.parametrize(
    ("text", "route", "sure", "categories"),
    [
        ("hôi lắm không chịu nổi", "deny", 0.7, ()),
        ("trẻ con hay chạy qua đó", "out_of_scope", 0.95, (("xa-hoi.tre-em", 0.98),)),
        ("bị ba hôm nay rồi", "out_of_scope", 0.6, ()),
        ("từ lúc 7 giờ tối", "out_of_scope", 0.99, ()),
        ("nhà tôi gần chợ, hôm qua có người ngã xe ở đó đấy anh ạ", "out_of_scope", 0.99, ()),
    ],
)
def test_words_that_may_tell_of_the_matter_are_no_remark(text: str, route: str, sure: float, categories) -> None:
    assert not remarks.is_remark(turn(text, route, sure, categories=categories))


def test_to_say_that_one_denounces_is_no_matter_yet() -> None:
    assert gather.only_accuses("tôi muốn tố cáo")
    assert gather.only_accuses("Em muốn tố giác một việc ạ")
    assert not gather.only_accuses("tôi muốn tố cáo ông Tám bán đất công")


def story(*sentences: tuple[str, str]):
    text, told = " ".join(one for one, _ in sentences), []
    for words, category in sentences:
        start = text.index(words)
        told.append({"start": start, "end": start + len(words), "category": {"name": category, "confidence": 0.9}})
    made = turn(text, "submit_feedback", categories=(("duong-bo.cau-lan-can", 0.9),))
    return replace(made, sentences=tuple(told))


def test_a_story_s_place_is_that_of_its_matter() -> None:
    said = story(
        ("Bác hồi trước công tác ở Hà Nội, về hưu ở với thằng cả.", "xa-hoi.tro-cap-bhxh"),
        ("Hôm kia cháu nội thi xong cả nhà mừng.", "xa-hoi.giao-duc"),
        ("Cái lan can cầu Đồng Nẻo ở xã Vĩnh Bảo gãy mất một đoạn.", "duong-bo.cau-lan-can"),
    )
    read = gather.where_of(said, places())
    assert read is not None
    assert "Hà Nội" not in read.words
    assert "cầu Đồng Nẻo ở xã Vĩnh Bảo" in read.words
    assert said.text[read.start : read.end] in read.words


def test_a_story_whose_place_stands_beside_its_matter_keeps_it() -> None:
    said = story(
        ("Nhà tôi ở số 12 ngõ 45 Lạch Tray, phường Lê Chân.", "tieng-on.karaoke"),
        ("Hôm kia cháu nội thi xong cả nhà mừng.", "xa-hoi.giao-duc"),
        ("Cái lan can ngay cổng trường gãy mất một đoạn.", "duong-bo.cau-lan-can"),
    )
    read = gather.where_of(said, places())
    assert read is not None
    assert "Lạch Tray" in read.words
