"""Receives multipart photos: counted while they stream, held in memory, never spooled to disk.

A file that is not taken (too large, too many at once, too many bytes held) is read past and travels on without its
bytes, so that the words that came with it are still heard: an emergency is answered whatever its photos are.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from bot.gateway.photo_budget import FAILURE, PhotoBudget
from bot.gateway.photo_desk import AGAIN_SECONDS, PhotoDesk
from feedback_store.photos.decoder import Busy, Failed, size_up
from feedback_store.photos.limits import effort
from feedback_store.service.media import MediaRefused, StoredPhoto

MAX_FILES = 5
MOST_FILES = 50
"""More than MAX_FILES are read past and refused; a form of more than these is no message of a person."""
MAX_FIELD = 128 * 1024
DRAIN_LIMIT = 128 * 1024 * 1024
PATIENCE = 3
PATIENCE_SECONDS = 60.0
HELD_BYTES = 120 * 2**20
"""Most bytes of photos that this process holds, of all people together."""
HELD_BYTES_PER_ADDRESS = 60 * 2**20


class UploadRefused(Exception):
    """The upload is not taken; ``key`` and ``params`` are the sentence, ``status`` the answer."""

    def __init__(self, status: int, key: str, **params: object) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.params = params


class Held:
    """The bytes of photos in memory. A request's share ends with its last file, whoever keeps that how long."""

    def __init__(self, *, most: int = HELD_BYTES, most_per_address: int = HELD_BYTES_PER_ADDRESS) -> None:
        self._most = most
        self._most_per_address = most_per_address
        self._by_address: dict[str, int] = {}
        self.total = 0

    def add(self, address: str, count: int) -> bool:
        """False when it would be too much; nothing is counted then."""
        own = self._by_address.get(address, 0) + count
        if own > self._most_per_address or self.total + count > self._most:
            return False
        self._by_address[address] = own
        self.total += count
        return True

    def free(self, address: str, count: list[int]) -> None:
        """Give back what a share counted in ``count``, a list of one number."""
        self.total -= count[0]
        left = self._by_address.get(address, 0) - count[0]
        if left > 0:
            self._by_address[address] = left
        else:
            self._by_address.pop(address, None)


class Share:
    """What one request holds; given back when nothing refers to it any more."""

    def __init__(self, held: Held, address: str) -> None:
        self._held = held
        self._address = address
        self._count = [0]
        weakref.finalize(self, held.free, address, self._count)

    def add(self, count: int) -> bool:
        if not self._held.add(self._address, count):
            return False
        self._count[0] += count
        return True


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file as it arrived; nothing about it is believed yet. ``refused``: why its bytes were not kept."""

    name: str
    data: bytes
    address: str = ""
    share: Share | None = None
    refused: UploadRefused | None = None


class _CountingParser(MultiPartParser):
    """Counts every file as its bytes arrive and drops what is too much, not after the upload."""

    spool_max_size = 1 << 30  # stays in memory: the caps bound it, and nothing readable hits a disk
    uploads: Uploads
    share: Share
    refused: dict[UploadFile, UploadRefused]

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._file_bytes = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        if file is None:
            super().on_part_data(data, start, end)
            return
        self._file_bytes += end - start
        if file in self.refused:
            return
        if self._file_bytes > self.uploads.max_photo_bytes:
            self._refuse(file, self.uploads.too_large())
        elif not self.share.add(end - start):
            self._refuse(file, UploadRefused(429, "gateway.photo_busy", seconds=AGAIN_SECONDS))
        else:
            super().on_part_data(data, start, end)

    def _refuse(self, file: UploadFile, why: UploadRefused) -> None:
        """What came of it goes, and so does the rest."""
        self.refused[file] = why
        self._file_parts_to_write = [one for one in self._file_parts_to_write if one[0].file is not file]
        file.file.seek(0)
        file.file.truncate()


class Uploads:
    """The limits of one installation. ``budget``: what strangers may have decoded."""

    def __init__(
        self, root: Path, *, max_photo_bytes: int, desk: PhotoDesk | None = None, budget: PhotoBudget | None = None
    ) -> None:
        self.root = root
        self.max_photo_bytes = max_photo_bytes
        self._desk = desk or PhotoDesk(root, max_bytes=max_photo_bytes)
        self._budget = budget or PhotoBudget()
        self._held = Held()

    def too_large(self) -> UploadRefused:
        return UploadRefused(413, "gateway.photo_too_large", limit_mb=self.max_photo_bytes // (1024 * 1024))

    def admit(self, files: list[ReceivedFile]) -> None:
        """Check all photos of a message by their headers and pay for them at once, so that none is decoded for a
        message that is refused because of another. Raises UploadRefused."""
        if not files:
            return
        try:
            units = [_effort(file) for file in files]
        except MediaRefused as error:
            raise _refusal(error) from error
        seconds, alone = self._budget.take(files[0].address, sum(units))
        if seconds:
            raise UploadRefused(
                429, "gateway.photo_over_budget" if alone else "gateway.photo_busy", seconds=seconds
            )

    async def keep(self, file: ReceivedFile) -> StoredPhoto:
        """Decode and write one photo that was admitted. Raises UploadRefused, or OSError when the disk is full."""
        try:
            return await self._desk.keep(file.data)
        except MediaRefused as error:
            if isinstance(error, Failed):
                self._budget.charge(file.address, FAILURE)
            raise _refusal(error) from error

    async def keep_patiently(self, file: ReceivedFile) -> StoredPhoto:
        """Admit and keep a photo whose message was already answered: waits when it has to, a few times."""
        for tried in range(PATIENCE + 1):
            try:
                self.admit([file])
                return await self.keep(file)
            except UploadRefused as error:
                if error.status != 429 or file.refused is not None or tried == PATIENCE:
                    raise
                pause = min(float(str(error.params["seconds"])), PATIENCE_SECONDS)
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def receive(self, request: Request) -> tuple[list[tuple[str, str]], list[ReceivedFile]]:
        """Fields and files of the form. Raises UploadRefused; the rest of the body is read and
        dropped first, so that a browser sees the answer instead of a broken connection."""
        stream = request.stream()
        address = request.client.host if request.client else ""
        parser = _CountingParser(
            request.headers, _same(stream), max_files=MOST_FILES, max_fields=8, max_part_size=MAX_FIELD
        )
        parser.uploads, parser.share, parser.refused = self, Share(self._held, address), {}
        try:
            form = await parser.parse()
        except MultiPartException as error:
            await _drain(stream)
            raise UploadRefused(400, "gateway.bad_request") from error
        fields: list[tuple[str, str]] = []
        files: list[ReceivedFile] = []
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                refused = parser.refused.get(value)
                data = b"" if refused else await value.read()
                files.append(ReceivedFile((value.filename or "")[:100], data, address, parser.share, refused))
            else:
                fields.append((name, value))
        await form.close()
        if not files:
            raise UploadRefused(400, "gateway.bad_request")
        if len(files) > MAX_FILES:
            files = [ReceivedFile("", b"", refused=UploadRefused(413, "gateway.photo_too_many", limit=MAX_FILES))]
        return fields, files


def _effort(file: ReceivedFile) -> float:
    """What decoding it costs. Raises MediaRefused by its header, UploadRefused when its bytes were dropped."""
    if file.refused is not None:
        # A new one each time: the file would otherwise refer to itself through the traceback, and stay.
        raise UploadRefused(file.refused.status, file.refused.key, **file.refused.params)
    return effort(size_up(file.data), len(file.data))


def _refusal(error: MediaRefused) -> UploadRefused:
    if isinstance(error, Busy):
        return UploadRefused(429, error.key, **error.params)
    too_much = error.key in ("gateway.photo_too_large", "gateway.photo_megapixels")
    return UploadRefused(413 if too_much else 415, error.key, **error.params)


async def _same(stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The stream again, so that ending the parser does not end the request's own generator."""
    async for chunk in stream:
        yield chunk


async def _drain(stream: AsyncGenerator[bytes, None]) -> None:
    left = DRAIN_LIMIT
    async for chunk in stream:
        left -= len(chunk)
        if left <= 0:
            return
