"""What the child process takes, what it refuses, and what it cannot do."""

from __future__ import annotations

import itertools
import os
import threading
from pathlib import Path

import pytest
from PIL import Image

from feedback_store.photos import decoder as decoder_module
from feedback_store.photos.decoder import Busy, Decoder, Failed, PhotoRefused, size_up
from feedback_store.texts import render
from tests.unit.photos.pictures import claims, flat, opened, scene, written

CASES = Path(__file__).resolve().parents[2] / "data" / "photos"


@pytest.fixture
def decoder() -> Decoder:
    return Decoder()


def brightness(image: Image.Image, x: float, y: float) -> int:
    """Mean of the part around a point: dots may be black and white."""
    around = image.convert("L").resize((5, 5), Image.Resampling.BOX)
    return int(around.getpixel((int(x * 5), int(y * 5))))  # type: ignore[arg-type]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.jpg")), ids=lambda path: path.stem)
def test_every_kept_case_is_taken_as_expected(path: Path, decoder: Decoder) -> None:
    expected = path.with_name(path.name + ".expected.txt").read_text()
    assert expected.startswith("expected: taken")
    copy = decoder.public_copy(path.read_bytes())
    image = opened(copy.jpeg)
    assert copy.mime == "image/jpeg"
    assert image.mode == "RGB"
    assert not image.getexif()
    if "upright" in expected:
        assert (image.width, image.height) == (copy.height, copy.width)


def test_a_jpeg_with_a_second_picture_inside_is_a_jpeg(decoder: Decoder) -> None:
    data = written(scene(), "MPO", save_all=True, append_images=[scene(80, 60)])
    copy = decoder.public_copy(data)
    assert (copy.mime, copy.width, copy.height) == ("image/jpeg", 400, 300)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "I;16"),
     ("WEBP", "RGB"), ("WEBP", "RGBA"), ("HEIF", "RGB"), ("HEIF", "RGBA")],
)  # fmt: skip
def test_every_way_of_writing_colours_keeps_bright_above_and_dark_below(
    kind: str, mode: str, decoder: Decoder
) -> None:
    image = scene().convert("L") if mode == "I;16" else scene(mode=mode)
    if mode == "I;16":
        image = Image.frombytes("I;16", image.size, bytes(part for value in image.tobytes() for part in (7, value)))
    copy = opened(decoder.public_copy(written(image, kind)).jpeg)
    assert brightness(copy, 0.5, 0.1) > 200
    assert brightness(copy, 0.5, 0.9) < 90


def test_what_is_transparent_becomes_white(decoder: Decoder) -> None:
    seen = Image.new("P", (40, 40), 1)
    seen.putpalette([0, 0, 0, 200, 0, 0])
    for data in (written(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG"), written(seen, "PNG", transparency=1)):
        assert brightness(opened(decoder.public_copy(data).jpeg), 0.5, 0.5) > 250


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_stands_upright(orientation: int, decoder: Decoder) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    copy = opened(decoder.public_copy(written(scene(), "JPEG", exif=exif)).jpeg)
    assert copy.size == ((400, 300) if orientation < 5 else (300, 400))


def test_a_photo_of_108_megapixels_is_scaled_while_it_is_decoded(decoder: Decoder) -> None:
    copy = decoder.public_copy(flat("JPEG", 12000, 9000))
    assert (copy.width, copy.height) == (12000, 9000)
    assert max(opened(copy.jpeg).size) == 2560


@pytest.mark.parametrize("side", [5120, 5371, 6001])
def test_a_photo_averaged_in_strips_shows_no_seam(side: int, decoder: Decoder) -> None:
    slope = Image.linear_gradient("L").resize((side // 8, side))
    copy = opened(decoder.public_copy(written(slope, "PNG")).jpeg).convert("L")
    assert copy.height == 2560
    middle = [int(copy.getpixel((copy.width // 2, row))) for row in range(0, 2560, 4)]  # type: ignore[arg-type]
    assert max(abs(after - before) for before, after in itertools.pairwise(middle)) <= 4
    assert middle[0] < 4
    assert middle[-1] > 250


@pytest.mark.parametrize(
    ("kind", "size", "options"),
    [("HEIF", (8192, 6144), {"quality": 20}), ("PNG", (7140, 7140), {}), ("WEBP", (4160, 3120), {"method": 0}),
     ("JPEG", (8160, 6120), {"progressive": True})],
)  # fmt: skip
def test_the_largest_photos_of_each_kind_fit_into_the_memory_of_the_child(
    kind: str, size: tuple[int, int], options: dict[str, object], decoder: Decoder
) -> None:
    copy = decoder.public_copy(flat(kind, *size, **options))
    assert (copy.width, copy.height) == size


@pytest.mark.parametrize(
    ("data", "limit"),
    [
        (claims(13000, 10000), 120),
        (claims(7700, 7700, "PNG"), 51),
        (flat("WEBP", 4200, 3200, method=0), 13),
        (flat("JPEG", 6000, 5000, progressive=True, subsampling=0), 26),
    ],
    ids=["jpeg", "png", "webp", "progressive"],
)  # fmt: skip
def test_too_many_pixels_are_refused_by_the_header_in_their_own_words(data: bytes, limit: int) -> None:
    with pytest.raises(PhotoRefused) as refused:
        size_up(data)
    assert f"Ảnh lớn hơn {limit} megapixel" in render(refused.value.key, **refused.value.params)


def test_a_jpeg_that_lacks_a_few_bytes_is_taken_and_one_that_lacks_a_half_is_not(decoder: Decoder) -> None:
    data = written(Image.effect_noise((800, 600), 90).convert("RGB"), "JPEG")
    assert decoder.public_copy(data[:-12]).width == 800
    with pytest.raises(PhotoRefused) as refused:
        decoder.public_copy(data[: len(data) // 2])
    assert refused.value.key == "gateway.photo_broken"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_of_rubbish_is_broken_and_the_next_one_is_taken(kind: str, decoder: Decoder) -> None:
    data = written(scene(), kind)
    with pytest.raises(PhotoRefused):
        decoder.public_copy(data[: len(data) // 3])
    middle = len(data) // 2
    spoiled = data[:middle] + bytes(len(data) - middle)
    try:
        decoder.public_copy(spoiled)
    except PhotoRefused as error:
        assert error.key in ("gateway.photo_broken", "gateway.photo_heavy")  # noqa: PT017
    assert decoder.public_copy(data).width == 400


def test_a_photo_larger_than_its_header_said_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "child.py"
    real = decoder_module.PROGRAM
    path.write_text(
        f"import runpy, sys\nsys.argv[4] = '100'\nrunpy.run_path({str(real)!r}, run_name='__main__')"
    )
    with pytest.raises(PhotoRefused) as refused:
        Decoder(program=path).public_copy(written(scene(), "JPEG"))
    assert refused.value.key == "gateway.photo_broken"


def test_a_child_without_memory_refuses_in_words_of_its_own() -> None:
    poor = Decoder(memory_mb=60)
    with pytest.raises(Failed) as refused:
        poor.public_copy(flat("PNG", 6000, 6000))
    assert "Ảnh này nặng quá" in render(refused.value.key)
    assert poor.public_copy(written(scene(), "JPEG")).width == 400


PROGRAMS = {
    "it sleeps": "import time\ntime.sleep(60)",
    "it dies": "import os\nos.abort()",
    "it says nothing": "",
    "it never stops talking": "import sys\nwhile True: sys.stdout.write('x' * 65536)",
    "it lies": "import sys, struct\n"
    "sys.stdout.buffer.write(struct.pack('>cIIcI', b'K', 9999, 9999, b'J', 4) + b'oops')",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_child_that_misbehaves_costs_one_photo(program: str, tmp_path: Path) -> None:
    path = tmp_path / "child.py"
    path.write_text(program)
    spoiled = Decoder(program=path, wall_seconds=1.0)
    with pytest.raises(Failed):
        spoiled.public_copy(written(scene(), "JPEG"))


INSPECTION = """
import os, socket, struct, sys
sys.path.insert(0, {folder!r})
import decode
def inspect(data, kind, pixels):
    said = []
    for name, attempt in (
        ("file", lambda: open("/etc/hostname")),
        ("socket", lambda: socket.socket()),
        ("memory", lambda: bytearray(400 * 2**20)),
    ):
        try:
            attempt()
            said.append(name)
        except (OSError, MemoryError):
            pass
    said += [name for name in os.environ if name not in ("MALLOC_ARENA_MAX", "LC_CTYPE")]
    said.append("nice" if os.nice(0) >= 5 else "not nice")
    text = b"\\xff\\xd8\\xff" + ",".join(said).encode() + b"\\xff\\xd9"
    return struct.pack(">cIIcI", b"K", 1, 1, b"J", len(text)) + text
decode._answer = inspect
decode.main()
"""


def test_the_child_opens_nothing_and_inherits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SECRET", "x")
    path = tmp_path / "child.py"
    path.write_text(INSPECTION.format(folder=str(decoder_module.PROGRAM.parent)))
    kept = os.open("/etc/hostname", os.O_RDONLY)
    try:
        copy = Decoder(program=path).public_copy(written(scene(), "JPEG"))
    finally:
        os.close(kept)
    assert copy.jpeg[3:-2] == b"nice"


def test_whoever_waits_too_long_hears_that_others_are_served(tmp_path: Path) -> None:
    path = tmp_path / "child.py"
    path.write_text("import time\ntime.sleep(60)")
    slow = Decoder(program=path, wall_seconds=3.0, queue_seconds=0.2)
    data = written(scene(), "JPEG")
    ended: list[Exception] = []

    def first() -> None:
        try:
            slow.public_copy(data)
        except PhotoRefused as error:
            ended.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    while slow._places._value:  # until the first one has its place
        pass
    with pytest.raises(Busy):
        slow.public_copy(data)
    thread.join()
    assert isinstance(ended[0], Failed)
