"""The writer's own name, given anew in a chat."""

from __future__ import annotations

import pytest

from feedback_store.reading.naming import renamed


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("À mà ghi tên là Út đi cưng, Lê Thị Út, Tư là tên ở nhà", "Lê Thị Út"),
        ("Giấu tên thì hông cần, tui kêu đổi tên thành Lê Thị Út mà", "Lê Thị Út"),
        ("Tên sai rồi cưng, tui tên Út", "Út"),
        ("ghi tên bác là Đặng Thị Nhàn", "Đặng Thị Nhàn"),
        ("đừng ghi tên tui", None),
        ("tui tên gì kệ tui", None),
        ("đổi tên quán thành Hương Sen giùm", None),
        ("Trước nhà Lê Thị Út có đống rác to lắm", None),
    ],
)
def test_a_name_is_the_fullest_that_is_given(text: str, name: str | None) -> None:
    assert renamed(text) == name
