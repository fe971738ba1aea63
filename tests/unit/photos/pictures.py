"""Photos as phones and programs write them, and a few that nobody's camera would."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


def scene(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """Sky above, road below, so that a wrong turn or a negative shows."""
    image = Image.new("RGB", (width, height), (240, 240, 250))
    image.paste((40, 60, 40), (0, height // 2, width, height))
    return image.convert(mode)


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def flat(kind: str, width: int, height: int, **options: Any) -> bytes:
    """A large picture in few bytes."""
    return written(Image.new("RGB", (width, height), (90, 120, 60)), kind, **options)


def claims(width: int, height: int, kind: str = "JPEG") -> bytes:
    """The header of a photo of that size, with nothing behind it."""
    if kind == "PNG":
        body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    frame = struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x01\x22\0\x02\x11\x01\x03\x11\x01"
    return b"\xff\xd8\xff\xc0" + frame + b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00" + bytes(64)


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image
