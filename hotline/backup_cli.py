"""``hotline backup | restore``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from hotline import backup as saving
from hotline.at_hand import database_at_hand
from hotline.keys import KeyFault, Keys
from hotline.notes import Notes
from hotline.postgres import PostgresError
from hotline.running import AlreadyRunning, RunFolder
from hotline.settings import Settings
from hotline.up import CannotStart

app = typer.Typer(add_completion=False)
FAULTS = (saving.BackupFault, KeyFault, CannotStart, PostgresError, AlreadyRunning)


def fail(error: Exception) -> typer.Exit:
    typer.echo(f"hotline: {error}", err=True)
    return typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="The file to write; left out with --key alone.")] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="Also copy the encryption key, to this file of its own. Keep it apart from backups."),
    ] = None,
) -> None:
    """Write everything into one file: database and photos. Works while the hotline runs.

    Personal data in the file is encrypted; whoever wants to read it again needs the key as well.
    """
    settings = Settings()
    keys = Keys(settings.keys)
    if file is None and key is None:
        raise fail(saving.BackupFault("name a file to write: hotline backup FILE"))
    try:
        if not keys.made():
            raise saving.BackupFault(f"there is no installation in {settings.var} yet; start it with `make up`")
        if key is not None:
            if key.exists():
                raise saving.BackupFault(f"{key} exists already")
            keys.copy_to(key)
            typer.echo(f"key copied to {key}; keep it where the backups are not")
        if file is not None:
            now = dt.datetime.now(dt.UTC)
            with database_at_hand(settings) as url:
                made = saving.backup(url, settings.media, keys, file, now=now)
            Notes(settings.var).keep("backup", now)
            typer.echo(f"{file}: {made.tickets} tickets, {made.photos} photo files, {made.size / 1e6:.1f} MB")
            typer.echo("encrypted in it: names, phones, chats, photos; plain: words, places and results of reports")
    except OSError as error:
        raise fail(saving.BackupFault(f"{key or file}: {error.strerror}")) from error
    except FAULTS as error:
        raise fail(error) from error


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file written by `hotline backup`.")],
    key: Annotated[
        Path | None, typer.Option(help="The key file of that installation; needed on another machine.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the backup in the place of the tickets that are here.")
    ] = False,
) -> None:
    """Bring a backup into this installation. The hotline must be stopped.

    Without --replace it refuses a database that holds tickets.
    """
    settings = Settings()
    keys = Keys(settings.keys)
    try:
        other = RunFolder(settings.var).holder()
        if other is not None:
            raise saving.BackupFault(f"the hotline is running (process {other.pid}); stop it first")
        with database_at_hand(settings) as url:
            if key is not None:
                saving.check_key_may_change(url, keys, key, replace=replace)
                keys.take_from(key)
            done = saving.restore(url, settings.media, keys, file, replace=replace)
        typer.echo(f"restored {done.tickets} tickets and {done.photos} photo files as of {done.made_at}")
        typer.echo("start with `make up`; it brings an older backup's schema up to date")
    except OSError as error:
        raise fail(saving.BackupFault(f"{error.filename}: {error.strerror}")) from error
    except FAULTS as error:
        raise fail(error) from error
