"""``hotline read``: what the program reads in texts, line by line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(add_completion=False)


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="A UTF-8 file, each line a text; -: standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line: text, found.")] = False,
) -> None:
    """Print what is read in each line of FILE: phone numbers, codes, identity numbers, with their places in the line.

    Exit status 2 if the file cannot be read.
    """
    try:
        lines = (sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(2) from error
    for text in lines:
        found = sorted(_found(text), key=lambda one: (one["start"], one["end"]))
        if as_json:
            typer.echo(json.dumps({"text": text, "found": found}, ensure_ascii=False))
            continue
        typer.echo(text)
        for one in found:
            more = "".join(f", {name} {one[name]}" for name in ("extension", "digits") if one.get(name))
            typer.echo(f"  {one['start']}–{one['end']} {one['kind']}: {one['value'] or 'cannot be read'}{more}")


def _found(text: str) -> Iterator[dict[str, Any]]:
    from feedback_store.domain.codes import codes_in
    from feedback_store.persons.masking import personal
    from feedback_store.reading import phones

    numbers = phones.read(text)
    for number in numbers:
        place = {"start": number.start, "end": number.end}
        if isinstance(number, phones.Phone):
            yield {"kind": "phone", **place, "value": number.e164, "of": number.kind, "extension": number.extension}
        else:
            yield {"kind": "phone", **place, "value": None, "digits": number.digits}
    for start, end, typed in codes_in(text):
        yield {"kind": "ticket code", "start": start, "end": end, "value": typed.code, "digits": typed.digits}
    for one in personal(text):
        other = any(number.start < one.end and one.start < number.end for number in numbers)
        if one.kind in ("identity", "account") and not other:
            yield {"kind": one.kind, "start": one.start, "end": one.end, "value": text[one.start : one.end]}
