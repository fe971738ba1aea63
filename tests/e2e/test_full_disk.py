"""The disk of a running hotline fills up, PostgreSQL stops, space returns: no acknowledged message is lost."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import httpx
import psycopg
import pytest
from PIL import Image

from feedback_store.texts import render
from hotline.postgres import EmbeddedPostgres
from tests.system import ENGINE_PYTHON, MODEL, System, until

pytestmark = [pytest.mark.chaos, pytest.mark.engine]

SIZE = "320m"
BACK_SECONDS = 90


@dataclass
class SmallDisk:
    """A tmpfs of its own for everything that the hotline writes."""

    folder: Path
    _filler: list[Path] = field(default_factory=list)

    def fill(self, *, leave: int = 0) -> None:
        """Take every byte but the last ``leave``. Call it again to take what became free."""
        path = self.folder / f"filler-{len(self._filler)}"
        with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
            self._filler.append(path)
            for size in (1 << 20, 1 << 12):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\0" * size)
            file.truncate(max(file.tell() - leave, 0))

    def free(self) -> None:
        for path in self._filler:
            path.unlink(missing_ok=True)
        self._filler.clear()


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    folder = Path("/tmp") / f"hotline-disk-{uuid.uuid4().hex[:8]}"
    folder.mkdir(mode=0o755)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode != 0:
        folder.rmdir()
        pytest.skip(f"SKIPPED: no tmpfs can be mounted here ({made.stderr.strip()}); the full disk was NOT tried")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        os.rmdir(folder)


@pytest.fixture
def system(disk: SmallDisk) -> Iterator[System]:
    if not (ENGINE_PYTHON.exists() and MODEL.exists()):
        pytest.skip("SKIPPED: no engine environment or model; run `make up` once. The full disk was NOT tried")
    made = System()
    (made.folder / "var").symlink_to(disk.folder / "var")
    (disk.folder / "var").mkdir(mode=0o755)
    try:
        yield made.start()
    finally:
        disk.free()
        made.stop()


class Citizen:
    """Posts once and says what the widget is told: no repeats of its own."""

    def __init__(self, base: str) -> None:
        self._http = httpx.Client(base_url=base, timeout=15, trust_env=False)
        self._http.headers["Authorization"] = f"Bearer {self._http.post('/web/session').json()['token']}"

    def posts(self, text: str) -> httpx.Response:
        return self._http.post("/web/messages", json={"id": str(uuid.uuid4()), "text": text})

    def sends_photo(self) -> httpx.Response:
        data = BytesIO()
        Image.effect_noise((900, 900), 90).save(data, "JPEG", quality=95)
        files = {"photo": ("a.jpg", data.getvalue(), "image/jpeg")}
        return self._http.post("/web/messages", data={"id": str(uuid.uuid4())}, files=files)

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def first(system: System) -> Iterator[Citizen]:
    citizen = Citizen(system.base)
    try:
        yield citizen
    finally:
        citizen.close()


def long_words(number: int) -> str:
    return f"nước ngập ở ngõ {number} đường Lê Lai. " + f"{uuid.uuid4().hex} " * 60


def no_room(disk: SmallDisk, base: str) -> tuple[list[int], int]:
    """Messages until one is refused, and a few more; the acknowledged ones and the count of refusals."""
    taken: list[int] = []
    refused = 0
    end = time.monotonic() + 60
    disk.fill(leave=500_000)
    while refused < 4 and time.monotonic() < end:
        citizen = Citizen(base)
        answer = citizen.posts(long_words(len(taken)))
        citizen.close()
        if answer.status_code == 200:
            taken.append(int(answer.json()["event"]))
            continue
        assert_not_received(answer)
        refused += 1
        disk.fill()
    return taken, refused


def assert_not_received(answer: httpx.Response) -> None:
    """What makes the widget keep the text and show the sentence (a 5xx with a message)."""
    assert answer.status_code in (503, 507), answer.text
    assert answer.json()["message"] == render("gateway.not_received")


def assert_emergency_is_answered(base: str) -> None:
    citizen = Citizen(base)
    answer = citizen.posts("cháy nhà rồi cứu với")
    citizen.close()
    assert answer.status_code == 200, answer.text
    assert "114" in answer.json()["reply"]["text"]


def stop_the_database_for_want_of_room(url: str, disk: SmallDisk, has_stopped: Callable[[], bool]) -> bool:
    """Write log records until PostgreSQL cannot extend its log, panics and finds no room to start again.

    A refused connection alone says little: a full disk refuses one that the server cannot make a file for, and after
    a panic the server may find the few bytes that its recovery needs and serve on.
    """
    end = time.monotonic() + 90
    while not has_stopped() and time.monotonic() < end:
        disk.fill()
        try:
            with psycopg.connect(url, connect_timeout=3) as connection:
                connection.execute("SELECT pg_logical_emit_message(false, 'fill', repeat('x', 1000000))")
        except psycopg.errors.DiskFull:
            continue
        except psycopg.OperationalError:
            time.sleep(0.1)
    return has_stopped()


def test_a_full_disk_loses_nothing_that_was_acknowledged_and_service_returns_by_itself(
    disk: SmallDisk, system: System, first: Citizen
) -> None:
    early = first.posts("đường ngập ở ngõ 12 Lê Lai, phường Ngô Quyền")
    assert early.status_code == 200
    taken = [int(early.json()["event"])]
    server = EmbeddedPostgres(system.var)
    server.read_port()

    more, refused = no_room(disk, system.base)
    taken += more
    assert refused >= 4, f"{len(taken)} messages were taken and none refused"
    assert_not_received(first.sends_photo())
    assert_emergency_is_answered(system.base)

    does_not_start = "PostgreSQL does not start yet"
    stopped = stop_the_database_for_want_of_room(server.url(), disk, lambda: does_not_start in system.said())
    assert stopped, system.said()[-2000:]
    time.sleep(3)  # the citizens' side goes on without a database
    assert_emergency_is_answered(system.base)
    assert_not_received(first.posts(long_words(0)))
    assert system.process is not None
    assert system.process.poll() is None, system.said()[-2000:]

    disk.free()
    began = time.monotonic()
    back = until(lambda: (one := first.posts("cảm ơn")).status_code == 200 and one, BACK_SECONDS, 0.5)
    assert back, system.said()[-2000:]
    print(f"{len(taken)} acknowledged, {refused} refused, taken again after {time.monotonic() - began:.1f} s")
    taken.append(int(back.json()["event"]))
    with psycopg.connect(server.url(), autocommit=True) as connection:

        def handled() -> set[int]:
            found = connection.execute(
                "SELECT id FROM inbound_events WHERE id = ANY(%s) AND handled_at IS NOT NULL", [taken]
            )
            return {row[0] for row in found}

        assert until(lambda: handled() == set(taken), BACK_SECONDS, 0.5), set(taken) - handled()
        without_words = connection.execute("SELECT count(*) FROM inbound_events WHERE body IS NULL").fetchone()
        assert without_words == (0,)
        answered = connection.execute(
            "SELECT count(DISTINCT event_id) FROM outbound_messages WHERE event_id = ANY(%s)", [taken]
        ).fetchone()
        assert answered == (len(taken),)
    media = system.var / "media"
    assert not [one for one in media.rglob("*") if one.is_file()], "a refused photo left something behind"
