"""When a danger is over, when somebody asks what to do, and when a report goes on."""

from __future__ import annotations

import pytest

from bot.gateway.modes import about_channel, asks_how_long, asks_where, says_back
from feedback_store.reading.assent import gives_up, says_go_on
from feedback_store.reading.over import asks, says_over


@pytest.mark.parametrize(
    "text",
    ["dập xong rồi không ai sao cả", "cứu hỏa dập xong rồi, mọi người ra hết rồi", "tat roi, khong sao", "ổn rồi ạ",
     "xe cấp cứu tới chở bác ấy đi rồi", "công an đến đưa nó đi rồi",
     "ơn trời nó thở lại rồi, cảm ơn mấy anh", "we are safe now, thank you",
     "k con nguy hiem nua, xe cap cuu toi r", "cong an den r"],
)
def test_a_danger_that_is_said_to_be_over_is_over(text: str) -> None:
    assert says_over(text)


@pytest.mark.parametrize(
    "text",
    [
        "bật quạt thông gió được không", "khoá van rồi, giờ sao", "hết cháy rồi, có ai bị gì không", "chưa dập được",
        "có nên kéo ra không??", "xe cứu hỏa tới rồi mà vẫn cháy", "nuoc rut roi thi lam sao",
        "nó vẫn không thở được", "the fire is not out",
        "em hỏi lại rồi, lửa to lắm", "tôi nói lại rồi đó, có người bị thương",
        "cap cuu qua tham r, k ai giup", "chay cao bang cay dua r", "xe cuu hoa den r ma van chay",
    ],
)  # fmt: skip
def test_who_asks_what_to_do_is_still_in_it(text: str) -> None:
    assert not says_over(text)


def test_a_question_is_one_without_its_mark() -> None:
    assert asks("tôi chạy ra kéo anh ấy được không")
    assert not asks("khói vẫn lên nhiều lắm")


@pytest.mark.parametrize(
    "text", ["cho tôi làm tiếp cái ghế đá lúc nãy", "thôi cứ để đấy, khỏi xóa", "đừng hủy nhé", "tiep tuc di em"]
)
def test_a_report_goes_on(text: str) -> None:
    assert says_go_on(text)


@pytest.mark.parametrize(
    "text", ["hủy đi em", "thôi không gửi nữa", "xe tải tiếp tục chạy ban đêm", "làm tiếp từ số 5 đến số 9", "bỏ đi"]
)
def test_giving_up_and_telling_more_are_no_going_on(text: str) -> None:
    assert not says_go_on(text)


@pytest.mark.parametrize("text", ["hủy đi em", "thôi không gửi nữa", "bỏ đi", "thoi huy di"])
def test_words_that_give_up(text: str) -> None:
    assert gives_up(text)


@pytest.mark.parametrize(
    "text", ["đừng hủy", "thôi", "bỏ chữ gần chợ đi", "báo cả việc mất điện nữa", "họ hủy lịch của tôi hai lần"]
)
def test_words_that_give_nothing_up(text: str) -> None:
    assert not gives_up(text)


def test_going_back_from_a_seal_names_nobody_new() -> None:
    assert says_back("thôi quay lại cái biển báo bị nhổ đi, việc kia tôi gửi đơn sau")
    assert not says_back("thôi tiếp tục đi, ông chủ tịch xã nhận hối lộ")
    assert not says_back("người đưa tiền là anh Ba bán vật liệu")


def test_where_to_send_a_denunciation_is_a_question() -> None:
    assert asks_where("vậy tôi nộp đơn ở đâu?")
    assert asks_where("nop don to cao o dau")
    assert asks_where("vậy giấy đó thì gửi cho ai hả em")
    assert not asks_where("nộp hồ sơ khai sinh ở phường nào")
    assert not asks_where("nó bỏ phong bì ở bàn rồi")


def test_how_long_a_denunciation_takes_is_answered_and_not_sealed() -> None:
    assert asks_how_long("thế bao lâu thì người ta giải quyết?")
    assert asks_how_long("may ngay moi co ket qua")
    assert not asks_how_long("nó lấy tiền bao giờ tôi không rõ")
    found = about_channel("thế bao lâu thì người ta giải quyết?")
    assert found is not None
    assert "30 ngày" in found.replies[0].text
    assert about_channel("tên nó là Quách Văn Khuếch") is None


def test_nobody_being_hurt_is_no_question() -> None:
    assert says_over("may quá cứu hoả dập xong rồi, hết nguy hiểm, không ai làm sao cả")
    assert not says_over("giờ phải làm sao")


@pytest.mark.parametrize(
    "text",
    ["có người ngất xỉu bất tỉnh rồi", "bat tinh roi", "bà nằm yên rồi không nói gì", "có mấy đứa nhỏ gần đó nữa",
     "con dua nho trong nha", "ồn quá rồi, khói mù mịt"],
)  # fmt: skip
def test_words_that_are_written_like_the_end_are_none(text: str) -> None:
    assert not says_over(text)


@pytest.mark.parametrize(
    "text", ["êm rồi nghe", "em đùa thôi", "dua thoi ma", "công an phường vô rồi", "tỉnh lại rồi ạ"]
)
def test_the_end_in_fewer_words(text: str) -> None:
    assert says_over(text)
