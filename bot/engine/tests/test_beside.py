"""What runs beside the training is in the model before it is packed, or the training fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot.engine import beside


def write_later(path: Path) -> None:
    """Write after a moment."""
    time.sleep(0.3)
    path.write_text("done", "utf-8")


def pack(monkeypatch: pytest.MonkeyPatch, packed: list[bool], path: Path) -> None:
    """Pack with a storage that only notes whether the file is there."""
    monkeypatch.setattr(LocalModelStorage, "create_model_package", lambda self: packed.append(path.is_file()))
    with beside.before_packing():
        beside.start("part", lambda: write_later(path))
        LocalModelStorage.create_model_package(None)


def test_packing_waits_for_what_runs_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[bool] = []
    pack(monkeypatch, packed, tmp_path / "part")
    assert packed == [True]


def test_packing_is_as_before_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = LocalModelStorage.create_model_package
    with beside.before_packing():
        assert LocalModelStorage.create_model_package is not before
    assert LocalModelStorage.create_model_package is before


def test_a_part_that_fails_fails_the_training_and_ends_the_others(tmp_path: Path) -> None:
    with beside.before_packing():
        beside.start("bad", lambda: os._exit(3))
        beside.start("long", lambda: time.sleep(60))
        others = list(beside._running)[1:]
        with pytest.raises(beside.BesideFailed, match="bad ended with code 3"):
            beside.finish()
    for process in others:
        process.join(5)
        assert process.exitcode is not None


def break_while_something_runs() -> None:
    with beside.before_packing():
        beside.start("long", lambda: time.sleep(60))
        raise ValueError("broken")


def test_an_error_of_the_training_leaves_nothing_running(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = beside.start
    monkeypatch.setattr(beside, "start", lambda *given: (start(*given), started.append(beside._running[-1])))
    with pytest.raises(ValueError, match="broken"):
        break_while_something_runs()
    (process,) = started
    process.join(5)
    assert process.exitcode is not None


def test_a_part_ends_with_a_training_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, time, pathlib\n"
        "from bot.engine import beside\n"
        f"note = pathlib.Path({str(tmp_path / 'pid')!r})\n"
        "def work():\n    note.write_text(str(os.getpid()))\n    time.sleep(60)\n"
        "beside.start('long', work)\n"
        "while not (note.exists() and note.read_text()): time.sleep(0.02)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False, timeout=30)
    part = Path(f"/proc/{(tmp_path / 'pid').read_text()}")
    for _ in range(100):
        if not part.exists() or "State:\tZ" in (part / "status").read_text():
            return
        time.sleep(0.05)
    raise AssertionError("the part still runs")


FITTING = """
import os, sys, time
from bot.engine import heads
def fit(key):
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(60)
heads._fit = fit
heads.fit_heads({"one": (), "two": ()})
"""


def test_those_who_fit_the_heads_end_with_the_training_that_is_killed() -> None:
    training = subprocess.Popen([sys.executable, "-c", FITTING], stdout=subprocess.PIPE, text=True)
    assert training.stdout is not None
    fitting = [int(training.stdout.readline()) for _ in range(2)]
    training.kill()
    training.wait()
    for pid in fitting:
        ended_by = time.monotonic() + 5
        while (state := _state(pid)) not in ("", "Z"):
            assert time.monotonic() < ended_by, f"{pid} still runs: {state}"
            time.sleep(0.05)


def _state(pid: int) -> str:
    """R, S, Z …; '' where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
