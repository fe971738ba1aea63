"""Reads what a widget sends: its POST into a strict message (JSON or multipart with photos), and numbers."""

from __future__ import annotations

import json
import math
import uuid
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from bot.gateway.uploads import ReceivedFile, Uploads
from vitext import clean_words, is_identifier, whole_number

MAX_JSON = 256 * 1024


class Unreadable(Exception):
    """The request is not a message; ``status`` and ``key`` say so to the citizen."""

    def __init__(self, key: str = "gateway.bad_request", status: int = 400) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


@dataclass(frozen=True, slots=True)
class WebMessage:
    """``key`` is the client's UUID: sending the same one again has no effect."""

    key: str
    kind: str
    body: dict[str, Any]
    photos: list[ReceivedFile] = field(default_factory=list)


async def read_message(request: Request, uploads: Uploads) -> WebMessage:
    """Exactly one of text, button, location; or photos with an optional text as their caption."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "multipart/form-data":
        fields, photos = await uploads.receive(request)
        return _message(dict(fields), photos)
    if content_type != "application/json":
        raise Unreadable(status=415)
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_JSON:
            raise Unreadable("gateway.too_much", 413)
    return _message(json_object(raw), [])


def json_object(raw: bytes | bytearray) -> dict[str, Any]:
    """Raises Unreadable, also for what is nested deeper than a parser follows."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable("gateway.text_binary") from error
    if not isinstance(data, dict):
        raise Unreadable
    return data


def number(given: Any) -> int:
    """A sequence number, from JSON or an address. Raises Unreadable."""
    plain = str(given) if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**63 else given
    read = whole_number(plain)
    if read is None:
        raise Unreadable
    return read


def seconds(given: str | None, most: float) -> float:
    """How long to wait, at most and by default ``most``. Raises Unreadable."""
    try:
        read = most if given is None else float(given)
    except ValueError as error:
        raise Unreadable from error
    if not 0 <= read < math.inf:  # NaN too: a timer of the event loop that never ends
        raise Unreadable
    return min(read, most)


def _message(data: dict[str, Any], photos: list[ReceivedFile]) -> WebMessage:
    try:
        key = str(uuid.UUID(str(data.get("id"))))
    except ValueError as error:
        raise Unreadable from error
    text = data.get("text")
    if text is not None:
        text = _words(text)
    if photos:
        return WebMessage(key, "photo", {"caption": text or None}, photos)
    if data.get("button") is not None:
        button, label = data["button"], data.get("label")
        if not is_identifier(button):
            raise Unreadable
        return WebMessage(key, "button", {"button": button, "label": _words(label)[:80] if label else None})
    if data.get("location") is not None:
        return WebMessage(key, "location", {"location": _location(data["location"])})
    if text is None:
        raise Unreadable
    return WebMessage(key, "text", {"text": text})


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise Unreadable
    return clean_words(value)


def _location(value: Any) -> list[float]:
    try:
        lat, lon = (float(one) for one in value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Unreadable("gateway.location_bad") from error
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise Unreadable("gateway.location_bad")
    return [lat, lon]
