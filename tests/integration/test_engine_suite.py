"""The engine's own tests, run in its own environment against a real, migrated database."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-engine" / "bin" / "python"


def test_the_engines_own_tests_pass_in_its_environment(database_url: str) -> None:
    done = subprocess.run(
        [str(PYTHON), "-m", "pytest", "-q", "bot/engine/tests"],
        cwd=ROOT,
        env={**os.environ, "HOTLINE_TEST_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
