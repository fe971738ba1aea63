"""Stock Rasa on the same lines: its default pipeline, trained on a sample of the same sentences, judged by intent."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hotline.children import ENGINE_PYTHON
from hotline.nlu.engine import EngineFault
from hotline.nlu.lines import Line
from hotline.nlu.scoring import latency, routes
from tests.bench import stock

MODEL = Path("models") / "understanding.tar.gz"
SCRIPT = Path(__file__).with_name("stock_rasa.py")


def figures(lines: Sequence[Line], folder: Path) -> dict[str, Any]:
    """Routes and latency. The model stays in ``folder`` until the sentences change. Raises :class:`EngineFault`."""
    sample = stock.prepare(folder)
    _train(folder)
    asked = "".join(json.dumps({"text": line.text}) + "\n" for line in lines)
    done = subprocess.run(
        [str(ENGINE_PYTHON), str(SCRIPT), str(folder / MODEL)], input=asked, env=stock.engine_env(), cwd=folder,
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    found = [json.loads(one) for one in done.stdout.splitlines() if one.startswith("{")]
    if done.returncode or len(found) != len(lines):
        raise EngineFault(f"stock Rasa did not answer: {done.stderr[-400:]}")
    return {
        "name": "stock",
        "sentences": sample.sentences,
        "sentences_of": sample.of,
        "route": routes([(line, one["intent"]) for line, one in zip(lines, found, strict=True)]),
        "latency_ms": latency([one["ms"] for one in found]),
    }


def _train(folder: Path) -> None:
    digest = hashlib.sha256()
    for name in ("config.yml", "data/nlu.yml"):
        digest.update((folder / name).read_bytes())
    stamp = folder / "models" / "understanding.fingerprint"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest.hexdigest():
        return
    kept = folder / "train-nlu.log"
    with kept.open("wb") as log:
        done = subprocess.run(
            [str(ENGINE_PYTHON), "-m", "rasa", "train", "nlu", "--fixed-model-name", "understanding"],
            cwd=folder, env=stock.engine_env(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
        )  # fmt: skip
    if done.returncode:
        raise EngineFault(f"stock Rasa was not trained; {kept} says why")
    stamp.write_text(digest.hexdigest(), encoding="utf-8")
