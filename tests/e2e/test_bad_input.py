"""What no well-meaning client sends, met by the whole running hotline: a clear answer, and nothing half-stored."""

from __future__ import annotations

import unicodedata
import uuid
from pathlib import Path

import httpx
import pytest

from tests.system import Citizen, System

LETTERS = "đường ngập nước, xin tổng đài giúp đỡ. "


@pytest.mark.parametrize(
    ("text", "answer", "guard"),
    [
        ("", "chưa nhận được nội dung", "empty"),
        ("   \n\t ", "chưa nhận được nội dung", "empty"),
        ("😡😡🔥", "rất tiếc", "upset"),
        ("/restart", "không dùng lệnh", "slash"),
        ('/report_send{"x": 1}', "không dùng lệnh", "slash"),
        ("\x00\x01\x02\x7f\x00\x03 \x00\x00", "không đọc được nội dung", "binary"),
        ((LETTERS * 600)[:20_000], "tóm tắt", "too_long"),
    ],
    ids=["empty", "blank", "emoji", "slash", "payload typed by hand", "binary", "20,000 characters"],
)
def test_a_strange_message_gets_a_clear_answer(citizen: Citizen, text: str, answer: str, guard: str) -> None:
    assert answer in citizen.says(text)
    assert (citizen.last["intent"], citizen.last["guard"]) == (guard, True)
    assert "Phí" in citizen.says("lệ phí làm khai sinh bao nhiêu"), "the conversation goes on"


def test_decomposed_letters_are_understood_and_quoted_as_typed(citizen: Citizen) -> None:
    typed = unicodedata.normalize("NFD", "ổ gà trên đường Lạch Tray phường Lê Chân rất nguy hiểm")
    citizen.says(typed)
    citizen.says("gửi luôn")
    assert "Ổ gà, sụt lún" in citizen.presses("Sửa") or "Gửi" not in citizen.buttons
    assert citizen.last["intent"] == "report_edit"


def test_a_photo_of_thirty_megabytes_is_refused_in_words_and_not_kept(
    citizen: Citizen, hotline: System, tmp_path: Path
) -> None:
    big = tmp_path / "to.jpg"
    big.write_bytes(b"\xff\xd8\xff\xe0" + b"\x00" * (30 << 20))
    before = _media(hotline)
    assert "lớn quá 10 MB" in citizen.sends(big)
    assert _media(hotline) == before


def test_a_page_named_as_a_photo_is_refused_by_its_content(citizen: Citizen, hotline: System, tmp_path: Path) -> None:
    page = tmp_path / "anh.jpg"
    page.write_text("<!doctype html><script>alert(1)</script>")
    before = _media(hotline)
    assert "không phải là ảnh" in citizen.sends(page)
    assert _media(hotline) == before


def _media(hotline: System) -> set[Path]:
    return {path for path in (hotline.var / "media").rglob("*") if path.is_file()}


def test_a_button_works_once_and_only_for_its_owner(citizen: Citizen, hotline: System) -> None:
    other = Citizen(hotline.chat())
    citizen.says("đèn đường hỏng trước số 5 Cầu Đất phường Ngô Quyền")
    citizen.says("gửi luôn")
    token = next(one["token"] for one in citizen.chat.memory.buttons if one["label"] == "Gửi")
    citizen.presses("Gửi")
    first = citizen.ticket
    assert first is not None

    def press(person: Citizen, value: str) -> httpx.Response:
        body = {"id": str(uuid.uuid4()), "button": value, "label": "Gửi"}
        return httpx.post(
            f"{hotline.base}/web/messages", json=body, trust_env=False, timeout=20,
            headers={"Authorization": f"Bearer {person.chat.memory.token}"},
        )  # fmt: skip

    for person, value in ((citizen, token), (other, token), (other, "x" * 20), (other, token[:-2] + "zz")):
        answer = press(person, value)
        assert answer.status_code in (200, 409, 410), answer.text
        assert "Mã phản ánh của anh/chị là" not in answer.text
    asked = other.says("tra cứu phản ánh của tôi")
    assert first not in asked
    assert "PA-" not in asked or "ví dụ" in asked
    assert first in citizen.says("tra cứu phản ánh")
    assert "Rút phản ánh" in citizen.buttons
    other.chat.close()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"id": 5}', b"\xff\xfe", b'{"id": "x", "text": 7}'])
def test_a_malformed_request_is_refused_and_the_service_stands(hotline: System, citizen: Citizen, body: bytes) -> None:
    answer = httpx.post(
        f"{hotline.base}/web/messages", content=body, trust_env=False, timeout=20,
        headers={"Authorization": f"Bearer {citizen.chat.memory.token}", "Content-Type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert citizen.says("alo") != ""


def test_without_telegram_its_webhook_does_not_exist(hotline: System) -> None:
    answer = httpx.post(f"{hotline.base}/telegram/webhook", json={"update_id": 1}, trust_env=False, timeout=20)
    assert answer.status_code in (401, 404)


def test_a_code_is_not_found_by_trying(hotline: System, citizen: Citizen) -> None:
    said = [citizen.says(f"PA-{n:09d} tới đâu rồi") for n in range(100_000_000, 100_000_040)]
    assert any("nhiều mã liên tiếp" in one for one in said), said[-1]
