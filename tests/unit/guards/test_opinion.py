"""The learned opinion's file, made by hand: what is read from it, and that a broken one is none."""

import json
from array import array
from collections.abc import Iterator, Sequence
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
    return model(folder / opinion.FILE, LABELS, SIZE, words, {"curves": {"emergency": [2.0, 0.0]}, **changed})


def model(
    path: Path, labels: Sequence[str], size: int, words: dict[str, dict[str, int]], head: dict[str, object]
) -> Path:
    rarity = array("f", [0.0]) * size
    weights = {label: array("h", [0]) * size for label in labels}
    for word, told in words.items():
        for number in {number & (size - 1) for block in blocks(word) for number in block}:
            rarity[number] = 1.0
            for label, units in told.items():
                weights[label][number] = units
    head = {"size": size, "labels": labels, "bias": [0.0] * len(labels), "unit": UNIT, "padding": 0, **head}
    with path.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n" + rarity.tobytes())
        for label in labels:
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


KINDS = ("fire", "medical", "unspecified")
TOLD = {"lửa": {"fire": 900}, "ngất": {"medical": 900}}


def kinds_written(folder: Path, **changed: object) -> None:
    model(folder / opinion.KINDS_FILE, KINDS, 1 << 14, TOLD, {"temperature": 5.0, **changed})


def test_what_danger_it_is_stands_in_a_file_of_its_own(tmp_path: Path) -> None:
    written(tmp_path, {"cháy": {"emergency": 900}})
    assert opinion.load(tmp_path)
    assert opinion.kinds("lửa") == {}
    kinds_written(tmp_path)
    assert opinion.load(tmp_path)
    told = opinion.kinds("LỬA!")
    assert set(told) == set(KINDS)
    assert sum(told.values()) == pytest.approx(1.0)
    assert told["fire"] > 0.9
    assert opinion.kinds("bà ngất")["medical"] > 0.5
    assert opinion.kinds("…") == {}


def test_an_empty_file_of_kinds_is_one_of_nothing_learned(tmp_path: Path) -> None:
    written(tmp_path, {"cháy": {"emergency": 900}})
    (tmp_path / opinion.KINDS_FILE).write_bytes(b"")
    assert opinion.load(tmp_path)
    assert opinion.kinds("lửa") == {}


@pytest.mark.parametrize("broken", [{"temperature": None}, {"labels": ["fire"]}, {"size": 1 << 13}, {"size": 12_345}])
def test_a_broken_file_of_kinds_leaves_the_opinion(tmp_path: Path, broken: dict[str, object]) -> None:
    written(tmp_path, {"cháy": {"emergency": 900}})
    kinds_written(tmp_path, **broken)
    assert opinion.load(tmp_path)
    assert (opinion.chance("cháy") or 0.0) > 0.9
    assert opinion.kinds("lửa") == {}


def test_what_is_said_to_a_summary_stands_in_a_file_of_its_own(tmp_path: Path) -> None:
    written(tmp_path, {"cháy": {"emergency": 900}})
    labels, told = ("agree", "else", "wait"), {"gửi": {"agree": 900}, "khoan": {"wait": 900}}
    model(tmp_path / opinion.ANSWERS_FILE, labels, 1 << 14, told, {"temperature": 5.0})
    assert opinion.answers("gửi") == {}
    assert opinion.load(tmp_path)
    assert opinion.answers("GỬI")["agree"] > 0.9
    assert opinion.answers("khoan")["wait"] > 0.9
    opinion.forget()
    assert opinion.answers("gửi") == {}
