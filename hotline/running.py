"""Who is running here: one supervisor per ``var``, and what a killed one left behind."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hotline.own_files import own_folder

_libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def die_with_parent(sent: signal.Signals) -> Callable[[], None]:
    """For ``Popen(preexec_fn=…)``: the kernel sends ``sent`` to the child when its parent dies,
    however it dies. Call it from the thread that starts the child; a fork in between is seen."""
    parent = os.getpid()

    def ask_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def started_at(pid: int) -> str | None:
    """Start time of a process in clock ticks since boot; with the pid it names the process for ever."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


@dataclass(frozen=True)
class Running:
    """The supervisor that holds the lock."""

    pid: int
    web: str


class AlreadyRunning(Exception):
    """Another supervisor works on the same ``var``."""

    def __init__(self, other: Running) -> None:
        super().__init__(f"already running (process {other.pid}) at {other.web}; nothing was changed")
        self.other = other


class RunFolder:
    """``var/run``: the lock, who holds it, and the processes it started."""

    def __init__(self, var: Path) -> None:
        self.folder = var / "run"
        self._lock: IO[str] | None = None

    def take(self, web: str) -> None:
        """Become the one supervisor. Raises AlreadyRunning."""
        own_folder(self.folder)
        lock = (self.folder / "lock").open("a+")
        os.fchmod(lock.fileno(), 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(self._holder()) from None
        self._lock = lock
        self._write("supervisor.json", {"pid": os.getpid(), "web": web})

    def holder(self) -> Running | None:
        """The running supervisor, or None."""
        path = self.folder / "lock"
        if not path.exists():
            return None
        with path.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return self._holder()
        return None

    def _holder(self) -> Running:
        try:
            found = json.loads((self.folder / "supervisor.json").read_text())
            return Running(int(found["pid"]), str(found["web"]))
        except (OSError, ValueError, KeyError):
            return Running(0, "an address that it will print in a moment")

    def release(self) -> None:
        if self._lock is not None:
            for name in ("supervisor.json", "children.json"):
                (self.folder / name).unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def note_children(self, children: dict[str, int]) -> None:
        """Remember what was started, so that a later start can end it."""
        known = {name: [pid, started_at(pid)] for name, pid in children.items()}
        self._write("children.json", known)

    def end_left_over(self, *, patience: float = 12) -> list[str]:
        """End what a killed supervisor left running; gives the names. Call it holding the lock."""
        try:
            known = json.loads((self.folder / "children.json").read_text())
        except (OSError, ValueError):
            return []
        alive = {name: pid for name, (pid, start) in known.items() if start and started_at(pid) == start}
        self._signal(alive, signal.SIGTERM, but=("postgres",))
        self._signal({n: p for n, p in alive.items() if n == "postgres"}, signal.SIGINT)
        end = time.monotonic() + patience
        waiting = dict(alive)
        while waiting and time.monotonic() < end:
            waiting = {n: p for n, p in waiting.items() if started_at(p) == known[n][1]}
            time.sleep(0.05)
        self._signal(waiting, signal.SIGKILL, but=("postgres",))
        self._signal({n: p for n, p in waiting.items() if n == "postgres"}, signal.SIGQUIT)
        (self.folder / "children.json").unlink(missing_ok=True)
        return sorted(alive)

    @staticmethod
    def _signal(children: dict[str, int], sent: signal.Signals, *, but: tuple[str, ...] = ()) -> None:
        for name, pid in children.items():
            if name not in but:
                try:
                    os.kill(pid, sent)
                except ProcessLookupError:
                    continue

    def _write(self, name: str, content: object) -> None:
        draft = self.folder / f".{name}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps(content))
        draft.replace(self.folder / name)
