"""Phones, ticket codes and dossier codes in the citizen's own text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.patterns import canonical_phone, find


def only(text: str) -> tuple[str, str, str]:
    found = find(text)
    assert len(found) == 1, found
    entity = found[0]
    return entity["entity"], entity["value"], text[entity["start"] : entity["end"]]


@pytest.mark.parametrize(
    "written",
    ["0912345678", "0912 345 678", "091.234.5678", "+84 912 345 678", "84912345678", "0912-345-678"],
)
def test_a_mobile_number_is_found_however_it_is_grouped(written: str) -> None:
    assert only(f"gọi tôi số {written} nhé") == ("phone", "0912345678", written)


@pytest.mark.parametrize("written", ["PA-482-109-375", "pa 482 109 375", "PA482109375", "PA.482.109.375"])
def test_a_ticket_code_is_found_however_it_is_typed(written: str) -> None:
    assert only(f"mã {written} tới đâu rồi") == ("ticket_code", "PA-482-109-375", written)


def test_a_dossier_code_of_the_one_stop_desk_is_found() -> None:
    code = "000.00.15.H40-231123-0012"
    assert only(f"hồ sơ {code} của tôi") == ("dossier_code", code, code)


@pytest.mark.parametrize("text", ["nhà số 12/3A", "năm 2026", "cột đèn 0123456", "giá 350000", "30-11-2026"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert find(text) == []


def test_a_number_with_a_dead_prefix_is_no_phone() -> None:
    assert canonical_phone("01234567890") is None


@given(st.text())
def test_spans_lie_in_the_text_and_in_order(text: str) -> None:
    last = 0
    for entity in find(text):
        assert last <= entity["start"] < entity["end"] <= len(text)
        last = entity["end"]
