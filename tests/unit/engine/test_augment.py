"""Variants of training sentences keep their entities."""

from bot.engine.augment import variants
from vitext import fold, has_marks

TEXT = "Trước nhà tui ở hẻm 45 đường Trần Phú có cái ổ gà to lắm"
PLACE = {"entity": "place", "start": TEXT.index("hẻm"), "end": TEXT.index(" có"), "value": "…"}


def test_one_variant_is_typed_without_any_marks() -> None:
    plain = [variant for variant in variants(TEXT, [PLACE]) if not has_marks(variant.text)]
    assert any(fold(variant.text) == fold(TEXT) for variant in plain)


def test_the_span_of_an_entity_moves_with_the_text() -> None:
    for variant in variants(TEXT, [PLACE]):
        (place,) = variant.entities
        assert variant.text[place["start"] : place["end"]] == place["value"]
        assert fold(place["value"]).startswith("h")


def test_the_same_sentence_gives_the_same_variants() -> None:
    assert variants(TEXT, [PLACE]) == variants(TEXT, [PLACE])


def test_a_sentence_is_never_its_own_variant() -> None:
    assert all(variant.text != "xin chao" for variant in variants("xin chao", []))
