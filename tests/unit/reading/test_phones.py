"""Telephone numbers: over 600 written forms are read or asked about, none is read wrongly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from feedback_store.reading.phones import Phone, Unread, canonical, masked, numbers_in, phones_in, read

MOBILES = (
    "0912345678", "0987654321", "0321234567", "0398887766", "0561234567", "0587001122", "0592223344", "0703456789",
    "0798765432", "0815556677", "0868123123", "0889990001", "0901020304", "0979797979",
)  # fmt: skip
LANDLINES = ("02253842190", "02438251234", "02838229999", "02033826543", "02963841122", "02923820000", "02203852233")
WORDS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _spoken(number: str) -> str:
    return " ".join(WORDS[int(digit)] for digit in number)


def _groups(*sizes: int, sign: str) -> Callable[[str], str]:
    def written(number: str) -> str:
        parts, at = [], 0
        for size in sizes:
            parts.append(number[at : at + size])
            at += size
        parts.append(number[at:])
        return sign.join(part for part in parts if part)

    return written


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda n: n,
    "country": lambda n: f"84{n[1:]}",
    "plus": lambda n: f"+84{n[1:]}",
    "plus and blank": lambda n: f"+84 {n[1:]}",
    "plus and nought": lambda n: f"+84{n}",
    "plus, nought in brackets": lambda n: f"+84 (0){n[1:]}",
    "country in brackets": lambda n: f"(84) {n[1:4]} {n[4:]}",
    "plus in brackets": lambda n: f"(+84) {n[1:]}",
    "0084": lambda n: f"0084{n[1:]}",
    "0084 in groups": lambda n: f"0084 {n[1:4]} {n[4:7]} {n[7:]}",
    "blanks 4 3": _groups(4, 3, sign=" "),
    "blanks 3 3": _groups(3, 3, sign=" "),
    "blanks 2 2 2 2": _groups(2, 2, 2, 2, sign=" "),
    "dots 4 3": _groups(4, 3, sign="."),
    "dots and blanks": _groups(4, 3, sign=". "),
    "dashes 4 3": _groups(4, 3, sign="-"),
    "en dashes": _groups(4, 3, sign="\u2013"),
    "em dashes": _groups(4, 3, sign="\u2014"),
    "dashes and blanks": _groups(4, 3, sign=" - "),
    "slash after the area": _groups(4, sign="/"),
    "brackets": lambda n: f"({n[:4]}) {n[4:7]} {n[7:]}",
    "brackets without a blank": lambda n: f"({n[:4]}){n[4:]}",
    "no-break blanks": _groups(4, 3, sign="\u00a0"),
    "every digit apart": lambda n: " ".join(n),
    "every digit and a dot": lambda n: ".".join(n),
    "full width": lambda n: "".join(chr(ord(c) + 0xFEE0) for c in n),
    "zero width": lambda n: "\u200b".join((n[:4], n[4:7], n[7:])),
    "direction marks": lambda n: f"\u202d{n}\u202c",
    "keycaps": lambda n: "".join(f"{c}\ufe0f\u20e3" for c in n),
    "bold": lambda n: "".join(chr(0x1D7CE + int(c)) for c in n),
    "letter O": lambda n: "O" + n[1:],
    "small o": lambda n: "o" + n[1:4] + " " + n[4:7] + " " + n[7:],
    "spoken": _spoken,
    "spoken without marks": lambda n: " ".join(
        ("khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin")[int(c)] for c in n
    ),
    "spoken in half": lambda n: f"{n[:4]} {_spoken(n[4:])}",
}  # fmt: skip
AROUND = ("{}", "số của em là {} nhé", "sdt:{}.", "gọi {}, gặp chị Hoa", "({})")
GRID = [(name, number) for name in FORMS for number in (*MOBILES, *LANDLINES)]


def test_the_grid_is_large_and_nothing_of_it_is_read_wrongly() -> None:
    wrong, unread, every = [], [], 0
    for at, (name, number) in enumerate(GRID):
        text = AROUND[at % len(AROUND)].format(FORMS[name](number))
        found = [one.e164 for one in phones_in(text)]
        every += 1
        if not found:
            unread.append((name, text))
        elif found != ["+84" + number[1:]]:
            wrong.append((name, text, found))
    assert every >= 500
    assert not wrong
    assert len(unread) <= every // 100, unread


@pytest.mark.parametrize("name", FORMS)
def test_the_place_of_a_number_is_the_one_in_the_text_as_it_was_typed(name: str) -> None:
    written = FORMS[name]("0912345678")
    text = f"Chị Hoa 👩\u200d👧 {written} ạ"
    (one,) = phones_in(text)
    assert text[one.start : one.end].strip("()+\u202d\u202c\u20e3\ufe0f") in written
    assert one.e164 == canonical(text[one.start : one.end])


@pytest.mark.parametrize(
    ("written", "now"),
    [
        ("0168 912 3456", "0389123456"), ("01261234567", "0761234567"), ("+84 120 123 4567", "0701234567"),
        ("0199.123.4567", "0591234567"), ("0320 3852233", "02203852233"), ("(04) 38251234", "02438251234"),
        ("0511 3822123", "02363822123"), ("061 3822123", "02513822123"), ("84 1689123456", "0389123456"),
    ],
)  # fmt: skip
def test_numbers_of_before_are_those_of_now(written: str, now: str) -> None:
    assert [one.national for one in phones_in(f"số cũ {written}")] == [now]


@pytest.mark.parametrize(
    "text",
    [
        "0912345678 hoặc 0225 384 2190", "0912345678/02253842190", "0912 345 678 - 0225 384 2190",
        "0912345678, 0225.384.2190", "0912345678;02253842190", "ĐT: 0912345678 02253842190",
    ],
)  # fmt: skip
def test_two_numbers_are_two(text: str) -> None:
    assert [one.national for one in phones_in(text)] == ["0912345678", "02253842190"]


@pytest.mark.parametrize(
    ("text", "extension"),
    [("0225 384 2190 máy lẻ 105", "105"), ("02253842190 ext 12", "12"), ("(0225) 3842190, số nội bộ: 7", "7"),
     ("0225 3842190 #105", "105"), ("02253842190x105", None)],
)  # fmt: skip
def test_an_extension_belongs_to_its_number(text: str, extension: str | None) -> None:
    if extension is None:
        assert [type(one) for one in read(text)] in ([], [Unread], [Phone])
        return
    (one,) = phones_in(text)
    assert (one.national, one.extension, text[one.start : one.end].lstrip("(")) == (
        "02253842190", extension, text.lstrip("("),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "1022", "gọi 19001022 không được", "1800 1234", "113, 114, 115", "mã PA-482-109-375", "ngày 09.12.2026 10 giờ",
        "từ 01/02/2026 đến 03-04-2026", "số nhà 12/3A/7 hẻm 54", "tọa độ 20.8561, 106.6822", "500.000.000 đồng",
        "CCCD 001090123456", "031 090 123 456", "hồ sơ 000.00.15.H40-231123-0012", "quốc lộ 10 km 12+300",
        "một hai ba bốn", "chiều mai 2 giờ 30", "phí 1.200.000 đ", "biển số 15A-123.45", "STK 0123456789012",
        "cột điện số 471 E2.9/12/3", "năm 2026 có 365 ngày",
    ],
)  # fmt: skip
def test_what_is_no_persons_number_is_none(text: str) -> None:
    assert phones_in(text) == []


@pytest.mark.parametrize(
    "text",
    ["0912 345 67", "091234567", "sdt 91234567", "0912 345 678 9", "09123456789", "số em 0012345678", "gọi 3842190",
     "điện thoại: 384 2190", "0999999999999", "+84 91 234 56"],
)  # fmt: skip
def test_a_part_of_a_number_and_one_that_cannot_be_are_told_apart_from_words(text: str) -> None:
    assert [type(one) for one in read(text)] == [Unread]


def test_a_number_is_never_cut_from_a_longer_run_of_digits() -> None:
    assert phones_in("09123456780987654321") == []
    assert phones_in("x0912345678x") == []


@pytest.mark.parametrize("written", ["0912345678", "0912 345 678", "+84 912.345.678", "84912345678", "0084912345678"])
def test_a_number_is_hidden_however_it_is_written(written: str) -> None:
    text = f"gọi em {written} nhé"
    assert numbers_in(text) == ["0912345678"]
    assert masked(text) == "gọi em 09••••••78 nhé"


@pytest.mark.parametrize("text", ["nhà 45 ngõ 1022", "gọi 114", "PA-482-109-375", "mã 001099012345", "ngày 29/11/2026"])
def test_what_is_no_telephone_number_is_not_hidden(text: str) -> None:
    assert numbers_in(text) == []
    assert masked(text) == text


def test_each_number_counts_once() -> None:
    assert numbers_in("0225 3123456, 02253123456 hoặc 0912345678") == ["02253123456", "0912345678"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0912 345 678", "+84912345678"), ("(0225) 384 2190", "+842253842190"), (" 84912345678. ", "+84912345678"),
     ("0912345678 đèn hỏng", None), ("0912345678 / 0987654321", None), ("0912 345 67", None), ("1022", None),
     ("", None), (None, None)],
)  # fmt: skip
def test_a_field_holds_a_number_and_nothing_else(typed: str | None, kept: str | None) -> None:
    assert canonical(typed) == kept
