"""Where a place begins and ends: sides, distances, names of everyday words, what follows the place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_store.places.lexicon import lexicon
from feedback_store.places.reading import communes_perhaps, read_place
from tests.unit.places.test_gazetteer import places

_LEXICON = lexicon()
WORDS = {
    " ".join(phrase.spelled)
    for phrases in (_LEXICON.ways, _LEXICON.quarters, _LEXICON.landmarks, _LEXICON.directions, _LEXICON.joins)
    for held in phrases.by_first.values()
    for phrase in held
} | {"Lê Lợi", "12/3", "phường", "Lê Chân", ",", "."}

PLACES = {
    "areas and borders belong to the place": [
        "rác chất đống ở [khu vực chợ Rồng] nhé cháu",
        "xe ben chạy suốt [khu vực gần cầu Niệm], bụi mù",
        "cháy rẫy chỗ [giáp ranh xã An Lão và xã An Hưng] đó ạ",
        "sạt lở tại [đỉnh đèo Phượng Hoàng, xã An Lão] rồi",
    ],
    "distances": [
        "ổ gà [cách cầu Rào khoảng 200m] sâu lắm",
        "cây đổ ở [cách Ủy ban nhân dân xã An Lão 300 mét] ạ",
        "tai nạn [qua khỏi chợ Đổ vài chục mét], gọi cấp cứu",
        "em ở [cách ngã tư Thành Tô một trăm mét] nha",
        "ngập [cách chợ Hàng 2 km về hướng cầu Niệm] luôn",
    ],
    "names whatever their words mean, where a comma or a unit bounds them": [
        "rác ở [chợ Năm Tầng, phường Lê Chân] bốc mùi",
        "mất nước ở [trường mẫu giáo hướng dương, đường tô hiệu]",
        "nghiện hút tại [ấp bờ bao xã An Lão] này",
        "đèn tắt ở [chợ năm tầng, phường Lê Chân]",
        "ổ gà tại [đèo lùng lô]",
    ],
    "kinds that follow each other": [
        "kẹt xe tại [ngã tư nhà máy nước, phường Lê Chân] nhé",
        "rác ở [khu tập thể nhà máy xi măng, phường Hồng Bàng] ạ",
        "xe tông ở [ngã ba ĐT 747B và quốc lộ 32] rồi",
        "em ở [lô 27 ô 14, đường số 9, khu đô thị Hoàng Huy 2] nha em",
    ],
    "a house that a comma parts from its lane": [
        "nhà em ở [126, ngõ 154 Phan Đình Phùng, phường Hồng Bàng], mất điện",
        "hôm nay ở [773, thôn Quyết Tiến, xã An Lão] đào đường",
    ],
    "lanes as Da Nang writes and says them": [
        "ngập ở [K448H4/18 đường Đinh Lễ] nha",
        "tôi ở [K.80/4 Đông Hương 4, phường Lê Chân]",
        "dạ ở [ca 351 trên sáu tám Lê Đại Hành] ạ",
    ],
    "from the word after the preposition on, whatever it means": [
        "cháy ở [nghè Vẹt, xã An Lão] nha",
        "mất cáp tại [trụ điện mã số 480/66, ngõ 21 Tô Hiệu] rồi",
        "trộm ở [căn biệt thự A18 khu đô thị Vinhomes] đó ạ",
    ],
    "what follows is no part of it": [
        "[đường 8/3] cay xanh nga do".replace("đường", "duong"),
        "[hem 576 duong Phan Anh, phuong Le Chan] co to ong vo",
        "da [khu cho luong van can] a",
        "[gần nhà thuốc Long Châu] mới đúng",
        "[kênh N2 đoạn qua thôn Đông] mấy bữa rày hôi",
        "vị trí là [Ông Ích Khiêm, phường Lê Chân]",
    ],
    "a stretch": [
        "[từ số 8 đến số 82 đường Tô Hiệu] tối om",
        "ổ gà [đoạn từ cầu Rào đến chợ Đổ, phường Hải An] đó",
    ],
    "the larger unit first": ["lụt ở [xã An Lão huyện An Lão thôn Trung Hòa] đó ạ"],
}


@pytest.mark.parametrize("marked", [one for texts in PLACES.values() for one in texts])
def test_the_place_from_its_first_word_to_its_last(marked: str) -> None:
    place = marked[marked.index("[") + 1 : marked.index("]")]
    text = marked.replace("[", "").replace("]", "")
    read = read_place(text, places())
    assert read is not None
    assert text[read.start : read.end] == place


@pytest.mark.parametrize(
    "text",
    ["công viên mọc cao quá", "siêu thị bán sữa hết hạn", "quán trả lương nhỏ giọt, tui đòi thì đuổi",
     "nhà xưởng gõ sắt", "công ty bao lâu thì trả lời", "gia đình tôi xin cảm ơn", "cách rút bảo hiểm xã hội một lần",
     "đổi bằng lái ô tô cần gì", "nhà hàng đặt loa sát tường", "xả khói ở nhà máy", "liet ke phan anh cua em",
     "quy định về xây nhà ở nông thôn"],
)  # fmt: skip
def test_what_a_report_is_about_is_no_place(text: str) -> None:
    read = read_place(text, places())
    assert read is None or read.weight < 1.5, read


@pytest.mark.parametrize(
    ("text", "commune"),
    [
        ("đội 6 hợp tác xã Đại Thắng", None),
        ("nhà văn hóa khu 7, thành phố Hải Phòng", None),
        ("tổ 7 KP4 Vĩnh Niệm Lê Chân", "An Biên"),
        ("cạnh trường mầm non Hoa Sen Dư Hàng Kênh Lê Chân", "Lê Chân"),
    ],
)
def test_communes_that_are_named_without_their_kind_and_what_is_none(text: str, commune: str | None) -> None:
    read = read_place(text, places())
    found = read.found if read is not None else None
    names = [one.name for one in found.communes] if found is not None else []
    assert names == [] if commune is None else any(commune in name for name in names), names


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("Phả Lại bụi than bay khắp nơi luôn", ["Chí Linh"]),
        ("hải tân có ổ gà sâu lắm, em vừa té xe", ["Tân Hưng"]),
        ("Tàu hút cát trái phép sát đê chỗ Lập Lễ", ["Nam Triệu"]),
        ("pha lai bui than bay khap noi", []),
        ("đường Phả Lại ngập", []),
        ("anh Trần Phú nuôi chó sủa cả đêm", []),
        ("số 5 Lê Chân mất điện", []),
        ("xin chào", []),
    ],
)
def test_a_bare_name_with_its_marks_is_offered_where_the_commune_is_asked(text: str, offered: list[str]) -> None:
    names = [one.name for one in communes_perhaps(text, places())]
    assert len(names) == len(offered)
    assert all(wanted in name for wanted, name in zip(offered, names, strict=True)), names


@pytest.mark.parametrize(
    "kinds",
    ["cầu", "chợ", "ngã ba", "khu vực", "đoạn từ", "đầu ngõ cuối hẻm", "cách", "đường vào", "khu tập thể", "12/3",
     "đối diện", "nhà văn hóa thôn", "từ đến", "ở"],
)  # fmt: skip
def test_a_text_of_nothing_but_kinds_comes_to_an_end(kinds: str) -> None:
    for text in (kinds + " ") * 600, (kinds + ", ") * 600, " ".join([kinds, "Lê Lợi"] * 300):
        read_place(text[:1200], places())
        communes_perhaps(text[:1200], places())


@given(st.lists(st.sampled_from(sorted(WORDS)), max_size=60))
@settings(max_examples=150, deadline=None)
def test_kinds_in_any_order_are_read_without_an_error(words: list[str]) -> None:
    text = " ".join(words)
    read = read_place(text, places())
    assert read is None or 0 <= read.start < read.end <= len(text)
