"""Training: what is refused, and when there is nothing to do."""

import shutil
from pathlib import Path

import pytest

from bot.engine import placing, training

HERE = Path(__file__).parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the small project."""
    shutil.copytree(HERE / "project", tmp_path / "project")
    shutil.copy(HERE.parents[2] / "config.yml", tmp_path / "project" / "config.yml")
    return tmp_path / "project"


def add(project: Path, text: str) -> None:
    (project / "nlu_data" / "more.yml").write_text(f'version: "3.1"\nnlu:\n{text}', "utf-8")


def refusal(project: Path, tmp_path: Path) -> str:
    with pytest.raises(training.InvalidTrainingData) as caught:
        training.train(project, tmp_path / "out")
    assert not (tmp_path / "out" / training.MODEL).exists()
    return str(caught.value)


def test_a_sentence_under_two_intents_is_refused(project: Path, tmp_path: Path) -> None:
    add(project, "- intent: goodbye\n  examples: |\n    - Xin chào\n")
    told = refusal(project, tmp_path).lower()
    assert "'xin chào' is both" in told
    assert "goodbye" in told


def test_an_intent_that_the_domain_does_not_know_is_refused(project: Path, tmp_path: Path) -> None:
    add(project, "- intent: juggle\n  examples: |\n    - tung hứng\n")
    assert "juggle" in refusal(project, tmp_path)


def test_training_without_sentences_is_refused(project: Path, tmp_path: Path) -> None:
    (project / "nlu_data" / "sentences.yml").unlink()
    assert "no sentences" in refusal(project, tmp_path)


def test_a_model_is_current_until_a_sentence_changes(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in placing.FILES:
        (out / name).write_bytes(b"x")
    (out / training.FINGERPRINT).write_text(training.fingerprint(project))
    assert training.is_current(project, out)
    add(project, "- intent: goodbye\n  examples: |\n    - tạm biệt\n")
    assert not training.is_current(project, out)


def test_an_evaluation_set_does_not_make_a_model_old(project: Path) -> None:
    before = training.fingerprint(project)
    (project / "nlu_data" / "tests").mkdir()
    (project / "nlu_data" / "tests" / "a.jsonl").write_text("{}\n")
    assert training.fingerprint(project) == before


def test_a_floor_does_not_make_a_model_old(project: Path) -> None:
    before = training.fingerprint(project)
    (project / "nlu_data" / "floors.yml").write_text("floors: {}\n")
    assert training.fingerprint(project) == before
