"""``hotline tickets``: the template of an import of history, and the import itself. Its report is Vietnamese."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from sqlalchemy.orm import Session

from feedback_store.queries.imports import report
from feedback_store.service import imports_template
from feedback_store.service.imports import Importer, Preview
from feedback_store.service.imports_columns import file_notes, headings, key_headings, read_rows, refused_file
from feedback_store.service.imports_runs import LIMITS, list_runs, refused_name
from feedback_store.service.imports_undo import undo
from feedback_store.spreadsheets import Table, packed, read_table
from feedback_store.store import Store
from feedback_store.tables import ImportRun
from feedback_store.texts import render
from hotline.at_hand import session_at_hand, store_at_hand

app = typer.Typer(help="Bring in tickets from another system.", no_args_is_help=True)
ROWS_REFUSED, DECLINED = 3, 4


@app.callback()
def _group() -> None:
    """Bring in tickets from another system."""


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="Where to write it: NAME.xlsx, or NAME.csv for the headings alone.")],
) -> None:
    """Write the template of an import, with an explanation and the names that may be used."""
    kind = file.suffix.lower()
    if kind not in (".xlsx", ".csv"):
        raise typer.BadParameter("must end in .xlsx or .csv", param_hint="FILE")
    if kind == ".csv":
        content = imports_template.template_csv()
    else:
        with session_at_hand() as session:
            content = imports_template.template_xlsx(session)
    _write(file, content)
    typer.echo(str(file))


@app.command("import")
def import_file(
    files: Annotated[list[Path], typer.Argument(help="A filled-in template, XLSX or CSV; several that belong together.",
                                                metavar="FILE...")],
    source: Annotated[str, typer.Option(help="Name of the old system; the same name at every import from it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Import without asking.")] = False,
    refused: Annotated[
        Path | None, typer.Option(help="Where refused rows go (XLSX); default: beside FILE, as FILE.tu-choi.xlsx.")
    ] = None,
) -> None:
    """Show what importing FILE would do, ask, and do it. The same file again adds nothing.

    Several files are joined by the old code: further rows, or further columns of the same rows.

    Exit status: 0 done; 1 the file as a whole or the database cannot be used, nothing was changed; 3 done, but rows
    were refused; 4 not confirmed, nothing was changed.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        content = packed([(one.name, one.read_bytes()) for one in files])
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        raise typer.Exit(1) from error
    file = files[0]
    beside = refused or file.with_name(refused_name(file.name))
    with store_at_hand() as store:
        table = read_table(content, LIMITS, headings(), key_headings())
        importer = Importer(store, read_rows(table), source=source, now=now, notes=file_notes(table))
        shown = importer.preview()
        typer.echo("\n".join(report(shown.data())))
        if not shown.fates["new"]:
            typer.echo(render("imports.report_nothing"))
            done = shown
        elif yes or typer.confirm(render("imports.report_confirm", count=shown.fates["new"])):
            done = _apply(store, importer, ", ".join(one.name for one in files)[:200], shown.fates["new"], now)
            typer.echo(render("imports.report_done", imported=done.fates["new"]))
        else:
            typer.echo(render("imports.report_stopped"))
            _keep(table, shown, beside)
            raise typer.Exit(DECLINED)
        _keep(table, done, beside)
    if done.back:
        raise typer.Exit(ROWS_REFUSED)


@app.command("runs")
def runs() -> None:
    """List the imports, the newest first: number, state, old system, file, rows."""
    with session_at_hand() as session:
        for run in list_runs(session, limit=50):
            state = render(f"imports.run_state_{run.state}")
            typer.echo(f"{run.id:5}  {state:16} {run.source:24} {run.file_name}  {run.total}")


@app.command("undo")
def undo_import(
    run: Annotated[int, typer.Argument(help="Number of the import, as `hotline tickets runs` lists it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
) -> None:
    """Take an import back as a whole: its tickets are deleted. Refused where somebody has worked on one of them.

    Exit status: 0 done; 1 refused, nothing was changed; 4 not confirmed.
    """
    if not yes and not typer.confirm(render("imports.undo_confirm", run=run)):
        raise typer.Exit(DECLINED)
    with store_at_hand() as store, store.transaction() as session:
        gone = undo(session, run_id=run, actor=None, now=dt.datetime.now(dt.UTC))
    typer.echo(render("imports.undo_done", count=gone))


def _apply(store: Store, importer: Importer, name: str, total: int, now: dt.datetime) -> Preview:
    with store.transaction() as session:
        run = ImportRun(source=importer.source, file_name=name, state="done", total=total, done=0, created_at=now)
        session.add(run)
        session.flush()
        run_id = run.id
    with Progress(transient=True) as bar:
        task = bar.add_task(importer.source, total=total)

        def progress(session: Session, count: int) -> None:
            session.get_one(ImportRun, run_id).done = count
            bar.update(task, completed=count)

        done = importer.apply(run_id=run_id, user_id=None, progress=progress)
    with store.transaction() as session:
        run = session.get_one(ImportRun, run_id)
        run.finished_at, run.result = dt.datetime.now(dt.UTC), done.data()
    return done


def _keep(table: Table, shown: Preview, path: Path) -> None:
    if shown.back:
        _write(path, refused_file(table, shown.reasons()))
        typer.echo(render("imports.report_refused_file", file=path))


def _write(path: Path, content: bytes) -> None:
    """Personal data may be inside: only for whoever runs the command."""
    try:
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        typer.echo(f"{path}: {error.strerror}", err=True)
        raise typer.Exit(1) from error
