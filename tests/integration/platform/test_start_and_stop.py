"""One hotline per folder: a second start, dying processes, every way to stop, and a killed supervisor."""

from __future__ import annotations

import json
import os
import signal
import time

import httpx
import pytest

from tests.integration.platform.conftest import at_work, begin, left_after, wait_for
from tests.system import System, answers

STOP_SECONDS = 20


def children(system: System) -> dict[str, int]:
    noted = json.loads((system.var / "run" / "children.json").read_text())
    return {name: pid for name, (pid, _) in noted.items()}


def test_a_life_of_the_hotline(installation: System) -> None:
    system = installation.start()
    assert answers(f"{system.base}/healthz")
    assert set(children(system)) == {"postgres", "engine", "actions", "web", "worker"}
    _a_second_start_says_so_and_changes_nothing(system)
    _a_process_that_dies_is_restarted_and_said_so(system)
    _a_killed_supervisor_takes_everything_with_it(system)
    _the_next_start_goes_on_with_the_same_data_and_stops_cleanly(system)


def _a_second_start_says_so_and_changes_nothing(system: System) -> None:
    before = children(system)
    for command in ("up", "demo"):
        again = system.run(command)
        assert again.returncode == 0
        assert f"already running (process {system.process.pid})" in again.stdout  # type: ignore[union-attr]
        assert "nothing was changed" in again.stdout
    assert children(system) == before


def _a_process_that_dies_is_restarted_and_said_so(system: System) -> None:
    os.kill(children(system)["worker"], signal.SIGKILL)
    wait_for(system, "worker ended (killed by SIGKILL); starting it again in 0.5 s")
    wait_for(system, "worker is back")
    assert answers(f"http://127.0.0.1:{system.settings['HOTLINE_WORKER_PORT']}/health")


def _a_killed_supervisor_takes_everything_with_it(system: System) -> None:
    assert system.process is not None
    system.process.kill()
    system.process.wait(10)
    assert left_after(system.folder, STOP_SECONDS) == {}


def _the_next_start_goes_on_with_the_same_data_and_stops_cleanly(system: System) -> None:
    assert "first administrator" in system.said()
    system.output.unlink()
    system.start()
    assert "first administrator" not in system.said()
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{system.base}/healthz").status_code == 200
    system.process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]
    assert system.process.wait(STOP_SECONDS) == 0  # type: ignore[union-attr]
    assert system.said().rstrip().endswith("hotline: stopped")
    assert at_work(system.folder) == {}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_stop_a_hotline_that_is_still_starting(
    installation: System, sent: signal.Signals
) -> None:
    process = begin(installation)
    wait_for(installation, "starting engine, actions, web and worker")
    time.sleep(0.3)
    assert len(at_work(installation.folder)) > 5
    process.send_signal(sent)
    assert process.wait(STOP_SECONDS) == 0
    assert "hotline: stopped" in installation.said()
    assert at_work(installation.folder) == {}


def test_a_supervisor_killed_while_starting_leaves_nothing_for_long(installation: System) -> None:
    process = begin(installation)
    wait_for(installation, "database: schema")
    process.kill()
    process.wait(10)
    assert left_after(installation.folder, STOP_SECONDS) == {}
