"""What a photo says of itself in its first bytes, read without decoding anything.

Sources: ITU-T T.81 (JPEG markers), the PNG specification (IHDR), RFC 9649 (WebP), ISO/IEC 14496-12 and 23008-12 (HEIF
boxes). Only the header is believed here, and the decoder refuses a photo that turns out larger than it said.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Format = Literal["JPEG", "PNG", "WEBP", "HEIF"]
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
MAX_BOXES = 20_000
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


class NoHeader(ValueError):
    """The header is cut off or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Header:
    """``width`` and ``height`` in pixels. ``whole``: bytes a pixel that must be held before the first row comes out,
    0 where rows come one after another (a progressive JPEG keeps all its coefficients, two bytes each)."""

    format: Format
    width: int
    height: int
    whole: float = 0.0

    @property
    def pixels(self) -> int:
        return self.width * self.height


def format_of(head: bytes) -> Format | None:
    """The kind of photo by its first 32 bytes; None for anything that is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "HEIF"
    return None


def read_header(data: bytes) -> Header:
    """Format and size of a photo. Raises NoHeader."""
    kind = format_of(data[:32])
    if kind is None:
        raise NoHeader("no photo")
    readers = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "HEIF": _heif}
    try:
        header = readers[kind](data)
    except (struct.error, IndexError) as error:
        raise NoHeader("cut off") from error
    if header.pixels <= 0:
        raise NoHeader("no size")
    return header


def _jpeg(data: bytes) -> Header:
    at = 2
    frame: Header | None = None
    components = 0
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if data[at] != 0xFF:
            raise NoHeader("no marker")
        marker = data[at + 1]
        at += 2
        if marker in _BARE:
            continue
        if marker == 0xD9:
            raise NoHeader("ends before its first scan")
        (length,) = struct.unpack_from(">H", data, at)
        if length < 2:
            raise NoHeader("segment without length")
        if marker in _FRAMES:
            frame, components = _jpeg_frame(data, at, progressive=marker in _PROGRESSIVE)
        elif marker == 0xDA:
            if frame is None:
                raise NoHeader("scan before its frame")
            # Several scans, not one with all components: the decoder keeps the coefficients of the whole picture.
            return frame if frame.whole or data[at + 2] == components else _kept_whole(frame, data, components)
        at += length


def _jpeg_frame(data: bytes, at: int, *, progressive: bool) -> tuple[Header, int]:
    height, width, components = struct.unpack_from(">HHB", data, at + 3)
    factors = [data[at + 9 + 3 * one] for one in range(components)]
    areas = [(factor >> 4) * (factor & 15) for factor in factors]
    if not areas or min(areas) == 0:
        raise NoHeader("no components")
    coefficients = 2 * sum(areas) / max(areas)
    return Header("JPEG", width, height, coefficients if progressive else 0.0), components


def _kept_whole(frame: Header, data: bytes, components: int) -> Header:
    return Header(frame.format, frame.width, frame.height, 2.0 * components)


def _png(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise NoHeader("no IHDR")
    width, height = struct.unpack_from(">II", data, 16)
    return Header("PNG", width, height)


def _webp(data: bytes) -> Header:
    chunk = data[12:16]
    if chunk == b"VP8X":
        return Header(
            "WEBP", 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        )
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header("WEBP", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("WEBP", width & 0x3FFF, height & 0x3FFF)
    raise NoHeader("no picture chunk")


def _heif(data: bytes) -> Header:
    """The largest picture that the file describes: the whole one, not its tiles or its depth map."""
    largest = Header("HEIF", 0, 0)
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind != b"meta":
            continue
        for part, inner, inner_end in _boxes(data, start + 4, end):
            if part != b"iprp":
                continue
            for group, first, last in _boxes(data, inner, inner_end):
                if group != b"ipco":
                    continue
                for name, value, _ in _boxes(data, first, last):
                    if name == b"ispe":
                        size = Header("HEIF", *struct.unpack_from(">II", data, value + 4))
                        largest = max(largest, size, key=lambda one: one.pixels)
    return largest


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of each box between two positions."""
    for _ in range(MAX_BOXES):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start)
            start += 8
        close = end if size == 0 else at + size
        if close < start or close > end:
            return
        yield kind, start, close
        at = close
    raise NoHeader("too many boxes")
