"""Ticket codes survive a phone line and a hurried thumb."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_store.domain.codes import check_digit, find_code, make_code, read_code, without_codes
from feedback_store.downloads import masked as left_out
from feedback_store.persons.masking import masked
from feedback_store.reading.phones import masked as half_hidden

numbers = st.integers(0, 10**8 - 1)


@settings(max_examples=50, deadline=None)
@given(numbers, st.integers(0, 8), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(number: int, place: int, step: int) -> None:
    digits = [int(c) for c in make_code(lambda _: number) if c.isdigit()]
    digits[place] = (digits[place] + step) % 10
    typed = read_code("".join(map(str, digits)))
    assert typed is not None
    assert typed.mistyped


@settings(max_examples=50, deadline=None)
@given(numbers, st.integers(0, 7))
def test_every_swap_of_two_neighbours_is_found(number: int, place: int) -> None:
    digits = [c for c in make_code(lambda _: number) if c.isdigit()]
    swapped = [*digits]
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    typed = read_code("".join(swapped))
    assert typed is not None
    assert typed.mistyped == (swapped != digits)


def test_spaces_dots_dashes_case_and_the_prefix_are_free() -> None:
    code = make_code(lambda _: 48210937)
    assert code == f"PA-482-109-37{check_digit('48210937')}"
    bare = code.replace("-", "")
    spaced = " ".join(bare[2:])
    for typed in (code.lower(), bare, bare[2:], spaced, f"  {code} ", code.replace("-", "."), code.replace("-", "–")):
        found = read_code(typed)
        assert found is not None, typed
        assert found.code == code


@pytest.mark.parametrize("text", ["", "PA", "12345678", "1234567890", "tình trạng", "0912345678"])
def test_what_is_no_code_is_not_taken_for_one(text: str) -> None:
    assert read_code(text) is None


def test_a_code_is_found_inside_a_sentence() -> None:
    code = make_code(lambda _: 12345678)
    found = find_code(f"cho hỏi {code.lower()} tới đâu rồi ạ")
    assert found is not None
    assert found.code == code


WRITINGS = ("PA-{}-{}-{}", "pa{}{}{}", "PA {} {} {}", "Pa.{}.{}.{}", "p a {} {} {}", "PA_{}_{}_{}", "PA–{}–{}–{}")


@settings(max_examples=200, deadline=None)
@given(numbers, st.sampled_from(WRITINGS), st.sampled_from(("", ".", " 8 giờ", " 0912345678")))
def test_no_code_is_hidden_as_if_it_were_a_number_of_somebody(number: int, writing: str, after: str) -> None:
    _, *groups = make_code(lambda _: number).split("-")
    code = writing.format(*groups)
    text = f"Mã phản ánh: {code}{after}"
    for hide in (masked, half_hidden, left_out):
        shown = hide(text) or ""
        assert code in shown, hide
        assert "0912345678" not in shown, hide


@pytest.mark.parametrize("text", ["số của pa 0912345678", "pa 0912 345 678", "sđt pa 912345678 nhé"])
def test_a_telephone_number_after_the_same_two_letters_is_no_code(text: str) -> None:
    assert without_codes(text) == text
    assert "345" not in masked(text)
