"""The child process: takes one photo on its standard input, gives a small JPEG on its standard output, and ends.

Started as a file by ``decoder.py`` with the folder of the libraries and its limits as arguments. It imports nothing of
the project. Before it reads a byte of the photo it has given up memory, time, files and sockets, so that whoever breaks
a decoder holds a process that can do nothing and knows no other photo.

Answer: ``>cIIcI`` (status, width, height, format, length) and the JPEG. Status: K kept, B broken, L
larger than its header said, M out of memory.
"""

from __future__ import annotations

import io
import math
import os
import resource
import struct
import sys
import warnings
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from PIL import Image

SIDE = 2560
QUALITY = 85
NICE = 5
BAND_PIXELS = 1_000_000
MISSING_SHARE = 0.02
MISSING_ROWS = 32
ORIENTATION = 0x0112
FORMATS = {"JPEG": "J", "MPO": "J", "PNG": "P", "WEBP": "W", "HEIF": "H"}
ANSWER = struct.Struct(">cIIcI")


Decoded: TypeAlias = "tuple[tuple[int, int], str, int, Image.Image]"
"""Size as sent, letter of the format, orientation by EXIF, and the picture within twice SIDE."""


class Refused(Exception):
    """``status``: the letter of the answer."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


def main() -> None:
    """Arguments: folder of the libraries, MiB of memory, seconds of CPU, most pixels, format by the header."""
    folder, memory, seconds, pixels, kind = sys.argv[1:6]
    os.nice(NICE)
    sys.path.append(folder)
    _import_decoders(kind)
    _give_up(int(memory) * 2**20, int(seconds))
    data = sys.stdin.buffer.read()
    try:
        answer = _answer(data, kind, int(pixels))
    except Refused as error:
        answer = ANSWER.pack(error.status.encode(), 0, 0, b"-", 0)
    except MemoryError:
        answer = ANSWER.pack(b"M", 0, 0, b"-", 0)
    except Exception as error:  # a decoder may raise anything; the parent says one sentence for all
        short = "allocat" in str(error).lower()
        answer = ANSWER.pack(b"M" if short else b"B", 0, 0, b"-", 0)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    os._exit(0)


def _import_decoders(kind: str) -> None:
    """Everything that decoding needs, now: afterwards no file can be opened."""
    from PIL import Image, ImageFile, ImageOps, JpegImagePlugin  # noqa: F401

    Image.preinit()
    Image.MAX_IMAGE_PIXELS = None  # this process has its own limit
    warnings.simplefilter("ignore")
    if kind == "JPEG":
        from PIL import MpoImagePlugin, TiffImagePlugin  # noqa: F401
    elif kind == "PNG":
        from PIL import PngImagePlugin, TiffImagePlugin  # noqa: F401
    elif kind == "WEBP":
        from PIL import TiffImagePlugin, WebPImagePlugin  # noqa: F401
    else:
        import pillow_heif

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.options.THUMBNAILS = False
        pillow_heif.options.DEPTH_IMAGES = False
        pillow_heif.options.AUX_IMAGES = False


def _give_up(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _answer(data: bytes, kind: str, pixels: int) -> bytes:
    from PIL import Image, ImageOps

    size, found, orientation, small = _heif(data, pixels) if kind == "HEIF" else _plain(data, kind, pixels)
    # The large picture is gone by now; what follows needs memory of its own.
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=None)
    small.getexif()[ORIENTATION] = orientation
    small = ImageOps.exif_transpose(small)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True)
    picture = out.getvalue()
    return ANSWER.pack(b"K", *size, found.encode(), len(picture)) + picture


def _plain(data: bytes, kind: str, pixels: int) -> Decoded:
    from PIL import Image

    formats = ("JPEG", "MPO") if kind == "JPEG" else (kind,)
    with Image.open(io.BytesIO(data), formats=formats) as image:
        size = image.size
        _check(size, pixels)
        orientation = image.getexif().get(ORIENTATION, 1)
        bottom = _load(image, kind)
        return size, FORMATS[image.format or ""], orientation, _shrink(image, bottom)


def _load(image: Image.Image, kind: str) -> int:
    """Decode, a JPEG scaled down on the way. Gives the height of what came; of a JPEG the last few rows may lack."""
    from PIL import ImageFile

    if kind != "JPEG":
        image.load()
        image.__dict__.pop("_decoder", None)  # WebP's holds two more copies of the picture
        return image.height
    ratio = min(SIDE / image.width, SIDE / image.height, 1.0)
    image.draft(None, (max(1, int(image.width * ratio)), max(1, int(image.height * ratio))))
    try:
        image.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        image.__dict__["_ended"] = True  # no end is made up: rows that never came stay black and can be counted
        image.load()
        box = image.getbbox()
        missing = image.height - (box[3] if box else 0)
        if missing > max(image.height * MISSING_SHARE, min(MISSING_ROWS, image.height / 4)):
            raise
        return image.height - missing
    return image.height


def _heif(data: bytes, pixels: int) -> Decoded:
    """Straight from the decoder's own memory, without Pillow's second copy. Turned by the decoder already."""
    import pillow_heif
    from PIL import Image

    photo = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    width, height = photo.size
    _check((width, height), pixels)
    rows: memoryview = photo.data
    stride, mode = int(photo.stride), str(photo.mode)

    def band(top: int, bottom: int) -> Image.Image:
        part = rows[top * stride : bottom * stride]
        return Image.frombytes(mode, (width, bottom - top), part, "raw", mode, stride)

    return (width, height), "H", 1, _shrink_bands(band, width, height)


def _check(size: tuple[int, int], pixels: int) -> None:
    if size[0] * size[1] > pixels:
        raise Refused("L")


def _shrink(image: Image.Image, height: int) -> Image.Image:
    return _shrink_bands(lambda top, bottom: image.crop((0, top, image.width, bottom)), image.width, height)


def _shrink_bands(band: Any, width: int, height: int) -> Image.Image:
    """The whole picture in RGB, made from strips: only a strip is ever held twice.

    What is at least twice too large is averaged down to SIDE at once, each strip by itself: the mean of an area needs
    nothing beyond it, so no seams show. The rest keeps its size, for a better filter afterwards.
    """
    from PIL import Image

    ratio = max(width, height) / SIDE
    if ratio < 2:
        ratio = 1.0
    size = (max(1, round(width / ratio)), max(1, round(height / ratio)))
    whole = Image.new("RGB", size)
    tall = height / size[1]
    step = max(1, int(BAND_PIXELS / (width * tall)))
    for row in range(0, size[1], step):
        end = min(size[1], row + step)
        top, bottom = int(row * tall), min(height, math.ceil(end * tall))
        strip = _flat(band(top, bottom))
        if ratio > 1:
            box = (0.0, row * tall - top, float(width), min(end * tall, height) - top)
            strip = strip.resize((size[0], end - row), Image.Resampling.BOX, box)
        whole.paste(strip, (0, row))
    return whole


def _flat(image: Image.Image) -> Image.Image:
    """RGB, what is transparent on white, sixteen bits by their upper eight."""
    from PIL import Image

    if image.mode.startswith("I;16"):
        upper = image.tobytes()[0::2] if image.mode.endswith("B") else image.tobytes()[1::2]
        return Image.frombytes("L", image.size, upper).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        flat = Image.new("RGB", rgba.size, "white")
        flat.paste(rgba, mask=rgba.getchannel("A"))
        return flat
    return image.convert("RGB")


if __name__ == "__main__":
    main()
