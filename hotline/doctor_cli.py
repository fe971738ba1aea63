"""``hotline doctor``."""

from __future__ import annotations

import typer

from hotline.doctor import examine, worst
from hotline.settings import Settings

app = typer.Typer(add_completion=False)
MARKS = {"ok": "  ok     ", "warning": "  LOOK   ", "wrong": "  WRONG  "}


@app.command()
def doctor() -> None:
    """Say what is missing or wrong here and how to mend it; exit status 1 if something is wrong."""
    findings = []
    for finding in examine(Settings()):
        findings.append(finding)
        typer.echo(MARKS[finding.grade] + finding.what)
        if finding.mend:
            typer.echo("           → " + finding.mend)
    raise typer.Exit(1 if worst(findings) == "wrong" else 0)
