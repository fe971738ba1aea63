"""``hotline sla``: the deadline engine against files of worked cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from feedback_store.domain.vectors import VectorFault, check

app = typer.Typer(help="Check deadlines.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Check deadlines."""


@app.command("check")
def check_file(
    file: Annotated[Path, typer.Argument(help="A YAML file with `calendars` and `cases`.")],
) -> None:
    """Compute every case of FILE and compare; exit status 1 if any differ, 2 if it cannot be read."""
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        verdicts = list(check(yaml.load(file.read_text(encoding="utf-8"), Loader=loader)))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, VectorFault, ValueError) as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(2) from error
    agree = sum(v.agrees for v in verdicts)
    for verdict in verdicts:
        if not verdict.agrees:
            said = verdict.expected.isoformat() if verdict.expected else "-"
            got = verdict.error or (verdict.computed.isoformat() if verdict.computed else "-")
            typer.echo(f"  {verdict.id}: the file says {said}, computed {got}")
    typer.echo(f"{agree} of {len(verdicts)} agree")
    if agree != len(verdicts):
        raise typer.Exit(1)
