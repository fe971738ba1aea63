"""A place said anew: what it replaces, and what of the first telling stays."""

from __future__ import annotations

import pytest

from feedback_store.places.correcting import completed, corrected
from feedback_store.places.gazetteer import Gazetteer
from hotline.reading import installation

LONG = "hẻm 12/5 đường Lạch Tray, gần trường Hoàng Văn Thụ, p. Lê Chân"


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return installation("hai-phong")


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        (LONG, "hẻm 12/7", "hẻm 12/7 đường Lạch Tray, gần trường Hoàng Văn Thụ, p. Lê Chân"),
        (LONG, "hẻm 12/7 mới đúng", "hẻm 12/7 đường Lạch Tray, gần trường Hoàng Văn Thụ, p. Lê Chân"),
        (LONG, "12/7", "hẻm 12/7 đường Lạch Tray, gần trường Hoàng Văn Thụ, p. Lê Chân"),
        (LONG, "phường An Biên", "hẻm 12/5 đường Lạch Tray, gần trường Hoàng Văn Thụ, phường An Biên"),
        (LONG, "ngõ 45 Tô Hiệu", "ngõ 45 Tô Hiệu, gần trường Hoàng Văn Thụ, p. Lê Chân"),
        (LONG, "đường Tô Hiệu", "hẻm 12/5 đường Tô Hiệu, gần trường Hoàng Văn Thụ, p. Lê Chân"),
        (LONG, "gần chợ Hàng", "hẻm 12/5 đường Lạch Tray, gần chợ Hàng, p. Lê Chân"),
        ("số 5 Tô Hiệu, phường Lê Chân", "số 15", "số 15 Tô Hiệu, phường Lê Chân"),
        ("số 5 Tô Hiệu, phường Lê Chân", "số 15 Tô Hiệu", "số 15 Tô Hiệu, phường Lê Chân"),
        ("so 5 to hieu p le chan", "so 7", "so 7 to hieu p le chan"),
        ("thôn 3, xã An Lão", "thôn 5", "thôn 5, xã An Lão"),
        ("tổ 5 khu phố 3", "tổ 6", "tổ 6 khu phố 3"),
        ("kiệt 7 Nguyễn Văn Linh", "kiệt 9", "kiệt 9 Nguyễn Văn Linh"),
        ("km 12+300 quốc lộ 5", "km 13+500", "km 13+500 quốc lộ 5"),
        ("chợ Hàng", "chợ Sắt", "chợ Sắt"),
        ("đầu ngõ 45", "số 5", "đầu ngõ 45, số 5"),
        ("xã Vĩnh Bảo huyện Vĩnh Bảo", "phường Bến Nghé quận 1", "phường Bến Nghé quận 1"),
        ("đâu đó gần nhà", "ngõ 7 Lê Lai", "ngõ 7 Lê Lai"),
    ],
)
def test_what_is_said_anew_takes_the_place_of_its_kind(places: Gazetteer, before: str, now: str, after: str) -> None:
    assert corrected(before, now, places) == after


@pytest.mark.parametrize(
    ("place", "fuller", "whole"),
    [
        ("giữa ngõ 81", "nhà số 9 ngõ 81 Hồ Sen", "giữa ngõ 81 Hồ Sen"),
        ("ngo 81", "số 9 ngõ 81 Hồ Sen", "ngo 81 Hồ Sen"),
        ("hẻm 12/5", "đầu hẻm 12/5 đường Trần Phú, phường An Biên", "hẻm 12/5 đường Trần Phú"),
        ("ngõ 81", "ngõ 82 Hồ Sen", "ngõ 81"),
        ("ngõ 81 Lê Lai", "ngõ 81 Hồ Sen", "ngõ 81 Lê Lai"),
        ("ngõ 81", "ngõ 81, phường An Biên", "ngõ 81"),
        ("chợ Hàng", "chợ Hàng Kênh", "chợ Hàng"),
        ("81", "81 Hồ Sen", "81"),
        ("", "ngõ 81 Hồ Sen", ""),
    ],
)
def test_a_lane_without_its_street_has_that_of_the_other_telling(place: str, fuller: str, whole: str) -> None:
    assert completed(place, fuller) == whole
