"""Codes of dossiers in any writing; nothing else is one, and a code is no telephone number."""

from __future__ import annotations

import pytest

from feedback_store.reading import phones
from feedback_store.reading.dossiers import dossiers_in
from feedback_store.reading.papers import papers_in

LONG = "000.00.15.H40-251130-0012"
SHORT = "H40.12-251130-0001"
WRITTEN = [
    (LONG, LONG),
    (LONG.lower(), LONG),
    ("000.00.15.H40–251130–0012", LONG),
    ("000 00 15 h40 251130 0012", LONG),
    ("000.00.15.H40 - 251130 - 0012", LONG),
    ("Н40.12-251130-0001", SHORT),  # a Cyrillic letter
    (SHORT, SHORT),
    ("h40 12 251130 0001", SHORT),
    ("H40.12-2511\u200b30-0001", SHORT),
    ("Ｈ４０．１２－２５１１３０－０００１", SHORT),
    ("H40.12.251130.0001", SHORT),
    ("H40.12/251130/0001", SHORT),
    ("G22.99.4-250704-000123", "G22.99.4-250704-000123"),
    ("H40-251130-0012", "H40-251130-0012"),
]


@pytest.mark.parametrize("frame", ["{}", "hồ sơ {} của tôi", "ma ho so: {}, tra giup", "({})"])
@pytest.mark.parametrize(("written", "code"), WRITTEN)
def test_a_code_is_found_however_it_is_written(written: str, code: str, frame: str) -> None:
    text = frame.format(written)
    (found,) = dossiers_in(text)
    assert found.code == code
    assert text[found.start : found.end] == written
    assert phones.read(text) == []
    assert papers_in(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "nhà A12 ngõ 34/56 Lạch Tray",
        "căn B05-12-08 chung cư",
        "xe 15A-123.45",
        "PA-482-109-375",
        "P12 0912345678",
        "P12 091225678",
        "lô C03 0912 345 678",
        "H40.12-259930-0001",
        "quốc lộ 10 km 12+300",
        "T10 2026 tôi nộp 2500000",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert dossiers_in(text) == []
