"""Text in old and wrong encodings is righted; everything else stays."""

from __future__ import annotations

import csv
import random
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from vitext import Legacy, clean, has_marks, is_syllable, legacy, righted

ROOT = Path(__file__).parents[3]
NO_1252 = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))

# The four encodings, written here once more: a wrong table must not prove itself.
LETTERS = "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵăâêôơưđ"
TCVN3 = dict(zip(LETTERS, "µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ¨©ª«¬\xad®", strict=True))
TCVN3 |= dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
VNI = dict(
    zip(
        LETTERS,
        "aø aû aõ aù aï aè aú aü aé aë aà aå aã aá aä eø eû eõ eù eï eà eå eã eá eä ì æ ó í ò oø oû oõ où oï oà oå oã "
        "oá oä ôø ôû ôõ ôù ôï uø uû uõ uù uï öø öû öõ öù öï yø yû yõ yù î aê aâ eâ oâ ô ö ñ".split(),
        strict=True,
    )
)


def as_tcvn3(text: str) -> str:
    return "".join(TCVN3.get(char) or TCVN3.get(char.lower()) or char for char in text)


def as_vni(text: str) -> str:
    pairs = ((char, VNI.get(char.lower(), char)) for char in text)
    return "".join(pair.upper() if char.isupper() else pair for char, pair in pairs)


def read_as_1252(data: bytes) -> str:
    return "".join(chr(byte) if byte in NO_1252 else bytes([byte]).decode("cp1252") for byte in data)


def as_1258(text: str) -> str:
    found = bytearray()
    for char in text:
        try:
            found += char.encode("cp1258")
        except UnicodeEncodeError:
            apart = unicodedata.normalize("NFD", char)
            tone = "".join(mark for mark in apart if mark in "\u0300\u0301\u0303\u0309\u0323")
            base = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in tone))
            found += (base + tone).encode("cp1258", "replace")
    return read_as_1252(bytes(found))


def as_utf8(text: str) -> str:
    return read_as_1252(text.encode())


def as_utf8_latin(text: str) -> str:
    return text.encode().decode("latin-1")


def as_utf8_twice(text: str) -> str:
    return as_utf8(as_utf8(text))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


@cache
def sentences() -> list[str]:
    """Sentences of the training data without their marks, texts of the pages, names of communes; in a fixed order."""
    found: list[str] = []
    for path in [*sorted((ROOT / "nlu_data").glob("*.yml")), *sorted((ROOT / "nlu_data/reports").glob("*.yml"))]:
        lines = re.findall(r"^ +- (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        found += [re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", line) for line in lines]
    for path in sorted((ROOT / "data/texts").glob("*.yaml"))[::4]:
        found += _strings(yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    with (ROOT / "data/provinces/communes.csv").open(encoding="utf-8", newline="") as file:
        found += [row["name"] for row in csv.DictReader(file)]
    return list(dict.fromkeys(unicodedata.normalize("NFC", text) for text in found))


def _spelled(text: str) -> bool:
    return all(is_syllable(word.lower()) for word in re.findall(r"[^\W\d_]+", text) if has_marks(word))


@cache
def marked() -> list[str]:
    """Sentences with marks, spelled as Vietnamese is: an old encoding of a slip is no word's."""
    return [text for text in sentences() if sum(map(has_marks, re.findall(r"\w+", text))) > 1 and _spelled(text)]


def sample(size: int) -> list[str]:
    return random.Random(4).sample(marked(), size)


@pytest.mark.parametrize(
    ("encoder", "least"),
    [
        (as_tcvn3, 0.99), (as_vni, 0.99), (as_utf8, 0.99), (as_utf8_latin, 0.99), (as_1258, 0.98),
        (as_utf8_twice, 0.98),
    ],
)  # fmt: skip
def test_sentences_come_back(encoder: Callable[[str], str], least: float) -> None:
    given = sample(400)
    fold: Callable[[str], str] = str.lower if encoder is as_tcvn3 else str  # its capitals with tones are not coded
    assert sum(fold(righted(encoder(text))) == fold(text) for text in given) >= least * len(given)


def test_right_sentences_stay() -> None:
    assert [text for text in random.Random(5).sample(sentences(), 2000) if legacy(text) is not None] == []


@pytest.mark.parametrize(
    ("kind", "read", "meant"),
    [
        ("tcvn3", "§\xadêng phè kh«ng cã ®Ìn", "Đường phố không có đèn"),
        ("tcvn3", "§êng phè kh«ng cã ®Ìn", "Đường phố không có đèn"),  # ư dropped as an unseen hyphen
        ("tcvn3", "CéNG HßA X· HéI CHñ NGHÜA", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA"),
        ("tcvn3", "Ngâ 12 T« HiÖu", "Ngõ 12 Tô Hiệu"),
        ("tcvn3", "Địa chỉ: Ngâ 12 T« HiÖu", "Địa chỉ: Ngõ 12 Tô Hiệu"),
        ("tcvn3", "nhÊt trÝ", "nhất trí"),
        ("vni", "Ñöôøng phoá khoâng coù ñeøn", "Đường phố không có đèn"),
        ("vni", "Ngoõ 12 Toâ Hieäu", "Ngõ 12 Tô Hiệu"),
        ("vni", "COÄNG HOØA XAÕ HOÄI", "CỘNG HÒA XÃ HỘI"),
        ("vni", "Phöôøng Quyønh Mai", "Phường Quỳnh Mai"),
        ("windows-1258", "Ðýõng phôì không coì ðeÌn", "Đương phố không có đèn"),
        ("windows-1258", "Ngoò 12 Tô Hiêòu", "Ngọ 12 Tô Hiệu"),
        ("utf-8", "ÄÆ°á»ng phá»‘ khÃ´ng cÃ³ Ä‘Ã¨n", "Đường phố không có đèn"),
        ("utf-8", "Ä\x90Æ°á»\x9dng phá»‘ khÃ´ng", "Đường phố không"),
        ("utf-8", "NgÃµ 12", "Ngõ 12"),
        ("utf-8", "lÃ m gÃ¬ á»Ÿ nhÃ tÃ´i", "làm gì ở nhà tôi"),  # U+00A0 became a blank
        ("utf-8", "XÃ HÒA BÌNH: ngÃµ 12", "XÃ HÒA BÌNH: ngõ 12"),
        ("utf-8", "Số 5, đường Lê Lợi: Ä‘Ã¨n há»ng", "Số 5, đường Lê Lợi: đèn hỏng"),
        ("utf-8", as_utf8("“Đèn hỏng” 😀"), "“Đèn hỏng” 😀"),
        ("lost", "???ng ph? không có ?èn", "???ng ph? không có ?èn"),
        ("utf-8", clean(as_utf8("“Đèn hỏng” ở đây")), "“Đèn hỏng” ở đây"),
        ("utf-8", as_utf8("A LÔ, CHO HỎI NGÕ 3"), "A LÔ, CHO HỎI NGÕ 3"),
        ("lost", "kh?ng", "kh?ng"),
        ("lost", "tra c?u h? s? giúp tôi", "tra c?u h? s? giúp tôi"),
        ("lost", "M?t n??c", "M?t n??c"),
        ("lost", "Đ��ng ph� kh�ng", "Đ��ng ph� kh�ng"),
    ],
)  # fmt: skip
def test_single_cases(kind: Any, read: str, meant: str) -> None:
    assert legacy(read) == Legacy(kind, meant)
    assert righted(read) == meant


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "hả?!", "???", "ai ???", "sao?anh", "bao giờ?anh ơi", "ko?dc", "http://x.vn/a?id=3&b=?x",
        "cháy rồi\ufffd", "đc k? e hỏi ở đâu v? cảm ơn",
        "café", "São Paulo", "Müller", "anh Loïc bị tai nạn", "anh Loïc", "Thaï", "où est la gare à Paris", "El Niño",
        "Citroën vượt đèn đỏ", "Zürich, Malmö, Reykjavík", "voilà, c'est déjà dû", "Où êtes-vous né ?", "não, João",
        "XÃ HÒA BÌNH", "ĐÃ XONG", "“ĐÃ”", "ĐÃ…", "khu vực «an toàn»", "Panadol® 500mg", "giá 5£ © 2024 1½ 10µm",
        "m², №5, 30°C", "0912 345 678", "HP-2024/15-TĐ", "🏠 nhà 👩‍👧", "hoả hoạn ở thuỷ điện", "HÀ NỘI", "Đắk Lắk",
        "Quỳnh",
        "Chào ðồng bào", "東京 한국", "Привет",
    ],
)  # fmt: skip
def test_what_is_right_stays(text: str) -> None:
    assert legacy(text) is None
    assert righted(text) == unicodedata.normalize("NFC", text)


def test_tones_apart_are_only_composed() -> None:
    assert legacy("hiê\u0323u lư\u0323c") is None
    assert righted("hiê\u0323u lư\u0323c") == "hiệu lực"


def test_what_cannot_be_known_is_not_guessed() -> None:
    found = legacy(clean("nhá»\x9d mÃ¡y cáº¯t cá»\x8f"))  # nhờ or nhỏ, cỏ or cờ
    assert found == Legacy("utf-8", "nh� máy cắt c�")


ODD = st.text(st.characters() | st.sampled_from("áàÃÄÆ»º‘°Â \xadïøûôöñÌìò?\ufffdaeoungth§®«\ue0ff"), max_size=60)


@settings(max_examples=60)
@given(ODD)
def test_never_raises(text: str) -> None:
    found = legacy(text)
    assert found is None or (found.kind == "lost") == (found.text == text)
    assert isinstance(righted(text), str)


@pytest.mark.parametrize(
    "piece",
    ["?", "\ufffd", "a?", "á»", "Ã ", "áº Ä", "á»há»n ", "Ã¡Â»Â", "nhá»\ufffdÃ\ufffdng ", "oâ", "kh«ng ", "x? ", "?1"],
)
def test_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    start = time.process_time()
    legacy((piece * 4000)[:4000] + "1")
    assert time.process_time() - start < 2


def test_plain_text_costs_little() -> None:
    texts = sample(400)
    for text in texts:
        legacy(text)
    start = time.process_time()
    for text in texts:
        legacy(text)
    assert (time.process_time() - start) / len(texts) < 60e-6  # about 6 µs; the rest is for a busy machine
