"""The place of a text: its words from the first to the last, corrections, what nobody knows."""

from __future__ import annotations

import pytest

from feedback_store.places import pins
from feedback_store.places.mentions import names_unit
from feedback_store.places.reading import merged, read_place
from tests.unit.places.test_gazetteer import places


def words(text: str) -> str | None:
    read = read_place(text, places())
    return read.words if read is not None else None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("đèn đường trước số nhà 12/3A/7 hẻm 54 Lạch Tray, phường Lê Chân tắt 3 hôm nay rồi",
         "trước số nhà 12/3A/7 hẻm 54 Lạch Tray, phường Lê Chân"),
        ("rác không ai dọn ở K12/H3/5 Trần Phú phường Lê Chân", "K12/H3/5 Trần Phú phường Lê Chân"),
        ("rác không ai dọn ở tổ dân phố số 5 phường Hải An", "tổ dân phố số 5 phường Hải An"),
        ("rác không ai dọn ở ngách 34/12 ngõ 34 Tô Hiệu p.Lê Chân", "ngách 34/12 ngõ 34 Tô Hiệu p.Lê Chân"),
        ("rác không ai dọn ở đối diện cây xăng Quán Trữ phường Kiến An",
         "đối diện cây xăng Quán Trữ phường Kiến An"),
        ("ổ gà km 12+300 quốc lộ 10 xã An Lão rất sâu", "km 12+300 quốc lộ 10 xã An Lão"),
        ("chung cư Hoàng Huy tòa A2 căn 1205 mất nước", "chung cư Hoàng Huy tòa A2 căn 1205"),
        ("ngã tư Quang Trung - Lạch Tray kẹt xe từ 7h", "ngã tư Quang Trung - Lạch Tray"),
        ("da so 5 to hieu phuong le chan bi mat nap cong", "so 5 to hieu phuong le chan"),
        ("CỐNG NGHẸT TẠI 45B NGUYỄN TRÃI 2 TUẦN NAY", "45B NGUYỄN TRÃI"),
        ("xe ben chạy đêm trên đường 30/4 đoạn qua cầu Rào", "đường 30/4 đoạn qua cầu Rào"),
        ("ngập ở số mười hai xuyệt bốn đường Lê Lợi", "số mười hai xuyệt bốn đường Lê Lợi"),
        ("thôn Đông, xã Vĩnh Bảo cúp điện", "thôn Đông, xã Vĩnh Bảo"),
        ("số 5 Tô Hiệu bị mất nắp cống, thuộc phường Lê Chân nha", "số 5 Tô Hiệu, phường Lê Chân"),
    ],
)  # fmt: skip
def test_the_whole_place_and_nothing_but_the_place(text: str, place: str) -> None:
    assert words(text) == place


@pytest.mark.parametrize(
    "text",
    ["gọi lại cho tôi", "ok gửi đi", "tra cứu PA-649-985-743", "làm giấy khai sinh cần gì", "số điện thoại của tôi",
     "đường dây nóng số mấy", "hồ sơ của em tới đâu rồi", "tổ chức nào giải quyết", "3 hôm nay không ai dọn",
     "em chờ 2 tuần rồi", "từ 22h tới sáng", "trường hợp này thì sao", "", "…", "🔥🔥",
     "đừng có để lộ tên tui nghen", "dung de lo ten tui", "khu này cháy chợ một lần", "rut lai bao cao hem wa nha"],
)  # fmt: skip
def test_words_without_a_place(text: str) -> None:
    read = read_place(text, places())
    assert read is None or read.weight < 1.5, read


@pytest.mark.parametrize(
    ("text", "commune"),
    [
        ("rác ở phường Lê Chân à nhầm, phường Hải An", "Phường Hải An"),
        ("rác ở phường Lê Chân, ý em là phường Hải An", "Phường Hải An"),
        ("ở phường Hải An chứ không phải phường Lê Chân", "Phường Hải An"),
        ("không phải phường Lê Chân mà là phường An Biên", "Phường An Biên"),
        ("o phuong le chan a nham phuong hai an", "Phường Hải An"),
    ],
)
def test_a_correction_within_a_message_wins(text: str, commune: str) -> None:
    read = read_place(text, places())
    assert read is not None
    assert read.found is not None
    assert read.found.sure is not None, read
    assert read.found.sure.name == commune
    assert "Lê Chân" not in read.words


def test_a_corrected_street_keeps_the_commune_that_was_not_corrected() -> None:
    assert words("số 5 Tô Hiệu phường Lê Chân, à nhầm, số 15 Tô Hiệu") in (
        "số 15 Tô Hiệu", "số 15 Tô Hiệu, phường Lê Chân",
    )  # fmt: skip


def test_a_commune_that_no_list_has_is_kept_as_it_was_typed() -> None:
    read = read_place("đèn hỏng ở xã Tràng Vĩ Lộ", places())
    assert read is not None
    assert (read.found, read.unknown) == (None, "xã Tràng Vĩ Lộ")


def test_the_span_is_in_the_text_as_it_was_typed() -> None:
    text = "đèn\u200b tắt ở số\u00a05 Tô\u200b Hiệu, phường Lê Chân"
    read = read_place(text, places())
    assert read is not None
    assert text[read.start : read.end] == "số\u00a05 Tô\u200b Hiệu, phường Lê Chân"


@pytest.mark.parametrize(
    ("before", "more", "together"),
    [
        ("số 5 Tô Hiệu", "phường Lê Chân", "số 5 Tô Hiệu, phường Lê Chân"),
        ("số 5 Tô Hiệu, phường Lê Chân", "phường lê chân", "số 5 Tô Hiệu, phường Lê Chân"),
        ("số 5 Tô Hiệu, phường Lê Chân", "gần chợ Hàng", "số 5 Tô Hiệu, gần chợ Hàng, phường Lê Chân"),
        ("Tô Hiệu", "số 5 Tô Hiệu", "số 5 Tô Hiệu"),
        ("", "số 5", "số 5"),
    ],
)
def test_two_tellings_of_one_place_become_one(before: str, more: str, together: str) -> None:
    assert merged(before, more) == together


def test_pins_at_nought_abroad_and_in_another_province() -> None:
    here = places()
    assert not pins.judged(0, 0, here).in_country
    assert not pins.judged(48.85, 2.35, here).in_country
    assert pins.judged(20.85, 106.68, here).fits
    hanoi = pins.judged(21.03, 105.85, here)
    assert hanoi.elsewhere is not None
    assert hanoi.elsewhere.province == "01"
    assert pins.judged(10.0, 109.5, here).fits is False  # the open sea


def test_any_text_is_read_without_an_error() -> None:
    odd = ("/" * 50, "số " * 200, "đường " * 100, "12/" * 80, "phường" * 30, "\u202e" * 20, "a" * 4000, "xã xã xã")
    for text in odd:
        read_place(text, places())


@pytest.mark.parametrize(
    ("text", "unit", "named"),
    [
        ("12/3 Cát Dài, phường Lê Chân", "Phường Lê Chân", True),
        ("12/3 Cát Dài, p. Lê Chân", "Phường Lê Chân", True),
        ("12/3 cat dai p le chan", "Phường Lê Chân", True),
        ("12 đường Lê Chân", "Phường Lê Chân", False),
        ("xã Lê Chân", "Phường Lê Chân", False),
        ("phường 5", "Phường 5", True),
        ("", "Phường Lê Chân", False),
    ],
)
def test_whether_a_text_names_a_unit(text: str, unit: str, named: bool) -> None:
    assert names_unit(text, unit) is named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Chào em, anh tên là Lưu Văn Nhạn, đường chỗ anh có cái ổ gà to tướng", "Nhạn"),
        ("tôi tên Nguyễn Thị Hoa, ngõ nhà tôi tối om", "Hoa"),
        ("em họ tên là Trần Quốc Bảo", "Bảo"),
    ],
)
def test_the_writer_s_name_is_no_place(text: str, name: str) -> None:
    assert name not in str(words(text))


def test_a_place_beside_the_writer_s_name_is_read() -> None:
    assert words("anh tên là Lưu Văn Nhạn, đường trước số 5 Tô Hiệu có ổ gà") == "đường trước số 5 Tô Hiệu"
