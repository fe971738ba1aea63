"""The main job on Telegram: webhook in, local Bot API out, through the whole running hotline."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from PIL import Image

from tests.console_client import ConsoleUser
from tests.e2e.fake_telegram import FakeTelegram
from tests.integration.gateway.serving import serving
from tests.system import ENGINE_PYTHON, System
from vitext import fold

SECRET = "bi-mat-cua-webhook"
CHAT = 4242


def shown(telegram: FakeTelegram) -> Iterator[dict[str, str]]:
    """Every button under the messages sent so far, the newest first."""
    for message in reversed(telegram.sent):
        for row in json.loads(message.get("reply_markup") or "{}").get("inline_keyboard", []):
            yield from row


class Person:
    """Somebody on Telegram: posts updates to the webhook, reads what the bot sent."""

    def __init__(self, system: System, telegram: FakeTelegram) -> None:
        self.system, self.telegram, self.read = system, telegram, 0

    def _post(self, update: dict[str, object]) -> None:
        answer = httpx.post(
            f"{self.system.base}/telegram/webhook", json=update, trust_env=False, timeout=20,
            headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
        )  # fmt: skip
        assert answer.status_code == 200

    def says(self, text: str) -> None:
        self._post(self.telegram.text(CHAT, text))

    def sends_photo(self) -> None:
        data = io.BytesIO()
        Image.new("RGB", (320, 240), "gray").save(data, "JPEG")
        self._post(self.telegram.photo(CHAT, "hien-truong", data.getvalue()))

    def presses(self, label: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for button in shown(self.telegram):
                if button["text"] == label:
                    self._post(self.telegram.press(CHAT, button["callback_data"]))
                    return
            time.sleep(0.05)
        raise AssertionError(f"no button {label!r} was shown")

    def hears(self, words: str, seconds: float = 60) -> str:
        """The next message that holds ``words``; earlier ones are passed over once."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            texts = self.telegram.texts(CHAT)
            for number in range(self.read, len(texts)):
                if fold(words) in fold(texts[number]):
                    self.read = number + 1
                    return texts[number]
            time.sleep(0.05)
        raise AssertionError(f"{words!r} did not come; sent: {self.telegram.texts(CHAT)[self.read:]}")


@pytest.fixture(scope="module")
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture(scope="module")
def system(telegram: FakeTelegram) -> Iterator[System]:
    if not ENGINE_PYTHON.exists():
        pytest.skip("SKIPPED: no engine environment; run `make up` once")
    with serving(telegram.app, lifespan="off") as api:
        running = System({
            "HOTLINE_TELEGRAM_TOKEN": "123:abc", "HOTLINE_TELEGRAM_SECRET": SECRET,
            "HOTLINE_TELEGRAM_MODE": "webhook", "HOTLINE_TELEGRAM_API": api,
        })  # fmt: skip
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture
def user(system: System) -> Iterator[Callable[..., ConsoleUser]]:
    """Makes console users; their connections are closed at the end."""
    made: list[ConsoleUser] = []

    def make(login: str, role: str, *more: str) -> ConsoleUser:
        done = system.run("user", "create", login, "--name", "Người thử", "--role", role, *more)
        assert done.returncode == 0, done.stderr
        made.append(ConsoleUser.first_time(system.base, login, done.stdout.split()[-1]))
        return made[-1]

    yield make
    for one in made:
        one.http.close()


def test_a_report_on_telegram_is_answered_and_rated_there(
    system: System, telegram: FakeTelegram, user: Callable[..., ConsoleUser]
) -> None:
    person = Person(system, telegram)
    person.says("/start")
    person.hears("1022")
    person.says("dien mat tu sang toi gio o thon Dong xa An Hung chua thay ai sua")
    person.hears("ảnh hiện trường")
    person.sends_photo()
    person.hears("chỉ để liên hệ")
    person.presses("Giấu tên")
    person.hears("xem lại phản ánh")
    person.presses("Gửi")
    filed = person.hears("Mã phản ánh của anh/chị là")
    code = re.search(r"PA-\d{3}-\d{3}-\d{3}", filed)
    assert code is not None
    person.presses("Gửi")
    path = f"/console/phan-anh/{code[0]}"

    operator = user("tongdai", "operator")
    page = operator.read(path)
    assert "Mất điện" in page
    assert "Giấu tên" in page
    assert 'src="/console/anh/' in page
    agency = re.search(r'<option value="(\d+)" selected', page)
    assert agency is not None
    operator.send(f"{path}/phan-phoi", page=path, agency=agency[1], note="Đề nghị kiểm tra")

    officer = user("dienluc", "officer", "--agency", "dien-luc")
    seen = officer.read(path)
    assert "Giấu tên" in seen
    leg = officer.field(seen, "leg")
    officer.send(f"{path}/tiep-nhan", page=path, leg=leg)
    officer.send(
        f"{path}/ket-qua", page=path, leg=leg, no_evidence="Sự cố đã khắc phục, không chụp ảnh",
        text="Điện lực đã thay cầu chì trạm biến áp thôn Đông lúc 15 giờ, toàn thôn đã có điện.",
    )  # fmt: skip
    operator.send(f"{path}/duyet", page=path, leg=leg)

    person.hears("thay cầu chì")
    assert telegram.texts(CHAT).count(filed) == 1
    stars = next(button["text"] for button in shown(telegram) if button["text"].startswith("5"))
    person.presses(stars)
    person.hears("5 điểm")
    person.says("cảm ơn điện lực, sửa nhanh lắm")
    person.hears("ghi ý kiến")
    assert "5/5" in operator.read(path)
    assert "đã trả kết quả" in operator.read("/console/so-lieu")
    assert operator.read("/console/phan-anh?muc=done").count(code[0]) >= 1


def test_an_emergency_on_telegram_gets_its_number(
    system: System, telegram: FakeTelegram, user: Callable[..., ConsoleUser]
) -> None:
    person = Person(system, telegram)
    person.read = len(telegram.texts(CHAT))
    person.says("co nguoi dang chay xang cuu voi chay nha")
    person.hears("114")
    operator = user("truckhancap", "operator")
    assert "Cháy" in operator.read("/console/khan-cap")


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b'{"update_id": 900001}', 401),
        ({"X-Telegram-Bot-Api-Secret-Token": "sai"}, b'{"update_id": 900001}', 401),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"{", 400),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b"[]", 400),
        ({"X-Telegram-Bot-Api-Secret-Token": SECRET}, b'{"update_id": 900002, "purchased_paid_media": {}}', 200),
    ],
    ids=["unsigned", "wrongly signed", "cut off", "no object", "unknown kind"],
)
def test_a_webhook_call_is_judged_by_its_signature_and_form(
    system: System, headers: dict[str, str], body: bytes, status: int
) -> None:
    address = f"{system.base}/telegram/webhook"
    answer = httpx.post(address, content=body, trust_env=False, timeout=20, headers=headers)
    assert answer.status_code == status
