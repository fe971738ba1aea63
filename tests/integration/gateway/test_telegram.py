"""Telegram from the webhook to the local Bot API and back."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select, text

from bot.gateway import telegram_polling
from bot.gateway.app import Gateway
from bot.gateway.config import GatewayConfig
from feedback_store.service import failures
from feedback_store.store import Store
from feedback_store.tables import EmergencyCall, InboundEvent, Media, OutboundMessage, UnreadUpdate
from tests.e2e.fake_telegram import FakeTelegram
from tests.integration.gateway.conftest import running
from tests.integration.gateway.fake_engine import FakeEngine
from tests.integration.gateway.serving import serving
from tests.system import until
from worker.main import Worker

SECRET = "webhook-secret"
CHAT = 777


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def tg_config(config: GatewayConfig, telegram: FakeTelegram) -> Iterator[GatewayConfig]:
    with serving(telegram.app, lifespan="off") as api:
        yield dataclasses.replace(
            config, telegram_token="123:abc", telegram_secret=SECRET, telegram_mode="webhook", telegram_api=api
        )


@contextmanager
def working(config: GatewayConfig, store: Store, engine: FakeEngine) -> Iterator[None]:
    """A worker in a thread with a loop of its own."""
    begun = threading.Event()
    box: dict[str, Any] = {}

    async def run() -> None:
        worker = Worker(config, store, engine_transport=httpx.ASGITransport(app=engine.app))
        box["stop"], box["loop"] = asyncio.Event(), asyncio.get_running_loop()
        task = asyncio.create_task(worker.run(box["stop"]))
        await worker.ready.wait()
        begun.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert begun.wait(60)
    try:
        yield
    finally:
        box["loop"].call_soon_threadsafe(box["stop"].set)
        thread.join(15)


class Bot:
    """Posts updates to the webhook as Telegram does."""

    def __init__(self, base: str) -> None:
        self.http = httpx.Client(base_url=base, timeout=15, trust_env=False)

    def __call__(self, update: Any, secret: str | None = SECRET) -> httpx.Response:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        return self.http.post("/telegram/webhook", content=json.dumps(update), headers=headers)


@pytest.fixture
def bot(tg_config: GatewayConfig, store: Store, engine: FakeEngine) -> Iterator[Bot]:
    gateway = Gateway(tg_config, store, engine_transport=httpx.ASGITransport(app=engine.app))
    with running(gateway) as base:
        made = Bot(base)
        yield made
        made.http.close()


@pytest.fixture
def worker(tg_config: GatewayConfig, store: Store, engine: FakeEngine) -> Iterator[None]:
    with working(tg_config, store, engine):
        yield


def jpeg(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 80), colour).save(out, "JPEG")
    return out.getvalue()


def test_an_unsigned_update_gets_401_what_is_no_update_400_and_every_other_200(bot: Bot) -> None:
    assert bot({"update_id": 1}, secret=None).status_code == 401
    assert bot({"update_id": 1}, secret="wrong").status_code == 401
    assert bot(["no update"]).status_code == 400
    raw = bot.http.post("/telegram/webhook", content=b"{", headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})
    assert raw.status_code == 400
    assert bot({"update_id": 3, "channel_post": {}}).status_code == 200


def test_a_message_is_answered_once_although_the_update_comes_three_times(
    bot: Bot, worker: None, telegram: FakeTelegram, engine: FakeEngine
) -> None:
    update = telegram.text(CHAT, "đèn đường hỏng")
    assert [bot(update).status_code for _ in range(3)] == [200, 200, 200]
    assert until(lambda: telegram.texts(CHAT)) == ["Đã nghe: đèn đường hỏng"]
    time.sleep(0.3)
    assert len(telegram.texts(CHAT)) == 1
    assert len(engine.turns) == 1


def test_a_pressed_button_reaches_the_engine_as_its_payload_and_the_spinner_stops(
    bot: Bot, worker: None, telegram: FakeTelegram, engine: FakeEngine
) -> None:
    engine.script["tóm tắt"] = {"replies": [
        {"text": "Đúng chưa ạ?", "buttons": [{"title": "Gửi", "payload": '/affirm{"x": 1}'}]}
    ]}
    bot(telegram.text(CHAT, "tóm tắt"))
    assert until(lambda: telegram.sent)
    import json

    button = json.loads(telegram.sent[0]["reply_markup"])["inline_keyboard"][0][0]
    assert button["text"] == "Gửi"
    assert len(button["callback_data"].encode()) <= 64
    bot(telegram.press(CHAT, button["callback_data"]))
    assert until(lambda: len(telegram.texts(CHAT)) == 2)
    assert engine.turns[1]["payload"] == '/affirm{"x": 1}'
    assert until(lambda: telegram.answered)
    bot(telegram.press(CHAT, button["callback_data"]))
    bot(telegram.press(CHAT, "b:forged"))
    assert until(lambda: len(telegram.texts(CHAT)) == 4)
    assert len(engine.turns) == 2


def test_an_album_becomes_one_turn_with_all_its_photos(
    bot: Bot, worker: None, telegram: FakeTelegram, engine: FakeEngine, store: Store
) -> None:
    for number, colour in enumerate(("red", "green", "blue")):
        caption = {"caption": "ổ gà to"} if number == 0 else {}
        bot(telegram.photo(CHAT, f"f{number}", jpeg(colour), media_group_id="g1", **caption))
    assert until(lambda: engine.turns)
    time.sleep(0.5)
    assert len(engine.turns) == 1
    assert engine.turns[0]["text"] == "ổ gà to"
    assert len(engine.turns[0]["metadata"]["media"]) == 3
    with store.reading() as session:
        assert [row.status for row in session.scalars(select(Media))] == ["stored"] * 3


def test_a_photo_that_is_gone_at_telegram_is_told_to_the_citizen(
    bot: Bot, worker: None, telegram: FakeTelegram, engine: FakeEngine
) -> None:
    update = telegram.photo(CHAT, "gone", jpeg())
    del telegram.files["gone"]
    bot(update)
    assert until(lambda: telegram.texts(CHAT))
    assert "chưa tải được ảnh" in telegram.texts(CHAT)[0]
    assert not engine.turns


def test_an_emergency_is_sent_before_the_200_with_no_worker(
    bot: Bot, telegram: FakeTelegram, store: Store, engine: FakeEngine
) -> None:
    update = telegram.text(CHAT, "cháy nhà rồi cứu với")
    assert bot(update).status_code == 200
    assert len(telegram.texts(CHAT)) == 1
    assert "114" in telegram.texts(CHAT)[0]
    assert bot(update).status_code == 200
    assert len(telegram.texts(CHAT)) == 1
    assert not engine.turns
    with store.reading() as session:
        assert session.scalars(select(EmergencyCall)).one().answered_at is not None


def test_telegrams_pause_is_honoured_and_the_order_kept(
    bot: Bot, worker: None, telegram: FakeTelegram
) -> None:
    telegram.fail["sendMessage"] = [(429, {"description": "Too Many", "parameters": {"retry_after": 1}})]
    bot(telegram.text(CHAT, "một"))
    bot(telegram.text(CHAT, "hai"))
    assert until(lambda: len(telegram.texts(CHAT)) == 2)
    assert telegram.texts(CHAT) == ["Đã nghe: một", "Đã nghe: hai"]


def test_a_citizen_who_blocked_the_bot_is_left_alone_until_they_write_again(
    bot: Bot, worker: None, telegram: FakeTelegram, store: Store
) -> None:
    telegram.fail["sendMessage"] = [(403, {"description": "Forbidden: bot was blocked by the user"})]
    bot(telegram.text(CHAT, "một"))

    def unreachable() -> Any:
        with store.reading() as session:
            return session.execute(text("SELECT unreachable_at FROM contacts")).scalar()

    assert until(unreachable)
    with store.reading() as session:
        assert session.scalars(select(OutboundMessage.status)).all() == ["dead"]
    bot(telegram.text(CHAT, "hai"))
    assert until(lambda: telegram.texts(CHAT)) == ["Đã nghe: hai"]
    assert unreachable() is None


def test_a_group_gets_one_polite_line_and_nothing_of_it_is_kept(
    bot: Bot, worker: None, telegram: FakeTelegram, store: Store, engine: FakeEngine
) -> None:
    for words in ("số của tôi là 0912345678", "alo"):
        bot(telegram.text(-500, words))
    assert until(lambda: telegram.texts(-500))
    time.sleep(0.3)
    assert len(telegram.texts(-500)) == 1
    assert not engine.turns
    with store.reading() as session:
        assert [row.body for row in session.scalars(select(InboundEvent))] == [{}, {}]


def test_voice_stickers_and_edits_get_an_answer_and_no_turn(
    bot: Bot, worker: None, telegram: FakeTelegram, engine: FakeEngine
) -> None:
    bot(telegram.message_update(CHAT, voice={"file_id": "v", "duration": 3}))
    bot(telegram.message_update(CHAT, sticker={"file_id": "s"}))
    edited = telegram.text(CHAT, "sửa lại")
    bot({"update_id": 9001, "edited_message": edited["message"]})
    assert until(lambda: len(telegram.texts(CHAT)) == 3)
    assert not engine.turns


def test_a_long_answer_is_split_at_telegrams_limit(
    bot: Bot, worker: None, telegram: FakeTelegram, engine: FakeEngine
) -> None:
    engine.script["dài"] = {"replies": [{"text": "điều khoản " * 900}]}
    bot(telegram.text(CHAT, "dài"))
    assert until(lambda: len(telegram.texts(CHAT)) >= 3)
    assert all(len(one.encode("utf-16-le")) // 2 <= 4096 for one in telegram.texts(CHAT))


def test_polling_takes_what_the_webhook_would(
    tg_config: GatewayConfig, store: Store, engine: FakeEngine, telegram: FakeTelegram, worker: None, tmp_path: Path
) -> None:
    polling = dataclasses.replace(tg_config, telegram_mode="polling")
    gateway = Gateway(polling, store, engine_transport=httpx.ASGITransport(app=engine.app))
    telegram.updates = [telegram.text(CHAT, "một"), telegram.text(CHAT, "hai")]
    with running(gateway):
        assert until(lambda: len(telegram.texts(CHAT)) == 2)
    assert telegram.texts(CHAT) == ["Đã nghe: một", "Đã nghe: hai"]


def test_polling_survives_any_update_and_keeps_no_words_of_one_it_cannot_read(
    tg_config: GatewayConfig, store: Store, engine: FakeEngine, telegram: FakeTelegram, worker: None
) -> None:
    polling = dataclasses.replace(tg_config, telegram_mode="polling")
    gateway = Gateway(polling, store, engine_transport=httpx.ASGITransport(app=engine.app))
    size: dict[str, Any] = {"file_unique_id": "u", "width": 9, "height": 9}
    broken: list[dict[str, Any]] = [
        {"text": {"bí": "mật"}},
        {"photo": "bí mật"},
        {"photo": [{"file_id": {"bí": "mật"}, "file_size": "lớn", **size}]},
        {"location": {"latitude": "bí mật", "longitude": 1}},
        {"text": "bí mật", "date": 10**30},
        {"text": "bí mật", "chat": {"id": "bí mật", "type": "private"}},
    ]
    telegram.files["f"] = jpeg()
    odd_sizes = [
        telegram.message_update(CHAT, photo=[{"file_id": "f", "file_size": file_size, **size}], caption=f"ảnh {n}")
        for n, file_size in enumerate(("9", -1, 2**80, None))
    ]
    updates = [telegram.text(CHAT, "một")]
    updates += [telegram.message_update(CHAT) for _ in broken]
    for update, content in zip(updates[1:], broken, strict=True):
        update["message"] |= content
    updates += [*odd_sizes, telegram.text(CHAT, "hai")]
    telegram.updates = updates
    with running(gateway):
        assert until(lambda: "Đã nghe: hai" in telegram.texts(CHAT))
        assert until(lambda: not telegram.updates), "the offset went on"
        assert gateway.health()["telegram_polling"]["state"] == "ok"
    heard = [one for one in telegram.texts(CHAT) if one.startswith("Đã nghe")]
    assert heard == ["Đã nghe: một", *(f"Đã nghe: ảnh {n}" for n in range(4)), "Đã nghe: hai"]
    with store.reading() as session:
        kept = list(session.scalars(select(UnreadUpdate).order_by(UnreadUpdate.id)))
        listed = failures.failed_turns(session)
    assert [one.event_key for one in kept] == [str(one["update_id"]) for one in updates[1:7]]
    assert all("parse.py:" in one.reason and "mật" not in one.reason for one in kept)
    assert len(listed) == 6


def test_polling_goes_on_after_whatever_broke_it(
    tg_config: GatewayConfig,
    store: Store,
    engine: FakeEngine,
    telegram: FakeTelegram,
    worker: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    polling = dataclasses.replace(tg_config, telegram_mode="polling")
    gateway = Gateway(polling, store, engine_transport=httpx.ASGITransport(app=engine.app))
    assert gateway.sender is not None
    asked, real = [0], gateway.sender.updates

    async def updates(offset: int | None) -> list[Any]:
        asked[0] += 1
        if asked[0] == 1:
            raise RuntimeError("nobody foresaw it")
        return await real(offset)

    monkeypatch.setattr(gateway.sender, "updates", updates)
    telegram.updates = [telegram.text(CHAT, "một")]
    with running(gateway):
        assert until(lambda: telegram.texts(CHAT) == ["Đã nghe: một"])


def test_the_health_check_tells_when_updates_dont_come(
    tg_config: GatewayConfig, store: Store, engine: FakeEngine, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_polling, "LATE_AFTER", dt.timedelta(seconds=0.3))
    polling = dataclasses.replace(tg_config, telegram_mode="polling")
    gateway = Gateway(polling, store, engine_transport=httpx.ASGITransport(app=engine.app))
    telegram.fail["getUpdates"] = [(502, {}) for _ in range(100)]
    with running(gateway):
        assert until(lambda: gateway.health()["telegram_polling"]["state"] == "late")


def test_an_update_that_cannot_be_read_is_answered_200_and_listed_once(bot: Bot, store: Store) -> None:
    for _ in range(2):
        assert bot({"update_id": 2, "message": {"chat": "?", "text": "bí mật"}}).status_code == 200
    with store.reading() as session:
        kept = list(session.scalars(select(UnreadUpdate)))
        assert session.scalars(select(InboundEvent)).all() == []
    assert [one.event_key for one in kept] == ["2"]
    assert "mật" not in kept[0].reason


def test_words_with_a_nul_or_half_a_character_are_taken_and_a_press_with_one_is_forged(
    bot: Bot, telegram: FakeTelegram, store: Store
) -> None:
    assert bot(telegram.text(CHAT, "m\0ột \ud800 hai ba")).status_code == 200
    assert bot(telegram.press(CHAT, "b:\0\ud800")).status_code == 200
    with store.reading() as session:
        bodies = [one.body for one in session.scalars(select(InboundEvent).order_by(InboundEvent.id))]
    assert bodies[0]["text"] == "một \ufffd hai ba"
    assert bodies[1] == {"button": "-"}


def test_the_command_phananh_asks_for_ones_own_reports_and_is_in_the_menu(
    bot: Bot, worker: None, telegram: FakeTelegram, engine: FakeEngine
) -> None:
    assert until(lambda: telegram.commands) == [{"command": "phananh", "description": "Phản ánh của tôi"}]
    for words in ("/phananh", "/PhanAnh@tong_dai_1022_bot"):
        bot(telegram.text(CHAT, words))
    assert until(lambda: len(engine.turns) == 2)
    assert [turn["payload"] for turn in engine.turns] == ["/my_reports", "/my_reports"]
