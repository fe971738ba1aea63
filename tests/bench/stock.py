"""Stock Rasa beside ours: default pipeline, REST channel, in-memory tracker, same sentences.

The model is trained once into ``var/bench/stock`` and trained again when the sentences change.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = ROOT / ".venv-engine" / "bin" / "python"

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


def prepare(folder: Path) -> tuple[list[str], int]:
    """Write config, domain, rules and data of the stock bot; give its intents and sentences."""
    blocks: list[dict[str, Any]] = []
    for path in training_files():
        blocks += [b for b in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"] if "intent" in b]
    for block in blocks:
        block.pop("metadata", None)
    intents = sorted({b["intent"] for b in blocks})
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    dump = {"sort_keys": False, "allow_unicode": True}
    (data / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, **dump), encoding="utf-8")
    rules = [
        {
            "rule": f"answer {intent}",
            "steps": [
                {"intent": intent},
                {"action": "action_bench" if intent == "ask_procedure" else "utter_other"},
            ],
        }
        for intent in intents
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
        "responses": {"utter_other": [{"text": "ok"}]},
        "actions": ["action_bench"],
    }
    (folder / "domain.yml").write_text(yaml.safe_dump(domain, **dump), encoding="utf-8")
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    return intents, sum(str(b["examples"]).count("\n- ") + 1 for b in blocks)


def train(folder: Path) -> None:
    """Train unless a model of exactly this data is there. Takes many minutes on two cores."""
    prepare(folder)
    digest = hashlib.sha256()
    for name in ("config.yml", "domain.yml", "data/nlu.yml", "data/rules.yml"):
        digest.update((folder / name).read_bytes())
    stamp = folder / "models" / "fingerprint"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    print("training stock Rasa (once; this takes a while) …", flush=True)
    subprocess.run(
        [ENGINE_PYTHON, "-m", "rasa", "train", "--fixed-model-name", "stock"],
        cwd=folder,
        env=engine_env(),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stamp.write_text(digest.hexdigest())


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
