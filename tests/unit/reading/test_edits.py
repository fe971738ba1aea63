"""What is to be changed in a report that is shown."""

from __future__ import annotations

import pytest

from feedback_store.reading.edits import parts_named, text_anew


@pytest.mark.parametrize(
    ("said", "anew"),
    [
        ('Cháu sửa lại cho bà: "Nắp cống đầu ngõ 142 Tô Hiệu bị mục vỡ, bà suýt ngã."',
         "Nắp cống đầu ngõ 142 Tô Hiệu bị mục vỡ, bà suýt ngã"),
        ("đừng để chuyện đó vô, sửa nội dung lại là: mặt đường trước nhà 37 sụt một hố to",
         "mặt đường trước nhà 37 sụt một hố to"),
        ("ghi lai giup em: den duong ngo 89 tat ca tuan", "den duong ngo 89 tat ca tuan"),
        ("nội dung là: cống trước số 5 tắc ba hôm", "cống trước số 5 tắc ba hôm"),
    ],
)  # fmt: skip
def test_a_text_said_anew_is_found(said: str, anew: str) -> None:
    assert text_anew(said) == anew


@pytest.mark.parametrize(
    "said",
    [
        "sửa nội dung", "sửa lại số nhà thành 7", "nội dung sai rồi", "rác ở số 5: hôi lắm", "ghi lại: rác", "",
        "sửa giúp tôi: đường Tôn Đức Thắng chứ không phải Hùng Vương, còn số máy là 0912000902",
        "sửa lại giùm em: ngõ 12 Lê Lai mới đúng nha",
        "ghi lại cho bác: số điện thoại của bác là 0912000902",
    ],
)  # fmt: skip
def test_what_is_no_text_said_anew(said: str) -> None:
    assert text_anew(said) is None


@pytest.mark.parametrize(
    ("said", "asked", "parts"),
    [
        ("Sửa cái địa điểm", False, ("place",)),
        ("lĩnh vực sai rồi", False, ("category",)),
        ("Nội dung với cả địa điểm", True, ("text", "place")),
        ("ĐỊA ĐIỂM! nói rồi mà hỏi hoài", True, ("place",)),
        ("cái địa điểm vẫn sai kìa cháu", False, ("place",)),
        ("đổi số điện thoại giúp em", False, ("phone",)),
        ("Nội dung", False, ()),
        ("sửa địa chỉ thành 77 Cát Cụt", False, ()),
        ("địa điểm ở đầu ngõ", True, ()),
        ("nội dung là rác chất đống", True, ()),
    ],
)
def test_parts_that_are_only_named(said: str, asked: bool, parts: tuple[str, ...]) -> None:
    assert parts_named(said, asked=asked) == parts
