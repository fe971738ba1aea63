"""A few small drawn pictures for the sample data, so that pages show photos where they will."""

from __future__ import annotations

import datetime as dt
import io
import random
from pathlib import Path

from PIL import Image, ImageDraw

from feedback_store.service.media import store_upload
from feedback_store.tables import Media

SIZE = (480, 360)
RECENT = dt.timedelta(days=45)
_GROUNDS = {
    "duong-bo": (96, 96, 100), "thoat-nuoc": (104, 116, 122), "dien-chieu-sang": (38, 42, 66),
    "cap-nuoc": (120, 132, 140), "cay-xanh": (134, 160, 120), "moi-truong": (148, 140, 120),
}


class Photos:
    """Gives photos for recent matters until ``limit`` is used up; none without a media folder."""

    def __init__(self, root: Path | None, rng: random.Random, *, now: dt.datetime, limit: int = 240) -> None:
        self._root, self._rng, self._now, self._left = root, rng, now, limit

    def take(self, category: str, *, solved: bool, at: dt.datetime) -> Media | None:
        """A stored photo of the category's kind, before or after the work; None most of the time."""
        group = category.split(".")[0]
        if self._root is None or self._left == 0 or group not in _GROUNDS or at < self._now - RECENT:
            return None
        if self._rng.random() > 0.5:
            return None
        self._left -= 1
        data = draw(group, solved=solved, rng=self._rng)
        photo = store_upload(self._root, data, max_bytes=1 << 20)
        return Media(
            id=photo.id, status="stored", mime=photo.mime, size=photo.size, sha256=photo.sha256, width=photo.width,
            height=photo.height, original_path=photo.original_path, public_path=photo.public_path, sealed=False,
            created_at=at,
        )


def draw(group: str, *, solved: bool, rng: random.Random) -> bytes:
    """A JPEG of a street scene with the trouble of ``group``, or with it mended. Says that it is no real photo."""
    image = Image.new("RGB", SIZE, (188, 206, 222) if group != "dien-chieu-sang" else (24, 26, 48))
    pen = ImageDraw.Draw(image)
    ground = _GROUNDS[group]
    pen.rectangle((0, 170, 480, 360), fill=ground)
    for left in range(0, 480, 96):
        shade = rng.randint(140, 200)
        pen.rectangle((left, 170 - rng.randint(50, 120), left + 88, 170), fill=(shade, shade - 20, shade - 40))
    for left in range(0, 480, 90):
        pen.rectangle((left, 262, left + 46, 268), fill=(220, 220, 210))
    if solved:
        pen.rectangle((150, 290, 330, 340), fill=tuple(min(255, part + 18) for part in ground))
        pen.line((190, 315, 225, 335, 290, 295), fill=(60, 170, 90), width=8)
    else:
        _trouble(pen, group, rng)
    pen.text((8, 8), "1022 - SAMPLE", fill=(200, 30, 30))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def _trouble(pen: ImageDraw.ImageDraw, group: str, rng: random.Random) -> None:
    for _ in range(rng.randint(2, 5)):
        x, y, wide = rng.randint(40, 400), rng.randint(210, 320), rng.randint(30, 90)
        box = (x, y, x + wide, y + wide // 2)
        if group == "duong-bo":
            pen.ellipse(box, fill=(44, 42, 42), outline=(70, 66, 62), width=4)
        elif group in ("thoat-nuoc", "cap-nuoc"):
            pen.ellipse((x - 40, y, x + wide + 60, y + wide // 2), fill=(92, 118, 138))
        elif group == "cay-xanh":
            pen.line((x, y, x + wide * 2, y - 30), fill=(92, 64, 40), width=12)
            pen.ellipse((x + wide, y - 60, x + wide * 2, y), fill=(54, 104, 50))
        elif group == "dien-chieu-sang":
            pen.line((x, 60, x, 220), fill=(90, 90, 96), width=6)
            pen.ellipse((x - 12, 48, x + 12, 68), fill=(60, 60, 64))
        else:
            pen.polygon((x, y, x + wide // 2, y - 40, x + wide, y), fill=(rng.randint(60, 220), 90, 110))
