"""``hotline audit``: prove that the audit log is whole, and print its head to be kept elsewhere."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from feedback_store.queries import audit
from feedback_store.queries.audit import Head
from hotline.at_hand import session_at_hand
from hotline.notes import Notes
from hotline.settings import Settings

app = typer.Typer(help="Prove that the audit log is whole; print its head.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Prove that the audit log is whole; print its head."""


@app.command()
def verify(
    head: Annotated[list[str] | None, typer.Option(help="a head that was kept, NUMBER:HASH; can be repeated")] = None,
    heads: Annotated[Path | None, typer.Option(help="file of kept heads, one a line, as the worker writes it")] = None,
) -> None:
    """Find every entry that was changed, removed or added; exit status 1 when there is one."""
    try:
        kept = [Head.read(words) for words in [*(head or []), *_lines(heads)]]
    except (ValueError, OSError) as error:
        typer.echo(f"hotline: {error}", err=True)
        raise typer.Exit(2) from error
    with session_at_hand() as session:
        newest = audit.head(session)
        faults = list(audit.verify(session, kept=kept))
    for one in faults:
        typer.echo(one.said)
    against = f", against {len(kept)} kept heads" if kept else "; against no kept head"
    typer.echo(f"{newest.seq} entries{against}: {f'{len(faults)} faults' if faults else 'nothing was changed'}")
    raise typer.Exit(1 if faults else 0)


@app.command("head")
def print_head() -> None:
    """Print number and hash of the newest entry: keep them where nobody of this machine can write."""
    with session_at_hand() as session:
        typer.echo(str(audit.head(session)))
    with contextlib.suppress(OSError):  # somebody who may only read prints it all the same
        Notes(Settings().var).keep("audit-head", dt.datetime.now(dt.UTC))


def _lines(path: Path | None) -> list[str]:
    """Heads of a file; a date before them is dropped."""
    if path is None:
        return []
    return [line.split()[-1] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
