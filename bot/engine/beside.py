"""Work of the training that runs in a process of its own, on the second core, until the model is packed.

Rasa trains one component after the other. What nothing else waits for can run beside: `start` forks it, `finish` waits
for all of it. The parts write files only; nothing comes back.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import tarfile
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from typing import Any


class BesideFailed(Exception):
    """A part that ran beside ended with an error; the part's own lines stand above."""


PR_SET_PDEATHSIG = 1
_running: list[BaseProcess] = []


def start(name: str, work: Callable[[], None]) -> None:
    """Run `work` in a forked process; what it holds is inherited, not copied. It ends with this one."""
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=_ending, args=(work, os.getpid()), name=name, daemon=True)
    process.start()
    _running.append(process)


def _ending(work: Callable[[], None], parent: int) -> None:
    end_with(parent)
    work()


def end_with(parent: int) -> None:
    """Let this process end when `parent`, which forked it, ends, however that does."""
    with contextlib.suppress(OSError, AttributeError):  # Linux alone has it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            raise SystemExit


def finish() -> None:
    """Wait for all that was started. Raises `BesideFailed` when a part did not end well; the rest is ended then."""
    try:
        while _running:
            process = _running[0]
            process.join()
            if process.exitcode:
                raise BesideFailed(f"{process.name} ended with code {process.exitcode}")
            _running.pop(0)
    finally:
        for process in _running:
            process.terminate()
        _running.clear()


@contextlib.contextmanager
def _packed_fast() -> Iterator[None]:
    """Let the archive be squeezed at level 1: level 9 took 38 s of a training for a tenth of its size."""
    original = tarfile.TarFile.gzopen

    def opened(cls: Any, name: Any, mode: str = "r", fileobj: Any = None, compresslevel: int = 1, **more: Any) -> Any:
        return original.__func__(cls, name, mode, fileobj, 1, **more)  # type: ignore[attr-defined]

    tarfile.TarFile.gzopen = classmethod(opened)  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        tarfile.TarFile.gzopen = original  # type: ignore[method-assign]


@contextlib.contextmanager
def before_packing() -> Iterator[None]:
    """Let Rasa pack a model only when everything beside is finished, and leave nothing running after an error."""
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    original = LocalModelStorage.create_model_package

    def pack(self: Any, *args: Any, **kwargs: Any) -> Any:
        finish()
        with _packed_fast():
            return original(self, *args, **kwargs)

    LocalModelStorage.create_model_package = pack
    try:
        yield
    finally:
        LocalModelStorage.create_model_package = original
        for process in _running:
            process.terminate()
        _running.clear()
