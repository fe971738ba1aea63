"""Several reports of one message: which of them are one."""

import pytest

from actions.parts import same_matter


@pytest.mark.parametrize(
    ("told", "groups"),
    [
        ([("duong-bo.o-ga", True), ("duong-bo.o-ga", False)], [[0, 1]]),
        ([("duong-bo.o-ga", True), ("duong-bo.o-ga", True)], [[0], [1]]),
        ([("duong-bo.o-ga", False), ("moi-truong.rac", True), ("duong-bo.o-ga", True)], [[0, 2], [1]]),
        ([("duong-bo.o-ga", True), ("duong-bo.o-ga", False), ("duong-bo.o-ga", True)], [[0, 1], [2]]),
        ([(None, False), (None, False)], [[0], [1]]),
        ([], []),
    ],
)
def test_reports_of_one_category_are_one_unless_each_has_its_place(
    told: list[tuple[str | None, bool]], groups: list[list[int]]
) -> None:
    assert same_matter(told) == groups
