"""Telegram updates into messages, with no network and no database."""

import unicodedata
from typing import Any

import pytest

from bot.channels.base import UnknownKind, Unreadable
from bot.channels.telegram.parse import parse_update


def message(**content: Any) -> dict[str, Any]:
    chat = content.pop("chat", {"id": 7, "type": "private"})
    return {"update_id": 5, "message": {"message_id": 1, "date": 1_700_000_000, "chat": chat, **content}}


def test_text_is_composed_before_anyone_counts_it() -> None:
    parsed = parse_update(message(text=unicodedata.normalize("NFD", "đường hỏng")))
    assert parsed.kind == "text"
    assert parsed.body["text"] == "đường hỏng"
    assert (parsed.peer, parsed.event_key) == ("7", "5")


def test_the_largest_size_of_a_photo_is_taken() -> None:
    sizes = [{"file_id": "small"}, {"file_id": "big", "file_size": 9}]
    parsed = parse_update(message(photo=sizes, caption="ổ gà", media_group_id="g"))
    assert (parsed.kind, parsed.photo_ref, parsed.photo_size, parsed.album) == ("photo", "big", 9, "g")


def test_an_image_sent_as_a_file_is_a_photo_and_another_file_is_not() -> None:
    assert parse_update(message(document={"file_id": "d", "mime_type": "image/heic"})).kind == "photo"
    assert parse_update(message(document={"file_id": "d", "mime_type": "text/html"})).note == "gateway.document"


@pytest.mark.parametrize("kind", ["voice", "sticker", "video", "contact", "poll"])
def test_what_the_bot_cannot_read_has_an_answer_of_its_own(kind: str) -> None:
    assert parse_update(message(**{kind: {}})).note is not None


def test_the_words_of_a_group_are_not_taken() -> None:
    parsed = parse_update(message(chat={"id": -9, "type": "supergroup"}, text="0912345678"))
    assert not parsed.private
    assert parsed.body == {}


def test_only_the_first_fix_of_a_live_location_counts() -> None:
    first = parse_update(message(location={"latitude": 20.8, "longitude": 106.6, "live_period": 60}))
    assert first.body["location"] == [20.8, 106.6]
    later = {"update_id": 6, "edited_message": message(location={})["message"]}
    with pytest.raises(UnknownKind):
        parse_update(later)


def test_a_press_carries_its_token_and_a_foreign_one_none() -> None:
    query = {"id": "q", "message": {"chat": {"id": 7, "type": "private"}}, "data": "b:TOKEN"}
    assert parse_update({"update_id": 1, "callback_query": query}).body["button"] == "TOKEN"
    for data in ("/affirm", "b:TO\0KEN", "b:\ud800", 7, None):
        foreign = query | {"data": data}
        assert parse_update({"update_id": 1, "callback_query": foreign}).body["button"] == "-"
    foreign = query | {"data": "/affirm"}
    assert parse_update({"update_id": 1, "callback_query": foreign}).body["button"] == "-"


@pytest.mark.parametrize("update", [None, [], {}, {"update_id": "1"}, {"update_id": 1, "message": {}},
                                    {"update_id": 1, "message": "x"}, {"update_id": True}, {"update_id": 2**63},
                                    message(text=7), message(location={"latitude": float("nan"), "longitude": 1}),
                                    message(photo=[{"file_id": "a\0"}]), message(photo=[{"file_id": None}])])
def test_what_is_no_update_is_unreadable(update: Any) -> None:
    with pytest.raises(Unreadable):
        parse_update(update)


@pytest.mark.parametrize(("size", "kept"), [("9", None), (-1, None), (True, None), (2**70, None), (9, 9)])
def test_a_size_that_no_file_can_have_is_not_believed(size: Any, kept: int | None) -> None:
    parsed = parse_update(message(photo=[{"file_id": "f", "file_size": size}]))
    assert (parsed.photo_ref, parsed.photo_size) == ("f", kept)


def test_control_codes_and_half_characters_are_taken_out_of_the_words() -> None:
    assert parse_update(message(text="ổ g\0à ở chợ")).body["text"] == "ổ gà ở chợ"
    assert parse_update(message(photo=[{"file_id": "f"}], caption="hỏng\ud800")).body["caption"] == "hỏng\ufffd"
    assert parse_update(message(photo=[{"file_id": "f"}], media_group_id="a\0")).album is None
    query = {"id": "q\0", "message": {"chat": {"id": 7, "type": "private"}}, "data": "b:T"}
    assert parse_update({"update_id": 1, "callback_query": query}).callback is None
