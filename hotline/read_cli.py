"""``hotline read``: what the program reads in texts, line by line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

app = typer.Typer(add_completion=False)
MORE = ("extension", "digits", "end_at", "assumed", "commune", "choices", "old", "elsewhere", "unknown", "contradicts")


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="A UTF-8 file, each line a text; -: standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line: text, found.")] = False,
    province: Annotated[str, typer.Option(help="Whose communes are this installation's; default: the setting.")] = "",
    now: Annotated[str, typer.Option(help="The moment times are seen from (ISO 8601); default: now.")] = "",
) -> None:
    """Print what is read in each line of FILE: phones, codes, identity numbers, a time, a place; with their spans.

    Places are read as in the installation of PROVINCE. Exit status 2 if the file cannot be read or there is no such
    province.
    """
    from hotline.reading import readings, reads_in

    try:
        lines = (sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(2) from error
    try:
        places, moment = reads_in(province, now)
    except ValidationError:
        raise
    except (FileNotFoundError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    for text in lines:
        found = sorted(readings(text, places, moment), key=lambda one: (one["start"], one["end"]))
        if as_json:
            typer.echo(json.dumps({"text": text, "found": found}, ensure_ascii=False))
            continue
        typer.echo(text)
        for one in found:
            more = "".join(f", {name} {one[name]}" for name in MORE if one.get(name))
            typer.echo(f"  {one['start']}–{one['end']} {one['kind']}: {one['value'] or 'cannot be read'}{more}")
