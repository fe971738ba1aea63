"""Starts one short-lived process for each photo and takes nothing from it but a bounded JPEG.

A fresh process a photo: no photo can reach another, nothing lies idle, and the limits of CPU and memory are those of
one photo. Starting costs about 0.1 s of CPU at low priority. Encryption and writing stay with the caller.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from feedback_store.photos.header import Header, NoHeader, format_of, read_header
from feedback_store.photos.limits import MEGA, MEMORY_MB, most_pixels

PROGRAM = Path(__file__).with_name("decode.py")
CPU_SECONDS = 10
WALL_SECONDS = 30.0
QUEUE_SECONDS = 20.0
MAX_ANSWER = 16 * 2**20
MIMES = {b"J": "image/jpeg", b"P": "image/png", b"W": "image/webp", b"H": "image/heic"}
_ANSWER = struct.Struct(">cIIcI")


class PhotoRefused(Exception):
    """Not a photo that is taken; ``key`` and ``params`` are the sentence for the person who sent it."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


class Failed(PhotoRefused):
    """The child used up its memory or its time, or broke. It has cost more than its header said."""


class Busy(PhotoRefused):
    """Other photos take longer than anybody should wait; nothing is wrong with this one."""


@dataclass(frozen=True, slots=True)
class PublicCopy:
    """``jpeg``: upright, without metadata, within 2560 pixels. ``mime`` and size are those of the photo as sent."""

    jpeg: bytes
    mime: str
    width: int
    height: int


def size_up(data: bytes) -> Header:
    """The header of a photo that may be decoded. Raises PhotoRefused: no photo, broken, too many pixels."""
    if format_of(data[:32]) is None:
        raise PhotoRefused("gateway.photo_not_image")
    try:
        header = read_header(data)
    except NoHeader as error:
        raise PhotoRefused("gateway.photo_broken") from error
    limit = most_pixels(header)
    if header.pixels > limit:
        raise PhotoRefused("gateway.photo_megapixels", limit_mp=limit // MEGA)
    return header


class Decoder:
    """``at_once`` children at most; whoever waits longer than ``queue_seconds`` hears that it is busy."""

    def __init__(
        self,
        *,
        at_once: int = 1,
        memory_mb: int = MEMORY_MB,
        cpu_seconds: int = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
        queue_seconds: float = QUEUE_SECONDS,
        program: Path = PROGRAM,
    ) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._memory_mb = memory_mb
        self._cpu_seconds = cpu_seconds
        self._wall_seconds = wall_seconds
        self._queue_seconds = queue_seconds
        self._program = program

    def public_copy(self, data: bytes) -> PublicCopy:
        """Blocks until the photo is decoded. Raises PhotoRefused, Failed, Busy."""
        header = size_up(data)
        if not self._places.acquire(timeout=self._queue_seconds):
            raise Busy("gateway.photo_busy", seconds=60)
        try:
            answer = self._ask(data, header)
        finally:
            self._places.release()
        return _read(answer, header)

    def _ask(self, data: bytes, header: Header) -> bytes:
        memory_mb = self._memory_mb + len(data) // 2**20  # the photo itself lies there too
        arguments = (_libraries(), memory_mb, self._cpu_seconds, header.pixels, header.format)
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(self._program), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"MALLOC_ARENA_MAX": "1"},  # none of ours: no key, no address, no password
            close_fds=True,
            bufsize=0,
        )
        try:
            return _exchange(process, data, time.monotonic() + self._wall_seconds)
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


@lru_cache(maxsize=1)
def decoder() -> Decoder:
    """This process's own; made when the first photo comes."""
    return Decoder()


@lru_cache(maxsize=1)
def _libraries() -> str:
    """The folder that holds Pillow and pillow-heif, found without loading them here."""
    found = find_spec("PIL")
    if found is None or found.origin is None:
        raise ImportError("Pillow is not installed")
    return str(Path(found.origin).parents[1])


def _exchange(process: subprocess.Popen[bytes], data: bytes, end: float) -> bytes:
    """Write and read side by side until the child closes its output. Raises Failed when it is too slow or says too
    much; a child that stops reading is no error as long as it answers."""
    assert process.stdin is not None
    assert process.stdout is not None
    given, taken = process.stdin.fileno(), process.stdout.fileno()
    left, answer = memoryview(data), bytearray()
    os.set_blocking(given, False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(given, selectors.EVENT_WRITE)
        waiting.register(taken, selectors.EVENT_READ)
        while True:
            ready = waiting.select(max(0.0, end - time.monotonic()))
            if not ready:
                raise Failed("gateway.photo_heavy")
            for key, _ in ready:
                if key.fd == taken:
                    part = os.read(taken, 1 << 18)
                    if not part:
                        return bytes(answer)
                    answer += part
                    if len(answer) > MAX_ANSWER:
                        raise Failed("gateway.photo_heavy")
                else:
                    left = _write(given, left)
                    if not left:
                        waiting.unregister(given)
                        process.stdin.close()


def _write(pipe: int, left: memoryview) -> memoryview:
    """Gives what is still to be written; nothing once the child has stopped reading."""
    with contextlib.suppress(BlockingIOError):
        try:
            return left[os.write(pipe, left[: 1 << 18]) :]
        except BrokenPipeError:
            return left[:0]
    return left


def _read(answer: bytes, header: Header) -> PublicCopy:
    """The child's answer, believed only as far as it can be checked."""
    if len(answer) < _ANSWER.size:
        raise Failed("gateway.photo_heavy")
    status, width, height, kind, length = _ANSWER.unpack_from(answer)
    jpeg = answer[_ANSWER.size :]
    if status in (b"B", b"L"):
        raise PhotoRefused("gateway.photo_broken")
    whole = len(jpeg) == length and jpeg.startswith(b"\xff\xd8\xff") and jpeg.endswith(b"\xff\xd9")
    if status != b"K" or not whole or kind not in MIMES or not 0 < width * height <= header.pixels:
        raise Failed("gateway.photo_heavy")
    return PublicCopy(jpeg, MIMES[kind], width, height)
