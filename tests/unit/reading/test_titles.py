"""Names of agencies and fields as people write them: found, told apart by their marks, or not found."""

from __future__ import annotations

import pytest

from feedback_store.reading.titles import NameIndex, name_key

AGENCIES = {
    1: "Sở Xây dựng Hải Phòng", 2: "Sở Giáo dục và Đào tạo Hải Phòng", 3: "Sở Văn hóa, Thể thao và Du lịch Hải Phòng",
    4: "Sở Nông nghiệp và Môi trường Hải Phòng", 5: "Ủy ban nhân dân phường Lê Chân", 6: "Ủy ban nhân dân xã Giang",
    7: "Ủy ban nhân dân xã Giàng", 8: "Công ty TNHH MTV Môi trường đô thị Hải Phòng", 9: "Sở Khoa học và Công nghệ",
    10: "Sở Y tế Hải Phòng", 11: "Ban Quản lý Khu kinh tế", 12: "Công an thành phố Hải Phòng",
}  # fmt: skip
NAMES = NameIndex(AGENCIES.items(), "Hải Phòng")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("SỞ XÂY DỰNG", 1), ("Sở  Xây dựng.", 1), ("so xay dung", 1), ("Sở XD", 1),
        ("Sở Xây dựng TP Hải Phòng", 1), ("Sở GD&ĐT", 2), ("Sở GD-ĐT Hải Phòng", 2), ("Sở GDĐT thành phố Hải Phòng", 2),
        ("Sở giáo dục đào tạo", 2), ("Sở VHTTDL", 3), ("Sở VH, TT & DL", 3), ("Sở VHTT và Du lịch", 3), ("Sở NN&MT", 4),
        ("Sở Nông nghiệp & Môi trường", 4), ("UBND P. Lê Chân", 5), ("Ủy ban nhân dân P. Lê Chân", 5),
        ("Uỷ ban nhân dân phường Lê Chân", 5), ("UBND xã Giang", 6), ("UBND xã Giàng", 7), ("Sở KH&CN", 9),
        ("Sở KHCN TP Hải Phòng", 9), ("Công ty Môi trường đô thị", 8), ("BQL KKT", 11), ("CA thành phố Hải Phòng", 12),
        ("Sở YT", 10),
    ],
)  # fmt: skip
def test_a_name_is_found_in_every_usual_writing(text: str, wanted: int) -> None:
    assert NAMES.find(text) == [wanted]


@pytest.mark.parametrize(
    "text", ["Sở Xây dụng", "Sở GD", "Sở", "UBND xã Giáng", "KKT", "HP", "Hải Phòng", "Sở Y Té", ""]
)
def test_what_is_spelled_otherwise_or_said_in_part_is_not_taken_for_one(text: str) -> None:
    assert NAMES.find(text) == []


def test_without_marks_names_that_differ_in_marks_alone_are_asked_about() -> None:
    assert NAMES.find("UBND xa Giang") == [6, 7]


def test_what_two_have_as_their_first_letters_is_neither() -> None:
    two = NameIndex([(1, "Sở Công Thương"), (2, "Sở Cây Trồng")])
    assert two.find("Sở CT") == []


def test_one_that_is_gone_is_found_by_its_whole_name_alone() -> None:
    assert NAMES.find("Sở XD", left_out=[1]) == []
    assert NAMES.find("Sở Xây dựng Hải Phòng", left_out=[1]) == [1]


def test_the_nearest_names_stand_first() -> None:
    assert NAMES.near("Sở Xây dụng", 1) == [1]
    fields = NameIndex([(1, "Xả nước thải gây ô nhiễm"), (2, "Ổ gà, sụt lún, mặt đường hư hỏng")])
    assert fields.near("Ổ gà lớn lắm", 1) == [2]


def test_spelling_makes_no_other_key() -> None:
    assert name_key("xử lí") == name_key("Xử  lý.")
