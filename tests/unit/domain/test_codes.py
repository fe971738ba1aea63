"""Ticket codes survive a phone line and a hurried thumb."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_store.domain.codes import check_digit, find_code, make_code, read_code

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
