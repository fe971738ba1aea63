"""Numbers of papers, accounts and cards are found however they are written, and nothing else is taken for one."""

from __future__ import annotations

import itertools

import pytest

from feedback_store.persons.masking import masked
from feedback_store.reading.papers import is_card, papers_in

SPOKEN = dict(zip("0123456789", "không một hai ba bốn năm sáu bảy tám chín".split(), strict=True))


def grouped(sign: str, *sizes: int):
    def write(digits: str) -> str:
        rest, parts = digits, []
        for size in itertools.cycle(sizes):
            parts, rest = [*parts, rest[:size]], rest[size:]
            if not rest:
                return sign.join(parts)
        raise AssertionError

    return write


WRITINGS = {
    "plain": str,
    "blanks by four": grouped(" ", 4),
    "blanks by three": grouped(" ", 3),
    "points": grouped(".", 4),
    "dashes": grouped("-", 4),
    "en dashes": grouped("–", 3),
    "low lines": grouped("_", 3),
    "full width": lambda digits: digits.translate({ord("0") + n: 0xFF10 + n for n in range(10)}),
    "zero width blank": lambda digits: digits[:5] + "\u200b" + digits[5:],
    "soft hyphen": lambda digits: digits[:7] + "\u00ad" + digits[7:],
    "O for 0": lambda digits: digits.replace("0", "O"),
    "no-break blank": grouped("\u00a0", 4),
}
IDENTITY = {
    "citizen": ("CCCD của em là {}", "079201012345"),
    "citizen, no marks": ("so can cuoc: {} a", "001099012347"),
    "citizen, nothing said": ("{} em cần hỏi", "031185004321"),
    "old": ("cmnd {} cấp năm nào cũng được", "024567891"),
    "insurance": ("mã bhxh {} của tôi", "7912345678"),
}
ACCOUNT = {
    "account": ("stk {} ạ", "19034567890123"),
    "a bank before": ("chuyển vào VCB {} giùm", "1018765432109"),
    "a bank after": ("CK {} MB bank", "1234567890"),
    "card": ("thẻ của tôi {} bị trừ tiền", "4111111111111111"),
    "card of the country": ("{} rút không ra tiền", "9704361234567890123"),
}


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize(("kind", "name"), [*(("identity", n) for n in IDENTITY), *(("account", n) for n in ACCOUNT)])
def test_a_number_is_found_however_it_is_written(kind: str, name: str, writing: str) -> None:
    frame, digits = {**IDENTITY, **ACCOUNT}[name]
    text = frame.format(WRITINGS[writing](digits))
    (found,) = papers_in(text)
    assert (found.kind, found.digits) == (kind, digits)
    assert text[found.start : found.end] == WRITINGS[writing](digits)
    assert masked(text) == frame.format({"identity": "[số giấy tờ]", "account": "[số tài khoản]"}[kind])


def test_spoken_digits_with_a_word() -> None:
    text = "căn cước là " + " ".join(SPOKEN[digit] for digit in "079201012345")
    assert [one.digits for one in papers_in(text)] == ["079201012345"]


@pytest.mark.parametrize(
    "text",
    [
        "hộ chiếu B1234567",
        "passport: C 1234567",
        "thẻ BHYT DN 4 79 1234567890",
        "dn4791234567890 hết hạn",
        "bhyt GD-479.1234567890",
    ],
)
def test_numbers_that_letters_begin(text: str) -> None:
    (found,) = papers_in(text)
    assert found.kind == "identity"
    assert text[found.start].isalpha(), "the letters belong to the number"


@pytest.mark.parametrize(
    "text",
    [
        "làm căn cước lâu quá, gọi 0912345678",
        "căn cước lâu quá. 0912345678",
        "tài khoản dịch vụ công lỗi, sđt của tôi là 0912 345 678",
        "0912345678 12",
        "mã khách hàng PE01000123456",
        "mã khách hàng điện 1234567890123",
        "số seri công tơ 223456789012",
        "ngân hàng ở số 12/3A ngõ 45 mở nhạc to",
        "trụ ATM vietcombank km 12+300 quốc lộ 5",
        "mã PA-649-985-743 của tài khoản tôi",
        "nộp hồ sơ căn cước ngày 12/10/2026 tới 05/11/2026",
        "công trình 1.200.000.000 đồng cạnh ngân hàng",
        "hồ sơ H40.12-251130-0001 về bảo hiểm xã hội",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert papers_in(text) == []


def test_a_word_reaches_the_first_number_only() -> None:
    found = papers_in("cccd 079201012345, nhà 12, mã đồng hồ 22345678")
    assert [one.digits for one in found] == ["079201012345"]


def test_the_check_digit_of_a_card() -> None:
    assert is_card("4111111111111111")
    assert not any(is_card(f"411111111111111{last}") for last in "023456789")
