"""The learned opinion's file, made by hand: what is read from it, and that a broken one is none."""

import json
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback_store.guards import opinion
from vitext.pieces import SIZE, blocks
from vitext.restoring import Restorer

LABELS = ("emergency", "report")
UNIT = 0.001


@pytest.fixture(autouse=True)
def none_is_left() -> Iterator[None]:
    yield
    opinion.forget()


def written(folder: Path, words: dict[str, dict[str, int]], **changed: object) -> Path:
    """A model to which every piece of a word in ``words`` weighs so many units for a label, nothing else anything."""
    rarity = array("f", [0.0]) * SIZE
    weights = {label: array("h", [0]) * SIZE for label in LABELS}
    for word, told in words.items():
        for number in {number for block in blocks(word) for number in block}:
            rarity[number] = 1.0
            for label, units in told.items():
                weights[label][number] = units
    head = {"size": SIZE, "labels": LABELS, "bias": [0.0, 0.0], "unit": UNIT, "padding": 0}
    head |= {"curves": {"emergency": [2.0, 0.0]}, **changed}
    path = folder / opinion.FILE
    with path.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n" + rarity.tobytes())
        for label in LABELS:
            file.write(weights[label].tobytes())
    return path


def test_words_of_a_danger_make_it_likely_and_others_do_not(tmp_path: Path) -> None:
    written(tmp_path, {"cháy": {"emergency": 900}, "rác": {"report": 900}})
    assert opinion.load(tmp_path)
    danger, calm = opinion.chance("CHÁY!"), opinion.chance("rác")
    assert danger is not None
    assert calm is not None
    assert danger > 0.9
    assert calm < 0.1
    assert calm < (opinion.chance("cháy rác") or 0.0) < danger


def test_what_has_no_word_is_no_danger(tmp_path: Path) -> None:
    written(tmp_path, {"cháy": {"emergency": 900}})
    assert opinion.load(tmp_path)
    for text in ("", "…", "?! 🙂"):
        assert opinion.chance(text) == 0.0


def test_of_what_it_has_not_learned_it_says_no(tmp_path: Path) -> None:
    written(tmp_path, {"cháy": {"emergency": 900}})
    assert opinion.load(tmp_path)
    assert opinion.chance("cháy", opinion.DENUNCIATION) == 0.0


def test_without_a_file_there_is_no_opinion(tmp_path: Path) -> None:
    assert not opinion.load(tmp_path)
    assert opinion.chance("cháy") is None


@pytest.mark.parametrize(
    "broken", [{"size": 8}, {"labels": ["emergency"]}, {"bias": None}, {"curves": {"emergency": [1.0]}}, {"unit": "?"}]
)
def test_a_broken_file_is_none(tmp_path: Path, broken: dict[str, object]) -> None:
    written(tmp_path, {"cháy": {"emergency": 900}})
    assert opinion.load(tmp_path)
    written(tmp_path, {"cháy": {"emergency": 900}}, **broken)
    assert not opinion.load(tmp_path)
    assert opinion.chance("cháy") is None


def test_a_file_cut_short_is_none(tmp_path: Path) -> None:
    path = written(tmp_path, {"cháy": {"emergency": 900}})
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 2)
    assert not opinion.load(tmp_path)
    path.write_bytes(b"")
    assert not opinion.load(tmp_path)


def test_words_typed_without_marks_are_heard_with_theirs(tmp_path: Path) -> None:
    written(tmp_path, {"nổ": {"emergency": 900}, "no": {"report": 900}})
    assert opinion.load(tmp_path)
    unmarked = opinion.chance("bình ga no")
    assert opinion.chance("binh ga no") == pytest.approx(unmarked, abs=0.2)
    Restorer.train([["bình", "ga", "nổ"]], []).save(tmp_path / opinion.MARKS)
    assert opinion.load(tmp_path)
    assert (opinion.chance("binh ga no") or 0.0) > 0.9
    assert (opinion.chance("bình ga no") or 0.0) < 0.5  # who writes marks means what he writes


def test_a_broken_file_of_marks_leaves_the_opinion(tmp_path: Path) -> None:
    written(tmp_path, {"cháy": {"emergency": 900}})
    (tmp_path / opinion.MARKS).write_bytes(b"no")
    assert opinion.load(tmp_path)
    assert (opinion.chance("cháy") or 0.0) > 0.9
