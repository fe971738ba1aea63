"""How large a photo may be, by how it is written: what a decoder must hold at once decides, not the file's size.

Measured with Pillow 13 and libheif 1.23 (MiB of the child at its peak): JPEG of 108 megapixels 92, HEIC of 50
megapixels 253, PNG of 50 megapixels 243, WebP of 12 megapixels 205. ``docs/settings.md`` says the same in words.
"""

from __future__ import annotations

from feedback_store.photos.header import Header

MEGA = 1_000_000
MEMORY_MB = 256
"""RLIMIT_DATA of the child, in MiB, beside the bytes of the photo."""
COEFFICIENT_BYTES = 150 * 2**20

JPEG_PIXELS = 120 * MEGA
"""Scaled while it is decoded; phones of 108 megapixels pass."""
PLAIN_PIXELS = {
    "PNG": 51 * MEGA,  # four bytes a pixel
    "HEIF": 51 * MEGA,  # four and a half; 8192 x 6144, the largest that phones write by default, passes
    "WEBP": 13 * MEGA,  # sixteen: libwebp's animation decoder holds three copies
}


def most_pixels(header: Header) -> int:
    """The largest number of pixels that is taken of a photo written this way."""
    if header.format != "JPEG":
        return PLAIN_PIXELS[header.format]
    if header.whole:
        return min(JPEG_PIXELS, int(COEFFICIENT_BYTES / header.whole))
    return JPEG_PIXELS


def effort(header: Header, size: int) -> float:
    """What decoding costs, in megapixels of a PNG or HEIC (about 30 ms of CPU each); ``size`` in bytes.

    A JPEG that is scaled on the way costs a quarter. Starting the child and keeping the bytes cost something too, so a
    photo counts at least four, and no less than its size in MiB.
    """
    share = 1.0 if header.format != "JPEG" else 0.5 if header.whole else 0.25
    return max(4.0, share * header.pixels / MEGA, size / 2**20)
