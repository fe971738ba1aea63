"""Stock Rasa beside ours: default pipeline, REST channel, in-memory tracker, same sentences.

The model is trained once into ``var/bench/stock`` and trained again when the sentences change.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.bench.world import cpu_seconds, pss
from tests.system import free_ports

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"
# On all sentences DIET does not end an epoch of its hundred in minutes; every EVERYth keeps it below thirty.
EVERY, LEAST = 8, 8

CONFIG = """\
recipe: default.v1
language: vi
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
  constrain_similarities: true
- name: EntitySynonymMapper
- name: ResponseSelector
  epochs: 100
  constrain_similarities: true
- name: FallbackClassifier
  threshold: 0.3
  ambiguity_threshold: 0.1
policies:
- name: MemoizationPolicy
- name: RulePolicy
- name: UnexpecTEDIntentPolicy
  max_history: 5
  epochs: 100
- name: TEDPolicy
  max_history: 5
  epochs: 100
  constrain_similarities: true
assistant_id: stock
"""


def training_files() -> list[Path]:
    """The project's training sentences: every file whose blocks are ``nlu:``."""
    found = [*(ROOT / "nlu_data").glob("*.yml"), *(ROOT / "nlu_data" / "reports").glob("*.yml")]
    return sorted(p for p in found if "nlu:" in p.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Sample:
    """How much of the training data stock Rasa got."""

    sentences: int
    of: int


def prepare(folder: Path) -> Sample:
    """Write config, domain, rules and data of the stock bot; give the size of its sample."""
    whole: dict[str, list[str]] = {}
    for path in training_files():
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in block:
                lines = [line for line in str(block["examples"]).splitlines() if line.startswith("- ")]
                whole.setdefault(block["intent"], []).extend(lines)
    intents = sorted(whole)
    taken = {name: lines[::EVERY] if len(lines) > LEAST * EVERY else lines[:LEAST] for name, lines in whole.items()}
    blocks = [{"intent": name, "examples": "\n".join(taken[name]) + "\n"} for name in intents]
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    dump = {"sort_keys": False, "allow_unicode": True}
    (data / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, **dump), encoding="utf-8")
    rules = [
        {
            "rule": f"answer {intent}",
            "steps": [
                {"intent": intent},
                {"action": "action_bench"},
            ],
        }
        for intent in [*intents, "nlu_fallback"]
    ]
    stories = [{"story": "one turn", "steps": rules[0]["steps"]}]
    (data / "rules.yml").write_text(
        yaml.safe_dump({"version": "3.1", "rules": rules, "stories": stories}, **dump), encoding="utf-8"
    )
    entities = ["place", "phone", "ticket_code", "dossier_code", "time", "procedure"]
    domain = {
        "version": "3.1",
        "intents": intents,
        "entities": entities,
        "actions": ["action_bench"],
    }
    (folder / "domain.yml").write_text(yaml.safe_dump(domain, **dump), encoding="utf-8")
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    return Sample(sum(map(len, taken.values())), sum(map(len, whole.values())))


def train(folder: Path) -> Sample:
    """Train unless a model of exactly this data is there. Takes many minutes on two cores."""
    sample = prepare(folder)
    digest = hashlib.sha256()
    for name in ("config.yml", "domain.yml", "data/nlu.yml", "data/rules.yml"):
        digest.update((folder / name).read_bytes())
    stamp = folder / "models" / "fingerprint"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return sample
    print(f"training stock Rasa once, its log is {folder / 'train.log'} …", flush=True)
    began = time.monotonic()
    with (folder / "train.log").open("wb") as log:
        subprocess.run(
            [ENGINE_PYTHON, "-m", "rasa", "train", "--fixed-model-name", "stock"],
            cwd=folder,
            env=engine_env(),
            check=True,
            stdout=log,
            stderr=log,
        )
    (folder / "models" / "seconds").write_text(f"{time.monotonic() - began:.0f}")
    stamp.write_text(digest.hexdigest())
    return sample


def engine_env() -> dict[str, str]:
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SANIC_HOST": "127.0.0.1"}


def serve(folder: Path, port: int, actions_port: int) -> list[subprocess.Popen[bytes]]:
    """Start the stock engine and a trivial action server; the caller ends both."""
    (folder / "endpoints.yml").write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n", encoding="utf-8"
    )
    (folder / "bench_actions.py").write_text(ACTIONS, encoding="utf-8")
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    actions = subprocess.Popen(
        [sys.executable, "-m", "rasa_sdk", "--actions", "bench_actions", "-p", str(actions_port)],
        env=engine_env(),
        start_new_session=True,
        **quiet,
    )
    engine = subprocess.Popen(
        [
            ENGINE_PYTHON,
            "-m",
            "rasa",
            "run",
            "-m",
            "models/stock.tar.gz",
            "-p",
            str(port),
            "-i",
            "127.0.0.1",
            "--endpoints",
            "endpoints.yml",
            "--credentials",
            "credentials.yml",
        ],
        env=engine_env(),
        start_new_session=True,
        **quiet,
    )
    return [engine, actions]


ACTIONS = '''\
from rasa_sdk import Action


class Bench(Action):
    """Answers at once, so the figure is Rasa's own."""

    def name(self):
        return "action_bench"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="ok")
        return []
'''


def ports() -> list[int]:
    """Two free ports: engine, actions."""
    return free_ports(2)


def wait(port: int, seconds: float = 240) -> None:
    """Return when the engine has answered a message. Raises RuntimeError when it does not."""
    end = time.monotonic() + seconds
    with httpx.Client(trust_env=False, timeout=60) as http:
        while time.monotonic() < end:
            try:
                answer = http.post(
                    f"http://127.0.0.1:{port}/webhooks/rest/webhook", json={"sender": "first", "message": "xin chào"}
                )
                if answer.status_code == 200 and answer.json():
                    return
            except (httpx.HTTPError, ValueError):
                pass
            time.sleep(0.2)
    raise RuntimeError("stock Rasa did not start")


def memory(process: subprocess.Popen[bytes]) -> float:
    """PSS in MB of a process and its children."""
    return sum(map(pss, _family(process)))


def cpu(processes: list[subprocess.Popen[bytes]]) -> float:
    """CPU seconds that these and their children have used so far."""
    return sum(cpu_seconds(_family(process)) for process in processes)


def _family(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit() and _group(one) == process.pid]


def _group(entry: Path) -> int | None:
    try:
        return os.getpgid(int(entry.name))
    except OSError:
        return None


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    """End them with what they started."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def trained_seconds(folder: Path) -> str:
    """How long the kept model took to train."""
    return (folder / "models" / "seconds").read_text()
