"""``hotline chat --json`` against a running gateway."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from bot.gateway.app import Gateway
from feedback_store.service import outbox
from feedback_store.store import Store
from feedback_store.tables import Conversation
from hotline.chat import Chat, parse_line, same_label
from tests.integration.gateway.conftest import LOCAL_TOKEN, running
from tests.integration.gateway.fake_engine import FakeEngine


@pytest.fixture
def chat(gateway: Gateway) -> Iterator[Chat]:
    with running(gateway) as base:
        made = Chat(base, LOCAL_TOKEN)
        yield made
        made.close()


def test_a_turn_is_one_object_with_what_was_understood(chat: Chat, engine: FakeEngine) -> None:
    entity = {"entity": "place", "value": "Trần Phú", "start": 0, "end": 8}
    engine.script["Trần Phú"] = {
        "replies": [{"text": "Mã PA-1", "custom": {"ticket": "PA-482-109-375"}}],
        "parse": {"intent": {"name": "inform", "confidence": 0.8}, "entities": [entity]},
    }
    result = chat.talk("Trần Phú")
    assert result.pop("ms") > 0
    assert result == {
        "in": "Trần Phú", "out": [{"text": "Mã PA-1", "buttons": []}], "intent": "inform",
        "confidence": 0.8, "entities": [entity], "ticket": "PA-482-109-375",
    }


def test_a_button_is_named_by_its_label_in_any_spelling(chat: Chat, engine: FakeEngine) -> None:
    engine.script["x"] = {"replies": [{"text": "?", "buttons": [{"title": "Hủy", "payload": "/deny"}]}]}
    assert chat.talk("x")["out"][0]["buttons"] == ["Hủy"]
    assert "error" in chat.talk({"button": "Gửi"})
    assert chat.talk({"button": "Huỷ"})["out"][0]["text"] == "Đã nghe: /deny"
    assert chat.talk({"button": "Hủy"})["guard"] is True


def test_a_guards_answer_carries_its_name(chat: Chat) -> None:
    empty = chat.talk("")
    assert (empty["intent"], empty["guard"]) == ("empty", True)
    urgent = chat.talk("cháy nhà rồi cứu với")
    assert (urgent["intent"], urgent["guard"]) == ("emergency", True)
    assert "114" in urgent["out"][0]["text"]


def test_a_denunciation_is_sealed_and_named(chat: Chat) -> None:
    result = chat.talk("tôi muốn tố cáo chủ tịch xã nhận hối lộ")
    assert (result["intent"], result["guard"], result["entities"]) == ("denunciation", True, [])
    assert result["out"]


def test_what_arrives_between_turns_is_a_notice_of_the_next(chat: Chat, store: Store) -> None:
    chat.talk("một")
    with store.transaction() as session:
        conversation = session.scalars(select(Conversation.id)).one()
        outbox.enqueue_notice(
            session, conversation_id=conversation, notice="late", dedupe_key="n1", text="Xin lỗi vì chậm",
            now=dt.datetime.now(dt.UTC),
        )
    assert chat.talk("hai")["notices"] == [{"text": "Xin lỗi vì chậm", "buttons": []}]
    assert "notices" not in chat.talk("ba")


def test_a_place_a_photo_and_lines_that_cannot_be_sent(chat: Chat, engine: FakeEngine, tmp_path: Path) -> None:
    Image.new("RGB", (30, 30), "red").save(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_text("<html>")
    assert chat.talk({"location": [20.8, 106.6]})["out"]
    assert engine.turns[-1]["payload"].startswith("/give_location")
    assert chat.talk({"photo": str(tmp_path / "a.jpg")})["out"]
    assert chat.talk({"photo": str(tmp_path / "b.jpg")})["intent"] == "photo_not_image"
    assert "error" in chat.talk({"photo": str(tmp_path / "none.jpg")})
    assert "error" in chat.talk({"text": "a", "button": "b"})
    assert "error" in chat.talk({"mood": "good"})


def test_only_an_object_is_read_as_json() -> None:
    assert parse_line('{"text": "a"}') == {"text": "a"}
    assert [parse_line(line) for line in ("[1]", "12", "null", "", '"a"')] == ["[1]", "12", "null", "", '"a"']
    assert same_label("Huỷ bỏ") == same_label("Hủy bỏ")
