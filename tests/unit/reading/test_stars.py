"""Stars in words: how many, what is a comment beside them, and what gives none."""

from __future__ import annotations

import pytest

from feedback_store.reading.stars import read_stars


@pytest.mark.parametrize(
    ("text", "count", "rest", "plain"),
    [
        ("5 sao", 5, "", True), ("5 sao nhé em", 5, "", True), ("1*", 1, "", True), ("★★★★☆", 4, "", True),
        ("⭐⭐⭐", 3, "", True), ("năm sao", 5, "", True), ("bốn sao thôi", 4, "", True), ("cho 3 sao", 3, "", True),
        ("4/5", 4, "", True), ("em chấm 2 điểm", 2, "", True), ("5 sao, làm nhanh lắm", 5, "làm nhanh lắm", True),
        ("nam sao", 5, "", True), ("1 sao vì chưa dọn gì cả", 1, "vì chưa dọn gì cả", True),
        ("đánh giá 5 sao cho kết quả này ạ", 5, "", True), ("5", 5, "", False), ("3 nhé", 3, "", False),
        ("tạm được", 3, "", False), ("tam duoc", 3, "", False), ("rất hài lòng ạ", 5, "", False),
        ("chưa hài lòng", 2, "", False), ("Bình thường thôi", 3, "", False),
    ],
)  # fmt: skip
def test_stars(text: str, count: int, rest: str, plain: bool) -> None:
    stars = read_stars(text)
    assert stars is not None
    assert (stars.count, stars.rest, stars.plain) == (count, rest, plain)


@pytest.mark.parametrize(
    "text",
    ["nhà nghỉ 5 sao mở nhạc ồn", "khách sạn 3 sao xả nước thải ra hồ",
     "", "xin chào", "6 sao", "0 sao", "12", "số 5 Tô Hiệu", "tại sao", "vì sao chưa xong", "5 ngày sau",
     "1/5 nghỉ không", "3 sao hay 5 sao", "ngày 4/5/2026", "sao 5 hôm chưa ai tới", "55", "rất không vui"],
)  # fmt: skip
def test_no_stars(text: str) -> None:
    assert read_stars(text) is None
