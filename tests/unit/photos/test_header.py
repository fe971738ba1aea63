"""Sizes read from the first bytes alone agree with what the decoders say."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_store.photos.header import NoHeader, format_of, read_header
from tests.unit.photos.pictures import scene, written

WAYS = [
    ("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("WEBP", {"lossless": True}),
    ("WEBP", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}), ("HEIF", {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "options"), WAYS)
def test_the_size_stands_in_the_header(kind: str, options: dict[str, object]) -> None:
    header = read_header(written(scene(322, 238), kind, **options))
    assert (header.format, header.width, header.height) == (kind, 322, 238)


def test_a_progressive_jpeg_says_what_it_keeps() -> None:
    assert read_header(written(scene(), "JPEG")).whole == 0
    assert read_header(written(scene(), "JPEG", progressive=True)).whole == 3
    assert read_header(written(scene(), "JPEG", progressive=True, subsampling=0)).whole == 6


@given(st.sampled_from(WAYS), st.data())
def test_spoiled_bytes_give_a_header_or_none_and_nothing_else(
    way: tuple[str, dict[str, object]], data: st.DataObject
) -> None:
    photo = bytearray(written(scene(40, 30), way[0], **way[1]))
    for _ in range(data.draw(st.integers(1, 6))):
        photo[data.draw(st.integers(0, min(len(photo), 400) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(photo[: data.draw(st.integers(0, len(photo)))])
    with contextlib.suppress(NoHeader):
        assert read_header(cut).pixels > 0


def test_other_files_are_no_photos() -> None:
    for head in (b"", b"<html>", b"%PDF-1.7", b"GIF89a", b"MZ", b"\0\0\0\x18ftypmp42"):
        assert format_of(head) is None
