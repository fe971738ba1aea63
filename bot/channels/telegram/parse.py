"""Telegram updates into messages (https://core.telegram.org/bots/api#update)."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from bot.channels.base import InboundMessage, UnknownKind, Unreadable
from vitext import clean_words, is_identifier

BUTTON_PREFIX = "b:"
LARGEST = 2**63 - 1
_NOTES = {
    "voice": ("voice", "gateway.voice"), "audio": ("voice", "gateway.voice"),
    "video_note": ("voice", "gateway.video"), "video": ("other", "gateway.video"),
    "animation": ("sticker", "gateway.sticker"), "sticker": ("sticker", "gateway.sticker"),
    "contact": ("other", "gateway.contact_card"), "document": ("other", "gateway.document"),
    "poll": ("other", "gateway.unsupported"), "dice": ("sticker", "gateway.sticker"),
    "venue": ("other", "gateway.unsupported"), "story": ("other", "gateway.unsupported"),
}
_PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")


def parse_update(update: Any) -> InboundMessage:
    """One update. Raises Unreadable for what is no update, UnknownKind for what we do not use."""
    number = update_number(update)
    if number is None:
        raise Unreadable("no update_id")
    key = str(number)
    try:
        if "callback_query" in update:
            return _button(key, update["callback_query"])
        if "message" in update:
            return _message(key, update["message"])
        if "edited_message" in update:
            return _edit(key, update["edited_message"])
        if "my_chat_member" in update:
            return _membership(key, update["my_chat_member"])
    except UnknownKind:
        raise
    except Exception as error:  # whatever somebody found to put in: one update must not end the others
        raise Unreadable(f"update {key}: {type(error).__name__}") from error
    kinds = sorted(name for name in update if name != "update_id")
    raise UnknownKind(f"update of kind {kinds}")


def update_number(update: Any) -> int | None:
    """``update_id`` of what may be an update, None where there is none that could be one."""
    number = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return number if 0 <= number <= LARGEST else None


def _message(key: str, message: dict[str, Any]) -> InboundMessage:
    chat = message["chat"]
    peer, at = str(int(chat["id"])), dt.datetime.fromtimestamp(int(message["date"]), dt.UTC)
    if chat.get("type") != "private":
        return InboundMessage(peer, key, "other", {}, at, private=False)
    body: dict[str, Any] = {"message_id": int(message["message_id"])}
    if "forward_origin" in message:
        body["forwarded"] = True
    if "location" in message and "venue" not in message:
        body["location"] = _location(message["location"])
        return InboundMessage(peer, key, "location", body, at)
    if "text" in message:
        text = _words(message["text"])
        kind = "command" if text.startswith("/start") else "text"
        return InboundMessage(peer, key, kind, body | {"text": text}, at)
    photo = _photo(message)
    if photo is not None:
        body["caption"] = _words(message.get("caption") or "") or None
        album = message.get("media_group_id")
        return InboundMessage(
            peer, key, "photo", body, at, album=str(album) if is_identifier(album, 100) else None,
            photo_ref=_file_id(photo), photo_size=_size(photo),
        )
    for name, (kind, note) in _NOTES.items():
        if name in message:
            body["caption"] = _words(message.get("caption") or "") or None
            return InboundMessage(peer, key, kind, body, at, note=note)
    raise UnknownKind(f"message with {sorted(set(message) - {'from', 'chat', 'text'})}")


def _photo(message: dict[str, Any]) -> dict[str, Any] | None:
    if message.get("photo"):
        return dict(message["photo"][-1])  # sizes rise; the last is the original
    document = message.get("document")
    if document and document.get("mime_type") in _PHOTO_TYPES:
        return dict(document)
    return None


def _edit(key: str, message: dict[str, Any]) -> InboundMessage:
    if "location" in message:
        raise UnknownKind("another fix of a live location")
    chat = message["chat"]
    at = dt.datetime.fromtimestamp(int(message.get("edit_date", message["date"])), dt.UTC)
    body = {
        "message_id": int(message["message_id"]),
        "text": _words(message.get("text") or message.get("caption") or ""),
    }
    return InboundMessage(
        str(int(chat["id"])), key, "edit", body, at, private=chat.get("type") == "private"
    )


def _button(key: str, query: dict[str, Any]) -> InboundMessage:
    chat = query["message"]["chat"]
    data = str(query.get("data") or "")
    if not data.startswith(BUTTON_PREFIX) or not is_identifier(data):
        data = BUTTON_PREFIX + "-"  # not one of ours: answered like any forged button
    return InboundMessage(
        str(int(chat["id"])), key, "button", {"button": data.removeprefix(BUTTON_PREFIX)[:64]},
        private=chat.get("type") == "private", callback=query["id"] if is_identifier(query.get("id")) else None,
    )


def _membership(key: str, change: dict[str, Any]) -> InboundMessage:
    status = change["new_chat_member"]["status"]
    at = dt.datetime.fromtimestamp(int(change["date"]), dt.UTC)
    if status in ("kicked", "left") and change["chat"].get("type") == "private":
        return InboundMessage(str(int(change["chat"]["id"])), key, "left", {}, at)
    raise UnknownKind(f"membership {status}")


def _words(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError("text is no string")
    return clean_words(text)


def _location(place: dict[str, Any]) -> list[float]:
    latitude, longitude = float(place["latitude"]), float(place["longitude"])
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError("no place on earth")
    return [latitude, longitude]


def _file_id(photo: dict[str, Any]) -> str:
    if not is_identifier(photo["file_id"], 256):
        raise ValueError("no file_id")
    return str(photo["file_id"])


def _size(photo: dict[str, Any]) -> int | None:
    """The size that the photo claims; None where it claims none that a file can have. It is counted on arrival."""
    size = photo.get("file_size")
    return size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= LARGEST else None
