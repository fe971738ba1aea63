"""``hotline nlu``: how well first messages are understood."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from feedback_store.guards import opinion
from hotline.children import ENGINE_PYTHON, MODEL
from hotline.nlu import report as reports
from hotline.nlu import report_talks, report_told, reporting, scoring
from hotline.nlu.engine import EngineFault, EngineProcess
from hotline.nlu.lines import Line, LineFault, load
from hotline.nlu.nearness import NLU_DATA, trained
from hotline.nlu.understanding import Fresh, Understanding, Understood
from hotline.settings import ROOT, Settings

DEVELOPMENT = NLU_DATA / "tests" / "development.jsonl"
app = typer.Typer(add_completion=False, no_args_is_help=True)


class Baseline(StrEnum):
    STOCK = "stock"


@app.callback()
def nlu() -> None:
    """What is understood of a message."""


@app.command("eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines; their form is in docs/understanding.md.")],
    as_json: Annotated[bool, typer.Option("--json", help="The figures as one JSON object, rates from 0 to 1.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Where the lines that went wrong are written, as JSON.")] = None,
    baseline: Annotated[Baseline | None, typer.Option(help="Train stock Rasa (minutes) and show it beside.")] = None,
    model: Annotated[Path | None, typer.Option(help="Another model than the installed one.")] = None,
) -> None:
    """Compare what is understood of each line of FILE, as a citizen's first message with all guards, with its answer.

    Needs neither the running hotline nor its database. Exit status: 0 judged; 1 the engine failed; 2 the file is not of
    the form or there is no model, nothing was run.
    """
    settings = Settings()
    lines, used = _given(file, model or settings.models / MODEL, errors)
    try:
        pairs = judged(lines, used, settings.province)
        beside = _beside(lines, baseline, settings)
    except EngineFault as fault:
        typer.echo(f"hotline: {fault}", err=True)
        raise typer.Exit(1) from fault
    if errors is not None:
        errors.write_text("".join(f"{one}\n" for one in wrong(pairs)), encoding="utf-8")
    made = scoring.figures(pairs)
    if as_json:
        typer.echo(json.dumps({**made, **({"baseline": beside} if beside else {})}, ensure_ascii=False))
        return
    for one in reporting.told(made, beside):
        typer.echo(one)


@app.command("report")
def report(
    file: Annotated[Path, typer.Argument(help="JSON lines; their form is in docs/understanding.md.")] = DEVELOPMENT,
    model: Annotated[Path | None, typer.Option(help="Another model than the installed one.")] = None,
    play: Annotated[Path | None, typer.Option(help="What `hotline chat play FILE --json` printed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as one JSON object.")] = False,
) -> None:
    """Say, in Vietnamese, what to mend next: the worst lines, what is taken for what, what the sureness is worth.

    FILE is the development set unless another is named. Exit status: 0 told; 1 the engine failed; 2 a file is not of
    its form or there is no model, nothing was run.
    """
    settings = Settings()
    try:
        talks = report_talks.worst(play) if play else None
    except report_talks.PlayedFault as fault:
        typer.echo(f"hotline: {fault}", err=True)
        raise typer.Exit(2) from fault
    lines, used = _given(file, model or settings.models / MODEL, None)
    try:
        pairs = judged(lines, used, settings.province)
    except EngineFault as fault:
        typer.echo(f"hotline: {fault}", err=True)
        raise typer.Exit(1) from fault
    made = {**reports.report(pairs, reports.among(trained())), "conversations": talks}
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
        return
    for one in report_told.told(made, str(_shown(file))):
        typer.echo(one)


def _shown(file: Path) -> Path:
    return file.relative_to(ROOT) if file.is_relative_to(ROOT) else file


def judged(lines: Sequence[Line], model: Path, province: str) -> list[scoring.Pair]:
    """Each line with what a fresh installation of the province makes of it, the learned opinion on a danger (beside
    the model) heard, too. Raises ``EngineFault``."""
    if not opinion.load(model.parent):
        opinion.forget()
    return list(zip(lines, understand(lines, model, province), strict=True))


def understand(lines: Sequence[Line], model: Path, province: str) -> list[Understood]:
    """What a fresh installation of the province makes of each. Raises ``EngineFault``."""
    fresh = Fresh(province)
    with EngineProcess(model) as parse:
        understanding = Understanding(parse, fresh.places, fresh.knows, fresh.alarm, fresh.which)
        return [understanding(line.text) for line in lines]


def wrong(pairs: Sequence[tuple[Line, Understood]]) -> list[str]:
    """A JSON object for each line with a fault: its text, and by name what was wanted and what was understood."""
    told: list[str] = []
    for line, got in pairs:
        if missed := scoring.misses(line, got):
            why = {"guard": got.guard} if got.guard else {"by": list(got.by)}
            told.append(json.dumps({"text": line.text, "style": line.style, **why, **missed}, ensure_ascii=False))
    return told


def _given(file: Path, model: Path, errors: Path | None) -> tuple[list[Line], Path]:
    """The lines and the model, or the end of the command with what is wrong."""
    fault = None
    try:
        lines = load(file)
    except LineFault as error:
        fault = str(error)
    if fault is None and not ENGINE_PYTHON.exists():
        fault = "the engine's environment is missing; run `make up` or `make train`"
    if fault is None and not model.is_file():
        fault = f"there is no model at {model}; run `make train`, or name one with --model"
    if fault is None and errors is not None and not errors.absolute().parent.is_dir():
        fault = f"{errors}: there is no such folder"
    if fault is not None:
        typer.echo(f"hotline: {fault}", err=True)
        raise typer.Exit(2)
    return lines, model


def _beside(lines: Sequence[Line], baseline: Baseline | None, settings: Settings) -> dict[str, Any] | None:
    if baseline is None:
        return None
    from hotline.nlu.baseline import figures  # imports the bench of the tests, which nothing else here needs

    typer.echo("training stock Rasa, unless its model is there …", err=True)
    return figures(lines, settings.var / "bench" / "stock-nlu")
