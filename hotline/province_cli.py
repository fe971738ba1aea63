"""``hotline province``: the provinces whose data this program ships."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def province() -> None:
    """The 34 provinces: their communes, what became of the old ones, sample agencies."""


@app.command("list")
def every() -> None:
    """Print the provinces: the name for HOTLINE_PROVINCE, the code, the name, communes, old communes."""
    from hotline.provinces import summaries

    typer.echo(f"{'name':12} code  {'province':26} communes  old communes")
    for one in summaries():
        typer.echo(f"{one.slug:12} {one.code:4}  {one.name:26} {one.communes:8}  {one.old:12}")


@app.command("show")
def show(name: Annotated[str, typer.Argument(help="As in HOTLINE_PROVINCE: an-giang")]) -> None:
    """Print a province's communes with their centres and what they were made of. Exit status 2: no such province."""
    from hotline.provinces import shown

    try:
        for line in shown(name):
            typer.echo(line)
    except FileNotFoundError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


@app.command("check")
def check(name: Annotated[str, typer.Argument(help="As in HOTLINE_PROVINCE: an-giang")]) -> None:
    """Check a province's data: communes, centres, old communes, successions, agencies. Exit status 1: gaps; 2: none."""
    from hotline.provinces import checked

    try:
        told, gaps = checked(name)
    except FileNotFoundError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    for line in told:
        typer.echo(line)
    for gap in gaps:
        typer.echo(f"gap: {gap}")
    if gaps:
        raise typer.Exit(1)
    typer.echo("no gaps")
