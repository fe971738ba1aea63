"""Telephone numbers in a citizen's words."""

import pytest

from feedback_store.domain.phones import masked, national, numbers_in


@pytest.mark.parametrize(
    "written", ["0912345678", "0912 345 678", "+84 912.345.678", "84912345678", "0084912345678", "(0912) 345-678"]
)
def test_a_number_is_read_and_hidden_however_it_is_written(written: str) -> None:
    text = f"gọi em {written} nhé" if not written.startswith("(") else f"gọi em {written[1:].replace(')', '')} nhé"
    assert numbers_in(text) == ["0912345678"]
    assert masked(text) == "gọi em 09••••••78 nhé"


@pytest.mark.parametrize("text", ["nhà 45 ngõ 1022", "gọi 114", "PA-482-109-375", "mã 001099012345", "ngày 29/11/2026"])
def test_what_is_no_telephone_number_stays(text: str) -> None:
    assert numbers_in(text) == []
    assert masked(text) == text


def test_a_landline_keeps_its_length_and_each_number_counts_once() -> None:
    assert national("(0225) 3 123 456") == "02253123456"
    assert numbers_in("0225 3123456, 02253123456 hoặc 0912345678") == ["02253123456", "0912345678"]
