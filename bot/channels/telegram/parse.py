"""Telegram updates into messages (https://core.telegram.org/bots/api#update)."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from bot.channels.base import InboundMessage, UnknownKind, Unreadable

BUTTON_PREFIX = "b:"
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
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise Unreadable("no update_id")
    key = str(update["update_id"])
    try:
        if "callback_query" in update:
            return _button(key, update["callback_query"])
        if "message" in update:
            return _message(key, update["message"])
        if "edited_message" in update:
            return _edit(key, update["edited_message"])
        if "my_chat_member" in update:
            return _membership(key, update["my_chat_member"])
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise Unreadable(f"update {key}: {type(error).__name__}") from error
    kinds = sorted(name for name in update if name != "update_id")
    raise UnknownKind(f"update of kind {kinds}")


def _message(key: str, message: dict[str, Any]) -> InboundMessage:
    chat = message["chat"]
    peer, at = str(int(chat["id"])), dt.datetime.fromtimestamp(int(message["date"]), dt.UTC)
    if chat.get("type") != "private":
        return InboundMessage(peer, key, "other", {}, at, private=False)
    body: dict[str, Any] = {"message_id": int(message["message_id"])}
    if "forward_origin" in message:
        body["forwarded"] = True
    if "location" in message and "venue" not in message:
        place = message["location"]
        body["location"] = [float(place["latitude"]), float(place["longitude"])]
        return InboundMessage(peer, key, "location", body, at)
    if "text" in message:
        text = _nfc(message["text"])
        kind = "command" if text.startswith("/start") else "text"
        return InboundMessage(peer, key, kind, body | {"text": text}, at)
    photo = _photo(message)
    if photo is not None:
        body["caption"] = _nfc(message.get("caption") or "") or None
        album = message.get("media_group_id")
        return InboundMessage(
            peer, key, "photo", body, at, album=str(album) if album else None,
            photo_ref=str(photo["file_id"]), photo_size=photo.get("file_size"),
        )
    for name, (kind, note) in _NOTES.items():
        if name in message:
            body["caption"] = _nfc(message.get("caption") or "") or None
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
        "text": _nfc(message.get("text") or message.get("caption") or ""),
    }
    return InboundMessage(
        str(int(chat["id"])), key, "edit", body, at, private=chat.get("type") == "private"
    )


def _button(key: str, query: dict[str, Any]) -> InboundMessage:
    chat = query["message"]["chat"]
    data = str(query.get("data") or "")
    if not data.startswith(BUTTON_PREFIX):
        data = BUTTON_PREFIX + "-"  # not one of ours: answered like any forged button
    return InboundMessage(
        str(int(chat["id"])), key, "button", {"button": data.removeprefix(BUTTON_PREFIX)[:64]},
        private=chat.get("type") == "private", callback=str(query["id"]),
    )


def _membership(key: str, change: dict[str, Any]) -> InboundMessage:
    status = change["new_chat_member"]["status"]
    at = dt.datetime.fromtimestamp(int(change["date"]), dt.UTC)
    if status in ("kicked", "left") and change["chat"].get("type") == "private":
        return InboundMessage(str(int(change["chat"]["id"])), key, "left", {}, at)
    raise UnknownKind(f"membership {status}")


def _nfc(text: str) -> str:
    if not isinstance(text, str):
        raise TypeError("text is no string")
    text.encode()  # a lone surrogate is no writing
    return unicodedata.normalize("NFC", text).replace("\x00", "�")
