"""The child process: takes one photo on its standard input, gives a small JPEG on its standard output, and ends.

Started as a file by ``decoder.py`` with the folder of the libraries and its limits as arguments. It imports nothing of
the project. Before it reads a byte of the photo it has given up memory, time, files and sockets, so that whoever breaks
a decoder holds a process that can do nothing and knows no other photo.

Answer: ``>cIIcI`` (status, width, height, format, length) and the JPEG. Status: K kept, B broken, N no photo that is
taken, L larger than its header said, M out of memory.
"""

from __future__ import annotations

import io
import os
import resource
import struct
import sys
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

SIDE = 2560
QUALITY = 85
NICE = 15
BAND_PIXELS = 1_000_000
MISSING_ROWS = 0.02
FORMATS = {"JPEG": "J", "MPO": "J", "PNG": "P", "WEBP": "W", "HEIF": "H"}
ANSWER = struct.Struct(">cIIcI")


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
    if kind == "HEIF":
        width, height, found, small = _heif(data, pixels)
    else:
        width, height, found, small = _plain(data, kind, pixels)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True)
    picture = out.getvalue()
    return ANSWER.pack(b"K", width, height, found.encode(), len(picture)) + picture


def _plain(data: bytes, kind: str, pixels: int) -> tuple[int, int, str, Image.Image]:
    from PIL import Image, ImageOps, UnidentifiedImageError

    formats = ("JPEG", "MPO") if kind == "JPEG" else (kind,)
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            width, height = image.size
            _check(width * height, pixels)
            found = FORMATS[image.format or ""]
            orientation = image.getexif().get(0x0112, 1)
            _load(image, kind)
            small = _shrink(image)
    except UnidentifiedImageError as error:
        raise Refused("B") from error
    small.getexif()[0x0112] = orientation
    return width, height, found, ImageOps.exif_transpose(small)


def _load(image: Image.Image, kind: str) -> None:
    """Decode, a JPEG scaled down on the way. One that lacks its last few rows is shown without them."""
    from PIL import ImageFile

    if kind != "JPEG":
        image.load()
        image.__dict__.pop("_decoder", None)  # WebP's holds two more copies of the picture
        return
    ratio = min(SIDE / image.width, SIDE / image.height, 1.0)
    image.draft(None, (max(1, int(image.width * ratio)), max(1, int(image.height * ratio))))
    try:
        image.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        image.load()
        box = image.getbbox()
        # Rows that never came are black. More than a few of them: the photo doesn't show what it was taken for.
        if box is None or box[3] < image.height * (1 - MISSING_ROWS):
            raise


def _heif(data: bytes, pixels: int) -> tuple[int, int, str, Image.Image]:
    """Straight from the decoder's own memory, without Pillow's second copy. Turned by the decoder already."""
    import pillow_heif
    from PIL import Image

    photo = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    width, height = photo.size
    _check(width * height, pixels)
    rows: memoryview = photo.data
    stride, mode = int(photo.stride), str(photo.mode)

    def band(top: int, bottom: int) -> Image.Image:
        part = rows[top * stride : bottom * stride]
        return Image.frombytes(mode, (width, bottom - top), part, "raw", mode, stride)

    return width, height, "H", _shrink_bands(band, width, height)


def _check(count: int, pixels: int) -> None:
    if count == 0:
        raise Refused("B")
    if count > pixels:
        raise Refused("L")


def _shrink(image: Image.Image) -> Image.Image:
    return _shrink_bands(lambda top, bottom: image.crop((0, top, image.width, bottom)), image.width, image.height)


def _shrink_bands(band: Any, width: int, height: int) -> Image.Image:
    """The whole picture in RGB within SIDE, made from strips: only a strip is ever held twice."""
    from PIL import Image

    factor = max(1, max(width, height) // SIDE)
    step = max(1, BAND_PIXELS // (width * factor)) * factor
    size = (-(-width // factor), -(-height // factor))
    whole = Image.new("RGB", size)
    for top in range(0, height, step):
        strip = _flat(band(top, min(height, top + step)))
        whole.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    whole.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=None)
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
