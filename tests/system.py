"""A whole hotline for tests: the real supervisor, engine, actions, web, worker and PostgreSQL, on their own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from hotline.chat import Chat
from hotline.keys import Keys

ROOT = Path(__file__).resolve().parents[1]
ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"
MODEL = ROOT / "var" / "models" / "hotline.tar.gz"
START_SECONDS = 240
PORTS = ("HOTLINE_PORT", "HOTLINE_ENGINE_PORT", "HOTLINE_ACTIONS_PORT", "HOTLINE_WORKER_PORT")


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def until(found: Callable[[], Any], seconds: float = 60, every: float = 0.03) -> Any:
    """The first true value of ``found``, or its last one when the time is up.

    It returns as soon as there is one, so that ``seconds`` may be as long as the slowest machine needs.
    """
    end = time.monotonic() + seconds
    while not (value := found()) and time.monotonic() < end:
        time.sleep(every)
    return value


@dataclass
class System:
    """``hotline up`` as a child process. ``start`` waits for its address, ``stop`` ends it as Ctrl-C would."""

    settings: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("up",)
    folder: Path = field(default_factory=lambda: Path("/tmp") / f"hotline-test-{uuid.uuid4().hex[:8]}")
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o755, exist_ok=True)
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        self.settings = {"HOTLINE_MODEL_DIR": str(MODEL.parent), **ports, **self.settings}
        self.settings["HOTLINE_VAR"] = str(self.folder / "var")

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.settings['HOTLINE_PORT']}"

    @property
    def output(self) -> Path:
        return self.folder / "output.log"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        return {**kept, "RASA_TELEMETRY_ENABLED": "false", "PYTHONUNBUFFERED": "1", **self.settings}

    def start(self) -> System:
        """Raises RuntimeError with the program's own words when it does not come up."""
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hotline.cli", *self.command],
                cwd=ROOT,
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        end = time.monotonic() + START_SECONDS
        while "The hotline is running" not in self.said():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the hotline did not start:\n{self.said()[-3000:]}")
            time.sleep(0.1)
        return self

    def said(self) -> str:
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def admin(self) -> tuple[str, str]:
        """Name and one-time password of the first administrator."""
        found = re.search(r"first administrator: (\S+), one-time password \(shown only now\): (\S+)", self.said())
        assert found is not None, "no first administrator was printed"
        return found[1], found[2]

    def chat(self) -> Chat:
        """A new citizen in the web chat."""
        return Chat(self.base, Keys(self.var / "keys").local_token())

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """The command-line program against this hotline."""
        return subprocess.run(
            [sys.executable, "-m", "hotline.cli", *arguments],
            cwd=ROOT, env=self.environment(), input=given, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    def stop(self) -> None:
        """End it and remove its folder."""
        try:
            self.halt()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def halt(self) -> None:
        """End it, keep its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        self.process = None


class Citizen:
    """One person in the web chat, in few words."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.last: dict[str, Any] = {}

    def says(self, text: str) -> str:
        return self._turn({"text": text})

    def presses(self, label: str) -> str:
        return self._turn({"button": label})

    def pins(self, latitude: float, longitude: float) -> str:
        return self._turn({"location": [latitude, longitude]})

    def sends(self, photo: Path) -> str:
        return self._turn({"photo": str(photo)})

    def _turn(self, given: dict[str, Any]) -> str:
        """What the bot said, its messages parted by empty lines."""
        self.last = self.chat.talk(given)
        if "error" in self.last:
            raise AssertionError(f"{given}: {self.last['error']}")
        return "\n\n".join(one["text"] for one in self.last["out"])

    @property
    def buttons(self) -> list[str]:
        return [label for one in self.last.get("out", ()) for label in one["buttons"]]

    @property
    def ticket(self) -> str | None:
        return self.last["ticket"]

    def hears(self, words: str, seconds: float = 60) -> str:
        """Wait for a message that comes by itself (a result, a notice) and holds ``words``."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for one in self.chat._read():
                if words in one["text"]:
                    return str(one["text"])
            time.sleep(0.2)
        raise AssertionError(f"nothing with {words!r} came within {seconds:.0f} s")


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
