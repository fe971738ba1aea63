"""What is left of an installation: the processes that work on its folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.system import ENGINE_PYTHON, System


def at_work(folder: Path) -> dict[int, str]:
    """Pid and command of every process that has ``folder`` in its command line or environment."""
    found = {}
    mark = str(folder).encode()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes()
            known = mark in words or mark in (place / "environ").read_bytes()
        except OSError:
            continue
        if known and words:
            found[int(place.name)] = words.replace(b"\0", b" ").decode(errors="replace").strip()
    return found


def left_after(folder: Path, seconds: float) -> dict[int, str]:
    """What is still at work when ``seconds`` have passed; returns at once when nothing is."""
    end = time.monotonic() + seconds
    while (found := at_work(folder)) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def wait_for(system: System, words: str, seconds: float = 60) -> None:
    """Until the program has said ``words`` in the terminal."""
    end = time.monotonic() + seconds
    while words not in system.said():
        assert time.monotonic() < end, f"{words!r} was not said:\n{system.said()[-2000:]}"
        time.sleep(0.05)


def begin(system: System) -> subprocess.Popen[bytes]:
    """Start it and don't wait."""
    with system.output.open("ab") as output:
        system.process = subprocess.Popen(
            [sys.executable, "-m", "hotline.cli", *system.command], cwd=ROOT, env=system.environment(),
            stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    return system.process


@pytest.fixture
def installation() -> Iterator[System]:
    """A folder and ports of its own; nothing is started."""
    if not ENGINE_PYTHON.exists():
        pytest.skip("SKIPPED: no engine environment; run `make up` once")
    system = System()
    try:
        yield system
    finally:
        system.stop()
        for pid in at_work(system.folder):
            os.kill(pid, signal.SIGKILL)
