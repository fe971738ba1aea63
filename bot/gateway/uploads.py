"""Receives multipart photos: capped while they stream, held in memory, never spooled to disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from feedback_store.service import media
from feedback_store.service.media import StoredPhoto

MAX_FILES = 5
MAX_FIELD = 128 * 1024
DRAIN_LIMIT = 128 * 1024 * 1024


class UploadRefused(Exception):
    """The upload is not taken; ``key`` and ``params`` are the sentence, ``status`` the answer."""

    def __init__(self, status: int, key: str, **params: object) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.params = params


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file as it arrived; nothing about it is believed yet."""

    name: str
    data: bytes


class _TooLarge(MultiPartException):
    pass


class _CappedParser(MultiPartParser):
    """Counts every file as its bytes arrive and stops at the cap, not after the upload."""

    spool_max_size = 1 << 30  # stays in memory: the cap bounds it, and nothing readable hits a disk
    max_file_bytes = 0

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._file_bytes = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is not None:
            self._file_bytes += end - start
            if self._file_bytes > self.max_file_bytes:
                raise _TooLarge("file too large")
        super().on_part_data(data, start, end)


class Uploads:
    """The limits of one installation."""

    def __init__(self, root: Path, *, max_photo_bytes: int) -> None:
        self.root = root
        self.max_photo_bytes = max_photo_bytes

    def too_large(self) -> UploadRefused:
        return UploadRefused(413, "gateway.photo_too_large", limit_mb=self.max_photo_bytes // (1024 * 1024))

    async def keep(self, file: ReceivedFile) -> StoredPhoto:
        """Check and write one photo. Raises UploadRefused, or OSError when the disk is full."""
        try:
            return await asyncio.to_thread(media.store_upload, self.root, file.data, max_bytes=self.max_photo_bytes)
        except media.MediaRefused as error:
            status = 413 if error.key == "gateway.photo_too_large" else 415
            raise UploadRefused(status, error.key, **error.params) from error

    async def receive(self, request: Request) -> tuple[list[tuple[str, str]], list[ReceivedFile]]:
        """Fields and files of the form. Raises UploadRefused; the rest of the body is read and
        dropped first, so that a browser sees the answer instead of a broken connection."""
        stream = request.stream()
        parser = _CappedParser(
            request.headers, _same(stream), max_files=MAX_FILES, max_fields=8, max_part_size=MAX_FIELD
        )
        parser.max_file_bytes = self.max_photo_bytes
        try:
            form = await parser.parse()
        except _TooLarge as error:
            await _drain(stream)
            raise self.too_large() from error
        except MultiPartException as error:
            await _drain(stream)
            if "Too many files" in error.message:
                raise UploadRefused(413, "gateway.photo_too_many", limit=MAX_FILES) from error
            raise UploadRefused(400, "gateway.bad_request") from error
        fields: list[tuple[str, str]] = []
        files: list[ReceivedFile] = []
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files.append(ReceivedFile((value.filename or "")[:100], await value.read()))
            else:
                fields.append((name, value))
        await form.close()
        if not files:
            raise UploadRefused(400, "gateway.bad_request")
        return fields, files


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
