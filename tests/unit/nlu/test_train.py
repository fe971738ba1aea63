"""`hotline train`: what becomes of a new model, with a training and a judgement that are known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hotline import train_cli
from hotline.cli import app
from hotline.nlu import gate
from hotline.nlu.lines import Line
from hotline.nlu.understanding import Understood

RIGHT = 8  # of ten lines
LINES = [Line(f"câu {number}", ("greet",)) for number in range(10)]


def got(route: str) -> Understood:
    return Understood(route, "general", (), None, ())


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models with an installed one; training and placing only leave names behind."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "hotline.tar.gz").write_text("old", encoding="utf-8")

    def place(*arguments: str, why: str) -> None:
        command, made, _, out = arguments
        assert command == "place"
        for one in Path(made).iterdir():
            one.rename(Path(out) / one.name)

    def trained(settings: Any, *, again: bool, out: Path) -> None:
        out.mkdir(exist_ok=True)
        (out / "hotline.tar.gz").write_text("new", encoding="utf-8")
        (out / gate.FIGURES).write_text("{}", encoding="utf-8")

    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path))
    monkeypatch.setattr(train_cli, "ENGINE_PYTHON", tmp_path)
    monkeypatch.setattr(train_cli, "_train", trained)
    monkeypatch.setattr(train_cli, "_engine", place)
    monkeypatch.setattr(train_cli, "load", lambda path: LINES)
    return folder


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command with a new model that takes so many of the ten lines rightly, and one floor."""

    def run(*options: str, right: int = RIGHT, floor: float = 0.7) -> Result:
        def judged(lines: Sequence[Line], model: Path, province: str) -> list[tuple[Line, Understood]]:
            assert model.read_text(encoding="utf-8") == "new"
            return [(line, got("greet" if number < right else "praise")) for number, line in enumerate(lines)]

        monkeypatch.setattr(train_cli, "judged", judged)
        bound = gate.Bound("route.accuracy", floor, ceiling=False)
        monkeypatch.setattr(gate, "load_floors", lambda path: [bound])
        return CliRunner().invoke(app, ["train", *options])

    return run


def here(models: Path) -> str:
    return (models / "hotline.tar.gz").read_text(encoding="utf-8")


def test_a_model_above_its_floors_takes_the_place_of_the_installed_with_its_figures(
    models: Path, train: Callable[..., Result]
) -> None:
    done = train("--again")
    assert (done.exit_code, here(models)) == (0, "new")
    kept = gate.installed(models, gate.digest(train_cli.DEVELOPMENT))
    assert kept is not None
    assert kept["route"]["accuracy"] == 0.8
    assert "the floors alone decide" in done.output
    assert sorted(one.name for one in models.iterdir()) == ["figures.json", "hotline.tar.gz"]


def test_a_model_below_a_floor_is_refused_and_the_old_one_stays(models: Path, train: Callable[..., Result]) -> None:
    done = train("--again", right=6)
    assert (done.exit_code, here(models)) == (1, "old")
    assert "route.accuracy below the floor" in done.output
    assert [one.name for one in models.iterdir()] == ["hotline.tar.gz"]


def test_a_model_worse_than_the_installed_is_refused_though_above_the_floor(
    models: Path, train: Callable[..., Result]
) -> None:
    assert train("--again", right=9).exit_code == 0
    figures = (models / gate.FIGURES).read_bytes()
    done = train("--again")
    assert done.exit_code == 1
    assert "route.accuracy worse than installed" in done.output
    assert (models / gate.FIGURES).read_bytes() == figures


def test_ungated_takes_any_model_and_says_so(models: Path, train: Callable[..., Result]) -> None:
    done = train("--again", "--ungated", right=0)
    assert (done.exit_code, here(models)) == (0, "new")
    assert "not judged (--ungated)" in done.output
    assert gate.installed(models, gate.digest(train_cli.DEVELOPMENT)) is None


def test_nothing_is_trained_where_nothing_changed(
    models: Path, train: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_cli, "_current", lambda settings: True)
    done = train()
    assert (done.exit_code, here(models)) == (0, "old")
    assert "unchanged" in done.output


def test_floors_that_cannot_be_read_stop_the_command_before_training(
    models: Path, train: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> list[gate.Bound]:
        raise gate.FloorsFault("floors.yml: broken")

    def untouched(*given: Any, **more: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(gate, "load_floors", broken)
    monkeypatch.setattr(train_cli, "_train", untouched)
    done = CliRunner().invoke(app, ["train", "--again"])
    assert done.exit_code == 1
    assert "nothing was trained: floors.yml: broken" in done.output
