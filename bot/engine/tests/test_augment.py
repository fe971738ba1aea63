"""Variants of training sentences: as people type, and at another place or none."""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.augment import Moved, Variant, variants
from vitext import fold

PLACE = "số 5 Tô Hiệu"


def marked(text: str, *words: str) -> list[dict[str, Any]]:
    """Entities of `text`: the first is its place, the next its time."""
    return [
        {"entity": kind, "start": text.index(one), "end": text.index(one) + len(one), "value": one}
        for kind, one in zip(("place", "time"), words)
    ]


def held(variant: Variant) -> list[tuple[str, str]]:
    """What each entity of a variant covers."""
    return [(one["entity"], variant.text[one["start"] : one["end"]]) for one in variant.entities]


SOURCE = f"rác đầy ở {PLACE} ba hôm nay chưa ai dọn"


@pytest.fixture
def moved() -> Moved:
    return Moved([(SOURCE, marked(SOURCE, PLACE))])


@pytest.mark.parametrize("number", range(12))
def test_a_danger_without_a_place_is_learned_at_one(moved: Moved, number: int) -> None:
    text = f"cháy to lắm rồi {number} người kẹt"
    (variant,) = moved.variants(text, [], danger=True)
    ((entity, covered),) = held(variant)
    assert entity == "place"
    assert fold(covered) == fold(PLACE)
    assert fold(text) in fold(variant.text)


@pytest.mark.parametrize("number", range(12))
def test_spans_follow_what_is_put_before_them(moved: Moved, number: int) -> None:
    text = f"từ sáng nay cháy to lắm {number}"
    entities = [{"entity": "time", "start": 3, "end": 11, "value": "sáng nay"}]
    (variant,) = moved.variants(text, entities, danger=True)
    assert {(kind, fold(covered)) for kind, covered in held(variant)} == {
        ("place", fold(PLACE)), ("time", "sang nay"),
    }  # fmt: skip


def test_a_report_is_also_learned_without_its_place(moved: Moved) -> None:
    (variant,) = moved.variants(SOURCE, marked(SOURCE, PLACE, "ba hôm nay"), danger=False)
    assert "to hieu" not in fold(variant.text)
    assert [(kind, fold(covered)) for kind, covered in held(variant)] == [("time", "ba hom nay")]


def test_what_is_nothing_but_a_place_has_no_variant_without_it(moved: Moved) -> None:
    assert moved.variants(f"ở {PLACE}", marked(f"ở {PLACE}", PLACE), danger=False) == []


def test_a_danger_with_a_place_keeps_it(moved: Moved) -> None:
    text = f"cháy nhà {PLACE} to lắm"
    assert moved.variants(text, marked(text, PLACE), danger=True) == []


def test_without_any_place_in_the_data_nothing_is_moved() -> None:
    assert Moved([("cháy nhà to lắm", [])]).variants("cháy nhà to lắm", [], danger=True) == []


def test_the_same_sentence_has_the_same_variants(moved: Moved) -> None:
    assert moved.variants("cháy nhà to lắm", [], True) == moved.variants("cháy nhà to lắm", [], True)


def test_slips_keep_spans_and_the_first_is_with_marks() -> None:
    made = variants(SOURCE, marked(SOURCE, PLACE, "ba hôm nay"))
    assert made[1].text == "rac day o so 5 To Hieu ba hom nay chua ai don"
    assert held(made[1]) == [("place", "so 5 To Hieu"), ("time", "ba hom nay")]
