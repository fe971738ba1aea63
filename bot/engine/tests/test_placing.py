"""A model's files are put in place together, or none."""

import os
from pathlib import Path

import pytest

from bot.engine import placing, training


def model(folder: Path, text: str) -> Path:
    folder.mkdir()
    for name in placing.FILES:
        (folder / name).write_text(text)
    return folder


def content(folder: Path) -> set[str]:
    return {(folder / name).read_text() for name in placing.FILES}


def test_all_files_take_the_place_of_the_old_ones(tmp_path: Path) -> None:
    out = model(tmp_path / "out", "old")
    placing.place(model(out / "made", "new"), out)
    assert content(out) == {"new"}
    assert sorted(os.listdir(out)) == sorted(placing.FILES)


def test_a_model_that_lacks_a_file_changes_nothing(tmp_path: Path) -> None:
    out = model(tmp_path / "out", "old")
    made = model(out / "made", "new")
    (made / "guards.bin").unlink()
    with pytest.raises(FileNotFoundError, match=r"guards\.bin"):
        placing.place(made, out)
    assert content(out) == {"old"}


@pytest.mark.parametrize("cut", range(len(placing.FILES)))
def test_a_placing_that_was_cut_short_is_finished_by_the_next_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    out = model(tmp_path / "out", "old")
    made = model(out / "made", "new")
    replace, left = os.replace, [cut]

    def ended(source: Path, target: Path) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", ended)
        with pytest.raises(KeyboardInterrupt):
            placing.place(made, out)
    monkeypatch.setattr(training, "is_current", lambda root, out: True)
    training.train(tmp_path, out)
    assert content(out) == {"new"}
    assert not (out / placing.READY).exists()
