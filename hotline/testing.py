"""``make test``: every tier in turn, with a word on what was skipped and why.

Ends with the status of the first tier that failed; later tiers still run, so that one run shows all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / ".venv-engine" / "bin" / "python"
# name, folders of tests, processes (each has a PostgreSQL of its own)
TIERS = (
    ("unit", ["tests/unit"], 1),
    ("integration", ["tests/integration"], 2),
    ("conversations", ["tests/conversations"], 1),
    ("end to end", ["tests/e2e"], 1),
    ("browser", ["tests/browser"], 1),
)


def model_ready(environment: dict[str, str]) -> bool:
    """Train the model that conversation and end-to-end tests talk to; kept between runs."""
    done = subprocess.run(
        [str(ENGINE), "-m", "bot.engine", "train", "--out", str(ROOT / "var" / "models")],
        cwd=ROOT,
        env=environment,
        check=False,
    )
    return done.returncode == 0


def main() -> int:
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled tests are collected in half the time
    failed: list[str] = []
    if not ENGINE.exists():
        print("SKIPPED: no engine environment (.venv-engine); run `make up` once. Its tests did NOT run.", flush=True)
    elif not model_ready(environment):
        failed.append("training")
    if shutil.which("chromium") is None:
        print("SKIPPED: Chromium is not installed; browser tests did NOT run (apt-get install chromium).", flush=True)
    for name, folders, processes in TIERS:
        present = [folder for folder in folders if any((ROOT / folder).rglob("test_*.py"))]
        if not present:
            continue
        began = time.monotonic()
        print(f"--- {name}", flush=True)
        # a file's tests run in one process: what they share, a simulated fortnight for one, is made once
        spread = ["-n", str(processes), "--dist", "loadfile"] if processes > 1 else []
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *spread, *present], cwd=ROOT, env=environment, check=False
        )
        print(f"--- {name}: {time.monotonic() - began:.0f} s", flush=True)
        if done.returncode not in (0, 5):
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
