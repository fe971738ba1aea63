"""Keeps processes alive: starts them, asks for their health, restarts with back-off, stops them all."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

import httpx

from hotline.children import ChildSpec
from hotline.faults import armed
from hotline.own_files import open_own, own_folder, rotate
from hotline.running import die_with_parent
from hotline.settings import ROOT

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
LIVED_WELL = 60.0  # a life this long makes the next delay the first one again
UNANSWERED = 30.0  # a process that answered once and then is silent this long hangs
STOP_PATIENCE = 12.0
ROTATE_EVERY = 30.0

Say = Callable[[str], None]


class Child:
    """One supervised process."""

    def __init__(self, spec: ChildSpec, say: Say, http: httpx.Client) -> None:
        self.spec = spec
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = False
        self.deaths = 0
        self._say = say
        self._http = http
        self._delay = FIRST_DELAY
        self._env = dict(spec.env)
        self._start_at = 0.0
        self._started = 0.0
        self._asked = 0.0
        self._answered = 0.0
        self._rotated = time.monotonic()

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        own_folder(self.spec.log.parent)
        rotate(self.spec.log)
        with open_own(self.spec.log) as log:
            self.process = subprocess.Popen(
                self.spec.command,
                env=self._env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self._env.pop("HOTLINE_FAULT", None)  # a fault that a test asked for strikes once
        self._started = self._answered = time.monotonic()
        self._asked = 0.0

    def tend(self) -> bool:
        """Look after the process once; True when it was started or ended."""
        now = time.monotonic()
        if now - self._rotated > ROTATE_EVERY:
            self._rotated = now
            with suppress(OSError):  # a full disk: the next round tries again
                rotate(self.spec.log)
        if self.process is None:
            if now < self._start_at:
                return False
            try:
                self.start()
            except OSError as error:  # a full disk, no memory for a fork: the next try may succeed
                self._start_at = now + self._delay
                self._say(f"{self.spec.name} cannot be started ({error.strerror}); trying again in {self._delay:g} s")
                self._delay = min(self._delay * 2, LONGEST_DELAY)
                return False
            return True
        status = self.process.poll()
        if status is not None:
            self._bury(status, now)
            return True
        if now - self._asked >= (2.0 if self.ready else 0.15):
            self._asked = now
            self._check(time.monotonic())
        return False

    def _check(self, now: float) -> None:
        if self._healthy():
            self._answered = now
            if not self.ready:
                self.ready = True
                if self.deaths:
                    self._say(f"{self.spec.name} is back")
        elif now - self._answered > (UNANSWERED if self.ready else self.spec.patience) and self.process:
            self._say(f"{self.spec.name} does not answer; ending it")
            self.process.kill()

    def _healthy(self) -> bool:
        try:
            return self._http.get(self.spec.health).status_code == 200
        except httpx.HTTPError:
            return False

    def _bury(self, status: int, now: float) -> None:
        self.process = None
        self.ready = False
        self.deaths += 1
        if armed() or now - self._started > LIVED_WELL:
            self._delay = FIRST_DELAY
        self._start_at = now + self._delay
        self._say(
            f"{self.spec.name} ended ({manner(status)}); starting it again in {self._delay:g} s, see {self.spec.log}"
        )
        self._delay = min(self._delay * 2, LONGEST_DELAY)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, until: float) -> None:
        """Wait for the end, by force after ``until`` (monotonic seconds)."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


def manner(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"


class Supervisor:
    """All children. Call everything from the main thread: the kernel ties them to it."""

    def __init__(self, specs: list[ChildSpec], say: Say, note: Callable[[dict[str, int]], None]) -> None:
        self._http = httpx.Client(timeout=2, trust_env=False)
        self.children = [Child(spec, say, self._http) for spec in specs]
        self._note = note
        self._unnoted = False

    def tend(self) -> None:
        """Look after every child once; takes a few milliseconds, seconds when one of them hangs."""
        changed = [child.tend() for child in self.children]
        if any(changed) or self._unnoted:
            self.note()

    def note(self) -> None:
        """Write down who runs; on a full disk it is tried again until it succeeds."""
        try:
            self._note({child.spec.name: child.pid for child in self.children if child.pid})
            self._unnoted = False
        except OSError:
            self._unnoted = True

    def ready(self) -> bool:
        return all(child.ready for child in self.children)

    def failing(self) -> Child | None:
        """A child that died three times and never answered: waiting on has no sense."""
        return next((child for child in self.children if child.deaths >= 3 and not child.ready), None)

    def stop(self) -> None:
        """Web first, so that nothing new is taken; then the others, all within the same patience."""
        until = time.monotonic() + STOP_PATIENCE
        for child in sorted(self.children, key=lambda child: child.spec.name != "web"):
            child.ask_to_stop()
        for child in self.children:
            child.end(until)
        self._http.close()
