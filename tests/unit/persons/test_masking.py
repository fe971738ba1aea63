"""What points to the writer is hidden; what the report needs stays."""

from __future__ import annotations

import pytest

from feedback_store.persons.masking import masked, personal

HIDDEN = [
    ("gọi tôi số 0912345678 nhé", "gọi tôi số [số điện thoại] nhé"),
    ("sđt 0912 345 678", "sđt [số điện thoại]"),
    ("sdt: 0912.345.678", "sdt: [số điện thoại]"),
    ("0912-345-678 gọi giờ hành chính", "[số điện thoại] gọi giờ hành chính"),
    ("+84 912 345 678", "[số điện thoại]"),
    ("(0225) 384 2190", "[số điện thoại]"),
    ("CCCD 031099001234", "CCCD [số giấy tờ]"),
    ("căn cước: 031 099 001 234", "căn cước: [số giấy tờ]"),
    ("cmnd 123456789 của tôi", "cmnd [số giấy tờ] của tôi"),
    ("031099001234", "[số giấy tờ]"),
    ("stk 19036789012345 techcombank", "stk [số tài khoản] techcombank"),
    ("tài khoản ngân hàng 0011001234567", "tài khoản ngân hàng [số tài khoản]"),
    ("ghi ten tau la nguyen van an", "ghi ten tau la [tên]"),
    ("để tên là Tư Hiền", "để tên là [tên]"),
    ("xe của tôi 15A-123.45 bị xước", "xe của tôi [biển số xe] bị xước"),
    ("thư về an.nguyen@example.vn", "thư về [thư điện tử]"),
    ("Tôi tên là Nguyễn Văn An, ở tổ 5", "Tôi tên là [tên], ở tổ 5"),
    ("toi ten la tran thi bich ngoc, den tat", "toi ten la [tên], den tat"),
    ("Em là Lê Thị Hoa, cống tắc", "Em là [tên], cống tắc"),
    ("Họ và tên: Phạm Minh Tuấn\nNội dung: đèn tắt", "Họ và tên: [tên]\nNội dung: đèn tắt"),
    ("con tên Vũ Đức Anh học lớp 5", "con tên [tên] học lớp 5"),
    ("Người gửi: bà Trần Thị Tư", "Người gửi: bà [tên]"),
    ("e ten la nguyen thi hoa, den tat", "e ten la [tên], den tat"),
    ("mk tên Tuấn Anh, cống tắc", "mk tên [tên], cống tắc"),
    ("tên em Trần Văn Tú ạ", "tên em [tên] ạ"),
    ("tôi Nguyễn Văn An ở tổ 5, đèn tắt", "tôi [tên] ở tổ 5, đèn tắt"),
    ("Kính gửi 1022, tôi Trần Thị Bích Ngọc xin phản ánh", "Kính gửi 1022, tôi [tên] xin phản ánh"),
    ("toi nguyen van an, den tat", "toi [tên], den tat"),
    ("mình tên Hạnh, rác nhiều quá", "mình tên [tên], rác nhiều quá"),
]
KEPT = [
    "rác ở ngõ 12 Cát Cụt, phường Lê Chân không ai dọn",
    "số nhà 12/3A/7 hẻm 54 Lạch Tray",
    "gọi 1022, 113, 115 không ai nghe máy",
    "gọi 19001022 và 1800 1234 không được",
    "tắt từ 19h30 ngày 12/10/2026 đến 05/11/2026",
    "mã PA-649-985-743 xử lý tới đâu rồi",
    "hồ sơ H40.12-251130-0001 trễ hẹn",
    "xe tải 29C-123.45 chạy quá tốc độ",
    "tôi là người dân tổ 5",
    "chị là cán bộ ở phường nói trống không",
    "bác là trưởng thôn mà không giải quyết",
    "em là công nhân khu công nghiệp",
    "phí 2.500.000 đồng một tháng",
    "công trình 1.200.000.000 đồng bỏ hoang",
    "đường Nguyễn Văn Linh có ổ gà",
    "cán bộ Trần Văn Bình ở phường nói trống không",
    "km 12+300 quốc lộ 5",
    "đèn tắt 3 hôm nay rồi",
    "gần nhà tôi Nguyễn Văn Linh ngập",
    "tôi Lê Chân ra Cầu Đất bị kẹt xe",
    "tôi trần thuật lại sự việc",
    "tôi lê la hỏi mãi không ai trả lời",
    "Cháu Nguyễn Văn Bình 5 tuổi bị lạc ở chợ Sắt",
    "ngập quá tôi Hoàng Văn Thụ về Lạch Tray mất một giờ",
    "",
]


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_personal_things_are_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("text", KEPT)
def test_what_the_report_needs_stays(text: str) -> None:
    assert masked(text) == text


def test_the_name_that_was_left_is_hidden_wherever_and_however_it_is_written() -> None:
    text = "Nhà ông Đỗ Hữu Lộc, tức nhà do huu loc, bị ngập"
    assert masked(text, names=["Đỗ Hữu Lộc"]) == "Nhà ông [tên], tức nhà [tên], bị ngập"


def test_a_name_of_one_word_that_was_left_hides_no_common_word() -> None:
    assert masked("hoa sữa nồng quá", names=["Hoa"]) == "hoa sữa nồng quá"


def test_the_number_that_was_left_is_hidden_even_where_it_is_no_phone_number() -> None:
    assert masked("số 12345678 là của tôi", phones=["12345678"]) == "số [số điện thoại] là của tôi"


def test_a_person_who_is_complained_about_is_not_taken_for_the_writer() -> None:
    assert personal("Ông Nguyễn Văn Bình ở số 5 đổ rác ra đường") == []


def test_hiding_twice_is_hiding_once() -> None:
    for text, shown in HIDDEN:
        assert masked(masked(text)) == shown
