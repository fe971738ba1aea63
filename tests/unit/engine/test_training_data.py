"""Training sentences and evaluation sentences stay apart; evaluation sets are never read by Rasa."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from vitext import fold

DATA = Path(__file__).resolve().parents[3] / "nlu_data"
_MARK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def key(text: str) -> str:
    """A sentence without marks, case, signs and spacing."""
    return " ".join(re.findall(r"\w+", fold(text)))


def trained() -> Iterator[str]:
    for path in DATA.rglob("*.yml"):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("    - "):
                yield _MARK.sub(r"\1", line[6:])


def test_evaluation_sets_are_json_lines_only() -> None:
    assert {path.suffix for path in (DATA / "tests").rglob("*") if path.is_file()} <= {".jsonl", ".md"}


def test_no_evaluation_sentence_stands_in_a_training_file() -> None:
    known = {key(sentence) for sentence in trained()}
    for path in (DATA / "tests").glob("*.jsonl"):
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        shared = [line["text"] for line in lines if key(line["text"]) in known and len(line["text"]) > 12]
        assert shared == [], path.name
