"""Short questions about one's own report, which of several is meant, people's data, and that a danger is over."""

import pytest

from feedback_store.reading.focus import about, asks_about_times, asks_of_others, wants_forgotten, which
from feedback_store.reading.over import says_over


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("mà vụ này bên nào lo vậy em?", "who"), ("ai chịu trách nhiệm cái này", "who"), ("co quan nao xu ly z", "who"),
        ("gửi cho bên nào rồi", "who"), ("bao giờ xong", "when"), ("bao lâu nữa có người xuống", "when"),
        ("chừng mô thì làm", "when"), ("may ngay thi xong", "when"), ("có mất tiền không", "cost"),
        ("gửi thế này tốn phí gì ko", "cost"), ("đã gửi đi chưa", "sent"), ("gửi được chưa vậy", "sent"),
        ("ai xem được số của tôi", "seen"), ("hàng xóm có biết tên tôi không", "seen"), ("có bị lộ ra không", "seen"),
        ("rứa ổng có biết ai báo không hè", "seen"), ("thế ai đi bắt mấy cái xe ấy", "who"),
        ("bên đó có biết tui là ai không?", "seen"), ("phường có lần ra em là ai không", "seen"),
        ("nó chuyển về đâu", "who"),
        ("bổ sung ảnh thì làm thế nào", "add"), ("muốn gửi thêm ảnh kiểu gì", "add"),
    ],
)  # fmt: skip
def test_a_short_question_says_what_it_asks(text: str, asked: str) -> None:
    assert asked in about(text)


@pytest.mark.parametrize(
    "text",
    ["cả dãy đèn đường hỏng bóng", "ở số 12 Lê Lợi", "rác đầy ngõ", "không phải mất điện đâu nhé", "bỏ qua",
     "0912345678", "đường này hỏng từ lâu rồi"],
)  # fmt: skip
def test_what_tells_something_asks_nothing(text: str) -> None:
    assert about(text) == ()


@pytest.mark.parametrize(
    "text",
    ["xe buýt số 3 chạy từ mấy giờ tới mấy giờ zậy ad?", "ngày mai có cúp điện ở phường An Biên hông?",
     "chợ đêm mấy giờ mở cửa",
     "cho e hỏi xe buýt số 5 mấy h hết chuyến v", "bao giờ cúp nước vậy", "lich thu gom rac khu em the nao a"],
)  # fmt: skip
def test_a_timetable_is_asked_for(text: str) -> None:
    assert asks_about_times(text)


@pytest.mark.parametrize(
    "text",
    ["mấy giờ rồi mà xe rác chưa tới", "cúp điện từ 7 giờ tối tới giờ, mấy giờ có lại", "hôm nay có ai tới sửa không",
     "12 giờ đêm quán vẫn hát"],
)  # fmt: skip
def test_what_is_late_or_happens_is_no_timetable(text: str) -> None:
    assert not asks_about_times(text)


def test_one_of_several_is_pointed_at() -> None:
    assert which("cái đầu tiên thì nộp ở đâu ạ") == "first"
    assert which("còn cái kia") == "other"
    assert which("thu tuc thu 2") == "second"
    assert which("cái đèn này hỏng") is None


@pytest.mark.parametrize(
    "text",
    ["ai phản ánh tôi đấy", "thằng nào báo nhà tao xây trái phép", "cho xin sđt người gửi mã PA-1",
     "tên người phản ánh là gì", "cho tui biet ai to quan tui"],
)  # fmt: skip
def test_who_reported_is_asked(text: str) -> None:
    assert asks_of_others(text)


def test_a_report_about_noise_asks_nobodys_name() -> None:
    assert not asks_of_others("hàng xóm hát karaoke, báo tổ dân phố mà không ai giải quyết")


def test_own_data_is_to_go_but_an_advertisements_is_no_own_data() -> None:
    assert wants_forgotten("xóa số điện thoại của tôi đi")
    assert not wants_forgotten("đề nghị xóa số điện thoại quảng cáo khoan cắt bê tông trên tường")


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("xe cứu hỏa tới rồi, dập xong rồi, không ai sao cả", True), ("thôi ổn rồi em", True), ("bé tỉnh rồi", True),
        ("hết nguy hiểm rồi", True), ("điện lực cắt điện rồi", True), ("chưa dập được", False), ("vẫn cháy", False),
        ("ở số 12 lê lợi", False), ("em gọi rồi mà không ai bắt máy", False), ("xong chưa?", False), ("", False),
    ],
)  # fmt: skip
def test_a_danger_is_over_when_it_is_said(text: str, over: bool) -> None:
    assert says_over(text) is over
