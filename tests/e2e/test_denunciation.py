"""The words of a denunciation can be read nowhere: no table, tracker, log, file or search, at once and later."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hotline.at_hand import database_at_hand
from hotline.keys import Keys
from hotline.settings import Settings
from tests.system import Citizen, System
from vitext import fold

NAME = "Quách Vĩnh Tường"
WORDS = f"Tôi tố cáo ông {NAME} chủ tịch xã nhận hối lộ 300 triệu đồng để hợp thức hóa đất công"
RAW = [form.encode() for trace in (NAME, "hợp thức hóa đất công") for form in (trace, fold(trace), trace.lower())]
TRACES = ("quach vinh tuong", "hop thuc hoa dat cong", "300 trieu")


def url_of(system: System) -> str:
    """Address of the database of the running hotline."""
    with database_at_hand(Settings(var=system.var)) as url:
        return url


def keys_of(system: System) -> MultiFernet:
    """Every key the installation has, to open what is encrypted."""
    keys = Keys(system.var / "keys")
    return MultiFernet([Fernet(key) for key in [*keys.encryption(), *keys.tracker_keys().split(",")]])


def opened(keys: MultiFernet, value: Any) -> str:
    """A column as text: encrypted ones decrypted, JSON written out with its letters."""
    if isinstance(value, memoryview | bytes | bytearray):
        raw = bytes(value)
        try:
            return keys.decrypt(raw).decode("utf-8", "replace")
        except InvalidToken:
            return raw.decode("utf-8", "replace")
    if isinstance(value, str) and value.startswith("gAAAA"):
        try:
            return keys.decrypt(value.encode()).decode("utf-8", "replace")
        except InvalidToken:
            return value
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def readable(text: str) -> str:
    """Folded, with JSON's escapes undone, so that no spelling of the words is missed."""
    unescaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return fold(text) + "\n" + (fold(unescaped) if unescaped != text else "")


def places_with_words(system: System, *, sealed_too: bool) -> list[str]:
    """Every table and file in which a trace is read. ``sealed_too``: also what the seal itself keeps encrypted."""
    keys, found = keys_of(system), []
    with psycopg.connect(url_of(system)) as connection:
        tables = [r[0] for r in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # type: ignore[call-overload]
                for value in row:
                    plain = str(bytes(value)) if isinstance(value, memoryview | bytes) else str(value)
                    shown = plain if table == "sealed_denunciations" and not sealed_too else opened(keys, value)
                    if any(trace in readable(shown) for trace in TRACES):
                        found.append(f"table {table}")
    for path in system.folder.rglob("*"):
        if path.is_file() and any(trace in path.read_bytes() for trace in RAW):
            found.append(f"file {path.relative_to(system.folder)}")
    return sorted(set(found))


@pytest.fixture
def denouncer(hotline: System) -> Iterator[Citizen]:
    person = Citizen(hotline.chat())
    yield person
    person.chat.close()


def test_the_words_of_a_denunciation_can_be_read_nowhere_at_once_and_after_a_day(
    hotline: System, denouncer: Citizen
) -> None:
    denouncer.says("chào tổng đài")
    assert "thanh tra" in denouncer.says(WORDS)
    assert denouncer.last["intent"] == "denunciation"
    time.sleep(1)
    assert places_with_words(hotline, sealed_too=False) == []
    assert places_with_words(hotline, sealed_too=True) == ["table sealed_denunciations"]

    with psycopg.connect(url_of(hotline)) as connection:
        connection.execute("UPDATE sealed_denunciations SET erase_at = now() - interval '1 second'")
    end = time.monotonic() + 60
    while places_with_words(hotline, sealed_too=True) and time.monotonic() < end:
        time.sleep(1)
    assert places_with_words(hotline, sealed_too=True) == []
    assert "không còn nữa" in denouncer.presses("Tôi chỉ phản ánh")


def test_somebody_who_only_reports_gets_the_words_back_in_time(hotline: System, denouncer: Citizen) -> None:
    told = "Cán bộ xã nhận phong bì mới chịu làm giấy cho dân ở xã An Hưng"
    denouncer.says(told)
    assert denouncer.last["intent"] in ("denunciation", "unsure", "denunciation_unsure")
    said = denouncer.says("không, tôi chỉ phản ánh thái độ làm việc thôi")
    assert "phản ánh thông thường" in said
    denouncer.says("gửi luôn")
    if "Gửi" not in denouncer.buttons:
        denouncer.presses("Nội dung khác")
        denouncer.says("gửi luôn")
    assert told.split(" nhận")[0] in denouncer.presses("Gửi") or denouncer.ticket is not None
    assert denouncer.ticket is not None
