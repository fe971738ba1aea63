"""The sets for judging and the training sentences stay apart, by the measure that the report uses, too (some seconds).

No message here shows a line of a set: who mends a failure must not read `test.jsonl`.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
import yaml

from feedback_store.guards.emergency import read_guards
from hotline.nlu.nearness import NLU_DATA, Sentences, Trained, distinct, trained

SETS = sorted(path.name for path in (NLU_DATA / "tests").glob("*.jsonl"))


@functools.cache
def sentences() -> list[Trained]:
    return trained()


@functools.cache
def shelf() -> Sentences:
    return Sentences([one.text for one in sentences()])


@pytest.mark.parametrize("name", SETS)
def test_no_line_of_a_set_is_a_near_duplicate_of_a_training_sentence(name: str) -> None:
    found = [
        f"{name}:{number} is like a sentence of {sentences()[near].file}"
        for number, text in texts(name)
        if (near := shelf().same(text)) is not None
    ]
    assert found == []


def texts(name: str) -> list[tuple[int, str]]:
    """The texts with the numbers of their lines; smoke.jsonl has routes of its own, which ``lines.load`` refuses."""
    written = (NLU_DATA / "tests" / name).read_text(encoding="utf-8").split("\n")
    return [(number, json.loads(one)["text"]) for number, one in enumerate(written, 1) if one.strip()]


def test_there_are_eight_thousand_training_sentences_without_near_duplicates() -> None:
    assert distinct([one.text for one in sentences()]) >= 8_000


def test_every_danger_names_a_kind_that_the_guards_know() -> None:
    kinds = set(read_guards()["emergency"])
    dangers = [one for one in sentences() if one.intent == "emergency"]
    assert [one for one in dangers if one.leaf not in kinds] == []
    assert {one.leaf for one in dangers} == kinds


def test_answers_to_a_summary_are_apart_from_the_set_that_judges_them() -> None:
    taught = [one for path in sorted(NLU_DATA.glob("*.yml")) for one in answers_in(path)]
    assert len(taught) > 700
    near = Sentences(taught)
    assert [number for number, text in texts("summary.jsonl") if near.same(text) is not None] == []


def answers_in(path: Path) -> list[str]:
    written = path.read_text(encoding="utf-8")
    if "\nanswers:" not in written:
        return []
    return [text for told in yaml.safe_load(written)["answers"].values() for text in told]
