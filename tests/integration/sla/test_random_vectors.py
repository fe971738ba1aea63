"""``hotline sla check`` on a file of random cases that the brute-force model made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hotline.settings import ROOT

COUNT = 600


def test_a_random_vector_file_agrees_in_full(tmp_path: Path) -> None:
    file = tmp_path / "random.yaml"
    made = [sys.executable, "-m", "tests.sla.random_vectors", str(file), "--count", str(COUNT), "--seed", "4"]
    subprocess.run(made, cwd=ROOT, check=True, timeout=300)
    kinds = file.read_text(encoding="utf-8")
    assert all(word in kinds for word in ("working_days", "working_minutes", "clock_minutes", "null", "24:00"))
    asked = [str(Path(sys.executable).with_name("hotline")), "sla", "check", str(file)]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert told.stdout.splitlines()[-1] == f"{COUNT} of {COUNT} agree"
    assert told.returncode == 0
