"""``hotline up | demo | migrate``."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated

import typer

from hotline import up as starting
from hotline.at_hand import database_at_hand
from hotline.children import main_env
from hotline.postgres import PostgresError
from hotline.running import RunFolder
from hotline.settings import ROOT, Settings

app = typer.Typer(add_completion=False)


def is_running(settings: Settings) -> bool:
    """Tell of a running hotline; False when there is none."""
    other = RunFolder(settings.var).holder()
    if other is not None:
        typer.echo(f"hotline: already running (process {other.pid}) at {other.web}; nothing was changed")
    return other is not None


@app.command()
def up(
    running: Annotated[
        bool, typer.Option("--running", hidden=True, help="Only tell whether one runs here: exit 0 or 1.")
    ] = False,
) -> None:
    """Start everything and stay in the foreground; stop with Ctrl-C.

    Starts PostgreSQL (or uses DATABASE_URL), updates the schema, loads the default data, trains the
    model when its sentences changed, then runs engine, actions, web and worker and prints the addresses.
    """
    settings = Settings()
    if running:
        raise typer.Exit(0 if is_running(settings) else 1)
    raise typer.Exit(starting.run(settings))


@app.command()
def demo() -> None:
    """Start everything with a database of its own and a year of sample data.

    Prints one sign-in per role. Refuses a database that holds real tickets.
    """
    raise typer.Exit(starting.run(Settings(demo=True)))


@app.command()
def migrate() -> None:
    """Bring the database's schema and default data up to this version of the program.

    `hotline up` does it by itself; this is for a database server that others look after.
    """
    settings = Settings()
    try:
        with database_at_hand(settings) as url:
            done = subprocess.run(
                [sys.executable, "-m", "hotline.prepare"],
                env=main_env(settings, url),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
    except (starting.CannotStart, PostgresError) as error:
        typer.echo(f"hotline: {error}", err=True)
        raise typer.Exit(1) from error
    lines = done.stdout.strip().splitlines()
    said = json.loads(lines[-1]) if lines else {}
    if "refused" in said:
        typer.echo(f"hotline: {said['refused']}", err=True)
    if done.returncode != 0:
        raise typer.Exit(1)
    typer.echo("schema updated" if said["migrated"] else "schema was up to date")
    if said["admin"]:
        typer.echo(f"first administrator: {said['admin']['username']}, one-time password: {said['admin']['password']}")
