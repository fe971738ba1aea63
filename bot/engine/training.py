"""Training: validate, skip when nothing changed, train, put the model in place in one move."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.engine import beside, placing
from bot.engine.placing import FIGURES, FINGERPRINT, MODEL

log = logging.getLogger("hotline.engine.train")

INPUTS = ("config.yml", "domain.yml", "bot/engine/requirements.lock")
FOLDERS = ("nlu_data", "bot/engine", "vitext")
_COUNTED = {".yml", ".yaml", ".py", ".txt"}
DANGER, NO_KIND = "emergency", "unspecified"
"""The intent of a danger, and the kind of one whose block names none."""
FLOORS = "floors.yml"  # judges a model, teaches it nothing


class InvalidTrainingData(Exception):
    """The training data contradicts itself or the domain; the message says where."""


def fingerprint(root: Path) -> str:
    """Hash everything that decides what a model knows; evaluation sets (JSONL), floors and tests don't."""
    digest = hashlib.sha256()
    files = [root / name for name in INPUTS]
    for folder in FOLDERS:
        files += sorted(
            path
            for path in (root / folder).rglob("*")
            if path.suffix in _COUNTED and path.name != FLOORS and "tests" not in path.relative_to(root).parts
        )
    for path in files:
        if path.is_file():
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current(root: Path, out: Path) -> bool:
    """Tell whether the model in `out` was trained from exactly what is there now."""
    try:
        made = all((out / name).is_file() for name in placing.FILES if name not in (FIGURES, FINGERPRINT))
        return made and (out / FINGERPRINT).read_text() == fingerprint(root)
    except FileNotFoundError:
        return False


def say(text: str) -> None:
    """Print one progress line."""
    print(text, flush=True)


def train(root: Path, out: Path, force: bool = False) -> Path:
    """Train from `root` into `out`; return the model's path. Prints progress a person can follow.

    Raises `InvalidTrainingData` when the data is no good; the old model stays then. The model is not judged: its
    file of figures is empty until `hotline train` fills it.
    """
    model = out / MODEL
    placing.finish(out)
    if not force and is_current(root, out):
        say("model: unchanged, nothing to train")
        return model
    started = time.perf_counter()
    wanted = fingerprint(root)
    say("model: 1/3 reading the training data")
    from bot.engine import opinions
    from bot.engine.intent_classifier import leaf_of

    importer = _importer(root)
    with _fingerprints(lambda message: f"{hash(repr(message.data)):x}"):
        domain, nlu = importer.get_domain(), importer.get_nlu_data()
    check(nlu, domain)
    say(f"model: 2/3 training on {len(nlu.intent_examples)} sentences (about a minute)")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".training-") as folder:
        os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # its cache doesn't see our helper modules change
        made = Path(folder) / "made"
        made.mkdir()
        sentences = [
            (str(one.get("text")), str(one.get("intent")), one.get("entities") or []) for one in nlu.intent_examples
        ]
        dangers = [
            (str(one.get("text")), leaf_of(one) or NO_KIND, one.get("entities") or [])
            for one in nlu.intent_examples if one.get("intent") == DANGER
        ]  # fmt: skip
        beside.start("guards", lambda: opinions.fit(sentences, made))
        beside.start("dangers", lambda: opinions.fit_kinds(dangers, made))
        answers = _answers(root / "nlu_data")
        beside.start("answers", lambda: opinions.fit_answers(answers, sentences, made))
        _train(importer, made)
        (made / FIGURES).write_text("{}\n")
        (made / FINGERPRINT).write_text(wanted)
        say("model: 3/3 writing its files")
        placing.place(made, out)
    say(f"model: trained in {time.perf_counter() - started:.0f} s")
    return model


def _answers(folder: Path) -> dict[str, list[str]]:
    """Return what is said to the summary of a report, by what it says; Rasa passes YAML with that key by."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yml")):
        head = path.read_text(encoding="utf-8")
        if "\nanswers:" in head:
            for label, texts in yaml.safe_load(head)["answers"].items():
                found.setdefault(label, []).extend(texts)
    return found


def _importer(root: Path) -> Any:
    from rasa.shared.importers.importer import TrainingDataImporter

    return TrainingDataImporter.load_from_config(
        str(root / "config.yml"), str(root / "domain.yml"), [str(root / "nlu_data")]
    )


@contextlib.contextmanager
def _fingerprints(of: Callable[[Any], str]) -> Iterator[None]:
    """Let messages be told apart by what `of` says of each, a number in hexadecimal.

    Rasa hashes every sentence with all its tokens at every step: when the files are merged, where what is written in
    them is enough, and while training, for a cache that we keep off. That took a quarter of the time.
    """
    from rasa.shared.nlu.training_data.message import Message

    original = Message.fingerprint
    Message.fingerprint = of
    try:
        yield
    finally:
        Message.fingerprint = original


@contextlib.contextmanager
def _read_already(importer: Any) -> Iterator[None]:
    """Let Rasa train from what has been read and checked: it would read and check the YAML again, twice."""
    from rasa.shared.importers.importer import TrainingDataImporter

    original, data = TrainingDataImporter.load_from_config, importer.get_nlu_data()
    importer.get_nlu_data = lambda language=None: data
    TrainingDataImporter.load_from_config = staticmethod(lambda *args, **kwargs: importer)
    try:
        yield
    finally:
        TrainingDataImporter.load_from_config = original


def _train(importer: Any, folder: Path) -> None:
    import rasa.model_training

    with contextlib.ExitStack() as around:
        for one in (
            contextlib.redirect_stdout(sys.stderr), _read_already(importer),
            _fingerprints(lambda message: f"{id(message):x}"),  # `check` has refused what stands twice
            beside.before_packing(),
        ):
            around.enter_context(one)
        result = rasa.model_training.train(
            domain="", config="", training_files=[],  # the importer knows
            output=str(folder),
            force_training=True,
            fixed_model_name=MODEL,
        )
    if result.code != 0 or not result.model:
        raise InvalidTrainingData("Rasa did not train a model; see the lines above")


def check(nlu: Any, domain: Any) -> None:
    """Refuse data without sentences, a sentence under two intents, unknown names and crooked marks."""
    problems: list[str] = []
    if not nlu.intent_examples:
        problems.append("nlu_data holds no sentences")
    seen: dict[str, str] = {}
    for example in nlu.intent_examples:
        text, intent = str(example.get("text")), str(example.get("intent"))
        other = seen.setdefault(text.strip().lower(), intent)
        if other != intent:
            problems.append(f"{text!r} is both {other} and {intent}")
        if "](" in text:
            problems.append(f"{text!r} holds an unread entity mark")
        if intent not in domain.intents:
            problems.append(f"intent {intent} is not in domain.yml")
        for entity in example.get("entities") or []:
            if entity["entity"] not in domain.entities:
                problems.append(f"entity {entity['entity']} is not in domain.yml")
    if problems:
        unique = list(dict.fromkeys(problems))
        more = f"\n… and {len(unique) - 20} more" if len(unique) > 20 else ""
        raise InvalidTrainingData("\n".join(unique[:20]) + more)


def summary(model: Path) -> str:
    """Return one JSON line about a model file."""
    return json.dumps({"model": str(model), "megabytes": round(model.stat().st_size / 1e6, 1)})
