"""``hotline train``: a new model takes the place of the installed one when it understands as well."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from hotline import up as starting
from hotline.children import ENGINE_PYTHON, MODEL
from hotline.nlu import gate, scoring
from hotline.nlu.commanding import DEVELOPMENT, judged
from hotline.nlu.engine import EngineFault
from hotline.nlu.lines import Line, LineFault, load
from hotline.settings import ROOT, Settings

app = typer.Typer(add_completion=False)


class Refused(Exception):
    """The installed model stays: why."""


@app.command()
def train(
    again: Annotated[bool, typer.Option("--again", help="Train even when nothing changed.")] = False,
    ungated: Annotated[
        bool, typer.Option("--ungated", help="Put the model in place without judging it, however it understands.")
    ] = False,
) -> None:
    """Train the language model when its sentences, the domain or the components changed, and judge it.

    The new model is judged on nlu_data/tests/development.jsonl. It is refused, and the installed one stays, where a
    figure lies below nlu_data/floors.yml or more than half a point below the installed model's. A running engine keeps
    the model it has loaded until it is restarted.

    Exit status: 0 trained, or nothing to train; 1 not trained, or refused.
    """
    settings = Settings()
    try:
        if not ENGINE_PYTHON.exists():
            raise Refused("the engine's environment is missing; run `make up` or `make train`")
        if ungated:
            _train(settings, again=again, out=settings.models)
            typer.echo("model: not judged (--ungated)")
        elif not again and _current(settings):
            typer.echo("model: unchanged, nothing to train")
        else:
            _gated(settings)
    except Refused as error:
        typer.echo(f"hotline: {error}", err=True)
        raise typer.Exit(1) from error


def _gated(settings: Settings) -> None:
    """Train beside the installed model, judge, put in place. Raises :class:`Refused`."""
    try:
        lines, bounds = load(DEVELOPMENT), gate.load_floors(gate.FLOORS)
    except (LineFault, gate.FloorsFault) as error:
        raise Refused(f"nothing was trained: {error}") from error
    settings.models.mkdir(parents=True, exist_ok=True)
    # Within the folder of models, and so on its file system: what is accepted is moved, not copied.
    with tempfile.TemporaryDirectory(dir=settings.models, prefix=".judged-") as folder:
        made = Path(folder) / "made"
        _train(settings, again=True, out=made)
        _judge(lines, bounds, made, settings)
        _engine("place", str(made), "--out", str(settings.models), why="it was not put in place")
    typer.echo("model: judged, accepted and in place")


def _judge(lines: list[Line], bounds: list[gate.Bound], made: Path, settings: Settings) -> None:
    """Leave the figures in ``made``. Raises :class:`Refused` after a table of them."""
    typer.echo(f"model: judging it on {len(lines)} lines (half a minute)")
    try:
        figures = scoring.figures(judged(lines, made / MODEL, settings.province))
    except EngineFault as fault:
        raise Refused(f"not judged, the installed model stays: {fault}") from fault
    judged_on = gate.digest(DEVELOPMENT)
    before = gate.installed(settings.models, judged_on)
    table = gate.rows(bounds, figures, before)
    for line in gate.told(table):
        typer.echo(line)
    if before is None:
        typer.echo("model: the installed one has no figures of this set; the floors alone decide")
    if wrong := [f"{row.bound.name} {row.fault}" for row in table if row.fault]:
        raise Refused(f"refused, the installed model stays: {'; '.join(wrong)}")
    (made / gate.FIGURES).write_text(gate.kept(figures, judged_on), encoding="utf-8")


def _train(settings: Settings, *, again: bool, out: Path) -> None:
    if starting.start_training(settings, again=again, out=out).wait():
        raise Refused(f"not trained; {settings.logs / 'training.log'} says why")


def _current(settings: Settings) -> bool:
    command = [str(ENGINE_PYTHON), "-m", "bot.engine", "train", "--check", "--out", str(settings.models)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def _engine(*arguments: str, why: str) -> None:
    command = [str(ENGINE_PYTHON), "-m", "bot.engine", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{why}: {done.stderr.strip()[-400:]}")
