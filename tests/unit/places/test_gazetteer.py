"""Which commune words mean: kinds, marks, districts, provinces; what must be asked."""

from __future__ import annotations

from functools import cache

import pytest

from feedback_store.places.country import country, province_named
from feedback_store.places.gazetteer import Gazetteer, PlaceFound


@cache
def places(slug: str = "hai-phong") -> Gazetteer:
    of, whole = province_named(slug), country()
    return Gazetteer(whole.communes_of(of.code), whole.old_of(of.code), whole)


def named(text: str, slug: str = "hai-phong") -> list[str]:
    found = places(slug).find(text)
    return sorted(one.name for one in found.communes) if found else []


def found(text: str, slug: str = "hai-phong") -> PlaceFound:
    place = places(slug).find(text)
    assert place is not None, text
    return place


def test_the_package_of_the_country_is_whole() -> None:
    whole = country()
    assert (len(whole.provinces), len(whole.communes), len(whole.old)) == (34, 3321, 10035)
    codes = {one.code for one in whole.communes}
    assert all(set(one.communes) <= codes and one.communes for one in whole.old)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("đèn đường tắt ở xã Cẩm Giàng", ["Xã Cẩm Giàng"]),
        ("Xã Cẩm Giang", ["Xã Cẩm Giang"]),
        ("XÃ CẨM GIÀNG", ["Xã Cẩm Giàng"]),
        ("xa cam giang", ["Xã Cẩm Giang", "Xã Cẩm Giàng"]),
        ("xã cam giang", ["Xã Cẩm Giang", "Xã Cẩm Giàng"]),
    ],
)
def test_marks_decide_where_marks_were_written(text: str, names: list[str]) -> None:
    assert named(text) == names


@pytest.mark.parametrize(
    "text",
    ["phường Lê Chân", "p. lê chân", "P.Lê Chân", "fuong le chan", "phường lêchân", "LE CHAN, HAI PHONG",
     "phuờng Lê Chân", "Lê Chân, Hải Phòng"],
)  # fmt: skip
def test_a_commune_is_read_however_it_is_written(text: str) -> None:
    assert named(text) == ["Phường Lê Chân"]


@pytest.mark.parametrize("text", ["ở lê chân", "số 5 Tô Hiệu, lê chân"])
def test_a_bare_name_that_an_old_district_bore_is_asked_about(text: str) -> None:
    assert found(text).sure is None
    assert {"Phường Lê Chân", "Phường An Biên"} <= set(named(text))


@pytest.mark.parametrize(
    "text",
    ["đường Lê Chân ngập", "12 lê lợi", "chợ Cầu Rào tắc", "quán 3 chị em", "xã hội bức xúc", "tình hình rác thải"],
)
def test_streets_and_other_words_are_no_communes(text: str) -> None:
    assert places().find(text) is None


def test_an_old_commune_leads_to_its_successor_and_a_divided_one_is_asked() -> None:
    sure = found("xã An Bình, huyện Nam Sách")
    assert (sure.sure and sure.sure.name, sure.old_name) == ("Xã An Phú", "Xã An Bình")
    asked = found("P. An Biên, Q. Lê Chân")
    assert asked.sure is None
    assert {"Phường An Biên", "Phường Lê Chân"} <= set(named("P. An Biên, Q. Lê Chân"))
    assert named("phường An Biên") == ["Phường An Biên"]


def test_the_seven_communes_around_cam_giang_are_there() -> None:
    for old in ("Thị trấn Cẩm Giang", "Xã Cẩm Hoàng", "Xã Định Sơn", "Xã Cẩm Hưng", "Xã Ngọc Liên", "Xã Lương Điền"):
        assert found(f"{old}, huyện Cẩm Giàng").sure is not None, old
    assert named("xã Phúc Điền, huyện Cẩm Giàng") == ["Xã Cẩm Giàng", "Xã Mao Điền"]


def test_a_district_or_province_that_contradicts_is_not_passed_over() -> None:
    for text in ("số 5 Tô Hiệu, phường Lê Chân, quận Ba Đình", "phường Lê Chân, thành phố Hải Dương"):
        place = found(text)
        assert place.sure is None
        assert place.contradicts
    assert found("phường Lê Chân quận Lê Chân").sure is not None


def test_a_commune_of_another_province_is_said_to_lie_there() -> None:
    place = found("phường Phúc Xá, Ba Đình, Hà Nội")
    assert place.communes == ()
    assert [(one.name, one.province.slug) for one in place.elsewhere] == [("Phường Hồng Hà", "ha-noi")]
    assert found("phường Bến Nghé").elsewhere[0].province.area_code == "028"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("p5 q3", ["Phường Bàn Cờ"]),
        ("P.05, Q.3", ["Phường Bàn Cờ"]),
        ("phường Thạnh An, Cần Giờ", []),
        ("xã Thạnh An", ["Xã Thạnh An"]),
        ("xã Thanh An", ["Xã Thanh An"]),
        ("xa thanh an", ["Xã Thanh An", "Xã Thạnh An"]),
        ("phường Long Trường, quận 9", ["Phường Long Trường"]),
    ],
)
def test_numbered_wards_and_districts_of_before(text: str, names: list[str]) -> None:
    if names:
        assert set(names) <= set(named(text, "tp-hcm"))
    else:
        assert named(text, "tp-hcm") in (["Xã Thạnh An"], [])


def test_a_commune_that_was_merged_away_before_2025_is_known() -> None:
    assert named("xã An Hòa, Vĩnh Bảo") == ["Xã Vĩnh Hòa"]
    assert found("phường Ngã Tư Sở, quận Đống Đa", "ha-noi").communes


def test_a_district_alone_offers_its_communes() -> None:
    place = found("hẻm 54 Lạch Tray, quận Ngô Quyền")
    assert place.sure is None
    assert "Phường Ngô Quyền" in {one.name for one in place.communes}


def test_two_communes_are_asked_about() -> None:
    assert named("từ phường Hải An đến phường Lê Chân") == ["Phường Hải An", "Phường Lê Chân"]


def test_the_old_and_the_new_of_one_name_are_told_apart_by_a_word() -> None:
    assert found("phường An Biên cũ").old_name == "Phường An Biên"
    assert named("phường An Biên mới") == ["Phường An Biên"]


def test_words_that_only_run_together_like_a_name_are_no_name() -> None:
    assert [one.name for one in found("xã ân tín h. hoài ân", "gia-lai").communes] != ["Phường An Tịnh"]
